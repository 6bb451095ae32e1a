class AddLayer:
    def forward(self, x, y):
        self.out = x + y

    def backward(self, dout):
        return dout * 1, dout * 1


class MulLayer:
    def forward(self, x, y):
        self.x = x
        self.y = y
        return x * y

    def backward(self, dout):
        dx = dout * self.y
        dy = dout * self.x
        print(dx, dy)


def buy_apples():
    price = 100 * 2 * 1.1
    print(price, 2.2, 110, 200)


def buy_apples_and_oranges():
    m1, m2, m3, a = MulLayer(), MulLayer(), MulLayer(), AddLayer()
    price = m3.forward(450 + m1.forward(100, 2), 1.1)
    print("price:", price)
