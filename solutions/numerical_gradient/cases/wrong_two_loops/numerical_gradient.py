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
    x1 = x + h
    x2 = x1 - h
    return (f(x1) - f(x2)) / (2 * h)


def numerical_gradient(f, x):
    h = 1e-4
    grad = np.zeros_like(x)
    row, col = x.shape[0], x.shape[1]
    for i in range(row):
        for j in range(col):
            tmp = x[i, j]
            x[i, j] = tmp + h
            f1 = f(x)
            x[i, j] = tmp - h
            f2 = f(x)
            grad[i, j] = (f1 - f2) / (2 * h)
            x[i, j] = tmp
    return grad


def gradient_descent(f, init_x, lr=0.01, step_num=100):
    x = init_x
    for i in range(step_num):
        grad = numerical_gradient(f, x)
        x -= lr * grad
    return grad


class SimpleNet:
    def __init__(self):
        self.W = np.random.normal(loc=1.0, scale=1.0, size=(2, 3))

    def predict(self, x):
        return np.dot(x, self.W)

    def loss(self, x, t):
        return cross_entropy_error(softmax(self.predict(x)), t)
