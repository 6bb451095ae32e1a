# %% [markdown]
# # Loss functions and mini-batches · 손실 함수와 미니배치
#
# A network answers with numbers, and a loss says in one number how far these answers are from the truth. You write two
# losses, the function that turns scores into probabilities, and the random draw that makes training on big data
# affordable. Four exercises, 10 points.
#
# 1. `sum_squares_error`: the squared distance
# 2. `cross_entropy_error`: how surprised is the network by the truth?
# 3. `softmax`: from scores to probabilities
# 4. `sample_batch`: a few rows at random
#
# Every row of a 2-D array is one sample: $N$ samples with $C$ classes have the shape $(N, C)$. Leave the arrays
# that you are given as they are. Replace every `raise NotImplementedError` by your own code, and please do not
# import the answers.
#
# 신경망은 숫자로 답하고, 손실 함수는 그 답이 정답에서 얼마나 먼지 숫자 하나로 알려 줘요. 여기서는 손실 함수 두 개와
# 점수를 확률로 바꾸는 함수, 그리고 큰 데이터로도 부담 없이 학습하게 해 주는 무작위 추출을 직접 만들어요.
# 문제는 네 개, 모두 10점이에요.
#
# 1. `sum_squares_error`: 차이를 제곱해서 더하기
# 2. `cross_entropy_error`: 정답을 보고 신경망이 얼마나 놀랄까요?
# 3. `softmax`: 점수를 확률로
# 4. `sample_batch`: 무작위로 몇 행만 뽑기
#
# 2차원 배열에서는 한 행이 데이터 하나예요. 클래스가 $C$개인 데이터 $N$개의 모양은 $(N, C)$예요. 인수로 받은 배열은
# 바꾸지 마세요. `raise NotImplementedError`를 지우고 직접 코드를 써 보세요. 답을 import로 가져오지는 말아 주세요.

# %%
import numpy as np

# %% [markdown]
# ## 1. `sum_squares_error(y, t)` (1.5 points · 1.5점)
#
# `y` holds the answers of the network and `t` the truth, for one sample: two arrays of shape $(C,)$.
#
# $$ E = \frac{1}{2} \sum_{k} (y_k - t_k)^2 $$
#
# The $\frac{1}{2}$ is there for comfort: it cancels the 2 of the derivative. Square first, then add up.
#
# *Worked example.* $y = (0.5, 0.3, 0.2)$ and $t = (0, 1, 0)$: the differences are $0.5, -0.7, 0.2$, so
#
# $$ E = \frac{1}{2} (0.25 + 0.49 + 0.04) = 0.39 $$
#
# Adding the differences first would give $0.5 - 0.7 + 0.2 = 0$: plus and minus would cancel.
#
# `y`에는 신경망의 답이, `t`에는 정답이 들어 있어요. 데이터 하나에 대한 값이고 둘 다 모양이 $(C,)$인 배열이에요.
# 식 앞의 $\frac{1}{2}$은 미분할 때 나오는 2와 약분되라고 붙여 둔 거예요. 먼저 제곱하고, 그다음에 더하세요.
#
# *풀이 예.* $y = (0.5, 0.3, 0.2)$, $t = (0, 1, 0)$이면 차이는 $0.5, -0.7, 0.2$이고 $E = 0.39$예요.
# 차이를 먼저 더하면 $0.5 - 0.7 + 0.2 = 0$이 되어서 양수와 음수가 서로 지워져 버려요.


# %% nbgrader={"grade_id": "sum_squares_error_answer", "solution": true}
def sum_squares_error(y, t):
    """Half the sum of the squared differences.

    Parameters
    ----------
    y : ndarray of float64, shape (C,)
        Answers of the network.
    t : ndarray of float64, shape (C,)
        The truth.

    Returns
    -------
    float
        The error; 0 where y equals t.
    """
    # YOUR CODE HERE
    raise NotImplementedError


