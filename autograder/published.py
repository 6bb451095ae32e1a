"""Answers that are written into the code as figures: the exercise is asked again with other data.

An exercise that takes no arguments finds its data in the text of the
assignment, and so does whoever reads the right answers off a screen. Here the
data that stand in a submission become other data. Who computes then answers
otherwise; who answers the same has not computed, if other answers that stand
there change what he says.

Comments, docstrings and what is not Python are read like code: any text can
reach a program, and only what comes of it is judged.
"""

from __future__ import annotations

import ast
import bisect
import contextlib
import io
import math
import re
import types
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from autograder.checks import testimony
from autograder.checks.printouts import LONGEST_NUMBER
from autograder.sandbox.faults import StudentFault
from autograder.sandbox.remotes import Asked, Observed
from autograder.submissions import Submission
from autograder.submissions.sources import Cell

# A student's text is read by this, so no part of it may be tried twice: whether it is a number, `float` says.
_FIGURE: Final = re.compile(r"(?<![\w.])\.?\d\w*(?:\.\w*)?(?:(?<=[eE])[+-]\d+)?", re.ASCII)
_PRINTED: Final = re.compile(r"\d+\.?\d*(?:[eE][+-]?\d+)?")
_SMALL: Final = 10
"""Whole numbers up to this stand in any code, whatever it computes."""
_NEAR: Final = 1e-4
_DIGITS: Final = 6
"""Digits from which on a figure is known by them alone, wherever its point is."""
_OTHER: Final = 1.01
"""What a figure is multiplied by."""
_ROUNDED: Final = 2e-3
"""Printed with three digits, a figure and its other can still be told apart."""

Figures = frozenset[float]
Recognizer = Callable[[float], bool]
Run = Callable[..., Any]


@dataclass(frozen=True)
class Known:
    """What everybody knows of an exercise that takes no arguments.

    Attributes
    ----------
    data : frozenset of float
        The numbers that it computes with, as far as they are no answers.
    answers : frozenset of float
        The numbers that it prints and returns, as far as they are no data.
    """

    data: Figures
    answers: Figures


def what_is_known(solution: str, module: types.ModuleType, exercise: str) -> Known | None:
    """Return the figures of an exercise; None where it takes arguments or has no data of its own.

    Parameters
    ----------
    solution : str
        The text of the solution.
    module : ModuleType
        The same after it has run.
    """
    data = _data_of(solution, exercise)
    answers = _answers_of(getattr(module, exercise)) if data else frozenset()
    # What is both, such as the interval of a table, tells nothing.
    return Known(data - answers, answers - data) if data - answers else None


def _data_of(solution: str, exercise: str) -> Figures:
    for node in ast.parse(solution).body:
        if isinstance(node, ast.FunctionDef) and node.name == exercise and not ast.unparse(node.args):
            values = (inner.value for inner in ast.walk(node) if isinstance(inner, ast.Constant))
            numbers = (float(value) for value in values if isinstance(value, int | float))
            return frozenset(filter(_tells, numbers))
    return frozenset()


def _answers_of(function: Callable[[], object]) -> Figures:
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        try:
            returned = function()
        except Exception:  # noqa: BLE001 - a check that needs the answer says what is wrong with it
            returned = None
    numbers = {abs(float(found)) for found in _PRINTED.findall(printed.getvalue())}
    return frozenset(filter(_tells, numbers.union(_flat(returned))))


def _flat(returned: object) -> list[float]:
    """Return the sizes of the numbers that an exercise returns; none for what is not numbers."""
    with contextlib.suppress(TypeError, ValueError, OverflowError):
        return [abs(float(value)) for value in np.ravel(np.array(returned, dtype=float))]
    return []


def _tells(value: float) -> bool:
    return math.isfinite(value) and (value % 1 != 0 or value > _SMALL)


def holds_answers(submission: Submission, known: Known) -> bool:
    """Say whether a right answer stands in a submission as a figure: only then is there a reason to ask twice."""
    return any(map(_recognizer(known.answers), _figures_in(submission)))


def with_other_figures(submission: Submission, figures: Figures) -> Submission | None:
    """Return a submission with other numbers in place of these; None where there are none of them."""
    groups = _groups(submission)
    is_one = _recognizer(figures)
    changed = {name: tuple(_changed(cell, is_one) for cell in cells) for name, cells in groups.items()}
    return None if changed == groups else replace(submission, cells=changed.pop(""), modules=changed)


def _groups(submission: Submission) -> dict[str, tuple[Cell, ...]]:
    return {"": submission.cells, **submission.modules}


