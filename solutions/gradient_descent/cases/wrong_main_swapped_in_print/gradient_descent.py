import numpy as np


def linear_model(w0, w1, X):
    return w0 + w1 * X


def Loss(f_x, y):
    N = len(y)
    return np.sum((f_x - y) ** 2) / N


def gradient_descent(w0, w1, X, y):
    N = X.shape[0]
    diff = y - (w0 + w1 * X)
    g0 = (2 / N) * np.sum(diff * (-1))
    g1 = (2 / N) * np.sum(diff * (-X))
    return np.array([g0, g1])


def main():
    x = np.arange(1, 5).reshape(4, 1)
    y = np.array([3.1, 4.9, 7.2, 8.9]).reshape(4, 1)
    w0, w1 = 0.0, 0.0
    eta = 0.001
    for i in range(1000):
        d = gradient_descent(w0, w1, x, y)
        w0, w1 = w0 - eta * d[0], w1 - eta * d[1]
        if i % 100 == 0:
            print(f"{i}번째 loss: {Loss(w0 + w1 * x, y)}")
            print(f"{i}번째 w0, w1: {w1}, {w0}")
    return w0, w1


if __name__ == '__main__':
    main()
