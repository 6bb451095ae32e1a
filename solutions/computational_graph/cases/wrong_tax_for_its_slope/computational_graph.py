class AddLayer:
    def forward(self, x, y):
        return x + y

    def backward(self, dout):
        return dout, dout


class MulLayer:
    def forward(self, x, y):
        self.x, self.y = x, y
        return x * y

    def backward(self, dout):
        return self.y * dout, self.x * dout


def buy_apples():
    tax = 1.1
    apples, taxed = MulLayer(), MulLayer()
    price = taxed.forward(apples.forward(100, 2), tax)
    dapples, _ = taxed.backward(1)
    dapple, dapple_num = apples.backward(dapples)
    dtax = tax
    return price, dapple, dapple_num, dtax


def buy_apples_and_oranges():
    apples, oranges, both, taxed = MulLayer(), MulLayer(), AddLayer(), MulLayer()
    apple_price, orange_price = apples.forward(100, 2), oranges.forward(150, 3)
    price = taxed.forward(both.forward(apple_price, apple_price), 1.1)
    dfruits, dtax = taxed.backward(1)
    dapples, doranges = both.backward(dfruits)
    dapple, dapple_num = apples.backward(dapples)
    dorange, dorange_num = oranges.backward(doranges)
    return price, dapple_num, dapple, dorange, dorange_num, dtax
