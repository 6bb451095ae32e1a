"""A course is found, and a wrong assignment.toml is told of by file, key and expectation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from autograder.assignments import Exercise, Limits, find_course, load_assignment
from autograder.errors import CourseError, UnknownAssignment

if TYPE_CHECKING:
    from pathlib import Path

GOOD = """
entry = ["sums.py", "sums.ipynb"]
data = ["digits"]
[title]
en = "Sums"
ko = "합"
[[exercises]]
name = "Add"
points = 4
also = ["plus"]
[[exercises]]
name = "Sub"
points = 6
[limits]
call_s = 0.5
memory_mb = 256
"""


def write_assignment(root: Path, name: str = "sums", text: str = GOOD) -> Path:
    """Write the settings of an assignment; returns its folder."""
    folder = root / "solutions" / name
    folder.mkdir(parents=True)
    (folder / "assignment.toml").write_text(text, encoding="utf-8")
    (root / "source_data" / "digits").mkdir(parents=True, exist_ok=True)
    return folder


def test_everything_in_the_settings_is_read(tmp_path: Path) -> None:
    """An assignment carries its settings, with absolute folders and defaults."""
    folder = write_assignment(tmp_path)
    assignment = find_course(tmp_path).assignment("sums")
    assert assignment.title == {"en": "Sums", "ko": "합"}
    assert assignment.exercises == (Exercise("Add", 4, ("plus",)), Exercise("Sub", 6))
    assert assignment.max_score == 10
    assert assignment.entry == ("sums.py", "sums.ipynb")
    assert assignment.limits == Limits(call_s=0.5, total_s=20, memory_mb=256, output_kb=256)
    assert assignment.data == (tmp_path / "source_data" / "digits",)
    assert assignment.reference == folder / "sums.py"
    assert assignment.hidden_checks == folder / "test_hidden.py"
    assert assignment.public_checks == folder / "test_public.py"
    assert load_assignment(folder) == assignment


def test_cases_are_the_folders_that_say_their_verdict(tmp_path: Path) -> None:
    """A folder in cases/ counts where it holds an expected.toml."""
    folder = write_assignment(tmp_path)
    for case, name in ("b", "expected.toml"), ("a", "expected.toml"), ("c", "notes.txt"):
        (folder / "cases" / case).mkdir(parents=True)
        (folder / "cases" / case / name).touch()
    assert [case.name for case in find_course(tmp_path).assignment("sums").cases] == ["a", "b"]


@pytest.mark.parametrize(
    ("old", "new", "key", "expected"),
    [
        ("points = 4", "points = -4", "exercises[0].points", "a number that is not negative"),
        ("points = 4", 'points = "4"', "exercises[0].points", "a number"),
        ("points = 4", "points = true", "exercises[0].points", "a number"),
        ("points = 4", "points = nan", "exercises[0].points", "a number"),
        ("points = 4", "weight = 4", "exercises[0].weight", "points"),
        ('name = "Sub"', 'name = "Add"', "exercises[1].name", "twice"),
        ('name = "Sub"', 'name = "plus"', "exercises[1].name", "twice"),
        ('name = "Sub"', 'name = "a b"', "exercises[1].name", "not a Python name"),
        ('["plus"]', '"plus"', "exercises[0].also", "a list of texts"),
        ('["digits"]', '["letters"]', "data", "no folder source_data/letters"),
        ('["digits"]', '["../solutions"]', "data", "the name of a folder"),
        ('["sums.py", "sums.ipynb"]', '["sums.txt"]', "entry", ".py or .ipynb"),
        ('["sums.py", "sums.ipynb"]', "[]", "entry", "at least one"),
        ('ko = "합"', "", "title.ko", "a text"),
        ('ko = "합"', 'ko = "합"\nfr = "Sommes"', "title.fr", "not a key"),
        ("call_s = 0.5", "call_s = 0", "limits.call_s", "above 0"),
        ("memory_mb = 256", "memory_mb = 2.5", "limits.memory_mb", "a whole number"),
        ("memory_mb = 256", "memory_gb = 1", "limits.memory_gb", "memory_mb"),
        ("data =", "dats =", "dats", "data"),
        ("[title]", "[title", "is not valid TOML", ""),
    ],
)
def test_a_wrong_setting_is_told_with_its_place(tmp_path: Path, old: str, new: str, key: str, expected: str) -> None:
    """The message names the file, the key and what is expected."""
    folder = write_assignment(tmp_path, text=GOOD.replace(old, new))
    with pytest.raises(CourseError) as caught:
        find_course(tmp_path).assignment("sums")
    text = str(caught.value)
    assert str(folder / "assignment.toml") in text
    assert key in text
    assert expected in text


def test_settings_that_are_not_utf8_are_told_of(tmp_path: Path) -> None:
    """A file in another encoding is a CourseError, not a crash."""
    folder = write_assignment(tmp_path)
    (folder / "assignment.toml").write_bytes(GOOD.encode("cp949"))
    with pytest.raises(CourseError, match="not valid TOML"):
        find_course(tmp_path).assignment("sums")


def test_an_unknown_name_gets_a_suggestion(tmp_path: Path) -> None:
    """A name that is nearly right is answered with the right one."""
    write_assignment(tmp_path)
    with pytest.raises(UnknownAssignment, match="did you mean sums"):
        find_course(tmp_path).assignment("Sum")
    with pytest.raises(UnknownAssignment, match="there are: sums"):
        find_course(tmp_path).assignment("zzz")


def test_the_course_is_found_from_inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The search walks up from the named or the current folder."""
    folder = write_assignment(tmp_path)
    deep = folder / "cases" / "one"
    deep.mkdir(parents=True)
    assert find_course(deep).root == tmp_path
    monkeypatch.chdir(deep)
    assert find_course().root == tmp_path


def test_a_named_place_without_a_course_is_refused(tmp_path: Path) -> None:
    """The bundled course never stands in for one that was named."""
    with pytest.raises(CourseError, match="--course"):
        find_course(tmp_path)


def test_without_a_course_around_the_bundled_one_serves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In any folder, an editable install finds its own course."""
    monkeypatch.chdir(tmp_path)
    assert "gradient_descent" in find_course().names


def test_course_order_is_written_in_course_toml(tmp_path: Path) -> None:
    """Assignments come as listed, those not listed after them; without a list, by name."""
    for name in "a", "b", "c":
        write_assignment(tmp_path, name)
    assert find_course(tmp_path).names == ("a", "b", "c")
    (tmp_path / "solutions" / "course.toml").write_text('assignments = ["c", "later", "a"]')
    assert find_course(tmp_path).names == ("c", "a", "b")
    (tmp_path / "solutions" / "course.toml").write_text("assignments = 3")
    with pytest.raises(CourseError, match="a list of texts"):
        find_course(tmp_path)
