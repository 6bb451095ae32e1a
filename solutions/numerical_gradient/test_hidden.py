"""Hidden checks of numerical_gradient."""

from __future__ import annotations

import numpy as np
import pytest

from autograder.checks import CheckFailed, assert_close, assert_shape, check

# Any central difference with a step between these two is accepted; the text asks for 1e-4.
SMALLEST_STEP, LARGEST_STEP = 5e-9, 2e-3


def steps_are_central(steps):
    """Whether the moves of one number are small and balance each other: as far to the right as to the left."""
    steps = np.asarray(steps, dtype=float)
    moves = steps[np.abs(steps) > 1e-12]
    if moves.size < 2:
        return False
    sizes = np.abs(moves)
    is_small = sizes.min() >= SMALLEST_STEP and sizes.max() <= LARGEST_STEP
    return bool(is_small and abs(moves.sum()) <= 1e-3 * sizes.max())


# numerical_diff


def slope_of_a_cubic(submission, x):
    return submission.numerical_diff(lambda v: 0.3 * v**3 - 2.0 * v + 5.0, x)


@pytest.mark.exercise("numerical_diff")
@pytest.mark.points(0.5)
@pytest.mark.mistakes("div_h_not_2h", "mul_h", "plus_h_twice", "h_too_small")
def test_slope_is_about_right(student, reference, rng):
    """The value is the slope of f at x. Check what is divided by what: parentheses matter on both sides.

    결과는 x에서 f의 기울기여야 해요. 무엇을 무엇으로 나누는지 확인하세요. 나눗셈 양쪽의 괄호가 중요해요.
    """
    x = float(rng.uniform(2.0, 3.0))
    actual = student.probe(slope_of_a_cubic, x)
    assert_close(actual, slope_of_a_cubic(reference, x), what="numerical_diff(f, x)", rtol=1e-3)


def slope_of_a_steep_bowl(submission, x):
    return submission.numerical_diff(lambda v: 200.0 * (v - 1.0) ** 2 + 3.0 * v, x)


@pytest.mark.exercise("numerical_diff")
@pytest.mark.points(1)
@pytest.mark.mistakes("forward_diff")
def test_slope_of_a_curved_function_is_precise(student, reference, rng):
    """Where f bends strongly the slope must still be precise: look to the right of x and to the left of x.

    f가 크게 휘는 곳에서도 기울기가 정밀해야 해요. x의 오른쪽과 왼쪽을 모두 살펴보세요.
    """
    x = float(rng.uniform(1.02, 1.03))
    actual = student.probe(slope_of_a_steep_bowl, x)
    assert_close(actual, slope_of_a_steep_bowl(reference, x), what="numerical_diff(f, x)", rtol=1e-6)


def places_of_the_slope(submission, x):
    places = []

    def f(v):
        places.append(float(np.ravel(v)[0]))
        return v * v

    submission.numerical_diff(f, x)
    return places


@pytest.mark.exercise("numerical_diff")
@pytest.mark.points(0.5)
@pytest.mark.mistakes("forward_diff", "plus_h_twice", "h_too_small")
def test_steps_go_both_ways(student, rng):
    """f must be asked as far to the right of x as to the left, with a small step near 1e-4.

    f는 x에서 오른쪽과 왼쪽으로 같은 거리만큼, 1e-4 정도로 조금 떨어진 곳에서 계산해야 해요.
    """
    x = float(rng.uniform(1.0, 2.0))
    steps = np.array(student.probe(places_of_the_slope, x), dtype=float) - x
    check(steps_are_central(steps), None)


# numerical_gradient


def gradient_of_a_row(submission, x):
    strays = []

    def f(v):
        # One call at some other place, just to try f out, is forgiven.
        if np.ndim(v) and np.shape(v) != x.shape and not strays:
            return strays.append(v) or 0.0
        # Also defined for a single number, so that handing over one entry gives a wrong slope and no error.
        return np.sum(np.array([20.0, 35.0, 5.0]) * v**2) + 15.0 * np.sum(v) ** 2 + 0.5 * np.sum(v) ** 3

    return submission.numerical_gradient(f, x)


@pytest.mark.exercise("numerical_gradient")
@pytest.mark.points(0.75)
@pytest.mark.mistakes("forward_diff", "div_h_not_2h", "mul_h", "plus_h_twice", "h_too_small", "not_restored")
def test_gradient_of_one_dimension(student, reference, rng):
    """For a 1-D array every entry must be precise, even where the entries are multiplied with one another.

    1차원 배열에서는, 원소끼리 곱해진 함수라도 모든 원소의 기울기가 정밀해야 해요.
    """
    x = rng.uniform(0.8, 1.4, size=3) * np.array([1, -1, 1])
    actual = student.probe(gradient_of_a_row, x)
    assert_close(actual, gradient_of_a_row(reference, x.copy()), what="numerical_gradient(f, x)", rtol=1e-6)


