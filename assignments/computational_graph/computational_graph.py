# %% [markdown]
# # Computational graphs · 계산 그래프
#
# A long calculation is a chain of small nodes. Going **forward**, every node computes its result; going **backward**,
# every node receives the slope of the final result with respect to its own output (`dout`), multiplies it by its own
# small derivative, and hands it on. That is the chain rule, and it is all that backpropagation does.
# Four exercises, 10 points.
#
# 1. `AddLayer`: a node that adds
# 2. `MulLayer`: a node that multiplies
# 3. `buy_apples`: a shopping bill of two nodes
# 4. `buy_apples_and_oranges`: a bill of four nodes
#
# Replace every `raise NotImplementedError` by your own code.
#
# 긴 계산도 작은 노드를 이어 붙인 것이에요. **순전파**에서는 노드마다 결과를 계산해요. **역전파**에서는 노드마다
# "내 출력이 변하면 최종 결과가 얼마나 변하는가"(`dout`)를 받아서, 자기 몫의 미분을 곱한 다음 이전 노드로 넘겨줘요.
# 이것이 연쇄 법칙이고, 오차역전파법이 하는 일의 전부예요. 문제는 네 개, 모두 10점이에요.
#
# 1. `AddLayer`: 더하는 노드
# 2. `MulLayer`: 곱하는 노드
# 3. `buy_apples`: 노드 두 개로 된 계산서
# 4. `buy_apples_and_oranges`: 노드 네 개로 된 계산서
#
# `raise NotImplementedError`를 지우고 직접 코드를 써 보세요.

# %% [markdown]
# ## 1. `AddLayer` (2 points · 2점)
#
# Forward: $z = x + y$. When $x$ grows by a little, $z$ grows by just as much, and so it is with $y$:
#
# $$ \frac{\partial z}{\partial x} = 1, \qquad \frac{\partial z}{\partial y} = 1 $$
#
# $$ \mathrm{dx} = \mathrm{dout} \cdot 1, \qquad \mathrm{dy} = \mathrm{dout} \cdot 1 $$
#
# `forward(x, y)` returns $z$; `backward(dout)` returns the tuple `(dx, dy)`.
#
# *Worked example.* $x = 3$, $y = -4$: `forward` gives $-1$. With $\mathrm{dout} = 0.5$, `backward` gives $(0.5, 0.5)$.
#
# 순전파는 $z = x + y$예요. $x$가 조금 커지면 $z$도 꼭 그만큼 커지고, $y$도 마찬가지예요. 그래서 미분은 둘 다 1이고,
# 역전파에서는 위에서 온 `dout`이 양쪽으로 흘러가요. `forward(x, y)`는 $z$를, `backward(dout)`은 튜플 `(dx, dy)`를
# 돌려줘요.
#
# *풀이 예.* $x = 3$, $y = -4$이면 `forward`는 $-1$이에요. $\mathrm{dout} = 0.5$이면 `backward`는 $(0.5, 0.5)$고요.


# %% nbgrader={"grade_id": "AddLayer_answer", "solution": true}
class AddLayer:
    """A node that adds two numbers."""

    def forward(self, x, y):
        """Return x + y."""
        # YOUR CODE HERE
        raise NotImplementedError

    def backward(self, dout):
        """Return the tuple (dx, dy) for the slope dout that arrives from above."""
        # YOUR CODE HERE
        raise NotImplementedError


# %% [markdown]
# ## 2. `MulLayer` (3 points · 3점)
#
# Forward: $z = xy$. The larger the *other* factor, the more a small change counts:
#
# $$ \frac{\partial z}{\partial x} = y, \qquad \frac{\partial z}{\partial y} = x $$
#
# $$ \mathrm{dx} = \mathrm{dout} \cdot y, \qquad \mathrm{dy} = \mathrm{dout} \cdot x $$
#
# So `backward` needs the numbers of the latest `forward`: each layer must keep its own.
#
# *Worked example.* $x = 3$, $y = -4$: `forward` gives $-12$. With $\mathrm{dout} = 0.5$, `backward` gives
# $(0.5 \cdot (-4),\; 0.5 \cdot 3) = (-2, 1.5)$.
#
# 순전파는 $z = xy$예요. *상대방*이 클수록 작은 변화도 크게 번져요. 그래서 $x$의 미분은 $y$이고, $y$의 미분은 $x$예요.
# `backward`에는 가장 최근 `forward`에서 받은 숫자가 필요하니, 계층마다 자기 숫자를 따로 간직해 두세요.
#
# *풀이 예.* $x = 3$, $y = -4$이면 `forward`는 $-12$예요. $\mathrm{dout} = 0.5$이면 `backward`는
# $(0.5 \cdot (-4),\; 0.5 \cdot 3) = (-2, 1.5)$예요.


# %% nbgrader={"grade_id": "MulLayer_answer", "solution": true}
class MulLayer:
    """A node that multiplies two numbers."""

    def __init__(self):
        """Start with nothing to remember."""
        self.x = None
        self.y = None

    def forward(self, x, y):
        """Return x * y, and remember both."""
        # YOUR CODE HERE
        raise NotImplementedError

    def backward(self, dout):
        """Return the tuple (dx, dy) for the slope dout that arrives from above."""
        # YOUR CODE HERE
        raise NotImplementedError


