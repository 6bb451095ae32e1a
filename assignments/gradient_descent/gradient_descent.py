# %% [markdown]
# # Linear regression by hand · 선형 회귀 직접 구현하기
#
# Four points lie almost on a line. Which line fits them best? You will find it the way every neural network
# learns: measure how wrong you are, ask in which direction it gets better, take a small step, repeat.
# Three exercises, 10 points.
#
# 1. `Loss`: how wrong is the line?
# 2. `gradient_descent`: which way is downhill?
# 3. `main`: walk downhill, a thousand small steps
#
# Replace every `raise NotImplementedError` by your own code. Please do not import the answers.
#
# 점 네 개가 거의 한 직선 위에 놓여 있어요. 이 점들에 가장 잘 맞는 직선은 무엇일까요? 신경망이 배우는 방식 그대로
# 찾아볼게요. 얼마나 틀렸는지 재고, 어느 쪽으로 가야 나아지는지 알아보고, 조금 움직이고, 되풀이하면 돼요. 문제는 세
# 개, 모두 10점이에요.
#
# 1. `Loss`: 직선이 얼마나 틀렸을까요?
# 2. `gradient_descent`: 어느 쪽이 내리막일까요?
# 3. `main`: 작은 걸음으로 천 번 내려가기
#
# `raise NotImplementedError`를 지우고 직접 코드를 써 보세요. 답을 import로 가져오지는 말아 주세요.

# %%
import numpy as np

# %% [markdown]
# ## Given · 주어진 코드
#
# The model is a line with intercept $w_0$ and slope $w_1$. Every array here is a **column** of shape $(N, 1)$: one row
# for each point. Leave this cell as it is.
#
# $$ f(x) = w_0 + w_1 x $$
#
# 모델은 절편이 $w_0$이고 기울기가 $w_1$인 직선이에요. 이 과제의 배열은 모두 모양이 $(N, 1)$인 **열벡터**라서, 한
# 행이 점 하나예요. 이 셀은 고치지 말고 그대로 두세요.


# %%
def linear_model(w0, w1, X):
    """Predict y for every x in X by the line w0 + w1*x."""
    return w0 + w1 * X


# %% [markdown]
# ## 1. `Loss(f_x, y)` (2 points · 2점)
#
# `f_x` holds the predictions and `y` the true values. The loss is the **mean of the squared errors** (MSE): one number
# that is 0 only where every prediction is right.
#
# $$ L = \frac{1}{N} \sum_{i=1}^{N} \left( y_i - f(x_i) \right)^2 $$
#
# *Worked example.* The points $(1, 4)$, $(2, 2)$, $(4, 6)$ and the line $w_0 = 1$, $w_1 = 1$:
#
# | $x_i$ | $y_i$ | $f(x_i)$ | $y_i - f(x_i)$ | squared |
# |---|---|---|---|---|
# | 1 | 4 | 2 | 2 | 4 |
# | 2 | 2 | 3 | -1 | 1 |
# | 4 | 6 | 5 | 1 | 1 |
#
# The squares add up to 6 and there are 3 points, so $L = 6 / 3 = 2$. $N$ is the number of points you are given; it is
# not always 4.
#
# `f_x`에는 예측값이, `y`에는 정답이 들어 있어요. 손실은 **제곱 오차의 평균**(MSE)이고 숫자 하나예요.
# 모든 예측이 맞을 때에만 0이 돼요.
#
# *풀이 예.* 점이 $(1, 4)$, $(2, 2)$, $(4, 6)$이고 직선이 $w_0 = 1$, $w_1 = 1$이면 위의 표처럼 계산해요.
# 제곱을 모두 더하면 6이고 점은 3개니까 $L = 6 / 3 = 2$예요. $N$은 주어진 점의 개수예요. 항상 4개인 것은 아니에요.


# %% nbgrader={"grade_id": "Loss_answer", "solution": true}
def Loss(f_x, y):
    """Average the squared errors of the predictions.

    Parameters
    ----------
    f_x : ndarray of float64, shape (N, 1)
        Predictions.
    y : ndarray of float64, shape (N, 1)
        True values.

    Returns
    -------
    float
        The mean squared error.
    """
    # YOUR CODE HERE
    raise NotImplementedError


# %% [markdown]
# ## 2. `gradient_descent(w0, w1, X, y)` (4 points · 4점)
#
# The gradient tells how the loss grows when $w_0$ or $w_1$ grows. The chain rule brings down the 2 of the square
# and multiplies by the derivative of the inner part, which is $-1$ for $w_0$ and $-x_i$ for $w_1$:
#
# $$ \frac{\partial L}{\partial w_0} = \frac{2}{N} \sum_{i=1}^{N} \left( y_i - (w_0 + w_1 x_i) \right) (-1) $$
#
# $$ \frac{\partial L}{\partial w_1} = \frac{2}{N} \sum_{i=1}^{N} \left( y_i - (w_0 + w_1 x_i) \right) (-x_i) $$
#
# Return both in this order, `np.array([dL/dw0, dL/dw1])`. This function only *measures* the slopes; the step itself
# belongs to `main`.
#
# *Worked example.* The points and the line of exercise 1, whose errors were $2, -1, 1$:
#
# $$ \frac{\partial L}{\partial w_0} = \frac{2}{3} (-2 + 1 - 1) = -\frac{4}{3} \qquad
#    \frac{\partial L}{\partial w_1} = \frac{2}{3} (-2 \cdot 1 + 1 \cdot 2 - 1 \cdot 4) = -\frac{8}{3} $$
#
# Both are negative: a larger $w_0$ and a larger $w_1$ would make the loss smaller.
#
# 기울기(gradient)는 $w_0$이나 $w_1$이 커질 때 손실이 얼마나 커지는지 알려 줘요. 연쇄 법칙에 따라 제곱의 2가 앞으로
# 내려오고, 안쪽 식의 미분인 $-1$($w_0$일 때)이나 $-x_i$($w_1$일 때)가 곱해져요. 그 결과가 위의 두 식이에요.
#
# 두 값을 이 순서로, `np.array([dL/dw0, dL/dw1])`로 돌려주세요. 이 함수는 기울기를 *구하기만* 해요. 실제로 움직이는
# 일은 `main`이 해요.
#
# *풀이 예.* 1번의 점과 직선에서 오차는 $2, -1, 1$이었어요. 위 식에 넣으면 기울기는 $-\frac{4}{3}$와
# $-\frac{8}{3}$이에요. 둘 다 음수니까 $w_0$과 $w_1$을 키우면 손실이 줄어들어요.


