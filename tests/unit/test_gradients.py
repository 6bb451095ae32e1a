"""Tests of the judgement of gradients: right in every style, wrong in every entry."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from autograder.checks import CheckFailed, assert_gradient
from autograder.checks.differences import compare

D, H, C, N = 11, 7, 5, 6
Arrays = dict[str, NDArray[Any]]


def make_case(seed: int) -> tuple[NDArray[Any], NDArray[Any], Arrays]:
    """Make inputs on which mistakes show: sizes pairwise distinct, biases not 0, x of both signs."""
    rng = np.random.default_rng(seed)
    t = np.eye(C)[rng.integers(0, C, N)]
    shapes = {"W1": (D, H), "b1": (H,), "W2": (H, C), "b2": (C,)}
    return rng.normal(size=(N, D)), t, {name: 0.5 * rng.normal(size=shape) for name, shape in shapes.items()}


def backward(x: NDArray[Any], t: NDArray[Any], p: Arrays, dot: Any = np.dot) -> Arrays:
    """Differentiate the loss of a two-layer net of sigmoid units."""
    z = 1 / (1 + np.exp(-(dot(x, p["W1"]) + p["b1"])))
    a = dot(z, p["W2"]) + p["b2"]
    e = np.exp(a - a.max(axis=1, keepdims=True))
    d2 = (e / e.sum(axis=1, keepdims=True) - t) / len(x)
    d1 = dot(d2, p["W2"].T) * z * (1 - z)
    return {"W1": dot(x.T, d1), "b1": d1.sum(axis=0), "W2": dot(z.T, d2), "b2": d2.sum(axis=0)}


def backward_by_rows(x: NDArray[Any], t: NDArray[Any], p: Arrays) -> Arrays:
    """Do the same, one sample after another."""
    parts = [backward(x[i : i + 1], t[i : i + 1], p) for i in range(len(x))]
    return {name: np.add.reduce([part[name] for part in parts]) / len(x) for name in p}


def dot_by_terms(a: NDArray[Any], b: NDArray[Any]) -> NDArray[Any]:
    """Multiply matrices by summing products backwards."""
    product: NDArray[Any] = (a[:, ::-1, None] * b[None, ::-1]).cumsum(axis=1)[:, -1]
    return product


def failure(actual: Any, expected: Any, **how: Any) -> CheckFailed:
    """Return how the judgement fails."""
    with pytest.raises(CheckFailed) as caught:
        assert_gradient(actual, expected, what="gradient(x, t)", **how)
    return caught.value


def said(actual: Any, expected: Any, **how: Any) -> str:
    """Return the English message of a gradient that fails."""
    found = failure(actual, expected, **how).message
    assert found is not None
    return found["en"]


@pytest.mark.parametrize("seed", range(25))
def test_right_gradients_pass_in_every_style(seed: int) -> None:
    """Loops, einsum, other orders of summation and float32 raise no false alarm."""
    x, t, p = make_case(seed)
    expected = backward(x, t, p)
    single = {name: value.astype(np.float32) for name, value in p.items()}
    for answer in (
        backward(x, t, p, dot_by_terms),
        backward(x, t, p, lambda a, b: np.einsum("ij,jk->ik", a, b)),
        backward_by_rows(x, t, p),
        backward(x.astype(np.float32), t.astype(np.float32), single),
    ):
        assert_gradient(answer, expected, what="gradient(x, t)")
    assert_gradient(backward(x, t, single), expected, what="gradient(x, t)", single=True)


@pytest.mark.parametrize("seed", range(5))
def test_one_percent_of_any_entry_is_seen(seed: int) -> None:
    """A mean over the entries would hide it."""
    x, t, p = make_case(seed)
    for name, expected in backward(x, t, p).items():
        for index in np.ndindex(expected.shape):
            wrong = expected.copy()
            wrong[index] *= 1.01
            assert not compare(wrong, expected, what=name).is_right


@pytest.mark.parametrize(
    ("mistake", "words"),
    [
        (lambda g: {**g, "W1": g["W1"] * N}, "W1 is exactly N times"),
        (lambda g: {**g, "b2": g["b2"] / N}, "b2 is exactly 1/N of"),
        (lambda g: {**g, "b2": g["b2"] / C}, "b2 is exactly 1/C of"),
        (lambda g: {**g, "W2": -g["W2"]}, "W2 is right in size, but of the opposite sign"),
        (lambda g: {**g, "W2": g["W2"] / 2}, "W2 is exactly half"),
        (lambda g: {**g, "W1": g["W1"].T}, "W1 is right but transposed"),
        (lambda g: {**g, "b1": g["b1"].sum()}, "b1 is a single number; an array of shape (7,) is expected"),
        (lambda g: {**g, "b1": None}, "b1 is None"),
        (lambda g: {**g, "b1": g["b1"][::-1]}, "b1 is in reversed order"),
        (lambda g: {name: g[name] for name in ("W1", "b1", "W2")}, "gradient(x, t) has no 'b2'"),
        (lambda g: list(g.values()), "gradient(x, t) is not a dict"),
        (lambda _: None, "returned nothing"),
    ],
)
def test_a_wrong_gradient_is_named(mistake: Any, words: str) -> None:
    """The message names the parameter and what it is instead."""
    expected = backward(*make_case(1))
    assert words in said(mistake(expected), expected, named_factors={"N": N, "C": C})


def test_what_is_right_already_is_said() -> None:
    """A student reads which parameters need no more work."""
    expected = backward(*make_case(2))
    found = said({**expected, "W1": expected["W1"] * 2}, expected)
    assert found.startswith("gradient(x, t): right already: b1, W2, b2. W1 is exactly twice")


def test_a_bare_array_a_scale_and_another_right_gradient() -> None:
    """An author may judge one array, bound its terms, or accept two derivatives."""
    x, t, p = make_case(3)
    expected = backward(x, t, p)
    assert_gradient(expected["W1"].tolist(), expected["W1"], what="affine.dW")
    assert "affine.dW[0, 3]" in said_of_one(expected["W1"])
    scale = backward(np.abs(x), -t, {name: np.abs(value) for name, value in p.items()})
    assert_gradient(expected, expected, what="g", scale={name: np.abs(value) for name, value in scale.items()})
    assert_gradient({"a": 2.0}, {"a": 1.0}, what="g", also=[{"a": 2.0}])
    assert said({"a": 3.0}, {"a": 1.0}, also=[{"a": 2.0}])


def said_of_one(expected: NDArray[Any]) -> str:
    """Spoil one entry and return the message."""
    wrong = expected.copy()
    wrong[0, 3] += 0.123
    with pytest.raises(CheckFailed) as caught:
        assert_gradient(wrong, expected, what="affine.dW")
    return str(caught.value)
