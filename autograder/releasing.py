"""What students receive: the solution without its solutions, and the public checks.

The notebook's text `solutions/<name>/<name>.py` marks what students write with
``### BEGIN SOLUTION`` and ``### END SOLUTION``, as nbgrader's notebooks do.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from autograder.errors import CourseError, OutputError
from autograder.messages import Message, say

if TYPE_CHECKING:
    from pathlib import Path

    from autograder.assignments import Assignment

BEGIN: Final = "### BEGIN SOLUTION"
END: Final = "### END SOLUTION"
STUB: Final = ("# YOUR CODE HERE", "raise NotImplementedError")

# What is nearly a marker would leave the solution in the release without a word.
_NEARLY_MARKER: Final = re.compile(r"#+\s*(?:BEGIN|END)\s+(?:SOLUTION|HIDDEN\s+TESTS?)\b", re.IGNORECASE)
_CELL: Final = re.compile(r"# %%")
# Lines that say nothing about an answer: they may well stand in both.
_TRIVIAL: Final = re.compile(r"(?:import|from|def|class|@|\"\"\"|'''|#|with|try|else|return (?:None|self\.\w+|\w+)$)")
_SHORTEST_SECRET: Final = 12


@dataclass(frozen=True)
class _Parts:
    """The lines of a solution, told apart."""

    stub: list[str]
    given: list[str]
    secret: list[str]


def stub_text(solution: str) -> str:
    """Return the text that students receive for a solution.

    Parameters
    ----------
    solution : str
        Percent-format text with solution markers.

    Returns
    -------
    str
        The same text; each marked region is a comment and
        ``raise NotImplementedError`` at the indentation of its marker.

    Raises
    ------
    CourseError
        If the markers do not pair up; the message names the line.
    """
    return "\n".join(_split(solution).stub).rstrip("\n") + "\n"


def write_release(assignment: Assignment, destination: Path) -> list[Path]:
    """Write what students receive, after a search for anything they must not.

    Parameters
    ----------
    assignment : Assignment
        Which one.
    destination : Path
        The folder of all assignments; `<destination>/<name>/` is written.

    Returns
    -------
    list of Path
        The files that were written. The same course gives the same bytes.

    Raises
    ------
    CourseError
        If a file of the course is missing or wrong, or a line of a solution or
        a hidden check would be handed out.
    OutputError
        If the files can't be written.
    """
    parts = _split(_read(assignment.reference), assignment.reference)
    public = _read(assignment.public_checks)
    _refuse_secrets(assignment, parts, public, _read(assignment.hidden_checks))
    texts = {
        f"{assignment.name}.py": "\n".join(parts.stub).rstrip("\n") + "\n",
        assignment.public_checks.name: public.rstrip("\n") + "\n",
    }
    folder = destination / assignment.name
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            (folder / name).write_bytes(text.encode())
    except OSError as fault:
        raise OutputError(say("{folder} can't be written: {reason}", folder=folder, reason=fault.strerror)) from fault
    return [folder / name for name in texts]


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, ValueError) as fault:
        reason = getattr(fault, "strerror", None) or fault
        raise CourseError(say("{file}: can't be read: {reason}", file=path, reason=reason)) from fault


def _split(solution: str, path: Path | None = None) -> _Parts:
    """Tell the lines of solutions from the lines that are given."""
    parts = _Parts([], [], [])
    opened = 0
    for number, line in enumerate(solution.replace("\r\n", "\n").split("\n"), 1):
        mark = line.strip()
        if mark == BEGIN and not opened:
            opened = number
            indent = line[: line.index("#")]
            parts.stub.extend(indent + text for text in STUB)
        elif mark == END and opened:
            opened = 0
        elif _NEARLY_MARKER.search(line):
            _refuse(path, number, _wrong_marker(mark, opened))
        elif opened and _CELL.match(line):
            _refuse(path, opened, say("{begin} is not closed before its cell ends", begin=BEGIN))
        elif opened:
            parts.secret.append(line)
        else:
            parts.given.append(line)
            parts.stub.append(line)
    if opened:
        _refuse(path, opened, say("{begin} has no {end}", begin=BEGIN, end=END))
    return parts


def _wrong_marker(mark: str, opened: int) -> Message:
    if mark == BEGIN:
        return say("{begin} stands inside the solution that begins at line {line}", begin=BEGIN, line=opened)
    if mark == END:
        return say("{end} has no {begin}", begin=BEGIN, end=END)
    return say(
        "{mark!r} is not a marker; markers are {begin} and {end} alone on a line", mark=mark, begin=BEGIN, end=END
    )


def _refuse(path: Path | None, number: int, reason: Message) -> None:
    place = f"{path}:{number}" if path else say("line {line}", line=number)
    raise CourseError(say("{place}: {reason}", place=place, reason=reason))


def _refuse_secrets(assignment: Assignment, parts: _Parts, public: str, hidden: str) -> None:
    """Look for lines of solutions and hidden checks in what would be handed out.

    Code that is given may be repeated in a solution and in a hidden check, and
    what is public in a hidden check. An answer in the public checks, or either
    in a comment or in the text of the notebook, is a slip.
    """
    solution = _telling(parts.secret) - _telling(parts.given)
    checks = _telling(hidden.split("\n")) - _telling([*public.split("\n"), *parts.given])
    for path, lines in (assignment.reference, parts.given), (assignment.public_checks, public.split("\n")):
        for line in lines:
            bare = line.strip().lstrip("#").strip()
            if bare in solution:
                reason = say("this line of a solution would be handed out: {line}", line=bare)
            elif bare in checks:
                reason = say("this line of a hidden check would be handed out: {line}", line=bare)
            else:
                continue
            raise CourseError(say("{file}: {reason}", file=path, reason=reason))


def _telling(lines: list[str]) -> set[str]:
    """Return the lines that would tell something."""
    bare = {line.strip() for line in lines}
    return {line for line in bare if len(line) >= _SHORTEST_SECRET and not _TRIVIAL.match(line)}
