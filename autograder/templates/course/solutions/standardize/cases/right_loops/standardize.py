import math


def standardize(x):
    z = x.copy()
    for j in range(x.shape[1]):
        column = [float(v) for v in x[:, j]]
        mean = sum(column) / len(column)
        spread = math.sqrt(sum((v - mean) ** 2 for v in column) / len(column))
        for i, v in enumerate(column):
            z[i, j] = (v - mean) / (spread + 1e-7)
    return z
