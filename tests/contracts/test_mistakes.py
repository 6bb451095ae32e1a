"""The catalogues of mistakes, and the names that hidden checks take from them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.assignments import find_course
from autograder.variants import MISTAKES, load_catalogue, make_variants

COURSE = find_course(Path(__file__).parent)
KOREAN = re.compile("[가-힣]")


def names_of(name: str) -> dict[str, set[str]]:
    """Return the ids of the catalogue of an assignment by exercise."""
    assignment = COURSE.assignment(name)
    exercises = [exercise.name for exercise in assignment.exercises]
    entries = load_catalogue(assignment.folder / MISTAKES, exercises)
    return {exercise: {entry.id for entry in entries if entry.exercise == exercise} for exercise in exercises}


def read_markers(path: Path) -> Iterator[tuple[str, str, str]]:
    """Yield check, exercise and id for each mistake that the markers of a file name."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef):
            marks = {
                mark.func.attr: [ast.literal_eval(value) for value in mark.args]
                for mark in node.decorator_list
                if isinstance(mark, ast.Call) and isinstance(mark.func, ast.Attribute)
            }
            for mistake in marks.get("mistakes", []):
                yield node.name, marks["exercise"][0], mistake


@pytest.mark.parametrize("name", COURSE.names)
def test_markers_name_mistakes_of_the_catalogue(name: str) -> None:
    """What a hidden check says that it can show is in the catalogue of its exercise."""
    known = names_of(name)
    markers = list(read_markers(COURSE.assignment(name).hidden_checks))
    assert not [marker for marker in markers if marker[2] not in known[marker[1]]]


@pytest.mark.parametrize("name", COURSE.names)
def test_catalogues_fit_their_solutions(name: str) -> None:
    """Every form of every mistake makes a variant, and every exercise has its mistakes."""
    assignment = COURSE.assignment(name)
    exercises = [exercise.name for exercise in assignment.exercises]
    entries = load_catalogue(assignment.folder / MISTAKES, exercises)
    variants = make_variants(assignment.reference.read_text(encoding="utf-8"), exercises, entries, pairs=False)
    made = {(variant.exercise, variant.mistake) for variant in variants if variant.named}
    assert made == {(entry.exercise, entry.id) for entry in entries}
    assert {exercise for exercise, _ in made} == set(exercises)


@pytest.mark.parametrize("name", COURSE.names)
def test_catalogues_speak_two_languages_and_give_nothing_away(name: str) -> None:
    """Each sentence ends, the Korean one is Korean, and neither holds the code of the solution."""
    assignment = COURSE.assignment(name)
    for entry in load_catalogue(assignment.folder / MISTAKES, [exercise.name for exercise in assignment.exercises]):
        assert KOREAN.search(entry.message["ko"]), entry.id
        assert not KOREAN.search(entry.message["en"]), entry.id
        for sentence in (entry.message["en"], entry.message["ko"]):
            assert sentence.endswith((".", "?", "…")), entry.id
            assert not re.search(r"np\.\w+\(|\*\*|axis=[01]", sentence), (entry.id, sentence)
