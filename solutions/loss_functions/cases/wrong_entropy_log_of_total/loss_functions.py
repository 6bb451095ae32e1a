import numpy as np


def sum_squares_error(y, t):
    gap = y - t
    return float(gap @ gap) / 2


def cross_entropy_error(y, t):
    y = np.atleast_2d(y)
    if np.size(t) != y.size:
        t = np.eye(y.shape[1])[np.ravel(t)]
    total = np.sum(y * np.reshape(t, y.shape))
    return -np.log(total + 1e-7) / y.shape[0]


def softmax(a):
    powers = np.exp(a - a.max(axis=-1)[..., None])
    return powers / powers.sum(axis=-1)[..., None]


def sample_batch(x, t, batch_size, rng):
    drawn = rng.permutation(x.shape[0])[:batch_size]
    return np.take(x, drawn, axis=0), np.take(t, drawn, axis=0)
