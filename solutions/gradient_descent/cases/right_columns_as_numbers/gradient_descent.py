import math

import numpy as np


def linear_model(w0, w1, X):
    return w0 + w1 * X


def Loss(f_x, y):
    return float(sum((y - f_x) ** 2) / len(y))


def gradient_descent(w0, w1, X, y):
    grad = np.zeros(2)
    for i in range(len(X)):
        error = y[i] - (w0 + w1 * X[i])
        grad[0] = grad[0] + 2 * error * (-1) / len(X)
        grad[1] = grad[1] + 2 * error * (-X[i]) / len(X)
    return grad


def main():
    X = np.array([[1], [2], [3], [4]])
    y = np.array([[3.1], [4.9], [7.2], [8.9]])
    w = np.zeros((2, 1))
    for i in range(1000):
        w = w - 0.001 * gradient_descent(w[0], w[1], X, y).reshape(2, 1)
        if i % 100 == 0:
            rmse = math.sqrt(Loss(linear_model(w[0], w[1], X), y))
            print("%d번째 loss : %.10f" % (i, rmse**2))
            print("%d번째 w0, w1 : %.10f, %.10f\n" % (i, w[0], w[1]))
    return w[0], w[1]
