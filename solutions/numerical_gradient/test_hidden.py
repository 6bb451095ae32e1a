"""Hidden checks of numerical_gradient."""

from __future__ import annotations

import math
from contextlib import contextmanager

import numpy as np
import pytest

from autograder.checks import CheckFailed, assert_close, assert_shape, assert_unchanged, check

# Any central difference with a step between these two is accepted; the text asks for 1e-4.
SMALLEST_STEP, LARGEST_STEP = 5e-9, 2e-3
# Nearer than this is a number that was moved and put back.
STILL = 1e-12


def steps_are_central(steps):
    """Whether the moves of one number are small and balance each other: as far to the right as to the left."""
    steps = np.asarray(steps, dtype=float)
    moves = steps[np.abs(steps) > STILL]
    if moves.size < 2:
        return False
    sizes = np.abs(moves)
    is_small = sizes.min() >= SMALLEST_STEP and sizes.max() <= LARGEST_STEP
    return bool(is_small and abs(moves.sum()) <= 1e-3 * sizes.max())


@contextmanager
def naming(recognize, student):
    """Let a comparison that fails name the mistakes that are recognized from the way the student takes."""
    try:
        yield
    except CheckFailed as failure:
        failure.mistakes = tuple(recognize(student))
        raise


def assert_answer(actual, expected, *, what, rtol):
    """Compare an answer with the right one, and say so where there is none."""
    try:
        assert_close(actual, expected, what=what, rtol=rtol)
    except CheckFailed as failure:
        if actual is None:
            failure.mistakes = ("no_return",)
        raise


def look_around(steps, f):
    """Return h, and f to the right, in place and to the left of 0: NaN where f was not called."""
    h = max((abs(step) for step in steps), default=0.0)
    if h <= STILL:
        return math.nan, math.nan, math.nan, math.nan
    return h, *(f(place) if np.min(np.abs(steps - place)) <= STILL else math.nan for place in (h, 0.0, -h))


def recognize_formula(slope, h, right, here, left):
    """Name the mistakes that lead from these values of f to the slope; NaN agrees with nothing."""
    formulas = {
        "forward_diff": [(right - here) / h],
        "backward_diff": [(here - left) / h],
        "other_side_at_x": [(right - here) / (2 * h), (here - left) / (2 * h)],
        "div_h_not_2h": [(right - left) / h],
        "div_2_only": [(right - left) / 2],
        "mul_h": [(right - left) / 2 * h, (right - here) / 2 * h, (here - left) / 2 * h],
        "div_h_squared": [(right - left) / (2 * h**2), (right - left) / h**2],
        "numerator_parentheses": [right - left / (2 * h), right - left / h, right - here / h],
        "no_parentheses": [right - left / 2 * h],
        "not_divided": [right - left],
        "multiplied": [(right - left) * (2 * h)],
        "sign_reversed": [(left - right) / (2 * h)],
        "values_added": [(right + left) / (2 * h)],
    }
    if np.all(np.isnan(here) & (np.isnan(right) != np.isnan(left))):
        formulas["plus_h_twice"] = [0 * h]
    if np.all(h > LARGEST_STEP) and is_near(slope, (right - left) / (2 * h)):
        return ["h_too_large"]  # where h is 1, other formulas come to the same
    return [name for name, slopes in formulas.items() if any(is_near(slope, wanted) for wanted in slopes)]


def is_near(actual, wanted):
    """Whether an answer is these numbers, however small they are."""
    actual = np.asarray(actual)
    fits = actual.dtype.kind in "if" and actual.shape == np.shape(wanted)
    return bool(fits and np.allclose(actual, wanted, rtol=1e-6, atol=0))


# numerical_diff


def walk_of_the_slope(submission, x):
    def steps_at(place):
        steps = []

        def f(v):
            steps.append(float(np.ravel(v)[0]) - place)
            return v * v + v

        return submission.numerical_diff(f, place), steps

    slope, steps = steps_at(x)
    try:  # only at 0 does the smallest of steps show
        moves_at_0 = any(steps_at(0.0)[1])
    except Exception:  # noqa: BLE001 - a step may be chosen relative to x; what comes of it at 0 is not judged
        moves_at_0 = False
    return {"slope": slope, "steps": sorted({round(step, 12) for step in steps}), "moves_at_0": moves_at_0}


