import numpy as np


def sum_squares_error(y, t):
    return np.sum((y - t) ** 2) / 2


def cross_entropy_error(y, t):
    y = np.atleast_2d(y)
    t = np.asarray(t)
    if t.size == y.size:
        label = np.argmax(t.reshape(y.shape), axis=1)
    else:
        label = t.reshape(-1)
    N, K = y.shape
    p = np.array([y[n, k] for n, k in zip(range(N), label)])
    return -np.log(p + 1e-7).sum() / K


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
