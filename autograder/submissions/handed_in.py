"""What of the files that were found is somebody's work, and what only lies beside it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Final

from autograder.submissions.candidates import SOURCES, peek
from autograder.submissions.files import File, describe
from autograder.submissions.names import bare, is_given, suffix

TIMESTAMP: Final = "timestamp.txt"
"""nbgrader's note of when a submission was handed in."""
CODE: Final = (".py", ".ipynb", ".pyw", ".zip")
"""Suffixes of files that are somebody's work wherever they lie."""
# What a student may have handed in instead of code: it gets a sentence, not silence.
_DOCUMENTS: Final = frozenset(
    {
        *(".doc", ".docx", ".hwp", ".hwpx", ".odt", ".rtf", ".pdf", ".pages", ".ppt", ".pptx"),
        *(".png", ".jpg", ".jpeg", ".heic", ".mp4", ".mov"),
        *(".rar", ".7z", ".gz", ".tgz", ".tar", ".egg", ".alz", ".pyc"),
    },
)
_LOOKS_LIKE_PYTHON: Final = re.compile(rb"(?:^|\n)[ \t]*(?:def|class|import|from|print\()", re.MULTILINE)
_START: Final = 2**16
"""Bytes of a text by which it is told whether it looks like Python."""


def handed_in(files: Iterable[File]) -> list[File]:
    """Return the files that a student made, or may have: no empty folder, and nothing that was given out."""
    return [file for file in files if not file.is_empty_folder and not is_given(file.parts[-1])]


def timestamp_of(files: Iterable[File]) -> File | None:
    """Return nbgrader's note of the time among the files of a submission."""
    return next((file for file in files if file.name == TIMESTAMP), None)


def noted_beside(file: File) -> list[File]:
    """Return nbgrader's note beside a file of a submission, named by itself."""
    beside = file.place.with_name(TIMESTAMP) if isinstance(file.place, Path) else None
    return [describe(beside, TIMESTAMP)] if beside and beside.exists() else []


def is_handed_in(file: File) -> bool:
    """Say whether a file that lies among others is somebody's submission."""
    kind = suffix(file.name)
    if is_given(file.parts[-1]) or file.is_empty_folder:
        return False
    if kind in CODE or kind in _DOCUMENTS:
        return True
    # Any list or readme may be called .txt: it is a submission where it looks like Python.
    return kind in SOURCES and bool(_LOOKS_LIKE_PYTHON.search(peek(file, _START)))


def bare_folder(name: str) -> str:
    """Return the name of a folder without the suffix of a file that was unpacked to it."""
    return bare(name) if suffix(name) in CODE else name


def by_top(files: Iterable[File]) -> dict[str, list[File]]:
    """Group the files that are inside folders, named relative to them."""
    tops: dict[str, list[File]] = {}
    for file in files:
        top, slash, rest = file.name.partition("/")
        if slash:
            tops.setdefault(top, [])
            if rest or file.problem:
                tops[top].append(replace(file, name=rest or "."))
    return tops
