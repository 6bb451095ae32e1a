# %% [markdown]
# # Standardized columns · 열 표준화하기
#
# Heights in metres and weights in kilograms can't be compared as they are. After standardizing, every column has mean 0
# and standard deviation 1, and a network learns from all of them alike.
#
# 미터로 잰 키와 킬로그램으로 잰 몸무게는 그대로 비교할 수 없어요. 표준화하면 모든 열의 평균이 0, 표준편차가 1이 되어서
# 신경망이 모든 열에서 고르게 배울 수 있어요.

# %%
import numpy as np

# %% [markdown]
# ## `standardize(x)` (10 points · 10점)
#
# `x` has one row for each of $N$ samples and one column for each feature. In each column $j$,
#
# $$ z_{ij} = \frac{x_{ij} - \mu_j}{\sigma_j + 10^{-7}}, \qquad \mu_j = \frac{1}{N} \sum_i x_{ij}, \qquad
# \sigma_j^2 = \frac{1}{N} \sum_i (x_{ij} - \mu_j)^2 $$
#
# The small number keeps a column whose entries are all equal from being divided by 0. Leave `x` as it is.
#
# *Worked example.* The column $1, 3, 5$ has $\mu = 3$ and $\sigma^2 = 8/3$, so it becomes about $-1.22, 0, 1.22$.
#
# `x`는 한 행이 데이터 하나, 한 열이 특징 하나예요. 열마다 위의 식으로 바꾸세요. 작은 수를 더해 두면 값이 모두 같은 열에서도
# 0으로 나누지 않아요. `x`는 그대로 두세요.
#
# *풀이 예.* 열 $1, 3, 5$는 $\mu = 3$, $\sigma^2 = 8/3$이므로 약 $-1.22, 0, 1.22$가 돼요.


# %% nbgrader={"grade_id": "standardize_answer", "solution": true}
def standardize(x):
    """Give every column mean 0 and standard deviation 1.

    Parameters
    ----------
    x : ndarray of float64, shape (N, D)

    Returns
    -------
    ndarray of float64, shape (N, D)
    """
    ### BEGIN SOLUTION
    mu = np.mean(x, axis=0)
    sigma = np.std(x, axis=0)
    return (x - mu) / (sigma + 1e-7)
    ### END SOLUTION
