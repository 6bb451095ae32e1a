import numpy as np


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
        self.x = x
        self.out = 1 / (1 + np.exp(-x))
        return self.out

    def backward(self, dout):
        return dout * (1 / (1 + np.exp(-(self.x + complex(0, 1e-30))))).imag / 1e-30


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
        self.dW = np.array([[np.sum((self.x @ (self.W + complex(0, 1e-30) * np.eye(self.W.size)[i * self.W.shape[1] + j].reshape(self.W.shape)) + self.b) * dout).imag / 1e-30 for j in range(self.W.shape[1])] for i in range(self.W.shape[0])])
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
        batch_size = self.y.shape[0]
        t = self.t
        if t.size != self.y.size:
            t = np.eye(self.y.shape[1])[t]
        return dout * (self.y - t) / batch_size


def main():
    x = np.array([[1.0, 2.0, 3.0]])
    t = np.array([[0.0, 1.0]])
    affine = Affine(np.array([[0.5, -0.5], [0.25, 0.25], [-0.5, 0.5]]), np.array([0.1, -0.1]))
    relu, last = (Relu(), SoftmaxWithLoss())
    print('loss :', last.forward(relu.forward(affine.forward(x)), t))
    print('dx :', affine.backward(relu.backward(last.backward())))
if __name__ == '__main__':
    main()
