import numpy as np

class TwoLayerNet:
    def __init__(self, input_size, hidden_size, output_size, weight_init_std=0.01):
        self.params = {
            'W1': np.random.normal(0, 1, (input_size, hidden_size)) * weight_init_std,
            'b1': np.zeros((1, hidden_size)),
            'W2': np.random.normal(0, 1, (hidden_size, output_size)) * weight_init_std,
            'b2': np.zeros((1, output_size)),
        }

    def _forward(self, x):
        p = self.params
        a = x @ p['W1'] + p['b1']
        z = np.where(a > 0, a, 0)
        return a, z, z @ p['W2'] + p['b2']

    def predict(self, x):
        return self._forward(x)[2]

    def loss(self, x, t):
        s = self.predict(x)
        total = 0.0
        for row, answer in zip(s, t):
            total += np.log(np.sum(np.exp(row))) - np.sum(row * answer)
        return total / len(x)

    def accuracy(self, x, t):
        s = self.predict(x)
        hits = 0
        for i in range(len(x)):
            right = t[i] if t.ndim == 1 else list(t[i]).index(max(t[i]))
            if np.argmax(s[i]) == right:
                hits += 1
        return hits / len(x)

    def numerical_gradient(self, x, t):
        h = 1e-5
        grads = {}
        for key, p in self.params.items():
            g = np.zeros(p.shape)
            it = np.nditer(p, flags=['multi_index'])
            while not it.finished:
                i = it.multi_index
                old = float(p[i])
                p[i] = old + h
                f1 = self.loss(x, t)
                p[i] = old - h
                f2 = self.loss(x, t)
                p[i] = old
                g[i] = (f1 - f2) / (2 * h)
                it.iternext()
            grads[key] = g
        return grads

    def gradient(self, x, t):
        a, z, s = self._forward(x)
        e = np.exp(s)
        d = e / e.sum(axis=1, keepdims=True) - t
        grads = {k: np.zeros(v.shape) for k, v in self.params.items()}
        n = len(x)
        for i in range(n):
            grads['W2'] += np.outer(z[i], d[i]) / n
            grads['b2'] += d[i] / n
            back = (self.params['W2'] @ d[i]) * (a[i] > 0)
            grads['W1'] += np.outer(x[i], back) / n
            grads['b1'] += back / n
        return grads
