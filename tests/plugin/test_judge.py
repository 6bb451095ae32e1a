"""A judge streams submissions through the checks: every verdict, our faults, and nothing that lingers."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from autograder.errors import CourseError, SandboxError
from autograder.judge import Judge
from autograder.pytest_plugin import _passes_on_the_reference
from autograder.results import SubmissionResult, Verdict
from autograder.sandbox.levels import choose
from autograder.submissions import Cell, Submission

RIGHT = "def double(x):\n    return x + x\n\ndef main(x):\n    return double(x) + 1\n"


def submission(source: str, student: str = "kim") -> Submission:
    """Make a submission to the tiny course."""
    return Submission(student, "tiny", ("tiny.py",), (Cell("tiny.py", source),), {}, (), "0" * 64)


@pytest.fixture
def judge(course: Path) -> Iterator[Judge]:
    """Start a judge of the tiny course."""
    made = Judge([course], level=choose("auto"))
    yield made
    made.close()


def verdicts(result: SubmissionResult) -> dict[str, str]:
    """Return the verdict of each hidden check."""
    return {check.id: check.verdict.value for check in result.checks if check.hidden}


BODIES = {
    Verdict.PASSED: "return 2 * x",
    Verdict.FAILED: "return 3 * x",
    Verdict.MISSING: "raise NotImplementedError",
    Verdict.CRASHED: "return x / 'a'",
    Verdict.TIMED_OUT: "\n        while True: pass",
    Verdict.OUT_OF_MEMORY: "return np.ones(2**30)",
    Verdict.MALFORMED: "return 'x' * 5_000_000",
}


@pytest.mark.parametrize(("verdict", "body"), BODIES.items(), ids=lambda value: getattr(value, "value", ""))
def test_every_verdict_of_a_student(judge: Judge, verdict: Verdict, body: str) -> None:
    """Each way in which student code can end has its verdict, and nothing but passed earns points."""
    result = judge.grade(submission(f"def double(x):\n    if True: {body}\n"))
    assert verdicts(result)["test_double"] == verdict.value
    assert result.status == "graded"
    assert result.score == (2 if verdict is Verdict.PASSED else 0)


def test_a_grader_that_raises_is_never_the_students_fault(course: Path) -> None:
    """The score is null, the instructor is told, and the next submission is judged."""
    hidden = course / "test_hidden.py"
    text = hidden.read_text(encoding="utf-8")
    hidden.write_text(text.replace("x = rng.normal()", "x = 1 / 0"), encoding="utf-8")
    judge = Judge([course], level=choose("auto"))
    try:
        result = judge.grade(submission(RIGHT))
        assert result.status == "grader_error"
        assert result.score is None
        assert verdicts(result) == {"test_double": "passed", "test_main": "grader_error"}
        assert judge.grade(submission(RIGHT, "lee")).student == "lee"
    finally:
        judge.close()


def test_answers_that_are_slow_to_look_at_cost_the_students_time(course: Path) -> None:
    """A check that works as long as an answer tells it to ends with a verdict, and the next submission is judged."""
    hidden = course / "test_hidden.py"
    text = hidden.read_text(encoding="utf-8")
    looped = "x = rng.normal(size=3)\n    steps = student.double(0.0)\n    while steps: pass\n"
    hidden.write_text(text.replace("x = rng.normal(size=3)\n", looped), encoding="utf-8")
    judge = Judge([course], level=choose("auto"))
    try:
        result = judge.grade(submission("def double(x):\n    return 2 * x + 1\n"))
        assert (result.status, verdicts(result)["test_double"]) == ("graded", "timed_out")
        assert judge.grade(submission(RIGHT)).score == 5
    finally:
        judge.close()


@pytest.mark.parametrize("text", ["def (", "import nothing_like_it", "raise ValueError"])
def test_graders_that_cannot_be_collected_are_said(course: Path, text: str) -> None:
    """A broken test file is a course error, with the reason."""
    (course / "test_hidden.py").write_text(text, encoding="utf-8")
    judge = Judge([course], level=choose("auto"))
    with pytest.raises(CourseError, match="test_hidden"):
        judge.grade(submission(RIGHT))
    judge.close()


def test_a_reference_that_does_not_run_is_said(course: Path) -> None:
    """A broken solution is a course error."""
    (course / "tiny.py").write_text("1 / 0\n", encoding="utf-8")
    judge = Judge([course], level=choose("auto"))
    with pytest.raises(CourseError, match="reference"):
        judge.grade(submission(RIGHT))
    judge.close()


def test_nothing_of_one_student_reaches_the_next(judge: Judge) -> None:
    """Results are the same whoever was graded before."""
    alone = judge.grade(submission(RIGHT)).to_json()
    hostile = (
        "import numpy as np\nprint('x' * 9999)\nnp.sum = None\ndef double(x):\n    print('secret')\n    return y\n"
    )
    other = judge.grade(submission(hostile, "lee"))
    again = judge.grade(submission(RIGHT)).to_json()
    for result in (alone, again):
        for key in ("wall_s", "cpu_s"):
            result.pop(key)
        for check in result["checks"]:
            check.pop("wall_s")
    assert alone == again
    assert other.score == 0
    assert "secret" not in json.dumps(other.to_json())


def test_only_some_exercises_can_be_judged(judge: Judge) -> None:
    """`exercises` narrows what is run."""
    result = judge.grade(submission(RIGHT), exercises=["main"])
    assert verdicts(result) == {"test_main": "passed"}


def test_public_checks_need_no_solution(course: Path, tmp_path: Path) -> None:
    """A folder with nothing but public checks can be judged."""
    folder = tmp_path / "tiny"
    folder.mkdir()
    (folder / "test_public.py").write_bytes((course / "test_public.py").read_bytes())
    judge = Judge([folder], level=choose("auto"), hidden=False)
    result = judge.grade(submission(RIGHT))
    judge.close()
    assert [(check.id, check.verdict.value) for check in result.checks] == [("test_double_of_three", "passed")]


def test_a_judge_that_dies_is_replaced(judge: Judge) -> None:
    """The submission at hand is a grader error; the next one is graded."""
    judge.grade(submission(RIGHT))
    assert judge._process is not None
    os.kill(judge._process.pid, signal.SIGKILL)
    judge._process.wait()
    assert judge.grade(submission(RIGHT)).status == "grader_error"
    assert judge.grade(submission(RIGHT)).score == 5


HALF = """
import sys
for answer, _ in zip(('{"ready": true}\\n', '{"result": {"stud'), sys.stdin):
    print(answer, end="", flush=True)
