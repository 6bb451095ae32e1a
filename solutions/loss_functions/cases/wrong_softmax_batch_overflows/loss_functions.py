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
    if a.ndim > 1:
        powers = np.exp(a)
        return (powers.T / powers.sum(axis=1)).T
    powers = np.exp(a - max(a))
    return powers / sum(powers)


def sample_batch(x, t, batch_size, rng):
    drawn = rng.permutation(x.shape[0])[:batch_size]
    return np.take(x, drawn, axis=0), np.take(t, drawn, axis=0)
