import numpy as np


def softmax(a):
    e = np.exp(a - a.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


class Relu:
    def forward(self, x):
        self.positive = x > 0
        return np.maximum(x, 0)

    def backward(self, dout):
        return np.where(self.positive, dout, 0.0)


class Sigmoid:
    def forward(self, x):
        self.y = 0.5 * (1 + np.tanh(x / 2))
        return self.y

    def backward(self, dout):
        return dout * (self.y - self.y ** 2)


class Affine:
    def __init__(self, W, b):
        self.W, self.b = W, b

    def forward(self, x):
        self.x = x
        return x @ self.W + self.b

    def backward(self, dout):
        self.dW, self.db = self.x.T @ dout, dout.sum(0)
        return dout @ self.W.T


class SoftmaxWithLoss:
    def forward(self, x, t):
        n = len(x)
        self.p = softmax(x)
        self.labels = t if t.ndim == 1 else t.argmax(axis=1)
        return -np.log(self.p[np.arange(n), self.labels]).mean()

    def backward(self, dout=1):
        n, c = self.p.shape
        return dout * (self.p - np.eye(c)[self.labels]) / n
