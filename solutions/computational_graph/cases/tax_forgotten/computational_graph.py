class AddLayer:
    def __init__(self):
        pass

    def forward(self, x, y):
        out = x + y
        return out

    def backward(self, dout):
        dx = dout * 1
        dy = dout * 1
        return dx, dy


class MulLayer:
    def __init__(self):
        self.x = None
        self.y = None

    def forward(self, x, y):
        self.x = x
        self.y = y
        out = x * y
        return out

    def backward(self, dout):
        dx = dout * self.y
        dy = dout * self.x
        return dx, dy


def buy_apples():
    layer = MulLayer()
    price = layer.forward(100, 2)
    dapple, dapple_num = layer.backward(1)
    return price, dapple, dapple_num


def buy_apples_and_oranges():
    apples, oranges, total = MulLayer(), MulLayer(), AddLayer()
    price = total.forward(apples.forward(100, 2), oranges.forward(150, 3))
    dapples, doranges = total.backward(1)
    dapple, dapple_num = apples.backward(dapples)
    dorange, dorange_num = oranges.backward(doranges)
    return price, dapple_num, dapple, dorange, dorange_num, 1.1