def walk_of_the_gradient(submission, x):
    start, places = x.copy(), []

    def f(v):
        places.append(np.array(v, dtype=float).ravel())
        return np.sum(v * v)

    submission.numerical_gradient(f, x)
    return {"start": start, "places": places, "end": np.array(x)}


def walk(student):
    x = np.array([0.7, -1.3, 2.1, 1.6])
    return student.once("walk", lambda: student.probe(walk_of_the_gradient, x))


OTHER_SHAPE = {
    "en": "f was called with something of another shape than x.",
    "ko": "x와 모양이 다른 값으로 f를 계산했어요.",
}
NEVER_MOVED = {
    "en": "Some entry of x never moved: was the loop left too early?",
    "ko": "한 번도 움직이지 않은 원소가 있어요. 반복문을 너무 일찍 빠져나오지 않았나요?",
}
SEVERAL_MOVED = {
    "en": "Several entries were away from their values at the same time: is each one put back before the next one moves?",
    "ko": "여러 원소가 동시에 원래 값과 달랐어요. 다음 원소로 넘어가기 전에 값을 되돌려 놓았나요?",
}
NOT_BOTH_WAYS = {
    "en": "An entry did not move as far up as down, by a small step.",
    "ko": "위아래로 똑같이 조금씩 움직이지 않은 원소가 있어요.",
}


@pytest.mark.exercise("numerical_gradient")
@pytest.mark.points(0.5)
@pytest.mark.mistakes("forward_diff", "plus_h_twice", "not_restored", "h_too_small")
def test_one_entry_moves_at_a_time(student):
    """Hand f the whole array. Each entry moves alone, as far up as down by about 1e-4, while all the others rest.

    f에 배열 전체를 넘겨주세요. 한 번에 한 원소만 위아래로 똑같이(1e-4 정도) 움직이고, 나머지는 그대로 둬요.
    """
    seen = walk(student)
    start = seen["start"]
    whole = [place for place in seen["places"] if place.shape == start.shape]
    has_strays = len(whole) < len(seen["places"])
    moves = np.array(whole).reshape(-1, start.size) - start
    moved = np.abs(moves) > 1e-12
    alone = moved & (np.sum(moved, axis=1, keepdims=True) == 1)
    # Calls beyond those that are needed cost nothing.
    steps = [np.unique(moves[alone[:, entry], entry]) for entry in range(start.size)]
    if all(steps_are_central(step) for step in steps):
        return
    if has_strays and not np.all(np.any(moved, axis=0)):
        reason = OTHER_SHAPE
    elif not np.all(np.any(moved, axis=0)):
        reason = NEVER_MOVED
    else:
        reason = SEVERAL_MOVED if np.any(np.sum(moved, axis=1) > 1) else NOT_BOTH_WAYS
    check(False, reason)


@pytest.mark.exercise("numerical_gradient")
@pytest.mark.points(0.25)
@pytest.mark.mistakes("not_restored")
def test_array_is_restored(student):
    """After the call x holds the values that it held before.

    호출이 끝나면 x의 값은 호출하기 전과 같아야 해요.
    """
    seen = walk(student)
    moved = any(place.shape != seen["start"].shape or np.any(place != seen["start"]) for place in seen["places"])
    check(
        moved,
        {
            "en": "f was never asked at another place than x itself.",
            "ko": "f를 x가 아닌 곳에서 한 번도 계산하지 않았어요.",
        },
    )
    assert_close(seen["end"], seen["start"], what="x after the call", rtol=1e-9)


def gradient_through_a_closure(submission, x, weights):
    def f(_):
        return np.sum(weights * x**2) + 0.5 * np.sum(x) ** 2

    return submission.numerical_gradient(f, x)


def gradient_through_the_argument(submission, x, weights):
    strays = []

    def f(v):
        # One call at some other place, just to try f out, is forgiven.
        if np.ndim(v) and np.shape(v) != x.shape and not strays:
            return strays.append(v) or 0.0
        return np.sum(weights * v**2) + 0.5 * np.sum(v) ** 2

    return submission.numerical_gradient(f, x)