@dataclass(frozen=True)
class Asking:
    """Whom an exercise is asked of.

    Attributes
    ----------
    own : Asked
        A submission as it is.
    data, answers : Asked or None
        The same with other data, and with other answers; None where none of them stand in it.
    solution : Asked
        The solution with other data: a check that it passes tells nothing.
    """

    own: Asked
    data: Asked | None
    answers: Asked | None
    solution: Asked


def is_written_in(runs: Sequence[Run], asking: Asking) -> bool:
    """Tell whether the answers of an exercise are figures in its code.

    Parameters
    ----------
    runs : sequence of callable
        The checks of the exercise: each asks what it is given, and raises where an answer is wrong.
    asking : Asking
        A submission, and what became of it.
    """
    own, data, answers = asking.own, asking.data, asking.answers
    telling = [run for run in runs if data is None or not _passes(run, asking.solution)]
    passed = [run for run in telling if _passes(run, own)]
    if not passed or answers is None:
        return False
    if data is None:
        # Either the answers stand there, or somebody found another way to write the data.
        return not any(_passes(run, answers, crashed=True) for run in passed)
    return all(_passes(run, data) for run in passed) and not all(_passes(run, answers) for run in passed)


def are_handed_on(submission: Submission, own: Asked, answers: Asked | None, exercise: str) -> bool:
    """Tell whether all that an exercise says are figures of its text, which come out as they were put in.

    So somebody is found who writes answers in and watches whether his data are still the same. Who computes
    but one of his numbers is none.

    Parameters
    ----------
    submission : Submission
        What was handed in.
    own, answers : Asked
        The same behind the wall: as it is, and with other answers.
    exercise : str
        A function without arguments.
    """
    said = _numbers_said(own, exercise)
    if answers is None or not said or not all(map(_recognizer(frozenset(_figures_in(submission))), said)):
        return False
    others = _numbers_said(answers, exercise)
    return len(said) == len(others) and all(map(_is_other, said, others))


def _numbers_said(student: Asked, exercise: str) -> list[float]:
    """Return what is told by the numbers that an exercise returns and prints; counters are not printed to tell."""
    with testimony.unheard(), contextlib.suppress(StudentFault):
        seen: Observed = student.observe(getattr(student, exercise))
        printed = [value for value in _values_in(seen.printed) if value % 1]
        return list(filter(_tells, _flat(seen.value) + printed))
    return []


def _is_other(value: float, other: float) -> bool:
    return other == _next(value) or math.isclose(other, value * _OTHER, rel_tol=_ROUNDED)


def _passes(run: Run, student: Asked, *, crashed: bool = False) -> bool:
    """Say whether a check passes; `crashed` is what it is called where there is no answer to judge."""
    with testimony.unheard():
        try:
            run(student=student)
        except StudentFault:
            return crashed
        except AssertionError:
            return False
    return True


def _recognizer(figures: Figures) -> Recognizer:
    """Return what tells whether a number is one of these, in a time that hardly grows with how many they are."""
    row, digits = sorted(figures), {_digits(figure) for figure in figures}

    def is_one(value: float) -> bool:
        place = bisect.bisect(row, value)
        near = row[max(place - 1, 0) : place + 1]
        return _digits(value) in digits or any(math.isclose(value, figure, rel_tol=_NEAR) for figure in near)

    return is_one


def _figures_in(submission: Submission) -> Iterator[float]:
    for cells in _groups(submission).values():
        for cell in cells:
            yield from _values_in(cell.source)


def _values_in(text: str) -> Iterator[float]:
    values = (_value_of(found[0]) for found in _FIGURE.finditer(text))
    return (value for value in values if value is not None)


def _value_of(figure: str) -> float | None:
    """Return a number as it is written; None for what looks like one, or is longer than anybody writes."""
    with contextlib.suppress(ValueError):
        return float(figure) if len(figure) <= LONGEST_NUMBER else None
    return None


def _digits(value: float) -> str:
    """Return the first digits of a number that has enough of them to be known by these, wherever its point is."""
    digits = f"{value:.15e}".partition("e")[0].replace(".", "").rstrip("0")
    return digits[:_DIGITS] if len(digits) >= _DIGITS else repr(value)


def _next(value: float) -> int:
    return int(value * _OTHER) + 1


def _changed(cell: Cell, is_one: Recognizer) -> Cell:
    def other(found: re.Match[str]) -> str:
        value = _value_of(found[0])
        if value is None or not is_one(value):
            return found[0]
        return str(_next(value)) if found[0].replace("_", "").isdigit() else repr(value * _OTHER)

    return replace(cell, source=_FIGURE.sub(other, cell.source))
