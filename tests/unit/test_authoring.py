"""A new course is written whole or not at all."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from autograder import authoring
from autograder.assignments import find_course
from autograder.authoring import EXAMPLE, TEMPLATE, begin_course
from autograder.errors import OutputError
from autograder.releasing import companions

FILES = ("README.md", ".gitignore", "nbgrader_config.py", f"solutions/{EXAMPLE}/{EXAMPLE}.py")


def test_a_new_course_is_the_template(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The files of the template are copied byte for byte, and nothing that Python left beside them."""
    template, course = tmp_path / "template", tmp_path / "new" / "course"
    shutil.copytree(TEMPLATE, template)
    (template / "solutions" / EXAMPLE / "__pycache__").mkdir(exist_ok=True)
    (template / "solutions" / EXAMPLE / "__pycache__" / "left_over.pyc").touch()
    monkeypatch.setattr(authoring, "TEMPLATE", template)
    begin_course(course)
    made = {path.relative_to(course).as_posix(): path.read_bytes() for path in course.rglob("*") if path.is_file()}
    assert set(FILES) <= set(made)
    assert not [name for name in made if "pycache" in name]
    assert made == {name: (TEMPLATE / name).read_bytes() for name in made}


def test_the_sentences_name_the_folder_and_the_commands(tmp_path: Path) -> None:
    """Whoever has made a course knows what to type next."""
    told = " ".join(message["en"] for message in begin_course(tmp_path))
    assert str(tmp_path) in told
    assert f"autograder audit {EXAMPLE}" in told


def test_a_new_course_is_a_course(tmp_path: Path) -> None:
    """Its one assignment is found, has its points, cases of both kinds, and something to hand out."""
    begin_course(tmp_path)
    course = find_course(tmp_path)
    assert course.names == (EXAMPLE,)
    assignment = course.assignment(EXAMPLE)
    assert assignment.max_score == 10
    assert {case.name.partition("_")[0] for case in assignment.cases} == {"right", "wrong"}
    assert f"{EXAMPLE}.py" in companions(assignment)


def test_gits_own_folder_is_no_obstacle(tmp_path: Path) -> None:
    """A repository that was just made is as good as an empty folder."""
    (tmp_path / ".git").mkdir()
    begin_course(tmp_path)
    assert find_course(tmp_path).names == (EXAMPLE,)


@pytest.mark.parametrize("name", ["homework.txt", ".gitignore", "solutions"])
def test_a_folder_with_something_in_it_is_refused(tmp_path: Path, name: str) -> None:
    """Nothing is overwritten, nothing is added, and the sentence names what is in the way."""
    (tmp_path / name).mkdir()
    with pytest.raises(OutputError, match=f"not empty .{name}"):
        begin_course(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_what_cannot_be_written_is_told(tmp_path: Path) -> None:
    """A file where the folder should be is a sentence with a reason."""
    (tmp_path / "course").touch()
    with pytest.raises(OutputError, match="course could not be written: "):
        begin_course(tmp_path / "course")
