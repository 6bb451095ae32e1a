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
    h = 0.1
    return (f(x + h) - f(x - h)) / (2 * h)


def numerical_gradient(f, x):
    h = 1e-4
    grad = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        x[i] += h
        tmp = x[i]
        right = f(x)
        x[i] = tmp - h
        left = f(x)
        grad[i] = (right - left) / (2 * h)
        x[i] = tmp
    return grad


def gradient_descent(f, init_x, lr=0.01, step_num=100):
    x = init_x
    for step in range(1, step_num + 1):
        x = x - lr * numerical_gradient(f, x)
    result = f(x)
    return result


class SimpleNet:
    def __init__(self):
        self.W = np.random.randn(2, 3)

    def predict(self, x):
        print("점수:", x @ self.W)

    def loss(self, x, t):
        y = softmax(np.dot(x, self.W))
        return cross_entropy_error(y, t)
