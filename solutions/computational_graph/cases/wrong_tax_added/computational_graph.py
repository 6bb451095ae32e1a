class AddLayer:
    def forward(self, x, y):
        self.total = x + y
        return self.total

    def backward(self, dout):
        return dout * self.total, dout * self.total


class MulLayer:
    def forward(self, x, y):
        self.a, self.b = x, y
        return x * y

    def backward(self, dout):
        dx = self.b * dout
        dy = self.a
        return dx, dy


def buy_apples():
    apple, n, tax = 100, 2, 1.1
    apple_price = MulLayer().forward(apple, n)
    price = MulLayer().forward(apple_price, tax)
    return price, apple, n, tax


def buy_apples_and_oranges():
    m_a, m_o, s, t = MulLayer(), MulLayer(), AddLayer(), AddLayer()
    fruit = s.forward(m_a.forward(100, 2), m_o.forward(150, 3))
    price = t.forward(fruit, 1.1)
    dfruit, dtax = t.backward(1)
    da, do = s.backward(dfruit)
    dorange, dorange_num = m_o.backward(do)
    dapple, dapple_num = m_a.backward(da)
    return price, dapple_num, dapple, dorange, dorange_num, dtax
