import numpy as np


def linear_model(w0, w1, X):
    return w0 + w1 * X


def Loss(f_x, y):
    N = len(y)
    return np.sum((f_x - y) ** 2) / N


def gradient_descent(w0, w1, X, y):
    N = X.size - 1
    e = (w0 + w1 * X) - y
    return np.array([2 / N * np.sum(e), 2 / N * np.sum(e * X)])


def main():
    X = np.array([[1], [2], [3], [4]])
    y = np.array([[3.1], [4.9], [7.2], [8.9]])
    w0 = 0
    w1 = 0
    lr = 0.001
    for i in range(1000):
        grad = gradient_descent(w0, w1, X, y)
        w0 = w0 - lr * grad[0]
        w1 = w1 - lr * grad[1]
        f_x = linear_model(w0, w1, X)
        if i % 100 == 0:
            print(str(i) + '번째 loss :', Loss(f_x, y))
            print(str(i) + '번째 w0, w1 :', w0, ',', w1)
            print('')
    return w0, w1


if __name__ == '__main__':
    main()
