import numpy as np


def softmax(a):
    e = np.exp(a - np.max(a, axis=-1, keepdims=True))
    return e / np.sum(e, axis=-1, keepdims=True)


def cross_entropy_error(y, t):
    return -np.sum(t * np.log(y + 1e-7)) / np.atleast_2d(y).shape[0]


def numerical_diff(f, x):
    h = 1e-4
    rise = f(x + h) - f(x)
    return rise / 2 * h


def numerical_gradient(f, x):
    h = 1e-4
    slopes = np.zeros_like(x)
    for place in np.ndindex(*x.shape):
        kept = x[place]
        x[place] = kept + h / 2
        right = f(x)
        x[place] = kept - h / 2
        left = f(x)
        x[place] = kept
        slopes[place] = (right - left) / (2 * h)
    return slopes


def gradient_descent(f, init_x, lr=0.01, step_num=100):
    x = init_x.copy()
    for k in range(step_num):
        x = x - lr / (1 + k) * numerical_gradient(f, x)
    return x


class SimpleNet:
    def __init__(self):
        self.W = np.random.randn(2, 3)
        self.b = np.ones(3)

    def predict(self, x):
        return np.dot(x, self.W) + self.b

    def loss(self, x, t):
        return cross_entropy_error(softmax(self.predict(x)), t)
