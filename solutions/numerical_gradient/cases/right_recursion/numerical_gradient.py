# numpy는 위 셀에서 import 했어요

def numerical_diff(f, x):
    return (f(x + 1e-4) - f(x - 1e-4)) * 5000


def fill(f, whole, part, grad):
    for i in range(len(part)):
        if part.ndim > 1:
            fill(f, whole, part[i], grad[i])
        else:
            old = part[i]
            values = []
            for sign in (1, -1):
                part[i] = old + sign * 1e-4
                values.append(f(whole))
            part[i] = old
            grad[i] = (values[0] - values[1]) / 2e-4


def numerical_gradient(f, x):
    grad = np.empty(x.shape)
    fill(f, x, x, grad)
    return grad


def gradient_descent(f, init_x, lr=0.01, step_num=100):
    if step_num == 0:
        return init_x
    return gradient_descent(f, init_x - lr * numerical_gradient(f, init_x), lr, step_num - 1)


class SimpleNet:
    def __init__(self):
        rng = np.random.default_rng()
        self.W = rng.standard_normal((2, 3))

    def predict(self, x):
        return np.einsum("...i,ij->...j", x, self.W)

    def loss(self, x, t):
        return cross_entropy_error(softmax(self.predict(x)), t)
