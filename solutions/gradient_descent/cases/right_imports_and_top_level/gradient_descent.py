import sys, os
sys.path.append(os.pardir)
import numpy as np
import matplotlib.pyplot as plt
import pandas as pd
from common.gradient import numerical_gradient
from dataset.mnist import load_mnist

name = input("이름을 입력하세요: ")


def linear_model(w0, w1, X):
    return w0 + w1 * X


def Loss(f_x, y):
    return np.mean((y - f_x) ** 2)


def gradient_descent(w0, w1, X, y):
    e = y - linear_model(w0, w1, X)
    dw0 = 2 * np.mean(-e)
    dw1 = 2 * np.mean(-e * X)
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


X = np.array([[1.], [2.], [3.], [4.]])
y = np.array([[3.1], [4.9], [7.2], [8.9]])
a, b, history = 0., 0., []
for epoch in range(300):
    ga, gb = gradient_descent(a, b, X, y)
    a -= 0.01 * ga
    b -= 0.01 * gb
    history.append(Loss(linear_model(a, b, X), y))

fig, ax = plt.subplots()
ax.plot(history, label="loss")
plt.legend()
plt.show()
input("끝내려면 엔터를 누르세요")
