import numpy as np


def sigmoid(a):
    return 1.0 / (1.0 + np.exp(-a))


def softmax(scores):
    e = np.exp(scores - np.max(scores))
    return e / np.sum(e)


def difference_quotients(loss, array):
    slopes = np.zeros(array.shape)
    for place in np.ndindex(*array.shape):
        kept = array[place]
        array[place] = kept + 1e-4
        right = loss()
        array[place] = kept - 1e-4
        left = loss()
        array[place] = kept
        slopes[place] = (right - left) / 2e-4
    return slopes


class TwoLayerNet:
    def __init__(self, input_size, hidden_size, output_size, weight_init_std=0.01):
        self.params = {
            "W1": np.random.randn(input_size, hidden_size) * weight_init_std,
            "b1": np.zeros(hidden_size),
            "W2": np.random.randn(hidden_size, output_size) * weight_init_std,
            "b2": np.zeros(output_size),
        }

    def hidden(self, x):
        return sigmoid(x @ self.params["W1"] + self.params["b1"])

    def predict(self, x):
        return softmax(self.hidden(x) @ self.params["W2"] + self.params["b2"])

    def loss(self, x, t):
        return -np.sum(t * np.log(self.predict(x) + 1e-7)) / len(x)

    def accuracy(self, x, t):
        return np.mean(np.argmax(self.predict(x), axis=1) == np.argmax(t, axis=1))

    def numerical_gradient(self, x, t):
        return {name: difference_quotients(lambda: self.loss(x, t), array) for name, array in self.params.items()}

    def gradient(self, x, t):
        z = self.hidden(x)
        d2 = (self.predict(x) - t) / len(x)
        d1 = d2 @ self.params["W2"].T * z * (1 - z)
        return {"W1": x.T @ d1, "b1": d1.sum(axis=0), "W2": z.T @ d2, "b2": d2.sum(axis=0)}
