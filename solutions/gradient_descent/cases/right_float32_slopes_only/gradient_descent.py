import numpy as np


def linear_model(w0, w1, X):
    return w0 + w1 * X


def Loss(f_x, y):
    return np.mean((y - f_x) ** 2)


def gradient_descent(w0, w1, X, y):
    X = np.asarray(X, dtype=np.float32)
    y = np.asarray(y, dtype=np.float32)
    e = np.float32(w0) + np.float32(w1) * X - y
    return np.array([2 * e.mean(), 2 * (e * X).mean()], dtype=np.float32)


def main():
    X = np.array([1, 2, 3, 4]).reshape(-1, 1)
    y = np.array([3.1, 4.9, 7.2, 8.9]).reshape(-1, 1)
    w0, w1 = 0, 0
    for i in range(1000):
        g = gradient_descent(w0, w1, X, y)
        w0 = float(w0 - 0.001 * g[0])
        w1 = float(w1 - 0.001 * g[1])
        if i % 100 == 0:
            print(f"{i}번째 loss : {Loss(linear_model(w0, w1, X), y)}")
            print(f"{i}번째 w0, w1 : {w0}, {w1}")
            print("예측값", linear_model(w0, w1, X).ravel())
    print("최종", w0, w1)
    return w0, w1
