"""Judges inside another program's process: ready, replaced, ended."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.adapters.nbgrader.grading import Bench, read_work
from autograder.assignments import Assignment, find_course
from autograder.errors import CourseError
from tests.nbgrader.answers import code, filled, functions_of
from tests.nbgrader.conftest import ROOT, CourseCopy


@pytest.fixture
def assignment(course_copy: CourseCopy) -> Assignment:
    """Return an assignment whose graders a test may change."""
    return find_course(course_copy("computational_graph")).assignment("computational_graph")


@pytest.fixture
def bench() -> Iterator[Bench]:
    """Return a bench that is closed at the end."""
    found = Bench()
    yield found
    found.close()


def test_a_judge_that_was_killed_costs_no_grade(bench: Bench, assignment: Assignment) -> None:
    """A judge that dies is started anew, and the submission is graded."""
    bench.open(assignment, 0)
    [seat] = bench._seats.values()
    assert seat.judge._process
    seat.judge._process.kill()
    work = read_work(assignment.reference, assignment, "student01", 0)
    assert bench.grade(work, 0).score == assignment.max_score


def test_a_judge_that_nobody_asks_is_ended(assignment: Assignment) -> None:
    """A server runs for weeks, and a judge holds memory."""
    bench = Bench(idle_s=0.0)
    bench.open(assignment, 0)
    [timer] = [seat.timer for seat in bench._seats.values()] or [None]
    if timer:
        timer.join()
    assert not bench._seats


def test_a_submission_is_graded_anew_each_time_it_is_asked_for(bench: Bench, assignment: Assignment) -> None:
    """Whoever presses the button again wants a new result, also of what was handed over before."""
    work = read_work(assignment.reference, assignment, "student01", 0)
    bench.ahead(work, 0)
    bench.ahead(work, 0)
    first, second = bench.grade(work, 0), bench.grade(work, 0)
    assert first.score == second.score == assignment.max_score
    assert first is not second


def test_graders_that_cannot_be_used_are_told_before_anything_is_graded(bench: Bench, assignment: Assignment) -> None:
    """An author's slip stops the run, and not each submission for itself."""
    assignment.hidden_checks.write_text("import nowhere\n", encoding="utf-8")
    with pytest.raises(CourseError, match="nowhere"):
        bench.open(assignment, 0)


def test_the_outputs_of_a_notebook_cost_nobody_the_grade(tmp_path: Path, assignment: Assignment) -> None:
    """A notebook that is too large with its pictures is read without them."""
    answers = functions_of(assignment.reference)
    released = ROOT / "assignments" / assignment.name / f"{assignment.name}.ipynb"
    notebook = filled(released, answers)
    notebook["cells"].append({**code("1"), "outputs": [{"data": {"image/png": "A" * 11_000_000}}]})
    path = tmp_path / f"{assignment.name}.ipynb"
    path.write_text(json.dumps(notebook), encoding="utf-8")
    work = read_work(tmp_path, assignment, "student01", 0)
    assert work.submission
    assert not work.refused
