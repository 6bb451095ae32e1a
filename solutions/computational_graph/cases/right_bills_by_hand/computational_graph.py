class AddLayer:
    forward = staticmethod(lambda x, y: y + x)
    backward = staticmethod(lambda dout: (dout, dout))


class MulLayer:
    def forward(self, x, y):
        self._back = lambda dout: {"x": y * dout, "y": x * dout}
        return y * x

    def backward(self, dout=1):
        grads = self._back(dout)
        return grads["x"], grads["y"]


def buy_apples():
    apple, number, tax = 100.0, 2.0, 1.1
    return apple * number * tax, number * tax, apple * tax, apple * number


def buy_apples_and_oranges():
    tax, basket = 1.1, {"apple": (100, 2), "orange": (150, 3)}
    fruits = sum(price * number for price, number in basket.values())
    (apple, apple_num), (orange, orange_num) = basket.values()
    return fruits * tax, tax * apple, tax * apple_num, tax * orange_num, tax * orange, fruits
