"""What a call may leave behind: nothing in its arguments, nothing that the next call sees."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from autograder.checks import testimony
from autograder.checks.differences import ROUNDINGS
from autograder.checks.failures import CheckFailed
from autograder.checks.values import UNIT_DOUBLE, UNIT_SINGLE, fetch
from autograder.messages import Message, say

_SHORT_NAME: Final = re.compile(r"[A-Za-z]{1,2}\d?")


def assert_unchanged(before: Any, after: Any, *, what: str | Sequence[str]) -> None:
    """Fail if a call changed what it was given or what it should keep.

    Parameters
    ----------
    before : object
        A copy from before the call: a number or array, or a list, tuple or dict
        of them, such as all arguments.
    after : object
        The same things after the call, such as ``observed.arguments``. A value
        that was moved and put back may differ by rounding error.
    what : str or sequence of str
        How messages call it; for a sequence of things one name each, as in
        ``what=("x", "t")``.

    Raises
    ------
    CheckFailed
        If anything has another value, shape or length.
    ValueError
        If the names are not as many as the things.
    """
    __tracebackhide__ = True
    found = fetch(after)
    names = what
    if isinstance(what, str):
        place = _find_change(before, found, what)
    else:
        if not isinstance(before, Sequence) or len(before) != len(what):
            raise ValueError("assert_unchanged: one name for each thing is needed")
        names = what[0]
        place = names if not isinstance(found, Sequence) or len(found) != len(before) else None
        if place is None:
            pairs = zip(before, found, what, strict=True)
            place = next((spot for old, new, name in pairs if (spot := _find_change(old, new, name))), None)
    testimony.state("kept", str(place or names), found, right=place is None)
    if place is not None:
        message = say("{place} was changed: work on a copy, or put the old value back.", place=place)
        raise CheckFailed(message)


def assert_same_again(first: Any, again: Any, *, what: str) -> None:
    """Fail unless the same input, given again after others, led to the same answer.

    Run batches A, B, then smaller ones, then A again: something that was kept
    from an earlier batch shows as another answer to the same question.

    Parameters
    ----------
    first, again : object
        The answers to the same input: numbers or arrays, or a list, tuple or
        dict of them.
    what : str
        How messages call the answer.

    Raises
    ------
    CheckFailed
        If the answers differ by more than rounding error.
    """
    __tracebackhide__ = True
    found = fetch(again)
    place = _find_change(fetch(first), found, what)
    testimony.state("repeated", what, found, right=place is None)
    if place is not None:
        raise CheckFailed(_explain_memory(place))


def _explain_memory(place: str) -> Message:
    return say(
        "{place} is another one when the same input comes a second time: is something kept from an earlier call?",
        place=place,
    )


def _find_change(before: Any, after: Any, place: str) -> str | None:
    """Find where two values differ; None where they are the same."""
    if isinstance(before, Mapping):
        if not isinstance(after, Mapping) or len(after) != len(before) or not all(key in after for key in before):
            return place
        pairs = [(old, after[key], place + _name_key(key)) for key, old in before.items()]
    elif isinstance(before, (list, tuple)):
        if not isinstance(after, (list, tuple, np.ndarray)) or len(after) != len(before):
            return place
        pairs = [(old, after[index], f"{place}[{index}]") for index, old in enumerate(before)]
    else:
        return None if _is_same(before, after) else place
    return next((spot for old, new, inner in pairs if (spot := _find_change(old, new, inner)) is not None), None)


def _name_key(key: object) -> str:
    # A key may be the student's own text; only what looks like a parameter's name is repeated.
    return f"[{key!r}]" if isinstance(key, str) and _SHORT_NAME.fullmatch(key) else "[…]"


def _is_same(before: Any, after: Any) -> bool:
    old, new = np.asarray(before), np.asarray(after)
    if old.shape != new.shape:
        return False
    if old.dtype.kind not in "iuf" or new.dtype.kind not in "iuf":
        return bool(old.dtype.kind == new.dtype.kind and np.array_equal(old, new))
    unit = UNIT_SINGLE if np.float32 in (old.dtype, new.dtype) else UNIT_DOUBLE
    with np.errstate(all="ignore"):
        largest = float(np.max(np.abs(old), initial=0.0, where=np.isfinite(old)))
        near = np.abs(old.astype(np.float64) - new.astype(np.float64)) <= ROUNDINGS * unit * max(largest, 1.0)
    return bool(np.all(near | (old == new) | (np.isnan(old) & np.isnan(new))))
