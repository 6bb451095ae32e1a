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
    step = 1e-4
    left = f(x - step)
    right = f(x + step)
    return (left - right) / (step * 2)


def numerical_gradient(f, x):
    h = 1e-4
    grad = np.zeros_like(x)
    for i in range(x.size):
        grad.flat[i] = (f(x + h) - f(x - h)) / (2 * h)
    return grad


def gradient_descent(f, init_x, lr=0.01, step_num=100):
    x = init_x
    for _ in range(step_num):
        grad = numerical_gradient(f, x)
        x = -lr * grad
    return x


class SimpleNet:
    def __init__(self):
        self.W = np.random.randn(3, 2)

    def predict(self, x):
        return np.dot(x, self.W.T)

    def loss(self, x, t):
        return cross_entropy_error(softmax(self.predict(x)), t)
