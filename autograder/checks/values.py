"""What came back from the student's code, read as numbers or refused with a reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from autograder.checks.failures import CheckFailed
from autograder.messages import Message, say

Floats = NDArray[np.float64]

UNIT_DOUBLE: Final = 2.0**-53
UNIT_SINGLE: Final = 2.0**-24
# The lowest bits of a float64: all zero in a float32 value, and in a number of few binary digits.
_BELOW_SINGLE: Final = (1 << 29) - 1
_BELOW_SHORT: Final = (1 << 41) - 1
_DEEPEST_LIST: Final = 8
_TOO_LARGE: Final = 1 << 63
# A shape is the student's to choose, so it could carry a hidden input out: large sizes are not repeated.
_LONGEST_AXIS: Final = 999
_MOST_AXES: Final = 5


@dataclass(frozen=True)
class Numbers:
    """Numbers that a student's code returned.

    Attributes
    ----------
    array : ndarray of float64
        The values, in the shape they came in.
    dtype : numpy.dtype
        The type that they had.
    """

    array: Floats
    dtype: np.dtype[Any]

    @property
    def single(self) -> bool:
        """Whether float32 took part, as far as the values tell."""
        return self.dtype == np.float32 or holds_single(self.array)


def fetch(value: Any) -> Any:
    """Bring the data of a remote value here; plain data comes back as it is.

    Parameters
    ----------
    value : object
        A handle of something in the student's process, or plain data, or a
        list, tuple or dict of these.

    Returns
    -------
    object
        Plain data.
    """
    if isinstance(value, (list, tuple)):
        if any(is_remote(item) or isinstance(item, (list, tuple, dict)) for item in value):
            return type(value)(fetch(item) for item in value) if type(value) in {list, tuple} else value
        return value
    if type(value) is dict:
        return {key: fetch(item) for key, item in value.items()}
    return value.__autograder_fetch__() if is_remote(value) else value


def is_remote(value: object) -> bool:
    """Tell whether a value lies in the student's process, and this is a handle of it."""
    # Asked of the type: a handle answers to any attribute name.
    return hasattr(type(value), "__autograder_fetch__")


def read_numbers_of(value: Any, *, what: str) -> Numbers:
    """Read an answer as real numbers.

    Parameters
    ----------
    value : object
        A number, an array, or a list or tuple of these.
    what : str
        How messages call it, as in ``Loss(f_x, y)``.

    Returns
    -------
    Numbers
        The values as float64 and the type they came in.

    Raises
    ------
    CheckFailed
        If it is nothing, text, True or False, a dict, complex, or holds such.
    """
    __tracebackhide__ = True
    value = fetch(value)
    array = _to_array(value)
    if array is None or array.dtype.kind not in "iufc":
        raise CheckFailed(_refuse(value if array is None or array.dtype.kind == "O" else array, what))
    if array.dtype.kind == "c":
        if np.any(array.imag != 0):
            raise CheckFailed(say("{what} holds complex numbers; real numbers are expected.", what=what))
        array = array.real
    with np.errstate(all="ignore"):
        return Numbers(array.astype(np.float64, copy=False), array.dtype)


def _to_array(value: Any) -> NDArray[Any] | None:
    if isinstance(value, (np.ndarray, np.generic)):
        return np.asarray(value)
    if isinstance(value, (int, float, complex)):
        return np.asarray(value)
    if not isinstance(value, (list, tuple)) or _first_bad(value) is not None:
        return None
    try:
        return np.asarray(value)
    except (ValueError, TypeError, OverflowError):
        return _join_singles(value)


def _join_singles(value: list[Any] | tuple[Any, ...]) -> NDArray[Any] | None:
    """Read ``[array([1.0]), 2.0]`` as two numbers; None for a ragged list."""
    items = [_to_array(item) for item in value]
    if any(item is None or item.size != 1 for item in items):
        return None
    return np.asarray([item.reshape(()) for item in items if item is not None])


