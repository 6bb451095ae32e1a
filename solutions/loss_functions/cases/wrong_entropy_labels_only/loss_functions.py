import numpy as np


def sum_squares_error(y, t):
    return np.sum((y - t) ** 2) / 2


def cross_entropy_error(y, t):
    # 정답 레이블 위치의 확률만 골라요
    y = np.atleast_2d(y)
    t = np.atleast_1d(t).astype(int)
    n = len(y)
    picked = y[np.arange(n), t]
    return -np.log(picked + 1e-7).sum() / n


def softmax(a):
    e = np.exp(a - np.max(a, axis=-1, keepdims=True))
    return e / np.sum(e, axis=-1, keepdims=True)


def sample_batch(x, t, batch_size, rng):
    rows = rng.choice(len(x), batch_size)
    return x[rows], t[rows]