# %% [markdown]
# ## 2. `cross_entropy_error(y, t)` (3.5 points · 3.5점)
#
# `y` holds probabilities: one sample of shape $(C,)$, or a batch of shape $(N, C)$. `t` holds the truth in one of
# two forms:
#
# - **one-hot**, an array of the shape of `y` with a single 1 in each row, or
# - **labels**, the numbers of the right classes: integers of shape $(N,)$, or a single integer for one sample.
#
# $$ E = -\frac{1}{N} \sum_{n} \sum_{k} t_{nk} \log (y_{nk} + 10^{-7}) $$
#
# Since $t$ is 0 everywhere but at the right class, only the probability of the right class counts. $\log$ is the
# natural logarithm. The $10^{-7}$ stands **inside** the logarithm: $\log 0$ is minus infinity, and `y` may well
# hold a 0. One sample is a batch of one, so $N = 1$ for a 1-D `y` however many classes there are.
#
# *Worked example.* Two samples, with the right classes 1 and 0:
#
# $$ y = \begin{pmatrix} 0.1 & 0.8 & 0.1 \\ 0.4 & 0.3 & 0.3 \end{pmatrix} \qquad
#    t = \begin{pmatrix} 0 & 1 & 0 \\ 1 & 0 & 0 \end{pmatrix} \text{ or } (1, 0) $$
#
# $$ E = -\frac{1}{2} (\log 0.8 + \log 0.4) = \frac{0.2231 + 0.9163}{2} = 0.5697 $$
#
# The first row alone, `y[0]` with `t[0]`, gives $0.2231$. And had the network said 0 for the right class, the error
# would be $-\log 10^{-7} = 16.118$: large, but a number.
#
# `y`에는 확률이 들어 있어요. 데이터 하나면 모양이 $(C,)$이고 배치면 $(N, C)$예요. 정답 `t`는 두 가지 중 하나예요.
#
# - **원-핫**: `y`와 모양이 같고 행마다 1이 하나만 있는 배열
# - **레이블**: 정답 클래스의 번호. 모양이 $(N,)$인 정수 배열이거나, 데이터가 하나면 정수 하나
#
# 식은 위와 같아요. $t$는 정답 자리에서만 1이니까 결국 정답 클래스의 확률만 남아요. $\log$는 자연로그예요.
# $10^{-7}$은 로그 **안에** 더해요. $\log 0$은 마이너스 무한대인데 `y`에는 0이 들어 있을 수 있거든요. 데이터 하나는
# 크기가 1인 배치로 봐요. 그래서 `y`가 1차원이면 클래스가 몇 개든 $N = 1$이에요.
#
# *풀이 예.* 데이터가 두 개이고 정답 클래스가 1과 0이면 위의 계산대로 $E = 0.5697$이에요. 첫 행만 따로, 곧 `y[0]`과
# `t[0]`을 넣으면 $0.2231$이 나와요. 정답 클래스의 확률이 0이었다면 $-\log 10^{-7} = 16.118$이에요. 크지만 무한대는
# 아니에요.


# %% nbgrader={"grade_id": "cross_entropy_error_answer", "solution": true}
def cross_entropy_error(y, t):
    """Average cross entropy of a batch; a 1-D y is a batch of one.

    Parameters
    ----------
    y : ndarray of float64, shape (C,) or (N, C)
        Probabilities; may hold exact zeros.
    t : ndarray or int
        One-hot with the shape of y, or integer labels: shape (N,), or a single one.

    Returns
    -------
    float
        The error per sample.
    """
    # YOUR CODE HERE
    raise NotImplementedError


# %% [markdown]
# ## 3. `softmax(a)` (3 points · 3점)
#
# Softmax turns scores into probabilities: all positive, and every row adds up to 1. `a` has the shape $(C,)$ or
# $(N, C)$; the result has the same shape. In a batch every **row** stands for itself.
#
# $$ y_k = \frac{e^{a_k}}{\sum_{j} e^{a_j}} = \frac{e^{a_k - c}}{\sum_{j} e^{a_j - c}} $$
#
# The two forms are equal for every $c$, because $e^{-c}$ cancels. In a computer they are not: $e^{1000}$ is too
# large for a float and becomes `inf`, and `inf / inf` is `nan`. With $c$ = the largest score **of the row**, every
# exponent is at most 0 and nothing overflows.
#
# *Worked example.* $a = (1, 2, 4)$: subtract 4 to get $(-3, -2, 0)$, whose exponentials are $(0.0498, 0.1353, 1)$
# with the sum $1.1851$. So $y = (0.0420, 0.1142, 0.8438)$. The scores $(1001, 1002, 1004)$ give exactly the same.
#
# 소프트맥스는 점수를 확률로 바꿔요. 모든 값이 양수이고 행마다 더하면 1이에요. `a`의 모양은 $(C,)$나 $(N, C)$이고,
# 결과의 모양도 같아요. 배치에서는 **행마다** 따로 계산해요.
#
# 위 식의 두 꼴은 $c$가 무엇이든 같아요. $e^{-c}$가 약분되니까요. 하지만 컴퓨터에서는 달라요. $e^{1000}$은 너무 커서
# `inf`가 되고, `inf / inf`는 `nan`이 돼요. $c$를 **그 행에서** 가장 큰 점수로 잡으면 지수가 모두 0 이하라서 넘칠
# 일이 없어요.
#
# *풀이 예.* $a = (1, 2, 4)$에서 4를 빼면 $(-3, -2, 0)$이고, 지수 함수의 값은 $(0.0498, 0.1353, 1)$, 합은
# $1.1851$이에요. 그래서 $y = (0.0420, 0.1142, 0.8438)$이에요. 점수가 $(1001, 1002, 1004)$여도 결과는 똑같아요.


