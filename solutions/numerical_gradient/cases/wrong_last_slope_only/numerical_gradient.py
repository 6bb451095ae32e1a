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
    h = 0.0001
    return (f(x + h) - f(x - h)) / (2 * h)


def numerical_gradient(f, x):
    h = 1e-4
    for idx in np.ndindex(x.shape):
        tmp = x[idx]
        x[idx] = tmp + h
        y1 = f(x)
        x[idx] = tmp - h
        y2 = f(x)
        x[idx] = tmp
        grad = (y1 - y2) / (2 * h)
    return grad


def gradient_descent(f, init_x, lr=0.01, step_num=100):
    x = np.zeros(init_x.shape)
    for _ in range(step_num):
        x = x - lr * numerical_gradient(f, x)
    return x


class SimpleNet:
    def __init__(self):
        self.W = np.random.randn(2, 3)

    def predict(self, x):
        return x * self.W

    def loss(self, x, t):
        return cross_entropy_error(softmax(self.predict(x)), t)
