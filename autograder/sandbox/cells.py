"""What came of one cell of a notebook, as the student's process tells it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from autograder import wire
from autograder.messages import Message, say
from autograder.sandbox.faults import timed_out, unreadable_answer

KINDS: Final = ("stdout", "stderr", "result", "display", "figure")
MOST_FIGURES: Final = 8
LARGEST_FIGURE: Final = 1 << 21
"""Bytes of one picture."""
MOST_PIECES: Final = 250
LONGEST_TEXT: Final = 4000
_PNG: Final = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True)
class Shown:
    """One output of a cell: `kind` is one of `KINDS`, `text` what it shows, `picture` a PNG where it is a figure."""

    kind: str
    text: str = ""
    picture: bytes = b""


@dataclass(frozen=True)
class Raised:
    """An exception that a cell ended with: its type, its text, and (cell, line, function) of what it passed."""

    name: str
    text: str
    frames: tuple[tuple[int, int, str], ...] = ()


@dataclass(frozen=True)
class CellRun:
    """What came of one cell, as the student's process tells it.

    Attributes
    ----------
    shown : tuple of Shown
        Its outputs.
    raised : Raised or None
        The exception that ended it.
    fault : Message or None
        Why it was stopped, or not run.
    points : float or None
        Its last expression, where that is a number.
    remark : Message or None
        Something to say beside the outputs.
    """

    shown: tuple[Shown, ...] = ()
    raised: Raised | None = None
    fault: Message | None = None
    points: float | None = None
    remark: Message | None = None

    @property
    def went_well(self) -> bool:
        """It came to its end without an exception."""
        return self.raised is None and self.fault is None


def read_run(answer: Any, most_text: int) -> CellRun:
    """Read what a child says of a cell.

    Parameters
    ----------
    answer : object
        Plain data; its form is the child's to choose.
    most_text : int
        Characters of text that a cell may show.

    Raises
    ------
    StudentFault
        If it makes no sense.
    """
    if type(answer) is not dict:
        raise unreadable_answer()
    try:
        shown = _read_pieces(answer["pieces"], most_text)
        raised = None if answer["error"] is None else _read_error(*answer["error"])
        points, ended = answer["points"], answer["ended"]
    except (KeyError, TypeError, ValueError):
        raise unreadable_answer() from None
    if type(ended) is not str or type(points) not in (float, type(None)):
        raise unreadable_answer()
    remark = say("The rest of what it showed was cut.") if answer.get("cut") is True else None
    if ended == "late":
        return CellRun(shown, fault=timed_out().message, remark=remark)
    if ended == "await":
        return CellRun(shown, fault=say("`await` outside of a function can't run while grading."), remark=remark)
    if ended != ("raised" if raised else "well"):
        raise unreadable_answer()
    return CellRun(shown, raised, None, points, remark)


def _read_pieces(pieces: Any, most_text: int) -> tuple[Shown, ...]:
    if type(pieces) is not list or len(pieces) > MOST_PIECES:
        raise TypeError(pieces)
    shown: list[Shown] = []
    figures = 0
    for kind, data in pieces:
        if type(kind) is not str or kind not in KINDS or type(data) is not bytes:
            raise TypeError(kind)
        if kind == "figure":
            figures += 1
            if figures <= MOST_FIGURES and len(data) <= LARGEST_FIGURE and data.startswith(_PNG):
                shown.append(Shown(kind, picture=data))
            continue
        text = data.decode("utf-8", "replace")[:most_text]
        most_text -= len(text)
        shown.append(Shown(kind, text))
    return tuple(shown)


def _read_error(name: Any, text: Any, frames: Any) -> Raised:
    if type(name) is not str or type(text) is not str or type(frames) is not list:
        raise TypeError(name)
    read = []
    for cell, line, function in frames[:MOST_PIECES]:
        if [type(cell), type(line), type(function)] != [int, int, str]:
            raise TypeError(cell)
        read.append((cell, line, function[: wire.MAX_NAME]))
    return Raised(name[: wire.MAX_NAME] or "Exception", text[:LONGEST_TEXT], tuple(read))
