import numpy as np

from common.functions import softmax
from common.functions import cross_entropy_error


def sum_squares_error(y, t):
    return 0.5 * np.sum((y - t) ** 2)


def sample_batch(x, t, batch_size, rng):
    batch_mask = rng.choice(x.shape[0], batch_size)
    x_batch = x[batch_mask]
    t_batch = t[batch_mask]
    return x_batch, t_batch