SLOPE_AT = 1.7


def recognize_slope(student):
    """Name the mistakes that show in the places where f was asked and what came of it."""
    seen = student.once("slope", lambda: student.probe(walk_of_the_slope, SLOPE_AT))
    slope, steps = seen["slope"], np.array(seen["steps"])
    if slope is None:
        return ["no_return"]
    if not steps.size:
        return ["f_not_called"]
    if np.any(np.abs(steps) > STILL):
        return recognize_formula(slope, *look_around(steps, lambda step: (SLOPE_AT + step) ** 2 + SLOPE_AT + step))
    if seen["moves_at_0"]:
        return ["h_too_small"]
    return ["h_outside_f"] if is_near(slope, 1.0) else []


def slope_of_a_cubic(submission, x):
    return submission.numerical_diff(lambda v: 0.3 * v**3 - 2.0 * v + 5.0, x)


@pytest.mark.exercise("numerical_diff")
@pytest.mark.points(0.5)
@pytest.mark.mistakes("div_h_not_2h", "mul_h", "plus_h_twice", "h_too_small")
def test_slope_is_about_right(student, reference, rng):
    """The result is the slope of f at x.

    결과는 x에서 f의 기울기여야 해요.
    """
    x = float(rng.uniform(2.0, 3.0))
    actual = student.probe(slope_of_a_cubic, x)
    with naming(recognize_slope, student):
        assert_close(actual, slope_of_a_cubic(reference, x), what="numerical_diff(f, x)", rtol=1e-3)


def slope_of_a_steep_bowl(submission, x):
    return submission.numerical_diff(lambda v: 200.0 * (v - 1.0) ** 2 + 3.0 * v, x)


@pytest.mark.exercise("numerical_diff")
@pytest.mark.points(1)
@pytest.mark.mistakes("forward_diff", "backward_diff", "other_side_at_x")
def test_slope_of_a_curved_function_is_precise(student, reference, rng):
    """Where f bends strongly the slope must still be precise.

    f가 크게 휘는 곳에서도 기울기가 정확해야 해요.
    """
    x = float(rng.uniform(1.02, 1.03))
    actual = student.probe(slope_of_a_steep_bowl, x)
    with naming(recognize_slope, student):
        assert_close(actual, slope_of_a_steep_bowl(reference, x), what="numerical_diff(f, x)", rtol=1e-6)


NEVER_CALLED = {"en": "f was never called.", "ko": "f를 한 번도 부르지 않았어요."}
NO_STEP = {"en": "f was never called away from x.", "ko": "x에서 떨어진 곳에서는 f를 한 번도 계산하지 않았어요."}
NOT_LEFT = {"en": "f was never called to the left of x.", "ko": "x의 왼쪽에서는 f를 한 번도 계산하지 않았어요."}
NOT_RIGHT = {"en": "f was never called to the right of x.", "ko": "x의 오른쪽에서는 f를 한 번도 계산하지 않았어요."}
UNEQUAL = {"en": "The steps to both sides are not equally long.", "ko": "양쪽으로 간 거리가 서로 달라요."}
NOT_SMALL = {"en": "The step is far from 1e-4.", "ko": "h의 크기가 1e-4와 너무 달라요."}


def explain_steps(steps):
    """Say why steps are not central."""
    moves = steps[np.abs(steps) > STILL]
    if not moves.size:
        return NO_STEP if steps.size else NEVER_CALLED
    if np.all(moves > 0) or np.all(moves < 0):
        return NOT_LEFT if moves[0] > 0 else NOT_RIGHT
    return UNEQUAL if abs(moves.sum()) > 1e-3 * np.max(np.abs(moves)) else NOT_SMALL


@pytest.mark.exercise("numerical_diff")
@pytest.mark.points(0.5)
@pytest.mark.mistakes("forward_diff", "backward_diff", "plus_h_twice", "h_too_small", "h_too_large")
def test_steps_go_both_ways(student):
    """f must be called as far to the right of x as to the left, with a small step near 1e-4.

    x에서 오른쪽과 왼쪽으로 같은 거리만큼(1e-4 정도) 떨어진 곳에서 f를 계산해야 해요.
    """
    seen = student.once("slope", lambda: student.probe(walk_of_the_slope, SLOPE_AT))
    with naming(recognize_slope, student):
        check(steps_are_central(seen["steps"]), explain_steps(np.array(seen["steps"])))


