import numpy as np


def standardize(x):
    rows = []
    for row in x:
        rows.append((row - row.mean()) / (row.std() + 1e-7))
    return np.array(rows)
