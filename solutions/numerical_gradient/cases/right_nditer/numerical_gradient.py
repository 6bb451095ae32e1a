# coding: utf-8
# 4장 과제: 수치 미분
import sys, os
sys.path.append(os.pardir)
import numpy as np
import matplotlib.pylab as plt
from common.functions import softmax, cross_entropy_error


def function_1(x):
    return 0.01 * x ** 2 + 0.1 * x


def numerical_diff(f, x):
    h = 1e-4  # 0.0001
    return (f(x + h) - f(x - h)) / (2 * h)


x = np.arange(0.0, 20.0, 0.1)
plt.xlabel("x")
plt.ylabel("f(x)")
plt.plot(x, function_1(x))
plt.show()


def numerical_gradient(f, x):
    h = 1e-4
    grad = np.zeros_like(x)

    it = np.nditer(x, flags=['multi_index'], op_flags=['readwrite'])
    while not it.finished:
        idx = it.multi_index
        tmp_val = x[idx]
        x[idx] = float(tmp_val) + h
        fxh1 = f(x)  # 오른쪽

        x[idx] = tmp_val - h
        fxh2 = f(x)  # 왼쪽
        grad[idx] = (fxh1 - fxh2) / (2 * h)

        x[idx] = tmp_val  # 원래 값으로!
        it.iternext()

    return grad


def gradient_descent(f, init_x, lr=0.01, step_num=100):
    x = init_x
    for i in range(step_num):
        grad = numerical_gradient(f, x)
        x -= lr * grad
    return x


class simpleNet:
    def __init__(self):
        self.W = np.random.randn(2, 3)

    def predict(self, x):
        return np.dot(x, self.W)

    def loss(self, x, t):
        z = self.predict(x)
        y = softmax(z)
        loss = cross_entropy_error(y, t)
        return loss


x = np.array([0.6, 0.9])
t = np.array([0, 0, 1])
net = simpleNet()
for i in range(30):
    net.W -= 0.5 * numerical_gradient(lambda w: net.loss(x, t), net.W)
print("학습 끝! 손실:", net.loss(x, t))
