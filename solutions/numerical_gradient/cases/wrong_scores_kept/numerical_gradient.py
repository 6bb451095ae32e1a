import numpy as np


def softmax(a):
    e = np.exp(a - np.max(a, axis=-1, keepdims=True))
    return e / np.sum(e, axis=-1, keepdims=True)


def cross_entropy_error(y, t):
    return -np.sum(t * np.log(y + 1e-7)) / np.atleast_2d(y).shape[0]


def numerical_diff(f, x):
    h = 1e-4
    return (f(x + h) - f(x - h)) / (2 * h * h)


def numerical_gradient(f, x):
    h = 1e-4
    slopes = np.zeros(x.shape)
    for k in range(x.size):
        before = f(x)
        x.flat[k] += h
        slopes.flat[k] = (f(x) - before) / h
    return slopes


def gradient_descent(f, init_x, lr=0.01, step_num=100):
    for _ in range(step_num):
        x = np.array(init_x)
        x = x - lr * numerical_gradient(f, x)
    return x


class SimpleNet:
    def __init__(self):
        self.W = np.random.randn(2, 3)
        self.scores = None

    def predict(self, x):
        if self.scores is not None:
            return self.scores
        self.scores = x @ self.W
        return self.scores

    def loss(self, x, t):
        return cross_entropy_error(softmax(self.predict(x)), t)
