"""S of every entry of a reference's answer: a bound on the size of the terms that were added up."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np

from autograder.checks.magnified import LEFT, Magnified

# A run on magnitudes that gives other values took another way through the function, so it says nothing of this one.
_SAME: Final = 1e-9


def magnitudes_of(function: Callable[..., Any], *args: Any) -> Any:
    """Run a function on magnitudes.

    Parameters
    ----------
    function : callable
        Ordinary numpy code, such as the use of a reference solution. It runs twice, on copies of the arguments.
    *args : object
        What it takes. Arrays of floats and floats, also in lists, tuples and dicts, are followed.

    Returns
    -------
    object
        What the function returns, with an ndarray of float64 in place of each number or array: S of each of its
        entries. None in place of one whose S could not be found out, and of everything that is no number; a list
        in place of a tuple.
    """
    return run_on_magnitudes(function, *args)[1]


def run_on_magnitudes(function: Callable[..., Any], *args: Any) -> tuple[Any, Any]:
    """Run a function as it is, and on magnitudes.

    Returns
    -------
    result : object
        What the function returns for copies of the arguments.
    magnitudes : object
        What `magnitudes_of` returns.
    """
    result = function(*(copy_of(item) for item in args))
    token = LEFT.set({})
    try:
        magnified = function(*(_magnify(item) for item in args))
        return result, _pair(result, magnified)
    except Exception:  # noqa: BLE001 - whatever can't do with such arrays: there is a default without S
        return result, _pair(result, None)
    finally:
        LEFT.reset(token)


def copy_of(item: Any) -> Any:
    """Copy arrays in lists, tuples and dicts; float32 becomes float64."""
    return _change(item, _widen)


def _widen(item: Any) -> Any:
    if isinstance(item, np.ndarray):
        return item.astype(np.float64) if item.dtype.kind == "f" else item.copy()
    return float(item) if isinstance(item, np.floating) else item


def _magnify(item: Any) -> Any:
    def magnify(one: Any) -> Any:
        one = _widen(one)
        followed = isinstance(one, float) or (isinstance(one, np.ndarray) and one.dtype.kind == "f")
        return Magnified(one, np.abs(one)) if followed else one

    return _change(item, magnify)


def _change(item: Any, change: Callable[[Any], Any]) -> Any:
    if type(item) in {list, tuple}:
        return type(item)(_change(one, change) for one in item)
    if isinstance(item, dict):
        return {key: _change(one, change) for key, one in item.items()}
    return change(item)


def _pair(result: Any, magnified: Any) -> Any:
    """Give each number of a result the magnitude that was found for it."""
    if isinstance(result, Mapping):
        found = magnified if isinstance(magnified, Mapping) else {}
        return {key: _pair(item, found.get(key)) for key, item in result.items()}
    if isinstance(result, (list, tuple)):
        alike = isinstance(magnified, (list, tuple)) and len(magnified) == len(result)
        return list(map(_pair, result, magnified if alike else [None] * len(result)))
    return _size_of(result, magnified)


def _size_of(result: Any, magnified: Any) -> Any:
    if type(magnified) is not Magnified:
        magnified = _recognize(magnified)
        if magnified is None:
            return None
    value, wanted = magnified.value, np.asarray(result)
    if wanted.dtype.kind not in "iuf" or wanted.shape != value.shape or not np.all(np.isfinite(magnified.magnitude)):
        return None
    if not np.array_equal(value, wanted) and np.any(np.abs(value - wanted) > _SAME * np.max(np.abs(wanted))):
        return None
    return np.asarray(magnified.magnitude, dtype=np.float64)


def _recognize(plain: Any) -> Magnified | None:
    """Find the magnitudes of numbers that became plain ones on their way, if all are known."""
    left = LEFT.get()
    if not left or not isinstance(plain, (float, np.ndarray)) or np.result_type(plain).kind != "f":
        return None
    known = [left.get(value, 0.0 if value == 0 else None) for value in np.ravel(plain).tolist()]
    if None in known:
        return None
    return Magnified(plain, np.array(known, dtype=np.float64).reshape(np.shape(plain)))
