# %% [markdown]
# # Numerical gradients · 수치 미분과 기울기
#
# A network learns by following a slope. Before we derive slopes with formulas, we *measure* them:
# move a number a little, look at how the result changes, and divide. Four exercises, 10 points.
#
# 1. `numerical_diff`: the slope of a function of one number
# 2. `numerical_gradient`: the slopes of a function of a whole array
# 3. `gradient_descent`: walk downhill along those slopes
# 4. `SimpleNet`: a tiny network whose weights can be trained this way
#
# Replace every `raise NotImplementedError` by your own code. Please do not import the answers.
#
# 신경망은 기울기를 따라가며 배워요. 기울기를 수식으로 유도하기 전에 먼저 *재어* 볼게요.
# 숫자를 아주 조금 움직이고, 결과가 얼마나 달라지는지 보고, 나누면 돼요. 문제는 네 개, 모두 10점이에요.
#
# 1. `numerical_diff`: 숫자 하나를 받는 함수의 기울기
# 2. `numerical_gradient`: 배열 전체를 받는 함수의 기울기
# 3. `gradient_descent`: 그 기울기를 따라 내려가기
# 4. `SimpleNet`: 이 방법으로 학습할 수 있는 작은 신경망
#
# `raise NotImplementedError`를 지우고 직접 코드를 써 보세요. 답을 import로 가져오지는 말아 주세요.

# %%
import numpy as np

# %% [markdown]
# ## Given · 주어진 코드
#
# You know these two from the assignment about loss functions. They are ready to use; leave them as they are.
#
# 손실 함수 과제에서 이미 만나 본 두 함수예요. 바로 쓸 수 있으니 그대로 두세요.


# %%
def softmax(a):
    """Turn scores into probabilities, for one sample (C,) or a batch (N, C)."""
    shifted = a - np.max(a, axis=-1, keepdims=True)
    exp_a = np.exp(shifted)
    return exp_a / np.sum(exp_a, axis=-1, keepdims=True)


def cross_entropy_error(y, t):
    """Mean cross entropy of probabilities y and one-hot answers t of the same shape."""
    y = np.atleast_2d(y)
    t = np.atleast_2d(t)
    return -np.sum(t * np.log(y + 1e-7)) / y.shape[0]


# %% [markdown]
# ## 1. `numerical_diff(f, x)` (2 points · 2점)
#
# The derivative says how fast $f$ grows at $x$. We measure it with the **central difference**, one step
# $h = 10^{-4}$ to the right and one to the left:
#
# $$ f'(x) \approx \frac{f(x+h) - f(x-h)}{2h} $$
#
# *Worked example.* Take $f(x) = x^3$ at $x = 2$; the true slope is $3x^2 = 12$.
#
# $$ \frac{f(2.0001) - f(1.9999)}{0.0002} = \frac{8.001200060001 - 7.998800059999}{0.0002} = 12.00000001 $$
#
# Stepping to the right only, $(f(x+h) - f(x))/h$, gives $12.0006$: an error that is 60,000 times larger.
# The errors of the two sides cancel, and that is why we look both ways. Mind how Python reads a formula:
# division and multiplication run from left to right.
#
# 미분은 $x$에서 $f$가 얼마나 빠르게 커지는지 알려 줘요. 오른쪽으로 $h$, 왼쪽으로 $h$만큼 한 걸음씩 가 보는
# **중심 차분**으로 재어 봐요. 걸음의 크기는 $h = 10^{-4}$이에요.
#
# *풀이 예.* $x = 2$에서 $f(x) = x^3$의 진짜 기울기는 $3x^2 = 12$예요. 위 식에 넣으면 $12.00000001$이 나와요.
# 오른쪽으로만 가서 $(f(x+h) - f(x))/h$로 구하면 $12.0006$이라 오차가 6만 배나 커요.
# 양쪽을 함께 보면 오차가 서로 지워지기 때문이에요. 파이썬은 나눗셈과 곱셈을 왼쪽부터 차례로 계산한다는 점도 잊지
# 마세요.


# %% nbgrader={"grade_id": "numerical_diff_answer", "solution": true}
def numerical_diff(f, x):
    """Measure the slope of f at the number x by the central difference, h = 1e-4.

    Parameters
    ----------
    f : callable
        Takes a number and returns a number.
    x : float
        The place where the slope is measured.

    Returns
    -------
    float
        The slope.
    """
    ### BEGIN SOLUTION
    h = 1e-4
    return (f(x + h) - f(x - h)) / (2 * h)
    ### END SOLUTION


