class AddLayer:
    def forward(self, x, y):
        return x, y

    def backward(self, dout):
        return dout, dout


class MulLayer:
    def forward(self, x, y):
        self.x, self.y = x, y
        self.z = x * y
        return self.z

    def backward(self, dout):
        return self.z / self.x * dout, self.z / self.y * dout


def buy_apples():
    apples, taxed = MulLayer(), MulLayer()
    price = taxed.forward(apples.forward(100, 2), 1.1)
    _, dtax = taxed.backward(1)
    dapple, dapple_num = apples.backward(1)
    return price, dapple, dapple_num, dtax


def buy_apples_and_oranges():
    apples, oranges, both, taxed = MulLayer(), MulLayer(), AddLayer(), MulLayer()
    tax = int(1.1)
    fruits = both.forward(apples.forward(100, 2), oranges.forward(150, 3))
    price = taxed.forward(fruits, tax)
    dfruits, dtax = taxed.backward(1)
    dapples, doranges = both.backward(dfruits)
    dapple, dapple_num = apples.backward(dapples)
    dorange, dorange_num = oranges.backward(doranges)
    return price, dapple_num, dapple, dorange, dorange_num, dtax
