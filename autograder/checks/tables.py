"""A printed table beside the expected one: which numbers fit, and which lines belong together."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from autograder.checks.printouts import Number, Record
    from autograder.checks.values import Floats

RTOL: Final = 1e-6
"""Relative distance from the expected line. Other forms of the same descent are 4e-12 away, and data in
float32 put it off by 2e-7; the nearest wrong rule is 5e-3 away."""
RTOL_SINGLE: Final = 2e-5
"""The same where the descent itself ran in float32, which puts it off by 3e-6."""

# float32 prints at most 9 digits; an answer with so few can't be told from a rounded one.
_DIGITS_SINGLE: Final = 9
_FEWEST_DECIMALS: Final = 2
_FEWEST_DIGITS: Final = 3
_UNIT_HALF: Final = 2.0**-11


@dataclass(frozen=True)
class Format:
    """How a column was printed, and how far from the truth that leaves its numbers.

    Attributes
    ----------
    decimals, digits : int
        The most decimals and the most significant digits in the column.
    rtol : float
        Relative tolerance beside the rounding of the print, dimensionless.
    """

    decimals: int
    digits: int
    rtol: float

    def fits(self, number: Number, wanted: float) -> bool:
        """Tell whether a printed number is the wanted one."""
        return abs(number.value - wanted) <= self.tolerance(number, wanted)

    def tolerance(self, number: Number, wanted: float) -> float:
        """Return how far the number may be from the wanted one."""
        return self.rtol * abs(wanted) + self._half_unit_of(number)

    def is_coarse(self, number: Number, wanted: float) -> bool:
        """Tell whether a number is right as far as its few digits go."""
        away = abs(number.value - wanted)
        if self.decimals < _FEWEST_DECIMALS or self.digits < _FEWEST_DIGITS:
            return away <= _half_unit(number.decimals)
        return away <= RTOL_SINGLE * abs(wanted) or (away <= 2 * _UNIT_HALF * abs(wanted) and _is_half(number.value))

    def _half_unit_of(self, number: Number) -> float:
        """Return half a unit of the last place printed; 0 where too little was printed to judge by."""
        if self.decimals < _FEWEST_DECIMALS:
            return 0.0
        fixed = _half_unit(self.decimals)
        if self.digits < _FEWEST_DIGITS or not number.value or not math.isfinite(number.value):
            return fixed
        # {:.4g} keeps digits, {:.4f} keeps decimals: either may be the format.
        return max(fixed, _half_unit(self.digits - 1 - math.floor(math.log10(abs(number.value)))))


def _half_unit(decimals: int) -> float:
    return 0.5 * 10.0 ** -max(-300, min(300, decimals)) * (1 + 1e-9)


def _is_half(value: float) -> bool:
    with np.errstate(all="ignore"):
        return float(str(np.float16(value))) == value


def guess_format(numbers: Iterable[Number], rtol: float | None) -> Format:
    """Guess how a column was printed from all its numbers; `rtol` where the author knows better."""
    finite = [number for number in numbers if math.isfinite(number.value)]
    digits = max((number.digits for number in finite), default=0)
    if rtol is None:
        values = np.array([number.value for number in finite if not number.whole])
        with np.errstate(all="ignore"):
            single = digits <= _DIGITS_SINGLE or bool(np.all(values.astype(np.float32) == values))
        rtol = RTOL_SINGLE if single else RTOL
    return Format(max((number.decimals for number in finite), default=0), digits, rtol)


@dataclass(frozen=True)
class Table:
    """What is expected.

    Attributes
    ----------
    columns : tuple of str
        Names of the columns after the iteration.
    iterations : tuple of int
        The iteration of each line.
    values : ndarray of float64, shape (lines, columns)
        The numbers.
    """

    columns: tuple[str, ...]
    iterations: tuple[int, ...]
    values: Floats

    @property
    def rows(self) -> list[tuple[int, dict[str, float]]]:
        """Each iteration with its values by column."""
        return [
            (iteration, dict(zip(self.columns, map(float, row), strict=True)))
            for iteration, row in zip(self.iterations, self.values, strict=True)
        ]

    def keep(self, columns: Sequence[str]) -> Table:
        """Return the table with these columns only."""
        places = [self.columns.index(column) for column in columns]
        return Table(tuple(columns), self.iterations, self.values[:, places])


def find_departing(record: Record, row: dict[str, float], formats: dict[str, Format]) -> list[str]:
    """List the columns of a record that are missing or off."""
    return [
        column
        for column, wanted in row.items()
        if column not in record.values or not formats[column].fits(record.values[column], wanted)
    ]


def align(records: Sequence[Record], table: Table) -> dict[int, Record]:
    """Give each expected iteration the record that speaks of it: by its number, else by its position."""
    named: dict[int, Record] = {}
    for record in records:
        if record.iteration in table.iterations:
            known = named.get(record.iteration)
            if known is None or len(known.values) < len(record.values):
                named[record.iteration] = record
    if named and sum(record.iteration is not None for record in records) * 2 >= len(records):
        return named
    full = [record for record in records if len(record.values) == len(table.columns)] or list(records)
    if len(full) > max(table.iterations, default=0):
        # Every iteration was printed, so a record's position is its iteration.
        return {iteration: full[iteration] for iteration in table.iterations}
    return dict(zip(table.iterations, full, strict=False))
