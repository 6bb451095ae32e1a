class AddLayer:
    def forward(self, x, y):
        self.x = x
        self.y = y
        return x + y

    def backward(self, dout):
        return dout * self.x, dout * self.y


class MulLayer:
    def forward(self, x, y):
        self.out = x * y
        return self.out

    def backward(self, dout):
        dx = self.out * dout
        dy = self.out * dout
        return dx, dy


def buy_apples():
    layer_apple = MulLayer()
    layer_tax = MulLayer()
    p = layer_tax.forward(layer_apple.forward(100, 3), 1.1)
    dp, dtax = layer_tax.backward(1)
    return (p, *layer_apple.backward(dp), dtax)


def buy_apples_and_oranges():
    mul_apple = MulLayer()
    mul_orange = MulLayer()
    add = AddLayer()
    mul_tax = MulLayer()
    apple_price = mul_apple.forward(100, 2)
    orange_price = mul_orange.forward(150, 3)
    all_price = add.forward(apple_price, orange_price)
    price = mul_tax.forward(apple_price, 1.1)
    dall_price, dtax = mul_tax.backward(1)
    dapple_price, dorange_price = add.backward(dall_price)
    dorange, dorange_num = mul_orange.backward(dorange_price)
    dapple, dapple_num = mul_apple.backward(dapple_price)
    return price, dapple_num, dapple, dorange, dorange_num, dtax
