# 수치 미분 과제입니다. 한글 주석이 있어요.
import numpy as np


def softmax(a):
	shifted = a - np.max(a, axis=-1, keepdims=True)
	exp_a = np.exp(shifted)
	return exp_a / np.sum(exp_a, axis=-1, keepdims=True)


def cross_entropy_error(y, t):
	y = np.atleast_2d(y)
	t = np.atleast_2d(t)
	return -np.sum(t * np.log(y + 1e-7)) / y.shape[0]

h = 1e-5  # 조금 더 작게 잡았습니다

def numerical_diff(f, x):
	return (f(x + h) - f(x - h)) / (2 * h)


def numerical_gradient(f, x):
	"""기울기를 구합니다"""
	기울기 = np.zeros(x.shape)
	for i in reversed(range(x.size)):
		원래값 = x.flat[i]
		x.flat[i] += h
		오른쪽 = f(x)
		x.flat[i] -= 2 * h
		왼쪽 = f(x)
		x.flat[i] = 원래값
		기울기.flat[i] = (오른쪽 - 왼쪽) / (2 * h)
	return 기울기


def gradient_descent(f, init_x, lr=0.01, step_num=100):
	x = init_x
	for i in range(step_num):
		x -= lr * numerical_gradient(f, x)
	return x


class SimpleNet:
	def __init__(self):
		self.W = np.random.randn(2, 3)

	def predict(self, x):
		return np.dot(x, self.W)

	def loss(self, x, t):
		return cross_entropy_error(softmax(self.predict(x)), t)
