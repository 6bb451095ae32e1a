# %% [markdown]
# # A network of two layers
# # 2층 신경망
#
# You have the pieces: affine layers, activation functions, softmax and cross entropy. Now you put them together into
# one class, `TwoLayerNet`, that predicts, measures its loss and its accuracy, and knows the gradient of each of its
# parameters. You compute the gradient twice: slowly and safely by differences (`numerical_gradient`), and fast by
# backpropagation (`gradient`). When the two agree, you can trust the fast one.
#
# 이제 부품은 다 있어요. Affine 계층, 활성화 함수, 소프트맥스, 교차 엔트로피를 모아 `TwoLayerNet` 클래스 하나로 조립해 봐요.
# 이 클래스는 예측하고, 손실과 정확도를 재고, 모든 매개변수의 기울기를 구해요. 기울기는 두 가지 방법으로 구해요. 하나는 느리지만
# 확실한 수치 미분(`numerical_gradient`)이고, 다른 하나는 빠른 오차역전파(`gradient`)예요. 두 값이 일치하면 빠른 쪽을
# 믿고 쓸 수 있어요.

# %%
from collections import OrderedDict

import numpy as np

# %% [markdown]
# ## Given: functions and layers of the earlier assignments
# ## 주어진 코드: 앞 과제의 함수와 계층
#
# Run this cell and leave it as it is. Use what you need: the functions are enough for the closed form, the layers are
# there for the layered form (both are explained below).
#
# 이 셀은 실행하기만 하고 고치지 마세요. 필요한 것만 골라 쓰면 돼요. 식으로 직접 쓰는 방식에는 함수만 있으면 되고, 계층을
# 이어 붙이는 방식에는 계층 클래스를 쓰면 돼요. 두 방식은 아래에서 설명해요.


# %%
def sigmoid(x):
    """Squash every entry into the open interval from 0 to 1."""
    return 1 / (1 + np.exp(-x))


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


def numerical_gradient(f, x):
    """Differentiate f with respect to every entry of the array x.

    Each entry of `x` itself is moved by 1e-4 to both sides and put back. So f may ignore its argument and read the same
    array from somewhere else, for example from the parameters of a network.
    """
    h = 1e-4
    grad = np.zeros_like(x)
    for idx in np.ndindex(x.shape):
        value = x[idx]
        x[idx] = value + h
        above = f(x)
        x[idx] = value - h
        below = f(x)
        x[idx] = value
        grad[idx] = (above - below) / (2 * h)
    return grad


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


class Sigmoid:
    """Logistic function."""

    def __init__(self):
        self.out = None

    def forward(self, x):
        """Apply the logistic function to every entry."""
        self.out = sigmoid(x)
        return self.out

    def backward(self, dout):
        """Multiply by the derivative of the logistic function."""
        return dout * (1 - self.out) * self.out


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
        self.loss = None
        self.y = None
        self.t = None

    def forward(self, x, t):
        """Compute the loss of a batch of scores."""
        self.t = t
        self.y = softmax(x)
        self.loss = cross_entropy_error(self.y, self.t)
        return self.loss

    def backward(self, dout=1):
        """Return the gradient of the scores."""
        t = self.t
        if t.size != self.y.size:
            t = np.eye(self.y.shape[1])[t]
        return dout * (self.y - t) / self.y.shape[0]


