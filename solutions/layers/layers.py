# %% [markdown]
# # Layers that know their own gradient
# # 스스로 기울기를 아는 계층
#
# A neural network is a chain of layers. Each layer has two jobs:
#
# * `forward(x)` computes the output and keeps what it will need later;
# * `backward(dout)` receives $\dfrac{\partial L}{\partial y}$, the gradient of the loss $L$ with respect to the layer's
#   output, and returns $\dfrac{\partial L}{\partial x}$, the gradient with respect to its input.
#
# You write four layers: `Relu`, `Sigmoid`, `Affine` and `SoftmaxWithLoss`. Every row of an array is one sample, so an
# array of shape $(N, D)$ is a batch of $N$ samples with $D$ numbers each.
#
# 신경망은 계층을 차례로 이어 놓은 것이에요. 계층마다 하는 일은 두 가지예요.
#
# * `forward(x)`는 출력을 계산하고, 나중에 쓸 값을 저장해 둬요.
# * `backward(dout)`은 출력에 대한 손실 $L$의 기울기 $\dfrac{\partial L}{\partial y}$를 받아서, 입력에 대한 기울기
#   $\dfrac{\partial L}{\partial x}$를 돌려줘요.
#
# 여기서는 `Relu`, `Sigmoid`, `Affine`, `SoftmaxWithLoss` 네 계층을 직접 만들어요. 배열의 한 행이 데이터 하나예요.
# 그래서 모양이 $(N, D)$인 배열은 숫자 $D$개짜리 데이터 $N$개를 모은 배치예요.

# %%
import numpy as np

# %% [markdown]
# ## Given: softmax and cross entropy
# ## 주어진 함수: 소프트맥스와 교차 엔트로피 오차
#
# You can call these two functions in `SoftmaxWithLoss`. Run the cell, and leave it as it is.
#
# `SoftmaxWithLoss`에서 이 두 함수를 불러 쓰면 돼요. 셀을 실행하기만 하고 고치지는 마세요.


# %%
def softmax(a):
    """Turn scores into probabilities, row by row.

    Parameters
    ----------
    a : ndarray of float, shape (C,) or (N, C)

    Returns
    -------
    ndarray of float, same shape as `a`
    """
    a = a - np.max(a, axis=-1, keepdims=True)
    exp_a = np.exp(a)
    return exp_a / np.sum(exp_a, axis=-1, keepdims=True)


def cross_entropy_error(y, t):
    """Average cross entropy of a batch.

    Parameters
    ----------
    y : ndarray of float, shape (C,) or (N, C)
        Probabilities.
    t : ndarray, one-hot with the shape of `y`, or integer labels of shape (N,)

    Returns
    -------
    float
    """
    if y.ndim == 1:
        y = y.reshape(1, -1)
        t = np.reshape(t, (1, -1))
    t = np.asarray(t)
    if t.size != y.size:
        t = np.eye(y.shape[1])[t.reshape(-1)]
    return -np.sum(t * np.log(y + 1e-7)) / y.shape[0]


# %% [markdown]
# ## 1. `Relu`
#
# $$ y = \begin{cases} x & (x > 0) \\ 0 & (x \le 0) \end{cases}
# \qquad
# \frac{\partial L}{\partial x} = \begin{cases} \dfrac{\partial L}{\partial y} & (x > 0) \\ 0 & (x \le 0) \end{cases} $$
#
# Where the input was positive, the gradient passes; everywhere else it stops. At exactly 0 we agree that the gradient
# is 0. `forward` must remember *where* the input was not positive (a mask of `True` and `False`), because `backward`
# never sees `x`. Both methods give back a new array: the caller may still need `x` and `dout`.
#
# **Example.** For $x = \begin{pmatrix} 1.5 & -0.5 \\ 0 & 2 \end{pmatrix}$ the output is
# $\begin{pmatrix} 1.5 & 0 \\ 0 & 2 \end{pmatrix}$. If
# $dout = \begin{pmatrix} 10 & 20 \\ 30 & -40 \end{pmatrix}$ comes back, the layer returns
# $\begin{pmatrix} 10 & 0 \\ 0 & -40 \end{pmatrix}$.
#
# 입력이 양수였던 자리에서는 기울기가 그대로 흘러가고, 나머지 자리에서는 멈춰요. 정확히 0인 자리의 기울기는 0으로 약속해요.
# `backward`는 `x`를 볼 수 없으니, `forward`에서 입력이 0 이하였던 자리를 마스크(`True`와 `False`의 배열)로 저장해 두세요.
# 부른 쪽에서 `x`와 `dout`을 다시 쓸 수도 있으니, 두 메서드 모두 새 배열을 돌려주세요.
#
# **예.** $x = \begin{pmatrix} 1.5 & -0.5 \\ 0 & 2 \end{pmatrix}$이면 출력은
# $\begin{pmatrix} 1.5 & 0 \\ 0 & 2 \end{pmatrix}$이에요. 여기에
# $dout = \begin{pmatrix} 10 & 20 \\ 30 & -40 \end{pmatrix}$이 들어오면
# $\begin{pmatrix} 10 & 0 \\ 0 & -40 \end{pmatrix}$을 돌려줘요.


