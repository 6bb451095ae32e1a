"""What students receive beside the notebook: a stub, the public checks and a README.

The notebook's text `solutions/<name>/<name>.py` marks what students write with
``### BEGIN SOLUTION`` and ``### END SOLUTION``, as nbgrader's notebooks do.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from autograder.assignments import Assignment
from autograder.errors import CourseError
from autograder.messages import Message, say

BEGIN: Final = "### BEGIN SOLUTION"
END: Final = "### END SOLUTION"
README: Final = "README.md"
STUB: Final = ("# YOUR CODE HERE", "raise NotImplementedError")

# What is nearly a marker would leave the solution in the release without a word.
_NEARLY_MARKER: Final = re.compile(r"#+\s*(?:BEGIN|END)\s+(?:SOLUTION|HIDDEN\s+TESTS?)\b", re.IGNORECASE)
_CELL: Final = re.compile(r"# %%")
# Lines that say nothing about an answer: they may well stand in both.
_TRIVIAL: Final = re.compile(r"(?:import|from|def|class|@|\"\"\"|'''|#|with|try|else|return (?:None|self\.\w+|\w+)$)")
_SHORTEST_SECRET: Final = 12
_QUOTED: Final = re.compile(r"`([^`]+)`")


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


@dataclass(frozen=True)
class Secrets:
    """The lines that no student may receive.

    Attributes
    ----------
    solution, checks : frozenset of str
        Lines of solutions and of hidden checks that say something, without their
        indentation. What students are given anyway is not among them.
    """

    solution: frozenset[str]
    checks: frozenset[str]

    def refuse(self, place: object, text: str) -> None:
        """Refuse a text that would hand one of the lines out.

        Raises
        ------
        CourseError
            If it does; the message names the place and the line.
        """
        for line in text.splitlines():
            for said in (line.strip().lstrip("#").strip(), *_QUOTED.findall(line)):
                if said in self.solution:
                    reason = say("this line of a solution would be handed out: {line}", line=said)
                elif said in self.checks:
                    reason = say("this line of a hidden check would be handed out: {line}", line=said)
                elif _NEARLY_MARKER.search(line):
                    reason = say("the marker of a solution would be handed out: {line}", line=line.strip())
                else:
                    continue
                raise CourseError(say("{file}: {reason}", file=place, reason=reason))


def secrets_of(assignment: Assignment) -> Secrets:
    """Return what of an assignment no student may receive.

    Code that is given may be repeated in a solution and in a hidden check, and what
    is public in a hidden check. An answer in the public checks, or either in a
    comment or in the text of the notebook, is a slip.

    Raises
    ------
    CourseError
        If a file is missing, or the solution's markers don't pair up.
    """
    parts = _split(_read(assignment.reference), assignment.reference)
    public = _read(assignment.public_checks).split("\n")
    hidden = _read(assignment.hidden_checks).split("\n")
    return Secrets(
        solution=_telling(parts.secret) - _telling(parts.given),
        checks=_telling(hidden) - _telling([*public, *parts.given]),
    )


def companions(assignment: Assignment) -> dict[str, str]:
    """Return the files that students receive beside the notebook.

    Parameters
    ----------
    assignment : Assignment
        Which one.

    Returns
    -------
    dict of str to str
        The texts of stub, public checks and README, by file name. The same course
        gives the same texts.

    Raises
    ------
    CourseError
        If a file of the course is missing or wrong, or a line of a solution or
        a hidden check would be handed out.
    """
    secrets = secrets_of(assignment)
    stub = _split(_read(assignment.reference), assignment.reference).stub
    public = _read(assignment.public_checks)
    texts = {
        assignment.reference: "\n".join(stub),
        assignment.public_checks: public,
        assignment.folder / README: readme_text(assignment),
    }
    for path, text in texts.items():
        secrets.refuse(path, text)
    return {path.name: text.rstrip("\n") + "\n" for path, text in texts.items()}


def data_files(assignment: Assignment) -> dict[str, Path]:
    """Return the data that students receive: the folders of source_data that the text of the assignment names.

    Returns
    -------
    dict of str to Path
        Where each file lies, by its place in the students' folder.
    """
    return {
        path.relative_to(folder.parents[1]).as_posix(): path
        for folder in _named_data(assignment)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def _named_data(assignment: Assignment) -> list[Path]:
    stub = stub_text(_read(assignment.reference))
    return [folder for folder in assignment.data if f"source_data/{folder.name}" in stub]


def readme_text(assignment: Assignment) -> str:
    """Return what a student reads first: the exercises, how to work, to check, and to hand in."""
    rows = [f"| `{exercise.name}` | {exercise.points:g} |" for exercise in assignment.exercises]
    template = Path(__file__).with_name("release.md").read_text(encoding="utf-8")
    data: Message = {"en": "", "ko": ""}
    if named := _named_data(assignment):
        data = say(
            "\n\nThe exercises read {folders}: leave it where it is.",
            folders=", ".join(f"`source_data/{folder.name}`" for folder in named),
        )
    return template.format(
        name=assignment.name,
        title=assignment.title,
        exercises="\n".join(rows),
        points=f"{assignment.max_score:g}",
        first=assignment.exercises[0].name,
        data=data,
    )


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


def _telling(lines: Iterable[str]) -> frozenset[str]:
    """Return the lines that would tell something."""
    bare = {line.strip() for line in lines}
    return frozenset(line for line in bare if len(line) >= _SHORTEST_SECRET and not _TRIVIAL.match(line))
