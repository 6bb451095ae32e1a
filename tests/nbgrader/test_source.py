"""The source notebook and its text are in step, whichever was edited."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from click.testing import CliRunner, Result

from autograder import cli
from autograder.adapters.nbgrader import source
from autograder.adapters.nbgrader.source import (
    MARK,
    SETUP,
    author_cells,
    build_notebook,
    notebook_path,
    notebook_text,
    read_text,
)
from autograder.adapters.nbgrader.syncing import Stand, compare, sync, text_of
from autograder.assignments import Assignment, find_course, load_assignment
from autograder.errors import CourseError, OutputError

COURSE = find_course(Path(__file__).parent)
NAMES = COURSE.names
SETTINGS = """\
[title]
en = "Sums"
ko = "합"

[[exercises]]
name = "add"
points = 2.5

[[exercises]]
name = "double"
points = 1
"""
TEXT = '''\
# %% [markdown]
# # Sums
#
# Add and double.

# %%
# %matplotlib inline
import numpy as np



# %% A title nbgrader={"grade_id": "add_answer", "solution": true}
def add(a, b):
    """Sum."""
    ### BEGIN SOLUTION
    return a + b
    ### END SOLUTION
# %% [markdown] tags=["hint"]
# Twice as much.

# %% nbgrader={"grade_id": "double_answer", "solution": true}
def double(a):
    ### BEGIN SOLUTION
    return add(a, a)
    ### END SOLUTION


# %% [markdown] nbgrader={"grade": true, "grade_id": "words", "points": 3, "solution": true}
# Explain.

# %%
# Doubling four.
print(double(4))
'''
"""Not laid out as a formatter would: what stands there must come back all the same."""


def built(name: str) -> dict[str, Any]:
    """Build a notebook of the course."""
    return build_notebook(COURSE.assignment(name))


@pytest.fixture
def assignment(tmp_path: Path) -> Assignment:
    """Make an assignment whose notebook has been built."""
    folder = tmp_path / "solutions" / "sums"
    folder.mkdir(parents=True)
    (folder / "assignment.toml").write_text(SETTINGS, encoding="utf-8")
    (folder / "sums.py").write_text(TEXT, encoding="utf-8")
    assignment = load_assignment(folder)
    sync(assignment)
    return assignment


def edit(assignment: Assignment, change: Callable[[Any], None]) -> None:
    """Open the notebook, change it and save it as Jupyter does."""
    path = notebook_path(assignment)
    notebook = nbformat.read(path, as_version=4)
    change(notebook)
    nbformat.write(notebook, path)


def cell_with(notebook: Any, words: str) -> Any:
    """Find a cell by what is written in it."""
    return next(cell for cell in notebook.cells if words in cell.source)


# --- what is built ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_the_committed_notebook_is_the_one_that_is_built(name: str) -> None:
    """Text and notebook are in step, byte for byte."""
    assert notebook_text(built(name)) == notebook_path(COURSE.assignment(name)).read_text(encoding="utf-8")
    assert compare(COURSE.assignment(name)).stand is Stand.IN_STEP


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_comes_back_as_the_text_it_was_built_from(name: str) -> None:
    """Text → notebook → text and notebook → text → notebook change nothing, even without the text before."""
    assignment = COURSE.assignment(name)
    text = read_text(assignment.reference)
    cells = author_cells(assignment, built(name))
    again = text_of(assignment, cells)
    assert again == text_of(assignment, cells, like=text) == text
    assert build_notebook(assignment, again) == built(name)


@pytest.mark.parametrize("name", NAMES)
def test_each_answer_is_followed_by_its_points(name: str) -> None:
    """Grade cells are locked, worth what assignment.toml says, and the setup comes behind the title."""
    cells = built(name)["cells"]
    ids = [source.grade_id_of(cell) for cell in cells]
    assert ids[:2] == [None, SETUP]
    for exercise in COURSE.assignment(name).exercises:
        index = ids.index(exercise.name)
        assert ids[index - 1] == f"{exercise.name}_answer"
        assert cells[index]["metadata"]["nbgrader"] == {
            "grade": True,
            "solution": False,
            "locked": True,
            "task": False,
            "schema_version": 3,
            "grade_id": exercise.name,
            "points": exercise.points,
        }
        assert cells[index]["source"] == f"%check {exercise.name}"


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_notebooks_hold_to_the_schemas(name: str) -> None:
    """Nbformat and nbgrader accept the metadata; nothing of jupytext's is left."""
    from nbgrader.nbgraderformat import MetadataValidator  # noqa: PLC0415 - warns when it is imported

    for folder in ("solutions", "assignments"):
        path = COURSE.root / folder / name / f"{name}.ipynb"
        notebook = nbformat.read(path, as_version=4)
        nbformat.validate(notebook)
        MetadataValidator().validate_nb(notebook)
        marks = [cell.metadata.nbgrader for cell in notebook.cells if "nbgrader" in cell.metadata]
        complete = {"grade", "solution", "locked", "task", "schema_version", "grade_id"}
        assert all(complete <= mark.keys() for mark in marks)
        for left in ("jupytext", "lines_to_next_cell", "cell_marker"):
            assert f'"{left}"' not in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_ids_are_the_cells_own(name: str) -> None:
    """Each is unique, and the same in source and release; a cell put before others changes none of theirs."""
    assignment = COURSE.assignment(name)
    ids = [cell["id"] for cell in built(name)["cells"]]
    released = nbformat.read(COURSE.root / "assignments" / name / f"{name}.ipynb", as_version=4)
    assert len(set(ids)) == len(ids)
    assert [cell.id for cell in released.cells] == ids
    shifted = build_notebook(assignment, "# %%\n1 + 1\n\n" + read_text(assignment.reference))
    assert set(ids) <= {cell["id"] for cell in shifted["cells"]}