# %% [markdown]
# ## 2. `numerical_gradient(f, x)` (3 points · 3점)
#
# Now $x$ is an array of any shape and $f$ returns one number. The gradient holds one slope per entry, so it
# has **the same shape as** $x$:
#
# $$ \left(\nabla f\right)_i = \frac{\partial f}{\partial x_i} \approx \frac{f(x + h e_i) - f(x - h e_i)}{2h} $$
#
# Here $e_i$ is 1 at entry $i$ and 0 elsewhere: one entry moves while all the others stand still. Two rules matter.
#
# - **Change `x` itself**, one entry at a time. Some functions do not look at their argument: the loss of a network
#   reads its own weights, which are the very same array as `x`. They only notice when that array changes.
# - **Put the entry back** before you go on to the next one.
#
# *Worked example.* $f(x_0, x_1) = x_0^2 + 3x_0x_1$ at $(1, 2)$. For entry 0:
# $f(1.0001, 2) = 7.00080001$ and $f(0.9999, 2) = 6.99920001$, so $0.0016 / 0.0002 = 8$. For entry 1:
# $f(1, 2.0001) = 7.0003$ and $f(1, 1.9999) = 6.9997$, so $0.0006 / 0.0002 = 3$. The gradient is $(8, 3)$.
# Had $x_0$ been left at $0.9999$, the second slope would have come out as $2.9997$.
#
# 이제 $x$는 모양이 어떻든 상관없는 배열이고 $f$는 숫자 하나를 돌려줘요. 기울기에는 원소마다 하나씩 값이 있으니
# **모양이 $x$와 같아요**. 위 식의 $e_i$는 $i$번째만 1이고 나머지는 0이에요. 즉, 한 원소만 움직이고 나머지는 가만히
# 둬요. 꼭 지킬 점이 두 가지 있어요.
#
# - **`x` 자체를** 한 원소씩 바꾸세요. 인수를 쳐다보지 않는 함수도 있거든요. 신경망의 손실은 자기 가중치를 직접 읽는데,
#   그 가중치가 바로 `x`와 같은 배열이에요. 그 배열이 실제로 바뀌어야 손실도 달라져요.
# - 다음 원소로 넘어가기 전에 **원래 값으로 되돌려** 놓으세요.
#
# *풀이 예.* $(1, 2)$에서 $f(x_0, x_1) = x_0^2 + 3x_0x_1$을 볼게요. 0번 원소는 $(7.00080001 - 6.99920001) / 0.0002 = 8$,
# 1번 원소는 $(7.0003 - 6.9997) / 0.0002 = 3$이라서 기울기는 $(8, 3)$이에요.
# $x_0$을 $0.9999$인 채로 두었다면 두 번째 값은 $2.9997$이 되었을 거예요.


# %% nbgrader={"grade_id": "numerical_gradient_answer", "solution": true}
def numerical_gradient(f, x):
    """Measure the slope of f for every entry of x by the central difference, h = 1e-4.

    Parameters
    ----------
    f : callable
        Takes x and returns a number; it may ignore its argument and read the array x elsewhere.
    x : ndarray of float64, any shape
        Changed in place while measuring, and restored.

    Returns
    -------
    ndarray of float64, shape of x
        The gradient.
    """
    ### BEGIN SOLUTION
    h = 1e-4
    grad = np.zeros_like(x)
    for idx in np.ndindex(x.shape):
        original = x[idx]
        x[idx] = original + h
        f_right = f(x)
        x[idx] = original - h
        f_left = f(x)
        x[idx] = original
        grad[idx] = (f_right - f_left) / (2 * h)
    return grad
    ### END SOLUTION


# %% [markdown]
# ## 3. `gradient_descent(f, init_x, lr=0.01, step_num=100)` (2 points · 2점)
#
# The gradient points uphill, so we step the other way, `step_num` times. $\eta$ is the learning rate `lr`:
#
# $$ x \leftarrow x - \eta \, \nabla f(x) $$
#
# Return the **last** $x$.
#
# *Worked example.* $f(x_0, x_1) = x_0^2 + x_1^2$ from $(-3, 4)$ with $\eta = 0.1$. The gradient is $(-6, 8)$, so one
# step leads to $(-3 + 0.6,\; 4 - 0.8) = (-2.4, 3.2)$: every step shrinks $x$ to 0.8 of its length. After 100 steps
# $0.8^{100} \approx 2.0 \times 10^{-10}$ is left of it, about $(-6.1 \times 10^{-10},\; 8.1 \times 10^{-10})$.
# With $\eta = 10$ every step multiplies by $-19$ and $x$ runs away; with $\eta = 10^{-10}$ it hardly moves.
#
# 기울기는 오르막을 가리키니까 반대쪽으로 `step_num`번 걸어가요. $\eta$는 학습률 `lr`이에요. 그리고 **마지막** $x$를
# 돌려주세요.
#
# *풀이 예.* $(-3, 4)$에서 출발해 $\eta = 0.1$로 $f(x_0, x_1) = x_0^2 + x_1^2$을 내려가 봐요. 기울기가 $(-6, 8)$이니
# 한 걸음 뒤에는 $(-2.4, 3.2)$예요. 걸음마다 길이가 0.8배가 되므로 100걸음 뒤에는 약
# $(-6.1 \times 10^{-10},\; 8.1 \times 10^{-10})$이 돼요. $\eta = 10$이면 걸음마다 $-19$배가 되어 멀리 튀어 나가고,
# $\eta = 10^{-10}$이면 거의 움직이지 않아요.


