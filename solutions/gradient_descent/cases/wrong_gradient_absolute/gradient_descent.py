import numpy as np


def linear_model(w0, w1, X):
    return w0 + w1 * X


def Loss(f_x, y):
    return np.mean((y - f_x) ** 2)


def gradient_descent(w0, w1, X, y):
    e = y - linear_model(w0, w1, X)
    dw0 = -2 * abs(np.mean(e))
    dw1 = -2 * abs(np.mean(e * X))
    return np.array([dw0, dw1])


def main():
    X = np.array([1, 2, 3, 4]).reshape(-1, 1)
    y = np.array([3.1, 4.9, 7.2, 8.9]).reshape(-1, 1)
    w0, w1 = 0, 0
    lr = 0.001
    for i in range(1000):
        g = gradient_descent(w0, w1, X, y)
        w0 = w0 - lr * g[0]
        w1 = w1 - lr * g[1]
        if i % 100 == 0:
            print(f"{i}번째 loss : {Loss(linear_model(w0, w1, X), y)}")
            print(f"{i}번째 w0, w1 : {w0}, {w1}")
            print()
    return w0, w1


if __name__ == "__main__":
    main()