def draw_array(rng, *shape):
    """Draw entries away from zero, and weights that are all different."""
    x = rng.uniform(0.5, 1.5, size=shape) * rng.choice([-1.0, 1.0], size=shape)
    return x, 1.0 + 0.5 * rng.permutation(x.size).reshape(shape)


@pytest.mark.exercise("numerical_gradient")
@pytest.mark.points(0.5)
@pytest.mark.mistakes("copy_moved")
def test_function_may_ignore_its_argument(student, reference, rng):
    """f may read the array itself and not its argument, as the loss of a network does: change x, not a copy.

    신경망의 손실처럼 f가 인수 대신 배열을 직접 읽을 수도 있어요. 복사본이 아니라 x 자체를 바꾸세요.
    """
    x, weights = draw_array(rng, 4)
    actual = student.probe(gradient_through_a_closure, x, weights)
    expected = gradient_through_a_closure(reference, x.copy(), weights)
    assert_close(actual, expected, what="numerical_gradient(f, x)", rtol=1e-3)


@pytest.mark.exercise("numerical_gradient")
@pytest.mark.points(0.25)
@pytest.mark.mistakes("copy_moved", "first_row_only")
def test_weights_of_two_dimensions(student, reference, rng):
    """The gradient for a 2-D array of weights has its shape, and every row is filled.

    2차원 가중치의 기울기는 가중치와 모양이 같고, 모든 행이 채워져 있어야 해요.
    """
    x, weights = draw_array(rng, 2, 3)
    actual = student.probe(gradient_through_a_closure, x, weights)
    expected = gradient_through_a_closure(reference, x.copy(), weights)
    assert_close(actual, expected, what="numerical_gradient(f, W)", rtol=1e-3)


@pytest.mark.exercise("numerical_gradient")
@pytest.mark.points(0.5)
@pytest.mark.mistakes("first_row_only")
def test_gradient_of_two_dimensions(student, reference, rng):
    """For a 2-D array f gets the whole array, not one row or one number, and every entry has its slope.

    2차원 배열이라면 f에 한 행이나 숫자 하나가 아니라 배열 전체를 넘겨주고, 모든 원소의 기울기를 구해야 해요.
    """
    x, weights = draw_array(rng, 3, 4)
    actual = student.probe(gradient_through_the_argument, x, weights)
    expected = gradient_through_the_argument(reference, x.copy(), weights)
    assert_close(actual, expected, what="numerical_gradient(f, x)", rtol=1e-3)


@pytest.mark.exercise("numerical_gradient")
@pytest.mark.points(0.25)
def test_gradient_of_three_dimensions(student, reference, rng):
    """Any shape will do, also one of three dimensions, and the result is an array of that shape.

    모양이 어떻든, 예를 들어 3차원이라도 잘 되어야 하고, 결과도 같은 모양의 배열이어야 해요.
    """
    x, weights = draw_array(rng, 2, 3, 2)
    actual = student.probe(gradient_through_the_argument, x, weights)
    expected = gradient_through_the_argument(reference, x.copy(), weights)
    assert_close(actual, expected, what="numerical_gradient(f, x)", rtol=1e-3)
    # Whoever multiplies the gradient by a learning rate needs an array.
    a_list = {"en": "A list came back in place of an array.", "ko": "배열이 아니라 리스트가 나왔어요."}
    check(isinstance(actual, np.ndarray), a_list)


# gradient_descent


def descend(submission, start, *settings):
    def f(v):
        a, b, c = np.resize(v, 3)
        return 1.5 * a**2 + b**2 + 0.5 * c**2 + a * b - c

    return submission.gradient_descent(f, start, *settings)


def last_x(value):
    """Take x where a submission returns ``(x, history)``, or more than one history."""
    is_pair = isinstance(value, tuple) or (isinstance(value, list) and len(value) == 2)
    if is_pair and len(value) > 1 and all(isinstance(part, (np.ndarray, list)) for part in (value[0], value[-1])):
        return value[0]
    return value


@pytest.mark.exercise("gradient_descent")
@pytest.mark.points(0.5)
@pytest.mark.leans_on("numerical_gradient")
def test_one_step_goes_downhill(student, reference, rng):
    """One step moves x against the gradient, by the learning rate that was handed in.

    한 걸음 가면 x는 기울기의 반대쪽으로, 넘겨받은 학습률만큼 움직여요.
    """
    start = rng.uniform(1.0, 2.0, size=3) * np.array([1, -1, 1])
    actual = last_x(student.probe(descend, start, 0.13, 1))
    expected = descend(reference, start.copy(), 0.13, 1)
    assert_close(actual, expected, what="gradient_descent(f, init_x, lr, 1)", rtol=1e-6)


