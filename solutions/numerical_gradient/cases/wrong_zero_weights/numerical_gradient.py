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
    result = f(x + h) - f(x - h)
    return result


def numerical_gradient(f, x):
    d = 1e-5
    grad = np.zeros_like(x)
    for pos in np.ndindex(x.shape):
        orig = x[pos]
        x[pos] = orig - d
        fa = f(x)
        x[pos] = orig + d
        fb = f(x)
        x[pos] = orig
        grad[pos] = (fa - fb) / (2 * d)
    return grad


def gradient_descent(f, init_x, lr=0.01, step_num=100):
    x = init_x.astype(float)
    for _ in range(step_num):
        x = x - (1 / lr) * numerical_gradient(f, x)
    return x


class SimpleNet:
    def __init__(self):
        self.W = np.zeros((2, 3))

    def predict(self, x):
        return np.dot(x, self.W)

    def loss(self, x, t):
        return cross_entropy_error(softmax(self.predict(x)), t)
