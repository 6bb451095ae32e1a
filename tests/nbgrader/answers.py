"""Released notebooks as students hand them in: filled in, and bent in every way."""

from __future__ import annotations

import ast
import copy
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from autograder.adapters.nbgrader.source import answer_id

Notebook = dict[str, Any]


def functions_of(path: Path) -> dict[str, str]:
    """Return the source of each function and class of a file."""
    text = path.read_text(encoding="utf-8")
    found = (node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef | ast.ClassDef))
    return {node.name: ast.get_source_segment(text, node) or "" for node in found}


def filled(released: Path, answers: Mapping[str, str]) -> Notebook:
    """Return a released notebook with answers in its cells."""
    notebook: Notebook = json.loads(released.read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        for name, source in answers.items():
            if grade_id(cell) == answer_id(name):
                cell["source"] = source
    return notebook


def grade_id(cell: Notebook) -> str | None:
    """Return what nbgrader calls a cell."""
    metadata = cell["metadata"].get("nbgrader")
    return metadata.get("grade_id") if isinstance(metadata, dict) else None


def cell_of(notebook: Notebook, name: str) -> Notebook:
    """Return the cell with a certain `grade_id`."""
    found: Notebook = next(cell for cell in notebook["cells"] if grade_id(cell) == name)
    return found


def without(notebook: Notebook, *names: str) -> Notebook:
    """Return a copy in which some cells were deleted."""
    changed = copy.deepcopy(notebook)
    changed["cells"] = [cell for cell in changed["cells"] if grade_id(cell) not in names]
    return changed


def code(source: str, **nbgrader: Any) -> Notebook:
    """Return a code cell, with nbgrader's metadata as given."""
    metadata = {"nbgrader": nbgrader} if nbgrader else {}
    return {
        "cell_type": "code",
        "id": f"c{abs(hash(source)) % 10**8}",
        "metadata": metadata,
        "source": source,
        "outputs": [],
        "execution_count": None,
    }


def text(source: str) -> Notebook:
    """Return a markdown cell."""
    return {"cell_type": "markdown", "id": f"t{abs(hash(source)) % 10**8}", "metadata": {}, "source": source}


def hand_in(course: Path, student: str, assignment: str, work: Notebook | str | bytes, name: str = "") -> Path:
    """Put one file where nbgrader expects submissions."""
    folder = course / "submitted" / student / assignment
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / (name or f"{assignment}.ipynb")
    if isinstance(work, dict):
        work = json.dumps(work, ensure_ascii=False)
    path.write_bytes(work if isinstance(work, bytes) else work.encode("utf-8", "surrogatepass"))
    return path
