import numpy as np


def sum_squares_error(y, t):
    d = y - t
    return d @ d / 2


def cross_entropy_error(y, t):
    y = np.atleast_2d(y)
    t = np.asarray(t)
    if t.size != y.size:
        t = np.eye(y.shape[1])[t.ravel()]
    return -(t.reshape(y.shape) * np.log(y + 1e-7)).sum() / len(y)


def softmax(a):
    z = np.exp(a - a.max(axis=-1, keepdims=True))
    return z / z.sum(axis=-1, keepdims=True)


def sample_batch(x, t, batch_size, rng):
    order = rng.permutation(len(x))[:batch_size]
    return (x[order], t[order])
