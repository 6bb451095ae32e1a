"""Tests of the comparison with a right answer, and of the words for what differs."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from autograder.checks import (
    CheckFailed,
    assert_close,
    assert_finite,
    assert_keys,
    assert_scalar,
    assert_shape,
    check,
    fetch,
    took_single,
)
from autograder.checks.differences import compare
from autograder.checks.values import fit_shape

E = np.array([[1.234567891, -2.5678912, 3.14159], [0.1234567, 5.4321, -0.00123456]])
SHAPES = hnp.array_shapes(min_dims=0, max_dims=3, max_side=4)
FLOATS = st.floats(-1e3, 1e3).filter(lambda value: abs(value) > 1e-3)


def failure(actual: Any, expected: Any, **how: Any) -> CheckFailed:
    """Return how the comparison fails."""
    with pytest.raises(CheckFailed) as caught:
        assert_close(actual, expected, what="f(x)", **how)
    return caught.value


def said(actual: Any, expected: Any, **how: Any) -> str:
    """Return the English message of a comparison that fails."""
    found = failure(actual, expected, **how).message
    assert found is not None
    return found["en"]


class Handle:
    """Stands for something that lies in the student's process."""

    def __init__(self, value: object) -> None:
        self.value = value

    def __getattr__(self, name: str) -> Handle:
        return Handle(name)

    def __autograder_fetch__(self) -> object:
        return self.value


@pytest.mark.parametrize(
    "answer",
    [
        E,
        E.tolist(),
        tuple(map(tuple, E)),
        E.astype(np.float32),
        E.astype(np.float32).astype(np.float64),
        E.astype(np.longdouble),
        E.astype(complex),
        E[None],
        E[..., None],
        E[::-1][::-1],
        np.asfortranarray(E),
        [[np.array([value]) for value in row] for row in E],
        Handle(E),
        [Handle(E[0]), E[1]],
        E * (1 + 1e-15),
    ],
)
def test_every_form_of_a_right_array_passes(answer: Any) -> None:
    """Lists, tuples, float32, extra axes of length 1 and handles are all right."""
    assert_close(answer, E, what="f(x)")


@pytest.mark.parametrize(
    "answer",
    [3.5, np.float64(3.5), np.array(3.5), np.array([3.5]), np.array([[3.5]]), [3.5], np.float32(3.5), 3.5 + 0j],
)
def test_every_form_of_a_right_scalar_passes(answer: Any) -> None:
    """A scalar may come as a number, a 0-d array or an array of one entry."""
    assert_close(answer, 3.5, what="f(x)")
    assert_scalar(answer, what="f(x)")


def test_a_column_serves_for_a_vector() -> None:
    """Only axes of length 1 differ, so (2, 1) serves where (2,) is expected."""
    assert_close([[3], [4]], [3, 4], what="f(x)")
    assert_close([3, 4], [[3, 4]], what="f(x)")


