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
    i = rng.choice(len(x), batch_size)
    print(x[i], t[i])
