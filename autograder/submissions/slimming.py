"""Notebooks that are too large because of their outputs: nobody's pictures cost the grade."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from autograder.errors import SubmissionError
from autograder.submissions.archives import read_file
from autograder.submissions.files import LARGEST
from autograder.submissions.names import suffix
from autograder.submissions.notebooks import parse

if TYPE_CHECKING:
    from autograder.submissions.files import File

LARGEST_NOTEBOOK: Final = 100 * 2**20
"""Bytes of a notebook with its outputs; without them it must not be larger than any other file."""
MOST_VALUES: Final = 2_000_000
"""Values in the JSON of such a notebook: the smallest take a hundred times as much memory as room in the file."""


def slimmed(file: File) -> File:
    """Drop the outputs of a notebook that is too large with them; any other file stays as it is."""
    if suffix(file.name) != ".ipynb" or file.problem or not LARGEST < file.size <= LARGEST_NOTEBOOK:
        return file
    try:
        raw = read_file(file, LARGEST_NOTEBOOK)
        if sum(map(raw.count, (b"[", b"{", b","))) > MOST_VALUES:
            return file
        notebook = parse(raw)
        for cell in notebook["cells"]:
            cell.pop("outputs", None)
            cell.pop("attachments", None)
        data = json.dumps(notebook).encode()
    except (SubmissionError, ValueError, KeyError, TypeError, AttributeError, RecursionError, MemoryError):
        return file
    return replace(file, place=data, size=len(data), member=None) if len(data) <= LARGEST else file
