# %% [markdown]
# # Training on handwritten digits
# # 손글씨 숫자로 학습하기
#
# Everything comes together: data, network, gradient. You write the loop that makes a network learn, `train`, and draw
# what it learned, `plot_history`.
#
# 데이터, 신경망, 기울기가 이제 한자리에 모였어요. 신경망을 학습시키는 반복문 `train`을 쓰고, 학습 과정을 `plot_history`로
# 그려 봐요.

# %%
import gzip
from collections import OrderedDict
from pathlib import Path

import numpy as np

# %% [markdown]
# ## Given: the digits
# ## 주어진 코드: 손글씨 숫자
#
# `load_mnist()` finds the folder `source_data/mnist` here or further up, and returns
# `(x_train, t_train), (x_test, t_test)`. Each image has $28 \times 28 = 784$ numbers from 0 to 1. Run the cell, and
# leave it as it is.
#
# `load_mnist()`는 지금 폴더나 그 위에서 `source_data/mnist` 폴더를 찾아 `(x_train, t_train), (x_test, t_test)`를 돌려줘요.
# 이미지 한 장은 0에서 1 사이의 숫자 $28 \times 28 = 784$개예요. 셀을 실행하기만 하고 고치지는 마세요.


# %%
def find_mnist():
    """Find the folder `source_data/mnist`, from the current folder upwards."""
    starts = [Path.cwd()]
    if "__file__" in globals():
        starts.append(Path(__file__).resolve().parent)
    for start in starts:
        for folder in (start, *start.parents):
            if (folder / "source_data" / "mnist").is_dir():
                return folder / "source_data" / "mnist"
    message = "there is no folder source_data/mnist here or further up"
    raise FileNotFoundError(message)


def read_idx(folder, name):
    """Read one of the original files, plain or .gz; None if it is not there."""
    for file in (name, name.replace("-idx", ".idx")):
        for opener, path in ((gzip.open, folder / f"{file}.gz"), (open, folder / file)):
            if path.is_file():
                with opener(path, "rb") as stream:
                    data = stream.read()
                dimensions = data[3]
                shape = [int.from_bytes(data[4 * i + 4 : 4 * i + 8], "big") for i in range(dimensions)]
                return np.frombuffer(data, np.uint8, offset=4 * dimensions + 4).reshape(shape)
    return None


def load_mnist(normalize=True, flatten=True, one_hot_label=False):
    """Load the digits.

    Parameters
    ----------
    normalize : bool
        Brightness from 0 to 1 instead of 0 to 255.
    flatten : bool
        Images of shape (784,) instead of (1, 28, 28).
    one_hot_label : bool
        Answers such as (0, 1, 0, ...) instead of 1.

    Returns
    -------
    ((ndarray, ndarray), (ndarray, ndarray))
        Images and answers for training, images and answers for testing.
    """
    folder = find_mnist()
    names = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")
    arrays = [read_idx(folder, name) for name in names]
    if any(array is None for array in arrays):
        with np.load(folder / "mnist_10k.npz") as excerpt:
            arrays = [excerpt[key] for key in ("x_train", "t_train", "x_test", "t_test")]
    pairs = []
    for images, t in (arrays[:2], arrays[2:]):
        x = images.reshape(len(images), 784) if flatten else images.reshape(len(images), 1, 28, 28)
        pairs.append((x.astype(np.float32) / 255 if normalize else x, np.eye(10)[t] if one_hot_label else t))
    return tuple(pairs)


# %% [markdown]
# ## Given: the network
# ## 주어진 코드: 신경망
#
# This is the layered form of the earlier assignment. Its affine layers hold the very arrays that are in `params`.
#
# 앞 과제에서 다룬, 계층을 이어 붙인 신경망이에요. Affine 계층은 `params`에 들어 있는 바로 그 배열을 가지고 있어요.


# %%
def softmax(a):
    """Turn scores of shape (C,) or (N, C) into probabilities, row by row."""
    a = a - np.max(a, axis=-1, keepdims=True)
    exp_a = np.exp(a)
    return exp_a / np.sum(exp_a, axis=-1, keepdims=True)


def cross_entropy_error(y, t):
    """Average cross entropy of probabilities y and answers t, one-hot or integer labels."""
    if y.ndim == 1:
        y = y.reshape(1, -1)
        t = np.reshape(t, (1, -1))
    t = np.asarray(t)
    if t.size != y.size:
        t = np.eye(y.shape[1])[t.reshape(-1)]
    return -np.sum(t * np.log(y + 1e-7)) / y.shape[0]


class Relu:
    """Rectified linear unit."""

    def __init__(self):
        self.mask = None

    def forward(self, x):
        """Replace every entry that is not positive by 0."""
        self.mask = x <= 0
        out = x.copy()
        out[self.mask] = 0
        return out

    def backward(self, dout):
        """Let the gradient through where the input was positive."""
        dx = dout.copy()
        dx[self.mask] = 0
        return dx


