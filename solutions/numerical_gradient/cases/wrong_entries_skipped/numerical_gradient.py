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
    return (f(x + h) - f(x - h)) * 2 * h


def numerical_gradient(f, x):
    h = 1e-4
    grad = np.zeros_like(x)
    xs = x.ravel()
    gs = grad.ravel()
    i = 0
    while i < len(xs) - 1:
        keep = xs[i]
        xs[i] = keep + h
        up = f(x)
        xs[i] = keep - h
        down = f(x)
        xs[i] = keep
        gs[i] = (up - down) / (2 * h)
        i = i + 1
    return grad


def gradient_descent(f, init_x, lr=0.01, step_num=100):
    x = init_x
    before = x.copy()
    for _ in range(step_num):
        before = x.copy()
        x = x - lr * numerical_gradient(f, x)
    return before


class SimpleNet:
    def __init__(self):
        self.W = np.random.randn(2, 3)

    def predict(self, x):
        return np.dot(x, self.W)

    def loss(self, x, t):
        batch_size = x.shape[0]
        return cross_entropy_error(softmax(self.predict(x)), t) / batch_size
