"""What the book's own modules hold beyond what the stubs give: `common.functions`, `common.optimizer`, `common.util`.

Submissions that import these modules find it there while they are graded. Names
that the assignment at hand asks for are left out, wherever they come from.
"""

import numpy as np


def identity_function(x):
    return x


def step_function(x):
    return np.array(x > 0, dtype=int)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def sigmoid_grad(x):
    return sigmoid(x) * (1.0 - sigmoid(x))


def relu(x):
    return np.maximum(0, x)


def relu_grad(x):
    return np.where(x > 0, 1.0, 0.0)


def mean_squared_error(y, t):
    return 0.5 * np.sum((y - t) ** 2)


def sum_squared_error(y, t):
    return 0.5 * np.sum((y - t) ** 2)


class SGD:
    def __init__(self, lr=0.01):
        self.lr = lr

    def update(self, params, grads):
        for key in params:
            params[key] -= self.lr * grads[key]


class Momentum:
    def __init__(self, lr=0.01, momentum=0.9):
        self.lr = lr
        self.momentum = momentum
        self.v = {}

    def update(self, params, grads):
        for key in params:
            self.v[key] = self.momentum * self.v.get(key, 0.0) - self.lr * grads[key]
            params[key] += self.v[key]


class AdaGrad:
    def __init__(self, lr=0.01):
        self.lr = lr
        self.h = {}

    def update(self, params, grads):
        for key in params:
            self.h[key] = self.h.get(key, 0.0) + grads[key] ** 2
            params[key] -= self.lr * grads[key] / (np.sqrt(self.h[key]) + 1e-7)


class Adam:
    def __init__(self, lr=0.001, beta1=0.9, beta2=0.999):
        self.lr = lr
        self.beta1 = beta1
        self.beta2 = beta2
        self.iter = 0
        self.m = {}
        self.v = {}

    def update(self, params, grads):
        self.iter += 1
        rate = self.lr * np.sqrt(1.0 - self.beta2**self.iter) / (1.0 - self.beta1**self.iter)
        for key in params:
            self.m[key] = self.beta1 * self.m.get(key, 0.0) + (1 - self.beta1) * grads[key]
            self.v[key] = self.beta2 * self.v.get(key, 0.0) + (1 - self.beta2) * grads[key] ** 2
            params[key] -= rate * self.m[key] / (np.sqrt(self.v[key]) + 1e-7)


def shuffle_dataset(x, t):
    order = np.random.permutation(len(x))
    return x[order], t[order]


def smooth_curve(x):
    window = np.kaiser(11, 2)
    padded = np.r_[x[10:0:-1], x, x[-1:-11:-1]]
    return np.convolve(window / window.sum(), padded, mode="valid")[5:-5]
