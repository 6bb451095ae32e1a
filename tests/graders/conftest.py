"""Everything that the bundled course must get right is graded once, by two judges, before the tests look at it."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Final

import pytest

from autograder.assignments import find_course
from autograder.cases import Case, load_case
from autograder.desk import BackendName
from autograder.judge import Judge
from autograder.panel import Panel
from autograder.releasing import stub_text
from autograder.results import SubmissionResult
from autograder.sandbox.levels import choose
from autograder.submissions import Cell, Submission

COURSE = find_course(Path(__file__).parent)
JOBS = os.cpu_count() or 1
BACKENDS: Final[tuple[BackendName, ...]] = ("warm", "plain")
EVERY = 24
"""Of the wrong cases, so many are left out for each that the slow backend grades."""

Grade = Callable[[BackendName, str], dict[str, SubmissionResult]]


def text_submission(assignment: str, student: str, text: str) -> Submission:
    """Make a submission of one file from its text."""
    name = f"{assignment}.py"
    return Submission(student, assignment, (name,), (Cell(name, text),), {}, (), student)


@cache
def cases_of(name: str) -> list[Case]:
    """Return the cases of an assignment."""
    assignment = COURSE.assignment(name)
    return [load_case(folder, [exercise.name for exercise in assignment.exercises]) for folder in assignment.cases]


def cases_for(backend: str, name: str) -> list[Case]:
    """Return the cases to grade on a backend, for their verdicts and points: their names are the audit's to prove."""
    cases = [replace(case, mistakes={}) for case in cases_of(name)]
    if backend == "warm":
        return cases
    wrong = [case for case in cases if case.name.startswith("wrong_")]
    others = [case for case in cases if case not in wrong]
    return [*others[::4], *wrong[::EVERY]]


def submissions_of(backend: str, name: str) -> Iterator[Submission]:
    """Yield the reference, the untouched stub and the cases of an assignment."""
    assignment = COURSE.assignment(name)
    solution = assignment.reference.read_text(encoding="utf-8")
    yield text_submission(name, "the reference", solution)
    yield text_submission(name, "an untouched stub", stub_text(solution))
    for case in cases_for(backend, name):
        yield replace(case.submission(assignment), student=case.name)


@pytest.fixture(scope="session")
def grade() -> Iterator[Grade]:
    """Grade an assignment's submissions on a backend, once; they are found by the name of the case."""
    # Not a fixture with parameters: pytest sets such a one up anew for each test that names them together with others.
    with contextlib.ExitStack() as open_panels, ThreadPoolExecutor(JOBS) as pool:

        @cache
        def panel(backend: BackendName) -> Panel:
            level = choose("auto") if backend == "warm" else 0

            def make(names: Sequence[str]) -> Judge:
                folders = [COURSE.assignment(name).folder for name in names]
                return Judge(folders, level=level, backend=backend, names_mistakes=False)

            made = Panel(COURSE.names, make)
            open_panels.callback(made.close)
            return made

        @cache
        def graded(backend: BackendName, name: str) -> dict[str, SubmissionResult]:
            submissions = list(submissions_of(backend, name))
            names = [submission.student for submission in submissions]
            return dict(zip(names, pool.map(panel(backend).grade, submissions), strict=True))

        yield graded