# numerical_gradient


def walk_of_the_gradient(submission, x):
    def walk_from(array):
        start, places = array.copy(), []

        def f(v):
            places.append(np.array(v, dtype=float).ravel())
            return np.sum(v * v + v)

        gradient = submission.numerical_gradient(f, array)
        return gradient, [place - start for place in places if place.shape == start.shape], len(places)

    gradient, moves, calls = walk_from(x)
    try:  # only at 0 does the smallest of steps show
        moves_at_0 = bool(np.any(walk_from(np.zeros(1))[1]))
    except Exception:  # noqa: BLE001 - a step may be chosen relative to x; what comes of it at 0 is not judged
        moves_at_0 = False
    return {
        "gradient": gradient,
        # Neither the order nor the number of the calls matters.
        "moves": np.unique(np.round(np.reshape(moves, (-1, x.size)), 12), axis=0),
        "moves_at_0": moves_at_0,
        "has_strays": len(moves) < calls,
        "end": np.array(x),
    }


START = np.array([0.7, -1.3, 2.1, 1.6])


def walk(student):
    return student.once("walk", lambda: student.probe(walk_of_the_gradient, START))


def steps_of_each(moves):
    """Return the steps that each entry took while all the others rested."""
    moved = np.abs(moves) > STILL
    rests = np.sum(moved, axis=1, keepdims=True) - moved == 0
    return [moves[rests[:, entry], entry] for entry in range(moves.shape[1])]


def recognize_walk(student):
    """Name the mistakes that show in the places where f was asked and what came of it."""
    seen = walk(student)
    moved = np.abs(seen["moves"]) > STILL
    together = np.sum(moved, axis=1)
    if seen["gradient"] is None:
        return ["no_return"]
    if not moved.size:
        return ["scalar_argument"] if seen["has_strays"] else ["f_not_called"]
    if not np.any(moved):
        return recognize_stillness(seen)
    if np.min(together[together > 0]) == START.size and np.all(np.ptp(seen["moves"], axis=1) <= STILL):
        return ["all_moved_together"]
    if np.max(together) > 1:
        return recognize_drift(seen["moves"])
    if not np.all(np.any(moved, axis=0)):
        return ["return_in_loop"] if list(np.any(moved, axis=0)) == [True, False, False, False] else []
    around = [
        look_around(steps, lambda step, x=x: np.sum(START**2 + START) + 2 * x * step + step**2 + step)
        for x, steps in zip(START, steps_of_each(seen["moves"]), strict=True)
    ]
    h, right, here, left = np.transpose(around)
    recognized = recognize_formula(seen["gradient"], h, right, here, left)
    return recognized or recognize_distance(seen["gradient"], h, right - left)


def recognize_distance(gradient, h, differences):
    """Name the mistake by which all differences are divided by one number that is not how far apart the points are."""
    if not is_like(gradient, START):
        return []
    with np.errstate(all="ignore"):
        divisors = differences / gradient
    is_one = divisors[0] > 0 and is_near(divisors, np.full(START.size, divisors[0]))
    return ["other_distance"] if is_one and not is_near(divisors, 2 * h) else []


def recognize_stillness(seen):
    """Name the mistakes by which x never moves."""
    if seen["moves_at_0"]:
        return ["h_too_small"]
    if is_near(seen["gradient"], np.ones(START.size)):
        return ["h_outside_f"]
    return ["copy_moved"] if is_near(seen["gradient"], np.zeros(START.size)) else []


def recognize_drift(moves):
    """Name the mistakes by which an entry is somewhere else while the next one moves."""
    if not steps_are_central(steps_of_each(moves)[0]):
        return []
    return ["not_restored"] if np.max(np.abs(moves)) <= LARGEST_STEP else ["written_into_x"]


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
    """For a 1-D array every slope must be precise, even where f multiplies the entries with one another.

    1차원 배열에서 f가 원소끼리 곱하는 함수라도 모든 원소의 기울기가 정확해야 해요.
    """
    x = rng.uniform(0.8, 1.4, size=3) * np.array([1, -1, 1])
    actual = student.probe(gradient_of_a_row, x)
    with naming(recognize_walk, student):
        assert_close(actual, gradient_of_a_row(reference, x.copy()), what="numerical_gradient(f, x)", rtol=1e-6)