# %% nbgrader={"grade_id": "Relu_answer", "solution": true}
class Relu:
    """Rectified linear unit.

    Attributes
    ----------
    mask : ndarray of bool
        True where the last input was 0 or less.
    """

    def __init__(self):
        self.mask = None

    def forward(self, x):
        """Replace every entry that is not positive by 0.

        Parameters
        ----------
        x : ndarray of float, shape (N, D)

        Returns
        -------
        ndarray of float, shape (N, D)
        """
        ### BEGIN SOLUTION
        self.mask = x <= 0
        out = x.copy()
        out[self.mask] = 0
        return out
        ### END SOLUTION

    def backward(self, dout):
        """Let the gradient through where the last input was positive.

        Parameters
        ----------
        dout : ndarray of float, shape (N, D)

        Returns
        -------
        ndarray of float, shape (N, D)
        """
        ### BEGIN SOLUTION
        dx = dout.copy()
        dx[self.mask] = 0
        return dx
        ### END SOLUTION


# %% [markdown]
# ## 2. `Sigmoid`
#
# $$ y = \frac{1}{1 + e^{-x}} \qquad \frac{\partial L}{\partial x} = \frac{\partial L}{\partial y} \cdot (1 - y) \cdot y $$
#
# The derivative needs only the *output* $y$. So `forward` keeps $y$, and `backward` uses it.
#
# **Example.** $x = \ln 3 \approx 1.0986$ gives $y = \dfrac{1}{1 + \frac{1}{3}} = 0.75$. With $dout = 2$ the layer returns
# $2 \cdot 0.25 \cdot 0.75 = 0.375$.
#
# 시그모이드의 미분은 *출력* $y$만 있으면 구할 수 있어요. 그래서 `forward`는 $y$를 저장하고, `backward`는 그 값을 꺼내 써요.
#
# **예.** $x = \ln 3 \approx 1.0986$이면 $y = \dfrac{1}{1 + \frac{1}{3}} = 0.75$예요. $dout = 2$가 들어오면
# $2 \cdot 0.25 \cdot 0.75 = 0.375$를 돌려줘요.


# %% nbgrader={"grade_id": "Sigmoid_answer", "solution": true}
class Sigmoid:
    """Logistic function.

    Attributes
    ----------
    out : ndarray of float
        The last output.
    """

    def __init__(self):
        self.out = None

    def forward(self, x):
        """Squash every entry into the open interval from 0 to 1.

        Parameters
        ----------
        x : ndarray of float, shape (N, D)

        Returns
        -------
        ndarray of float, shape (N, D)
        """
        ### BEGIN SOLUTION
        self.out = 1 / (1 + np.exp(-x))
        return self.out
        ### END SOLUTION

    def backward(self, dout):
        """Multiply by the derivative of the logistic function.

        Parameters
        ----------
        dout : ndarray of float, shape (N, D)

        Returns
        -------
        ndarray of float, shape (N, D)
        """
        ### BEGIN SOLUTION
        return dout * (1 - self.out) * self.out
        ### END SOLUTION


