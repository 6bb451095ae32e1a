"""Files of a learning platform, sorted by student; of several attempts the newest counts."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Generic, TypeVar

from autograder.messages import say
from autograder.results import Note
from autograder.submissions.names import fold
from autograder.submissions.platforms import HandedIn, apart, as_id, original, recognise, titled

T = TypeVar("T")

_RECEIPT: Final = re.compile(r"\s*Name:[^\r\n]*\((?P<login>[^()\r\n]+)\)[ \t]*(?:\r?\n|$)")


@dataclass(frozen=True)
class Work(Generic[T]):
    """What one student handed in for one assignment, the newest of each file.

    Attributes
    ----------
    student : str
        Not shared with anybody else, and fit for the name of a folder.
    told : HandedIn
        Of the newest file.
    files : dict of str to T
        By the names that the student gave, without what a platform appended;
        none where only a text was typed.
    notes : tuple of Note
        What is to be said about it.
    """

    student: str
    told: HandedIn
    files: dict[str, T]
    notes: tuple[Note, ...]


@dataclass(frozen=True)
class Clues(Generic[T]):
    """What sorting asks of a course and of the files.

    Attributes
    ----------
    known, titles : mapping of str to str
        Names of an assignment's files by `fold`, and assignments by `title_key`.
    read, modified : callable
        Return the bytes of a file, and when it was last changed.
    """

    known: Mapping[str, str]
    titles: Mapping[str, str]
    read: Callable[[T], bytes]
    modified: Callable[[T], float]


def take_out(
    files: Sequence[T], path: Callable[[T], str], clues: Clues[T], *, unpacked: bool = False
) -> tuple[list[Work[T]], list[T]]:
    """Tell a learning platform's files from all others, and sort them by student.

    Parameters
    ----------
    files : sequence of T
        The files of one folder or zip.
    path : callable
        Returns the path of a file, relative to the folder, with ``/`` between the parts.
    unpacked : bool
        Whether students' zips were unpacked.

    Returns
    -------
    works : list of Work
        What was recognised.
    rest : list of T
        What was not.
    """
    paths = [path(file) for file in files]
    found = recognise(paths, unpacked=unpacked)
    if not any(found) and len({path.partition("/")[0] for path in paths}) == 1:
        inside = recognise([path.partition("/")[2] for path in paths], unpacked=unpacked)
        # A folder around a download; with files of one name only it may well be a student's own.
        found = inside if len({told.student for told in inside if told}) > 1 else found
    known = [(file, told) for file, told in zip(files, found, strict=True) if told]
    return sort_by_student(known, clues), [file for file, told in zip(files, found, strict=True) if not told]


def sort_by_student(found: Sequence[tuple[T, HandedIn]], clues: Clues[T]) -> list[Work[T]]:
    """Sort files by student and by the platform's title of the assignment.

    Where a platform's number or a user's name would stand for several people,
    they get longer names: nobody is graded for another's work.
    """
    logins = _logins(found, clues)
    groups: dict[tuple[str, str, str], list[tuple[T, HandedIn]]] = {}
    owners: dict[tuple[str, str], set[str]] = {}
    for key, raw in found:
        told = _with_login(raw, logins)
        student = (told.platform, fold(told.student))
        sure = told.platform == "Moodle" or told.name in logins or titled(told.title, clues.titles)
        owners.setdefault(student, set()).add("" if sure else told.title or told.name)
        groups.setdefault((*student, told.title), []).append((key, told))
    works = []
    for (platform, student_id, _), members in sorted(groups.items(), key=lambda group: group[0]):
        if len(owners[platform, student_id]) == 1:
            works.append(_newest(members, clues))
            continue
        for name in sorted({told.name for _, told in members}):
            theirs = [(key, replace(told, student=apart(told))) for key, told in members if told.name == name]
            works.append(_newest(theirs, clues, shared=members[0][1].student))
    return works


def _logins(found: Sequence[tuple[T, HandedIn]], clues: Clues[T]) -> dict[str, str]:
    """Read from receipts how much of what stands before an attempt is the user's name."""
    logins = {}
    for key, told in found:
        if told.kind == "receipt":
            match = _RECEIPT.match(clues.read(key)[:1000].decode("utf-8-sig", "replace"))
            if match and told.name.endswith(f"_{match['login']}"):
                logins[told.name] = match["login"]
    return logins


def _with_login(told: HandedIn, logins: Mapping[str, str]) -> HandedIn:
    login = logins.get(told.name) if told.platform == "Blackboard" else None
    return replace(told, student=as_id(login), title=told.name[: -len(login) - 1]) if login else told


def _newest(members: Sequence[tuple[T, HandedIn]], clues: Clues[T], shared: str = "") -> Work[T]:
    files = [(key, told) for key, told in members if told.kind == "file"]
    last = max((told.moment for _, told in files if told.moment), default=None)
    # A later attempt replaces all of an earlier one.
    current = sorted(
        (one for one in files if one[1].moment == last), key=lambda one: (one[1].order, clues.modified(one[0]))
    )
    newest = {original(told.file, clues.known): (key, told) for key, told in current}
    told = max((told for _, told in current or members), key=lambda told: told.order)
    notes = _about(told, shared, text=not files)
    older = [(key, one) for key, one in files if not any(one is used for _, used in newest.values())]
    again = [
        (one, newest.get(original(one.file, clues.known))) for key, one in older if _is_news(key, one, newest, clues)
    ]
    if again:
        text = say(
            "handed in more than once: {used} counts, the newest; {older} came before",
            used=", ".join(sorted({_shown(used[1] if used else told) for _, used in again})),
            older=", ".join(sorted({_shown(one) for one, _ in again})),
        )
        notes.append(Note("duplicate", text))
    return Work(told.student, told, {name: key for name, (key, _) in newest.items()}, tuple(notes))


def _is_news(key: T, told: HandedIn, newest: Mapping[str, tuple[T, HandedIn]], clues: Clues[T]) -> bool:
    """Whether an older file is more than the newest one, downloaded twice."""
    used = next((one for one in newest.values() if _shown(one[1]) == _shown(told)), None)
    return not used or clues.read(key) != clues.read(used[0])


def _about(told: HandedIn, shared: str, *, text: bool) -> list[Note]:
    notes = []
    if told.platform == "Canvas" and told.name:
        notes.append(Note("platform", say("on {platform}: {name}", platform=told.platform, name=told.name)))
    if told.late:
        notes.append(Note("late", say("{platform} marks it as late", platform=told.platform)))
    if shared:
        sentence = say(
            "the names of the files give several people the same {id}: this one is called {student}",
            id=shared,
            student=told.student,
        )
        notes.append(Note("ambiguous", sentence))
    if text:
        sentence = say("a text was typed into {platform}, and no file was handed in", platform=told.platform)
        notes.append(Note("text", sentence))
    return notes


def _shown(told: HandedIn) -> str:
    return f"{told.file} ({told.moment:%Y-%m-%d %H:%M:%S})" if told.moment else told.file