OTHER_SHAPE = {
    "en": "f was called with something of another shape than x.",
    "ko": "f에 x와 모양이 다른 값을 넘겼어요.",
}
NEVER_MOVED = {
    "en": "Some entry of x never moved while f was called.",
    "ko": "f를 계산하는 동안 한 번도 움직이지 않은 원소가 있어요.",
}
NOTHING_MOVED = {
    "en": "x never moved while f was called.",
    "ko": "f를 계산하는 동안 x가 한 번도 움직이지 않았어요.",
}
SEVERAL_MOVED = {
    "en": "Several entries were away from their values at the same time: is each one put back before the next one moves?",
    "ko": "여러 원소가 동시에 원래 값과 달라졌어요. 다음 원소로 넘어가기 전에 값을 되돌리는지 살펴보세요.",
}
NOT_BOTH_WAYS = {
    "en": "Some entry did not take equally small steps up and down.",
    "ko": "위로 움직인 거리와 아래로 움직인 거리가 다르거나, 너무 멀리 움직인 원소가 있어요.",
}


@pytest.mark.exercise("numerical_gradient")
@pytest.mark.points(0.5)
@pytest.mark.mistakes("forward_diff", "plus_h_twice", "not_restored", "h_too_small")
def test_one_entry_moves_at_a_time(student):
    """Hand f the whole array. Each entry moves alone, as far up as down by about 1e-4, while all the others rest.

    f에 배열 전체를 넘겨주세요. 한 번에 한 원소만 위아래로 똑같이(1e-4 정도) 움직이고, 나머지는 그대로 둬요.
    """
    seen = walk(student)
    if all(steps_are_central(steps) for steps in steps_of_each(seen["moves"])):
        return
    moved = np.abs(seen["moves"]) > STILL
    if np.all(np.any(moved, axis=0)):
        reason = SEVERAL_MOVED if np.any(np.sum(moved, axis=1) > 1) else NOT_BOTH_WAYS
    elif seen["has_strays"]:
        reason = OTHER_SHAPE
    else:
        reason = NEVER_MOVED if np.any(moved) else NOTHING_MOVED
    with naming(recognize_walk, student):
        check(False, reason)


