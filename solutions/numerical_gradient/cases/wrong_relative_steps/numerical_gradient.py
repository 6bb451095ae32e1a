import numpy as np


def softmax(a):
    e = np.exp(a - np.max(a, axis=-1, keepdims=True))
    return e / np.sum(e, axis=-1, keepdims=True)


def cross_entropy_error(y, t):
    return -np.sum(t * np.log(y + 1e-7)) / np.atleast_2d(y).shape[0]


def numerical_diff(f, x):
    h = 1e-4
    x = int(x)
    return (f(x + h) - f(x - h)) / (2 * h)


def numerical_gradient(f, x):
    h = 1e-4
    slopes = np.zeros_like(x)
    for place in np.ndindex(*x.shape):
        kept = x[place]
        x[place] = kept + h * kept
        right = f(x)
        x[place] = kept - h * kept
        left = f(x)
        x[place] = kept
        slopes[place] = (right - left) / (2 * h)
    return slopes


def gradient_descent(f, init_x, lr=0.01, step_num=100):
    x = init_x
    for _ in range(step_num):
        x = x - f(x) * lr
    return x


class SimpleNet:
    def __init__(self):
        self.W = np.random.normal(size=(2, 3))

    def predict(self, x):
        return np.dot(x, self.W)

    def loss(self, x, t):
        z = self.predict(x)
        y = 1.0 / (1.0 + np.exp(-z))
        return cross_entropy_error(y, t)