@pytest.mark.parametrize("name", NAMES)
def test_metadata_in_the_text_are_minimal(name: str) -> None:
    """All assignments write them alike."""
    text = read_text(COURSE.assignment(name).reference)
    marks = [json.loads(mark) for mark in re.findall(r"^# %% .*?nbgrader=(\{.*\})", text, re.MULTILINE)]
    names = [f"{exercise.name}_answer" for exercise in COURSE.assignment(name).exercises]
    assert marks == [{"grade_id": grade_id, "solution": True} for grade_id in names]


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("double_answer", "twice_answer", "no cell has the grade_id double_answer; begin"),
        ("double_answer", "add_answer", "2 cells have the grade_id add_answer"),
        ('"words"', '"add"', "the grade_id add is that of a cell which autograder makes"),
    ],
)
def test_cells_that_nbgrader_could_not_tell_apart_are_refused(
    assignment: Assignment, old: str, new: str, reason: str
) -> None:
    """The author is told which name is missing or taken."""
    with pytest.raises(CourseError, match=re.escape(reason)):
        build_notebook(assignment, TEXT.replace(old, new))


# --- edits ------------------------------------------------------------------------------------------------------------


def test_nothing_edited_changes_nothing(assignment: Assignment) -> None:
    """In step, no file is touched."""
    before = {path: path.stat().st_mtime_ns for path in assignment.folder.iterdir()}
    assert sync(assignment) == []
    assert {path: path.stat().st_mtime_ns for path in assignment.folder.iterdir()} == before


def test_an_edited_text_is_followed_by_the_notebook(assignment: Assignment) -> None:
    """The text stays as it was written, in whatever layout."""
    text = TEXT.replace("return a + b", "return np.add(a, b)")
    assignment.reference.write_text(text, encoding="utf-8")
    assert compare(assignment).stand is Stand.TEXT_EDITED
    assert [message["en"] for message in sync(assignment)] == ["sums: the notebook was built from the text"]
    assert assignment.reference.read_text(encoding="utf-8") == text
    assert "np.add" in notebook_path(assignment).read_text(encoding="utf-8")
    assert compare(assignment).stand is Stand.IN_STEP