class Affine:
    """Fully connected layer; it shares the arrays W and b with whoever made it."""

    def __init__(self, W, b):
        self.W = W
        self.b = b
        self.x = None
        self.dW = None
        self.db = None

    def forward(self, x):
        """Multiply by the weights and add the biases."""
        self.x = x
        return np.dot(x, self.W) + self.b

    def backward(self, dout):
        """Store dW and db, and return the gradient of the input."""
        dx = np.dot(dout, self.W.T)
        self.dW = np.dot(self.x.T, dout)
        self.db = np.sum(dout, axis=0)
        return dx


class SoftmaxWithLoss:
    """Softmax followed by cross entropy."""

    def __init__(self):
        self.y = None
        self.t = None

    def forward(self, x, t):
        """Compute the loss of a batch of scores."""
        self.y, self.t = softmax(x), t
        return cross_entropy_error(self.y, t)

    def backward(self, dout=1):
        """Return the gradient of the scores."""
        t = self.t
        if t.size != self.y.size:
            t = np.eye(self.y.shape[1])[t]
        return dout * (self.y - t) / self.y.shape[0]


class TwoLayerNet:
    """Affine, ReLU, affine, softmax."""

    def __init__(self, input_size, hidden_size, output_size, weight_init_std=0.01):
        self.params = {
            "W1": weight_init_std * np.random.randn(input_size, hidden_size),
            "b1": np.zeros(hidden_size),
            "W2": weight_init_std * np.random.randn(hidden_size, output_size),
            "b2": np.zeros(output_size),
        }
        self.layers = OrderedDict()
        self.layers["Affine1"] = Affine(self.params["W1"], self.params["b1"])
        self.layers["Relu1"] = Relu()
        self.layers["Affine2"] = Affine(self.params["W2"], self.params["b2"])
        self.last_layer = SoftmaxWithLoss()

    def predict(self, x):
        """Return one row of scores per sample."""
        for layer in self.layers.values():
            x = layer.forward(x)
        return x

    def loss(self, x, t):
        """Return the average cross entropy of a batch."""
        return self.last_layer.forward(self.predict(x), t)

    def accuracy(self, x, t):
        """Return the share of samples that are classified correctly."""
        y = np.argmax(self.predict(x), axis=1)
        if t.ndim != 1:
            t = np.argmax(t, axis=1)
        return np.sum(y == t) / x.shape[0]

    def gradient(self, x, t):
        """Return the gradients of all parameters by backpropagation."""
        self.loss(x, t)
        dout = self.last_layer.backward(1)
        for layer in reversed(list(self.layers.values())):
            dout = layer.backward(dout)
        first, last = self.layers["Affine1"], self.layers["Affine2"]
        return {"W1": first.dW, "b1": first.db, "W2": last.dW, "b2": last.db}


# %% [markdown]
# ## 1. `train`
#
# Stochastic gradient descent with mini-batches. Each iteration $i = 0, 1, 2, \dots$ does this:
#
# 1. **Draw** `batch_size` rows at random with `rng`, a numpy `Generator`; take the same rows of `x_train` and `t_train`.
# 2. **Compute the gradient** of this batch: `network.gradient(x_batch, t_batch)`, a dict with the keys of
#    `network.params`.
# 3. **Update every parameter**, $W \leftarrow W - \eta \dfrac{\partial L}{\partial W}$ with the learning rate $\eta$.
#    Change the arrays *in place*: the layers hold the same arrays and must see the change.
# 4. **Record the loss** of this batch, *after* the update. If $i$ is a multiple of 100, print it together with $i$.
# 5. **Record the accuracies** if $i$ is a multiple of `iter_per_epoch`: the accuracy on all training data and on all test
#    data, after the update. One epoch has $\max(N / \text{batch size}, 1)$ iterations, $N$ being the number of training
#    rows. Print both.
#
# Return the tuple `(losses, train_accuracies, test_accuracies)` of three lists.
#
# What it prints looks like this (the numbers are yours):
#
# ```
# 0번째 loss : 2.2987654
# train acc, test acc | 0.1123, 0.1098
# 100번째 loss : 0.6912345
# ```
#
# **Example.** With 1,000 training images and a batch size of 100, an epoch has 10 iterations. 250 iterations record 250
# losses and 25 accuracies of each kind (at $i = 0, 10, 20, \dots, 240$); the loss is printed at $i = 0, 100, 200$. If a
# parameter is 0.5, its gradient 2 and the learning rate 0.1, then it is $0.5 - 0.1 \cdot 2 = 0.3$ afterwards.
#
# 미니배치로 하는 확률적 경사하강법이에요. 반복 $i = 0, 1, 2, \dots$마다 다음 일을 해요.
#
# 1. **뽑기.** numpy의 `Generator`인 `rng`로 `batch_size`개의 행을 무작위로 골라요. `x_train`과 `t_train`에서 같은 행을
#    가져와야 해요.
# 2. **기울기 구하기.** 이 배치의 기울기 `network.gradient(x_batch, t_batch)`를 구해요. `network.params`와 키가 같은
#    딕셔너리예요.
# 3. **모든 매개변수 갱신하기.** 학습률이 $\eta$일 때 $W \leftarrow W - \eta \dfrac{\partial L}{\partial W}$로 바꿔요. 계층들도
#    같은 배열을 가지고 있으니, 배열을 새로 만들지 말고 *제자리에서* 바꾸세요.
# 4. **손실 기록하기.** *갱신한 뒤에* 이 배치의 손실을 구해 기록해요. $i$가 100의 배수이면 $i$와 함께 출력해요.
# 5. **정확도 기록하기.** $i$가 `iter_per_epoch`의 배수이면, 갱신한 뒤에 훈련 데이터 전체와 시험 데이터 전체에 대한 정확도를
#    기록하고 둘 다 출력해요. 훈련 데이터가 $N$개일 때 한 에폭은 $\max(N / \text{배치 크기}, 1)$번 반복이에요.
#
# 마지막에 세 리스트의 튜플 `(losses, train_accuracies, test_accuracies)`를 돌려줘요. 출력은 위에 보인 형식으로 해 주세요.
#
# **예.** 훈련 이미지가 1,000장이고 배치 크기가 100이면 한 에폭은 10번 반복이에요. 250번 반복하면 손실은 250개, 정확도는 각각
# 25개($i = 0, 10, 20, \dots, 240$) 기록되고, 손실은 $i = 0, 100, 200$일 때 출력돼요. 매개변수가 0.5, 기울기가 2, 학습률이
# 0.1이라면 갱신한 값은 $0.5 - 0.1 \cdot 2 = 0.3$이에요.


