"""An answer beside the right one: which entries are off, and what can be said about them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from autograder.checks import testimony
from autograder.checks.evidence import show_entries
from autograder.checks.failures import CheckFailed
from autograder.checks.relations import NamedFactors, name_arrangement, name_factor
from autograder.checks.values import (
    UNIT_DOUBLE,
    UNIT_SINGLE,
    Floats,
    Numbers,
    describe_shape,
    fetch,
    fit_shape,
    read_numbers_of,
)
from autograder.messages import Message, join, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

ROUNDINGS: Final = 64
"""Rounding errors of the size u·S that a right answer may be away from the reference."""

# Without a scale of the caller, S is the largest expected entry times this: room for terms that are
# larger than what is left of them after they cancel. float64 has digits to spare, float32 has not.
_ROOM_DOUBLE: Final = 256.0
_ROOM_SINGLE: Final = 4.0
# Expected values below this are what rounding left of zero, so their terms are taken to be of size 1.
_NOISE: Final = 1e-13
# Terms of size 1 may cancel to anything small; float32 would hide a small wrong answer there.
_FLOOR_DOUBLE: Final = 1.0
_FLOOR_SINGLE: Final = 1e-3

_UNIT_HALF: Final = 2.0**-11
_MOST_PLACES: Final = 4
_MOST_DECIMALS: Final = 12
_NEARLY: Final = 1e-5
_TWO_DIGITS: Final = 50


@dataclass(frozen=True)
class Comparison:
    """Two arrays of one shape, and how far apart rounding may bring them.

    Attributes
    ----------
    actual, expected, tolerance : ndarray of float64
        Of one shape; the tolerance is absolute.
    dtype : numpy.dtype
        The type that the answer came in.
    """

    actual: Floats
    expected: Floats
    tolerance: Floats
    dtype: np.dtype[Any]

    @property
    def wrong(self) -> NDArray[np.bool_]:
        """Which entries are off; NaN and inf always are."""
        with np.errstate(all="ignore"):
            close: NDArray[np.bool_] = np.abs(self.actual - self.expected) <= self.tolerance
        return ~(close & np.isfinite(self.actual))

    @property
    def is_right(self) -> bool:
        """Whether no entry is off."""
        return not bool(np.any(self.wrong))


def compare(
    actual: Any,
    expected: Any,
    *,
    what: str,
    scale: Any = None,
    rtol: float | None = None,
    single: bool = False,
) -> Comparison:
    """Bring an answer into the shape of the expected one and work out the tolerance.

    Returns
    -------
    Comparison
        Right or wrong: the caller decides what follows.

    Raises
    ------
    CheckFailed
        If the answer is not numbers or not of the expected shape.
    ValueError
        If the expected values are not finite numbers: the grader is wrong.
    """
    __tracebackhide__ = True
    target = np.asarray(expected)
    if target.dtype.kind not in "iuf" or not np.all(np.isfinite(target)):
        raise ValueError(f"the expected value of {what} is not made of finite numbers")
    wanted = target.astype(np.float64, copy=False)
    answer = fetch(actual)
    try:
        numbers = read_numbers_of(answer, what=what)
    except CheckFailed:
        testimony.state("refused", what, answer, right=False)
        raise
    array = fit_shape(numbers.array, wanted.shape)
    if array is None:
        testimony.state("refused", what, numbers.array, right=False)
        raise CheckFailed(_explain_shape(numbers, wanted, what))
    low = single or numbers.single or target.dtype == np.float32
    return Comparison(array, wanted, _tolerance(wanted, scale, rtol, single=low), numbers.dtype)


def _tolerance(expected: Floats, scale: Any, rtol: float | None, *, single: bool) -> Floats:
    unit = UNIT_SINGLE if single else UNIT_DOUBLE
    factor = ROUNDINGS * unit if rtol is None else rtol
    if scale is not None:
        bound = np.abs(np.asarray(scale, dtype=np.float64))
        return np.broadcast_to(factor * bound, expected.shape)
    largest = float(np.max(np.abs(expected), initial=0.0))
    if largest <= _NOISE:
        size = 1.0
    elif rtol is not None:
        size = largest
    elif single:
        size = max(_ROOM_SINGLE * largest, _FLOOR_SINGLE)
    else:
        size = max(_ROOM_DOUBLE * largest, _FLOOR_DOUBLE)
    return np.full(expected.shape, factor * size)


def _explain_shape(numbers: Numbers, expected: Floats, what: str) -> Message:
    actual = numbers.array
    if expected.ndim == 2 and actual.shape == expected.shape[::-1]:  # noqa: PLR2004 - two axes
        with np.errstate(all="ignore"):
            tolerance = _tolerance(expected.T, None, None, single=numbers.single)
            if np.all(np.abs(actual - expected.T) <= tolerance):
                return say("{what} is right but transposed.", what=what)
    if not expected.ndim:
        return say("{what} is {shape}; one number is expected.", what=what, shape=describe_shape(actual.shape))
    return say(
        "{what} is {shape}; {expected} is expected.",
        what=what,
        shape=describe_shape(actual.shape, expected.shape),
        expected=describe_shape(expected.shape, expected.shape),
    )


def explain(comparison: Comparison, *, what: str, named_factors: NamedFactors | None = None) -> CheckFailed:
    """Put a wrong answer into words.

    Returns
    -------
    CheckFailed
        Its message holds places and relations only, its detail some values too.
    """
    wrong = comparison.wrong
    message = _explain_not_finite(comparison, what) or _explain_precision(comparison, what)
    if message is None:
        message = _explain_entries(comparison, wrong, what, named_factors)
    evidence = show_entries(comparison.actual, comparison.expected, wrong, what=what)
    return CheckFailed(message, join(message, show_values(comparison, wrong, what)), evidence=evidence)


def _explain_not_finite(comparison: Comparison, what: str) -> Message | None:
    bad = ~np.isfinite(comparison.actual)
    if not np.any(bad):
        return None
    kind = "NaN" if np.any(np.isnan(comparison.actual)) else "inf"
    if comparison.actual.size == 1:
        return say("{what} is {kind}.", what=what, kind=kind)
    return say(
        "{what} holds {kind} in {count} of {size} entries: {places}.",
        what=what,
        kind=kind,
        count=int(np.count_nonzero(bad)),
        size=bad.size,
        places=name_places(bad, what),
    )


def _explain_precision(comparison: Comparison, what: str) -> Message | None:
    """Tell an answer that lost digits from a wrong one."""
    actual, expected = comparison.actual, comparison.expected
    away = np.abs(actual - expected)
    largest = float(np.max(np.abs(expected), initial=0.0))
    if comparison.dtype == np.float16 and np.all(away <= 8 * _UNIT_HALF * largest):
        return say("{what} agrees as far as float16 can tell: use float64 (or float32) to keep the digits.", what=what)
    cut = np.all(actual == np.trunc(expected)) and np.any(actual)
    if comparison.dtype.kind in "iu" and cut:
        return say("{what} has lost its decimals: integers cut them off.", what=what)
    if any(_is_rounded(comparison, decimals) for decimals in range(_MOST_DECIMALS + 1)):
        return say("{what} is rounded: return the full number and round only where it is printed.", what=what)
    if np.all(away <= np.maximum(_NEARLY * np.abs(expected), comparison.tolerance)):
        return say(
            "{what} is nearly right, but it agrees in its first digits only: "
            "is something rounded or of a short type, or is a small constant different?",
            what=what,
        )
    return None


def _is_rounded(comparison: Comparison, decimals: int) -> bool:
    """Tell whether the answer is the right one, rounded to so many decimals."""
    actual, expected = comparison.actual, comparison.expected
    half_unit = 0.5 * 10.0**-decimals
    if np.any(np.abs(actual) >= 10.0 ** (15 - decimals)) or np.any(np.abs(actual - expected) > half_unit * (1 + 1e-9)):
        return False
    if np.any(np.abs(np.round(actual, decimals) - actual) > 4 * UNIT_DOUBLE * np.abs(actual)):
        return False
    # Two digits at least must have survived where it is off, or 0 would pass for a rounded 0.3.
    telling = np.abs(expected[comparison.wrong]) >= _TWO_DIGITS * half_unit
    return bool(2 * np.count_nonzero(telling) >= telling.size)


def _explain_entries(
    comparison: Comparison, wrong: NDArray[np.bool_], what: str, named: NamedFactors | None
) -> Message:
    actual, expected, tolerance = comparison.actual, comparison.expected, comparison.tolerance
    relation = name_factor(actual, expected, tolerance, named) or name_arrangement(actual, expected, tolerance)
    if relation is not None:
        return say("{what} is {relation}.", what=what, relation=relation)
    if actual.size == 1:
        return say("{what} is not what it should be.", what=what)
    if np.all(wrong):
        return say("{what}: all {size} entries are off.", what=what, size=wrong.size)
    count = int(np.count_nonzero(wrong))
    places = name_places(wrong, what)
    part = name_factor(actual[wrong], expected[wrong], tolerance[wrong], named)
    if count == 1:
        if part is not None:
            return say("{place} is {relation}; the other entries are right.", place=places, relation=part)
        return say("{place} is off; the other entries are right.", place=places)
    summary = say(
        "{what}: {count} of {size} entries are off: {places}.", what=what, count=count, size=wrong.size, places=places
    )
    return summary if part is None else join(summary, say("Each of these is {relation}.", relation=part))


def name_places(chosen: NDArray[np.bool_], what: str) -> Message | str:
    """Name the chosen entries as in ``W1[0, 3]``, or the row or column that holds them all."""
    indices = np.argwhere(chosen)
    if chosen.ndim == 2 and len(indices) > 1:  # noqa: PLR2004 - two axes
        for axis, line in enumerate(
            (say("all of row {index}", index=indices[0, 0]), say("all of column {index}", index=indices[0, 1]))
        ):
            whole = chosen.shape[1 - axis]
            if len(indices) == whole and np.all(indices[:, axis] == indices[0, axis]):
                return line
    names = [_name_place(index, what) for index in indices[:_MOST_PLACES]]
    return ", ".join(names) + (", …" if len(indices) > _MOST_PLACES else "")


def _name_place(index: Sequence[int] | NDArray[Any], what: str) -> str:
    return f"{what}[{', '.join(str(int(i)) for i in index)}]" if len(index) else what


def show_values(comparison: Comparison, wrong: NDArray[np.bool_], what: str) -> Message:
    """Show the first wrong entries with what they should be: never for a hidden check."""
    shown = [
        say(
            "{place} = {actual}, expected {expected}",
            place=_name_place(index, what),
            **_format_pair(float(comparison.actual[tuple(index)]), float(comparison.expected[tuple(index)])),
        )
        for index in np.argwhere(wrong)[:_MOST_PLACES]
    ]
    return join(*shown, by="; ")


def _format_pair(actual: float, expected: float) -> dict[str, str]:
    """Write two different numbers so that they look different."""
    for digits in (6, 9, 17):
        pair = {"actual": f"{actual:.{digits}g}", "expected": f"{expected:.{digits}g}"}
        if pair["actual"] != pair["expected"]:
            break
    return pair
