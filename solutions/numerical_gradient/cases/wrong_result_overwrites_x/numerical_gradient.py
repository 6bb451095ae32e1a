import numpy as np


def softmax(a):
    shifted = a - np.max(a, axis=-1, keepdims=True)
    exp_a = np.exp(shifted)
    return exp_a / np.sum(exp_a, axis=-1, keepdims=True)


def cross_entropy_error(y, t):
    y = np.atleast_2d(y)
    t = np.atleast_2d(t)
    return -np.sum(t * np.log(y + 1e-7)) / y.shape[0]


def function_1(x):
    return 0.01 * x ** 2 + 0.1 * x


def function_2(x):
    return np.sum(x ** 2)


def numerical_diff(f, x):
    h = 1e-4
    return (function_1(x + h) - function_1(x - h)) / (2 * h)


def numerical_gradient(f, x):
    h = 1e-4
    grad = x  # 모양이 같아야 하니까
    for idx in np.ndindex(x.shape):
        tmp = x[idx]
        x[idx] = tmp + h
        fx1 = f(x)
        x[idx] = tmp - h
        fx2 = f(x)
        x[idx] = tmp
        grad[idx] = (fx1 - fx2) / (2 * h)
    return grad


def gradient_descent(f, init_x, lr=0.01, step_num=100):
    x = init_x
    for i in range(step_num):
        x -= lr * numerical_gradient(function_2, x)
    return x


class SimpleNet:
    def __init__(self):
        self.W = np.random.randn(2, 3)

    def predict(self, x):
        return np.dot(x, self.W)

    def loss(self, x, t):
        z = self.predict(x)
        y = softmax(x)
        return cross_entropy_error(y, t)
