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
    return (f(x + h) + f(x - h)) / (2 * h)


def numerical_gradient(f, x):
    h = 1e-4
    shape = x.shape
    v = x.flatten()
    grad = []
    for i in range(len(v)):
        origin = v[i]
        v[i] = origin + h
        f1 = f(v)
        v[i] = origin - h
        f2 = f(v)
        v[i] = origin
        grad.append((f1 - f2) / (2 * h))
    return np.array(grad).reshape(shape)


def gradient_descent(f, init_x, lr=0.1, step_num=100):
    x = init_x
    for i in range(step_num):
        x -= numerical_gradient(f, x) * lr
    return x


class SimpleNet:
    def __init__(self):
        self.W = np.random.randn(2, 3)

    def predict(self, x):
        return np.dot(x, self.W)

    def loss(self, x, t):
        z = self.predict(x)
        y = softmax(z)
        return y
