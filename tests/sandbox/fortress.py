"""A small course with secrets in it, and a judge of it at each level that this machine has."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent, indent
from typing import Any, Final
from unittest import mock

import pytest

from autograder.judge import Judge
from autograder.results import SubmissionResult
from autograder.sandbox import levels
from autograder.submissions import Cell, Submission
from tests.sandbox.disguise import NOBODY, numbers_of

ROOT: Final = Path(__file__).resolve().parents[2]
DISGUISE: Final = Path(__file__).with_name("disguise.py")
HIDDEN_INPUT: Final = "7350184.625"
SECRETS: Final = {"in_solution": "the-king-is-behind-the-curtain", "in_tests": "the-queen-is-in-the-tower"}

DEFAULTS: Final = {"call_s": "0.3", "total_s": "1.5", "hidden_input": HIDDEN_INPUT, **SECRETS}

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
TRY = """
import os, sys, errno
def attempt(action, *arguments):
    try:
        return action(*arguments)
    except BaseException as error:
        return type(error).__name__
"""
ALL_RIGHT: Final = ["passed", "passed", "passed"]


@dataclass(frozen=True)
class Garrison:
    """A level, and who raises it where.

    Attributes
    ----------
    level : int
        From 4 to 1.
    user : int or None
        An ordinary user; None is whoever runs the tests.
    in_container : bool
        Where namespaces are denied.
    """

    level: int
    user: int | None = None
    in_container: bool = False

    def __str__(self) -> str:
        return f"level{self.level}" + "-ordinary" * bool(self.user) + "-container" * self.in_container


def garrisons() -> list[Garrison]:
    """Root meets every level as itself and as an ordinary user, others what there is; both meet a container."""
    contained = [Garrison(level, in_container=True) for level in (2, 1)]
    if os.name == "posix" and os.geteuid() == 0:
        return [*map(Garrison, (4, 3, 2, 1)), *(Garrison(level, NOBODY) for level in (3, 2, 1)), *contained]
    standing = levels.probe().levels if sys.platform.startswith("linux") else {}
    return [*(Garrison(level) for level, found in standing.items() if level and found.available), *contained]


def write_course(folder: Path, **fields: str) -> Path:
    """Write the course; return the folder of its one assignment."""
    place = folder / "solutions" / "tiny"
    place.mkdir(parents=True)
    for name, text in {"tiny.py": SOLUTION, "assignment.toml": SETTINGS, "test_hidden.py": HIDDEN}.items():
        for field, value in {**DEFAULTS, **fields}.items():
            text = text.replace("{" + field + "}", value)  # noqa: PLW2901 - field after field
        (place / name).write_text(text, encoding="utf-8")
    return place


class Fortress:
    """A course in a folder, a judge of it, and what attacks are told of the machine.

    Parameters
    ----------
    folder : Path
        Where the course is written.
    garrison : Garrison
        Isolation level, and whose judge it is. It stays that judge as long as no attack ends it, and none may.
    **fields : str
        What stands for the fields of the course's files: `in_solution`, `in_tests`, `hidden_input`, limits.
    """

    def __init__(self, folder: Path, garrison: Garrison, **fields: str) -> None:
        self.level = garrison.level
        self.folder = write_course(folder, **fields)
        self.neighbour = folder / "submitted" / "lee" / "tiny.py"
        self.neighbour.parent.mkdir(parents=True)
        self.neighbour.write_text(RIGHT, encoding="utf-8")
        self.judge = Judge([self.folder], level=self.level)
        with mock.patch.object(subprocess, "Popen", _disguised(subprocess.Popen, garrison, folder)):
            self.judge.start()

    def grade(self, source: str, student: str = "eve") -> SubmissionResult:
        """Judge a submission; `$SOLUTION` and the like in it become paths of the machine."""
        for word, place in {
            "$SOLUTION": self.folder / "tiny.py",
            "$TESTS": self.folder / "test_hidden.py",
            "$NEIGHBOUR": self.neighbour,
            "$COURSE": self.folder,
            "$HOME": Path.home(),
            "$TEMP": Path(tempfile.gettempdir()),
            "$FAMILY": self.family(),
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

    def let_in(self, attacks: dict[str, str], walls: set[str], prelude: str = "") -> tuple[str, SubmissionResult]:
        """Run expressions in one right submission; return those that no wall answered by one of these exceptions."""
        table = "".join(f"{name!r}: lambda: {attack},\n" for name, attack in attacks.items())
        told = "got = {name: answer for name, attack in ATTACKS.items() if (answer := attempt(attack)) not in WALLS}"
        return self.tell(f"{TRY}{prelude}ATTACKS = {{\n{indent(table, '    ')}}}\nWALLS = {walls!r}\n{told}")


def _disguised(start: Any, garrison: Garrison, folder: Path) -> Callable[..., subprocess.Popen[bytes]]:
    """Let a process be started as the judge of a garrison."""
    home = str(folder.resolve())
    shown = [str(ROOT), home, sys.prefix, sys.base_prefix, *(path for path in sys.path if Path(path).is_dir())]
    denied = numbers_of("unshare", "mount", "pivot_root") if garrison.in_container else []
    settings = {"root": str(ROOT), "paths": shown, "user": garrison.user, "denied": denied}
    disguise = [sys.executable, "-I", "-S", "-B", str(DISGUISE), json.dumps(settings)]

    def start_so(command: list[str], *, env: dict[str, str], **more: Any) -> subprocess.Popen[bytes]:
        if garrison.user:
            for path in (folder, *folder.rglob("*")):
                os.chown(path, garrison.user, garrison.user)
        started: subprocess.Popen[bytes] = start([*disguise, *command], env={**env, "HOME": home}, **more)
        return started

    return start_so


def assert_unharmed(fortress: Fortress) -> None:
    """See that the next student is graded as if nothing had been, by the same judge."""
    judge = fortress.judge._process
    after = fortress.grade(RIGHT, "honest")
    assert (after.status, after.score, verdicts(after), after.notes) == ("graded", 5, ALL_RIGHT, ())
    assert fortress.judge._process is judge


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
    """Tell whether a process runs: not gone, and not only waiting to be counted."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_bytes().rsplit(b")", 1)[1].split()[0] not in {b"Z", b"X"}
    return False


def besieged(garrison: Garrison, **fields: str) -> Iterator[Fortress]:
    """Yield a fortress, and see that nothing is left of it."""
    if not sys.platform.startswith("linux") or not levels.probe().levels[garrison.level].available:
        pytest.skip(f"level {garrison.level} is not available here")
    with tempfile.TemporaryDirectory(prefix="siege-") as folder:
        Path(folder).chmod(0o755)
        made = Fortress(Path(folder), garrison, **fields)
        assert made.grade(RIGHT).score == 5
        family = made.family()
        yield made
        made.judge.close()
        assert wait_until(lambda: not any(map(is_alive, family)))
