"""Tests of running a reference on magnitudes: S is what was added up, and whatever can't be followed has none."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from autograder.checks import magnitudes_of
from autograder.checks.magnitudes import run_on_magnitudes

Array = NDArray[Any]
RNG = np.random.default_rng(5)
X, Y = RNG.normal(size=(4, 3)), RNG.normal(size=(4, 3))
W, B = RNG.normal(size=(3, 5)), RNG.normal(size=5)
V = RNG.uniform(0.5, 2.0, size=6) * np.array([1, -1, 1, -1, 1, -1])
ABS = np.abs(X)


def put(a: Array, place: Any, value: Any) -> Array:
    """Assign in place and return."""
    a[place] = value
    return a


def fill_zeros(a: Array) -> Array:
    """Fill an array of zeros entry by entry."""
    out = np.zeros_like(a)
    for index in np.ndindex(a.shape):
        out[index] += a[index] - 1
    return out


def fill_plain(a: Array) -> Array:
    """Fill an array that knows nothing of magnitudes."""
    out = np.zeros(a.shape)
    for index, row in enumerate(a):
        out[index] = row - 1
        out[index] += 2 * row
    return out


def step(a: Array) -> Array:
    """Update in place."""
    a -= 0.5 * a.sum(axis=0)
    a *= 2
    return a


@pytest.mark.parametrize(
    ("function", "args", "expected"),
    [
        (lambda x, y: x - y, (X, Y), ABS + abs(Y)),
        (lambda x, y: x * y - 3, (X, Y), ABS * abs(Y) + 3),
        (lambda x: (x - 1) * 2, (X,), (ABS + 1) * 2),
        (lambda x: (x - 1) ** 2, (X,), (ABS + 1) ** 2),
        (lambda x: 1 - x / 4, (X,), 1 + ABS / 4),
        (lambda x: (x - 1) / 2, (X,), (ABS + 1) / 2),
        (lambda x: 1 / x, (X,), 1 / ABS),
        (lambda x: x @ W + B, (X,), ABS @ abs(W) + abs(B)),
        (lambda x: np.dot(x, W) + B, (X,), ABS @ abs(W) + abs(B)),
        (lambda x: x.dot(W), (X,), ABS @ abs(W)),
        (lambda w: X.T.dot(Y) + w, (1.0,), abs(X.T @ Y) + 1),
        (lambda x: np.einsum("nd,dh->nh", x, W), (X,), ABS @ abs(W)),
        (lambda x: np.outer(x[0], x[1]), (X,), np.outer(ABS[0], ABS[1])),
        (np.sum, (X,), ABS.sum()),
        (lambda x: x.sum(axis=0, keepdims=True), (X,), ABS.sum(axis=0, keepdims=True)),
        (lambda x: np.sum(x - 1, where=x > 0), (X,), (ABS + 1)[X > 0].sum()),
        (lambda x: np.mean(x, axis=1), (X,), ABS.mean(axis=1)),
        (lambda x: x.mean(), (X,), ABS.mean()),
        (np.add.reduce, (X,), ABS.sum(axis=0)),
        (np.cumsum, (V,), abs(V).cumsum()),
        (sum, (V,), abs(V).sum()),
        (np.max, (V,), V.max()),
        (lambda x: x.max(axis=1, keepdims=True), (X,), abs(X.max(axis=1, keepdims=True))),
        (lambda x: np.maximum(x, 0), (X,), np.maximum(X, 0)),
        (lambda x: np.maximum(0.1, x - 1), (X,), np.where(X - 1 > 0.1, ABS + 1, 0.1)),
        (lambda x: np.where(x > 0, x - 1, -2.0), (X,), np.where(X > 0, ABS + 1, 2)),
        (lambda x: np.clip(x, -0.5, 0.5), (X,), abs(np.clip(X, -0.5, 0.5))),
        (lambda x: x * (x > 0), (X,), np.maximum(X, 0)),
        (lambda x: (x > 0) * (x - 1), (X,), np.where(X > 0, ABS + 1, 0)),
        (lambda x: put(x.copy(), x <= 0, 0), (X,), np.maximum(X, 0)),
        (lambda x: put(x, (0, 1), x[2, 2] - 1), (X,), put(ABS.copy(), (0, 1), ABS[2, 2] + 1)),
        (lambda x: abs(-x), (X,), ABS),
        (np.exp, (X,), np.exp(X) * (1 + ABS)),
        (lambda x: np.log(x + 1), (ABS,), 1 + np.log(ABS + 1)),
        (np.sqrt, (ABS,), 1.5 * np.sqrt(ABS)),
        (lambda x: np.sqrt(x - x), (ABS,), None),
        (np.tanh, (X,), (1 - np.tanh(X) ** 2) * ABS + abs(np.tanh(X))),
        (lambda x: x.T.reshape(2, 6), (X,), ABS.T.reshape(2, 6)),
        (lambda x: np.concatenate([x, x - 1]).ravel(), (X,), np.concatenate([ABS, ABS + 1]).ravel()),
        (lambda x: np.vstack((x[0], 1 - x[1])), (X,), np.vstack((ABS[0], 1 + ABS[1]))),
        (lambda x: x[np.arange(4), [2, 0, 1, 1]] - 1, (X,), ABS[np.arange(4), [2, 0, 1, 1]] + 1),
        (lambda x: x[:, np.newaxis] - x, (V,), abs(V)[:, None] + abs(V)),
        (lambda x: np.zeros_like(x) - x, (X,), ABS),
        (fill_zeros, (X,), ABS + 1),
        (fill_plain, (X,), 3 * ABS + 1),
        (step, (X,), 2 * (ABS + 0.5 * ABS.sum(axis=0))),
        (lambda x: np.array([np.sum(x) - 1, np.mean(x)]), (V,), [abs(V).sum() + 1, abs(V).mean()]),
        (lambda x: [float(np.sum(x) - 1)], (V,), [abs(V).sum() + 1]),
        (lambda x: (np.array([row - 1 for row in x]) - x).T, (X,), (2 * ABS + 1).T),
        (lambda a, b: a - b, (3.0, 2.0), 5),
        (lambda a: copy.deepcopy(a) - 1, (X,), ABS + 1),
        (lambda x: x.astype(np.float64).flatten() - 1, (X,), ABS.flatten() + 1),
        (lambda x: x - 1 if isinstance(x, np.ndarray) else x, (X,), ABS + 1),
        (lambda x: np.atleast_2d(x) - 1, (V,), abs(V)[None] + 1),
        (lambda x: np.repeat(x, 2) - 1, (V,), abs(V).repeat(2) + 1),
        (lambda x: x - np.eye(3)[np.argmax(x, axis=1)], (X,), ABS + np.eye(3)[X.argmax(axis=1)]),
        (lambda x: math.fsum([len(x), x.shape[1], x.ndim]) - x, (X,), ABS + 9),
    ],
)
def test_magnitudes_are_the_terms_added_up(function: Callable[..., Any], args: Any, expected: Any) -> None:
    """Every subtraction is an addition, every value its absolute value."""
    found = magnitudes_of(function, *args)
    if expected is None:
        assert found is None
    else:
        assert np.allclose(np.asarray(found), expected, rtol=1e-14)


@pytest.mark.parametrize(
    "function",
    [
        np.var,
        lambda x: np.std(x, axis=0),
        np.linalg.norm,
        lambda x: x**-1.5,
        lambda x: x**x,
        lambda x: 1 / (1 + np.exp(-x)),
        lambda x: np.log(np.sum(np.exp(x))),
        np.log1p,
        np.expm1,
        np.cos,
        np.square,
    ],
)
def test_an_answer_is_never_larger_than_its_terms(function: Callable[[Any], Any]) -> None:
    """S is at least the number itself, for the rounding of the number itself counts too."""
    result, size = run_on_magnitudes(function, ABS)
    assert np.all(size >= np.abs(result) * (1 - 1e-12))


@pytest.mark.parametrize(
    "function",
    [
        lambda x: np.linalg.inv(x[:3]),
        np.median,
        lambda x: np.apply_along_axis(np.sum, 1, x),
        lambda x: np.asarray(x) * 2 - 1,
        lambda x: float(np.sum(x)) * 2 - 1,
        lambda x: math.exp(np.mean(x)),
        lambda x: x.view(np.int64),
        lambda x: np.tanh(np.asarray(x) - 1 / 3) @ W - x @ W,
        lambda x: (np.asarray(x - 1) / 3) @ W - x @ W,
        lambda _: np.arange(3.0),
        lambda _: "text",
        lambda _: None,
        lambda x: bool(x[0, 0] > 0),
        np.frompyfunc(abs, 1, 1),
    ],
)
def test_what_cant_be_followed_has_no_magnitude(function: Callable[[Any], Any]) -> None:
    """A check then has its default, which is wide enough; it is never crashed by what a reference does."""
    result, size = run_on_magnitudes(function, X)
    assert size is None
    wanted = function(X)
    assert result is wanted or np.array_equal(result, wanted)


def test_a_run_that_takes_another_way_says_nothing() -> None:
    """What asks for the type of its argument may compute something else with it."""
    assert magnitudes_of(lambda x: x - 1 if type(x) is np.ndarray else x + 1, X) is None


def test_results_keep_their_structure() -> None:
    """Dicts stay dicts, tuples become lists, and what is no number has None."""

    def function(x: Array, labels: Array, name: str) -> Any:
        return {"loss": np.sum(x) - 1, "pair": (x[labels], name), "n": len(x)}

    found = magnitudes_of(function, X, np.array([0, 2]), "kim")
    assert np.allclose(found["loss"], ABS.sum() + 1)
    assert np.allclose(found["pair"][0], ABS[[0, 2]])
    assert found["pair"][1] is None
    assert found["n"] is None


def test_what_an_object_keeps_has_it_too() -> None:
    """Attributes, dicts of parameters, and arrays that were set in place."""

    class Layer:
        def __init__(self) -> None:
            self.params = {"W": np.ones((3, 5)) / 3}

        def forward(self, x: Array) -> Array:
            self.x = x - 1
            return self.x @ self.params["W"]

        def backward(self, dout: Array) -> None:
            self.grads = {"W": self.x.T @ dout}

    def use(module: Any, x: Array, dout: Array, w: Array) -> Any:
        layer = module.Layer()
        layer.params["W"][...] = w
        out = layer.forward(x)
        layer.backward(dout)
        return out, layer.grads

    out, grads = magnitudes_of(use, SimpleNamespace(Layer=Layer), X, Y, W[:, :5])
    assert np.allclose(out, (ABS + 1) @ abs(W))
    assert np.allclose(grads["W"], (ABS + 1).T @ abs(Y))


def test_inputs_stay_as_they_are() -> None:
    """The function works on copies, float32 as float64, in lists and dicts too."""

    def spoil(x: Array, more: Any) -> Any:
        assert x.dtype == more["t"][0].dtype == np.float64
        x += 1
        more["t"][0][...] = 0
        return x

    x, t = X.astype(np.float32), np.ones(3)
    result, size = run_on_magnitudes(spoil, x, {"t": [t]})
    assert np.array_equal(x, X.astype(np.float32))
    assert np.all(t == 1)
    assert np.allclose(size, abs(x.astype(np.float64)) + 1)
    assert np.array_equal(result, x.astype(np.float64) + 1)


@pytest.mark.parametrize("seed", range(20))
def test_rounding_errors_stay_within(seed: int) -> None:
    """Softmax and cross entropy in float32 are within a few u·S of float64, also where scores are large."""
    rng = np.random.default_rng(seed)
    scores, t = 10 * rng.normal(size=(5, 7)), np.eye(7)[rng.integers(0, 7, 5)]

    def loss(a: Array, t: Array) -> Any:
        e = np.exp(a - a.max(axis=1, keepdims=True))
        y = e / e.sum(axis=1, keepdims=True)
        return {"y": y, "dx": (y - t) / len(a), "loss": -np.sum(t * np.log(y + 1e-7)) / len(a)}

    exact, sizes = run_on_magnitudes(loss, scores, t)
    rounded = loss(scores.astype(np.float32), t.astype(np.float32))
    for name, size in sizes.items():
        assert np.max(np.abs(rounded[name] - exact[name]) / size) < 4 * 2.0**-24
