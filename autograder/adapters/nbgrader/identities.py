"""By which numbers and names learning platforms know the students of a gradebook."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, TypeVar

from nbgrader.api import Gradebook, MissingEntry

from autograder.adapters.nbgrader.sheets import Person
from autograder.messages import Message, say
from autograder.submissions.attempts import Work
from autograder.submissions.names import fold, printable
from autograder.submissions.platforms import as_id, title_key

T = TypeVar("T")

COLLECTED: Final = "collected.json"


def with_ids(works: Sequence[Work[T]], people: Sequence[Person]) -> list[Work[T]]:
    """Give students the ids of the school, where a table tells them beyond doubt.

    Parameters
    ----------
    people : sequence of Person
        What tables of the platform tell. The name must be the same too: Moodle's
        number of a group may be another student's, and a group on Canvas has the
        number of one of its members.
    """
    ids: dict[tuple[str, str], set[str]] = {}
    for person in people:
        if person.number and person.ids:
            ids.setdefault((person.platform, person.number), set()).add(as_id(person.ids[0]))
    names = _names(people)
    shared = Counter(fold(name) for known in ids.values() for name in known)
    renamed = []
    for work in works:
        key = (work.told.platform, work.told.number)
        known = ids.get(key, set())
        same = not work.told.name or title_key(names.get(key, "")) in {"", title_key(work.told.name)}
        sure = len(known) == 1 and same and shared[fold(min(known))] == 1
        apart = any(note.kind == "ambiguous" for note in work.notes)
        renamed.append(replace(work, student=min(known)) if sure and not apart else work)
    return renamed


def _names(people: Sequence[Person]) -> dict[tuple[str, str], str]:
    return {(person.platform, person.number): person.name for person in people if person.number}


def keep_identities(works: Sequence[Work[T]], people: Sequence[Person], folder: Path, coursedir: Any) -> Message | None:
    """Write down who was recognised as whom, and tell the gradebook names of those whom it has none of.

    Parameters
    ----------
    people : sequence of Person
        What tables of the platform tell.
    folder : Path
        Where what was downloaded for one assignment lies.
    coursedir : nbgrader.coursedir.CourseDirectory
        Names the gradebook.

    Returns
    -------
    Message or None
        Why the exporters will not know it.
    """
    names = _names(people)
    table = {}
    for work in works:
        told = work.told
        name = "" if told.platform == "Blackboard" else told.name
        if work.student != told.student:
            name = names.get((told.platform, told.number)) or name
        table[work.student] = {"platform": told.platform, "number": told.number, "name": name, "late": told.late}
    with Gradebook(coursedir.db_url, coursedir.course_id) as gradebook:
        for student, known in table.items():
            if known["name"] and not _is_named(gradebook, student):
                gradebook.update_or_create_student(student, last_name=known["name"])
    # Another download may hold only those who were late.
    table = {**_read(folder / COLLECTED), **table}
    try:
        (folder / COLLECTED).write_text(json.dumps(table, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    except OSError as fault:
        file, reason = printable(str(folder / COLLECTED)), fault.strerror or str(fault)
        return say("{file} can't be written: {reason}", file=file, reason=reason)
    return None


def _is_named(gradebook: Gradebook, student: str) -> bool:
    try:
        known = gradebook.find_student(student)
    except MissingEntry:
        return False
    return bool(known.last_name or known.first_name)


def read_identities(root: Path, downloaded: str = "downloaded") -> dict[str, dict[str, dict[str, Any]]]:
    """Read whom `zip_collect` recognised, by assignment and student.

    Parameters
    ----------
    root : Path
        The folder of the course.
    """
    paths = sorted(Path(root, downloaded).glob(f"*/{COLLECTED}"))
    return {path.parent.name: _read(path) for path in paths}


def _read(path: Path) -> dict[str, dict[str, Any]]:
    try:
        table = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {name: told for name, told in table.items() if isinstance(told, dict)} if isinstance(table, dict) else {}
