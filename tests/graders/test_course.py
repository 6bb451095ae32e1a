"""The bundled course: each reference passes, each stub is missing, each case gets exactly its written verdicts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest

from autograder.cases import Case
from autograder.desk import BackendName
from autograder.results import SubmissionResult, Verdict
from tests.graders.conftest import BACKENDS, COURSE, Grade, cases_for, cases_of

RUNS = [(backend, name, case) for backend in BACKENDS for name in COURSE.names for case in cases_for(backend, name)]


def explain(result: SubmissionResult) -> Iterator[str]:
    """Yield a line for each check that did not pass."""
    for check in result.checks:
        if check.verdict is not Verdict.PASSED:
            yield f"{check.id}: {check.verdict.value}, {check.mistake}: {check.message['en'] if check.message else ''}"


@pytest.mark.parametrize("name", COURSE.names)
@pytest.mark.parametrize("backend", BACKENDS)
def test_the_reference_earns_full_marks(grade: Grade, backend: BackendName, name: str) -> None:
    """Every check passes on the solution itself."""
    result = grade(backend, name)["the reference"]
    assert not list(explain(result))
    assert result.status == "graded"
    assert result.score == result.max_score == COURSE.assignment(name).max_score == 10


@pytest.mark.parametrize("name", COURSE.names)
@pytest.mark.parametrize("backend", BACKENDS)
def test_an_untouched_stub_is_missing_everywhere(grade: Grade, backend: BackendName, name: str) -> None:
    """What students are given earns nothing, and every exercise is reported missing."""
    result = grade(backend, name)["an untouched stub"]
    assert result.score == 0
    verdicts = {exercise.name: result.verdict_of(exercise.name) for exercise in COURSE.assignment(name).exercises}
    assert set(verdicts.values()) == {Verdict.MISSING}, verdicts


@pytest.mark.parametrize(("backend", "name", "case"), RUNS, ids=lambda value: getattr(value, "name", value))
def test_a_case_comes_out_as_written(grade: Grade, backend: BackendName, name: str, case: Case) -> None:
    """A bundled submission gets the verdicts and the points that stand beside it."""
    result = grade(backend, name)[case.name]
    told = "\n".join([*explain(result), *(note.message["en"] for note in result.notes)])
    assert not [complaint["en"] for complaint in case.complaints(result)], told


@pytest.mark.parametrize("name", COURSE.names)
def test_every_assignment_has_its_cases(name: str) -> None:
    """There are right and wrong submissions of each assignment."""
    kinds = Counter(set(case.verdicts.values()) == {Verdict.PASSED} for case in cases_of(name))
    assert min(kinds[True], kinds[False]) >= 3
