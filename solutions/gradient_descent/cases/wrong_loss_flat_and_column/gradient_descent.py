import numpy as np


def linear_model(w0, w1, X):
    return w0 + w1 * X


def Loss(f_x, y):
    y = np.squeeze(y)
    return ((f_x - y) ** 2).mean()


def gradient_descent(w0, w1, X, y):
    N = X.shape[0]
    diff = y - (w0 + w1 * X)
    g0 = (2 / N) * np.sum(diff * (-1))
    g1 = (2 / N) * np.sum(diff * (-X))
    return np.array([g0, g1])


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
