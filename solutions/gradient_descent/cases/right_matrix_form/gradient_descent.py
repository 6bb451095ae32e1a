import numpy as np


def Loss(f_x, y):
    e = y - f_x
    return (e.T @ e) / len(e)


def gradient_descent(w0, w1, X, y):
    A = np.hstack([np.ones_like(X), X])
    w = np.array([[w0], [w1]])
    return -2 / A.shape[0] * A.T @ (y - A @ w)


def main():
    X = np.array([1, 2, 3, 4], dtype=float)[:, None]
    y = np.array([3.1, 4.9, 7.2, 8.9])[:, None]
    w = np.zeros((2, 1))
    for step in range(1000):
        w = w - 1e-3 * gradient_descent(w[0, 0], w[1, 0], X, y)
        if step % 100 == 0:
            print(f"step {step}: loss = {Loss(w[0] + w[1] * X, y).item()}")
            print(f"step {step}: (w0, w1) = ({w[0, 0]}, {w[1, 0]})")
    return w.ravel()
