from collections import OrderedDict
import numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


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
    return -np.sum(t * np.log(y + 1e-07)) / y.shape[0]


def numerical_gradient(f, x):
    h = 0.0001
    grad = np.zeros_like(x)
    for idx in np.ndindex(x.shape):
        value = x[idx]
        x[idx] = value + h
        above = f(x)
        x[idx] = value - h
        below = f(x)
        x[idx] = value
        grad[idx] = (above - below) / (2 * h)
    return grad


class Relu:

    def __init__(self):
        self.mask = None

    def forward(self, x):
        self.mask = x <= 0
        out = x.copy()
        out[self.mask] = 0
        return out

    def backward(self, dout):
        dx = dout.copy()
        dx[self.mask] = 0
        return dx


class Sigmoid:

    def __init__(self):
        self.out = None

    def forward(self, x):
        self.out = sigmoid(x)
        return self.out

    def backward(self, dout):
        return dout * (1 - self.out) * self.out


class Affine:

    def __init__(self, W, b):
        self.W = W
        self.b = b
        self.x = None
        self.dW = None
        self.db = None

    def forward(self, x):
        self.x = x
        return np.dot(x, self.W) + self.b

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
        t = self.t
        if t.size != self.y.size:
            t = np.eye(self.y.shape[1])[t]
        return dout * (self.y - t) / self.y.shape[0]


class TwoLayerNet:

    def __init__(self, input_size, hidden_size, output_size, weight_init_std=0.01):
        self.params = {}
        self.params['W1'] = weight_init_std * np.random.randn(input_size, hidden_size)
        self.params['b1'] = np.zeros(hidden_size)
        self.params['W2'] = weight_init_std * np.random.randn(hidden_size, output_size)
        self.params['b2'] = np.zeros(output_size)

    def predict(self, x):
        W1, W2 = (self.params['W1'], self.params['W2'])
        b1, b2 = (self.params['b1'], self.params['b2'])
        a1 = np.dot(x, W1) + b1
        z1 = sigmoid(a1)
        a2 = np.dot(z1, W2) + b2
        return softmax(a2)

    def loss(self, x, t):
        y = self.predict(x)
        return cross_entropy_error(y, t)

    def accuracy(self, x, t):
        y = np.argmax(self.predict(x), axis=1)
        if t.ndim != 1:
            t = np.argmax(t, axis=1)
        return np.sum(y == t) / x.shape[0]

    def numerical_gradient(self, x, t):
        grads = {}
        for key in ('W1', 'b1', 'W2', 'b2'):
            grads[key] = numerical_gradient(lambda _: self.loss(x, t), self.params[key])
        return grads

    def gradient(self, x, t):
        p = self.params
        out = {}
        for k in p:
            g = np.zeros(p[k].shape)
            for i in np.ndindex(g.shape):
                E = {n: np.zeros(v.shape) for n, v in p.items()}
                E[k][i] = 0.0001
                vals = []
                for s in (1, -1):
                    z = 1 / (1 + np.exp(-(x @ (p['W1'] + s * E['W1']) + p['b1'] + s * E['b1'])))
                    a = z @ (p['W2'] + s * E['W2']) + p['b2'] + s * E['b2']
                    e = np.exp(a - a.max(axis=1, keepdims=True))
                    vals.append(-np.sum(t * np.log(e / e.sum(axis=1, keepdims=True) + 1e-07)) / len(x))
                g[i] = (vals[0] - vals[1]) / 0.0002
            out[k] = g
        return out


def main():
    rng = np.random.default_rng(0)
    network = TwoLayerNet(input_size=6, hidden_size=4, output_size=3, weight_init_std=0.5)
    x = rng.normal(size=(5, 6))
    t = np.eye(3)[[0, 2, 1, 1, 0]]
    slow, fast = (network.numerical_gradient(x, t), network.gradient(x, t))
    for key in slow:
        print(key, ':', np.mean(np.abs(fast[key] - slow[key])))
if __name__ == '__main__':
    main()
