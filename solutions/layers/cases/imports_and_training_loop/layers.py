import sys, os
sys.path.append(os.pardir)
import numpy as np
import matplotlib.pylab as plt
from collections import OrderedDict
from common.functions import *
from common.gradient import numerical_gradient
from dataset.mnist import load_mnist


def softmax(a):
    a = a - np.max(a, axis=-1, keepdims=True)
    exp_a = np.exp(a)
    return exp_a / np.sum(exp_a, axis=-1, keepdims=True)


def cross_entropy_error(y, t):
    if y.ndim == 1:
        y = y.reshape(1, -1)
        t = np.reshape(t, (1, -1))
    t = np.asarray(t)
    if t.size != y.size:
        t = np.eye(y.shape[1])[t.reshape(-1)]
    return -np.sum(t * np.log(y + 1e-7)) / y.shape[0]


class Relu:
    def __init__(self):
        self.mask = None

    def forward(self, x):
        self.mask = (x <= 0)
        out = x.copy()
        out[self.mask] = 0
        return out

    def backward(self, dout):
        dout[self.mask] = 0
        dx = dout

        return dx


class Sigmoid:
    def __init__(self):
        self.out = None

    def forward(self, x):
        out = 1 / (1 + np.exp(-x))
        self.out = out
        return out

    def backward(self, dout):
        dx = dout * (1.0 - self.out) * self.out
        return dx


class Affine:
    def __init__(self, W, b):
        self.W = W
        self.b = b
        self.x = None
        self.dW = None
        self.db = None

    def forward(self, x):
        self.x = x
        out = np.dot(x, self.W) + self.b
        return out

    def backward(self, dout):
        dx = np.dot(dout, self.W.T)
        self.dW = np.dot(self.x.T, dout)
        self.db = np.sum(dout, axis=0)
        return dx


class SoftmaxWithLoss:
    def __init__(self):
        self.loss = None
        self.y = None
        self.t = None

    def forward(self, x, t):
        self.t = t
        self.y = softmax(x)
        self.loss = cross_entropy_error(self.y, self.t)
        return self.loss

    def backward(self, dout=1):
        batch_size = self.t.shape[0]
        if self.t.size == self.y.size:
            dx = (self.y - self.t) / batch_size
        else:
            dx = self.y.copy()
            dx[np.arange(batch_size), self.t] -= 1
            dx = dx / batch_size
        return dx

(x_train, t_train), (x_test, t_test) = load_mnist(normalize=True, one_hot_label=True)
W1, b1 = 0.01 * np.random.randn(784, 20), np.zeros(20)
W2, b2 = 0.01 * np.random.randn(20, 10), np.zeros(10)
layers = [Affine(W1, b1), Relu(), Affine(W2, b2)]
last = SoftmaxWithLoss()
losses = []
for i in range(20):
    mask = np.random.choice(x_train.shape[0], 50)
    out = x_train[mask]
    for layer in layers:
        out = layer.forward(out)
    losses.append(last.forward(out, t_train[mask]))
    dout = last.backward()
    for layer in reversed(layers):
        dout = layer.backward(dout)
    for layer in (layers[0], layers[2]):
        layer.W -= 0.1 * layer.dW
        layer.b -= 0.1 * layer.db
print(losses[-1])
plt.plot(losses)
plt.show()
name = input("이름을 입력하세요: ")
