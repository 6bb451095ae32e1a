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




def train(network, x_train, t_train, x_test, t_test, iters_num, batch_size, learning_rate, rng):
    train_loss_list = []
    train_acc_list = []
    test_acc_list = []
    train_size = x_train.shape[0]
    # 1에폭당 반복 수
    iter_per_epoch = max(train_size / batch_size, 1)

    for i in range(iters_num):
        # 미니배치 획득
        batch_mask = rng.choice(train_size, batch_size)
        x_batch = x_train[batch_mask]
        t_batch = t_train[batch_mask]

        # 기울기 계산
        grad = network.gradient(x_batch, t_batch)

        # 매개변수 갱신
        for key in ('W1', 'b1', 'W2', 'b2'):
            network.params[key] -= learning_rate * grad[key]

        # 학습 경과 기록
        loss = network.loss(x_batch, t_batch)
        train_loss_list.append(loss)
        if i % 100 == 0:
            print(f"{i}번째 loss : {loss}")

        # 1에폭당 정확도 계산
        if i % iter_per_epoch == 0:
            train_acc = network.accuracy(x_train, t_train)
            test_acc = network.accuracy(x_test, t_test)
            train_acc_list.append(train_acc)
            test_acc_list.append(test_acc)
            print(f"train acc, test acc | {train_acc:.1%}, {test_acc:.1%}")
    return train_loss_list, train_acc_list, test_acc_list


def plot_history(history):
    import matplotlib.pyplot as plt
    e = range(len(history[1]))
    a, b = plt.plot(e, history[1], 'b-', e, history[2], 'r--')
    plt.legend((a, b), ('train', 'test'))
    plt.xlabel('epoch'); plt.ylabel('accuracy'); plt.ylim(ymin=0); plt.ylim(ymax=1)
