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
    delta = 1e-5
    y2 = f(x)
    y1 = f(x - delta)
    return (y2 - y1) / delta


def numerical_gradient(f, x):
    h = 1e-4
    grad = np.zeros(x.shape)
    it = np.nditer(x, flags=['multi_index'])
    while not it.finished:
        i = it.multi_index
        x[i] += h
        fxh1 = f(x)   # f(x+h)
        x[i] -= h
        fxh2 = f(x)   # f(x-h)
        grad[i] = (fxh1 - fxh2) / (2 * h)
        it.iternext()
    return grad


def gradient_descent(f, init_x, lr=0.01, step_num=100):
    x = init_x
    grad = numerical_gradient(f, x)
    for step in range(step_num):
        x = x - lr * grad
    return x


class SimpleNet:
    def __init__(self):
        self.W = np.random.randn(2, 3)   # 가중치

    def predict(self, x):
        return x @ self.W

    def loss(self, x, t):
        y = softmax(self.predict(x))
        return -np.sum(np.log(y + 1e-7) * t)
