from numpy import *


def linear_model(w0, w1, X):
    return w0 + w1 * X


def Loss(f_x, y):
    return mean(square(y - f_x))


def gradientDescent(w0, w1, X, y):
    e = y - w0 - w1 * X
    return array([mean(-2 * e), mean(-2 * e * X)])


def main():
    X = array([[1], [2], [3], [4]])
    y = array([[3.1], [4.9], [7.2], [8.9]])
    w = zeros(2)
    for i in range(1000):
        w = w - 0.001 * gradientDescent(w[0], w[1], X, y)
        if i % 100 == 0:
            print(i, "번째 loss :", Loss(linear_model(w[0], w[1], X), y))
            print(i, "번째 w0, w1 :", w[0], w[1])
            print()
    return w[0], w[1]
