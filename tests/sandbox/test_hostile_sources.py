"""Texts that break, stop or fool what reads them in the student's process cost only what stands in them."""

from __future__ import annotations

from typing import Final

import pytest

from autograder.submissions import Cell, Submission
from tests.sandbox.fortress import ALL_RIGHT, RIGHT, Fortress, assert_unharmed, verdicts

HARMLESS: Final = {
    "an indented cell": "    x = 1",
    "a return by itself": "  return 1",
    "an indented and broken cell": "    def f():\n        return 1\n    y = f(",
    "brackets only": ")",
    "a form feed": "\f(",
    "half a text": "'''",
    "the end of a statement": "else:\n  pass",
    "a backslash": "\\",
    "an address in a comment": "# \u2028(\nx = (",
    "ten thousand brackets": "(" * 10_000 + ")" * 10_000,
    "ten thousand signs": "x = " + "-" * 10_000 + "1",
    "ten thousand sums": "x = " + "+".join(["1"] * 10_000),
    "ten thousand calls": "x = " + "f(" * 10_000 + ")" * 10_000,
    "a deep nest of blocks": "".join(f"{' ' * depth}if x:\n" for depth in range(150)),
    "a deep nest of texts": "x = " + "f'{" * 200 + "}'" * 200,
    "a number of a million digits": "x = " + "9" * 1_000_000,
    "a power without end": "x = [0] * 9 ** 9 ** 9 if 0 else 1",
    "an encoding": "# -*- coding: rot13 -*-\nvzcbeg bf",
    "a feature that isn't": "from __future__ import braces",
    "escapes": "x = '\\N{NOTHING OF THE KIND}'",
    "directions": "# \u202e } if x { \u2066\nx = 1",
    "words that look alike": "\uff44\uff45\uff46 double(x): return 0",
    "a star": "from numpy import *\nfrom nothing import *",
    "a name of ours": "__name__ = '__main__'\n__builtins__ = None\n__file__ = 3\n__spec__ = 1",
    "an end": "raise SystemExit",
    "an interrupt": "raise KeyboardInterrupt",
    "an end of generators": "raise GeneratorExit",
    "a wait": "await x\nasync with y: pass",
    "300,000 lines": "# x\n" * 300_000,
    "200,000 letters of Korean": "# " + "가" * 200_000,
}
"""Cells before a right answer."""


def grade(fortress: Fortress, *cells: Cell, **modules: str) -> list[str]:
    """Return the verdicts of a submission of several cells, and of files beside them."""
    beside: dict[str, tuple[Cell, ...]] = {name: (Cell(f"{name}.py", text),) for name, text in modules.items()}
    submission = Submission("eve", "tiny", ("tiny.ipynb",), cells, beside, (), "0" * 64)
    return verdicts(fortress.judge.grade(submission))


@pytest.mark.parametrize("cell", HARMLESS)
def test_a_hostile_cell_costs_nothing_of_the_next(strong: Fortress, cell: str) -> None:
    """Neither in its own cell nor as a file that is handed in beside the work and imported by it."""
    assert grade(strong, Cell("cell 1", HARMLESS[cell]), Cell("cell 2", RIGHT)) == ALL_RIGHT
    assert grade(strong, Cell("cell 1", "import other\n"), Cell("cell 2", RIGHT), other=HARMLESS[cell]) == ALL_RIGHT


def test_an_indented_answer_is_an_answer(strong: Fortress) -> None:
    """Notebooks run a cell that is indented as a whole."""
    assert grade(strong, Cell("cell 1", "".join(f"    {line}\n" for line in RIGHT.splitlines()))) == ALL_RIGHT


def test_much_beside_the_work_costs_nothing(strong: Fortress) -> None:
    """A folder full of other programs, five thousand cells, names as long as they get."""
    beside = {f"module_{number}": "x = '가'\n" * 10_000 for number in range(100)}
    assert grade(strong, Cell("tiny.py", RIGHT), **beside) == ALL_RIGHT
    cells = (Cell(f"{'김' * 240}: cell {number}", "x = 1") for number in range(5000))
    assert grade(strong, *cells, Cell("cell 5001", RIGHT)) == ALL_RIGHT


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("x\n" * 200_000 + "(\n", id="lines that are parsed one by one"),
        pytest.param("x = '" + "\\x41" * 400_000, id="a text without an end"),
    ],
)
def test_a_text_that_takes_too_long_is_the_student_s_loss_alone(strong: Fortress, text: str) -> None:
    """It ends as any work that takes too long, and the judge goes on."""
    result = grade(strong, Cell("tiny.py", text + RIGHT))
    assert set(result) <= {"passed", "timed_out", "crashed", "out_of_memory", "missing"}
    assert_unharmed(strong)