def test_an_edited_notebook_is_followed_by_the_text(assignment: Assignment) -> None:
    """Only the cell that was edited changes; outputs, counts, ids and Jupyter's notes stay out of text and notebook."""

    def change(notebook: Any) -> None:
        cell_with(notebook, "return a + b").source = cell_with(notebook, "return a + b").source.replace(
            "a + b", "b + a"
        )
        last = cell_with(notebook, "Doubling four")
        last.outputs = [nbformat.v4.new_output("stream", text="8\n")]
        last.execution_count = 7
        last.metadata.update({"collapsed": False, "vscode": {"languageId": "python"}})
        notebook.metadata.language_info["version"] = "3.12.1"
        notebook.cells.insert(2, nbformat.v4.new_markdown_cell("## Before we start\n\n$x$ · 시작하기 전에"))
        notebook.cells.append(nbformat.v4.new_code_cell("class Late:\n    pass"))
        notebook.cells.append(nbformat.v4.new_code_cell(""))

    edit(assignment, change)
    assert compare(assignment).stand is Stand.NOTEBOOK_EDITED
    assert [message["en"] for message in sync(assignment)] == [
        "sums: the text was brought up to date with the notebook"
    ]
    expected = TEXT.replace("return a + b", "return b + a")
    expected = expected.replace(
        "# Add and double.\n", "# Add and double.\n\n# %% [markdown]\n# ## Before we start\n#\n# $x$ · 시작하기 전에\n"
    )
    expected += "\n\n# %%\nclass Late:\n    pass\n"
    assert assignment.reference.read_text(encoding="utf-8") == expected
    assert notebook_path(assignment).read_text(encoding="utf-8") == notebook_text(build_notebook(assignment))
    assert sync(assignment) == []


def test_what_is_only_run_is_no_edit(assignment: Assignment) -> None:
    """A notebook with outputs is in step; it is written clean again."""
    before = notebook_path(assignment).read_bytes()
    edit(assignment, lambda notebook: cell_with(notebook, "Doubling").update(execution_count=1))
    assert compare(assignment).stand is Stand.IN_STEP
    sync(assignment)
    assert notebook_path(assignment).read_bytes() == before


def test_two_edits_at_once_are_the_authors_to_decide(assignment: Assignment) -> None:
    """Nothing is lost: both stay as they are until one side is named."""
    notebook = notebook_path(assignment)
    text = TEXT.replace("Twice as much", "Double it")
    assignment.reference.write_text(text, encoding="utf-8")
    edit(assignment, lambda one: cell_with(one, "Doubling").update(source="print(double(5))"))
    stored = notebook.read_bytes()
    with pytest.raises(CourseError, match="both been edited; keep one of them with --from text or --from notebook"):
        sync(assignment)
    assert (assignment.reference.read_text(encoding="utf-8"), notebook.read_bytes()) == (text, stored)
    sync(assignment, "notebook")
    assert assignment.reference.read_text(encoding="utf-8") == TEXT.replace(
        "# Doubling four.\nprint(double(4))", "print(double(5))"
    )
    assignment.reference.write_text(text, encoding="utf-8")
    notebook.write_bytes(stored)
    sync(assignment, "text")
    assert assignment.reference.read_text(encoding="utf-8") == text
    assert "double(5)" not in notebook.read_text(encoding="utf-8")


def test_the_same_edit_on_both_sides_is_none(assignment: Assignment) -> None:
    """Who copied an edit over by hand is not asked to choose."""
    assignment.reference.write_text(TEXT.replace("double(4)", "double(5)"), encoding="utf-8")
    edit(assignment, lambda one: cell_with(one, "Doubling").update(source="# Doubling four.\nprint(double(5))"))
    assert compare(assignment).stand is Stand.IN_STEP
    sync(assignment)
    assert notebook_path(assignment).read_text(encoding="utf-8") == notebook_text(build_notebook(assignment))


def test_edits_of_generated_cells_are_told_of(assignment: Assignment) -> None:
    """Points belong into assignment.toml, and check cells are made."""

    def change(notebook: Any) -> None:
        cell_with(notebook, "%check add").metadata.nbgrader.points = 9
        cell_with(notebook, "%check double").source = "assert double(1) == 2"

    edit(assignment, change)
    assert [message["en"] for message in sync(assignment)] == [
        "sums: add has 9 points in the notebook and 2.5 in assignment.toml, which counts",
        "sums: the cell double is made by autograder; what was edited in it is gone",
        "sums: the notebook was built from the text",
    ]
    assert assignment.reference.read_text(encoding="utf-8") == TEXT


def test_new_points_reach_the_notebook(assignment: Assignment) -> None:
    """A change in assignment.toml is taken over."""
    settings = assignment.folder / "assignment.toml"
    settings.write_text(SETTINGS.replace("2.5", "4"), encoding="utf-8")
    told = sync(load_assignment(assignment.folder))
    assert [message["en"] for message in told] == ["sums: the notebook was built from the text"]
    assert '"points": 4,' in notebook_path(assignment).read_text(encoding="utf-8")


