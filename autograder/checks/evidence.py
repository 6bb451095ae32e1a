"""What a picture can show of a wrong answer: which entries are off, or a curve beside the expected one.

Plain JSON data, small enough to travel with a result. It holds expected values,
so it is made for public checks only, like the detail of a failure.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from autograder.checks.values import Floats

Evidence = dict[str, Any]
MOST_ENTRIES: Final = 1024
"""A larger array makes no small picture."""
MOST_POINTS: Final = 240
_FEWEST_ENTRIES: Final = 4
"""Of fewer a sentence can tell as much."""
_FEWEST_POINTS: Final = 2


def show_entries(actual: Floats, expected: Floats, wrong: NDArray[np.bool_], *, what: str) -> list[Evidence]:
    """Show which entries of an array are off.

    Parameters
    ----------
    actual, expected : ndarray of float64
        Of one shape.
    wrong : ndarray of bool
        Which entries are off.
    what : str
        How messages call the array.

    Returns
    -------
    list of dict
        One piece of evidence: ``kind`` (``entries``), ``what``, ``shape`` as rows and columns, and of every
        entry, row by row, ``wrong``, ``actual`` and ``expected``. Nothing where the array is too small or too large
        for a picture.
    """
    if not _FEWEST_ENTRIES <= wrong.size <= MOST_ENTRIES:
        return []
    columns = wrong.shape[-1]
    return [
        {
            "kind": "entries",
            "what": what,
            "shape": [wrong.size // columns, columns],
            "wrong": [bool(entry) for entry in wrong.flat],
            "actual": [_number(entry) for entry in actual.flat],
            "expected": [_number(entry) for entry in expected.flat],
        }
    ]


def show_curve(actual: Mapping[int, float], expected: Mapping[int, float], *, what: str) -> list[Evidence]:
    """Show what was printed at each iteration beside what is expected.

    Parameters
    ----------
    actual, expected : mapping of int to float
        By iteration, in order.
    what : str
        The name of the column.

    Returns
    -------
    list of dict
        One piece of evidence: ``kind`` (``curve``), ``what``, and the pairs of iteration and value, ``actual`` and
        ``expected``. Nothing where there are not two points of each.
    """
    curves = [_thin(curve) for curve in (actual, expected)]
    if any(len(curve) < _FEWEST_POINTS for curve in curves):
        return []
    return [{"kind": "curve", "what": what, "actual": curves[0], "expected": curves[1]}]


def _thin(curve: Mapping[int, float]) -> list[list[float | None]]:
    points = [[iteration, _number(value)] for iteration, value in curve.items()]
    step = math.ceil(len(points) / MOST_POINTS) or 1
    return points[::step]


def _number(value: float) -> float | None:
    """Return the number with the digits that a picture needs; None where JSON has no word for it."""
    return float(f"{value:.9g}") if math.isfinite(value) else None
