import numpy as np


def linear_model(w0, w1, X):
    return w0 + w1 * X


def Loss(f_x, y):
    return np.mean((y - f_x) ** 2)


def gradient_descent(w0, w1, X, y):
    # YOUR CODE HERE
    raise NotImplementedError


def main():
    # YOUR CODE HERE
    raise NotImplementedError
