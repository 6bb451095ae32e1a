"""Any notebook, however bent, as valid plain data of format 4.5.

`nbformat` reports what it doesn't like and then fails, or reads on and fails
later. Here nothing fails: what a field should hold and doesn't is left out. Of a
cell its kind, text, pictures, identity and nbgrader's metadata are kept; outputs
and all other metadata are what students write, and are read by nobody.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

from autograder.adapters.nbgrader.markup import as_code
from autograder.submissions import Cell

Data = dict[str, Any]
"""A cell or a notebook of format 4.5, as plain data."""

MADE: Final = "autograder_made"
"""Of a notebook's metadata, while it is on its way: it was made here, of what was no notebook."""
MOST_CELLS: Final = 5000
_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_BASE64: Final = re.compile(r"[A-Za-z0-9+/=\s]*")
_PICTURES: Final = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
_KINDS: Final = {"code": "code", "markdown": "markdown", "raw": "raw", "html": "markdown", "heading": "markdown"}
_KERNEL: Final = {"display_name": "Python 3", "language": "python", "name": "python3"}
_PERCENT: Final = re.compile(r"^# ?%%(.*)$", re.MULTILINE)


def new_notebook(cells: Iterable[Data], *, made: bool = False) -> Data:
    """Return a notebook of some cells, each with an id of its own.

    Parameters
    ----------
    cells : iterable of dict
        Valid but for their ids.
    made : bool
        Say so in the metadata where this is no notebook of the student's.
    """
    kept = list(cells)
    taken: set[str] = set()
    for place, cell in enumerate(kept):
        known = cell.get("id")
        if not isinstance(known, str) or not _ID.fullmatch(known) or known in taken:
            known = hashlib.sha256(f"{place}\0{cell['source']}".encode()).hexdigest()[:16]
        taken.add(known)
        cell["id"] = known
    metadata = {"kernelspec": dict(_KERNEL), "language_info": {"name": "python"}, **({MADE: True} if made else {})}
    return {"cells": kept, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def new_cell(kind: str, source: str, nbgrader: Data | None = None) -> Data:
    """Return a cell.

    Parameters
    ----------
    kind : {"code", "markdown", "raw"}
        Its type.
    nbgrader : dict, optional
        nbgrader's metadata.
    """
    cell: Data = {"cell_type": kind, "metadata": {"nbgrader": nbgrader} if nbgrader else {}, "source": source}
    return {**cell, "execution_count": None, "outputs": []} if kind == "code" else cell


def read_notebook(text: str) -> Data | None:
    """Read a notebook's text.

    Parameters
    ----------
    text : str
        JSON, or something that was to be JSON.

    Returns
    -------
    dict or None
        Valid, without outputs; None where the text holds no cells at all.
    """
    try:
        found = json.loads(text, parse_int=_short_int, parse_constant=lambda _name: None)
    except (ValueError, RecursionError, MemoryError):
        return None
    return repaired(found)


def repaired(notebook: Any) -> Data | None:
    """Return a notebook in valid form, without outputs and without cells that go into a page as they are.

    Parameters
    ----------
    notebook : object
        What JSON held, of notebook format 1 to 4.

    Returns
    -------
    dict or None
        None where it has no cells at all.
    """
    if not isinstance(notebook, dict):
        return None
    holders = [notebook, *_dicts(notebook.get("worksheets"))]
    if not any(isinstance(holder.get("cells"), list) for holder in holders):
        return None
    cells = [cell for holder in holders for cell in _dicts(holder.get("cells"))]
    return new_notebook(_repaired_cell(cell) for cell in cells[:MOST_CELLS])


def percent_cells(pieces: Iterable[Cell]) -> Iterator[Data]:
    """Yield the cells of Python texts, taken apart where percent-format text begins a cell.

    Parameters
    ----------
    pieces : iterable of Cell
        Of a submission.
    """
    for piece in pieces:
        marks = list(_PERCENT.finditer(piece.source))
        head = piece.source[: marks[0].start()] if marks else piece.source
        if head.strip():
            yield new_cell("code", head.strip("\n"))
        ends = [mark.start() for mark in marks[1:]]
        for mark, end in zip(marks, [*ends, len(piece.source)], strict=bool(marks)):
            text = piece.source[mark.end() : end].strip("\n")
            if "[markdown]" in mark[1]:
                yield new_cell("markdown", "\n".join(_uncommented(text)))
            elif text.strip():
                yield new_cell("code", text)


def source_of(cell: Data) -> str:
    """Return the text of a cell of any format."""
    value = next((cell[key] for key in ("source", "input", "code") if key in cell), "")
    if isinstance(value, list):
        value = "".join(part for part in value if isinstance(part, str))
    if not isinstance(value, str):
        return ""
    # JSON may hold half a character, which no file can carry on.
    return _SURROGATE.sub("\ufffd", value).replace("\0", "")


def _repaired_cell(cell: Data) -> Data:
    kind, source = _kind(cell), source_of(cell)
    metadata = cell.get("metadata")
    claimed = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    if isinstance(claimed, dict) and claimed.get("cell_type") == "code" != kind:
        # Released as code: a wrong key turns an answer into text, and it is read as code all the same.
        claimed, kind = {**claimed, "cell_type": kind}, "code"
    if cell.get("cell_type") == "heading":
        level = cell.get("level")
        source = f"{'#' * (level if isinstance(level, int) and 0 < level < 7 else 1)} {source}"  # noqa: PLR2004
    if kind == "raw":
        # A raw cell goes into a page as it is.
        kind, source = "markdown", as_code(source) if source.strip() else ""
    found = new_cell(kind, source, claimed if isinstance(claimed, dict) else None)
    if claimed is not None and not isinstance(claimed, dict):
        found["metadata"]["nbgrader"] = {}
    if kind == "markdown" and (pictures := _pictures(cell.get("attachments"))):
        found["attachments"] = pictures
    found["id"] = cell.get("id")
    return found


def _kind(cell: Data) -> str:
    kind = cell.get("cell_type")
    kind = _KINDS.get(kind.lower()) if isinstance(kind, str) else None
    return kind or ("code" if {"outputs", "input", "execution_count"} & cell.keys() else "markdown")


def _pictures(attachments: Any) -> Data:
    """Return the attachments that can only be pictures."""
    if not isinstance(attachments, dict):
        return {}
    kept: Data = {}
    for name, bundle in attachments.items():
        for kind, data in bundle.items() if isinstance(bundle, dict) else ():
            text = "".join(data) if isinstance(data, list) and all(isinstance(part, str) for part in data) else data
            if kind in _PICTURES and isinstance(text, str) and _BASE64.fullmatch(text):
                kept.setdefault(name, {})[kind] = text
    return kept


def _dicts(value: object) -> list[Data]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _short_int(digits: str) -> int:
    # An integer of a million digits takes minutes to read on Python 3.10.
    return int(digits) if len(digits) < 20 else 0  # noqa: PLR2004


def _uncommented(text: str) -> Iterator[str]:
    for line in text.split("\n"):
        yield line[2:] if line.startswith("# ") else line.removeprefix("#")
