class AddLayer():
    def forward(self, x, y):
        z = x + y
        return z

    def backward(self, dout):
        dx = dout
        dy = 0 * dout
        return dx, dy


class MulLayer():
    def forward(self, x, y):
        a = x
        b = y
        return a * b

    def backward(self, dout):
        dx = dout * b
        dy = dout * a
        return dx, dy


def buy_apples():
    m1 = MulLayer()
    m2 = MulLayer()
    apples = m1.forward(100, 2)
    price = m2.forward(apples, 1.1)
    d, _ = m2.backward(1)
    return price, *m1.backward(d)


def buy_apples_and_oranges():
    m1, m2, m3, a1 = MulLayer(), MulLayer(), MulLayer(), AddLayer()
    p = m3.forward(a1.forward(m1.forward(120, 2), m2.forward(150, 3)), 1.1)
    dsum, dt = m3.backward(1)
    d1, d2 = a1.backward(dsum)
    da, dan = m1.backward(d1)
    do, don = m2.backward(d2)
    return p, dan, da, do, don, dt