# %% nbgrader={"grade_id": "gradient_descent_answer", "solution": true}
def gradient_descent(w0, w1, X, y):
    """Compute the slopes of the mean squared error at the line w0 + w1*x.

    Parameters
    ----------
    w0, w1 : float
        Intercept and slope of the line.
    X, y : ndarray of float64, shape (N, 1)
        The points.

    Returns
    -------
    ndarray of float64, shape (2,)
        dL/dw0 and dL/dw1.
    """
    # YOUR CODE HERE
    raise NotImplementedError


# %% [markdown]
# ## 3. `main()` (4 points · 4점)
#
# Start at $w_0 = w_1 = 0$ and repeat 1000 times: measure the gradient once, then move **both** numbers a little
# against it, with the learning rate $\eta = 0.001$.
#
# $$ w_0 \leftarrow w_0 - \eta \frac{\partial L}{\partial w_0} \qquad
#    w_1 \leftarrow w_1 - \eta \frac{\partial L}{\partial w_1} $$
#
# Count the iterations `i` from 0. **After** the update of every iteration with `i % 100 == 0`, print the new loss
# and the new numbers, and then an empty line. At the end return `(w0, w1)`.
#
# ```
# 0번째 loss : 39.80526573375
# 0번째 w0, w1 : 0.012050000000000002, 0.03505
#
# 100번째 loss : 1.4088818550020328
# 100번째 w0, w1 : 0.5956839328965645, 1.7137245928510965
#
# ```
#
# (`0번째` means "number 0". Other labels are fine as long as the numbers can be told apart.) The last report, at
# `i = 900`, shows the loss 0.030210557013104773 with 0.8057485947959019 and 2.070080758386106. The returned line is
# about $(0.8143, 2.0672)$.
#
# *Worked example: the first step.* With both numbers at 0 the errors are the $y_i$ themselves, so
#
# $$ \frac{\partial L}{\partial w_0} = -\frac{2}{4} (3.1 + 4.9 + 7.2 + 8.9) = -12.05 $$
#
# and $w_0$ moves from $0$ to $0 + 0.001 \cdot 12.05 = 0.01205$: the number in the second line above.
#
# $w_0 = w_1 = 0$에서 시작해서 1000번 되풀이해요. 매번 기울기를 한 번만 구한 다음, 위 식처럼 **두 값을 함께**
# 기울기의 반대쪽으로 조금 옮겨요. 학습률은 $\eta = 0.001$이에요.
#
# 반복 번호 `i`는 0부터 세요. `i % 100 == 0`인 반복에서는 갱신을 **마친 뒤에** 새 손실과 새 `w0`, `w1`을 출력하고 빈
# 줄을 하나 출력하세요. 모두 끝나면 `(w0, w1)`을 돌려주세요. 출력은 위와 같은 모양이에요. 숫자만 구별할 수 있으면
# 다른 문구를 써도 괜찮아요. 마지막으로 출력되는 `i = 900`에서는 손실이 0.030210557013104773이고 두 값은
# 0.8057485947959019와 2.070080758386106이에요. 돌려주는 값은 대략 $(0.8143, 2.0672)$예요.
#
# *풀이 예: 첫걸음.* 두 값이 모두 0이면 오차는 $y_i$ 그 자체예요. 그래서 $\partial L / \partial w_0$은 위 식처럼
# $-12.05$이고, $w_0$은 $0$에서 $0 + 0.001 \cdot 12.05 = 0.01205$로 움직여요. 위 출력의 둘째 줄에 있는 숫자예요.


# %% nbgrader={"grade_id": "main_answer", "solution": true}
def main():
    """Fit the line to the four points and report every 100 iterations.

    Returns
    -------
    w0, w1 : float
        Intercept and slope after 1000 iterations.
    """
    X = np.array([1.0, 2.0, 3.0, 4.0]).reshape(-1, 1)
    y = np.array([3.1, 4.9, 7.2, 8.9]).reshape(-1, 1)
    w0, w1 = 0.0, 0.0
    learning_rate = 0.001
    iterations = 1000
    # YOUR CODE HERE
    raise NotImplementedError


# %% [markdown]
# ## Try it · 실행해 보기
#
# Run the cell below. If an exercise is not finished yet, Python stops there with `NotImplementedError`.
#
# 아래 셀을 실행해 보세요. 아직 풀지 않은 문제가 있으면 그 자리에서 `NotImplementedError`가 나와요.

# %%
if __name__ == "__main__":
    print(main())
