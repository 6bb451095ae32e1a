"""The same work gets the same result: alone or in a class, in peace or under load, today or tomorrow."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from autograder.doctor import count_cores
from autograder.sandbox.levels import probe
from tests.contracts.small_class import HONEST, HOSTILE, grade, hand_in, make_course

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux") or probe().best == 0, reason="needs a Linux machine that has walls"
)

RUNS, COPIES = 5, 4
"""The same class is graded 20 times: so many times in each of so many runs."""
ALONE: Final = ("right", "both", "names")


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the course."""
    return make_course(tmp_path_factory.mktemp("course"))


@pytest.fixture
def burners() -> Iterator[None]:
    """Keep every core busy."""
    code = "import os\nwhile os.getppid() == int(__import__('sys').argv[1]): sum(range(10**6))"
    parent = str(os.getpid())
    processes = [subprocess.Popen([sys.executable, "-c", code, parent]) for _ in range(count_cores())]
    yield
    for process in processes:
        process.kill()
        process.wait()


def line(result: dict[str, Any]) -> str:
    """Return a result as it stands in the file, byte for byte, but for timings and the student's name."""
    return json.dumps({**result, "student": ""})


def test_company_changes_nothing(course: Path, tmp_path: Path) -> None:
    """Honest work gets the same line alone, after hostile work in the same judge, and beside it in others."""
    alone = {}
    for name in ALONE:
        submitted = hand_in(tmp_path / name, {"kim": HONEST[name]})
        alone[name] = line(grade(course, submitted, tmp_path / f"{name}-out")["kim"])
    # By their names, hostile and honest work take turns.
    turns = zip(HOSTILE, ALONE * len(HOSTILE), strict=False)
    works = {f"{number}-{place}-{name}": name for number, pair in enumerate(turns) for place, name in enumerate(pair)}
    texts = HONEST | HOSTILE
    submitted = hand_in(tmp_path / "class", {student: texts[name] for student, name in works.items()})
    for jobs in ("1", "4"):
        found = grade(course, submitted, tmp_path / f"out{jobs}", "--jobs", jobs)
        honest = {student: line(result) for student, result in found.items() if works[student] in ALONE}
        assert honest == {student: alone[works[student]] for student in honest}
        assert len(honest) == len(HOSTILE)


@pytest.mark.usefixtures("burners")
def test_a_class_that_is_graded_again_and_again(course: Path, tmp_path: Path) -> None:
    """On busy cores, with other hash seeds, with and without what earlier judges have learned: always the same line."""
    works = {f"{number}-{name}": name for number in range(COPIES) for name in HONEST}
    submitted = hand_in(tmp_path / "class", {student: HONEST[name] for student, name in works.items()})
    learned = course / "solutions" / "tiny" / "__pycache__"
    shutil.rmtree(learned, ignore_errors=True)
    seen: dict[str, list[str]] = {name: [] for name in HONEST}
    for number in range(RUNS):
        found = grade(course, submitted, tmp_path / "out", "--fresh", PYTHONHASHSEED=str(number))
        assert list(learned.glob("*.understudies"))
        for student, result in found.items():
            seen[works[student]].append(line(result))
    assert {len(given) for given in seen.values()} == {RUNS * COPIES}
    assert {name: set(given) for name, given in seen.items()} == {name: {given[0]} for name, given in seen.items()}
