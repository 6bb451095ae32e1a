"""Tests of `assert_agrees`: one use of the student's work and of the reference, judged to rounding error."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from autograder.checks import CheckFailed, assert_agrees, between, fetch
from autograder.checks.inputs import sizes_of, vary
from autograder.rehearsal import Rehearsal, load

Array = NDArray[Any]

REFERENCE = """
import numpy as np

def scale(x, t):
    return np.mean(x * t)

def pair(x, t):
    return np.sum(x), x - t

def two(a, b):
    return a + b, a * b

class Affine:
    def __init__(self, W, b):
        self.W, self.b = W, b
    def forward(self, x):
        self.x = x
        return np.dot(x, self.W) + self.b
    def backward(self, dout):
        self.dW = np.dot(self.x.T, dout)
        self.db = np.sum(dout, axis=0)
        return np.dot(dout, self.W.T)

class Last:
    def forward(self, y, t):
        self.y, self.t = y, t
        return -np.sum(t * np.log(y + 1e-7)) / len(y)
    def backward(self):
        return (self.y - self.t) / len(self.y)
"""
RIGHT = load(REFERENCE, "reference")
RNG = np.random.default_rng(11)
X, DOUT, T = RNG.normal(size=(4, 3)), RNG.normal(size=(4, 5)), RNG.normal(size=(4, 3))
W, B = RNG.normal(size=(3, 5)), RNG.normal(size=5)


def submit(*edits: tuple[str, str]) -> Rehearsal:
    """Hand in the reference with some texts replaced."""
    text = REFERENCE
    for old, new in edits:
        assert old in text
        text = text.replace(old, new)
    return Rehearsal(load(text, "work"))


def affine(module: Any) -> Any:
    """Make a layer."""
    return module.Affine(W.copy(), B.copy())


def backward(layer: Any, x: Array, dout: Array) -> Any:
    """Run forward and backward."""
    out, dx = layer.forward(x), layer.backward(dout)
    return {"out": out, "dx": dx, "dW": layer.dW, "db": layer.db}


def scale(module: Any, x: Array, t: Array) -> Any:
    """Call the function."""
    return module.scale(x, t)


def said(*args: Any, **options: Any) -> str:
    """Return the English message of work that doesn't agree."""
    with pytest.raises(CheckFailed) as caught:
        assert_agrees(*args, **options)
    assert caught.value.message is not None
    assert caught.value.message["ko"] != caught.value.message["en"]
    return caught.value.message["en"]


EVERYTHING: dict[str, Any] = {
    "make": affine,
    "fresh": True,
    "keeps_inputs": True,
    "keeps": lambda layer: {"W": layer.W, "b": layer.b},
}


def test_right_work_agrees() -> None:
    """With everything that can be asked for, and with nothing."""
    assert_agrees(submit(), RIGHT, backward, X, DOUT, **EVERYTHING)
    assert_agrees(submit(), RIGHT, scale, X, T)
    loop = "sum(a * b for a, b in zip(x.ravel()[::-1], t.ravel()[::-1])) / x.size"
    assert_agrees(submit(("np.mean(x * t)", loop)), RIGHT, scale, X, T)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("np.sum(dout, axis=0)", "np.mean(dout, axis=0)", "right already: out, dx, dW. db is exactly 1/N of"),
        ("np.dot(self.x.T, dout)", "3 * np.dot(self.x.T, dout)", "dW is exactly x.shape[1] times"),
        ("np.dot(self.x.T, dout)", "np.dot(self.x.T, dout).round(4)", "dW is rounded"),
        ("np.dot(self.x.T, dout)", "np.dot(self.x.T, dout).astype('f2')", "as far as float16 can tell"),
        ("np.dot(dout, self.W.T)", "dout", "dx is an array of shape (4, 5); an array of shape (4, 3) is expected"),
        ("self.db = np.sum(dout, axis=0)", "self.db = None", "db is None"),
        ("self.dW = ", "self.dW = getattr(self, 'dW', 0) + ", "dW is another one when the same input comes"),
        ("self.x = x", "self.x = getattr(self, 'x', x) if len(x) == 4 else x", "dW is another one"),
        ("return np.dot(dout, self.W.T)", "self.W -= 1; return np.dot(dout, self.W.T + 1)", "W was changed"),
        ("return np.dot(dout, self.W.T)", "dx = np.dot(dout, self.W.T); dout *= 2; return dx", "dout was changed"),
        ("return np.dot(x, self.W) + self.b", "x = x.__imul__(2); return np.dot(x, self.W) / 2 + self.b", "dW is ex"),
    ],
)
def test_wrong_work_is_told_what_it_is(old: str, new: str, words: str) -> None:
    """Numbers before state, and what was changed before what it spoiled."""
    assert words in said(submit((old, new)), RIGHT, backward, X, DOUT, **EVERYTHING)


