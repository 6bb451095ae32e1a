"""The notebook that a graded submission is shown in: whose cells, and what nbgrader expects of them.

Nothing here imports Jupyter: a notebook is plain data.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from autograder.adapters.nbgrader.shapes import Data, new_cell, new_notebook, percent_cells, read_notebook
from autograder.errors import AutograderError
from autograder.grading import Work
from autograder.submissions.archives import read_file
from autograder.submissions.files import File
from autograder.submissions.magics import neutralise_cell
from autograder.submissions.names import suffix
from autograder.submissions.texts import decode

MOST_REFUSED_CELLS: Final = 300
"""Shown of a notebook that is not graded, perhaps because it holds so many."""


def shown(work: Work, name: str) -> Data:
    """Return the notebook that shows what was graded.

    Parameters
    ----------
    work : Work
        What was handed in.
    name : str
        Name of the notebook that is expected.

    Returns
    -------
    dict
        The student's notebook where it holds the work, whatever it is called; else one
        that is made of the work's cells, and of nothing where nothing could be read.
    """
    files = [file for file in work.candidate.files if suffix(file.name) == ".ipynb" and len(file.parts) == 1]
    files.sort(key=lambda file: file.name != name)
    for notebook in filter(None, map(notebook_in, files)):
        if not work.submission:
            return {**notebook, "cells": notebook["cells"][:MOST_REFUSED_CELLS]}
        if _holds(notebook, work):
            return notebook
    return new_notebook(percent_cells(work.submission.cells) if work.submission else (), made=True)


def notebook_in(file: File) -> Data | None:
    """Read a notebook that was handed in; None where the file holds none."""
    try:
        return read_notebook(decode(read_file(file), file.name).text)
    except AutograderError:
        return None


def known_cells(notebook: Any) -> list[Data]:
    """Return the cells that a gradebook knows of a notebook, as cells of the notebook format.

    Parameters
    ----------
    notebook : nbgrader.api.Notebook
        Of the gradebook.
    """
    grades = {cell.name: cell for cell in notebook.grade_cells}
    tasks = {cell.name: cell for cell in notebook.task_cells}
    answers = {cell.name for cell in notebook.solution_cells}
    cells = []
    for cell in notebook.source_cells:
        metadata: Data = {
            "schema_version": 3,
            "grade_id": cell.name,
            "grade": cell.name in grades,
            "solution": cell.name in answers,
            "locked": cell.locked,
            "task": cell.name in tasks,
            "cell_type": cell.cell_type,
        }
        if graded := grades.get(cell.name) or tasks.get(cell.name):
            metadata["points"] = graded.max_score
        if cell.checksum:
            metadata["checksum"] = cell.checksum
        cells.append(new_cell(cell.cell_type, cell.source, metadata))
    return cells


def in_order(cells: Sequence[Data], released: Path) -> list[Data]:
    """Sort what `known_cells` returned as in a notebook on disk: a database gives no order."""
    order = {grade_id: place for place, grade_id in enumerate(_ids_in(released))}
    return sorted(cells, key=lambda cell: order.get(cell["metadata"]["nbgrader"]["grade_id"], len(order)))


def _ids_in(path: Path) -> list[str]:
    try:
        cells = json.loads(path.read_bytes())["cells"]
        return [cell["metadata"]["nbgrader"]["grade_id"] for cell in cells if "nbgrader" in cell["metadata"]]
    except (OSError, ValueError, KeyError, TypeError):
        return []


def _holds(notebook: Data, work: Work) -> bool:
    held = set(_neutral_texts(notebook))
    return all(cell.source.strip() in held for cell in work.submission.cells) if work.submission else False


def _neutral_texts(notebook: Data) -> Iterator[str]:
    for cell in notebook["cells"]:
        text = cell["source"].replace("\ufeff", "").replace("\r\n", "\n").replace("\r", "\n")
        yield neutralise_cell(text).source.strip()