# %% [markdown]
# ## 3. `Affine`
#
# $$ Y = X W + b, \qquad
# \frac{\partial L}{\partial X} = \frac{\partial L}{\partial Y} W^\top, \quad
# \frac{\partial L}{\partial W} = X^\top \frac{\partial L}{\partial Y}, \quad
# \frac{\partial L}{\partial b} = \sum_{n=1}^{N} \left(\frac{\partial L}{\partial Y}\right)_n $$
#
# $X$ is $(N, D)$, $W$ is $(D, H)$, $b$ is $(H,)$. A gradient always has the shape of what it belongs to; when you are
# not sure which side a matrix stands on or whether it is transposed, the shapes tell you. `backward` returns the
# gradient of $X$ and stores the other two as `self.dW` and `self.db`. The bias was added to every sample, so its
# gradient is the *sum* over the batch.
#
# Training will change the array `W` while the layer holds it. So keep `self.W` and `self.b` as they were given, and
# look at them anew on every call.
#
# **Example.** With $X = \begin{pmatrix} 1 & 2 & 3 \\ 4 & 5 & 6 \end{pmatrix}$,
# $W = \begin{pmatrix} 1 \\ 2 \\ -1 \end{pmatrix}$, $b = (10)$ the output is $\begin{pmatrix} 12 \\ 18 \end{pmatrix}$.
# For $dout = \begin{pmatrix} 1 \\ -2 \end{pmatrix}$:
# $dX = \begin{pmatrix} 1 & 2 & -1 \\ -2 & -4 & 2 \end{pmatrix}$,
# $dW = \begin{pmatrix} -7 \\ -8 \\ -9 \end{pmatrix}$, $db = (-1)$.
#
# $X$의 모양은 $(N, D)$, $W$는 $(D, H)$, $b$는 $(H,)$예요. 기울기의 모양은 언제나 원래 값의 모양과 같아요. 행렬을 어느 쪽에서
# 곱하는지, 전치해야 하는지 헷갈릴 때는 모양을 맞춰 보면 답이 나와요. `backward`는 $X$의 기울기를 돌려주고, 나머지 둘은
# `self.dW`와 `self.db`에 저장해요. 편향은 모든 데이터에 똑같이 더했으니, 그 기울기는 배치 방향으로 모두 *더한* 값이에요.
#
# 학습하는 동안 배열 `W`의 값은 계속 바뀌어요. 그래서 `self.W`와 `self.b`는 받은 그대로 두고, 부를 때마다 새로 읽으세요.
#
# **예.** $X = \begin{pmatrix} 1 & 2 & 3 \\ 4 & 5 & 6 \end{pmatrix}$,
# $W = \begin{pmatrix} 1 \\ 2 \\ -1 \end{pmatrix}$, $b = (10)$이면 출력은
# $\begin{pmatrix} 12 \\ 18 \end{pmatrix}$이에요. $dout = \begin{pmatrix} 1 \\ -2 \end{pmatrix}$가 들어오면
# $dX = \begin{pmatrix} 1 & 2 & -1 \\ -2 & -4 & 2 \end{pmatrix}$,
# $dW = \begin{pmatrix} -7 \\ -8 \\ -9 \end{pmatrix}$, $db = (-1)$이에요.


# %% nbgrader={"grade_id": "Affine_answer", "solution": true}
class Affine:
    """Fully connected layer.

    Parameters
    ----------
    W : ndarray of float, shape (D, H)
        Weights. The layer keeps this very array.
    b : ndarray of float, shape (H,)
        Biases. The layer keeps this very array.

    Attributes
    ----------
    dW : ndarray of float, shape (D, H)
    db : ndarray of float, shape (H,)
        Gradients of the last `backward`.
    """

    def __init__(self, W, b):
        self.W = W
        self.b = b
        self.x = None
        self.dW = None
        self.db = None

    def forward(self, x):
        """Multiply by the weights and add the biases.

        Parameters
        ----------
        x : ndarray of float, shape (N, D)

        Returns
        -------
        ndarray of float, shape (N, H)
        """
        ### BEGIN SOLUTION
        self.x = x
        return np.dot(x, self.W) + self.b
        ### END SOLUTION

    def backward(self, dout):
        """Store `dW` and `db`, and return the gradient of the input.

        Parameters
        ----------
        dout : ndarray of float, shape (N, H)

        Returns
        -------
        ndarray of float, shape (N, D)
        """
        ### BEGIN SOLUTION
        dx = np.dot(dout, self.W.T)
        self.dW = np.dot(self.x.T, dout)
        self.db = np.sum(dout, axis=0)
        return dx
        ### END SOLUTION