def test_an_input_that_is_changed_late_is_seen() -> None:
    """Also where the answer itself is right."""
    work = submit(("return np.mean(x * t)", "m = np.mean(x * t); t[0] = 0; return m"))
    assert_agrees(work, RIGHT, scale, X, T)
    assert "t was changed" in said(work, RIGHT, scale, X, T, keeps_inputs=True)


@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_both_precisions_are_right(kind: type) -> None:
    """Whether inputs, answers or parameters are float32; a float64 answer must have its digits."""
    assert_agrees(submit(), RIGHT, backward, X.astype(kind), DOUT.astype(kind), make=affine)
    cast = submit(("self.W, self.b = W, b", f"self.W, self.b = W.astype('{np.dtype(kind)}'), b.astype('f4')"))
    assert_agrees(cast, RIGHT, backward, X, DOUT, **EVERYTHING)
    assert_agrees(cast, RIGHT, backward, X, DOUT, make=affine, single=True)
    coarse = submit(("np.dot(self.x.T, dout)", "np.dot(self.x.T, dout).astype('f4').astype('f8') * (1 + 1e-12)"))
    assert "dW" in said(coarse, RIGHT, backward, X, DOUT, make=affine)


def test_answers_of_every_shape() -> None:
    """A tuple of arrays is judged part by part, one of numbers as one row, and a list may come for a tuple."""

    def pair(module: Any, x: Array, t: Array) -> Any:
        return module.pair(x, t)

    def two(module: Any, a: float, b: float) -> Any:
        return module.two(a, b)

    def nested(module: Any, x: Array, t: Array) -> Any:
        return {"grads": {"sum": module.pair(x, t)[0]}, "n": 2}

    assert_agrees(submit(), RIGHT, pair, X, T)
    assert_agrees(submit(("np.sum(x), x - t", "[np.sum(x), x - t]")), RIGHT, pair, X, T)
    assert "pair(x, t)[1] is right in size" in said(submit(("x - t", "t - x")), RIGHT, pair, X, T)
    assert "2 values are expected" in said(submit(("np.sum(x), x - t", "np.sum(x)")), RIGHT, pair, X, T)
    assert "2 values are expected" in said(submit(("np.sum(x), x - t", "None")), RIGHT, pair, X, T)
    assert_agrees(submit(("a + b, a * b", "np.array([a + b, a * b])")), RIGHT, two, 1.5, -2.5)
    assert "in reversed order" in said(submit(("a + b, a * b", "a * b, a + b")), RIGHT, two, 1.5, -2.5)
    assert_agrees(submit(), RIGHT, nested, X, T)
    wrong = submit(("np.sum(x), x - t", "2 * np.sum(x), x - t"))
    assert "grads['sum'] is exactly twice" in said(wrong, RIGHT, nested, X, T)


def test_cancelling_terms_are_no_excuse_and_no_fault() -> None:
    """Entries that nearly cancel may be off by the rounding of their terms, and no entry by that of a larger one."""

    def use(module: Any, x: Array, t: Array) -> Any:
        return module.pair(x, t)[1]

    x = np.array([[1e6, 1.0]])
    t = np.array([[1e6 - 1e-9, 0.5]])
    assert_agrees(submit(("x - t", "x - t + [[1e-10, 0]]")), RIGHT, use, x, t)
    assert "[0, 1] is off" in said(submit(("x - t", "x - t + [[0, 1e-4]]")), RIGHT, use, x, t, what="d")


def exact(module: Any, y: Array, t: Array) -> Any:
    """Differentiate the loss with its constant, and leave it out of the loss."""
    right = np.sum(t * y, axis=1, keepdims=True)
    last = module.Last()
    last.forward(y, t)
    return {"loss": -np.sum(t * np.log(y + (t == 0))) / len(y), "dx": last.backward() * right / (right + 1e-7)}


def last_layer(module: Any, y: Array, t: Array) -> Any:
    """Run the last layer."""
    last = module.Last()
    return {"loss": last.forward(y, t), "dx": last.backward()}


@pytest.mark.parametrize("constant", ["1e-7", "1e-8", "1e-12", "0"])
@pytest.mark.parametrize("share", ["", " * (p := np.sum(self.t * self.y, axis=1, keepdims=True)) / (p + 1e-7)"])
def test_both_derivatives_and_what_lies_between(constant: str, share: str) -> None:
    """The constant in the logarithm may be smaller, and the gradient that of the loss with it or without."""
    y, t = RNG.uniform(0.1, 1, size=(4, 5)), np.eye(5)[[0, 3, 1, 2]]
    y /= y.sum(axis=1, keepdims=True)
    work = submit(
        ("t * np.log(y + 1e-7)", f"np.log(y + {constant})[t > 0]"), ("(self.y - self.t)", f"(self.y - self.t){share}")
    )
    assert_agrees(work, RIGHT, last_layer, y, t, up_to=exact)
    for wrong in (("1e-7", "1e-5"), ("(self.y - self.t)", "(self.y - self.t) * (1 + 1e-5)")):
        said(submit(wrong), RIGHT, last_layer, y, t, up_to=exact)
    assert "dx is exactly N times" in said(
        submit(("(self.y - self.t) / len(self.y)", "self.y - self.t")), RIGHT, last_layer, y, t, up_to=exact
    )


