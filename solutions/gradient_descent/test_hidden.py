"""Hidden checks of gradient_descent."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from autograder.checks import (
    CheckFailed,
    Dynamics,
    assert_close,
    assert_gradient,
    assert_trajectory,
    assert_unchanged,
    check,
    fetch,
    read_records,
)

TRAJECTORY = json.loads(
    (Path(__file__).parents[2] / "source_data/linear_regression/trajectory.json").read_text(encoding="utf-8")
)
COLUMNS = ("loss", "w0", "w1")

# A slope measured by central differences, or in float32, is as right as one by the formula;
# a difference quotient to one side is not.
SLOPE_APART = 1e-6
# What other checks look at is there, or not, whatever the last digits are: those cost once.
ROUGHLY = 1e-4
# Slopes of fewer decimals can't be told by their distance: some are near a round number.
DECIMALS = 5
# float32 over 1000 iterations, also where only a part of it is float32 and the numbers don't show it;
# one iteration more or less is five times further away.
FIT_APART = 2e-5
# One iteration more or less leaves its mark on w1 too.
FIT_TOUCHED = 1e-6


def draw_points(rng, size):
    """Points far from the line that goes with them, as columns: no slope is near 0."""
    X = rng.uniform(-1.0, 3.0, size=(size, 1))
    y = 4.0 - 1.5 * X + rng.normal(size=(size, 1))
    return 0.8, -3.1, X, y


def draw_points_below_the_line(rng, size):
    """Points under the line that goes with them, as columns: both slopes are positive."""
    X = rng.uniform(0.5, 3.0, size=(size, 1))
    y = 2.0 - 1.5 * X + rng.uniform(-1.0, 1.0, size=(size, 1))
    return 4.3, 1.2, X, y


def bound_slopes(w0, w1, X, y):
    """Bound the terms that the two slopes add up, so that cancelling ones are no false alarm."""
    terms = np.abs(y) + np.abs(w0) + np.abs(w1 * X)
    return np.array([2 * np.mean(terms), 2 * np.mean(terms * np.abs(X))])


def read_two(answer, message):
    """Read two numbers from an array, a list or a tuple, also of arrays that hold one number each."""
    answer = fetch(answer)
    if answer is None:
        raise CheckFailed(NOTHING, mistakes=["no_return"])
    parts = answer if isinstance(answer, (list, tuple)) and len(answer) <= 2 else [answer]
    try:
        numbers = np.concatenate([np.ravel(np.asarray(part)) for part in parts])
    except ValueError:
        numbers = np.empty(0)
    check(numbers.size == 2 and numbers.dtype.kind in "iuf", message)
    return numbers.astype(float)


NOTHING = {"en": "Nothing was returned.", "ko": "돌려준 값이 없어요."}
TWO_SLOPES = {"en": "Return two numbers: dL/dw0 and dL/dw1.", "ko": "숫자 두 개, dL/dw0과 dL/dw1을 돌려주세요."}
TWO_NUMBERS = {"en": "Return two numbers: w0 and w1.", "ko": "숫자 두 개, w0과 w1을 돌려주세요."}


# Loss


@pytest.mark.exercise("Loss")
@pytest.mark.points(1.5)
@pytest.mark.mistakes(
    "sum_not_mean",
    "half_mean",
    "half_sum",
    "rmse",
    "mae",
    "no_square",
    "square_of_mean",
    "div_n_minus_1",
    "not_reduced",
)
def test_loss_is_the_mean_of_the_squared_errors(student, reference, rng):
    """The loss is one number: square every error, add them up, divide by the number of points.

    손실은 숫자 하나예요. 오차를 하나씩 제곱하고, 모두 더하고, 점의 개수로 나누세요.
    """
    f_x, y = rng.normal(size=(7, 1)) * 3, rng.normal(size=(7, 1)) + 1
    assert_close(student.Loss(f_x, y), reference.Loss(f_x, y), what="Loss(f_x, y)", named_factors={"N": 7})


@pytest.mark.exercise("Loss")
@pytest.mark.points(0.5)
def test_loss_keeps_its_arguments(student, reference, rng):
    """The loss is right for other points too, and f_x and y are as they were.

    점이 달라져도 손실을 맞게 구하고, f_x와 y는 그대로 두어야 해요.
    """
    f_x, y = rng.normal(size=(5, 1)), rng.normal(size=(5, 1)) * 2
    seen = student.observe(student.Loss, f_x, y)
    assert_close(seen.value, reference.Loss(f_x, y), what="Loss(f_x, y)", named_factors={"N": 5})
    assert_unchanged((f_x, y), seen.arguments, what=("f_x", "y"))


# gradient_descent: each slope is judged by itself, wherever it stands; the order is a check of its own


def find_slope(slopes, expected, place):
    """Take the slope from its place, or from the other one if it is right there."""
    other = slopes[1 - place]
    return other if np.isclose(other, expected[place], rtol=ROUGHLY) else slopes[place]


def assert_not_rounded(slope, expected):
    """Fail if a slope that is near the right one has only a few decimals."""
    if abs(slope - expected) > 1e-9 * abs(expected) and abs(np.round(slope, DECIMALS) - slope) < 1e-12 * abs(slope):
        raise CheckFailed(None, mistakes=["rounded"])


@pytest.mark.exercise("gradient_descent")
@pytest.mark.points(1.25)
@pytest.mark.leans_on("Loss")
@pytest.mark.mistakes("forgot_2", "forgot_N", "forgot_N_and_2", "ascent_sign", "g0_with_X", "rounded")
def test_slope_for_w0(student, reference, rng):
    """dL/dw0: every error counts once, and nothing is multiplied in but the constants of the chain rule.

    dL/dw0에는 오차가 한 번씩만 들어가요. 연쇄 법칙에서 나오는 상수 말고는 아무것도 곱하지 않아요.
    """
    points = draw_points(rng, 7)
    expected = reference.gradient_descent(*points)
    slope = find_slope(read_two(student.gradient_descent(*points), TWO_SLOPES), expected, 0)
    assert_gradient(
        slope,
        expected[0],
        what="dL/dw0",
        scale=bound_slopes(*points)[0],
        rtol=SLOPE_APART,
        named_factors={"N": 7},
    )
    assert_not_rounded(slope, expected[0])


@pytest.mark.exercise("gradient_descent")
@pytest.mark.points(1.25)
@pytest.mark.leans_on("Loss")
@pytest.mark.mistakes("forgot_2", "forgot_N", "forgot_N_and_2", "ascent_sign", "g1_without_X", "rounded")
def test_slope_for_w1(student, reference, rng):
    """dL/dw1: every error counts once, with its own x and the constants of the chain rule.

    dL/dw1에는 오차가 한 번씩 들어가고, 오차마다 자기 x와 연쇄 법칙에서 나오는 상수가 곱해져요.
    """
    points = draw_points(rng, 7)
    expected = reference.gradient_descent(*points)
    slope = find_slope(read_two(student.gradient_descent(*points), TWO_SLOPES), expected, 1)
    assert_gradient(
        slope,
        expected[1],
        what="dL/dw1",
        scale=bound_slopes(*points)[1],
        rtol=SLOPE_APART,
        named_factors={"N": 7},
    )
    assert_not_rounded(slope, expected[1])


@pytest.mark.exercise("gradient_descent")
@pytest.mark.points(1)
@pytest.mark.leans_on("Loss")
@pytest.mark.mistakes("grads_swapped")
def test_slopes_in_order(student, reference, rng):
    """Both slopes are returned, dL/dw0 first and dL/dw1 second, for any number of points.

    점이 몇 개든 두 기울기를 모두 돌려주세요. 순서는 dL/dw0이 먼저, dL/dw1이 나중이에요.
    """
    points = draw_points_below_the_line(rng, 9)
    slopes = read_two(student.gradient_descent(*points), TWO_SLOPES)
    assert_gradient(
        slopes,
        reference.gradient_descent(*points),
        what="gradient_descent(w0, w1, X, y)",
        scale=bound_slopes(*points),
        rtol=ROUGHLY,
        named_factors={"N": 9},
    )


@pytest.mark.exercise("gradient_descent")
@pytest.mark.points(0.5)
@pytest.mark.leans_on("Loss")
def test_gradient_descent_keeps_its_arguments(student, reference, rng):
    """The slopes are right, and X and y are as they were: the caller needs them again.

    기울기를 맞게 구하고, X와 y는 그대로 두어야 해요. 부른 쪽에서 다시 써야 하니까요.
    """
    points = draw_points(rng, 6)
    expected, scale = reference.gradient_descent(*points), bound_slopes(*points)
    seen = student.observe(student.gradient_descent, *points)
    slopes = read_two(seen.value, TWO_SLOPES)
    assert_gradient(slopes, expected, what="gradient_descent(w0, w1, X, y)", scale=scale, rtol=ROUGHLY)
    assert_unchanged(points, seen.arguments, what=("w0", "w1", "X", "y"))


# main: it takes most of the time, so one run serves all checks

POINTS_X, POINTS_Y, RATE, ITERATIONS = np.array([1.0, 2.0, 3.0, 4.0]), np.array([3.1, 4.9, 7.2, 8.9]), 0.001, 1000


def errors(w):
    """Return how far the points lie above the line, shape (4,)."""
    return POINTS_Y - (w[0] + w[1] * POINTS_X)


def slopes(w):
    """Return the two slopes at (w0, w1)."""
    return np.array([-2 * np.mean(errors(w)), -2 * np.mean(errors(w) * POINTS_X)])


def walk(change, slopes_at=slopes):
    """Make a rule: `change` says how far the slopes move (w0, w1)."""
    return lambda w: w - RATE * change * slopes_at(w)


def from_the_new_w0(w):
    """Move w0, and only then ask for the slope of w1."""
    w0 = w[0] - RATE * slopes(w)[0]
    return np.array([w0, w[1] - RATE * slopes(np.array([w0, w[1]]))[1]])


def from_the_new_w1(w):
    """Move w1, and only then ask for the slope of w0."""
    w1 = w[1] - RATE * slopes(w)[1]
    return np.array([w[0] - RATE * slopes(np.array([w[0], w1]))[0], w1])


DESCENT = Dynamics(
    start=(0.0, 0.0),
    step=walk(1),
    loss=lambda w: np.mean(errors(w) ** 2),
    iterations=ITERATIONS,
    rules=[
        *(("lr_off", walk(factor)) for factor in (10, 0.1, 2, 5, 100, 0.01, 0.2, 0.3, 3, 20, 30, 50)),
        ("no_learning_rate", walk(1 / RATE)),
        ("divides_by_rate", walk(1 / RATE**2)),
        ("forgot_2", walk(1 / 2)),
        ("forgot_N", walk(4)),
        ("forgot_N_and_2", walk(2)),
        ("div_n_minus_1", walk(4 / 3)),
        ("n_once_too_often", walk(1 / 4)),
        ("ascent_sign", walk(-1)),
        ("w0_not_updated", walk(np.array([0, 1]))),
        ("w1_not_updated", walk(np.array([1, 0]))),
        ("w0_uphill", walk(np.array([-1, 1]))),
        ("w1_uphill", walk(np.array([1, -1]))),
        ("not_updated", walk(0)),
        ("grads_swapped", walk(1, lambda w: slopes(w)[::-1])),
        ("g1_without_X", walk(1, lambda w: slopes(w)[[0, 0]])),
        ("g0_with_X", walk(1, lambda w: slopes(w)[[1, 1]])),
        ("x_outside_mean", walk(1, lambda w: slopes(w)[0] * np.array([1, np.mean(POINTS_X)]))),
        ("swapped_w", walk(1, lambda w: slopes(w[::-1]))),
        ("w0_left_out", walk(1, lambda w: slopes(w * [0, 1]))),
        ("w1_left_out", walk(1, lambda w: slopes(w * [1, 0]))),
        ("gradient_once", walk(1, lambda _: slopes(np.zeros(2)))),
        ("step_replaces_w", lambda w: -RATE * slopes(w)),
        ("reset_in_loop", lambda _: -RATE * slopes(np.zeros(2))),
        ("w1_uses_new_w0", from_the_new_w0),
        ("w0_uses_new_w1", from_the_new_w1),
    ],
    losses=[
        ("sum_not_mean", lambda w: np.sum(errors(w) ** 2)),
        ("half_mean", lambda w: np.mean(errors(w) ** 2) / 2),
        ("half_sum", lambda w: np.sum(errors(w) ** 2) / 2),
        ("rmse", lambda w: np.sqrt(np.mean(errors(w) ** 2))),
        ("mae", lambda w: np.mean(np.abs(errors(w)))),
        ("div_n_minus_1", lambda w: np.sum(errors(w) ** 2) / 3),
        ("loss_swapped_w", lambda w: np.mean(errors(w[::-1]) ** 2)),
        ("loss_of_the_start", lambda _: np.mean(POINTS_Y**2)),
    ],
    moments={"prints_before_update": (0, 0), "loss_before": (0, 1), "w_before": (1, 0), "print99": (100, 100)},
    other_start="other_start",
)


def observe_main(student):
    """Run main once a submission."""
    return student.once("main", lambda: student.observe(student.main))


def assert_printed(printed, *judged):
    """Fail unless these columns are right, whatever the others hold."""
    if not printed.strip():
        raise CheckFailed(
            {"en": "main printed nothing.", "ko": "main이 아무것도 출력하지 않았어요."}, mistakes=["prints_nothing"]
        )
    rows = [[row[name] for name in ("i", *COLUMNS)] for row in TRAJECTORY["printed"]]
    assert_trajectory(printed, rows, what="main()", columns=COLUMNS, rtol=FIT_APART, judged=judged, dynamics=DESCENT)


@pytest.mark.exercise("main")
@pytest.mark.points(1)
@pytest.mark.leans_on("Loss", "gradient_descent")
@pytest.mark.mistakes("loss_before", "print99", "lr_off", "ascent_sign")
def test_main_prints_the_losses(student):
    """At i = 0, 100, ..., 900, main prints the loss of the line after that iteration's update.

    main은 i = 0, 100, ..., 900에서 그 반복의 갱신을 마친 직선의 손실을 출력해요.
    """
    assert_printed(observe_main(student).printed, "loss")


@pytest.mark.exercise("main")
@pytest.mark.points(1)
@pytest.mark.leans_on("Loss", "gradient_descent")
@pytest.mark.mistakes("print99", "lr_off", "ascent_sign", "w1_uses_new_w0", "w1_not_updated")
def test_main_prints_w0_and_w1(student):
    """At i = 0, 100, ..., 900, main prints w0 and w1 as they are after that iteration's update.

    main은 i = 0, 100, ..., 900에서 그 반복의 갱신을 마친 w0과 w1을 출력해요.
    """
    assert_printed(observe_main(student).printed, "w0", "w1")


@pytest.mark.exercise("main")
@pytest.mark.points(0.5)
@pytest.mark.leans_on("Loss", "gradient_descent")
@pytest.mark.mistakes("print99")
def test_main_reports_every_hundred_iterations(student):
    """At each i that is divisible by 100, from 0 to 900, there is a report with loss, w0 and w1.

    i가 0부터 900까지 100의 배수일 때마다 손실과 w0, w1을 모두 출력해야 해요.
    """
    printed = observe_main(student).printed
    reports = [record for record in read_records(printed, COLUMNS) if len(record.values) == len(COLUMNS)]
    named = {record.iteration for record in reports} - {None}
    if len(reports) < len(TRAJECTORY["printed"]) or (
        named and not named.issuperset(row["i"] for row in TRAJECTORY["printed"])
    ):
        # Without labels that tell, the numbers themselves must.
        assert_printed(printed, "loss")
        assert_printed(printed, "w0", "w1")


@pytest.mark.exercise("main")
@pytest.mark.points(1.5)
@pytest.mark.leans_on("Loss", "gradient_descent")
@pytest.mark.mistakes("returns_swapped", "lr_off", "ascent_sign", "w1_uses_new_w0", "w1_not_updated")
def test_main_returns_the_line(student):
    """After 1000 iterations main returns (w0, w1).

    1000번 되풀이한 뒤에 main은 (w0, w1)을 돌려줘요.
    """
    line = read_two(observe_main(student).value, TWO_NUMBERS)
    expected = np.array([TRAJECTORY["returned"]["w0"], TRAJECTORY["returned"]["w1"]])
    try:
        assert_close(line, expected, what="main()", scale=expected, rtol=FIT_APART)
    except CheckFailed:
        # Only a number that is right to the digits of a right run may be called right.
        try:
            assert_close(line, expected, what="main()", scale=expected, rtol=FIT_TOUCHED)
        except CheckFailed as failure:
            failure.mistakes = DESCENT.name_state(line, ITERATIONS, rtol=FIT_APART)
            raise
