"""Saying what is wrong with a printed trajectory: lines missing, or the first that departs."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

from autograder.checks.failures import CheckFailed
from autograder.checks.relations import NamedFactors, name_factor
from autograder.checks.tables import Format, Table, align, find_departing
from autograder.messages import Message, join, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from autograder.checks.printouts import Number, Record

# A factor is named only where so many digits were printed that chance is no explanation.
_COARSEST_FOR_FACTOR: Final = 5e-5
_MOST_NAMES: Final = 6


def explain_trajectory(
    records: Sequence[Record],
    table: Table,
    formats: dict[str, Format],
    *,
    what: str,
    named_factors: NamedFactors | None,
) -> CheckFailed:
    """Put into words why a printout does not follow the table.

    Parameters
    ----------
    records : sequence of Record
        What was read, at least one record.
    table : Table
        What is expected.
    formats : dict of str to Format
        How each column was printed.
    what : str
        How messages call the run.
    named_factors : mapping of str to float or None
        Sizes that a column may be off by.

    Returns
    -------
    CheckFailed
        Its message holds iterations and columns of the table only.
    """
    absent = [column for column in table.columns if all(column not in record.values for record in records)]
    if absent:
        return CheckFailed(say("{what}: no numbers were printed for {columns}.", what=what, columns=", ".join(absent)))
    aligned = align(records, table)
    return (
        _explain_departure(aligned, table, formats, what, named_factors)
        or _explain_alone(records, aligned, table, what)
        or _explain_lacking(aligned, table, what)
    )


def _explain_alone(
    records: Sequence[Record], aligned: dict[int, Record], table: Table, what: str
) -> CheckFailed | None:
    """Recognize a loop that printed only once."""
    found = [iteration for iteration in table.iterations if iteration in aligned]
    full = [record for record in records if len(record.values) == len(table.columns)]
    if len(found) != 1 or len(full) > 1 or len(table.iterations) == 1:
        return None
    if found[0] == table.iterations[0]:
        return CheckFailed(
            say(
                "{what} printed only iteration {iteration}: is the `return` inside the loop?",
                what=what,
                iteration=found[0],
            )
        )
    return CheckFailed(
        say("{what} printed only iteration {iteration}: is the print outside the loop?", what=what, iteration=found[0])
    )


def _explain_lacking(aligned: dict[int, Record], table: Table, what: str) -> CheckFailed:
    lacking = [str(iteration) for iteration in table.iterations if iteration not in aligned]
    if not lacking:
        return CheckFailed(say("{what}: the lines are right, but they don't stand in order.", what=what))
    names = ", ".join(lacking[:_MOST_NAMES]) + (", …" if len(lacking) > _MOST_NAMES else "")
    return CheckFailed(
        say("{what}: the lines of these iterations are missing: {iterations}.", what=what, iterations=names)
    )


def _explain_departure(
    aligned: dict[int, Record],
    table: Table,
    formats: dict[str, Format],
    what: str,
    named_factors: NamedFactors | None,
) -> CheckFailed | None:
    """Name the first line that departs; None where every line that was printed is right."""
    coarse = False
    for iteration, row in table.rows:
        record = aligned.get(iteration)
        departing = [] if record is None else find_departing(record, row, formats)
        if record is None or not departing:
            continue
        printed = {column: record.values[column] for column in departing if column in record.values}
        lacking = [column for column in departing if column not in printed]
        if lacking:
            return CheckFailed(
                say(
                    "{what}: iteration {iteration} has no {columns}.",
                    what=what,
                    iteration=iteration,
                    columns=", ".join(lacking),
                )
            )
        if any(not math.isfinite(number.value) for number in printed.values()):
            return CheckFailed(
                say("{what}: from iteration {iteration} on it printed NaN or inf.", what=what, iteration=iteration)
            )
        if all(formats[column].is_coarse(number, row[column]) for column, number in printed.items()):
            coarse = True
            continue
        message = join(
            _name_line(what, iteration, row, departing, label=record.iteration),
            *_name_factors(printed, row, formats, named_factors),
        )
        return CheckFailed(message, join(message, _show_values(printed, row)))
    if coarse:
        return CheckFailed(say("{what}: too few digits were printed to tell: print the full numbers.", what=what))
    return None


def _name_line(
    what: str, iteration: int, row: dict[str, float], departing: Sequence[str], *, label: int | None
) -> Message:
    right = [column for column in row if column not in departing]
    if label not in (None, iteration):
        # The student never printed an iteration of this number.
        return say(
            "{what}: a report is labelled {label} where {iteration} is expected.",
            what=what,
            label=label,
            iteration=iteration,
        )
    return join(
        say(
            "{what}: iteration {iteration} is the first that departs, in {columns}.",
            what=what,
            iteration=iteration,
            columns=", ".join(departing),
        ),
        say("Right there: {columns}.", columns=", ".join(right)) if right else None,
    )


def _name_factors(
    printed: dict[str, Number],
    row: dict[str, float],
    formats: dict[str, Format],
    named_factors: NamedFactors | None,
) -> list[Message]:
    """Name the factor that each column is off by, columns of one factor together."""
    together: dict[str, tuple[Message, list[str]]] = {}
    for column, number in printed.items():
        wanted = row[column]
        tolerance = formats[column].tolerance(number, wanted)
        if not number.value or tolerance > _COARSEST_FOR_FACTOR * abs(wanted):
            continue
        relation = name_factor(np.array([number.value]), np.array([wanted]), np.array([tolerance]), named_factors)
        if relation is not None:
            together.setdefault(relation["en"], (relation, []))[1].append(column)
    return [
        say("{what} is {relation}.", what=columns[0], relation=relation)
        if len(columns) == 1
        else say("Each of {columns} is {relation}.", columns=", ".join(columns), relation=relation)
        for relation, columns in together.values()
    ]


def _show_values(printed: dict[str, Number], row: dict[str, float]) -> Message:
    values = [
        say(
            "{place} = {actual}, expected {expected}",
            place=column,
            actual=f"{number.value:.10g}",
            expected=f"{row[column]:.10g}",
        )
        for column, number in printed.items()
    ]
    return join(*values, by="; ")