@pytest.mark.exercise("numerical_gradient")
@pytest.mark.points(0.25)
@pytest.mark.mistakes("not_restored")
def test_array_is_restored(student):
    """After the call x holds the values that it held before.

    호출이 끝나면 x의 값은 호출하기 전과 같아야 해요.
    """
    seen = walk(student)
    with naming(recognize_walk, student):
        check(
            seen["has_strays"] or bool(np.any(seen["moves"])),
            {
                "en": "f was never called anywhere but at x itself.",
                "ko": "f를 x가 아닌 곳에서 한 번도 계산하지 않았어요.",
            },
        )
        assert_close(seen["end"], START, what="x", rtol=1e-9)


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
    """The slopes are right even where f reads the array itself and not its argument, as the loss of a network does.

    신경망의 손실처럼 f가 인수 대신 배열을 직접 읽어도 기울기가 맞아야 해요.
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
    """For a 2-D array, too, every entry has its slope.

    2차원 배열에서도 모든 원소의 기울기를 구해야 해요.
    """
    x, weights = draw_array(rng, 3, 4)
    actual = student.probe(gradient_through_the_argument, x, weights)
    expected = gradient_through_the_argument(reference, x.copy(), weights)
    assert_close(actual, expected, what="numerical_gradient(f, x)", rtol=1e-3)


@pytest.mark.exercise("numerical_gradient")
@pytest.mark.points(0.25)
def test_gradient_of_three_dimensions(student, reference, rng):
    """x may have any shape, also one of three dimensions, and the result is an array of that shape.

    x가 3차원이든 어떤 모양이든 기울기를 구할 수 있어야 하고, 결과는 x와 모양이 같은 배열이어야 해요.
    """
    x, weights = draw_array(rng, 2, 3, 2)
    actual = student.probe(gradient_through_the_argument, x, weights)
    expected = gradient_through_the_argument(reference, x.copy(), weights)
    assert_close(actual, expected, what="numerical_gradient(f, x)", rtol=1e-3)
    # Whoever multiplies the gradient by a learning rate needs an array.
    a_list = {"en": "A list came back in place of an array.", "ko": "배열이 아니라 리스트를 돌려줬어요."}
    check(isinstance(actual, np.ndarray), a_list)


# gradient_descent


def descend(submission, start, *settings):
    def f(v):
        a, b, c = np.resize(v, 3)
        return 1.5 * a**2 + b**2 + 0.5 * c**2 + a * b - c

    return submission.gradient_descent(f, start, *settings)


def last_x(value):
    """Take x where a submission returns ``(x, history)``, or more than one history."""
    if isinstance(value, list) and len(value) == 2 and np.shape(value[0]) == np.shape(value[1]):
        return value  # a history of two places
    is_pair = isinstance(value, tuple) or (isinstance(value, list) and len(value) == 2)
    if is_pair and len(value) > 1 and all(isinstance(part, (np.ndarray, list)) for part in (value[0], value[-1])):
        return value[0]
    return value


RATES = np.array([0.13, 0.07])
DESCENT_FROM = np.array([[1.4, -1.7, 1.2], [-1.9, 1.3, 1.6]])


def first_steps(asked):
    return [
        last_x(asked.probe(descend, start, float(rate), 1)) for start, rate in zip(DESCENT_FROM, RATES, strict=True)
    ]


def recognize_step(ends, right_ends):
    """Name the mistake by what the right step is multiplied with, at each of the learning rates."""
    with np.errstate(all="ignore"):
        ratios = (ends - DESCENT_FROM) / (right_ends - DESCENT_FROM)
    factors = ratios[:, 0]
    if not np.all(np.isfinite(ratios)) or not is_all(ratios, factors[:, None]) or is_all(factors, 1.0):
        return []
    lengths = factors * RATES
    recognized = {
        "ascent_sign": is_all(factors, -1.0),
        "lr_ignored": is_all(lengths, 1.0),
        "lr_divides": is_all(lengths * RATES, 1.0),
        "lr_fixed": is_all(lengths, lengths[0]) and lengths[0] > 0,
        "lr_off": is_all(factors, factors[0]) and factors[0] > 0,
    }
    return [name for name, fits in recognized.items() if fits][:1]


def is_all(numbers, value):
    return bool(np.allclose(numbers, value, rtol=1e-5, atol=0))


@contextmanager
def naming_the_step(student, reference):
    """Let a comparison that fails name the mistake that shows in a single step."""
    try:
        yield
    except CheckFailed as failure:
        ends = student.once("steps", lambda: first_steps(student))
        if not failure.mistakes and all(is_like(end, DESCENT_FROM[0]) for end in ends):
            starts = zip(DESCENT_FROM.copy(), RATES, strict=True)
            right_ends = [descend(reference, start, rate, 1) for start, rate in starts]
            failure.mistakes = tuple(recognize_step(np.array(ends), np.array(right_ends)))
        raise


def is_like(value, array):
    """Whether a value is an array of floats of that shape."""
    return isinstance(value, np.ndarray) and value.dtype.kind == "f" and value.shape == array.shape


@pytest.mark.exercise("gradient_descent")
@pytest.mark.points(0.5)
@pytest.mark.mistakes("ascent_sign", "lr_ignored", "lr_fixed", "lr_off", "lr_divides")
@pytest.mark.leans_on("numerical_gradient")
def test_one_step_goes_downhill(student, reference, rng):
    """One step moves x against the gradient, and the learning rate that is handed in sets its length.

    한 걸음 가면 x는 기울기의 반대쪽으로 움직여요. 걸음의 크기는 넘겨받은 학습률로 조절해요.
    """
    start = rng.uniform(1.0, 2.0, size=3) * np.array([1, -1, 1])
    actual = last_x(student.probe(descend, start, 0.13, 1))
    expected = descend(reference, start.copy(), 0.13, 1)
    with naming_the_step(student, reference):
        assert_answer(actual, expected, what="gradient_descent(f, init_x, lr, 1)", rtol=1e-6)


SEVERAL_PLACES = {"en": "Several places came back.", "ko": "x를 여러 개 돌려줬어요."}


ONE_STEP = {"en": "x is where a single step leads.", "ko": "한 걸음만 갔을 때의 x가 나왔어요."}


def count_calls(submission, start, step_num):
    calls = []

    def f(v):
        calls.append(None)
        return np.sum(np.square(v))

    submission.gradient_descent(f, start, 0.1, step_num)
    return len(calls)


def recognize_single_step(student):
    """Tell a loop that is left too early from one that begins again and again: the slope is measured more often."""
    one, several = (student.probe(count_calls, DESCENT_FROM[0], step_num) for step_num in (1, 3))
    return "from_the_start_each_time" if several > one else "return_in_loop"


def is_history(value, start):
    """Whether a value is a row of places like the start."""
    places = value if isinstance(value, (list, np.ndarray)) else []
    return len(places) > 1 and all(is_like(place, start) for place in places)


@pytest.mark.exercise("gradient_descent")
@pytest.mark.points(0.75)
@pytest.mark.mistakes("returns_history", "one_step_more", "one_step_less")
@pytest.mark.leans_on("numerical_gradient")
def test_takes_as_many_steps_as_asked(student, reference, rng):
    """All step_num steps are taken, each from where the one before ended, and the last x is returned.

    앞 걸음이 끝난 곳에서 이어 가며 step_num걸음을 모두 걷고, 마지막 x를 돌려줘야 해요.
    """
    start = rng.uniform(1.0, 2.0, size=3) * np.array([-1, 1, 1])
    actual = last_x(student.probe(descend, start, 0.1, 7))
    expected = descend(reference, start.copy(), 0.1, 7)
    with naming_the_step(student, reference):
        if is_history(actual, start):
            raise CheckFailed(SEVERAL_PLACES, mistakes=["returns_history"])
        if is_like(actual, start) and is_near(actual, descend(reference, start.copy(), 0.1, 1)):
            raise CheckFailed(ONE_STEP, mistakes=[recognize_single_step(student)])
        assert_answer(actual, expected, what="gradient_descent(f, init_x, lr, step_num)", rtol=1e-6)


def descend_a_parabola(submission, start):
    return submission.gradient_descent(lambda v: 1.2 * np.sum(v**2), start)


@pytest.mark.exercise("gradient_descent")
@pytest.mark.points(0.75)
@pytest.mark.leans_on("numerical_gradient")
def test_defaults_are_honoured(student, reference):
    """When they are not handed in, the learning rate is 0.01 and there are 100 steps.

    따로 넘겨받지 않으면 학습률은 0.01이고 100걸음을 가요.
    """
    # One entry only: with an oracle every question to f crosses the wall.
    start = np.array([2.5])
    actual = last_x(student.probe(descend_a_parabola, start))
    expected = descend_a_parabola(reference, start.copy())
    with naming_the_step(student, reference):
        assert_answer(actual, expected, what="gradient_descent(f, init_x)", rtol=1e-6)


# SimpleNet


def with_weights(module, weights):
    """Make a net, and set its weights in place."""
    net = module.SimpleNet()
    net.W[...] = weights
    return net


def draw_batch(rng):
    """Draw weights, four samples and their one-hot answers, with all three classes among them."""
    return rng.normal(size=(2, 3)) * 0.6, rng.normal(size=(4, 2)), np.eye(3)[[2, 0, 1, 2]]


NO_WEIGHTS = {"en": "The net has no W.", "ko": "신경망에 W가 없어요."}
NOTHING_KEPT = {"en": "The net has no W, nor anything else.", "ko": "신경망에 W도, 다른 값도 없어요."}


def what_a_net_keeps(submission):
    return [np.shape(value) for value in vars(submission.SimpleNet()).values()]


@pytest.mark.exercise("SimpleNet")
@pytest.mark.points(0.25)
@pytest.mark.mistakes("weights_transposed", "weights_not_kept", "other_name")
def test_weights_have_the_right_shape(student):
    """W is an array with a row per input and a column per class.

    W는 입력마다 한 행, 클래스마다 한 열이 있는 배열이에요.
    """
    net = student.SimpleNet()
    if not student.has(net, "W"):
        kept = student.probe(what_a_net_keeps)
        recognized = {"weights_not_kept": not kept, "other_name": (2, 3) in kept}
        raise CheckFailed(
            NO_WEIGHTS if kept else NOTHING_KEPT, mistakes=[name for name, fits in recognized.items() if fits]
        )
    assert_shape(net.W, (2, 3), what="net.W")


def weights_of_many_nets(submission, count):
    def weights_of(net):
        found = [value for value in (getattr(net, "W", None), *vars(net).values()) if np.shape(value) == (2, 3)]
        return np.array(found[0] if found else net.W, dtype=float)

    np.random.seed(417)  # repeatable for whoever draws from numpy's shared generator
    # Nobody has forbidden a seed inside `__init__`: here every net gets another one.
    seeds = iter(range(10_000))
    default_rng = np.random.default_rng
    others = [(np.random.seed, lambda *_, **__: None), (default_rng, lambda *_, **__: default_rng(next(seeds)))]
    for base in (np.random.RandomState, np.random.PCG64, np.random.MT19937):
        with_another = {"__init__": lambda self, *_, base=base, **__: base.__init__(self, next(seeds))}
        others.append((base, type(base.__name__, (base,), with_another)))
    own_names = getattr(submission.SimpleNet.predict, "__globals__", {})
    swaps = [
        (space, name, value, other)
        for space in (vars(np.random), own_names)
        for name, value in space.items()
        for own, other in others
        if value is own
    ]
    for space, name, _, other in swaps:
        space[name] = other
    try:
        nets = [submission.SimpleNet() for _ in range(count)]
        return np.array([weights_of(net) for net in nets])
    finally:
        for space, name, value, _ in swaps:
            space[name] = value


def weights_are_one(submission):
    one, other = submission.SimpleNet(), submission.SimpleNet()
    return one.W is other.W


def recognize_alike(student, drawn):
    """Name the mistake by which all nets have the same weights."""
    if np.unique(drawn[0]).size < drawn[0].size:
        return "fixed_weights"
    return "shared_weights" if student.probe(weights_are_one) is True else "fixed_weights"


@pytest.mark.exercise("SimpleNet")
@pytest.mark.points(0.25)
@pytest.mark.mistakes("shared_weights", "fixed_weights")
def test_every_net_draws_its_own_weights(student):
    """Every new net draws a W of its own.

    신경망을 만들 때마다 W를 새로 뽑아야 해요.
    """
    drawn = student.probe(weights_of_many_nets, 3)
    if any(np.array_equal(drawn[0], other) for other in drawn[1:]):
        raise CheckFailed(None, mistakes=[recognize_alike(student, drawn)])


@pytest.mark.exercise("SimpleNet")
@pytest.mark.points(0.25)
@pytest.mark.mistakes("uniform_weights", "off_centre_weights")
def test_weights_are_drawn_from_a_normal_distribution(student):
    """The weights are drawn at random from a normal distribution around 0 (a uniform one looks different).

    가중치는 평균이 0인 정규분포에서 무작위로 뽑아야 해요(균등분포와는 달라요).
    """
    drawn = student.probe(weights_of_many_nets, 300)
    if np.array_equal(drawn[0], drawn[1]):
        raise CheckFailed(None, mistakes=[recognize_alike(student, drawn)])
    check(bool(np.all(np.isfinite(drawn))) and np.unique(drawn[0]).size == drawn[0].size, None)
    spread = float(np.std(drawn))
    centred = (drawn - np.mean(drawn)) / spread
    # Six standard errors and more on either side; a uniform distribution has a fourth moment of 1.8.
    fourth = float(np.mean(centred**4))
    if 1.6 < fourth < 2.0:
        raise CheckFailed(None, mistakes=["uniform_weights"])
    if abs(float(np.mean(drawn))) >= 0.2 * spread:
        raise CheckFailed(None, mistakes=["off_centre_weights"])
    check(2.3 < fourth < 4.0, None)


ASKED = np.array([[0.7, -1.2], [1.9, 0.4]])
ASKED_WITH = np.array([[0.3, -0.8, 0.6], [1.1, 0.2, -0.5]])


def scores_meanwhile(submission, weights, one, other):
    """Return the scores of one sample, of another, and of the first one again with other weights."""
    try:
        net = submission.SimpleNet()
        net.W[...] = weights
        scores = [np.copy(net.predict(one)), np.copy(net.predict(other))]
        net.W = -2 * weights
        return [*scores, np.copy(net.predict(one))]
    except Exception:  # noqa: BLE001 - whatever stops it, nothing stays as it was
        return None


@contextmanager
def naming_what_stays(student):
    """Let a comparison that fails tell whether the scores stay as they were when x or W changes."""
    try:
        yield
    except CheckFailed as failure:
        scores = student.once("meanwhile", lambda: student.probe(scores_meanwhile, ASKED_WITH, *ASKED))
        if not failure.mistakes and scores is not None and all(np.any(answer) for answer in scores):
            of_one, of_other, of_one_later = scores
            if not np.array_equal(of_one, of_other) and np.array_equal(of_one, of_one_later):
                failure.mistakes = ("old_weights",)
            elif is_near(of_one, ASKED[0] @ ASKED_WITH) and np.array_equal(of_one, of_other):
                failure.mistakes = ("scores_kept",)
        raise


@pytest.mark.exercise("SimpleNet")
@pytest.mark.points(0.5)
@pytest.mark.mistakes("old_weights", "scores_kept")
def test_scores_of_one_sample(student, reference, rng):
    """For one sample, predict returns the scores x·W, before softmax.

    데이터 하나를 넣으면 predict는 소프트맥스를 거치기 전의 점수 x·W를 돌려줘요.
    """
    weights, x, _ = draw_batch(rng)
    net, right = with_weights(student, weights), with_weights(reference, weights)
    with naming_what_stays(student):
        for sample in x[:2]:
            assert_answer(net.predict(sample), right.predict(sample), what="net.predict(x)", rtol=1e-6)


@pytest.mark.exercise("SimpleNet")
@pytest.mark.points(0.5)
def test_scores_of_a_batch(student, reference, rng):
    """For a batch, predict returns one row of scores per sample.

    배치를 넣으면 predict는 데이터마다 한 행씩 점수를 돌려줘요.
    """
    weights, x, _ = draw_batch(rng)
    seen = student.observe(with_weights(student, weights).predict, x)
    with naming_what_stays(student):
        assert_answer(seen.value, with_weights(reference, weights).predict(x), what="net.predict(x)", rtol=1e-6)
    assert_unchanged(x, seen.arguments[0], what="x")


@pytest.mark.exercise("SimpleNet")
@pytest.mark.points(0.5)
def test_loss_of_one_sample(student, reference, rng):
    """The loss of one sample is the cross entropy of softmax(x·W) and t: scores, then softmax, then cross entropy.

    데이터 하나의 손실은 softmax(x·W)와 t의 교차 엔트로피예요. 점수, 소프트맥스, 교차 엔트로피 순서로 계산하세요.
    """
    # Positive scores, whose logarithm is a number too: so it shows where softmax is left out.
    weights, x, t = map(np.abs, draw_batch(rng))
    net, right = with_weights(student, weights), with_weights(reference, weights)
    with naming_what_stays(student):
        for n in (1, 2):
            assert_answer(net.loss(x[n], t[n]), right.loss(x[n], t[n]), what="net.loss(x, t)", rtol=1e-5)


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
        assert_answer(actual, with_weights(reference, weights).loss(x, t), what="net.loss(x, t)", rtol=1e-5)
    except CheckFailed:
        # Softmax and cross entropy are no exercises here: own ones for one sample are good enough.
        if not brings_functions_for_one_sample(student, reference, x @ weights, t):
            raise
        net, right = with_weights(student, weights), with_weights(reference, weights)
        for n in range(len(x)):
            assert_answer(net.loss(x[n], t[n]), right.loss(x[n], t[n]), what="net.loss(x, t)", rtol=1e-5)


@pytest.mark.exercise("SimpleNet")
@pytest.mark.points(0.25)
@pytest.mark.mistakes("old_weights", "scores_kept")
def test_new_weights_are_used(student, reference, rng):
    """Training changes W: predict and loss must read it afresh each time.

    학습하면 W가 바뀌어요. predict와 loss는 부를 때마다 W를 새로 읽어야 해요.
    """
    weights, x, t = draw_batch(rng)
    actual, expected = with_weights(student, weights), with_weights(reference, weights)
    actual.loss(x[0], t[0])
    actual.predict(x[0])
    actual.W = expected.W = -2 * weights
    with naming_what_stays(student):
        assert_answer(actual.loss(x[0], t[0]), expected.loss(x[0], t[0]), what="net.loss(x, t)", rtol=1e-5)
        assert_answer(actual.predict(x[0]), expected.predict(x[0]), what="net.predict(x)", rtol=1e-6)