# %% nbgrader={"grade_id": "gradient_descent_answer", "solution": true}
def gradient_descent(f, init_x, lr=0.01, step_num=100):
    """Walk downhill on f from init_x.

    Parameters
    ----------
    f : callable
        Takes x and returns a number.
    init_x : ndarray of float64
        The start.
    lr : float
        Learning rate (dimensionless).
    step_num : int
        Number of steps.

    Returns
    -------
    ndarray of float64, shape of init_x
        The last x.
    """
    ### BEGIN SOLUTION
    x = init_x.copy()
    for _ in range(step_num):
        x -= lr * numerical_gradient(f, x)
    return x
    ### END SOLUTION


# %% [markdown]
# ## 4. `SimpleNet` (3 points · 3점)
#
# A network with one layer, two inputs and three classes. Its only weights are `W`, drawn from a normal distribution.
#
# $$ \mathrm{predict}(x) = xW, \qquad \mathrm{loss}(x, t) = \mathrm{CE}\left(\mathrm{softmax}(xW),\; t\right) $$
#
# `predict` returns the scores before softmax. `x` is one sample of shape `(2,)` or a batch of shape `(N, 2)`, and `t`
# is one-hot, of shape `(3,)` or `(N, 3)`. Always read `self.W` afresh: whoever trains the network changes it.
#
# *Worked example.*
#
# $$ W = \begin{pmatrix} 0.2 & -0.4 & 0.5 \\ 0.3 & 0.1 & -0.2 \end{pmatrix},\quad x = (1, 2),\quad t = (0, 0, 1) $$
#
# The scores are $xW = (0.8, -0.2, 0.1)$, softmax makes $(0.536, 0.197, 0.266)$ of them, and the loss is
# $-\log 0.266 = 1.323$.
#
# Your `numerical_gradient` can differentiate it:
#
# ```python
# net = SimpleNet()
# dW = numerical_gradient(lambda W: net.loss(x, t), net.W)   # shape (2, 3)
# ```
#
# The lambda ignores its argument, and still it works: `net.W` is the array that moves.
#
# 층이 하나, 입력이 두 개, 클래스가 세 개인 신경망이에요. 가중치는 정규분포에서 뽑은 `W` 하나뿐이에요.
# `predict`는 소프트맥스를 거치기 전의 점수를 돌려줘요. `x`는 `(2,)` 모양의 데이터 하나이거나 `(N, 2)` 모양의 배치이고,
# `t`는 원-핫이며 모양은 `(3,)` 또는 `(N, 3)`이에요. 학습하면서 가중치가 바뀌니 `self.W`는 쓸 때마다 새로 읽으세요.
#
# *풀이 예.* 위의 $W$, $x$, $t$라면 점수는 $xW = (0.8, -0.2, 0.1)$이고, 소프트맥스를 거치면
# $(0.536, 0.197, 0.266)$이에요. 손실은 $-\log 0.266 = 1.323$이고요.
#
# 위 코드처럼 방금 만든 `numerical_gradient`로 미분할 수도 있어요. lambda가 인수를 쓰지 않는데도 잘 돼요.
# 움직이는 배열이 바로 `net.W`이기 때문이에요.


# %% nbgrader={"grade_id": "SimpleNet_answer", "solution": true}
class SimpleNet:
    """A network with one layer: two inputs, three classes.

    Attributes
    ----------
    W : ndarray of float64, shape (2, 3)
        The weights.
    """

    def __init__(self):
        """Draw W from a normal distribution."""
        ### BEGIN SOLUTION
        self.W = np.random.randn(2, 3)
        ### END SOLUTION

    def predict(self, x):
        """Return the scores x·W, of shape (3,) or (N, 3)."""
        ### BEGIN SOLUTION
        return np.dot(x, self.W)
        ### END SOLUTION

    def loss(self, x, t):
        """Return the cross entropy of softmax(x·W) and the one-hot t."""
        ### BEGIN SOLUTION
        return cross_entropy_error(softmax(self.predict(x)), t)
        ### END SOLUTION


# %% [markdown]
# ## Try it · 실행해 보기
#
# All together: train the little network on one sample and watch the loss fall.
#
# 모두 모아서, 데이터 하나로 작은 신경망을 학습하고 손실이 줄어드는지 지켜봐요.

# %%
if __name__ == "__main__":
    net = SimpleNet()
    sample, answer = np.array([1.0, 2.0]), np.array([0, 0, 1])
    print("loss before · 학습 전 손실:", net.loss(sample, answer))
    for _ in range(20):
        net.W -= 0.1 * numerical_gradient(lambda _: net.loss(sample, answer), net.W)
    print("loss after · 학습 후 손실:", net.loss(sample, answer))
