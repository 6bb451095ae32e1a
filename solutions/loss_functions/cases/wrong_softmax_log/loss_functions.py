import numpy as np


def sum_squares_error(y, t):
    return np.sum((y - t) ** 2) / 2


def cross_entropy_error(y, t):
    # y가 1차원이면 2차원으로 바꿔준다
    if y.ndim == 1:
        y = y.reshape(1, y.size)
        t = np.array(t).reshape(1, -1)
    if t.size == y.size:
        t = t.argmax(axis=1)
    t = t.reshape(-1)
    n = y.shape[0]
    return -np.sum(np.log(y[np.arange(n), t] + 1e-7)) / n


def softmax(a):
    m = a.max(axis=-1, keepdims=True)
    return a - m - np.log(np.exp(a - m).sum(axis=-1, keepdims=True))


def sample_batch(x, t, batch_size, rng):
    idx = rng.integers(0, x.shape[0], size=batch_size)
    return x[idx], t[idx]