@pytest.mark.exercise("gradient_descent")
@pytest.mark.points(0.75)
@pytest.mark.leans_on("numerical_gradient")
def test_takes_as_many_steps_as_asked(student, reference, rng):
    """All step_num steps are taken, each from where the one before ended, and the last x is returned.

    step_num번을 모두, 앞 걸음이 끝난 곳에서 이어서 걷고, 마지막 x를 돌려줘야 해요.
    """
    start = rng.uniform(1.0, 2.0, size=3) * np.array([-1, 1, 1])
    actual = last_x(student.probe(descend, start, 0.1, 7))
    expected = descend(reference, start.copy(), 0.1, 7)
    assert_close(actual, expected, what="gradient_descent(f, init_x, lr, step_num)", rtol=1e-6)


def descend_a_parabola(submission, start):
    return submission.gradient_descent(lambda v: 1.2 * np.sum(v**2), start)


@pytest.mark.exercise("gradient_descent")
@pytest.mark.points(0.75)
@pytest.mark.leans_on("numerical_gradient")
def test_defaults_are_honoured(student, reference):
    """Without settings, the learning rate is 0.01 and there are 100 steps.

    따로 정하지 않으면 학습률은 0.01이고 100걸음을 가요.
    """
    # One entry only: with an oracle every question to f crosses the wall.
    start = np.array([2.5])
    actual = last_x(student.probe(descend_a_parabola, start))
    assert_close(actual, descend_a_parabola(reference, start.copy()), what="gradient_descent(f, init_x)", rtol=1e-6)


# SimpleNet


def with_weights(module, weights):
    """Make a net, and set its weights in place."""
    net = module.SimpleNet()
    net.W[...] = weights
    return net


def draw_batch(rng):
    """Draw weights, four samples and their one-hot answers, with all three classes among them."""
    return rng.normal(size=(2, 3)) * 0.6, rng.normal(size=(4, 2)), np.eye(3)[[2, 0, 1, 2]]


@pytest.mark.exercise("SimpleNet")
@pytest.mark.points(0.25)
def test_weights_have_the_right_shape(student):
    """W is an array with a row per input and a column per class.

    W는 입력마다 한 행, 클래스마다 한 열이 있는 배열이에요.
    """
    assert_shape(student.SimpleNet().W, (2, 3), what="net.W")


def weights_of_many_nets(submission, count, keeps_seeds):
    def draw():
        net = submission.SimpleNet()
        found = [getattr(net, "W", None), *vars(net).values()]
        return next(np.array(value, dtype=float) for value in found if np.shape(value) == (2, 3))

    np.random.seed(417)  # repeatable for whoever draws from numpy's shared generator
    if keeps_seeds:
        return np.array([draw() for _ in range(count)])
    # A seed inside `__init__` hides what is drawn; here every net gets another one.
    seed, default_rng = np.random.seed, np.random.default_rng
    seeds = iter(range(10_000))
    np.random.seed = lambda *_: None
    np.random.default_rng = lambda *_: default_rng(next(seeds))
    try:
        return np.array([draw() for _ in range(count)])
    finally:
        np.random.seed, np.random.default_rng = seed, default_rng


@pytest.mark.exercise("SimpleNet")
@pytest.mark.points(0.25)
def test_every_net_draws_its_own_weights(student):
    """Every new net draws its own W: no two nets are alike.

    신경망을 만들 때마다 W를 새로 뽑아야 해요. 두 신경망의 W가 같으면 안 돼요.
    """
    drawn = student.probe(weights_of_many_nets, 3, True)
    alike = {
        "en": "The same numbers every time: is there a seed in `__init__`?",
        "ko": "매번 같은 수가 나와요. `__init__` 안에 시드가 있지 않나요?",
    }
    check(not any(np.array_equal(drawn[0], other) for other in drawn[1:]), alike)


@pytest.mark.exercise("SimpleNet")
@pytest.mark.points(0.25)
def test_weights_are_drawn_from_a_normal_distribution(student):
    """The weights are drawn at random from a normal distribution around 0 (a uniform one looks different).

    가중치는 0이 중심인 정규분포에서 무작위로 뽑아야 해요(균등분포와는 달라요).
    """
    drawn = student.probe(weights_of_many_nets, 300, False)
    spread = float(np.std(drawn))
    check(bool(np.all(np.isfinite(drawn))) and spread > 0, None)
    check(not np.array_equal(drawn[0], drawn[1]) and np.unique(drawn[0]).size == drawn[0].size, None)
    centred = (drawn - np.mean(drawn)) / spread
    # Six standard errors and more on either side; a uniform distribution has a fourth moment of 1.8.
    check(abs(float(np.mean(drawn))) < 0.2 * spread and 2.3 < float(np.mean(centred**4)) < 4.0, None)


