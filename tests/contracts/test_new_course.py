"""What `autograder init` makes is a course: every command works in it as it comes, wherever it lies."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.authoring import EXAMPLE
from autograder.cases import load_case
from autograder.sandbox.levels import probe

pytestmark = pytest.mark.skipif(probe().best == 0, reason="this machine has no walls")


def autograder(*arguments: str | Path, cwd: Path) -> str:
    """Run the command in a folder, fail unless it succeeds, and return what it printed."""
    command = [sys.executable, "-m", "autograder", *map(str, arguments)]
    environment = {**os.environ, "LC_ALL": "C.UTF-8"}
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module", params=["course", "나의 수업 (봄)/deep learning"])
def course(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Begin a course in a folder that no other course is around."""
    name: str = request.param
    place = tmp_path_factory.mktemp("place")
    assert "autograder audit" in autograder("init", name, "--lang", "en", cwd=place)
    return place / name


def test_its_audit_is_clean(course: Path) -> None:
    """No wrong variant of the example gets through, and its cases get what is written beside them."""
    autograder("audit", EXAMPLE, cwd=course)
    (audit,) = json.loads((course / "audit" / "audit.json").read_text(encoding="utf-8"))["assignments"]
    assert audit["clean"]
    assert audit["counts"]["killed"] > 30
    assert audit["counts"]["accepted"] == audit["counts"]["survived"] == 0


def test_its_cases_are_graded_as_written(course: Path) -> None:
    """Graded like a class, each case gets its points and its mistake is named."""
    cases = course / "solutions" / EXAMPLE / "cases"
    autograder("grade", cases, "--assignment", EXAMPLE, cwd=course)
    lines = (course / "graded" / "results.jsonl").read_text(encoding="utf-8").splitlines()
    results = {result["student"]: result for result in map(json.loads, lines)}
    assert set(results) == {case.name for case in cases.iterdir()}
    for name, result in results.items():
        case = load_case(cases / name, [EXAMPLE])
        named = {check["mistake"]["id"] for check in result["checks"] if check["mistake"]}
        assert (result["score"], named) == (case.score, set(case.mistakes.values()))


def test_it_has_a_sample_class(course: Path, tmp_path: Path) -> None:
    """The demo grades the cases of the new course, not those of another one."""
    printed = autograder("demo", "--out", tmp_path, "--lang", "ko", cwd=course)
    assert "열 표준화하기" in printed


def test_it_is_released_and_in_step(course: Path) -> None:
    """Students receive a notebook, a stub that is still to be written, public checks and a README."""
    autograder("release", cwd=course)
    released = course / "assignments" / EXAMPLE
    assert {path.name for path in released.iterdir()} == {
        "README.md",
        f"{EXAMPLE}.ipynb",
        f"{EXAMPLE}.py",
        "test_public.py",
    }
    assert "raise NotImplementedError" in (released / f"{EXAMPLE}.py").read_text(encoding="utf-8")
    assert f"{EXAMPLE}: in step" in autograder("sync", "--lang", "en", cwd=course)


def test_a_student_can_check_right_work(course: Path) -> None:
    """The public checks pass on the case that is right in another style."""
    printed = autograder("check", f"solutions/{EXAMPLE}/cases/right_loops/{EXAMPLE}.py", "--lang", "en", cwd=course)
    assert "1 of 1 public checks passed" in printed
