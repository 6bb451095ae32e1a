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
    """Two apples of 100 won, tax 1.1: the answer is (220, 2.2, 110, 200)."""
    apple, apple_num, tax = 10 * 10, 2, 1 + 1 / 10
    # The text says 220, and 110 for dapple_num.
    apple_layer, tax_layer = MulLayer(), MulLayer()
    price = tax_layer.forward(apple_layer.forward(apple, apple_num), tax)
    dprice, dtax = tax_layer.backward(1)
    return (price, *apple_layer.backward(dprice), dtax)


def buy_apples_and_oranges():
    """Two apples of 100 won and three oranges of 150 won: (715, 110, 2.2, 3.3, 165, 650)."""
    apple, orange, tax = 10 * 10, 15 * 10, 1 + 1 / 10
    apple_layer, orange_layer, add_layer, tax_layer = MulLayer(), MulLayer(), AddLayer(), MulLayer()
    fruits = add_layer.forward(apple_layer.forward(apple, 2), orange_layer.forward(orange, 3))
    price = tax_layer.forward(fruits, tax)
    dfruits, dtax = tax_layer.backward(1)
    dapples, doranges = add_layer.backward(dfruits)
    dapple, dapple_num = apple_layer.backward(dapples)
    dorange, dorange_num = orange_layer.backward(doranges)
    return price, dapple_num, dapple, dorange, dorange_num, dtax