# %% nbgrader={"grade_id": "train_answer", "solution": true}
def train(network, x_train, t_train, x_test, t_test, iters_num, batch_size, learning_rate, rng):
    """Train a network by mini-batch gradient descent.

    Parameters
    ----------
    network : object
        Has `params`, `gradient(x, t)`, `loss(x, t)` and `accuracy(x, t)`.
    x_train, t_train : ndarray
        Training data, one row per sample.
    x_test, t_test : ndarray
        Test data.
    iters_num : int
        Number of iterations.
    batch_size : int
        Rows of one mini-batch.
    learning_rate : float
        Step size, dimensionless.
    rng : numpy.random.Generator
        Draws the mini-batches.

    Returns
    -------
    (list of float, list of float, list of float)
        Losses of all iterations; accuracies on the training and on the test data, once per epoch.
    """
    # YOUR CODE HERE
    raise NotImplementedError


# %% [markdown]
# ## 2. `plot_history`
#
# Draw the two accuracy curves with matplotlib: training as a solid line, test as a dashed line. The vertical axis runs
# from 0 to 1, both axes have a name, and a legend says which curve is which. If training accuracy keeps rising while
# test accuracy stays behind, the network is learning its training data by heart (overfitting).
#
# **Example.** For `history = ([2.3, 1.1, 0.7], [0.1, 0.6], [0.1, 0.5])` the solid line goes through 0.1 and 0.6, the
# dashed line through 0.1 and 0.5, at the epochs 0 and 1.
#
# matplotlib으로 정확도 곡선 두 개를 그려요. 훈련 정확도는 실선, 시험 정확도는 점선(dashed)이에요. 세로축은 0에서 1까지로 하고,
# 두 축에 이름을 붙이고, 어느 곡선이 무엇인지 범례로 알려 주세요. 훈련 정확도만 오르고 시험 정확도가 따라오지 못한다면, 신경망이 훈련
# 데이터를 통째로 외우고 있다는 뜻이에요(오버피팅).
#
# **예.** `history = ([2.3, 1.1, 0.7], [0.1, 0.6], [0.1, 0.5])`이면 에폭 0과 1에서 실선은 0.1과 0.6을, 점선은 0.1과 0.5를
# 지나요.


# %% nbgrader={"grade_id": "plot_history_answer", "solution": true}
def plot_history(history):
    """Draw training and test accuracy by epoch.

    Parameters
    ----------
    history : (list of float, list of float, list of float)
        What `train` returned.
    """
    import matplotlib.pyplot as plt

    # YOUR CODE HERE
    raise NotImplementedError


# %% [markdown]
# ## Train it
# ## 학습시키기
#
# Ten epochs take a few seconds. Which accuracy do you expect? Change the learning rate and the hidden size, and look
# again.
#
# 10에폭을 학습하는 데 몇 초면 돼요. 정확도가 얼마나 나올까요? 학습률과 은닉층 크기를 바꿔 가며 다시 살펴보세요.


# %%
def main():
    """Train on the digits and draw the accuracies."""
    (x_train, t_train), (x_test, t_test) = load_mnist(one_hot_label=True)
    network = TwoLayerNet(input_size=784, hidden_size=50, output_size=10)
    history = train(network, x_train, t_train, x_test, t_test, 1000, 100, 0.1, np.random.default_rng(0))
    plot_history(history)


if __name__ == "__main__":
    main()