def _first_bad(value: Any, depth: int = 0) -> tuple[str, Any] | None:
    """Find the first thing in a list that is not a number, and its index."""
    for index, item in enumerate(value):
        if isinstance(item, (list, tuple)):
            inner = _first_bad(item, depth + 1) if depth < _DEEPEST_LIST else ("", item)
            if inner is not None:
                return f"[{index}]{inner[0]}", inner[1]
        elif not _is_number(item):
            return f"[{index}]", item
    return None


def _is_number(item: object) -> bool:
    if isinstance(item, int):
        return not isinstance(item, bool) and abs(item) < _TOO_LARGE
    return isinstance(item, (float, complex, np.ndarray, np.number))


def _refuse(value: Any, what: str) -> Message:
    """Say why an answer can't be read as numbers."""
    if isinstance(value, (list, tuple)):
        bad = _first_bad(value)
        if bad is None and isinstance(value, tuple):
            return say("{what} returned a tuple of {count} values; one array is expected.", what=what, count=len(value))
        if bad is None:
            return say("{what} is a ragged list: its rows don't have the same length.", what=what)
        if bad[0]:
            return _refuse_one(bad[1], what + bad[0])
    return _refuse_one(value, what)


def _refuse_one(value: Any, place: str) -> Message:
    if value is None:
        if place.endswith(")"):
            return say("{what} returned nothing (None): is the `return` missing?", what=place)
        return say("{what} is None: was it never set?", what=place)
    if isinstance(value, int) and not isinstance(value, bool):
        return say("{what} is a number far too large.", what=place)
    return say("{what} is {kind}; a number is expected.", what=place, kind=_name_kind(value))


def _name_kind(value: Any) -> Message:
    kind = value.dtype.kind if isinstance(value, (np.ndarray, np.generic)) else ""
    if isinstance(value, bool) or kind == "b":
        return say("True or False")
    if isinstance(value, (str, bytes)) or kind in {"U", "S"}:
        return say("text")
    if isinstance(value, Mapping):
        return say("a dict")
    return say("neither a number nor an array of numbers")


def holds_single(array: Floats) -> bool:
    """Tell whether every value fits float32 and not all are short numbers such as 0, 1 or 2.5.

    ``float(loss)`` of a float32 loss is such a value: its type forgot where it
    came from, its binary digits did not.
    """
    # A one-hot answer also fits float32; it must not buy the wider tolerance.
    bits = np.ascontiguousarray(array).view(np.int64)
    return not np.any(bits & _BELOW_SINGLE) and bool(np.any(bits & _BELOW_SHORT))


def took_single(*values: Any) -> bool:
    """Tell whether any of these values is float32, such as a student's own parameters.

    Parameters
    ----------
    *values : object
        Arrays, numbers or handles of them.

    Returns
    -------
    bool
        To hand to ``single=`` of `assert_close` and `assert_gradient`.
    """
    return any(getattr(fetch(value), "dtype", None) == np.float32 for value in values)


def fit_shape(array: Floats, shape: tuple[int, ...]) -> Floats | None:
    """Give an array the expected shape where only axes of length 1 differ.

    A column (2, 1) serves where (2,) is expected, and a scalar may come as (1, 1);
    a row is no column, so (1, 2) does not serve where (2, 1) is expected.

    Returns
    -------
    ndarray of float64 or None
        None where the shape does not fit.
    """
    if array.shape == shape:
        return array
    squeezed = tuple(axis for axis in array.shape if axis != 1)
    if squeezed != tuple(axis for axis in shape if axis != 1):
        return None
    return array.reshape(shape) if squeezed in (array.shape, shape) or not squeezed else None


def describe_shape(shape: tuple[int, ...], known: tuple[int, ...] = ()) -> Message:
    """Name a shape for a message; large sizes only where `known` holds them too."""
    if not shape:
        return say("a single number")
    axes = [str(axis) if axis <= _LONGEST_AXIS or axis in known else f"{_LONGEST_AXIS}+" for axis in shape[:_MOST_AXES]]
    text = ", ".join(axes) + (", …" if len(shape) > _MOST_AXES else "," if len(shape) == 1 else "")
    return say("an array of shape ({axes})", axes=text)
