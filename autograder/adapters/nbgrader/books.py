"""An assignment in a gradebook: found there, or made as `nbgrader generate_assignment` makes it."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from autograder.adapters.nbgrader.alone import module_alone
from autograder.adapters.nbgrader.database import lock
from autograder.adapters.nbgrader.shapes import Data
from autograder.adapters.nbgrader.showing import in_order, known_cells
from autograder.adapters.nbgrader.source import (
    answer_id,
    build_notebook,
    library,
    notebook_path,
    parse_notebook,
    read_text,
)
from autograder.assignments import Assignment
from autograder.messages import Message, say
from autograder.releasing import BEGIN, STUB, stub_text
from autograder.submissions.candidates import listed

_TEXT_STUB: Final = "YOUR ANSWER HERE"


@dataclass(frozen=True)
class Shelf:
    """The cells of one notebook that have a grade or a comment, by their keys."""

    grades: frozenset[str]
    comments: frozenset[str]


@dataclass(frozen=True)
class Book:
    """An assignment as a gradebook knows it.

    Attributes
    ----------
    id, notebook_id : str
        Keys of the assignment and of our notebook in it.
    cells : list of dict
        What nbgrader expects to find in our notebook, in order.
    grades : mapping of str to (str, float)
        Key and points of the grade cell of each exercise that has one.
    answers : mapping of str to str
        Key of the answer cell of each exercise that has one.
    shelves : mapping of str to Shelf
        All notebooks of the assignment, by their keys.
    """

    id: str
    notebook_id: str
    duedate: dt.datetime | None
    cells: list[Data]
    grades: Mapping[str, tuple[str, float]]
    answers: Mapping[str, str]
    shelves: Mapping[str, Shelf]


def open_book(gradebook: Any, assignment: Assignment) -> Book:
    """Return an assignment of a gradebook; one that isn't there is made.

    What is there stays as it is: nbgrader's names and points count.

    Parameters
    ----------
    gradebook : nbgrader.api.Gradebook
        Open.

    Raises
    ------
    CourseError
        If it is to be made and its source notebook can't be read.
    """
    with gradebook.engine.begin() as connection:
        book = _find(connection, assignment)
    if book is None:
        with gradebook.engine.begin() as connection:
            lock(connection)
            # Whoever came first has made it.
            if _find(connection, assignment) is None:
                _make(connection, assignment, gradebook.course_id)
            book = _find(connection, assignment)
        assert book is not None
    return book


def _find(connection: Any, assignment: Assignment) -> Book | None:
    api = module_alone("nbgrader.api")
    with library("sqlalchemy.orm").Session(bind=connection) as session:
        found = session.query(api.Assignment).filter_by(name=assignment.name).one_or_none()
        notebooks = {notebook.name: notebook for notebook in found.notebooks} if found else {}
        ours = notebooks.get(assignment.name)
        if ours is None:
            return None
        points = {cell.name: (cell.id, cell.max_score) for cell in ours.grade_cells}
        answers = {cell.name: cell.id for cell in ours.solution_cells}
        names = [exercise.name for exercise in assignment.exercises]
        return Book(
            id=found.id,
            notebook_id=ours.id,
            duedate=found.duedate,
            cells=in_order(known_cells(ours), notebook_path(assignment)),
            grades={name: points[name] for name in names if name in points},
            answers={name: answers[answer_id(name)] for name in names if answer_id(name) in answers},
            shelves={
                notebook.id: Shelf(
                    frozenset(cell.id for cell in (*notebook.grade_cells, *notebook.task_cells)),
                    frozenset(cell.id for cell in (*notebook.solution_cells, *notebook.task_cells)),
                )
                for notebook in notebooks.values()
            },
        )


def _make(connection: Any, assignment: Assignment, course_id: str) -> None:
    api = module_alone("nbgrader.api")
    path = notebook_path(assignment)
    source = parse_notebook(read_text(path), path) if path.exists() else build_notebook(assignment)
    with library("sqlalchemy.orm").Session(bind=connection) as session:
        found = session.query(api.Assignment).filter_by(name=assignment.name).one_or_none()
        if found is None:
            found = api.Assignment(name=assignment.name, course_id=course_id)
            session.add(found)
        kernel = json.dumps(source["metadata"].get("kernelspec", {}))
        notebook = api.Notebook(name=assignment.name, assignment=found, kernelspec=kernel)
        session.add(notebook)
        for cell in source["cells"]:
            session.add_all(_rows(api, cell, notebook))
        session.flush()


def _rows(api: Any, cell: Data, notebook: Any) -> list[Any]:
    """Return what the gradebook notes of one cell of a source notebook."""
    utils = module_alone("nbgrader.utils")
    node = module_alone("nbformat.notebooknode").from_dict({**cell, "source": _released(cell)})
    if not any(asked(node) for asked in (utils.is_grade, utils.is_solution, utils.is_locked, utils.is_task)):
        return []
    metadata = node.metadata["nbgrader"]
    about = {"name": metadata["grade_id"], "notebook": notebook}
    graded = {**about, "cell_type": node.cell_type, "max_score": float(metadata.get("points", 0))}
    rows = [
        api.SourceCell(
            **about,
            cell_type=node.cell_type,
            locked=utils.is_locked(node),
            source=node.source,
            checksum=utils.compute_checksum(node),
        )
    ]
    if utils.is_grade(node):
        rows.append(api.GradeCell(**graded))
    if utils.is_solution(node):
        rows.append(api.SolutionCell(**about))
    if utils.is_task(node):
        rows.append(api.TaskCell(**graded))
    return rows


def _released(cell: Data) -> str:
    """Return the text of a cell as students receive it."""
    source: str = cell["source"]
    if BEGIN in source:
        return stub_text(source).removesuffix("\n")
    if not cell["metadata"].get("nbgrader", {}).get("solution"):
        return source
    return "\n".join(STUB) if cell["cell_type"] == "code" else _TEXT_STUB


def is_test(cell: Data) -> bool:
    """Say whether nbgrader reads a cell's points from its output."""
    role = cell["metadata"].get("nbgrader", {})
    return bool(cell["cell_type"] == "code" and role.get("grade") and not role.get("solution"))


def surprises(book: Book, assignment: Assignment) -> list[Message]:
    """Say where a gradebook and a course do not agree on an assignment."""
    name = assignment.name
    missing = [one.name for one in assignment.exercises if one.name not in book.grades]
    other = [one.name for one in assignment.exercises if book.grades.get(one.name, ("", one.points))[1] != one.points]
    tests = [str(cell["metadata"]["nbgrader"]["grade_id"]) for cell in book.cells if is_test(cell)]
    foreign = [cell for cell in tests if cell not in book.grades]
    told = []
    if missing:
        text = say(
            "{name}: the gradebook has no cell for {exercises}, so their points are not in it; bring it up to date"
            " with nbgrader generate_assignment {name}",
            name=name,
            exercises=listed(missing),
        )
        told.append(text)
    if other:
        text = say(
            "{name}: the gradebook gives other points for {exercises} than assignment.toml; points were scaled to"
            " the gradebook's. To change these: nbgrader generate_assignment {name}",
            name=name,
            exercises=listed(other),
        )
        told.append(text)
    if foreign:
        text = say(
            "{name}: {cells} have tests of their own in the notebook; nbgrader autograde {name} runs these",
            name=name,
            cells=listed(foreign),
        )
        told.append(text)
    return told
