"""The names under which Canvas, Moodle and Blackboard hand out submissions.

Their downloads hold the files of a class under names that tell who handed in
what::

    Canvas      kimminji_LATE_12345_67890_gradient_descent-1.ipynb
                anon_Ab3dE_67890_gradient_descent.ipynb
    Moodle      Kim Minji_123456_assignsubmission_file_/gradient_descent.ipynb
                Kim Minji_123456_assignsubmission_file_gradient_descent.ipynb
    Blackboard  Homework 1_kim01_attempt_2026-03-01-10-20-30_gradient_descent.ipynb
                Homework 1_kim01_attempt_2026-03-01-10-20-30.txt (a receipt)

A student may call a file whatever they like, also like a whole name of a
platform's: what the platform wrote stands first, so the first reading counts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Literal

from autograder.submissions.names import bare, fold, printable, suffix

_CANVAS: Final = (
    re.compile(r"(?:(?P<late>LATE)_)?anon_(?P<number>)(?P<anonymous>[0-9A-Za-z]{5})_(?P<rest>.+)"),
    re.compile(r"(?P<name>.+?)(?:_(?P<late>LATE))?_(?P<number>[1-9]\d*)_(?P<rest>(?:[1-9]\d{3,}_|text\.|link\.).+)"),
)
# Attachments have been counted for years: a small number is a week or a day in a name of another kind.
_ATTACHMENT: Final = re.compile(r"(?P<order>[1-9]\d{3,})_(?P<file>.+)")
_MOODLE: Final = re.compile(
    r"(?P<name>.+?)(?:_(?P<number>\d+))?_assignsubmission_(?P<kind>[a-z]+)(?:_(?P<file>.*))?",
)
_BLACKBOARD: Final = re.compile(
    r"(?P<prefix>.+?)_attempt_(?P<moment>\d{4}(?:-\d\d){5})(?:_(?P<file>.+)|\.txt)",
)
# What platforms and browsers append where a name is taken.
_AGAIN: Final = re.compile(r"\s*(?:-\d+|\(\d+\))$")
# All else would mean something in a path or a pattern, or be lost at an end of a folder's name.
_UNFIT: Final = re.compile(r"[^\w.@ -]|^[ .-]|[ .]$")
_LONGEST_NAME: Final = 80


@dataclass(frozen=True)
class HandedIn:
    """What the name of one file tells.

    Attributes
    ----------
    student : str
        By what the student is known where it is used: Canvas's number of the
        user, Moodle's full name with its number, Blackboard's user name.
    name : str
        The student's name, or all that stands before the attempt.
    number : str
        Canvas's number of the user, Moodle's of the participant in this one
        assignment.
    file : str
        What the student called it, with ``/`` between the parts.
    title : str
        What the platform calls the assignment.
    moment : datetime or None
        When it was handed in, by the platform's clock.
    order : int
        Grows with each file that is handed in; 0 if unknown.
    kind : str
        ``file``, ``text`` typed into the platform, or its ``receipt``.
    """

    platform: str
    student: str
    name: str
    file: str
    number: str = ""
    title: str = ""
    late: bool = False
    moment: datetime | None = None
    order: int = 0
    kind: Literal["file", "text", "receipt"] = "file"


def recognise(paths: Sequence[str], *, unpacked: bool = False) -> list[HandedIn | None]:
    """Read what the first part of each path tells; None where it is no platform's.

    Parameters
    ----------
    paths : sequence of str
        The files of one download, with ``/`` between the parts.
    unpacked : bool
        Whether students' zips were unpacked, so that a folder may have a name of
        Canvas's too: alone it looks much like others.
    """
    found = [_recognise(path, unpacked=unpacked) for path in paths]
    attachments: dict[int, set[tuple[str, str, str]]] = {}
    for path, told in zip(paths, found, strict=True):
        if told and told.order:
            first = path.partition("/")[0]
            attachments.setdefault(told.order, set()).add((told.number, told.name, _AGAIN.sub("", bare(first))))
    # Canvas gives each file a number of its own; what shares one only looks like Canvas's: hw_2026_1001_kim.py
    return [told if told and len(attachments.get(told.order, ())) < 2 else None for told in found]  # noqa: PLR2004


def _recognise(path: str, *, unpacked: bool) -> HandedIn | None:
    top, _, rest = path.partition("/")
    found = _moodle(top) or _blackboard(top) or (_canvas(top) if unpacked or not rest else None)
    if found and rest:
        # Where the first part is a folder, what its name tells of a file is the name of a zip.
        return replace(found, file=rest, kind="file" if found.kind == "receipt" else found.kind)
    return found if found and (found.file or found.kind != "file") else None


def _canvas(top: str) -> HandedIn | None:
    for pattern in _CANVAS:
        match = pattern.fullmatch(top)
        attachment = _ATTACHMENT.fullmatch(match["rest"]) if match else None
        if match and (attachment or match["rest"] in {"text.html", "link.html"}):
            told = match.groupdict()
            return HandedIn(
                "Canvas",
                told["number"] or f"anon_{told['anonymous']}",
                told.get("name") or "",
                attachment["file"] if attachment else "",
                told["number"],
                late=bool(told["late"]),
                order=int(attachment["order"]) if attachment else 0,
                kind="file" if attachment else "text",
            )
    return None


def _moodle(top: str) -> HandedIn | None:
    match = _MOODLE.fullmatch(top)
    if not match:
        return None
    name, number = match["name"], match["number"] or ""
    # The number is another one in each assignment, and of a group it is the group's: alone it tells nobody.
    student = as_id(f"{printable(name, _LONGEST_NAME)}_{number}" if number else name)
    kind: Literal["file", "text"] = "file" if match["kind"] == "file" else "text"
    return HandedIn("Moodle", student, name, match["file"] or "", number, kind=kind)


def _blackboard(top: str) -> HandedIn | None:
    match = _BLACKBOARD.fullmatch(top)
    title, _, login = match["prefix"].rpartition("_") if match else ("", "", "")
    if not match or not title or not login:
        return None
    try:
        moment = datetime.strptime(match["moment"], "%Y-%m-%d-%H-%M-%S")  # noqa: DTZ007 - the platform's zone isn't told
    except ValueError:
        return None
    file = match["file"]
    kind: Literal["file", "receipt"] = "file" if file else "receipt"
    return HandedIn("Blackboard", as_id(login), match["prefix"], file or "", title=title, moment=moment, kind=kind)


def apart(told: HandedIn) -> str:
    """Return an id of all that a platform tells, for where the usual one stands for several people."""
    name = printable(told.name, _LONGEST_NAME)
    return as_id(f"{name}_{told.number}" if told.number else name)


def title_key(text: str) -> str:
    """Return what spellings of an assignment's title have in common."""
    return "".join(filter(str.isalnum, fold(text)))


