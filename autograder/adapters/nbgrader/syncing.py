"""Text and notebook in step, whichever of the two was edited.

The layout of a text (blank lines, the way a cell is marked) is no part of a
notebook. So a text is brought up to date against its former self: cells that
have not changed stay as they are written there.
"""

from __future__ import annotations

import ast
import difflib
import itertools
import re
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any, Final, Literal

from autograder.adapters.nbgrader.source import (
    KEPT,
    MARK,
    PLAIN,
    Cell,
    Notebook,
    author_cells,
    build_notebook,
    cells_hash,
    completed,
    generated_cells,
    grade_id_of,
    library,
    made_cells,
    notebook_path,
    notebook_text,
    parse_notebook,
    read_text,
    text_cells,
    text_hash,
)
from autograder.assignments import Assignment
from autograder.errors import CourseError, OutputError
from autograder.messages import Message, say
from autograder.replacing import replace_file

Side = Literal["text", "notebook"]
_DEFINITION: Final = re.compile(r"(?:[ \t]*(?:#.*)?\n)*(?:@|def\b|class\b|async\s+def\b)")
_NO_HEADER: Final = {"notebook_metadata_filter": "-all"}


class Stand(Enum):
    """How text and notebook stand to each other."""

    IN_STEP = "in step"
    TEXT_EDITED = "text edited"
    NOTEBOOK_EDITED = "notebook edited"
    BOTH_EDITED = "both edited"


@dataclass
class Pair:
    """An assignment's text and notebook, as they lie there.

    Attributes
    ----------
    text, stored : str or None
        What the files hold; None where there is no such file.
    cells : list of Cell
        The cells of the notebook that an author wrote.
    notes : list of Message
        What of the notebook counts for nothing, because it is set elsewhere.
    """

    assignment: Assignment
    text: str | None
    stored: str | None
    stand: Stand
    cells: list[Cell] = field(default_factory=list)
    notes: list[Message] = field(default_factory=list)


def sync(assignment: Assignment, keep: Side | None = None) -> list[Message]:
    """Bring an assignment's text and notebook in step.

    Parameters
    ----------
    assignment : Assignment
        Which one.
    keep : {"text", "notebook"}, optional
        Which side is right; without it, the one that was edited.

    Returns
    -------
    list of Message
        What was done, and what of the notebook counts for nothing; empty where they are in step.

    Raises
    ------
    CourseError
        If both were edited, or one can't be read or can't be made from the other.
    OutputError
        If a file can't be written.
    """
    pair = compare(assignment)
    name, text, done = assignment.name, pair.text, say("the notebook was built from the text")
    if pair.stand is Stand.BOTH_EDITED and not keep:
        raise CourseError(
            say(
                "{name}: the text and the notebook have both been edited;"
                " keep one of them with --from text or --from notebook",
                name=name,
            ),
        )
    if _must_be_there(pair, keep) == "notebook":
        text = text_of(assignment, pair.cells, like=pair.text or "")
        done = say("the text was brought up to date with the notebook")
    assert text is not None
    built = notebook_text(build_notebook(assignment, text))
    if (text, built) == (pair.text, pair.stored):
        return []
    for path, content, before in (
        (assignment.reference, text, pair.text),
        (notebook_path(assignment), built, pair.stored),
    ):
        if content != before:
            write_file(path, content.encode())
    return [say("{name}: {what}", name=name, what=what) for what in (*pair.notes, done)]


def _must_be_there(pair: Pair, keep: Side | None) -> Side:
    """Return the side that the other is made from."""
    side = keep or ("notebook" if pair.stand is Stand.NOTEBOOK_EDITED else "text")
    path, content = {
        "text": (pair.assignment.reference, pair.text),
        "notebook": (notebook_path(pair.assignment), pair.stored),
    }[side]
    if content is None:
        raise CourseError(say("there is no file {file}", file=path))
    return side


def compare(assignment: Assignment) -> Pair:
    """Tell which of an assignment's text and notebook was edited.

    Raises
    ------
    CourseError
        If one of them is there and can't be read.
    """
    path = notebook_path(assignment)
    text = read_text(assignment.reference) if assignment.reference.exists() else None
    stored = read_text(path) if path.exists() else None
    if stored is None:
        return Pair(assignment, text, None, Stand.TEXT_EDITED)
    notebook = parse_notebook(stored, path)
    cells = author_cells(assignment, notebook)
    pair = Pair(assignment, text, stored, Stand.NOTEBOOK_EDITED, cells, _notes(assignment, notebook))
    if text is not None:
        pair.stand = _stand(text, cells, _mark(notebook))
    return pair


def _mark(notebook: Notebook) -> dict[str, Any]:
    mark = notebook["metadata"].get(MARK)
    return mark if isinstance(mark, dict) else {}


def _stand(text: str, cells: list[Cell], mark: dict[str, Any]) -> Stand:
    edited_text = mark.get("text") != text_hash(text)
    edited_notebook = mark.get("cells") != cells_hash(cells)
    if not edited_text and not edited_notebook:
        return Stand.IN_STEP
    if edited_text and edited_notebook:
        same = cells_hash([completed(cell) for cell in text_cells(text)]) == cells_hash(cells)
        return Stand.IN_STEP if same else Stand.BOTH_EDITED
    return Stand.TEXT_EDITED if edited_text else Stand.NOTEBOOK_EDITED


