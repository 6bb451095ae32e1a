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
    h = 1e-4
    return (f(x - 2 * h) - 8 * f(x - h) + 8 * f(x + h) - f(x + 2 * h)) / (12 * h)


def numerical_gradient(f, x):
    h = 1e-4
    grad = np.zeros_like(x)
    for place, value in np.ndenumerate(x):
        values = []
        for step in (+1, -1):
            x[place] = value + step * h
            values.append(f(x))
        x[place] = value
        grad[place] = np.subtract(*values) / (2 * h)
    return grad


def gradient_descent(f, init_x, lr=0.01, step_num=100):
    x = np.array(init_x, dtype=np.float64)
    while step_num:
        grad = numerical_gradient(f, x)
        if not grad.any():
            break
        x, step_num = x - lr * grad, step_num - 1
    return x


class SimpleNet:
    def __init__(self, seed=None):
        self.W = 0.01 * np.random.default_rng(seed).normal(size=(2, 3))

    def predict(self, x):
        return np.asarray(x) @ self.W

    def loss(self, x, t):
        z = np.atleast_2d(self.predict(x))
        z = z - z.max(axis=1, keepdims=True)
        log_p = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
        return -(np.atleast_2d(t) * log_p).sum(axis=1).mean()
