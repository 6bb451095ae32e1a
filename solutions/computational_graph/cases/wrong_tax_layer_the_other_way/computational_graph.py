class AddLayer:
    def forward(self, x, y):
        return x + y

    def backward(self, dout):
        return dout, dout


class MulLayer:
    def forward(self, x, y):
        self.saved = x, y
        return x * y

    def backward(self, dout):
        x, y = self.saved
        return y * dout, x * dout


def buy_apples():
    """사과 2개"""
    apple_node, tax_node = MulLayer(), MulLayer()
    subtotal = apple_node.forward(100, 2)
    price = tax_node.forward(1.1, subtotal)
    dsubtotal, dtax = tax_node.backward(1)
    dapple, dapple_num = apple_node.backward(dsubtotal)
    return price, dapple, dapple_num, dtax


def buy_apples_and_oranges():
    apples, oranges, fruits, taxes = MulLayer(), MulLayer(), AddLayer(), MulLayer()
    price = taxes.forward(1.1, fruits.forward(apples.forward(100, 2), oranges.forward(150, 3)))
    dfruits, dtax = taxes.backward(1)
    dapples, doranges = fruits.backward(dfruits)
    dapple, dapple_num = apples.backward(dapples)
    dorange, dorange_num = oranges.backward(doranges)
    return price, dapple_num, dapple, dorange, dorange_num, dtax
