"""Notebook files: the code cells, whatever else is damaged.

Read as plain JSON and by shape: `nbformat` refuses what a student's tools have
bent, takes 150 ms to import, and a notebook is needed for its code only. The
layouts of versions 1 to 4 differ in two places (worksheets, name of the text).
"""

from __future__ import annotations

import json
import re
from typing import Any, Final

from autograder.errors import SubmissionError
from autograder.messages import say

MOST_CELLS: Final = 5000
_SURROGATE: Final = re.compile("[\ud800-\udfff]")


def looks_like_notebook(text: str, *, named: bool) -> bool:
    """Whether a text is meant as a notebook, by its beginning.

    Parameters
    ----------
    text : str
        The whole file.
    named : bool
        Whether its name says that it is one: then it may be broken or empty.
    """
    start = text[:2000].lstrip()
    return (named and start[:1] in {"{", ""}) or (
        start[:1] == "{" and re.match(r'\{\s*"\w+"\s*:\s*[\[{"\d]', start) is not None
    )


def read_code_cells(text: str, name: str) -> list[str]:
    """Return the texts of a notebook's code cells, in order.

    Parameters
    ----------
    text : str
        The notebook's JSON.
    name : str
        How messages call the file.

    Raises
    ------
    SubmissionError
        If the text is not a notebook.
    """
    if not text.strip():
        raise SubmissionError(
            say("{file} is empty: save the notebook once more and hand it in again", file=name),
        )
    try:
        notebook = parse(text)
    except json.JSONDecodeError as fault:
        raise SubmissionError(
            say(
                "{file} is a damaged notebook: its JSON breaks off or is wrong at line {line};"
                " open it in Jupyter, save it and hand it in again",
                file=name,
                line=fault.lineno,
            ),
        ) from fault
    except (RecursionError, MemoryError, ValueError) as fault:
        raise SubmissionError(say("{file} is nested or filled beyond all bounds", file=name)) from fault
    sources = _code_sources(notebook)
    if sources is None:
        raise SubmissionError(say("{file} holds JSON, but it is not a notebook: it has no cells", file=name))
    if len(sources) > MOST_CELLS:
        raise SubmissionError(
            say("{file} has {count} code cells, more than {most}", file=name, count=len(sources), most=MOST_CELLS),
        )
    return sources


def parse(text: str | bytes) -> Any:
    """Return the JSON data of a notebook's text; raises what `json.loads` raises."""
    return json.loads(text, parse_int=_short_int)


def _short_int(digits: str) -> int:
    # Reading an integer of a million digits takes minutes on Python 3.10 and is an error later.
    return int(digits) if len(digits) < 20 else 0  # noqa: PLR2004


def _code_sources(notebook: Any) -> list[str] | None:
    if not isinstance(notebook, dict):
        return None
    holders = [notebook, *_dicts(notebook.get("worksheets"))]
    cells = [cell for holder in holders for cell in _dicts(holder.get("cells"))]
    if not cells and not any(isinstance(holder.get("cells"), list) for holder in holders):
        return None
    return [_source(cell) for cell in cells if _is_code(cell)]


def _dicts(value: object) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _is_code(cell: dict[str, Any]) -> bool:
    kind = cell.get("cell_type")
    if isinstance(kind, str):
        return kind.lower() == "code" or _was_code(cell)
    return "outputs" in cell or "input" in cell or "execution_count" in cell


def _was_code(cell: dict[str, Any]) -> bool:
    """Whether nbgrader released it as code: a wrong key turns an answer into text, which looks the same."""
    metadata = cell.get("metadata")
    released = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    return isinstance(released, dict) and released.get("cell_type") == "code"


def _source(cell: dict[str, Any]) -> str:
    value = next((cell[key] for key in ("source", "input", "code") if key in cell), "")
    if isinstance(value, list):
        value = "".join(part for part in value if isinstance(part, str))
    if not isinstance(value, str):
        return ""
    # JSON may hold half a character, which no file and no pipe can carry on.
    value = _SURROGATE.sub("\ufffd", value).replace("\0", "").replace("\ufeff", "")
    return value.replace("\r\n", "\n").replace("\r", "\n")