# %% nbgrader={"grade_id": "softmax_answer", "solution": true}
def softmax(a):
    """Turn scores into probabilities, row by row.

    Parameters
    ----------
    a : ndarray of float64, shape (C,) or (N, C)
        Scores of any size.

    Returns
    -------
    ndarray of float64, shape of a
        Probabilities; each row adds up to 1.
    """
    # YOUR CODE HERE
    raise NotImplementedError


# %% [markdown]
# ## 4. `sample_batch(x, t, batch_size, rng)` (2 points · 2점)
#
# Looking at 60,000 images for one small step is too slow; a few rows, drawn at random, point in almost the same
# direction. Draw `batch_size` row numbers at random, each row with the same chance, and return the pair
# `(x_batch, t_batch)`: the **same** rows of `x` and of `t`, in the same order. Whether a row may come twice in a
# batch is up to you.
#
# `rng` is a numpy `Generator`, made by `np.random.default_rng(...)`. Draw with it, for example by `rng.choice`,
# `rng.integers` or `rng.permutation`: the same seed then gives the same batches, and a training run can be repeated.
#
# *Worked example.* Suppose that the row numbers $2, 0$ were drawn:
#
# | | all | batch |
# |---|---|---|
# | `x` | `[[1, 2], [3, 4], [5, 6], [7, 8]]` | `[[5, 6], [1, 2]]` |
# | `t` | `[0, 1, 2, 3]` | `[2, 0]` |
#
# 한 걸음 옮길 때마다 이미지 60,000장을 모두 보면 너무 느려요. 무작위로 뽑은 몇 행만 봐도 거의 같은 방향을 알 수
# 있어요. 행 번호를 `batch_size`개만큼 무작위로 뽑으세요. 뽑힐 가능성은 모든 행이 같아야 해요. 그리고 `x`와 `t`에서
# **같은** 행을 같은 순서로 꺼내 `(x_batch, t_batch)`로 돌려주세요. 한 배치에 같은 행이 두 번 나와도 괜찮아요.
#
# `rng`는 `np.random.default_rng(...)`로 만든 numpy의 `Generator`예요. `rng.choice`나 `rng.integers`,
# `rng.permutation`처럼 이 `rng`로 뽑아 주세요. 그래야 시드가 같을 때 같은 배치가 나와서 학습을 그대로 되풀이할 수
# 있어요.
#
# *풀이 예.* 행 번호 $2, 0$이 뽑혔다면 결과는 위의 표와 같아요.


# %% nbgrader={"grade_id": "sample_batch_answer", "solution": true}
def sample_batch(x, t, batch_size, rng):
    """Draw rows at random; x and t stay aligned.

    Parameters
    ----------
    x : ndarray, shape (N, ...)
        Inputs.
    t : ndarray, shape (N, ...)
        Truths of the same rows: labels or one-hot.
    batch_size : int
        Number of rows to draw.
    rng : numpy.random.Generator
        The source of randomness.

    Returns
    -------
    x_batch : ndarray, shape (batch_size, ...)
    t_batch : ndarray, shape (batch_size, ...)
    """
    # YOUR CODE HERE
    raise NotImplementedError


# %% [markdown]
# ## Try it · 실행해 보기
#
# The figures of the worked examples should come out. Unfinished exercises stop with `NotImplementedError`.
#
# 풀이 예의 숫자가 나오는지 확인해 보세요. 아직 풀지 않은 문제가 있으면 그 자리에서 `NotImplementedError`가 나와요.

# %%
if __name__ == "__main__":
    print(sum_squares_error(np.array([0.5, 0.3, 0.2]), np.array([0, 1, 0])))
    print(cross_entropy_error(np.array([[0.1, 0.8, 0.1], [0.4, 0.3, 0.3]]), np.array([1, 0])))
    print(softmax(np.array([1001.0, 1002.0, 1004.0])))
    print(sample_batch(np.arange(8).reshape(4, 2), np.arange(4), 2, np.random.default_rng(0)))
