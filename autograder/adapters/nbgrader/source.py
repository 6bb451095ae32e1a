"""The notebook that nbgrader starts from, built from the percent-format text.

`solutions/<name>/<name>.py` is the source. The notebook beside it holds the same
cells, and behind each answer a locked cell that shows the exercise's points; these
are made here and never stand in the text. The notebook remembers what it was built
from, so that it can be told which of the two has been edited.
"""

from __future__ import annotations

import hashlib
import importlib
import json
from collections import Counter
from pathlib import Path
from typing import Any, Final

from autograder.assignments import Assignment
from autograder.errors import CourseError, OutputError
from autograder.messages import say

Notebook = dict[str, Any]
"""A notebook of format 4.5, as plain data."""
Cell = dict[str, Any]

SETUP: Final = "autograder_setup"
"""`grade_id` of the cell that loads the notebook's commands."""
SETUP_SOURCE: Final = """\
# Run this cell first: it brings the command %check. · 이 셀을 먼저 실행하면 %check 명령을 쓸 수 있어요.
try:
    %load_ext autograder
except ImportError:
    print("To use %check, install the package dl-autograder and restart the kernel.")
    print("%check를 쓰려면 dl-autograder 패키지를 설치하고 커널을 다시 시작하세요.")"""

MARK: Final = "autograder"
"""Key of the notebook's metadata under which it is noted what the notebook was built from."""
PLAIN: Final = {"grade": False, "locked": False, "schema_version": 3, "solution": False, "task": False}
"""What of nbgrader's metadata goes without saying in a text."""
KEPT: Final = ("nbgrader", "tags", "slideshow", "title")
"""The metadata of a cell that belong into a text; what else Jupyter, Colab and VS Code note there does not."""
KERNEL: Final = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def notebook_path(assignment: Assignment) -> Path:
    """Return where an assignment's source notebook lies."""
    return assignment.reference.with_suffix(".ipynb")


def answer_id(exercise: str) -> str:
    """Return the `grade_id` of the cell in which an exercise is answered."""
    return f"{exercise}_answer"


def build_notebook(assignment: Assignment, text: str | None = None) -> Notebook:
    """Build the source notebook of an assignment.

    Parameters
    ----------
    assignment : Assignment
        Which one.
    text : str, optional
        Percent-format text; without it, that of the assignment's solution.

    Returns
    -------
    Notebook
        The text's cells with complete nbgrader metadata, a setup cell, and a
        grade cell behind each answer. The same text gives the same notebook.

    Raises
    ------
    CourseError
        If the text can't be read, or an exercise has no cell to be answered in.
    """
    if text is None:
        text = read_text(assignment.reference)
    cells = [completed(cell) for cell in text_cells(text)]
    built = assemble(assignment, cells)
    built["metadata"][MARK] = {
        "cells": cells_hash(cells),
        "made": cells_hash(made_cells(assignment, built)),
        "text": text_hash(text),
    }
    return built


def assemble(assignment: Assignment, cells: list[Cell]) -> Notebook:
    """Put the generated cells among an author's cells.

    Raises
    ------
    CourseError
        If an exercise has no cell to be answered in, or two cells share a `grade_id`.
    """
    setup, *grade_cells = generated_cells(assignment)
    behind = {answer_id(cell["metadata"]["nbgrader"]["grade_id"]): cell for cell in grade_cells}
    ids = Counter(grade_id_of(cell) for cell in cells)
    made = {SETUP, *(exercise.name for exercise in assignment.exercises)}
    for name, count in ({name: ids[name] for name in behind} | ids).items():
        if name and (count != 1 or name in made):
            _refuse_cells(assignment, name, count)
    placed = []
    for cell in cells:
        placed.append(dict(cell))
        answered = behind.get(grade_id_of(cell) or "")
        if answered:
            placed.append(answered)
    after_title = 1 if placed[0]["cell_type"] == "markdown" else 0
    placed.insert(after_title, setup)
    number_cells(placed)
    return {"cells": placed, "metadata": {**KERNEL}, "nbformat": 4, "nbformat_minor": 5}


def _refuse_cells(assignment: Assignment, name: str, count: int) -> None:
    if count > 1:
        reason = say("{count} cells have the grade_id {name}", count=count, name=name)
    elif count:
        reason = say("the grade_id {name} is that of a cell which autograder makes", name=name)
    else:
        reason = say(
            "no cell has the grade_id {name}; begin the cell that students fill in with: # %% nbgrader={metadata}",
            name=name,
            metadata=json.dumps({"grade_id": name, "solution": True}),
        )
    raise CourseError(say("{file}: {reason}", file=assignment.reference, reason=reason))


def generated_cells(assignment: Assignment) -> list[Cell]:
    """Return the cells that are no part of the text: the setup, and one that shows the points of each exercise."""
    cells = [_code_cell(SETUP_SOURCE, {**PLAIN, "locked": True, "grade_id": SETUP})]
    for exercise in assignment.exercises:
        points = int(exercise.points) if exercise.points == int(exercise.points) else exercise.points
        metadata = {**PLAIN, "grade": True, "locked": True, "grade_id": exercise.name, "points": points}
        cells.append(_code_cell(f"%check {exercise.name}", metadata))
    return cells