def test_a_missing_side_is_made_from_the_other(assignment: Assignment) -> None:
    """Who brings a notebook only gets the text; without both there is nothing to do."""
    assignment.reference.unlink()
    sync(assignment)
    text = assignment.reference.read_text(encoding="utf-8")
    assert build_notebook(assignment, text)["cells"] == build_notebook(assignment, TEXT)["cells"]
    notebook_path(assignment).unlink()
    sync(assignment)
    assert compare(assignment).stand is Stand.IN_STEP
    notebook_path(assignment).unlink()
    with pytest.raises(CourseError, match=r"there is no file .*sums\.ipynb"):
        sync(assignment, "notebook")
    assignment.reference.unlink()
    with pytest.raises(CourseError, match=r"there is no file .*sums\.py"):
        sync(assignment)


def test_a_notebook_from_elsewhere_is_not_overwritten(assignment: Assignment) -> None:
    """Where the notebook does not tell what it was built from, the author decides."""

    def change(notebook: Any) -> None:
        del notebook.metadata[MARK]
        cell_with(notebook, "Doubling").source = "print(double(6))"

    edit(assignment, change)
    with pytest.raises(CourseError, match="both been edited"):
        sync(assignment)


@pytest.mark.parametrize("line", ["# %% not a cell", "x = 1\n# %%\ny = 2"])
def test_what_a_text_cannot_hold_is_refused(assignment: Assignment, line: str) -> None:
    """A line that reads as the begin of a cell would tear it in two."""
    edit(assignment, lambda one: cell_with(one, "Doubling").update(source=line))
    with pytest.raises(CourseError, match=r"cell 7 can't be written as text"):
        sync(assignment)
    assert assignment.reference.read_text(encoding="utf-8") == TEXT


def test_a_pasted_picture_is_refused(assignment: Assignment) -> None:
    """A text holds no pictures, and dropping one without a word would lose it."""

    def change(notebook: Any) -> None:
        cell_with(notebook, "Twice").attachments = {"image.png": {"image/png": "aGk="}}

    edit(assignment, change)
    with pytest.raises(CourseError, match="pasted picture"):
        sync(assignment)


@pytest.mark.parametrize("stored", ["", "{", "[]", '{"cells": [{"source": 1}]}', '{"worksheets": []}'])
def test_a_damaged_notebook_is_told_of(assignment: Assignment, stored: str) -> None:
    """The sentence names the file."""
    notebook_path(assignment).write_text(stored, encoding="utf-8")
    with pytest.raises(CourseError, match=r"sums\.ipynb is not a notebook of format 4"):
        sync(assignment)


def test_missing_packages_are_told_of(assignment: Assignment, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without jupytext, the sentence says what to install."""
    monkeypatch.setitem(__import__("sys").modules, "jupytext", None)
    with pytest.raises(OutputError, match=r"jupytext is not installed; .* pip install 'dl-autograder\[nbgrader\]'"):
        sync(assignment)


# --- the command ------------------------------------------------------------------------------------------------------


def run(assignment: Assignment, *arguments: str) -> Result:
    """Call `autograder sync` in the assignment's course."""
    course = assignment.folder.parents[1]
    return CliRunner().invoke(cli.main, ["sync", "--course", str(course), "--lang", "en", *arguments])


def test_the_command_tells_what_it_did(assignment: Assignment) -> None:
    """Each assignment gets a line; a conflict ends with 2 and what to do."""
    assert run(assignment).stdout == "sums: in step\n"
    text = TEXT.replace("Twice as much", "Double it")
    assignment.reference.write_text(text, encoding="utf-8")
    edit(assignment, lambda one: cell_with(one, "Doubling").update(source="print(double(5))"))
    refused = run(assignment, "sums")
    assert refused.exit_code == 2
    assert "--from text or --from notebook" in refused.stderr
    assert run(assignment, "sums", "--from", "text").stdout == "sums: the notebook was built from the text\n"
    assert run(assignment, "products").exit_code == 2


def test_a_folder_that_may_not_be_written_is_told_of(assignment: Assignment, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing half-written stays, and the sentence names the file."""

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    shutil.rmtree(assignment.folder / "__pycache__", ignore_errors=True)
    assignment.reference.write_text(TEXT.replace("Twice", "Two times"), encoding="utf-8")
    before = sorted(path.name for path in assignment.folder.iterdir())
    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OutputError, match=r"sums\.ipynb can't be written: No space left"):
        sync(assignment)
    assert sorted(path.name for path in assignment.folder.iterdir()) == before
