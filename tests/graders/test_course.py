"""The bundled course: each reference passes, each stub is missing, each case gets exactly its written verdicts."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.cases import load_case, names_of
from autograder.results import Verdict
from tests.graders.conftest import COURSE, Grade

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

CASES = [(name, folder) for name in COURSE.names for folder in COURSE.assignment(name).cases]


def explain(result: object) -> Iterator[str]:
    """Yield a line for each check that did not pass."""
    for check in result.checks:  # type: ignore[attr-defined]
        if check.verdict is not Verdict.PASSED:
            yield f"{check.id}: {check.verdict.value}, {check.mistake}: {check.message['en'] if check.message else ''}"


@pytest.mark.parametrize("name", COURSE.names)
def test_the_reference_earns_full_marks(grade: Grade, name: str) -> None:
    """Every check passes on the solution itself."""
    result = grade(name)["the reference"]
    assert not list(explain(result))
    assert result.status == "graded"
    assert result.score == result.max_score == COURSE.assignment(name).max_score == 10


@pytest.mark.parametrize("name", COURSE.names)
def test_an_untouched_stub_is_missing_everywhere(grade: Grade, name: str) -> None:
    """What students are given earns nothing, and every exercise is reported missing."""
    result = grade(name)["an untouched stub"]
    assert result.score == 0
    verdicts = {exercise.name: result.verdict_of(exercise.name) for exercise in COURSE.assignment(name).exercises}
    assert set(verdicts.values()) == {Verdict.MISSING}, verdicts


@pytest.mark.parametrize(("name", "folder"), CASES, ids=lambda value: getattr(value, "name", value))
def test_a_case_gets_its_verdicts(grade: Grade, name: str, folder: object) -> None:
    """A bundled submission gets the verdicts, and the points, that stand beside it."""
    expected = tomllib.loads((folder / "expected.toml").read_text(encoding="utf-8"))  # type: ignore[operator]
    result = grade(name)[folder.name]  # type: ignore[attr-defined]
    told = "\n".join([*explain(result), *(note.message["en"] for note in result.notes)])
    verdicts = {exercise: result.verdict_of(exercise).value for exercise in expected["exercises"]}
    assert verdicts == expected["exercises"], told
    if "score" in expected.get("expect", {}):
        assert result.score == pytest.approx(expected["expect"]["score"]), told


@pytest.mark.parametrize(("name", "folder"), CASES, ids=lambda value: getattr(value, "name", value))
def test_a_case_is_told_its_mistake(grade: Grade, name: str, folder: Path) -> None:
    """The mistake that stands beside a bundled submission is named, and right work has none."""
    case = load_case(folder, [exercise.name for exercise in COURSE.assignment(name).exercises])
    result = grade(name)[folder.name]
    told = "\n".join(explain(result))
    for exercise, mistake in case.mistakes.items():
        assert mistake in names_of(result, exercise), told
    for exercise, verdict in case.verdicts.items():
        if verdict is Verdict.PASSED:
            # A bonus may be missed for a reason that has a name.
            missed = [check for check in result.checks if check.exercise == exercise and check.max_points]
            assert not [check for check in missed if check.mistake], told


@pytest.mark.parametrize("name", COURSE.names)
def test_every_assignment_has_its_cases(name: str) -> None:
    """There are right, wrong and odd submissions of each assignment, and each names all exercises."""
    cases = COURSE.assignment(name).cases
    assert len(cases) >= 8
    for folder in cases:
        expected = tomllib.loads((folder / "expected.toml").read_text(encoding="utf-8"))
        assert set(expected["exercises"]) == {exercise.name for exercise in COURSE.assignment(name).exercises}, (
            folder.name
        )
        assert {"en", "ko"} <= set(expected["about"]), folder.name
