import numpy as np


def sum_squares_error(y, t):
    gap = y - t
    return float(gap @ gap) / 2


def cross_entropy_error(y, t):
    short = np.atleast_2d(y).astype("float16")
    if np.size(t) == short.size:
        t = np.reshape(t, short.shape).argmax(1)
    picked = short[np.arange(len(short)), np.ravel(t)].astype(float)
    return -np.log(picked + 1e-7).mean()


def softmax(a):
    powers = np.exp(a - a.max(axis=-1)[..., None])
    return powers / powers.sum(axis=-1)[..., None]


def sample_batch(x, t, batch_size, rng):
    drawn = rng.permutation(x.shape[0])[:batch_size]
    return np.take(x, drawn, axis=0), np.take(t, drawn, axis=0)
