import numpy as np


def linear_model(w0, w1, X):
    return w0 + w1 * X


def Loss(f_x, y):
    gap = f_x - y
    return float(np.sum(gap * gap)) / gap.size


def gradient_descent(w0, w1, X, y):
    step = 1e-4
    now = Loss(linear_model(w0, w1, X), y)
    ahead0 = Loss(linear_model(w0 + step, w1, X), y)
    ahead1 = Loss(linear_model(w0, w1 + step, X), y)
    return np.array([(ahead0 - now) / step, (ahead1 - now) / step])


def main():
    X = np.array([[1.0], [2.0], [3.0], [4.0]])
    y = np.array([[3.1], [4.9], [7.2], [8.9]])
    w = np.zeros(2)
    for step in range(1000):
        w = w - 0.001 * gradient_descent(w[0], w[1], X, y)
        if step % 100 == 0:
            print(f"{step}번째 loss : {Loss(linear_model(w[0], w[1], X), y)}")
            print(f"{step}번째 w0, w1 : {w[0]}, {w[1]}")
            print()
    return w[0], w[1]