# %% [markdown]
# ## 1. `TwoLayerNet` (10 points · 10점)
#
# **Parameters.** `params` is a dict with `W1` of shape $(D, H)$, `b1` of shape $(H,)$, `W2` of shape $(H, O)$ and `b2`
# of shape $(O,)$: input size $D$, hidden size $H$, output size $O$. Draw the weights from a normal distribution and
# scale them by `weight_init_std`; start the biases at 0.
#
# **Forward.** For a batch $X$ of shape $(N, D)$:
#
# $$ A_1 = X W_1 + b_1, \quad Z_1 = h(A_1), \quad A_2 = Z_1 W_2 + b_2, \quad Y = \mathrm{softmax}(A_2) $$
#
# * `predict(x)` returns one row of scores per sample;
# * `loss(x, t)` is the average cross entropy of $Y$ and $t$;
# * `accuracy(x, t)` is the share of samples whose largest score is at the right class, between 0 and 1. `t` may be
#   one-hot or hold class numbers.
#
# **Backward.** From the end to the start, one step per line:
#
# $$ dA_2 = \frac{Y - T}{N}, \quad dW_2 = Z_1^\top dA_2, \quad db_2 = \sum_n (dA_2)_n, $$
# $$ dZ_1 = dA_2 W_2^\top, \quad dA_1 = h'(A_1) \odot dZ_1, \quad dW_1 = X^\top dA_1, \quad db_1 = \sum_n (dA_1)_n $$
#
# `gradient(x, t)` and `numerical_gradient(x, t)` return dicts with the keys `W1`, `b1`, `W2`, `b2`. They change
# nothing: training does that later. Inside the method the name `numerical_gradient` still means the given function, so
# you can call `numerical_gradient(f, self.params["W1"])` with an `f` that computes the loss.
#
# **Two forms, choose one.**
#
# * *Closed form*: $h$ is the sigmoid, with $h'(a) = h(a)(1 - h(a))$. You write the formulas above as they stand, and
#   `predict` returns the probabilities $Y$.
# * *Layered form*: $h$ is ReLU. You keep an ordered dict `layers` with `Affine1`, `Relu1`, `Affine2` and a `last_layer`
#   (`SoftmaxWithLoss`). `predict` returns the scores $A_2$, because the last layer applies softmax. The affine layers
#   must hold the very arrays that are in `params`.
#
# **Example** (closed form, $D = 2$, $H = 1$, $O = 2$, one sample). $x = (1, 2)$, $W_1 = (0.5, -0.25)^\top$, $b_1 = 0$
# give $a_1 = 0$ and $z_1 = 0.5$. With $W_2 = (2, -2)$, $b_2 = (0, 0)$: $a_2 = (1, -1)$ and $y = (0.881, 0.119)$. If
# class 0 is right, the loss is $-\ln 0.881 = 0.127$ and $da_2 = (-0.119, 0.119)$. So $dW_2 = (-0.060, 0.060)$,
# $dz_1 = -0.119 \cdot 2 + 0.119 \cdot (-2) = -0.477$, $da_1 = 0.25 \cdot (-0.477) = -0.119$,
# $dW_1 = (-0.119, -0.238)^\top$.
#
# **매개변수.** `params`는 딕셔너리예요. 입력 크기가 $D$, 은닉층 크기가 $H$, 출력 크기가 $O$일 때 `W1`의 모양은 $(D, H)$,
# `b1`은 $(H,)$, `W2`는 $(H, O)$, `b2`는 $(O,)$예요. 가중치는 정규분포에서 뽑아 `weight_init_std`를 곱하고, 편향은 0으로
# 시작해요.
#
# **순전파.** 위의 첫 번째 식 그대로예요.
#
# * `predict(x)`는 데이터마다 점수를 한 행씩 돌려줘요.
# * `loss(x, t)`는 $Y$와 $t$의 교차 엔트로피를 평균한 값이에요.
# * `accuracy(x, t)`는 점수가 가장 큰 자리가 정답인 데이터의 비율이에요(0에서 1 사이). `t`는 원-핫일 수도 있고 클래스 번호일
#   수도 있어요.
#
# **역전파.** 뒤에서부터 앞으로 위의 식을 한 줄씩 옮기면 돼요. `gradient(x, t)`와 `numerical_gradient(x, t)`는 키가 `W1`,
# `b1`, `W2`, `b2`인 딕셔너리를 돌려줘요. 매개변수는 바꾸지 않아요. 바꾸는 일은 나중에 학습할 때 해요. 메서드 안에서도
# `numerical_gradient`라는 이름은 위에서 주어진 함수를 가리켜요. 그래서 손실을 계산하는 함수 `f`를 만들어
# `numerical_gradient(f, self.params["W1"])`처럼 부를 수 있어요.
#
# **두 가지 방식 중 하나를 고르세요.**
#
# * *식으로 직접 쓰기*: $h$는 시그모이드이고 $h'(a) = h(a)(1 - h(a))$예요. 위의 식을 그대로 코드로 옮기고, `predict`는 확률
#   $Y$를 돌려줘요.
# * *계층 이어 붙이기*: $h$는 ReLU예요. 순서가 있는 딕셔너리 `layers`에 `Affine1`, `Relu1`, `Affine2`를 넣고, `last_layer`에
#   `SoftmaxWithLoss`를 둬요. 소프트맥스는 마지막 계층이 계산하니까 `predict`는 점수 $A_2$를 돌려줘요. Affine 계층은 `params`에
#   들어 있는 바로 그 배열을 써야 해요.
#
# **예** (식으로 직접 쓰기, $D = 2$, $H = 1$, $O = 2$, 데이터 하나). $x = (1, 2)$, $W_1 = (0.5, -0.25)^\top$, $b_1 = 0$이면
# $a_1 = 0$, $z_1 = 0.5$예요. $W_2 = (2, -2)$, $b_2 = (0, 0)$이면 $a_2 = (1, -1)$, $y = (0.881, 0.119)$가 돼요. 정답이 0번
# 클래스라면 손실은 $-\ln 0.881 = 0.127$이고 $da_2 = (-0.119, 0.119)$예요. 따라서 $dW_2 = (-0.060, 0.060)$,
# $dz_1 = -0.119 \cdot 2 + 0.119 \cdot (-2) = -0.477$, $da_1 = 0.25 \cdot (-0.477) = -0.119$,
# $dW_1 = (-0.119, -0.238)^\top$이에요.


