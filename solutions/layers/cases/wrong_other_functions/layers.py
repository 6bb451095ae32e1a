import numpy as np


def softmax(x):
    if x.ndim == 2:
        x = x.T
        x = x - np.max(x, axis=0)
        y = np.exp(x) / np.sum(np.exp(x), axis=0)
        return y.T
    x = x - np.max(x)
    return np.exp(x) / np.sum(np.exp(x))


def cross_entropy_error(y, t):
    if y.ndim == 1:
        t = t.reshape(1, t.size)
        y = y.reshape(1, y.size)
    if t.size == y.size:
        t = t.argmax(axis=1)
    batch_size = y.shape[0]
    return -np.sum(np.log(y[np.arange(batch_size), t] + 1e-7)) / batch_size


class Relu:
    def forward(self, x):
        self.sign = np.where(x > 0, 1.0, -1.0)
        return np.abs(x)

    def backward(self, dout):
        return dout * self.sign


class Sigmoid:
    def forward(self, x):
        e1, e2 = np.exp(x), np.exp(-x)
        self.out = (e1 - e2) / (e1 + e2)
        return self.out

    def backward(self, dout):
        return dout * (1 - self.out ** 2)


class Affine:
    def __init__(self, W, b):
        self.W = W
        self.b = b

    def forward(self, x):
        self.x = x
        return np.dot(x, self.W) + self.b

    def backward(self, dout):
        self.dW = np.dot(self.x.T, dout)
        self.db = self.b * np.sum(dout, axis=0)
        return np.dot(dout, self.W.T)


class SoftmaxWithLoss:
    def forward(self, x, t):
        self.y = softmax(x)
        self.t = t
        return np.sum((t - self.y) ** 2) * 0.5

    def backward(self, dout=1):
        return (self.y - self.t) / self.t.shape[0]
