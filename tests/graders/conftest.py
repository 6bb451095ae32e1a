"""Everything that the bundled course must get right is graded once, by two judges, before the tests look at it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

import pytest

from autograder.assignments import Course, find_course
from autograder.cases import load_case
from autograder.desk import BackendName
from autograder.judge import Judge
from autograder.panel import Panel
from autograder.releasing import stub_text
from autograder.results import SubmissionResult
from autograder.sandbox.levels import choose
from autograder.submissions import Cell, Submission

COURSE = find_course(Path(__file__).parent)
JOBS = os.cpu_count() or 1

Grade = Callable[[str], dict[str, SubmissionResult]]


def text_submission(assignment: str, student: str, text: str) -> Submission:
    """Make a submission of one file from its text."""
    name = f"{assignment}.py"
    return Submission(student, assignment, (name,), (Cell(name, text),), {}, (), student)


def submissions_of(course: Course, name: str) -> Iterator[Submission]:
    """Yield the reference, the untouched stub and every case of an assignment."""
    assignment = course.assignment(name)
    solution = assignment.reference.read_text(encoding="utf-8")
    yield text_submission(name, "the reference", solution)
    yield text_submission(name, "an untouched stub", stub_text(solution))
    exercises = [exercise.name for exercise in assignment.exercises]
    for folder in assignment.cases:
        yield load_case(folder, exercises).submission(assignment)


@pytest.fixture(scope="session", params=["warm", "plain"])
def grade(request: pytest.FixtureRequest) -> Iterator[Grade]:
    """Grade an assignment's submissions on one backend, by the name of the case."""
    backend: BackendName = request.param
    level = choose("auto") if backend == "warm" else 0

    def make(names: Sequence[str]) -> Judge:
        return Judge([COURSE.assignment(name).folder for name in names], level=level, backend=backend)

    panel = Panel(COURSE.names, make)
    with ThreadPoolExecutor(JOBS) as pool:

        @cache
        def graded(name: str) -> dict[str, SubmissionResult]:
            submissions = list(submissions_of(COURSE, name))
            names = ["the reference", "an untouched stub", *(case.name for case in COURSE.assignment(name).cases)]
            return dict(zip(names, pool.map(panel.grade, submissions), strict=True))

        yield graded
        panel.close()
