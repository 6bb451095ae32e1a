class AddLayer:

    def forward(self, x, y):
        return x + y

    def backward(self, dout):
        return (dout * 1, dout * 1)


class MulLayer:

    def __init__(self):
        self.x = None
        self.y = None

    def forward(self, x, y):
        self.x = x
        self.y = y
        return x * y

    def backward(self, dout):
        return (dout * self.y, dout * self.x)


def buy_apples():
    return (220.0, 2.2, 110.0, 200)


def buy_apples_and_oranges():
    apple, apple_num, orange, orange_num, tax = (100, 2, 150, 3, 1.1)
    mul_apple_layer = MulLayer()
    mul_orange_layer = MulLayer()
    add_fruit_layer = AddLayer()
    mul_tax_layer = MulLayer()
    apple_price = mul_apple_layer.forward(apple, apple_num)
    orange_price = mul_orange_layer.forward(orange, orange_num)
    fruit_price = add_fruit_layer.forward(apple_price, orange_price)
    price = mul_tax_layer.forward(fruit_price, tax)
    dfruit_price, dtax = mul_tax_layer.backward(1)
    dapple_price, dorange_price = add_fruit_layer.backward(dfruit_price)
    dorange, dorange_num = mul_orange_layer.backward(dorange_price)
    dapple, dapple_num = mul_apple_layer.backward(dapple_price)
    return (price, dapple_num, dapple, dorange, dorange_num, dtax)
if __name__ == '__main__':
    print('apples · 사과:', buy_apples())
    print('apples and oranges · 사과와 오렌지:', buy_apples_and_oranges())
