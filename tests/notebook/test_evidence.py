"""Evidence holds expected values: it comes of public checks only, and never into a class's results."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from autograder.checks import CheckFailed, assert_gradient, assert_trajectory
from autograder.judge import Judge
from autograder.messages import say
from autograder.pytest_plugin import Check, outcome_of
from autograder.results import CheckResult, SubmissionResult
from autograder.sandbox.levels import choose
from autograder.submissions import Cell, Submission
from tests.notebook.conftest import CHECKS, RIGHT, SETTINGS

HIDDEN = """
import numpy as np
import pytest
from autograder.checks import assert_close

@pytest.mark.exercise("{name}")
@pytest.mark.points({points})
def test_hidden_{name}(student, reference):
    \"\"\"It is right.

    맞아요.
    \"\"\"
    assert_close(student.double(np.arange(6.0)), reference.double(np.arange(6.0)), what="double(x)")
"""
POINTS = {"double": 2, "Counter": 2, "main": 3, "draw": 1}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Write an assignment with hidden checks."""
    made = tmp_path / "solutions" / "tiny"
    made.mkdir(parents=True)
    hidden = "".join(HIDDEN.format(name=name, points=points) for name, points in POINTS.items())
    for name, text in {
        "tiny.py": RIGHT,
        "assignment.toml": SETTINGS,
        "test_public.py": CHECKS,
        "test_hidden.py": hidden,
    }.items():
        (made / name).write_text(text, encoding="utf-8")
    return made


def judged(folder: Path, *, hidden: bool) -> SubmissionResult:
    """Judge a submission that is wrong in one entry."""
    source = RIGHT.replace("return 2 * x", "y = 2 * x; y[3] = 77.5; return y")
    judge = Judge([folder], level=choose("auto"), hidden=hidden)
    try:
        return judge.grade(Submission("kim01", "tiny", ("tiny.py",), (Cell("tiny.py", source),), {}, (), ""))
    finally:
        judge.close()


def test_a_class_is_graded_without_evidence(folder: Path) -> None:
    """The schema of the results is a contract: no key is added, also not by the public checks among them."""
    result = judged(folder, hidden=True)
    assert any(not check.hidden and check.verdict.value == "failed" for check in result.checks)
    assert "evidence" not in json.dumps(result.to_json())


def test_public_checks_alone_come_with_evidence(folder: Path) -> None:
    """It survives the way through JSON, and is absent where there is none."""
    result = judged(folder, hidden=False)
    shown = {check.id: check.to_json().get("evidence") for check in result.checks}
    assert [entry["kind"] for entry in shown["test_double_of_a_row"] or []] == ["entries"]
    assert shown["test_counter_counts"] is None
    for check in result.checks:
        assert CheckResult.from_json(json.loads(json.dumps(check.to_json()))) == check


@pytest.mark.parametrize("hidden", [True, False])
def test_a_hidden_check_never_shows_any(*, hidden: bool) -> None:
    """Whatever the judge was asked for."""
    check = Check("test_a", "double", 1.0, hidden=hidden, sentence=say("text"), siblings=())
    error = CheckFailed(say("text"), evidence=[{"kind": "entries"}])
    assert bool(outcome_of(error, check).evidence) is not hidden


def test_gradients_show_each_wrong_parameter() -> None:
    """Those that are right need no picture."""
    right = {"W1": [1.0, 2.0, 3.0, 4.0], "b1": [1.0, 1.0, 1.0, 1.0], "W2": [5.0, 6.0, 7.0, 8.0]}
    wrong = {**right, "W1": [1.0, 2.0, 3.0, 5.0], "W2": [5.0, 6.0, 7.0, 0.5]}
    with pytest.raises(CheckFailed) as caught:
        assert_gradient(wrong, right, what="gradient")
    assert [shown["what"] for shown in caught.value.evidence] == ["W1", "W2"]


PRINTOUTS = [
    ("0 8 1\n1 3.5 1\n2 2 1\n", "loss"),
    ("0 8 1\n1 4 1\n2 2 1.5\n", "w0"),
    ("8.0 1\n3.5 1\n2 1\n", "loss"),
]


@pytest.mark.parametrize(("printed", "column"), PRINTOUTS)
def test_a_trajectory_shows_the_column_that_departs(printed: str, column: str) -> None:
    """Beside what is expected, by iteration."""
    with pytest.raises(CheckFailed) as caught:
        assert_trajectory(printed, [[0, 8.0, 1.0], [1, 4.0, 1.0], [2, 2.0, 1.0]], what="main()", columns=("loss", "w0"))
    (shown,) = caught.value.evidence
    assert shown["what"] == column
    assert [place for place, _ in shown["expected"]] == [0, 1, 2]
    assert [place for place, _ in shown["actual"]] == [0, 1, 2]
