"""Comparing an answer with the right one: values, shape, type, finiteness."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from autograder.checks import testimony
from autograder.checks.differences import compare, explain
from autograder.checks.failures import CheckFailed
from autograder.checks.values import Numbers, describe_shape, fetch, fit_shape, read_numbers_of
from autograder.messages import say

if TYPE_CHECKING:
    from autograder.checks.relations import NamedFactors


def assert_close(
    actual: Any,
    expected: Any,
    *,
    what: str,
    scale: Any = None,
    rtol: float | None = None,
    single: bool = False,
    named_factors: NamedFactors | None = None,
    also: Sequence[Any] = (),
) -> None:
    """Fail unless every entry agrees with the expected one to rounding error.

    An entry may be ``64·u·S`` away: u is the rounding unit, 1.1e-16, or 6e-8
    where float32 took part, and S bounds the terms that were added up.

    Parameters
    ----------
    actual : object
        The answer: a number, an array, or a list or tuple of numbers. Axes of
        length 1 may be more or fewer than expected.
    expected : array_like
        The right answer, finite.
    what : str
        How messages call the answer, as in ``Loss(f_x, y)``.
    scale : array_like, optional
        S: a bound on the magnitude of the terms of each entry, broadcastable to
        the shape of `expected`. By default the largest expected entry with room
        for terms that cancel. A difference quotient needs ``abs(f) / h`` here.
    rtol : float, optional
        Replaces ``64·u``, for methods that are not exact. Dimensionless, relative
        to `scale` or else to the largest expected entry.
    single : bool
        Whether float32 took part where the answer can't show it, as with a
        student's own parameters (see `took_single`).
    named_factors : mapping of str to float, optional
        Sizes that a wrong answer may be off by, such as ``{"N": 5}``; messages
        then call them by name.
    also : sequence of array_like
        Other answers that are as right.

    Raises
    ------
    CheckFailed
        If the answer is no number, has another shape, is not finite or is off.
    ValueError
        If the expected value is not finite.
    """
    __tracebackhide__ = True
    comparison = compare(actual, expected, what=what, scale=scale, rtol=rtol, single=single)
    is_right = comparison.is_right or any(
        compare(actual, other, what=what, scale=scale, rtol=rtol, single=single).is_right for other in also
    )
    testimony.state(
        "compared",
        what,
        comparison.actual,
        right=is_right,
        expected=comparison.expected,
        tolerance=comparison.tolerance,
        factors=named_factors or {},
    )
    if is_right:
        return
    if testimony.is_wordless():
        raise CheckFailed(None)
    raise explain(comparison, what=what, named_factors=named_factors)


def assert_shape(actual: Any, shape: tuple[int, ...], *, what: str) -> None:
    """Fail unless the answer is numbers of exactly this shape.

    Parameters
    ----------
    actual : object
        The answer.
    shape : tuple of int
        The shape that it must have; ``()`` is a single number.
    what : str
        How messages call the answer.

    Raises
    ------
    CheckFailed
        If the answer is no array of numbers or has another shape.
    """
    __tracebackhide__ = True
    found = read_numbers_of(actual, what=what).array.shape
    if found != tuple(shape):
        raise CheckFailed(
            say(
                "{what} is {shape}; {expected} is expected.",
                what=what,
                shape=describe_shape(found, shape),
                expected=describe_shape(shape, shape),
            )
        )


def assert_finite(actual: Any, *, what: str) -> None:
    """Fail if the answer holds NaN or inf.

    Parameters
    ----------
    actual : object
        The answer: numbers.
    what : str
        How messages call the answer.

    Raises
    ------
    CheckFailed
        If the answer is not made of finite numbers.
    """
    __tracebackhide__ = True
    _require_finite(read_numbers_of(actual, what=what), what)


def _require_finite(numbers: Numbers, what: str) -> None:
    __tracebackhide__ = True
    bad = ~np.isfinite(numbers.array)
    if not np.any(bad):
        return
    kind = "NaN" if np.any(np.isnan(numbers.array)) else "inf"
    if numbers.array.ndim == 0:
        raise CheckFailed(say("{what} is {kind}.", what=what, kind=kind))
    raise CheckFailed(say("{what} holds {kind}.", what=what, kind=kind))


def assert_scalar(actual: Any, *, what: str) -> None:
    """Fail unless the answer is one finite number; a (1,) or (1, 1) array is one too.

    Parameters
    ----------
    actual : object
        The answer.
    what : str
        How messages call the answer.

    Raises
    ------
    CheckFailed
        If it is anything but one finite number.
    """
    __tracebackhide__ = True
    numbers = read_numbers_of(actual, what=what)
    if fit_shape(numbers.array, ()) is None:
        shape = describe_shape(numbers.array.shape)
        raise CheckFailed(say("{what} is {shape}; one number is expected.", what=what, shape=shape))
    _require_finite(numbers, what)


def assert_keys(actual: Any, keys: Iterable[str], *, what: str) -> None:
    """Fail unless the answer is a dict that has all these keys; more are welcome.

    Parameters
    ----------
    actual : object
        The answer, such as a dict of gradients.
    keys : iterable of str
        Keys that it must have; case and underscores don't matter.
    what : str
        How messages call the answer.

    Raises
    ------
    CheckFailed
        If it is no dict or a key is missing.
    """
    __tracebackhide__ = True
    match_keys(actual, keys, what=what)


def match_keys(actual: Any, keys: Iterable[str], *, what: str) -> dict[str, Any]:
    """Find the items of a dict by their names, whatever case and underscores they are written with.

    Returns
    -------
    dict
        The items under the names asked for, in that order.

    Raises
    ------
    CheckFailed
        If it is no dict or a key is missing.
    """
    __tracebackhide__ = True
    found = fetch(actual)
    if found is None:
        raise CheckFailed(say("{what} returned nothing (None): is the `return` missing?", what=what))
    if not isinstance(found, Mapping):
        raise CheckFailed(say("{what} is not a dict.", what=what))
    loose = {_loosen(key): item for key, item in found.items() if isinstance(key, str)}
    items = {key: found.get(key, loose.get(_loosen(key), _ABSENT)) for key in keys}
    missing = [key for key, item in items.items() if item is _ABSENT]
    if missing:
        names = ", ".join(repr(key) for key in missing)
        raise CheckFailed(say("{what} has no {keys}.", what=what, keys=names))
    return items


_ABSENT = object()


def _loosen(key: str) -> str:
    return key.replace("_", "").casefold()
