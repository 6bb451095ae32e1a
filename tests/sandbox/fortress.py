"""A small course with secrets in it, and a judge of it at each level that this machine has."""

from __future__ import annotations

import json
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent
from typing import Final

from autograder.judge import Judge
from autograder.results import SubmissionResult
from autograder.submissions import Cell, Submission

DEFAULTS: Final = {"call_s": "0.3", "total_s": "1.5"}

SOLUTION = '''
def offset():
    """Given."""
    return 1


def double(x):
    ### BEGIN SOLUTION
    assert "{in_solution}"
    return 2 * x
    ### END SOLUTION


def main(x):
    ### BEGIN SOLUTION
    return double(x) + offset()
    ### END SOLUTION
'''
SETTINGS = """
entry = ["tiny.py"]
[title]
en = "Tiny"
ko = "작은 과제"
[[exercises]]
name = "double"
points = 2
[[exercises]]
name = "main"
points = 3
[limits]
call_s = {call_s}
total_s = {total_s}
memory_mb = 256
output_kb = 4
"""
HIDDEN = '''
import numpy as np
import pytest
from autograder.checks import assert_close, assert_unchanged

SECRET = "{in_tests}"
HIDDEN_INPUT = {hidden_input}

@pytest.mark.exercise("double")
@pytest.mark.points(1)
def test_double(student, reference):
    """It doubles.

    두 배로 만들어요.
    """
    assert SECRET
    x = np.array([HIDDEN_INPUT, -1.0, 2.5])
    assert_close(student.double(x), reference.double(x), what="double(x)")

@pytest.mark.exercise("double")
@pytest.mark.points(1)
def test_double_of_three_rows(student, reference, rng):
    """It doubles rows, leaves them alone and says nothing.

    행마다 두 배로 만들고, 인수는 그대로 두고, 출력하지 않아요.
    """
    x = rng.normal(size=(3, 2))
    seen = student.observe(student.double, x)
    first, second, third = seen.value
    assert_close([first, second, third], reference.double(x), what="double(x)")
    assert_unchanged(x, seen.arguments[0], what="x")
    assert not seen.printed.strip()

@pytest.mark.exercise("main")
@pytest.mark.points(3)
@pytest.mark.leans_on("double")
def test_main(student, reference, rng):
    """It doubles and adds one.

    두 배로 만들고 1을 더해요.
    """
    x = rng.normal(size=2)
    assert_close(student.main(x), reference.main(x), what="main(x)")
'''

RIGHT = "def double(x):\n    return x + x\n\ndef main(x):\n    return double(x) + 1\n"
SERVER = """
import sys
def server():
    frame = sys._getframe()
    while type(frame.f_locals.get("self")).__name__ != "Server":
        frame = frame.f_back
    return frame.f_locals["self"]
"""
"""How a submission gets hold of what serves it."""


class Fortress:
    """A course in a folder, a judge of it, and what attacks are told of the machine.

    Parameters
    ----------
    folder : Path
        Where the course is written.
    level : int
        Isolation level.
    **fields : str
        What stands for the fields of the course's files: `in_solution`, `in_tests`, `hidden_input`, limits.
    """

    def __init__(self, folder: Path, level: int, **fields: str) -> None:
        self.level = level
        self.folder = folder / "solutions" / "tiny"
        self.folder.mkdir(parents=True)
        for name, text in {"tiny.py": SOLUTION, "assignment.toml": SETTINGS, "test_hidden.py": HIDDEN}.items():
            for field, value in {**DEFAULTS, **fields}.items():
                text = text.replace("{" + field + "}", value)  # noqa: PLW2901 - field after field
            (self.folder / name).write_text(text, encoding="utf-8")
        self.neighbour = folder / "submitted" / "lee" / "tiny.py"
        self.neighbour.parent.mkdir(parents=True)
        self.neighbour.write_text(RIGHT, encoding="utf-8")
        self.judge = Judge([self.folder], level=level)

    def grade(self, source: str, student: str = "eve") -> SubmissionResult:
        """Judge a submission; `$SOLUTION` and the like in it become paths of the machine."""
        for word, place in {
            "$SOLUTION": self.folder / "tiny.py",
            "$TESTS": self.folder / "test_hidden.py",
            "$NEIGHBOUR": self.neighbour,
            "$COURSE": self.folder,
            "$HOME": Path.home(),
            "$TEMP": Path(tempfile.gettempdir()),
        }.items():
            source = source.replace(word, str(place))
        return self.judge.grade(Submission(student, "tiny", ("tiny.py",), (Cell("tiny.py", source),), {}, (), "0" * 64))

    def tell(self, attack: str) -> tuple[str, SubmissionResult]:
        """Run an attack at the top level of a right submission; return what the variable `got` was told to be."""
        told = 'raise RuntimeError("GOT<" + str(got)[:150] + ">")\n'
        result = self.grade(RIGHT + dedent(attack) + "\n" + told)
        texts = [note.message["en"] for note in result.notes if "GOT<" in note.message["en"]]
        return (texts[0].split("GOT<")[1].rsplit(">", 1)[0] if texts else ""), result

    def family(self) -> list[int]:
        """Return the numbers of the judge's process and of all below it."""
        process = self.judge._process
        return descendants(process.pid) if process else []


def descendants(pid: int) -> list[int]:
    """Return a process and all below it."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()
    except OSError:
        return []
    return [pid, *(one for child in children for one in descendants(int(child)))]


def verdicts(result: SubmissionResult) -> list[str]:
    """Return the verdicts of the checks, in order."""
    return [check.verdict.value for check in result.checks]


def text_of(result: SubmissionResult) -> str:
    """Return all that a result says, as it is written to a file."""
    return json.dumps(result.to_json(), ensure_ascii=False)


def wait_until(condition: Callable[[], bool], seconds: float = 5.0) -> bool:
    """Wait for something; say whether it came."""
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.02)
    return condition()


def is_alive(pid: int) -> bool:
    """Say whether a process is there."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
