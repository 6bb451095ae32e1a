import numpy as np

f = np.float32


def linear_model(w0, w1, X):
    return f(w0) + f(w1) * X.astype(f)


def Loss(f_x, y):
    return np.mean(np.square(y.astype(f) - f_x.astype(f)))


def gradient_descent(w0, w1, X, y):
    e = y.astype(f) - linear_model(w0, w1, X)
    return np.array([f(-2) * e.mean(), f(-2) * (e * X.astype(f)).mean()], dtype=f)


def main():
    X = np.array([1, 2, 3, 4], dtype=f).reshape(4, 1)
    y = np.array([3.1, 4.9, 7.2, 8.9], dtype=f).reshape(4, 1)
    w0 = w1 = f(0)
    lr = f(0.001)
    for i in range(1000):
        dw0, dw1 = gradient_descent(w0, w1, X, y)
        w0, w1 = w0 - lr * dw0, w1 - lr * dw1
        if not i % 100:
            print(f"{i}번째 loss : {Loss(linear_model(w0, w1, X), y)}")
            print(f"{i}번째 w0, w1 : {w0}, {w1}\n")
    return w0, w1
