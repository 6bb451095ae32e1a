import numpy as np


def linear_model(w0, w1, X):
    return w0 + w1 * X


def Loss(f_x, y):
    return np.mean((y - f_x) ** 2)


def gradient_descent(w0, w1, X, y):
    error = y - linear_model(w0, w1, X)
    return np.array([-2 * np.mean(error), -2 * np.mean(error * X)])


def main():
    X = np.array([1.0, 2.0, 3.0, 4.0]).reshape(-1, 1)
    y = np.array([3.1, 4.9, 7.2, 8.9]).reshape(-1, 1)
    w0, w1 = (0.0, 0.0)
    learning_rate = 0.001
    iterations = 1000
    for i in range(iterations):
        dw0, dw1 = gradient_descent(w0, w1, X, y)
        w0 = w0 - learning_rate * dw0
        w1 = w1 - learning_rate * dw1
        if i % 100 == 0:
            loss = Loss(linear_model(w0, w1, X), y)
            print(f'{i}번째 loss : {loss}')
            print(f'{i}번째 w0, w1 : {w0}, {w1}')
            print()
    assert abs(w0 - 0.8143) < 0.001
    assert abs(loss - 0.030210557013104773) < 1e-06
    return (w0, w1)
if __name__ == '__main__':
    print(main())
