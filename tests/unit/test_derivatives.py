"""Tests of gradients that no reference has: judged by a complex step, or by differences at two steps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from autograder.checks import CheckFailed, assert_gradient_of, differentiate
from autograder.rehearsal import Rehearsal, load

Array = NDArray[Any]
RNG = np.random.default_rng(3)
SMALL, LARGE = RNG.normal(size=(4, 3)), RNG.normal(size=(40, 30))


def smooth(x: Array) -> Any:
    """Return a number that takes part of every entry."""
    return np.sum(np.exp(0.3 * x) * x) + np.sum(x) ** 2


def smooth_gradient(x: Array) -> Array:
    """Return its gradient."""
    gradient: Array = np.exp(0.3 * x) * (1 + 0.3 * x) + 2 * np.sum(x)
    return gradient


def real(x: Array) -> float:
    """Return the same number, by a function that refuses complex ones."""
    return float(smooth(x))


def sloppy(x: Array) -> Any:
    """Return a number by a function that loses the imaginary part and says nothing."""
    return np.sum(np.abs(x) ** 3)


def failure(*args: Any, **options: Any) -> str:
    """Return the English message of a gradient that is not the function's."""
    with pytest.raises(CheckFailed) as caught:
        assert_gradient_of(*args, what="dx", **options)
    assert caught.value.message is not None
    return caught.value.message["en"]


@pytest.mark.parametrize("f", [smooth, real])
@pytest.mark.parametrize("x", [SMALL, LARGE])
def test_right_gradients_pass(f: Callable[[Any], Any], x: Array) -> None:
    """In float64 and float32, in large arrays and small ones."""
    assert_gradient_of(smooth_gradient(x), f, x, what="dx")
    assert_gradient_of(smooth_gradient(x).astype(np.float32), f, x, what="dx")
    single = smooth_gradient(x).astype(np.float32).astype(np.float64)
    assert_gradient_of(single * (1 + 1e-15), f, x, what="dx", single=True)


@pytest.mark.parametrize("x", [SMALL, LARGE])
def test_functions_that_lose_the_imaginary_part_are_measured_by_differences(x: Array) -> None:
    """A complex step would see no slope at all."""
    assert_gradient_of(3 * x * np.abs(x), sloppy, x, what="dx")
    assert failure(2 * x * np.abs(x), sloppy, x)


@pytest.mark.parametrize("f", [smooth, real])
@pytest.mark.parametrize("x", [SMALL, LARGE])
@pytest.mark.parametrize("seed", range(10))
def test_one_percent_of_one_entry_is_seen(f: Callable[[Any], Any], x: Array, seed: int) -> None:
    """Whichever it is; in a small array it is named."""
    wrong = smooth_gradient(x)
    place = tuple(np.random.default_rng(seed).integers(0, x.shape))
    wrong[place] *= 1.01
    message = failure(wrong, f, x)
    named = f"dx[{place[0]}, {place[1]}] is off; the other entries are right."
    assert message == ("dx is not what it should be." if x is LARGE else named)


@pytest.mark.parametrize("f", [smooth, real])
@pytest.mark.parametrize("x", [SMALL, LARGE])
def test_factors_are_named(f: Callable[[Any], Any], x: Array) -> None:
    """Also where only directions are looked at."""
    assert "exactly N times" in failure(7 * smooth_gradient(x), f, x, named_factors={"N": 7})
    assert "opposite sign" in failure(-smooth_gradient(x), f, x)


def test_parameters_are_judged_each() -> None:
    """A dict of gradients is judged by a function of the dict, and messages say which are right already."""
    rng = np.random.default_rng(4)
    x = rng.normal(size=(6, 40))
    params = {"W": rng.normal(size=(40, 9)), "b": rng.normal(size=9)}

    def loss(p: Any) -> Any:
        return np.sum(np.tanh(x @ p["W"] + p["b"]))

    slope = 1 - np.tanh(x @ params["W"] + params["b"]) ** 2
    right = {"W": x.T @ slope, "b": slope.sum(axis=0)}
    assert_gradient_of(right, loss, params, what="gradient(x, t)")
    message = failure({**right, "W": right["W"] / 6}, loss, params, named_factors={"N": 6})
    assert message.startswith("dx: right already: b. W is exactly 1/N of")
    assert "b" in failure({**right, "b": right["b"][::-1]}, loss, params)
    assert "no 'b'" in failure({"W": right["W"]}, loss, params)
    assert "shape" in failure({**right, "W": right["W"][0]}, loss, params)
    found = differentiate(loss, params)
    assert all(np.allclose(found[name], right[name], rtol=1e-13) for name in right)


@pytest.mark.parametrize("answer", [None, "text", np.full(LARGE.shape, np.nan), LARGE.T, np.inf * LARGE])
def test_what_is_no_gradient_fails(answer: Any) -> None:
    """Nothing, a text, NaN, another shape."""
    assert failure(answer, smooth, LARGE)
    assert failure(answer, smooth, SMALL)


@pytest.mark.parametrize("number", [float, np.sum])
def test_a_kink_that_is_not_near_is_no_false_alarm(number: Callable[[Any], Any]) -> None:
    """A thousandth away is enough."""
    x = np.array([1e-3, 0.7, -0.4, -1e-3])
    assert_gradient_of((x > 0) * 1.0, lambda x: number(np.sum(np.maximum(x, 0))), x, what="dx")


def test_the_students_own_function_is_no_measure() -> None:
    """A wrong loss would make a right gradient wrong."""
    student = Rehearsal(load("def f(x):\n    return (x ** 2).sum()", "work"))
    with pytest.raises(TypeError, match="student"):
        assert_gradient_of(2 * SMALL, student.f, SMALL, what="dx")


def test_differentiate_is_exact() -> None:
    """To rounding error where complex numbers pass, to ten digits where they don't."""
    assert np.allclose(differentiate(smooth, SMALL), smooth_gradient(SMALL), rtol=1e-14)
    assert np.allclose(differentiate(real, SMALL), smooth_gradient(SMALL), rtol=1e-9)
