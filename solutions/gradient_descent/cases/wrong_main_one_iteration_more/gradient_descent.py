import numpy as np


def linear_model(w0, w1, X):
    return w0 + w1 * X


def Loss(f_x, y):
    gap = f_x - y
    return float(np.sum(gap * gap)) / gap.size


def gradient_descent(w0, w1, X, y):
    gap = linear_model(w0, w1, X) - y
    n = gap.size
    return np.array([2 * gap.sum() / n, 2 * (gap * X).sum() / n])


def main():
    X = np.array([[1.0], [2.0], [3.0], [4.0]])
    y = np.array([[3.1], [4.9], [7.2], [8.9]])
    w = np.zeros(2)
    for step in range(1001):
        w = w - 0.001 * gradient_descent(w[0], w[1], X, y)
        if step % 100 == 0:
            print(f"{step}번째 loss : {Loss(linear_model(w[0], w[1], X), y)}")
            print(f"{step}번째 w0, w1 : {w[0]}, {w[1]}")
            print()
    return w[0], w[1]
