"""By which names a course's assignments are recognised."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from autograder.errors import CourseError
from autograder.submissions.attempts import Clues
from autograder.submissions.candidates import peek
from autograder.submissions.files import File
from autograder.submissions.names import fold, meant
from autograder.submissions.platforms import title_key

if TYPE_CHECKING:
    from collections.abc import Iterable

    from autograder.assignments import Course


class Signs:
    """The names by which files and folders tell their assignment.

    Attributes
    ----------
    assignments, entries : dict of str to str
        Assignments by the folded names of folders, and of files that only one has.
    definitions : dict of str to Pattern
        What finds a definition of one of an assignment's exercises in the bytes of a file.
    files : dict of str to tuple of str
        The files of each assignment.
    titles : dict of str to str
        Assignments by what a learning platform may call them.
    """

    def __init__(self, course: Course) -> None:
        self.assignments = {fold(name): name for name in course.names}
        self.entries: dict[str, str] = {}
        self.definitions: dict[str, re.Pattern[bytes]] = {}
        self.files: dict[str, tuple[str, ...]] = {}
        titles: dict[str, set[str]] = {title_key(name): {name} for name in course.names}
        shared = set()
        for name in course.names:
            entry: tuple[str, ...] = (f"{name}.py", f"{name}.ipynb")
            try:
                settings = course.assignment(name)
            except CourseError:  # a wrong assignment.toml is told of when that assignment is graded
                self.definitions[name] = _definition_of([])
            else:
                entry = settings.entry
                for title in settings.title.values():
                    titles.setdefault(title_key(str(title)), set()).add(name)
                self.definitions[name] = _definition_of(n for one in settings.exercises for n in (one.name, *one.also))
            self.files[name] = entry
            for file in map(fold, entry):
                shared.update({file} & self.entries.keys())
                self.entries[file] = name
        for file in shared:  # main.py may be handed in for several assignments and tells nothing
            del self.entries[file]
        known = {fold(file): file for files in self.files.values() for file in files}
        self.titles = {key: next(iter(names)) for key, names in titles.items() if key and len(names) == 1}
        self.clues = Clues[File](known, self.titles, peek, lambda file: file.modified)


def _definition_of(names: Iterable[str]) -> re.Pattern[bytes]:
    """Return what finds a definition of one of some names, spelled as `meant` allows."""
    spellings = ["_*".join(["", *map(re.escape, meant(name)), ""]) for name in names]
    return re.compile(
        rf"(?:def|class)[ \t]+(?:{'|'.join(spellings)})\b".encode() if spellings else b"(?!)", re.IGNORECASE
    )
