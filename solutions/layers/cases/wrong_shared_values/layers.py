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
    mask = None

    def forward(self, x):
        Relu.mask = x > 0
        return np.maximum(0, x)

    def backward(self, dout):
        return dout * Relu.mask


saved = {}


class Sigmoid:
    def forward(self, x):
        saved['out'] = 1 / (1 + np.exp(-x))
        return saved['out']

    def backward(self, dout):
        y = saved['out']
        return dout * y * (1 - y)


class Affine:
    def __init__(self, W, b):
        self.W = W
        self.b = b
        self.lr = 0.01

    def forward(self, x):
        self.x = x
        return np.dot(x, self.W) + self.b

    def backward(self, dout):
        dx = np.dot(dout, self.W.T)
        self.dW = np.dot(self.x.T, dout)
        self.db = np.sum(dout, axis=0)
        # 경사하강법으로 갱신
        self.W -= self.lr * self.dW
        self.b -= self.lr * self.db
        return dx


class SoftmaxWithLoss:
    y = None
    t = None

    def forward(self, x, t):
        SoftmaxWithLoss.y = softmax(x)
        SoftmaxWithLoss.t = t
        return cross_entropy_error(self.y, self.t)

    def backward(self, dout=1):
        return (self.y - self.t) / self.t.shape[0]
