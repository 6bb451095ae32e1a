import numpy as np

class ReLU:
    def __init__(self):
        self.params, self.grads = [], []
    def forward(self, x):
        self.gate = (x > 0).astype(x.dtype)
        return x * self.gate
    def backward(self, dout):
        return dout * self.gate

class sigmoid:
    def __init__(self):
        self.params, self.grads = [], []
    def forward(self, x):
        self.out = np.exp(x) / (np.exp(x) + 1)
        return self.out
    def backward(self, dout):
        return dout * (1 - self.out) * self.out

class Affine:
    def __init__(self, W, b):
        self.params = [W, b]
        self.grads = [np.zeros_like(W), np.zeros_like(b)]
        self.x = None
    def forward(self, x):
        W, b = self.params
        self.x = x
        return np.matmul(x, W) + b
    def backward(self, dout):
        W, b = self.params
        self.grads[0][...] = np.einsum("nd,nh->dh", self.x, dout)
        self.grads[1][...] = np.sum(dout, axis=0)
        return np.einsum("nh,dh->nd", dout, W)

class Softmax_With_Loss:
    def forward(self, x, t):
        if t.ndim == 1:
            t = np.identity(x.shape[1])[t]
        self.t = t
        ex = np.exp(x - x.max(axis=1).reshape(-1, 1))
        self.y = ex / ex.sum(axis=1).reshape(-1, 1)
        return -(t * np.log(self.y + 1e-7)).sum(axis=1).mean()
    def backward(self, dout=1):
        # -t/(y+1e-7) through the derivative of softmax, step by step
        n = self.t.shape[0]
        dy = -self.t / (self.y + 1e-7) / n * dout
        return self.y * (dy - (dy * self.y).sum(axis=1, keepdims=True))
