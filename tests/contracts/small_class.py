"""A small course and a class for it that is graded in seconds, by the command itself."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Final, NamedTuple

from typing_extensions import Self

from autograder.records import RESULTS, SUMMARY
from tests.sandbox.fortress import RIGHT, write_course

WRONG: Final = {
    "factor": "def double(x):\n    return x\n\ndef main(x):\n    return double(x) + 1\n",
    "both": "def double(x):\n    return 3 * x\n\ndef main(x):\n    return double(x) + 2\n",
    "raises": "def double(x):\n    raise ValueError\n",
    "names": 'ORDER = list({"W1", "b1", "W2", "b2"})\n' + RIGHT.replace("x + x", "x + (x if ORDER[0] == 'W1' else 0)"),
    "empty": "",
}
"""Work of honest students; `names` depends on the order of a set of strings, as each hash seed has its own."""
HOSTILE: Final = {
    "hangs": RIGHT.replace("return x + x", "while True: pass"),
    "exits": "import os\nos._exit(3)\n",
    "hoards": "data = [0] * 10**9\n" + RIGHT,
    "patches": "import numpy as np\nnp.allclose = np.array_equal = lambda *_: True\nnp.abs = lambda x: x * 0\n",
    "spoils": "import random, numpy as np\nnp.random.seed(1)\nrandom.seed(1)\nnp.seterr(all='raise')\n"
    + RIGHT.replace("return x + x", "x *= 2\n    print(x)\n    return x"),
    "nests": "deep = []\nfor _ in range(10**5): deep = [deep]\ndef double(x):\n    return deep\n",
}
HONEST: Final = {"right": RIGHT, **WRONG}
STUDENTS: Final = 60
Results = dict[str, dict[str, Any]]


def make_course(root: Path) -> Path:
    """Write the course of the fortress, and return its folder."""
    # What judges learn of a course is kept for others where nobody is writing the course.
    for path in write_course(root).iterdir():
        os.utime(path, (0, 0))
    return root


def hand_in(folder: Path, works: dict[str, str]) -> Path:
    """Write what students hand in."""
    for student, text in works.items():
        path = folder / student / "tiny" / "tiny.py"
        path.parent.mkdir(parents=True)
        path.write_text(text, encoding="utf-8")
    return folder


def command(course: Path, submitted: Path, out: Path, *options: str) -> list[str]:
    """Return the command that grades a class."""
    places = ["--course", str(course), "--out", str(out)]
    return [sys.executable, "-m", "autograder", "grade", str(submitted), *places, *options]


def grade(course: Path, submitted: Path, out: Path, *options: str, **environment: str) -> Results:
    """Grade a class, and return its results by student, without timings."""
    done = subprocess.run(
        command(course, submitted, out, *options),
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return read(out)


def read(out: Path) -> Results:
    """Return the results on file by student, without timings; a torn last line is none."""
    path = out / RESULTS
    lines = path.read_bytes().split(b"\n")[:-1] if path.exists() else []
    results = list(map(json.loads, lines))
    for result in results:
        for timed in (result, *result["checks"]):
            for name in ("wall_s", "cpu_s"):
                timed.pop(name, None)
    assert len({result["student"] for result in results}) == len(results), "a submission is there twice"
    return {result["student"]: result for result in results}


class Class(NamedTuple):
    """A course, what was handed in, and what comes of it when nothing disturbs.

    Attributes
    ----------
    size : int
        Bytes of the results.
    """

    course: Path
    submitted: Path
    results: Results
    size: int

    @classmethod
    def make(cls, folder: Path) -> Self:
        """Write a class and grade it in peace."""
        course = make_course(folder / "course")
        texts = list(HONEST.values())
        works = {f"s{number:02d}": texts[number % len(texts)] for number in range(STUDENTS)}
        submitted = hand_in(folder / "submitted", works)
        results = grade(course, submitted, folder / "out")
        assert len(results) == STUDENTS
        return cls(course, submitted, results, (folder / "out" / RESULTS).stat().st_size)

    def assert_finished(self, out: Path) -> None:
        """See that a run ended with what an undisturbed one ends with, and left nothing else."""
        assert read(out) == self.results
        assert sorted(path.name for path in out.iterdir()) == [RESULTS, SUMMARY]
