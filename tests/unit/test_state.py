"""Tests of what a call may leave behind."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from autograder.checks import CheckFailed, assert_same_again, assert_unchanged

X = np.array([[1.0, -2.0], [0.1, 30.0]])


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (X, X.copy()),
        (X, X.tolist()),
        (X, (X + 1e-4) - 1e-4),
        (np.array([np.nan, np.inf]), np.array([np.nan, np.inf])),
        ([X, "a", None, 3, True], (X.copy(), "a", None, 3, True)),
        ({"W1": X, "b1": [1, 2]}, {"b1": [1, 2], "W1": X.copy()}),
        (np.arange(3), np.arange(3)),
    ],
)
def test_what_stayed_the_same_passes(before: Any, after: Any) -> None:
    """A copy, another container, and a value put back to rounding error are unchanged."""
    assert_unchanged(before, after, what="x")
    assert_same_again(before, after, what="x")


@pytest.mark.parametrize(
    ("before", "after", "place"),
    [
        (X, X + 1e-4, "x "),
        (X, X[0], "x "),
        (X, np.where(X > 1, np.nan, X), "x "),
        (X, None, "x "),
        ([X, X], [X, 2 * X], "x[1]"),
        ([X, X], [X], "x "),
        ({"W1": X}, {"W1": -X}, "x['W1']"),
        ({"W1": X}, {"W1": X, "secret=3.14": X}, "x "),
        ({"long name from a student": X}, {"long name from a student": -X}, "x[…]"),
        ({"W1": [X, X]}, {"W1": [X, -X]}, "x['W1'][1]"),
        ("a", "b", "x "),
        (True, 1, "x "),
    ],
)
def test_what_changed_is_named(before: Any, after: Any, place: str) -> None:
    """The message names the place, and never a text or a number of the student's."""
    for judge in (assert_unchanged, assert_same_again):
        with pytest.raises(CheckFailed) as caught:
            judge(before, after, what="x")
        assert f"{caught.value} ".startswith(place)
        assert "student" not in str(caught.value)
        assert "3.14" not in str(caught.value)


def test_arguments_have_names_of_their_own() -> None:
    """With one name for each argument, the spoiled one is called by its name."""
    assert_unchanged((X, 3), [X.copy(), 3], what=("x", "t"))
    with pytest.raises(CheckFailed, match="t was changed"):
        assert_unchanged((X, X), [X, X * 2], what=("x", "t"))
    with pytest.raises(CheckFailed, match="x was changed"):
        assert_unchanged((X, X), [X], what=("x", "t"))
    with pytest.raises(ValueError, match="one name for each"):
        assert_unchanged((X, X), [X, X], what=("x",))


def test_a_stale_cache_shows_on_the_second_visit() -> None:
    """Batches A, B, A again: an answer that remembers B is another one."""

    class Mask:
        """Keeps the mask of its first call."""

        mask: Any = None

        def __call__(self, x: Any) -> Any:
            """Return x where it is positive, by the mask of the call before."""
            mask, self.mask = self.mask, x > 0
            return x * (self.mask if mask is None else mask)

    layer, other = Mask(), np.array([[-1.0, 1.0], [1.0, -1.0]])
    first = layer(X)
    layer(other)
    with pytest.raises(CheckFailed, match="second time"):
        assert_same_again(first, layer(X), what="relu.forward(x)")