def test_other_right_answers() -> None:
    """One answer of several is enough, and messages compare with the first."""
    work = submit(("np.mean(x * t)", "np.sum(x * t)"))
    assert_agrees(work, RIGHT, scale, X, T, also=[lambda module, x, t: module.scale(x, t) * x.size])
    assert "12 times" in said(
        work, RIGHT, scale, X, T, named_factors={"12": 12}, also=[lambda module, x, t: module.scale(x, t) * 7]
    )


def test_methods_that_are_not_exact_have_a_tolerance_of_their_own() -> None:
    """`rtol` replaces rounding, relative to the largest entry or to a scale."""
    work = submit(("np.mean(x * t)", "np.mean(x * t) * (1 + 1e-8)"))
    said(work, RIGHT, scale, X, T)
    assert_agrees(work, RIGHT, scale, X, T, rtol=1e-7)
    assert_agrees(work, RIGHT, scale, X, T, scale=1e9)
    said(work, RIGHT, scale, X, T, rtol=1e-9)


def test_an_answer_is_worked_out_once() -> None:
    """The next submission is compared with what is known, until inputs, code or what it has caught are others."""
    counted = load(REFERENCE.replace("return np.mean(x * t)", "calls.append(1); return np.mean(x * t)"), "counted")
    calls: list[int] = []
    vars(counted)["calls"] = calls
    for _ in range(3):
        assert_agrees(submit(), counted, scale, X, T)
    once = len(calls)
    assert once == 2
    assert_agrees(submit(), counted, scale, X + 1, T)
    assert len(calls) == 2 * once
    for factor in (2.0, 3.0):
        work = submit(("np.mean(x * t)", f"{factor} * np.mean(x * t)"))

        def use(module: Any, x: Array, t: Array, factor: float = factor) -> Any:
            return module.scale(x, t) * (factor if module is counted else 1)

        assert_agrees(work, counted, use, X, T)
    assert len(calls) == 4 * once


def test_what_the_author_forgot_is_an_error() -> None:
    """Of ours, not of the student's."""
    with pytest.raises(ValueError, match="what="):
        assert_agrees(submit(), RIGHT, lambda module, x, t: module.scale(x, t), X, T)
    with pytest.raises(ValueError, match="at least 4 rows"):
        assert_agrees(submit(), RIGHT, backward, X[:3], DOUT[:3], make=affine, fresh=True)
    with pytest.raises(TypeError, match="dict"):
        assert_agrees(submit(), RIGHT, backward, X, DOUT, make=affine, keeps=lambda layer: layer.W)
    with pytest.raises(ValueError, match="finite"):
        assert_agrees(submit(), RIGHT, scale, X * np.nan, T)


def test_batches() -> None:
    """B has the rows of A in another order for each input; what has no rows goes with every batch."""
    a, b, one, three, again = vary((X, DOUT, W, 0.5))
    assert a is again
    assert np.array_equal(np.sort(b[0], axis=0), np.sort(X, axis=0))
    assert not np.any(np.all(b[0] == X, axis=1))
    assert not np.allclose(b[0].T @ b[1], X.T @ DOUT)
    assert [len(batch[0]) for batch in (one, three)] == [1, 3]
    assert all(batch[2] is W and batch[3] == 0.5 for batch in (b, one, three))


def test_sizes_are_called_by_what_they_are() -> None:
    """A wrong name is worse than none: only the rows have a letter."""
    assert sizes_of((X, DOUT, 3.0), ("x", "dout", "h")) == {"N": 4, "x.shape[1]": 3, "dout.shape[1]": 5}
    assert sizes_of((B, X), ("b", "x")) == {"len(b)": 5, "N": 4, "x.shape[1]": 3}
    assert sizes_of((X[:, :1],), ("x",)) == {"N": 4}


def test_between_takes_anything() -> None:
    """An answer that is no numbers is left to the comparison."""
    assert between(None, 1.0, 2.0) == 1.0
    assert between("text", 1.0, 2.0) == 1.0
    assert between(np.ones((2, 2)), np.ones(3), np.ones(3) * 2).shape == (3,)
    assert between(1.5, 1.0, 2.0) == 1.5
    assert between(float("nan"), 1.0, 2.0) == 1.0


def test_the_work_is_used_as_if_nobody_looked() -> None:
    """Attributes, items, `has` and iteration pass through the watch."""

    def use(module: Any, x: Array, dout: Array) -> Any:
        layer = affine(module)
        layer.forward(x)
        layer.W[0, 0] = 2.0
        layer.b = layer.b
        return {"dx": layer.backward(dout), "W": fetch(layer.W)}

    assert_agrees(submit(), RIGHT, use, X, DOUT, keeps_inputs=True)
