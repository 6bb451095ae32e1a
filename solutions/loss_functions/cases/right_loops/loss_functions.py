import math
import numpy as np


def sum_squares_error(y, t):
    s = 0
    for k in range(len(y)):
        s = s + (y[k] - t[k]) ** 2
    return s / 2


def cross_entropy_error(y, t):
    if np.ndim(y) == 1:
        y = [y]
        t = [t]
    total = 0
    for n in range(len(y)):
        if np.ndim(t[n]) == 0:
            total += math.log(y[n][t[n]] + 1e-7)
        else:
            for k in range(len(y[n])):
                total += t[n][k] * math.log(y[n][k] + 1e-7)
    return -total / len(y)


def softmax(a):
    if np.ndim(a) == 2:
        return [softmax(row) for row in a]
    biggest = max(a)
    e = [math.exp(v - biggest) for v in a]
    return [v / sum(e) for v in e]


def sample_batch(x, t, batch_size, rng):
    xs = []
    ts = []
    for _ in range(batch_size):
        k = int(rng.integers(0, len(x)))
        xs.append(x[k])
        ts.append(t[k])
    return [xs, ts]
