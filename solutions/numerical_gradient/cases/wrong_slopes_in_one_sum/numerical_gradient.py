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
    fx1 = f(x) + h
    fx2 = f(x) - h
    return (fx1 - fx2) / (2 * h)


def numerical_gradient(f, x):
    h = 1e-4
    total = 0
    for idx in np.ndindex(x.shape):
        tmp_val = x[idx]
        x[idx] = tmp_val + h
        fxh1 = f(x)
        x[idx] = tmp_val - h
        fxh2 = f(x)
        total += (fxh1 - fxh2) / (2 * h)
        x[idx] = tmp_val  # 복원
    return total


def gradient_descent(f, init_x, lr=0.01, step_num=100):
    x = init_x
    for i in range(step_num):
        new_x = x - lr * numerical_gradient(f, x)
    return x


class SimpleNet:
    def __init__(self):
        self.W = np.random.randn(2, 3)
        self.params = [np.array(self.W)]

    def predict(self, x):
        return np.dot(x, self.params[0])

    def loss(self, x, t):
        return cross_entropy_error(softmax(self.predict(x)), t)