def made_cells(assignment: Assignment, notebook: Notebook) -> list[Cell]:
    """Return the generated cells of a notebook, as they stand there."""
    made = {SETUP, *(exercise.name for exercise in assignment.exercises)}
    return [plain_cell(cell) for cell in notebook["cells"] if grade_id_of(cell) in made]


def _code_cell(source: str, nbgrader: dict[str, Any]) -> Cell:
    return {
        "cell_type": "code",
        "execution_count": None,
        "metadata": {"nbgrader": nbgrader},
        "outputs": [],
        "source": source,
    }


def number_cells(cells: list[Cell]) -> None:
    """Give every cell an id that depends on its name or its source only."""
    seen: Counter[str] = Counter()
    for cell in cells:
        name = grade_id_of(cell)
        key = f"grade_id {name}" if name else f"{cell['cell_type']} {cell['source']}"
        seen[key] += 1
        cell["id"] = hashlib.sha256(f"{key} {seen[key]}".encode()).hexdigest()[:8]


def grade_id_of(cell: Cell) -> str | None:
    """Return the name that nbgrader knows a cell by, if it has one."""
    name = cell["metadata"].get("nbgrader", {}).get("grade_id")
    return name if isinstance(name, str) else None


def text_cells(text: str) -> list[Cell]:
    """Read the cells of a percent-format text; their nbgrader metadata are as written there."""
    return [plain_cell(cell) for cell in library("jupytext").reads(text, fmt="py:percent").cells]


def plain_cell(cell: Cell) -> Cell:
    """Return what of a cell an author wrote."""
    metadata = {key: cell["metadata"][key] for key in KEPT if key in cell["metadata"]}
    plain = {"cell_type": cell["cell_type"], "metadata": metadata, "source": cell["source"].rstrip()}
    if cell["cell_type"] == "code":
        return {**plain, "execution_count": None, "outputs": []}
    return {**plain, "attachments": cell["attachments"]} if cell.get("attachments") else plain


def completed(cell: Cell) -> Cell:
    """Return a cell with all metadata that nbgrader's schema asks for."""
    nbgrader = cell["metadata"].get("nbgrader")
    if not nbgrader:
        return cell
    return {**cell, "metadata": {**cell["metadata"], "nbgrader": {**PLAIN, **nbgrader}}}


def parse_notebook(stored: str, path: Path) -> Notebook:
    """Read a notebook of format 4 as plain data.

    Raises
    ------
    CourseError
        If it is none; the message names the file.
    """
    try:
        notebook = json.loads(stored)
        for cell in notebook["cells"]:
            cell["source"] = "".join(cell["source"])
            cell["cell_type"], cell["metadata"] = str(cell["cell_type"]), dict(cell["metadata"])
        notebook["metadata"] = dict(notebook["metadata"])
    except (ValueError, KeyError, TypeError, RecursionError) as fault:
        text = say("{file} is not a notebook of format 4: open it in Jupyter and save it", file=path)
        raise CourseError(text) from fault
    return notebook


def author_cells(assignment: Assignment, notebook: Notebook) -> list[Cell]:
    """Return the cells of a notebook that its author wrote.

    Left out are the generated ones, empty ones, and what Jupyter notes in a cell.
    """
    generated = {SETUP, *(exercise.name for exercise in assignment.exercises)}
    cells = [plain_cell(cell) for cell in notebook["cells"] if grade_id_of(cell) not in generated]
    return [completed(cell) for cell in cells if cell["source"] or grade_id_of(cell)]


def cells_hash(cells: list[Cell]) -> str:
    """Return a digest of what an author wrote in a notebook, whatever else it holds."""
    said = [[cell.get(key) for key in ("cell_type", "source", "metadata", "attachments")] for cell in cells]
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def text_hash(text: str) -> str:
    """Return a digest of a text."""
    return hashlib.sha256(text.encode()).hexdigest()


def read_text(path: Path) -> str:
    """Read a percent-format text.

    Raises
    ------
    CourseError
        If it can't be read.
    """
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, ValueError) as fault:
        reason = getattr(fault, "strerror", None) or fault
        raise CourseError(say("{file}: can't be read: {reason}", file=path, reason=reason)) from fault


def notebook_text(notebook: Notebook) -> str:
    """Return a notebook as it is stored: the bytes that Jupyter would write."""
    nbformat = library("nbformat")
    return str(nbformat.writes(nbformat.from_dict(notebook))) + "\n"


def library(name: str) -> Any:
    """Import a package that only an instructor needs; it takes up to a second.

    Raises
    ------
    OutputError
        If it is not installed.
    """
    try:
        return importlib.import_module(name)
    except ImportError as fault:
        package = name.partition(".")[0]
        raise OutputError(
            say("{package} is not installed; install it with: pip install 'dl-autograder[nbgrader]'", package=package),
        ) from fault