def titled(title: str, titles: Mapping[str, str]) -> str | None:
    """Find the assignment that a platform's title means.

    Parameters
    ----------
    title : str
        It may stand after other words, with ``_`` or ``-`` between them.
    titles : mapping of str to str
        Assignments by `title_key`.
    """
    parts = re.split(r"[_-]", title)
    tails = ["_".join(parts[start:]) for start in range(len(parts))]
    # Blackboard writes 5f for an underscore and 20 for a space in some names.
    tails += [tail.replace("5f", "_").replace("20", " ") for tail in tails]
    return next((titles[key] for tail in tails if (key := title_key(tail)) in titles), None)


def original(file: str, known: Mapping[str, str]) -> str:
    """Return the name that a file had before it was handed in once more.

    Parameters
    ----------
    file : str
        What the platform calls it.
    known : mapping of str to str
        Names of an assignment's files, by `fold`; another name stays as it is.
    """
    kind = suffix(file)
    stem = file.rsplit("/", 1)[-1][: -len(kind) or None]
    while True:
        name = known.get(fold(stem + kind)) or known.get(fold(re.sub(r"[\s+-]+", "_", stem.strip()) + kind))
        shorter = _AGAIN.sub("", stem)
        if name or shorter == stem:
            return name or file
        stem = shorter


def as_id(text: str) -> str:
    """Make a name fit for a folder, and for the patterns in which nbgrader uses it.

    Different names stay different.
    """
    return _UNFIT.sub(lambda sign: f"%{ord(sign[0]):02x}", printable(text))
