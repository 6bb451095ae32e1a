import numpy as np


def sum_squares_error(y, t):
    return np.sum((y - t) ** 2) / 2


def cross_entropy_error(y, t):
    h = 1e-7
    y = np.reshape(y, (-1, np.shape(y)[-1]))
    if np.size(t) == y.size:
        T = np.reshape(t, y.shape)
    else:
        T = np.zeros(y.shape)
        for n, k in enumerate(np.ravel(t)):
            T[n, k] = 1
    return np.sum(-T * np.log(y + h) - (1 - T) * np.log(1 - y + h)) / len(y)


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
