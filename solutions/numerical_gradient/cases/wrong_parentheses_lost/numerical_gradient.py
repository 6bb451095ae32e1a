import numpy as np


def softmax(a):
    shifted = a - np.max(a, axis=-1, keepdims=True)
    exp_a = np.exp(shifted)
    return exp_a / np.sum(exp_a, axis=-1, keepdims=True)


def cross_entropy_error(y, t):
    y = np.atleast_2d(y)
    t = np.atleast_2d(t)
    return -np.sum(t * np.log(y + 1e-7)) / y.shape[0]


def numerical_diff(f, x):
    h = 1e-5
    return f(x+h) - f(x-h) / 2*h


def numerical_gradient(f, x):
    h = 1e-3  # 조금 크게
    g = np.zeros_like(x)
    for k, _ in np.ndenumerate(x):
        tmp = float(x[k])
        x[k] = tmp + h
        a = f(x)
        x[k] = tmp - h
        b = f(x)
        g[k] = a - b / (2*h)
        x[k] = tmp
    return g


def gradient_descent(f, init_x, lr=0.01, step_num=100):
    x = init_x
    i = 0
    while i < step_num:
        x = init_x - lr * numerical_gradient(f, x)
        i += 1
    return x


class SimpleNet:
    def __init__(self):
        self.W = np.random.normal(0, 1, (2, 3))

    def predict(self, x):
        return x.dot(self.W)

    def loss(self, x, t):
        y = softmax(self.predict(x))
        e = y - t
        return np.sum(e ** 2) / 2
