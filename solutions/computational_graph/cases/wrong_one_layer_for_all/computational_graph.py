class AddLayer:
    def __init__(self):
        self.out = None

    def forward(self, x, y):
        self.out = x + y
        return self.out

    def backward(self, dout):
        return dout, -1 * dout


class MulLayer:
    def __init__(self):
        self.x = None
        self.y = None

    def forward(self, x, y):
        self.x = x
        self.y = y
        return self.x * self.y

    def backward(self, dout):
        return self.y + dout, self.x + dout


mul = MulLayer()
add = AddLayer()


def buy_apples():
    mul = MulLayer()
    apple_price = mul.forward(100, 2)
    price = mul.forward(apple_price, 1.1)
    dapple_price, dtax = mul.backward(1)
    dapple, dapple_num = mul.backward(dapple_price)
    return price, dapple, dapple_num, dtax


def buy_apples_and_oranges():
    mul = MulLayer()
    add = AddLayer()
    apple_price = mul.forward(100, 2)
    orange_price = mul.forward(150, 3)
    total = add.forward(apple_price, orange_price)
    price = mul.forward(total, 1.1)
    dtotal, dtax = mul.backward(1)
    dapple_price, dorange_price = add.backward(dtotal)
    dorange, dorange_num = mul.backward(dorange_price)
    dapple, dapple_num = mul.backward(dapple_price)
    return price, dapple_num, dapple, dorange, dorange_num, dtax
