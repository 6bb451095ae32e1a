class AddLayer:
    def forward(self, x, y):
        return x + y

    def backward(self, dout):
        # 두 갈래로 나눠서 보낸다
        return 0.5 * dout, 0.5 * dout


class MulLayer:
    def forward(self, x, y):
        self.x, self.y = x, y
        return x * y

    def backward(self, dout):
        dx = dout * 1
        dy = dout * 1
        return dx, dy


def buy_apples():
    l1, l2 = MulLayer(), MulLayer()
    price = l2.forward(l1.forward(100, 2), 1.1)
    d, dtax = l2.backward(price)
    dapple, dnum = l1.backward(d)
    return (price, dapple, dnum, dtax)


def buy_apples_and_oranges():
    apples, oranges, both, taxed = MulLayer(), MulLayer(), MulLayer(), MulLayer()
    a = apples.forward(100, 2)
    o = oranges.forward(150, 3)
    s = both.forward(a, o)
    price = taxed.forward(s, 1.1)

    ds, dtax = taxed.backward(1)
    da, do = both.backward(ds)
    dorange, dorange_num = oranges.backward(do)
    dapple, dapple_num = apples.backward(da)
    return price, dapple_num, dapple, dorange, dorange_num, dtax
