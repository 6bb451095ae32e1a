import numpy as np


def linear_model(w0, w1, X):
 
    return w0 + w1 * X


def Loss(f_x, y):
    　
    total = 0.0
    for i in range(len(y)):
        total += (y[i][0] - f_x[i][0]) ** 2
    return total / len(y)


def gradient_descent(w0, w1, X, y):
 
    n = len(y)
    s0 = 0.0
    s1 = 0.0
    for i in range(n):
        diff = y[i][0] - (w0 + w1 * X[i][0])
        s0 += diff * -1
        s1 += diff * -X[i][0]
    return [2 / n * s0, 2 / n * s1]


def main():
    　
    X = np.array([[1.0], [2.0], [3.0], [4.0]])
    y = np.array([[3.1], [4.9], [7.2], [8.9]])
    w0 = 0
    w1 = 0
    i = 0
    while i < 1000:
        d = gradient_descent(w0, w1, X, y)
        w0 -= 0.001 * d[0]
        w1 -= 0.001 * d[1]
        if i % 100 == 0:
            print(i, "번째 loss :", Loss(linear_model(w0, w1, X), y))
            print(i, "번째 w0, w1 :", w0, ",", w1)
            print("")
        i += 1
    return [w0, w1]

 
