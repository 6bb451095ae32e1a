"""Judging what a training loop printed against the expected table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from autograder.checks import testimony
from autograder.checks.departures import explain_trajectory
from autograder.checks.evidence import Evidence, show_curve
from autograder.checks.failures import CheckFailed
from autograder.checks.printouts import Number, Record, read_numbers, read_records
from autograder.checks.tables import Format, Table, align, find_departing, guess_format
from autograder.messages import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from autograder.checks.dynamics import Dynamics
    from autograder.checks.relations import NamedFactors
    from autograder.checks.values import Floats

# Numbers that may stand between those of one row, such as a second counter.
_STRAY: Final = 4


def assert_trajectory(
    printed: str,
    expected: Any,
    *,
    what: str,
    columns: Sequence[str] = ("loss", "w0", "w1"),
    rtol: float | None = None,
    named_factors: NamedFactors | None = None,
    judged: Sequence[str] | None = None,
    dynamics: Dynamics | None = None,
) -> None:
    """Fail unless the expected lines can be read from what was printed, in order.

    Any format and language will do, and other prints may stand between. Numbers
    may be rounded to two decimals or more, or come from float32.

    Parameters
    ----------
    printed : str
        What the student's code printed.
    expected : array_like
        The table, shape (lines, 1 + columns): the iteration, then the columns.
    what : str
        How messages call the run, as in ``main()``.
    columns : sequence of str
        Names of the columns after the iteration, in the order of the table; labels
        in the text are matched with them.
    rtol : float, optional
        Relative tolerance, dimensionless, beside half a unit of the last place
        printed; by default 1e-6, or 2e-5 where float32 or few digits were printed.
    named_factors : mapping of str to float, optional
        Sizes that a column may be off by, such as ``{"N": 4}``.
    judged : sequence of str, optional
        The columns that must be right, all by default. The others only help to tell
        which number is which.
    dynamics : Dynamics, optional
        The wrong rules that people come up with: names the one that was run.

    Raises
    ------
    CheckFailed
        If nothing was printed, or lines, columns or digits are missing, or from
        some line on the numbers are others.
    ValueError
        If the expected table doesn't have these columns.
    """
    __tracebackhide__ = True
    array = np.asarray(expected, dtype=np.float64)
    if array.ndim != 2 or array.shape[1] != len(columns) + 1 or not np.all(np.isfinite(array)):  # noqa: PLR2004
        raise ValueError("the expected trajectory needs rows of finite numbers: the iteration and one for each column")
    if not printed.strip():
        raise CheckFailed(say("{what} printed nothing.", what=what))
    table = Table(tuple(columns), tuple(int(step) for step in array[:, 0]), array[:, 1:])
    records = read_records(printed, table.columns)
    if not records:
        raise CheckFailed(say("{what} printed text, but no numbers that could be read.", what=what))
    formats = {
        column: guess_format((record.values[column] for record in records if column in record.values), rtol)
        for column in table.columns
    }
    if _follows_records(records, table, formats) or _follows_numbers(read_numbers(printed), table, rtol):
        return
    some, kept = (table, records) if judged is None else (table.keep(judged), _keep(records, judged))
    if judged is None or not _follows_records(kept, some, formats):
        _state(kept, some, formats, what)
        if testimony.is_wordless():
            raise CheckFailed(None)
        failure = explain_trajectory(kept, some, formats, what=what, named_factors=named_factors)
        mistakes = dynamics.name(records, table, formats) if dynamics else ()
        raise CheckFailed(failure.message, failure.detail, evidence=_show(kept, some, formats), mistakes=mistakes)


def _state(records: Sequence[Record], table: Table, formats: dict[str, Format], what: str) -> None:
    """Note the numbers line by line, NaN where one is missing."""
    aligned = align(records, table)
    actual, tolerance = np.full(table.values.shape, np.nan), np.zeros(table.values.shape)
    for line, (iteration, row) in enumerate(table.rows):
        for place, (column, wanted) in enumerate(row.items()):
            number = aligned[iteration].values.get(column) if iteration in aligned else None
            if number is not None:
                actual[line, place], tolerance[line, place] = number.value, formats[column].tolerance(number, wanted)
    testimony.state("compared", what, actual, right=False, expected=table.values, tolerance=tolerance)


def _keep(records: Sequence[Record], columns: Sequence[str]) -> list[Record]:
    """Look at some columns only, in the records that have all of them; in any, if none has."""
    kept = [
        Record(record.iteration, {name: value for name, value in record.values.items() if name in columns})
        for record in records
    ]
    return [record for record in kept if len(record.values) == len(columns)] or kept


def _follows_records(records: Sequence[Record], table: Table, formats: dict[str, Format]) -> bool:
    """Tell whether every expected row is a record, in order."""
    remaining = iter(records)
    return all(any(not find_departing(record, row, formats) for record in remaining) for _, row in table.rows)


def _show(records: Sequence[Record], table: Table, formats: dict[str, Format]) -> list[Evidence]:
    """Show the first column that departs, beside what is expected."""
    aligned = align(records, table)
    departing = {
        column
        for iteration, row in table.rows
        if iteration in aligned
        for column in find_departing(aligned[iteration], row, formats)
    }
    column = next((column for column in table.columns if column in departing), table.columns[0])
    numbered = {record.iteration: record for record in records if record.iteration is not None}
    actual = {
        iteration: record.values[column].value
        for iteration, record in sorted((numbered | aligned).items())
        if column in record.values
    }
    return show_curve(actual, {iteration: row[column] for iteration, row in table.rows}, what=column)


def _follows_numbers(numbers: Sequence[Number], table: Table, rtol: float | None) -> bool:
    """Tell whether the numbers of every row follow one another, whatever the labels look like."""
    style = guess_format((number for number in numbers if not number.whole), rtol)
    reach, start = len(table.columns) + _STRAY, 0
    for row in table.values:
        while start < len(numbers) and not _starts_row(numbers, start, row, style, reach):
            start += 1
        if start == len(numbers):
            return False
        start += 1
    return True


def _starts_row(numbers: Sequence[Number], start: int, row: Floats, style: Format, reach: int) -> bool:
    if not style.fits(numbers[start], float(row[0])):
        return False
    rest = iter(numbers[start + 1 : start + reach])
    return all(any(style.fits(number, float(wanted)) for number in rest) for wanted in row[1:])