@pytest.mark.parametrize(
    ("shape", "wanted", "fits"),
    [
        ((2, 1), (2,), True),
        ((2,), (1, 2), True),
        ((1, 2), (2, 1), False),
        ((3, 1, 4), (1, 3, 4), False),
        ((1, 1), (), True),
        ((), (1, 1), True),
        ((), (2,), False),
        ((2, 3), (3, 2), False),
        ((6,), (2, 3), False),
        ((0,), (), False),
    ],
)
def test_shapes_that_fit(shape: tuple[int, ...], wanted: tuple[int, ...], *, fits: bool) -> None:
    """A row is no column, and nothing is spread or flattened."""
    assert (fit_shape(np.zeros(shape), wanted) is not None) is fits


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (None, "returned nothing (None): is the `return` missing?"),
        (True, "f(x) is True or False"),
        (np.array([True, False]), "True or False"),
        ("3.5", "text"),
        (b"3", "text"),
        ({"loss": 3.5}, "a dict"),
        ([[1, 2, 3], None], "f(x)[1] is None"),
        ([[1, 2, "3"], [1, 2, 3]], "f(x)[0][2] is text"),
        ([[1, 2], [1, 2, 3]], "ragged"),
        ((np.ones((2, 3)), np.ones(3), 1.0), "f(x) returned a tuple of 3 values; one array is expected"),
        (1 + 2j, "complex"),
        (10**400, "far too large"),
        (object(), "neither a number nor an array"),
        (np.array([object()]), "neither a number nor an array"),
        (np.ones((3, 2)), "an array of shape (3, 2); an array of shape (2, 3) is expected"),
        (3.5, "a single number; an array of shape (2, 3)"),
        (np.zeros((123456,)), "shape (999+,)"),
        (E.T, "right but transposed"),
        (E * 0, "nothing but 0"),
        (-E, "right in size, but of the opposite sign"),
        (2 * E, "exactly twice"),
        (E / 2, "exactly half"),
        (-E / 2, "exactly half of what it should be, and of the opposite sign"),
        (3 * E, "exactly 3 times"),
        (5 * E, "exactly N times what it should be (is the division by N missing?)"),
        (E / 5, "exactly 1/N of"),
        (10 * E, "exactly 2·N times"),
        (E * 5 / 4, "a division by N - 1 in place of N"),
        (7 * E, "exactly C times"),
        (E[::-1], "right in its numbers"),
        (np.where(E[0, 1] == E, np.nan, E), "holds NaN in 1 of 6 entries: f(x)[0, 1]"),
        (np.where(E[0, 1] == E, -np.inf, E), "holds inf in 1 of 6 entries"),
        (E * [[1], [2]], "3 of 6 entries are off: all of row 1. Each of these is exactly twice"),
        (E * [1, 1, 0], "2 of 6 entries are off: all of column 2. Each of these is nothing but 0"),
        (E + np.array([[0, 0, 0], [0, 0.7, 0]]), "f(x)[1, 1] is off; the other entries are right"),
        (E * [[1, 1, -1], [1, 1, 1]], "f(x)[0, 2] is right in size, but of the opposite sign; the other entries"),
        (E * 1.01, "all 6 entries are off"),
        (E.round(2), "is rounded"),
        (E.round(6), "is rounded"),
        (E.astype(np.float16), "float16"),
        (E.astype(int), "lost its decimals"),
        (E * (1 + 1e-8), "nearly right"),
    ],
)
def test_a_wrong_array_is_named(answer: Any, words: str) -> None:
    """Each kind of wrong answer gets the sentence that fits it."""
    assert words in said(answer, E, named_factors={"N": 5, "C": 7})


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (19.902632866875, "exactly half"),
        (39.8, "rounded"),
        (6.309, "not what it should be"),
        (math.nan, "is NaN"),
        (-math.inf, "is inf"),
        (0, "nothing but 0"),
        ((39.80526573375, 1), "an array of shape (2,); one number is expected"),
        (np.ones((4, 1)), "an array of shape (4, 1); one number is expected"),
    ],
)
def test_a_wrong_scalar_is_named(answer: Any, words: str) -> None:
    """Each kind of wrong number gets the sentence that fits it."""
    assert words in said(answer, 39.80526573375)


def test_equal_sizes_are_named_together() -> None:
    """Where two sizes are equal, a factor can't tell them apart."""
    assert {"N", "C"} <= set(re.findall(r"exactly (\w) times", said(5 * E, E, named_factors={"N": 5, "C": 5})))


@pytest.mark.parametrize("answer", [2 * E, E * 1.01, E.round(2), E * [1, 1, 2], E + 0.7, np.full(E.shape, 8.125)])
def test_no_value_is_in_the_message(answer: Any) -> None:
    """A hidden check's message holds no number of the run; the detail does."""
    found = failure(answer, E, named_factors={"N": 5})
    assert found.message is not None
    assert found.detail is not None
    assert not re.search(r"\d\.\d", found.message["en"] + found.message["ko"])
    assert "expected" in found.detail["en"]
    assert str(found) == found.detail["en"]
    assert len(found.detail["en"]) < 500


def test_a_size_from_the_student_is_not_repeated() -> None:
    """A shape could carry a hidden input out of the sandbox."""
    assert "31415" not in said(np.zeros((31415, 2)), E)
    assert said(np.zeros((1,) * 20 + (2,)), E).count("1") <= 5


def test_an_exact_zero_may_come_with_rounding_error() -> None:
    """Where 0 is expected, what rounding leaves of terms of size 1 is right."""
    assert_close([0, 1e-17], [0, 0], what="f(x)")
    assert_close([1e-17, 5], [0, 5], what="f(x)")
    assert "off" in said([0, 1e-9], [0, 0])


def test_a_one_hot_answer_is_not_taken_for_float32() -> None:
    """The wider tolerance of float32 is for values that show its digits."""
    assert said(np.array([0.0, 1.0, 0.0]), np.array([1e-6, 1 - 2e-6, 1e-6]))


def test_whole_numbers_are_numbers() -> None:
    """Integers are right where integers are expected."""
    assert_close(np.array([3, 4]), np.array([3, 4]), what="f(x)")
    assert_close(220, 220.00000000000003, what="price")


def test_scale_rtol_and_other_answers_widen_what_is_right() -> None:
    """The author may know the terms, the method, or a second right answer."""
    assert_close(E + 1e-9, E, what="f(x)", scale=1e7)
    assert_close(E * (1 + 1e-7), E, what="f(x)", rtol=1e-6)
    assert_close(E * (1 + 1e-7), E, what="f(x)", single=True)
    assert_close(2 * E, E, what="f(x)", also=[3 * E, 2 * E])
    assert said(2 * E, E, also=[3 * E])