def _notes(assignment: Assignment, notebook: Notebook) -> list[Message]:
    """Tell what was edited in generated cells: it will be lost."""
    cells = made_cells(assignment, notebook)
    if _mark(notebook).get("made") == cells_hash(cells):
        return []
    expected = {grade_id_of(cell): cell for cell in generated_cells(assignment)}
    notes = []
    for cell in cells:
        name = grade_id_of(cell)
        made = expected[name]
        if cell["source"].rstrip() != made["source"]:
            notes.append(say("the cell {cell} is made by autograder; what was edited in it is gone", cell=name))
        points, right = (one["metadata"]["nbgrader"].get("points") for one in (cell, made))
        if points != right:
            notes.append(
                say(
                    "{exercise} has {points} points in the notebook and {right} in assignment.toml, which counts",
                    exercise=name,
                    points=points,
                    right=right,
                ),
            )
    return notes


def text_of(assignment: Assignment, cells: list[Cell], *, like: str = "") -> str:
    """Write an author's cells as percent-format text.

    Parameters
    ----------
    assignment : Assignment
        Whose cells they are.
    cells : list of Cell
        As `author_cells` returns them.
    like : str
        The text before: where a cell has not changed, its layout is kept.

    Raises
    ------
    CourseError
        If a cell holds what a text can't hold.
    """
    jupytext, nbformat = library("jupytext"), library("nbformat")
    before = jupytext.reads(like, fmt="py:percent")
    metadata = before.metadata if like.strip() else {"jupytext": dict(_NO_HEADER)}
    if metadata.get("jupytext", {}).get("notebook_metadata_filter") == "-all":
        metadata["jupytext"]["cell_metadata_filter"] = ",".join((*KEPT, "-all"))
    placed = _with_layout([_minimal(cell) for cell in cells], before.cells if like.strip() else [])
    notebook = nbformat.from_dict({"cells": placed, "metadata": metadata, "nbformat": 4, "nbformat_minor": 4})
    text = str(jupytext.writes(notebook, fmt="py:percent"))
    again = [completed(cell) for cell in text_cells(text)]
    for number, (wanted, found) in enumerate(itertools.zip_longest(cells, again), 1):
        if wanted != found:
            raise CourseError(
                say(
                    "{file}: cell {number} can't be written as text; does a line in it begin with # %%,"
                    " or does it hold a pasted picture?",
                    file=notebook_path(assignment),
                    number=number,
                ),
            )
    return text


def _minimal(cell: Cell) -> Cell:
    """Return a cell with no metadata that go without saying."""
    nbgrader = cell["metadata"].get("nbgrader")
    if not nbgrader:
        return cell
    told = {key: value for key, value in sorted(nbgrader.items()) if key not in PLAIN or PLAIN[key] != value}
    return {**cell, "metadata": {**cell["metadata"], "nbgrader": told}}


def _with_layout(cells: list[Cell], before: list[Any]) -> list[Cell]:
    """Give cells the layout they had in the text before, or that of formatted code."""
    origins = _origins(cells, before)
    placed = [{**cell, "metadata": dict(cell["metadata"])} for cell in cells]
    for index, cell in enumerate(placed):
        following = placed[index + 1] if index + 1 < len(placed) else None
        lines = _blank_lines(cell, following)
        former = before[origins[index]] if index in origins else None
        if former is not None:
            cell["metadata"].update({key: value for key, value in former.metadata.items() if key not in KEPT})
            ends_as_before = origins.get(index + 1, len(before) if following is None else None) == origins[index] + 1
            if ends_as_before and lines == _blank_lines(former, before[origins[index] + 1] if following else None):
                # Where there are more empty lines than usual, jupytext takes them for a part of the cell.
                cell["source"] += former.source[len(former.source.rstrip()) :]
                continue
        cell["metadata"]["lines_to_next_cell"] = lines
    for cell in placed[-1:]:
        cell["metadata"].pop("lines_to_next_cell", None)
    return placed


def _origins(cells: list[Cell], before: list[Any]) -> dict[int, int]:
    """Tell which cell of the text before stands at the place of each cell."""
    former, keys = ([(cell["cell_type"], cell["source"].rstrip()) for cell in some] for some in (before, cells))
    origins: dict[int, int] = {}
    for kind, start, end, begin, stop in difflib.SequenceMatcher(None, former, keys, autojunk=False).get_opcodes():
        same_types = [key[0] for key in former[start:end]] == [key[0] for key in keys[begin:stop]]
        if kind == "equal" or (kind == "replace" and same_types):
            origins.update(zip(range(begin, stop), range(start, end), strict=True))
    return origins


def _blank_lines(cell: Cell, following: Cell | None) -> int:
    """Return how many empty lines formatted code has between two cells."""
    if following is None:
        return 0
    before_definition = following["cell_type"] == "code" and _DEFINITION.match(following["source"])
    return 2 if before_definition or _ends_with_definition(cell) else 1


def _ends_with_definition(cell: Cell) -> bool:
    if cell["cell_type"] != "code":
        return False
    try:
        body = ast.parse(cell["source"]).body
    except (SyntaxError, ValueError):
        return False
    return bool(body) and isinstance(body[-1], ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef)


def write_file(path: Path, content: bytes) -> None:
    """Write a file so that it is never half-written, and its folder where that is missing.

    Raises
    ------
    OutputError
        If it can't be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, content)
    except OSError as fault:
        raise OutputError(say("{file} can't be written: {reason}", file=path, reason=fault.strerror)) from fault
