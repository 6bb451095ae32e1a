import numpy as np


def sum_squares_error(y, t):
    gap = y - t
    return float(gap @ gap) / 2


def cross_entropy_error(y, t):
    y = np.atleast_2d(y)
    if np.size(t) == y.size:
        picked = np.sum(y * np.reshape(t, y.shape), axis=1)
    else:
        picked = np.array([row[k] for row, k in zip(y, np.atleast_1d(t))])
    return np.mean(-np.log(picked + 1e-7))


def softmax(a):
    powers = np.exp(a - a.max(axis=-1)[..., None])
    return powers / powers.sum(axis=-1)[..., None]


def sample_batch(x, t, batch_size, rng):
    shuffled = rng.permutation(len(x))
    x[...] = x[shuffled]
    t[...] = t[shuffled]
    return x[:batch_size], t[:batch_size]