def test_a_scale_is_looked_at_entry_by_entry() -> None:
    """A large entry's scale doesn't hide an error in a small one."""
    expected = np.array([1e6, 1e-6])
    assert "[1]" in said(expected + np.array([0, 1e-9]), expected, scale=expected)


@pytest.mark.parametrize("expected", [math.nan, [1.0, math.inf], "3", None, [True]])
def test_an_expected_value_that_is_no_number_is_the_graders_fault(expected: Any) -> None:
    """It is never scored as the student's."""
    with pytest.raises(ValueError, match="expected value"):
        assert_close(1.0, expected, what="f(x)")


@settings(max_examples=60, deadline=None)
@given(hnp.arrays(np.float64, SHAPES, elements=FLOATS), st.data())
def test_an_error_of_one_percent_in_one_entry_is_seen(expected: np.ndarray[Any, Any], data: st.DataObject) -> None:
    """However large the other entries are."""
    wrong = expected.copy()
    index = tuple(data.draw(st.integers(0, size - 1)) for size in expected.shape)
    wrong[index] *= 1.01
    assert_close(expected, expected, what="f(x)")
    assert failure(wrong, expected)


@settings(max_examples=60, deadline=None)
@given(hnp.arrays(np.float64, st.integers(1, 200), elements=st.floats(-10, 10)), st.randoms(use_true_random=False))
def test_any_order_of_summation_is_right(terms: np.ndarray[Any, Any], random: Any) -> None:
    """Rounding error in another order is no mistake, also where terms cancel."""
    shuffled = list(terms.tolist())
    random.shuffle(shuffled)
    for answer in (sum(shuffled), math.fsum(shuffled), np.mean(shuffled) * len(shuffled), np.cumsum(shuffled)[-1]):
        assert_close(answer, np.sum(terms), what="sum")


@settings(max_examples=40, deadline=None)
@given(hnp.arrays(hnp.scalar_dtypes(), hnp.array_shapes(min_dims=0, max_side=3)))
def test_any_array_gets_a_verdict(answer: np.ndarray[Any, Any]) -> None:
    """Whatever a student returns, the outcome is pass or a failed check."""
    try:
        assert_close(answer, E, what="f(x)")
    except CheckFailed as found:
        assert found.message  # noqa: PT017 - either outcome is right here


def test_shape_finite_and_scalar() -> None:
    """The smaller assertions pass and fail as their names say."""
    assert_shape(E, (2, 3), what="W")
    assert_shape(3.0, (), what="loss")
    assert_finite(E, what="W")
    wrong: list[Callable[[], None]] = [
        lambda: assert_shape(E, (3, 2), what="W"),
        lambda: assert_shape([[3.0]], (), what="W"),
        lambda: assert_shape(None, (), what="W"),
        lambda: assert_finite([1, math.inf], what="W"),
        lambda: assert_finite(math.nan, what="W"),
        lambda: assert_scalar([1, 2], what="W"),
        lambda: assert_scalar(math.nan, what="W"),
        lambda: assert_scalar("1", what="W"),
    ]
    for call in wrong:
        with pytest.raises(CheckFailed):
            call()


def test_keys_are_found_whatever_case_they_are_in() -> None:
    """Case and underscores of a key don't matter; a missing one is named."""
    assert_keys({"w_1": 1, "B1": 2, "more": 3}, ["W1", "b1"], what="gradient(...)")
    for wrong in ({"W1": 1}, None, [1, 2], {1: 2}):
        with pytest.raises(CheckFailed):
            assert_keys(wrong, ["W1", "b1"], what="gradient(...)")


def test_check_takes_only_true_for_yes() -> None:
    """An array, a text or a number from a student is no yes."""
    check(condition=True)
    check(np.bool_(True))  # noqa: FBT003
    for no in (False, np.bool_(False), 1, "yes", np.array([True]), None, math.nan):  # noqa: FBT003
        with pytest.raises(CheckFailed) as caught:
            check(no)
        assert caught.value.message is None


def test_fetch_brings_handles_and_leaves_data() -> None:
    """Handles are found in lists, tuples and dicts too; data stays what it is."""
    data = [1, np.ones(2)]
    assert fetch(data) is data
    assert fetch({"a": (Handle(1), [Handle(2)])}) == {"a": (1, [2])}
    assert took_single(1.0, Handle(np.ones(2, np.float32)))
    assert not took_single(1.0, E)


def test_a_double_result_of_single_parameters_can_be_declared() -> None:
    """What float32 parameters do to a float64 result is no mistake."""
    rng = np.random.default_rng(5)
    x, weights = rng.normal(size=(6, 11)), rng.normal(size=(11, 7))
    answer = x @ weights.astype(np.float32)
    assert compare(answer, x @ weights, what="out", single=True).is_right
    assert not compare(answer, x @ weights, what="out").is_right
