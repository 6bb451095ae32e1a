"""What students receive is what the release command makes, and holds nothing secret."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from autograder.assignments import find_course
from autograder.given import library_text
from autograder.releasing import BEGIN, END, companions, data_files
from autograder.variants import MISTAKES, load_catalogue

COURSE = find_course(Path(__file__).parent)
RELEASED = COURSE.root / "assignments"
MARKER = re.compile(r"BEGIN SOLUTION|END SOLUTION|HIDDEN TESTS", re.IGNORECASE)


def secret_lines(name: str) -> set[str]:
    """Return the lines of a solution's regions and of its hidden checks that say something."""
    assignment = COURSE.assignment(name)
    solution = assignment.reference.read_text(encoding="utf-8")
    regions = re.findall(rf"{BEGIN}\n(.*?){END}", solution, re.DOTALL)
    given = re.sub(rf"{BEGIN}\n.*?{END}", "", solution, flags=re.DOTALL)
    public = assignment.public_checks.read_text(encoding="utf-8")
    hidden = assignment.hidden_checks.read_text(encoding="utf-8")
    said = {line.strip() for text in (given, public) for line in text.splitlines()}
    lines = {line.strip() for text in (*regions, hidden) for line in text.splitlines()}
    return {line for line in lines - said if len(line) > 20}


@pytest.mark.parametrize("name", COURSE.names)
def test_the_committed_files_are_those_of_the_course(name: str) -> None:
    """Byte for byte; the notebook is compared where nbgrader runs."""
    committed = {path.name: path.read_bytes() for path in (RELEASED / name).iterdir() if path.is_file()}
    assert committed.pop(f"{name}.ipynb")
    assert committed == {file: text.encode() for file, text in companions(COURSE.assignment(name)).items()}
    data = {path.relative_to(RELEASED / name).as_posix() for path in (RELEASED / name).glob("*/**/*") if path.is_file()}
    assert data == set(data_files(COURSE.assignment(name)))


@pytest.mark.parametrize("name", COURSE.names)
def test_a_release_holds_no_secret(name: str) -> None:
    """No line of a solution or of a hidden check, and no marker of one, is handed out."""
    texts = [path.read_text(encoding="utf-8") for path in (RELEASED / name).iterdir() if path.is_file()]
    assert not [text for text in texts if MARKER.search(text)]
    lines = {line.strip() for text in texts for line in text.splitlines()}
    assert not lines & secret_lines(name)


@pytest.mark.parametrize("name", COURSE.names)
def test_a_release_names_no_mistake(name: str) -> None:
    """The catalogue of mistakes tells what is right: neither the file nor a sentence of it is handed out."""
    assignment = COURSE.assignment(name)
    catalogue = load_catalogue(assignment.folder / MISTAKES, [exercise.name for exercise in assignment.exercises])
    assert catalogue
    files = [path for path in (RELEASED / name).rglob("*") if path.is_file()]
    assert MISTAKES not in {path.name for path in files}
    texts = [path.read_text(encoding="utf-8") for path in files if path.suffix in {".py", ".ipynb", ".md", ".toml"}]
    assert not [entry.id for entry in catalogue for text in texts if entry.message["en"] in text]


def test_the_released_folders_are_the_assignments() -> None:
    """Every assignment is released, and nothing else lies there."""
    assert sorted(path.name for path in RELEASED.iterdir()) == sorted(COURSE.names)


@pytest.mark.parametrize("name", COURSE.names)
def test_the_library_behind_absent_modules_answers_no_exercise(name: str) -> None:
    """What a submission can import while it is graded defines none of the names it has to write."""
    defined = set(re.findall(r"^(?:def|class) (\w+)", library_text(COURSE.assignment(name)), re.MULTILINE))
    exercises = COURSE.assignment(name).exercises
    assert defined.isdisjoint(known for exercise in exercises for known in (exercise.name, *exercise.also))


@pytest.mark.parametrize("name", COURSE.names)
def test_the_text_tells_the_points(name: str) -> None:
    """The heading of an exercise, where it names points, names those of assignment.toml."""
    points = {exercise.name: exercise.points for exercise in COURSE.assignment(name).exercises}
    text = COURSE.assignment(name).reference.read_text(encoding="utf-8")
    told = re.findall(r"^# #+ .*?`(\w+)[^`]*`.*?\(([\d.]+) points?\b", text, re.MULTILINE)
    assert {exercise: float(number) for exercise, number in told}.items() <= points.items()
