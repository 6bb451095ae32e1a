from collections import OrderedDict

import numpy as np


def sigmoid(x):
    """Squash every entry into the open interval from 0 to 1."""
    return 1 / (1 + np.exp(-x))


def softmax(a):
    """Turn scores of shape (C,) or (N, C) into probabilities, row by row."""
    a = a - np.max(a, axis=-1, keepdims=True)
    exp_a = np.exp(a)
    return exp_a / np.sum(exp_a, axis=-1, keepdims=True)


def cross_entropy_error(y, t):
    """Average cross entropy of probabilities y and answers t, one-hot or integer labels."""
    if y.ndim == 1:
        y = y.reshape(1, -1)
        t = np.reshape(t, (1, -1))
    t = np.asarray(t)
    if t.size != y.size:
        t = np.eye(y.shape[1])[t.reshape(-1)]
    return -np.sum(t * np.log(y + 1e-7)) / y.shape[0]


def numerical_gradient(f, x):
    """Differentiate f with respect to every entry of the array x.

    Each entry of `x` itself is moved by 1e-4 to both sides and put back. So f may ignore its argument and read the same
    array from somewhere else, for example from the parameters of a network.
    """
    h = 1e-4
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
    """Rectified linear unit."""

    def __init__(self):
        self.mask = None

    def forward(self, x):
        """Replace every entry that is not positive by 0."""
        self.mask = x <= 0
        out = x.copy()
        out[self.mask] = 0
        return out

    def backward(self, dout):
        """Let the gradient through where the input was positive."""
        dx = dout.copy()
        dx[self.mask] = 0
        return dx


class Sigmoid:
    """Logistic function."""

    def __init__(self):
        self.out = None

    def forward(self, x):
        """Apply the logistic function to every entry."""
        self.out = sigmoid(x)
        return self.out

    def backward(self, dout):
        """Multiply by the derivative of the logistic function."""
        return dout * (1 - self.out) * self.out


class Affine:
    """Fully connected layer; it shares the arrays W and b with whoever made it."""

    def __init__(self, W, b):
        self.W = W
        self.b = b
        self.x = None
        self.dW = None
        self.db = None

    def forward(self, x):
        """Multiply by the weights and add the biases."""
        self.x = x
        return np.dot(x, self.W) + self.b

    def backward(self, dout):
        """Store dW and db, and return the gradient of the input."""
        dx = np.dot(dout, self.W.T)
        self.dW = np.dot(self.x.T, dout)
        self.db = np.sum(dout, axis=0)
        return dx


class SoftmaxWithLoss:
    """Softmax followed by cross entropy."""

    def __init__(self):
        self.loss = None
        self.y = None
        self.t = None

    def forward(self, x, t):
        """Compute the loss of a batch of scores."""
        self.t = t
        self.y = softmax(x)
        self.loss = cross_entropy_error(self.y, self.t)
        return self.loss

    def backward(self, dout=1):
        """Return the gradient of the scores."""
        t = self.t
        if t.size != self.y.size:
            t = np.eye(self.y.shape[1])[t]
        return dout * (self.y - t) / self.y.shape[0]


class TwoLayerNet:
    def __init__(self, input_size, hidden_size, output_size, weight_init_std=0.01):
        D, H, O = input_size, hidden_size, output_size
        self.params = {
            'W1': weight_init_std * np.random.randn(D, H),
            'b1': np.zeros(H),
            'W2': weight_init_std * np.random.randn(H, O),
            'b2': np.zeros(O),
        }

    def predict(self, x):
        p = self.params
        hidden = sigmoid(x @ p['W1'] + p['b1'])
        scores = hidden @ p['W2'] + p['b2']
        return softmax(scores)

    def loss(self, x, t):
        prob = self.predict(x)
        return cross_entropy_error(prob, t)

    def accuracy(self, x, t):
        pred = self.predict(x).argmax(axis=1)
        answer = t if t.ndim == 1 else t.argmax(axis=1)
        return (pred == answer).mean()

    def numerical_gradient(self, x, t):
        return self.gradient(x, t)

    def gradient(self, x, t):
        p = self.params
        n = len(x)
        # 순전파
        before = x @ p['W1'] + p['b1']
        hidden = sigmoid(before)
        prob = softmax(hidden @ p['W2'] + p['b2'])
        # 역전파
        err = (prob - t) / n
        gW2 = hidden.T @ err
        gb2 = err.sum(axis=0)
        back = err @ p['W2'].T
        delta = back * hidden * (1 - hidden)
        gW1 = x.T @ delta
        gb1 = delta.sum(axis=0)
        return {'W1': gW1, 'b1': gb1, 'W2': gW2, 'b2': gb2}
