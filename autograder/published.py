"""Answers that are written into the code as figures: the exercise is asked again with other data.

An exercise that takes no arguments finds its data in the text of the
assignment, and so does whoever reads the right answers off a screen. Here the
data that stand in a submission's code become other data. Who computes then
answers otherwise; who answers the same has not computed.
"""

from __future__ import annotations

import ast
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
from autograder.sandbox.faults import StudentFault
from autograder.sandbox.remotes import Asked
from autograder.submissions import Submission
from autograder.submissions.sources import Cell
from autograder.variants.code import Code, Edit, splice

_NUMBER: Final = re.compile(r"(?<![\w.])(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?(?![\w.])")
_PRINTED: Final = re.compile(r"\d+\.?\d*(?:[eE][+-]?\d+)?")
_SMALL: Final = 10
"""Whole numbers up to this stand in any code, whatever it computes."""
_NEAR: Final = 1e-4
_DIGITS: Final = 6
"""Digits from which on a figure is known by them alone, wherever its point is."""

Figures = frozenset[float]
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
            return frozenset(value for value in numbers if value % 1 or value > _SMALL)
    return frozenset()


def _answers_of(function: Callable[[], object]) -> Figures:
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        try:
            returned = function()
        except Exception:  # noqa: BLE001 - a check that needs the answer says what is wrong with it
            returned = None
    numbers = {abs(float(found)) for found in _PRINTED.findall(printed.getvalue())}
    with contextlib.suppress(TypeError, ValueError):
        numbers.update(abs(value) for value in np.ravel(np.array(returned, dtype=float)).tolist())
    return frozenset(value for value in numbers if math.isfinite(value) and (value % 1 or value > _SMALL))


def holds_answers(submission: Submission, known: Known) -> bool:
    """Say whether a right answer stands in the code as a figure: only then is there a reason to ask twice."""
    codes = (_parse(cell.source) for cells in _groups(submission).values() for cell in cells)
    digits = {_digits(answer) for answer in known.answers}
    return any(
        _digits(value) in digits or any(math.isclose(value, answer, rel_tol=_NEAR) for answer in known.answers)
        for value in {value for code in codes if code for value in _values_in(code)}
    )


def with_other_figures(submission: Submission, figures: Figures) -> Submission | None:
    """Return a submission with other numbers in place of these in its code; None where there are none of them."""
    groups = _groups(submission)
    changed = {name: tuple(_changed(cell, figures) for cell in cells) for name, cells in groups.items()}
    return None if changed == groups else replace(submission, cells=changed.pop(""), modules=changed)


def _groups(submission: Submission) -> dict[str, tuple[Cell, ...]]:
    return {"": submission.cells, **submission.modules}


def is_written_in(runs: Sequence[Run], own: Asked, other: Asked, solution: Asked | None) -> bool:
    """Tell whether the answers of an exercise are figures in its code.

    Parameters
    ----------
    runs : sequence of callable
        Its checks: each asks what it is given, and raises where an answer is wrong.
    own, other : Asked
        A submission as it is, and with other data.
    solution : Asked or None
        The solution with other data: a check that it passes tells nothing. Without it `other` has other answers
        instead of other data, and now the checks must fail.
    """
    telling = [run for run in runs if solution is None or not _passes(run, solution)]
    passed = [run for run in telling if _passes(run, own)]
    wanted = solution is not None
    return bool(passed) and all(_passes(run, other, crashed=not wanted) is wanted for run in passed)


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


def _parse(source: str) -> Code | None:
    with contextlib.suppress(SyntaxError, ValueError, RecursionError, MemoryError):
        return Code(source, ())
    return None


def _literals(code: Code) -> Iterator[ast.expr]:
    """Yield the numbers and the texts of a program, but for texts that are a statement by themselves."""
    waiting: list[ast.AST] = [code.tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            continue
        if isinstance(node, ast.Constant | ast.JoinedStr):
            yield node
        else:
            waiting += ast.iter_child_nodes(node)


def _values_in(code: Code) -> Iterator[float]:
    for node in _literals(code):
        for found in _NUMBER.findall(code.of(node)):
            yield float(found)


def _digits(value: float) -> str:
    """Return the first digits of a number that has enough of them to be known by these, wherever its point is."""
    digits = f"{value:.15e}".partition("e")[0].replace(".", "").rstrip("0")
    return digits[:_DIGITS] if len(digits) >= _DIGITS else repr(value)


def _changed(cell: Cell, figures: Figures) -> Cell:
    code = _parse(cell.source)
    if code is None:
        return cell

    def other(found: re.Match[str]) -> str:
        value = float(found[0])
        if not any(math.isclose(value, figure, rel_tol=_NEAR) for figure in figures):
            return found[0]
        return repr(int(value) + 1) if found[0].isdigit() else repr(value * 1.01)

    edits = []
    for node in _literals(code):
        start, end = code.span(node)
        edits.append(Edit(start, end, _NUMBER.sub(other, code.text[start:end])))
    return replace(cell, source=splice(code.text, edits))
