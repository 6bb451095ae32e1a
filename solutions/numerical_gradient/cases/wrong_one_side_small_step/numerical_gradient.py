import numpy as np


def softmax(a):
    shifted = a - np.max(a, axis=-1, keepdims=True)
    exp_a = np.exp(shifted)
    return exp_a / np.sum(exp_a, axis=-1, keepdims=True)


def cross_entropy_error(y, t):
    y = np.atleast_2d(y)
    t = np.atleast_2d(t)
    return -np.sum(t * np.log(y + 1e-7)) / y.shape[0]


EPS = 1e-6


def numerical_diff(f, x):
    now = f(x)
    return (f(x + EPS) - now) / EPS


def numerical_gradient(f, x):
    base = f(x)
    out = np.empty_like(x)
    flat, res = x.reshape(-1), out.reshape(-1)
    for j in range(flat.size):
        old = flat[j]
        flat[j] = old + EPS
        res[j] = (f(x) - base) / EPS
        flat[j] = old
    return out


def gradient_descent(f, init_x, lr=0.01, step_num=100):
    x = init_x.copy()
    history = [x.copy()]
    for _ in range(step_num):
        x = x - lr * numerical_gradient(f, x)
        history.append(x)
    return np.array(history)


class SimpleNet:
    def __init__(self):
        self.W = np.random.standard_normal((2, 3))

    def predict(self, x):
        return np.matmul(x, self.W)

    def loss(self, x, t):
        prob = softmax(self.predict(x))
        return np.mean(-t * np.log(prob + 1e-7))
