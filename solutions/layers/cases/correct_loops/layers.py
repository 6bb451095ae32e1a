import numpy as np
import math


# 반복문으로 하나씩 계산했습니다
class Relu:
    def __init__(self):
        self.saved = None

    def forward(self, x):
        self.saved = x
        out = np.zeros(x.shape)
        for i in range(x.shape[0]):
            for j in range(x.shape[1]):
                if x[i, j] > 0:
                    out[i, j] = x[i, j]
        return out

    def backward(self, dout):
        dx = np.zeros(dout.shape)
        for i in range(dout.shape[0]):
            for j in range(dout.shape[1]):
                if self.saved[i, j] > 0:
                    dx[i, j] = dout[i, j]
        return dx


class Sigmoid:
    def __init__(self):
        self.saved = None

    def forward(self, x):
        out = np.zeros(x.shape)
        for idx in np.ndindex(x.shape):
            out[idx] = 1 / (1 + math.exp(-x[idx]))
        self.saved = out
        return out

    def backward(self, dout):
        dx = np.zeros(dout.shape)
        for idx in np.ndindex(dout.shape):
            dx[idx] = dout[idx] * self.saved[idx] * (1 - self.saved[idx])
        return dx


class Affine:
    def __init__(self, W, b):
        self.W = W
        self.b = b
        self.x = None
        self.d_w = None
        self.d_b = None

    def forward(self, x):
        self.x = x
        n, d = x.shape
        h = len(self.b)
        out = np.zeros((n, h))
        for i in range(n):
            for j in range(h):
                total = self.b[j]
                for k in range(d):
                    total += x[i, k] * self.W[k, j]
                out[i, j] = total
        return out

    def backward(self, dout):
        n, d = self.x.shape
        h = len(self.b)
        dx = np.zeros((n, d))
        self.d_w = np.zeros((d, h))
        self.d_b = np.zeros(h)
        for i in range(n):
            for j in range(h):
                self.d_b[j] += dout[i, j]
                for k in range(d):
                    dx[i, k] += dout[i, j] * self.W[k, j]
                    self.d_w[k, j] += dout[i, j] * self.x[i, k]
        return dx


class SoftmaxWithLoss:
    def __init__(self):
        self.y = None
        self.t = None

    def forward(self, x, t):
        n, c = x.shape
        if t.ndim == 1:
            onehot = np.zeros((n, c))
            for i in range(n):
                onehot[i, t[i]] = 1
            t = onehot
        self.t = t
        self.y = np.zeros((n, c))
        loss = 0
        for i in range(n):
            total = 0
            for k in range(c):
                self.y[i, k] = math.exp(x[i, k])
                total += self.y[i, k]
            for k in range(c):
                self.y[i, k] /= total
                if t[i, k] == 1:
                    loss -= math.log(self.y[i, k] + 1e-7)
        return loss / n

    def backward(self, dout=1):
        dx = np.zeros(self.y.shape)
        for i in range(len(dx)):
            for k in range(len(dx[i])):
                dx[i, k] = (self.y[i, k] - self.t[i, k]) / len(dx)
        return dx