# %% [markdown]
# ## 3. `buy_apples()` (2 points · 2점)
#
# Two apples at 100 won each, and 10 % tax (a factor of 1.1). The graph has two multiplications:
#
# ```
# apple 100 ──▶ (*) ──▶ 200 ──▶ (*) ──▶ price
# apple_num 2 ──▲    tax 1.1 ────▲
# ```
#
# $$ \mathrm{price} = (\mathrm{apple} \cdot \mathrm{apple\_num}) \cdot \mathrm{tax} $$
#
# Build it from your layers. Forward from left to right, then backward from the price (`dout = 1`), visiting the layers
# in the **opposite order**. Return the tuple `(price, dapple, dapple_num, dtax)`: the price, and how much it changes
# per unit of each input.
#
# *Worked example*, with other numbers: 4 apples at 50, tax 1.2.
# Forward: $50 \cdot 4 = 200$, then $200 \cdot 1.2 = 240$.
# Backward through the tax layer: $1 \cdot 1.2 = 1.2$ goes to the apples and $1 \cdot 200 = 200$ to the tax.
# Through the apple layer: $1.2 \cdot 4 = 4.8$ for the price of an apple, $1.2 \cdot 50 = 60$ for their number.
# So the tuple is $(240, 4.8, 60, 200)$. For this exercise the price comes to 220.
#
# 한 개에 100원인 사과 두 개를 사고 소비세 10 %(1.1배)를 내요. 그래프에는 곱셈이 두 번 나와요.
# 직접 만든 계층으로 조립하세요. 왼쪽에서 오른쪽으로 순전파한 다음, 가격에서 출발해(`dout = 1`) **반대 순서로** 계층을
# 거슬러 올라오면 돼요. 돌려줄 값은 튜플 `(price, dapple, dapple_num, dtax)`, 곧 가격과 입력마다의 미분이에요.
#
# *풀이 예*(숫자는 달라요). 50원짜리 사과 4개, 세금 1.2배를 볼게요.
# 순전파는 $50 \cdot 4 = 200$, $200 \cdot 1.2 = 240$이에요.
# 세금 계층을 거슬러 오면 사과 쪽으로 $1.2$, 세금 쪽으로 $200$이 가요.
# 사과 계층을 거슬러 오면 사과값에 $1.2 \cdot 4 = 4.8$, 개수에 $1.2 \cdot 50 = 60$이에요.
# 그래서 튜플은 $(240, 4.8, 60, 200)$이 돼요. 이 문제의 가격은 220이 나와요.


# %% nbgrader={"grade_id": "buy_apples_answer", "solution": true}
def buy_apples():
    """Buy 2 apples at 100, tax 1.1.

    Returns
    -------
    tuple of float
        ``(price, dapple, dapple_num, dtax)``.
    """
    # YOUR CODE HERE
    raise NotImplementedError


# %% [markdown]
# ## 4. `buy_apples_and_oranges()` (3 points · 3점)
#
# The same apples, and 3 oranges at 150 each:
#
# ```
# apple_num 2 ──▼
# apple 100 ──▶ (*) ──▶ ┐
#                      (+) ──▶ (*) ──▶ price
# orange 150 ─▶ (*) ──▶ ┘       ▲
# orange_num 3 ─▲            tax 1.1
# ```
#
# $$ \mathrm{fruits} = \mathrm{apple} \cdot \mathrm{apple\_num} + \mathrm{orange} \cdot \mathrm{orange\_num} $$
#
# $$ \mathrm{price} = \mathrm{fruits} \cdot \mathrm{tax} $$
#
# Return the tuple `(price, dapple_num, dapple, dorange, dorange_num, dtax)`. Mind the order: for the apples the number
# comes first, for the oranges the price.
#
# *Worked example*, with other numbers: 4 apples at 50, 2 oranges at 30, tax 1.2.
# Forward: $200 + 60 = 260$, and $260 \cdot 1.2 = 312$.
# Backward: $1.2$ reaches the addition and $260$ the tax; the addition passes $1.2$ on to both sides.
# So the number of apples gets $1.2 \cdot 50 = 60$ and an apple $1.2 \cdot 4 = 4.8$;
# an orange gets $1.2 \cdot 2 = 2.4$ and the number of oranges $1.2 \cdot 30 = 36$.
# The tuple is $(312, 60, 4.8, 2.4, 36, 260)$. For this exercise the price comes to 715.
#
# 같은 사과에 한 개 150원인 오렌지 세 개를 더 사요. 돌려줄 값은 튜플
# `(price, dapple_num, dapple, dorange, dorange_num, dtax)`예요. 순서에 주의하세요. 사과는 개수가 먼저이고, 오렌지는
# 값이 먼저예요.
#
# *풀이 예*(숫자는 달라요). 50원짜리 사과 4개, 30원짜리 오렌지 2개, 세금 1.2배를 볼게요.
# 순전파는 $200 + 60 = 260$, $260 \cdot 1.2 = 312$예요.
# 역전파에서는 덧셈 쪽으로 $1.2$, 세금 쪽으로 $260$이 가고, 덧셈은 $1.2$를 양쪽에 그대로 넘겨줘요.
# 그래서 사과 개수는 $1.2 \cdot 50 = 60$, 사과값은 $1.2 \cdot 4 = 4.8$이고,
# 오렌지값은 $1.2 \cdot 2 = 2.4$, 오렌지 개수는 $1.2 \cdot 30 = 36$이에요.
# 튜플은 $(312, 60, 4.8, 2.4, 36, 260)$이 돼요. 이 문제의 가격은 715가 나와요.


# %% nbgrader={"grade_id": "buy_apples_and_oranges_answer", "solution": true}
def buy_apples_and_oranges():
    """Buy 2 apples at 100 and 3 oranges at 150, tax 1.1.

    Returns
    -------
    tuple of float
        ``(price, dapple_num, dapple, dorange, dorange_num, dtax)``.
    """
    # YOUR CODE HERE
    raise NotImplementedError


# %% [markdown]
# ## Try it · 실행해 보기

# %%
if __name__ == "__main__":
    print("apples · 사과:", buy_apples())
    print("apples and oranges · 사과와 오렌지:", buy_apples_and_oranges())
