import numpy as np


def numerical_diff(func, point):
    step = 0.0001
    right = func(point + step)
    left = func(point - step)
    return (right - left) / (step + step)


def numerical_gradient(func, arr):
    step = 0.0001
    flat = arr.reshape(-1)
    slopes = [0.0] * flat.size
    for k in range(arr.size):
        keep = flat[k]
        flat[k] = keep + step
        right = func(arr)
        flat[k] = keep - step
        left = func(arr)
        flat[k] = keep
        slopes[k] = (right - left) / (2.0 * step)
    return np.array(slopes).reshape(arr.shape)


def gradient_descent(f, init_x, lr=0.01, step_num=100):
    x = init_x.copy()
    history = []
    for _ in range(step_num):
        history.append(x.copy())
        x = x - lr * numerical_gradient(f, x)
    return x, np.array(history)


def stable_softmax(z):
    z = z - z.max(axis=-1, keepdims=True)
    e = np.exp(z)
    return e / e.sum(axis=-1, keepdims=True)


class SimpleNet(object):
    def __init__(self, W=None):
        self.W = np.random.normal(0.0, 1.0, size=(2, 3)) if W is None else W

    def predict(self, x):
        return x @ self.W

    def loss(self, x, t):
        p = stable_softmax(self.predict(x))
        return float(np.mean(-np.sum(t * np.log(p + 1e-7), axis=-1)))
