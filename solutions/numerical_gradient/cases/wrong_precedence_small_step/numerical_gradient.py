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
    diff = f(x + h) - f(x - h)
    return diff / 2 * h


def numerical_gradient(f, x):
    h = 1e-5
    grad = np.zeros_like(x)
    for idx in np.ndindex(*x.shape):
        val = x[idx].copy()
        x[idx] = val - h
        lo = f(x)
        x[idx] = val + h
        hi = f(x)
        grad[idx] = (hi - lo) / 2 * h
        x[idx] = val
    return grad


def gradient_descent(f, init_x, lr=0.01, step_num=100):
    x = init_x
    for i in range(0, 100):
        x -= lr * numerical_gradient(f, x)
    return x


class SimpleNet:
    def __init__(self):
        self.W = np.random.randn(2, 3)

    def predict(self, x):
        return np.dot(x, self.W)

    def loss(self, x, t):
        y = softmax(self.predict(x))
        if y.ndim == 1:
            return np.sum(t * np.log(y + 1e-7))
        return np.sum(t * np.log(y + 1e-7)) / len(y)
