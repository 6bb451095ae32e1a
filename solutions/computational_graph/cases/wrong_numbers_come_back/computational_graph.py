class AddLayer:
    def forward(self, x, y):
        self.x = x
        self.y = y
        return x + y

    def backward(self, dout):
        return self.x, self.y


class MulLayer:
    def forward(self, x, y):
        self.cache = [x, y]
        return x * y

    def backward(self, dout):
        return tuple(self.cache)


def buy_apples():
    first, last = MulLayer(), MulLayer()
    last.forward(first.forward(100, 2), 1.1)
    dlast, dtax = last.backward(1)
    dapple, dapple_num = first.backward(dlast)
    return dapple, dapple_num, dtax


def buy_apples_and_oranges():
    apples, oranges, fruits, taxes = MulLayer(), MulLayer(), AddLayer(), MulLayer()
    return taxes.forward(1.1, fruits.forward(apples.forward(100, 2), oranges.forward(150, 3)))
