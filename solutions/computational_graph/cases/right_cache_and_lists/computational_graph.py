import numpy as np


class Layer:
    cache = None

    def forward(self, x, y):
        self.cache = (x, y)
        return self.compute(x, y)


class AddLayer(Layer):
    def compute(self, x, y):
        return x + y

    def backward(self, dout):
        return [dout, dout]


class MulLayer(Layer):
    def compute(self, x, y):
        return x * y

    def backward(self, dout):
        return np.array(self.cache[::-1]) * dout


def buy_apples(apple=100.0, apple_num=2.0, tax=1.1):
    fruit, bill = MulLayer(), MulLayer()
    price = bill.forward(fruit.forward(apple, apple_num), tax)
    back, dtax = bill.backward(1.0)
    return [price, *fruit.backward(back), dtax]


def buy_apples_and_oranges():
    layers = {name: MulLayer() for name in ("apple", "orange", "tax")}
    layers["sum"] = AddLayer()
    apples = layers["apple"].forward(2, 100)
    oranges = layers["orange"].forward(150, 3)
    price = layers["tax"].forward(layers["sum"].forward(apples, oranges), 1.1)
    result = [price]
    dsum, dtax = layers["tax"].backward(1)
    dapples, doranges = layers["sum"].backward(dsum)
    result.extend(layers["apple"].backward(dapples))
    result.extend(layers["orange"].backward(doranges))
    result.append(dtax)
    return np.array(result)
