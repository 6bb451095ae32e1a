import numpy as np


def sum_squares_error(y, t):
    return np.sum((y - t) ** 2) / 2


def cross_entropy_error(y, t):
    delta = 1e-7
    if y.ndim == 1:
        y = y[np.newaxis, :]
        t = t[np.newaxis, :]
    n = y.shape[0]
    return -(t * np.log(y + delta)).sum() / n


def softmax(a):
    if a.ndim == 1:
        c = np.max(a)
        e = np.exp(a - c)
        return e / np.sum(e)
    result = []
    for row in a:
        e = np.exp(row - np.max(row))
        result.append(e / e.sum())
    return np.array(result)


def sample_batch(x, t, batch_size, rng):
    idx = rng.integers(0, x.shape[0], size=batch_size)
    return x[idx], t[idx]
