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
    return (f(x + h) - f(x - h)) / 2


def numerical_gradient(f, x):
    h = 1e-4
    grad = np.zeros_like(x)
    n = x.shape[0]
    for i in range(n):
        tmp = np.array(x[i])
        x[i] = tmp + h
        f1 = f(x)
        x[i] = tmp - h
        f2 = f(x)
        x[i] = tmp
        grad[i] = (f1 - f2) / (2 * h)
    return grad


def gradient_descent(f, init_x, lr=0.01, step_num=100):
    w = init_x
    for _ in range(step_num):
        w -= 2 * lr * numerical_gradient(f, w)
    return w


def sigmoid(v):
    return 1 / (1 + np.exp(-v))


class SimpleNet:
    def __init__(self):
        self.W = np.random.randn(2, 3)

    def predict(self, x):
        a = np.dot(x, self.W)
        z = sigmoid(a)
        return z

    def loss(self, x, t):
        return cross_entropy_error(softmax(self.predict(x)), t)
