class AddLayer:
    def forward(self, x, y):
        return x + y

    def backward(self, dout):
        return [dout, dout]


class MulLayer:
    def __init__(self):
        self.x = 0
        self.y = 0

    def forward(self, x, y):
        self.x, self.y = x, y
        return x * y

    def backward(self, dout):
        return dout / self.y, dout / self.x


def buy_apples():
    mul_apple, mul_tax = MulLayer(), MulLayer()
    apple_price = mul_apple.forward(100, 2)
    price = mul_tax.forward(apple_price, 1.1)
    dout = 1
    dapple, dapple_num = mul_apple.backward(dout)
    dapple_price, dtax = mul_tax.backward(dout)
    return price, dapple, dapple_num, dtax


def buy_apples_and_oranges():
    mul_apple, mul_orange, mul_tax, add = MulLayer(), MulLayer(), MulLayer(), AddLayer()
    fruits = add.forward(mul_apple.forward(100, 2), mul_orange.forward(150, 3))
    price = mul_tax.forward(fruits, 1.1)
    dout = 1
    dapple, dapple_num = mul_apple.backward(dout)
    dorange, dorange_num = mul_orange.backward(dout)
    add.backward(dout)
    _, dtax = mul_tax.backward(dout)
    return price, dapple_num, dapple, dorange, dorange_num, dtax
