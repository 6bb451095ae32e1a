"""A student behind each kind of wall."""

from __future__ import annotations

import types
from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from autograder.assignments import Assignment, Exercise, Limits
from autograder.sandbox.backends import Backend, Bounds, WarmBackend
from autograder.sandbox.levels import choose, probe
from autograder.sandbox.plain import PlainBackend
from autograder.sandbox.student import Student
from autograder.submissions import Cell, Submission
from tests.sandbox.fortress import Fortress, Garrison, besieged, garrisons

MakeStudent = Callable[..., Student]

ASSIGNMENT = Assignment(
    name="probe",
    folder=Path("probe"),
    title={"en": "probe", "ko": "probe"},
    exercises=(Exercise("double", 1.0), Exercise("Net", 1.0), Exercise("main", 1.0, ("start",))),
    entry=("probe.py",),
    limits=Limits(call_s=1, total_s=6, memory_mb=256, output_kb=4),
)


def make_submission(source: str, **modules: str) -> Submission:
    """Make a submission from the text of its one file."""
    cells = (Cell("kim.py", dedent(source)),)
    others: dict[str, tuple[Cell, ...]] = {name: (Cell(f"{name}.py", dedent(text)),) for name, text in modules.items()}
    return Submission("kim", "probe", ("kim.py",), cells, others, (), "0")


@pytest.fixture(scope="module", params=["best", "seccomp only", "plain"])
def backend(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backend]:
    """Start what student code runs in: the strongest walls, the thinnest, and none."""
    bounds = Bounds(memory_mb=256, cpu_s=20)
    started: Backend
    if request.param == "plain":
        started = PlainBackend(bounds=bounds, folder=tmp_path_factory.mktemp("plain"))
    else:
        started = WarmBackend(level=choose("auto") if request.param == "best" else 1, bounds=bounds)
    yield started
    started.close()


@pytest.fixture
def student(backend: Backend) -> Iterator[MakeStudent]:
    """Make students from source text; end their processes afterwards."""
    made: list[Student] = []

    def make(
        source: str, *, reference: Any = None, given: str = "", oracles: tuple[str, ...] = (), **modules: str
    ) -> Student:
        if isinstance(reference, dict):
            module = types.ModuleType("reference")
            for name, value in reference.items():
                setattr(module, name, value)
            reference = module
        submission = make_submission(source, **modules)
        made.append(
            Student(submission, ASSIGNMENT, backend, reference=reference, given=given, oracles=frozenset(oracles))
        )
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture(scope="module", params=garrisons(), ids=str)
def fortress(request: pytest.FixtureRequest) -> Iterator[Fortress]:
    """Build a course and a judge at each level, as whoever may raise it."""
    yield from besieged(request.param)


@pytest.fixture(scope="module")
def strong() -> Iterator[Fortress]:
    """Build one at the best level: what the walls have no part in need not be tried at each."""
    yield from besieged(Garrison(probe().best))


@pytest.fixture(scope="module", params=[one for one in garrisons() if not (one.user or one.in_container)], ids=str)
def stronghold(request: pytest.FixtureRequest) -> Iterator[Fortress]:
    """Build one at each level: what a judge has to outlive must end there in its time."""
    yield from besieged(request.param)