@pytest.mark.exercise("SimpleNet")
@pytest.mark.points(0.5)
def test_scores_of_one_sample(student, reference, rng):
    """For one sample, predict returns the scores x·W, before softmax.

    데이터 하나를 넣으면 predict는 소프트맥스를 거치기 전의 점수 x·W를 돌려줘요.
    """
    weights, x, _ = draw_batch(rng)
    actual = with_weights(student, weights).predict(x[0])
    assert_close(actual, with_weights(reference, weights).predict(x[0]), what="net.predict(x)", rtol=1e-6)


@pytest.mark.exercise("SimpleNet")
@pytest.mark.points(0.5)
def test_scores_of_a_batch(student, reference, rng):
    """For a batch, predict returns one row of scores per sample.

    배치를 넣으면 predict는 데이터마다 한 행씩 점수를 돌려줘요.
    """
    weights, x, _ = draw_batch(rng)
    actual = with_weights(student, weights).predict(x)
    assert_close(actual, with_weights(reference, weights).predict(x), what="net.predict(x)", rtol=1e-6)


@pytest.mark.exercise("SimpleNet")
@pytest.mark.points(0.5)
def test_loss_of_one_sample(student, reference, rng):
    """The loss of one sample is the cross entropy of softmax(x·W) and t: scores, then softmax, then cross entropy.

    데이터 하나의 손실은 softmax(x·W)와 t의 교차 엔트로피예요. 점수, 소프트맥스, 교차 엔트로피 순서로 계산하세요.
    """
    weights, x, t = draw_batch(rng)
    actual = with_weights(student, weights).loss(x[1], t[1])
    assert_close(actual, with_weights(reference, weights).loss(x[1], t[1]), what="net.loss(x, t)", rtol=1e-5)


def ask_own_functions(submission, scores, y, t):
    try:
        return [submission.softmax(scores.copy()), submission.cross_entropy_error(y.copy(), t.copy())]
    except NotImplementedError:  # it does without them
        return None


def brings_functions_for_one_sample(student, reference, scores, t):
    """Tell whether a submission has put functions of one sample in place of the given ones."""
    y = reference.softmax(scores)
    wanted = [y, reference.cross_entropy_error(y, t)]
    own = student.probe(ask_own_functions, scores, y, t)
    return own is not None and any(
        np.shape(part) != np.shape(right) or not np.allclose(part, right)
        for part, right in zip(own, wanted, strict=True)
    )


@pytest.mark.exercise("SimpleNet")
@pytest.mark.points(0.5)
def test_loss_of_a_batch(student, reference, rng):
    """The loss of a batch is the mean of the losses of its samples.

    배치의 손실은 데이터마다 구한 손실의 평균이에요.
    """
    weights, x, t = draw_batch(rng)
    actual = with_weights(student, weights).loss(x, t)
    try:
        assert_close(actual, with_weights(reference, weights).loss(x, t), what="net.loss(x, t)", rtol=1e-5)
    except CheckFailed:
        # Softmax and cross entropy are no exercises here: own ones for one sample are good enough.
        if not brings_functions_for_one_sample(student, reference, x @ weights, t):
            raise
        net, right = with_weights(student, weights), with_weights(reference, weights)
        for n in range(len(x)):
            assert_close(net.loss(x[n], t[n]), right.loss(x[n], t[n]), what="net.loss(x, t)", rtol=1e-5)


@pytest.mark.exercise("SimpleNet")
@pytest.mark.points(0.25)
def test_new_weights_are_used(student, reference, rng):
    """Whoever trains the net replaces W: predict and loss must read it afresh each time.

    학습하면 W가 바뀌어요. predict와 loss는 부를 때마다 W를 새로 읽어야 해요.
    """
    weights, x, t = draw_batch(rng)
    actual, expected = with_weights(student, weights), with_weights(reference, weights)
    actual.loss(x[0], t[0])
    actual.W = expected.W = -2 * weights
    assert_close(actual.loss(x[0], t[0]), expected.loss(x[0], t[0]), what="net.loss(x, t)", rtol=1e-5)
    assert_close(actual.predict(x[0]), expected.predict(x[0]), what="net.predict(x)", rtol=1e-6)