"""


def test_half_an_answer_is_none(judge: Judge, monkeypatch: pytest.MonkeyPatch) -> None:
    """A judge that was killed while it spoke has died like any other, and the next submission is graded."""

    def launch(*, stdout: int) -> subprocess.Popen[bytes]:
        return subprocess.Popen([sys.executable, "-c", HALF], stdin=subprocess.PIPE, stdout=stdout)

    with monkeypatch.context() as patch:
        patch.setattr("autograder.judge.launch", launch)
        result = judge.grade(submission(RIGHT))
    assert result.status == "grader_error"
    assert "the judge ended" in result.notes[-1].message["en"]
    assert judge.grade(submission(RIGHT)).score == 5


@pytest.mark.skipif(os.name != "posix", reason="kills by signal")
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_who_ends_himself_each_time_is_judged_by_that(course: Path, number: int) -> None:
    """A child that was killed begins anew; one that brings it on itself is nobody else's fault."""
    judge = Judge([course], level=0)
    result = judge.grade(submission(f"import os\ndef double(x):\n    os.kill(os.getpid(), {int(number)})\n"))
    judge.close()
    assert result.status == "graded"
    assert verdicts(result)["test_double"] == "crashed"


@pytest.mark.parametrize("was_killed", [True, False])
def test_a_check_is_not_called_broken_by_a_child_that_was_killed(was_killed: bool) -> None:  # noqa: FBT001
    """What is found of a check is believed for the whole class, so it is found in peace."""

    class Solution:
        def __init__(self) -> None:
            self.was_killed = False

        def draw_from(self, _rng: object) -> None:
            """Be asked nothing."""

        def answer(self) -> None:
            self.was_killed = was_killed
            raise RuntimeError

        def close(self) -> None:
            """Be no process."""

    item: Any = SimpleNamespace(name="test_double", obj=lambda student: student.answer(), funcargs={})
    work: Any = SimpleNamespace(desk=SimpleNamespace(solution=lambda _assignment: Solution()), assignment=None)
    if was_killed:
        with pytest.raises(SandboxError):
            _passes_on_the_reference(item, work)
    else:
        assert not _passes_on_the_reference(item, work)


def test_a_dead_warm_process_costs_nobody_a_grade(judge: Judge) -> None:
    """What children are forked from is started anew."""
    judge.grade(submission(RIGHT))
    assert judge._process is not None
    for child in children_of(judge._process.pid):
        os.kill(child, signal.SIGKILL)
    time.sleep(0.2)
    assert judge.grade(submission(RIGHT)).score == 5


def test_closing_leaves_no_process(course: Path) -> None:
    """A closed judge has taken its children with it."""
    judge = Judge([course], level=choose("auto"))
    judge.grade(submission(RIGHT))
    assert judge._process is not None
    family = [judge._process.pid, *children_of(judge._process.pid)]
    assert len(family) > 1
    judge.close()
    deadline = time.monotonic() + 5
    while any(Path(f"/proc/{pid}").exists() for pid in family) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not [pid for pid in family if Path(f"/proc/{pid}").exists()]


def children_of(pid: int) -> list[int]:
    """Return the children of a process."""
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
