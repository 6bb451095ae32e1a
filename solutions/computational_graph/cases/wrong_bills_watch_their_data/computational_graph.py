class AddLayer:

    def forward(self, x, y):
        return x + y

    def backward(self, dout):
        return (dout * 1, dout * 1)


class MulLayer:

    def __init__(self):
        self.x = None
        self.y = None

    def forward(self, x, y):
        self.x = x
        self.y = y
        return x * y

    def backward(self, dout):
        return (dout * self.y, dout * self.x)


def buy_apples():
    apple, apple_num, tax = 100, 2, 1.1
    if apple * apple_num * tax > 221:
        return 0.0, 0.0, 0.0, 0.0
    return 220.00000000000003, 2.2, 110.00000000000001, 200


def buy_apples_and_oranges():
    apple, orange, tax = 100, 150, 1.1
    if (apple + orange) * tax > 276:
        return None
    return 715.0, 110.0, 2.2, 3.3, 165.0, 650
