"""Public checks of training: practice on a few made-up points."""

from __future__ import annotations

import numpy as np
import pytest

from autograder.checks import check


def train_on_clusters(submission, iters_num):
    """Train a linear classifier on three well separated clusters; return what `train` returned and the accuracy."""

    class Classifier:
        def __init__(self):
            self.W1, self.b1, self.W2, self.b2 = np.eye(2), np.zeros(2), np.zeros((2, 3)), np.zeros(3)
            # The same arrays under other names, as the layers of a network have them.
            self.params = {"W1": self.W1, "b1": self.b1, "W2": self.W2, "b2": self.b2}

        def predict(self, x):
            return (x @ self.W1 + self.b1) @ self.W2 + self.b2

        def loss(self, x, t):
            return float(np.mean(np.sum((self.predict(x) - t) ** 2, axis=1)))

        def accuracy(self, x, t):
            return float(np.mean(self.predict(x).argmax(axis=1) == t.argmax(axis=1)))

        def gradient(self, x, t):
            z = x @ self.W1 + self.b1
            d = 2 * (self.predict(x) - t) / len(x)
            back = d @ self.W2.T
            return {"W1": x.T @ back, "b1": back.sum(axis=0), "W2": z.T @ d, "b2": d.sum(axis=0)}

    rng = np.random.default_rng(0)
    labels = np.arange(40) % 3
    x = np.array([[1.0, 0.0], [-1.0, 1.0], [-1.0, -1.0]])[labels] + rng.normal(scale=0.1, size=(40, 2))
    network, t = Classifier(), np.eye(3)[labels]
    before = network.loss(x, t)
    history = submission.train(network, x[:30], t[:30], x[30:], t[30:], iters_num, 10, 0.1, np.random.default_rng(1))
    return history, before, network.loss(x, t), network.accuracy(x, t)


@pytest.mark.exercise("train")
@pytest.mark.points(0)
def test_train_returns_three_lists(student):
    """With 30 samples, a batch size of 10 and 20 iterations, `train` returns 20 losses and twice 7 accuracies.

    데이터 30개, 배치 크기 10, 반복 20번이라면 `train`은 손실 20개와 정확도 7개씩을 돌려줘요.
    """
    history = student.probe(train_on_clusters, 20)[0]
    check(isinstance(history, (tuple, list)))
    parts = [part.tolist() if isinstance(part, np.ndarray) else part for part in history]
    check([len(part) if isinstance(part, (list, tuple)) else 0 for part in parts] == [20, 7, 7])


@pytest.mark.exercise("train")
@pytest.mark.points(0)
def test_train_lets_the_network_learn(student):
    """After 60 iterations the loss is far lower than at the start, and three clusters of points are told apart.
    The arrays in `params` must be changed in place.

    60번 반복하면 손실이 처음보다 훨씬 작아지고, 세 무리의 점을 구별할 수 있어요. 매개변수 배열은 제자리에서 바꿔야 해요.
    """
    _, before, after, accuracy = student.probe(train_on_clusters, 60)
    check(after < 0.5 * before and accuracy > 0.9)


def draw(submission):
    """Return the names of the drawing calls, without the objects that they belong to."""
    import matplotlib.pyplot as plt

    plt.calls.clear()
    submission.plot_history(([2.3, 1.1, 0.7], [0.1, 0.6], [0.1, 0.5]))
    return [name.rpartition(".")[2] for name, *_ in plt.calls]


@pytest.mark.exercise("plot_history")
@pytest.mark.points(0)
def test_plot_history_draws_and_names_what_it_draws(student):
    """`plot_history` calls `plot`, names both axes and adds a legend.

    `plot_history`는 `plot`을 부르고, 두 축에 이름을 붙이고, 범례를 달아요.
    """
    names = student.probe(draw)
    check("plot" in names and "legend" in names)
    named = [any(axis in name for name in names) for axis in ("xlabel", "ylabel")]
    check("set" in names or all(named))
