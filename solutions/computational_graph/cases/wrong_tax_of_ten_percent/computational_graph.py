class AddLayer:
    def forward(self, x, y):
        out = x - y
        return out

    def backward(self, dout):
        return dout, dout


class MulLayer:
    def forward(self, x, y):
        self.x = x
        self.y = x
        return x * y

    def backward(self, dout):
        return dout * self.y, dout * self.x


def buy_apples():
    tax = 0.1  # 10 %
    m1 = MulLayer()
    m2 = MulLayer()
    price = m2.forward(m1.forward(100, 2), tax)
    d, dtax = m2.backward(1)
    dapple, dapple_num = m1.backward(d)
    return [price, dapple, dapple_num, dtax]


def buy_apples_and_oranges():
    a1, a2, a3, m = AddLayer(), AddLayer(), AddLayer(), MulLayer()
    apples = a1.forward(100, 2)
    oranges = a2.forward(150, 3)
    price = m.forward(a3.forward(apples, oranges), 1.1)
    dsum, dtax = m.backward(1)
    dapples, doranges = a3.backward(dsum)
    dapple, dapple_num = a1.backward(dapples)
    dorange, dorange_num = a2.backward(doranges)
    return price, dapple_num, dapple, dorange, dorange_num, dtax
