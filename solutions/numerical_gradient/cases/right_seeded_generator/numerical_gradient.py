import numpy as np
from numpy.random import default_rng


def softmax(a):
    e = np.exp(a - np.max(a, axis=-1, keepdims=True))
    return e / np.sum(e, axis=-1, keepdims=True)


def cross_entropy_error(y, t):
    return -np.sum(t * np.log(y + 1e-7)) / np.atleast_2d(y).shape[0]


def numerical_diff(f, x):
    step = 0.0001
    ahead, behind = f(x + step), f(x - step)
    return (ahead - behind) / (2 * step)


def numerical_gradient(f, x):
    step = 0.0001
    slopes = np.empty(x.shape)
    for spot, here in np.ndenumerate(x.copy()):
        x[spot] = here + step
        ahead = f(x)
        x[spot] = here - step
        slopes[spot] = (ahead - f(x)) / (2 * step)
        x[spot] = here
    return slopes


def gradient_descent(f, init_x, lr=0.01, step_num=100):
    x = np.array(init_x)
    while step_num > 0:
        x -= lr * numerical_gradient(f, x)
        step_num -= 1
    return x


class SimpleNet:
    def __init__(self):
        rng = default_rng(seed=2024)
        self.W = rng.standard_normal((2, 3))

    def predict(self, x):
        return x @ self.W

    def loss(self, x, t):
        return cross_entropy_error(softmax(self.predict(x)), t)
