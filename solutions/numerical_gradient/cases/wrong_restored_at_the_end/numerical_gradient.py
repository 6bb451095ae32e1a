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
    h = 1e-3
    return (f(x + h) - f(x - h)) / h


def numerical_gradient(f, x):
    h = 1e-4
    grad = np.zeros_like(x)
    backup = x.copy()
    for idx in np.ndindex(x.shape):
        x[idx] = x[idx] + h
        f1 = f(x)
        x[idx] = x[idx] - 2 * h
        f2 = f(x)
        grad[idx] = (f1 - f2) / (2 * h)
    x[:] = backup
    return grad


def gradient_descent(f, init_x, lr=0.01, step_num=100):
    x = init_x
    for _ in range(step_num):
        x -= numerical_gradient(f, x)
    return x


class SimpleNet:
    def __init__(self):
        W = np.random.randn(2, 3)

    def predict(self, x):
        return np.dot(x, self.W)

    def loss(self, x, t):
        return cross_entropy_error(softmax(self.predict(x)), t)
