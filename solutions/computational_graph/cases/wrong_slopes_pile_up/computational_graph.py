class AddLayer:
    def forward(self, x, y):
        return x + y

    def backward(self, dout):
        return dout, dout


class MulLayer:
    def __init__(self):
        self.dx, self.dy = 0.0, 0.0

    def forward(self, x, y):
        self.x, self.y = x, y
        return x * y

    def backward(self, dout):
        self.dx = self.dx + self.y * dout
        self.dy = self.dy + self.x * dout
        return self.dx, self.dy


def buy_apples():
    apples, tax_once, tax_again = MulLayer(), MulLayer(), MulLayer()
    price = tax_again.forward(tax_once.forward(apples.forward(100, 2), 1.1), 1.1)
    dtaxed, dtax = tax_again.backward(1)
    dapples, dtax = tax_once.backward(dtaxed)
    dapple, dapple_num = apples.backward(dapples)
    return price, dapple, dapple_num, dtax


def buy_apples_and_oranges():
    apples, oranges, both, taxed = MulLayer(), MulLayer(), AddLayer(), MulLayer()
    price = taxed.forward(both.forward(apples.forward(100, 2), oranges.forward(150, 3)), 1.1)
    dfruits, dtax = taxed.backward(1)
    dapples, doranges = both.backward(dfruits)
    dapple, dapple_num = oranges.backward(dapples)
    dorange, dorange_num = apples.backward(doranges)
    return price, dapple_num, dapple, dorange, dorange_num, dtax
