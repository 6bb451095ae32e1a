"""Where two answers part, but for rounding."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from autograder.rehearsal import Kept, Step

DOUBLE: Final = 1e-9
"""Share of the largest number around by which answers in float64 may differ."""
SINGLE: Final = 1e-4
"""The same where float32 takes part."""
_NUMBER: Final = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")


@dataclass
class Scale:
    """How large the numbers are that an answer may be made of, and how finely they are known.

    Attributes
    ----------
    largest : float
        Of all that went in so far.
    tolerance : float
        Share of the largest.
    """

    largest: float = 0.0
    tolerance: float = DOUBLE

    def take_in(self, step: Step) -> None:
        """Note what a question hands over."""
        for array in _floats((step.args, step.kwargs)):
            self.note(array)

    def note(self, array: np.ndarray) -> None:
        """Note one array."""
        finite = np.abs(array[np.isfinite(array)])
        self.largest = max(self.largest, float(finite.max(initial=0.0)))
        if array.dtype.itemsize < np.dtype(float).itemsize:
            self.tolerance = SINGLE


@dataclass(frozen=True)
class Parting:
    """Where two answers part.

    Attributes
    ----------
    place : str
        What leads from the answer to the part, as Python: ``["b1"]``, ``[0]``; empty for the whole.
    kind : str
        ``value``, ``left`` (an argument after the call), ``printed`` or ``fault``.
    ours, theirs : object
        The part of either.
    """

    place: str
    kind: str
    ours: Any
    theirs: Any


def is_usable(step: Step) -> bool:
    """Say whether the reference's answer binds a variant: where it fails or overflows, nobody is asked."""
    return step.fault is None and all(np.isfinite(array).all() for array in _floats((step.value, step.left)))


def find_parting(ours: Step, theirs: Step, scale: Scale) -> Parting | None:
    """Compare a usable answer of the reference with a variant's; None where they are the same.

    Looked at are the value, the arguments after the call, and what was printed.
    """
    if theirs.fault:
        return Parting("", "fault", ours.value, theirs.fault)
    for kind, one, other in (("value", ours.value, theirs.value), ("left", ours.left, theirs.left)):
        for place, mine, its in _partings(one, other, scale, ""):
            return Parting(place, kind, mine, its)
    lines = [_lines_of(step.printed) for step in (ours, theirs)]
    for mine, its in itertools.zip_longest(*lines, fillvalue=""):
        if not _same_line(mine, its, scale):
            return Parting("", "printed", mine, its)
    return None


def _partings(ours: Any, theirs: Any, scale: Scale, place: str) -> Iterator[tuple[str, Any, Any]]:
    if isinstance(ours, dict) and isinstance(theirs, dict) and ours.keys() == theirs.keys():
        for key in ours:
            yield from _partings(ours[key], theirs[key], scale, f"{place}[{key!r}]")
        return
    numbers, others = _as_array(ours), _as_array(theirs)
    if numbers is not None and others is not None:
        same = _same_numbers(numbers, others, scale)
    elif isinstance(ours, list | tuple) and isinstance(theirs, list | tuple) and len(ours) == len(theirs):
        for index, (one, other) in enumerate(zip(ours, theirs, strict=True)):
            yield from _partings(one, other, scale, f"{place}[{index}]")
        return
    elif isinstance(ours, Kept) and isinstance(theirs, Kept):
        same = type(ours.thing).__name__ == type(theirs.thing).__name__
    else:
        same = type(ours) is type(theirs) and numbers is others is None and bool(ours == theirs)
    if not same:
        yield place, ours, theirs


def _same_numbers(ours: np.ndarray, theirs: np.ndarray, scale: Scale) -> bool:
    if ours.shape != theirs.shape:
        return False
    own = Scale(scale.largest, scale.tolerance)
    for array in (ours, theirs):
        if array.dtype.kind in "fc":
            own.note(array)
    with np.errstate(all="ignore"):
        near = np.abs(ours.astype(complex) - theirs.astype(complex)) <= own.tolerance * own.largest
    return bool(np.all(near | (ours == theirs)))


def _lines_of(printed: str) -> list[str]:
    """Return the lines that say something: how they are spaced is nobody's mistake."""
    return [" ".join(line.split()) for line in printed.splitlines() if line.strip()]


def _same_line(ours: str, theirs: str, scale: Scale) -> bool:
    if ours == theirs:
        return True
    if _NUMBER.sub("#", ours) != _NUMBER.sub("#", theirs):
        return False
    numbers = [np.array([float(text) for text in _NUMBER.findall(line)]) for line in (ours, theirs)]
    return _same_numbers(numbers[0], numbers[1], scale)


def _as_array(value: Any) -> np.ndarray | None:
    if isinstance(value, np.ndarray):
        return value
    if isinstance(value, bool | int | float | complex | np.generic):
        return np.asarray(value)
    if isinstance(value, list | tuple):
        try:
            array = np.asarray(value)
        except (ValueError, TypeError):
            return None
        return array if array.dtype.kind in "biufc" else None
    return None


def _floats(value: Any) -> Iterator[np.ndarray]:
    """Yield every number with decimals in a value, as arrays."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list | tuple):
        for item in value:
            yield from _floats(item)
    elif isinstance(value, float | complex | np.ndarray | np.generic):
        array = np.asarray(value)
        if array.dtype.kind in "fc":
            yield array