# %% nbgrader={"grade_id": "TwoLayerNet_answer", "solution": true}
class TwoLayerNet:
    """Affine, activation, affine, softmax.

    Parameters
    ----------
    input_size, hidden_size, output_size : int
        Sizes D, H and O.
    weight_init_std : float
        Standard deviation of the first weights.

    Attributes
    ----------
    params : dict of ndarray
        `W1` (D, H), `b1` (H,), `W2` (H, O), `b2` (O,).
    """

    def __init__(self, input_size, hidden_size, output_size, weight_init_std=0.01):
        ### BEGIN SOLUTION
        self.params = {}
        self.params["W1"] = weight_init_std * np.random.randn(input_size, hidden_size)
        self.params["b1"] = np.zeros(hidden_size)
        self.params["W2"] = weight_init_std * np.random.randn(hidden_size, output_size)
        self.params["b2"] = np.zeros(output_size)
        ### END SOLUTION

    def predict(self, x):
        """Return one row of scores per sample.

        Parameters
        ----------
        x : ndarray of float, shape (N, D)

        Returns
        -------
        ndarray of float, shape (N, O)
        """
        ### BEGIN SOLUTION
        W1, W2 = self.params["W1"], self.params["W2"]
        b1, b2 = self.params["b1"], self.params["b2"]
        a1 = np.dot(x, W1) + b1
        z1 = sigmoid(a1)
        a2 = np.dot(z1, W2) + b2
        return softmax(a2)
        ### END SOLUTION

    def loss(self, x, t):
        """Return the average cross entropy of a batch.

        Parameters
        ----------
        x : ndarray of float, shape (N, D)
        t : ndarray, one-hot, shape (N, O)

        Returns
        -------
        float
        """
        ### BEGIN SOLUTION
        y = self.predict(x)
        return cross_entropy_error(y, t)
        ### END SOLUTION

    def accuracy(self, x, t):
        """Return the share of samples that are classified correctly.

        Parameters
        ----------
        x : ndarray of float, shape (N, D)
        t : ndarray, one-hot of shape (N, O), or integer labels of shape (N,)

        Returns
        -------
        float
            Between 0 and 1.
        """
        ### BEGIN SOLUTION
        y = np.argmax(self.predict(x), axis=1)
        if t.ndim != 1:
            t = np.argmax(t, axis=1)
        return np.sum(y == t) / x.shape[0]
        ### END SOLUTION

    def numerical_gradient(self, x, t):
        """Return the gradients of all parameters by differences.

        Parameters
        ----------
        x : ndarray of float, shape (N, D)
        t : ndarray, one-hot, shape (N, O)

        Returns
        -------
        dict of ndarray
            Keys and shapes of `params`.
        """
        ### BEGIN SOLUTION
        grads = {}
        for key in ("W1", "b1", "W2", "b2"):
            grads[key] = numerical_gradient(lambda _: self.loss(x, t), self.params[key])
        return grads
        ### END SOLUTION

    def gradient(self, x, t):
        """Return the gradients of all parameters by backpropagation.

        Parameters
        ----------
        x : ndarray of float, shape (N, D)
        t : ndarray, one-hot, shape (N, O)

        Returns
        -------
        dict of ndarray
            Keys and shapes of `params`.
        """
        ### BEGIN SOLUTION
        W1, W2 = self.params["W1"], self.params["W2"]
        b1, b2 = self.params["b1"], self.params["b2"]
        batch_size = x.shape[0]

        a1 = np.dot(x, W1) + b1
        z1 = sigmoid(a1)
        a2 = np.dot(z1, W2) + b2
        y = softmax(a2)

        grads = {}
        da2 = (y - t) / batch_size
        grads["W2"] = np.dot(z1.T, da2)
        grads["b2"] = np.sum(da2, axis=0)
        dz1 = np.dot(da2, W2.T)
        da1 = dz1 * z1 * (1 - z1)
        grads["W1"] = np.dot(x.T, da1)
        grads["b1"] = np.sum(da1, axis=0)
        return grads
        ### END SOLUTION


# %% [markdown]
# ## Check your gradient
# ## 기울기 확인하기
#
# The mean absolute difference between the two gradients should be tiny for each parameter, mostly $10^{-10}$ to
# $10^{-7}$. If it is far larger for one of them, say 0.01, you know where to look.
#
# 두 기울기의 차이를 절댓값으로 평균하면 매개변수마다 아주 작은 값이 나와야 해요. 보통 $10^{-10}$에서 $10^{-7}$ 정도예요. 어느
# 하나만 0.01처럼 훨씬 크다면 바로 그 부분을 살펴보세요.


# %%
def main():
    """Compare both gradients of a small network."""
    rng = np.random.default_rng(0)
    network = TwoLayerNet(input_size=6, hidden_size=4, output_size=3, weight_init_std=0.5)
    x = rng.normal(size=(5, 6))
    t = np.eye(3)[[0, 2, 1, 1, 0]]
    slow, fast = network.numerical_gradient(x, t), network.gradient(x, t)
    for key in slow:
        print(key, ":", np.mean(np.abs(fast[key] - slow[key])))


if __name__ == "__main__":
    main()