# %% [markdown]
# ## 4. `SoftmaxWithLoss`
#
# The last layer turns scores into probabilities $y$ and compares them with the right answers $t$:
#
# $$ y = \mathrm{softmax}(x), \qquad L = -\frac{1}{N} \sum_{n} \sum_{k} t_{nk} \ln y_{nk}, \qquad
# \frac{\partial L}{\partial x} = \frac{y - t}{N} $$
#
# The two functions belong together: their gradient is as simple as it can be. Divide by the batch size $N$, because
# the loss is an average. $t$ is one-hot, for example $(0, 1, 0)$ for class 1. A small part of the points is for a
# `backward` that also understands class numbers, `t = np.array([1, 0, 2])`.
#
# **Example.** One sample, $t = (0, 1, 0)$. If softmax gives $(0.3, 0.2, 0.5)$, the loss is $-\ln 0.2 \approx 1.609$ and
# the gradient is $(0.3, -0.8, 0.5)$. In a batch of two samples the gradient of this row would be half as large.
#
# 마지막 계층은 점수를 확률 $y$로 바꾸고 정답 $t$와 비교해요. 소프트맥스와 교차 엔트로피는 서로 잘 맞는 짝이라서, 합쳐 놓으면 기울기가
# $y - t$로 아주 간단해져요. 손실이 배치의 평균이니까 배치 크기 $N$으로 나누는 것도 잊지 마세요. $t$는 원-핫이에요. 예를 들어
# 1번 클래스는 $(0, 1, 0)$이에요. `t = np.array([1, 0, 2])`처럼 클래스 번호로 된 정답을 `backward`가 처리하는 데에도 점수가 조금 있어요.
#
# **예.** 데이터 하나, $t = (0, 1, 0)$이에요. 소프트맥스의 출력이 $(0.3, 0.2, 0.5)$라면 손실은 $-\ln 0.2 \approx 1.609$이고
# 기울기는 $(0.3, -0.8, 0.5)$예요. 데이터가 두 개인 배치였다면 이 행의 기울기는 절반이 돼요.


# %% nbgrader={"grade_id": "SoftmaxWithLoss_answer", "solution": true}
class SoftmaxWithLoss:
    """Softmax followed by cross entropy.

    Attributes
    ----------
    loss : float
        The last loss.
    y : ndarray of float, shape (N, C)
        The last probabilities.
    t : ndarray
        The last right answers.
    """

    def __init__(self):
        self.loss = None
        self.y = None
        self.t = None

    def forward(self, x, t):
        """Compute the loss of a batch.

        Parameters
        ----------
        x : ndarray of float, shape (N, C)
            Scores.
        t : ndarray, one-hot of shape (N, C), or integer labels of shape (N,)

        Returns
        -------
        float
        """
        ### BEGIN SOLUTION
        self.t = t
        self.y = softmax(x)
        self.loss = cross_entropy_error(self.y, self.t)
        return self.loss
        ### END SOLUTION

    def backward(self, dout=1):
        """Return the gradient of the scores.

        Parameters
        ----------
        dout : float
            1, because nothing comes after the loss.

        Returns
        -------
        ndarray of float, shape (N, C)
        """
        ### BEGIN SOLUTION
        batch_size = self.y.shape[0]
        t = self.t
        if t.size != self.y.size:
            t = np.eye(self.y.shape[1])[t]
        return dout * (self.y - t) / batch_size
        ### END SOLUTION


# %% [markdown]
# ## Try it
# ## 실행해 보기
#
# One sample runs forward and backward through three of your layers. What do you expect before you run it?
#
# 데이터 하나를 세 계층에 차례로 통과시키고, 다시 거꾸로 흘려보내요. 실행하기 전에 결과를 먼저 짐작해 보세요.


# %%
def main():
    """Run one sample forward and backward."""
    x = np.array([[1.0, 2.0, 3.0]])
    t = np.array([[0.0, 1.0]])
    affine = Affine(np.array([[0.5, -0.5], [0.25, 0.25], [-0.5, 0.5]]), np.array([0.1, -0.1]))
    relu, last = Relu(), SoftmaxWithLoss()
    print("loss :", last.forward(relu.forward(affine.forward(x)), t))
    print("dx :", affine.backward(relu.backward(last.backward())))


if __name__ == "__main__":
    main()
