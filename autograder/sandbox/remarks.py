"""What happened while a submission was loaded, as notes for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from autograder.messages import Message, say
from autograder.results import Note
from autograder.sandbox.explaining import explain_exception, printable

MOST_REMARKS: Final = 50
Lengths = Mapping[str, int]
"""Lines of each cell, by its name."""


def place_of(cell: str, line: int, lengths: Lengths) -> Message | None:
    """Say where in the submission something is; None where the place can't be one of it."""
    if not 0 < line <= lengths.get(cell, 0):
        return None
    return say("line {line} of {cell}", line=line, cell=cell_title(cell))


def cell_title(cell: str) -> Message:
    """Return a cell's name as people call it."""
    word, _, number = cell.partition(" ")
    if word == "cell" and number.isdigit():
        return say("cell {number}", number=number)
    return {"en": printable(cell), "ko": printable(cell)}


def note_on_name(found: str, wanted: str) -> Note:
    """Say that one name was taken for another."""
    return Note("name", say("`{found}` was taken for `{wanted}`.", found=printable(found), wanted=wanted))


def note_on_remark(remark: Any, lengths: Lengths, source: str) -> Note | None:
    """Turn what the student's process remarked while loading into a note.

    Parameters
    ----------
    remark : object
        ``[kind, cell, line, error, text]`` as far as it is well formed; anything else is dropped.
    """
    if type(remark) is not list or [type(part) for part in remark] != [str, str, int, str, str]:
        return None
    kind, cell, line, error, text = remark
    place = place_of(cell, line, lengths)
    if kind == "syntax":
        where = place or cell_title(cell)
        sentence = say("{place} is not valid Python ({text}); the rest was used.", place=where, text=printable(text))
        return Note("syntax", sentence)
    if kind == "absent":
        told = say("Not there while grading, and replaced by something harmless: {names}.", names=printable(text))
        return Note("absent", told)
    if error == "StatementTimeout":
        sentence = say(
            "The statement at {place} took too long and was stopped; the rest was used.",
            place=place or cell_title(cell),
        )
        return Note("statement", sentence)
    _, detail = explain_exception(error, text, place, source)
    return Note("statement", say("A statement at the top level failed; the rest was used. {detail}", detail=detail))


def reason_for(state: str, name: str) -> Message | None:
    """Say why an exercise can't be called; None where it is the student's own.

    Parameters
    ----------
    state : str
        What the child found under the name.
    """
    if state == "missing":
        return say("`{name}` isn't defined.", name=name)
    if state == "undefined":
        return say("`{name}` isn't defined yet: run the cell that defines it first.", name=name)
    if state == "replaced":
        return say(
            "`{name}` is no function or class any more: a value was stored under its name. Store values under other"
            " names, and run the cell that defines `{name}` again.",
            name=name,
        )
    if state == "stub":
        return say("`{name}` isn't written yet.", name=name)
    if state == "imported":
        return say("`{name}` is imported from elsewhere; write your own.", name=name)
    return None
