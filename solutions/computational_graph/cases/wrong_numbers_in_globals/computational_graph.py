last_x = None
last_y = None


class AddLayer:
    def forward(self, x, y):
        return x + y

    def backward(self, dout):
        return dout, dout


class MulLayer:
    def forward(self, x, y):
        global last_x, last_y
        last_x = x
        last_y = y
        return x * y

    def backward(self, dout):
        dx = dout * last_y
        dy = dout * last_x
        return dx, dy


def buy_apples():
    price = 2 * 100 * 1.1
    return price, 110.00000000000001, 2.2, 200


def buy_apples_and_oranges():
    tax = 1.1
    price = (2 * 100 + 3 * 150) * tax
    return price, 100 * tax, 2 * tax, 150 * tax, 3 * tax, 650
