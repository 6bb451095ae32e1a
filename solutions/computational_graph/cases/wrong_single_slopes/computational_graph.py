class AddLayer:
    def forward(self, x, y):
        return x + y

    def backward(self, dout):
        d = dout * 1
        return d


class MulLayer:
    def forward(self, x, y):
        self.pair = (x, y)
        return x * y

    def backward(self, dout):
        x, y = self.pair
        return dout * x * y


def buy_apples():
    num, apple, tax = 2, 100, 1.1
    first = MulLayer()
    second = MulLayer()
    apple_price = first.forward(apple, num)
    price = second.forward(apple_price, tax)
    dtax, dapple_price = second.backward(1.0)
    dapple, dnum = first.backward(dapple_price)
    return price, dapple, dnum, dtax


def buy_apples_and_oranges():
    apple_layer, tax_layer, orange_layer, add_layer = MulLayer(), MulLayer(), MulLayer(), AddLayer()
    apples = tax_layer.forward(apple_layer.forward(100, 2), 1.1)
    oranges = orange_layer.forward(150, 3)
    price = add_layer.forward(apples, oranges)
    dapples, doranges = add_layer.backward(1)
    dorange, dorange_num = orange_layer.backward(doranges)
    dapple_price, dtax = tax_layer.backward(dapples)
    dapple, dapple_num = apple_layer.backward(dapple_price)
    return price, dapple_num, dapple, dorange, dorange_num, dtax
