"""By which names a course's assignments are recognised."""

from __future__ import annotations

from typing import TYPE_CHECKING

from autograder.errors import CourseError
from autograder.submissions.attempts import Clues
from autograder.submissions.candidates import peek
from autograder.submissions.files import File
from autograder.submissions.names import fold, meant
from autograder.submissions.platforms import title_key

if TYPE_CHECKING:
    from autograder.assignments import Course


class Signs:
    """The names by which files and folders tell their assignment.

    Attributes
    ----------
    assignments, entries : dict of str to str
        Assignments by the folded names of folders, and of files that only one has.
    exercises : dict of str to set of str
        The names that an assignment's exercises may have, as `meant` returns them.
    files : dict of str to tuple of str
        The files of each assignment.
    titles : dict of str to str
        Assignments by what a learning platform may call them.
    """

    def __init__(self, course: Course) -> None:
        self.assignments = {fold(name): name for name in course.names}
        self.entries: dict[str, str] = {}
        self.exercises: dict[str, set[str]] = {}
        self.files: dict[str, tuple[str, ...]] = {}
        titles: dict[str, set[str]] = {title_key(name): {name} for name in course.names}
        shared = set()
        for name in course.names:
            entry: tuple[str, ...] = (f"{name}.py", f"{name}.ipynb")
            try:
                settings = course.assignment(name)
            except CourseError:  # a wrong assignment.toml is told of when that assignment is graded
                self.exercises[name] = set()
            else:
                entry = settings.entry
                for title in settings.title.values():
                    titles.setdefault(title_key(str(title)), set()).add(name)
                self.exercises[name] = {meant(n) for one in settings.exercises for n in (one.name, *one.also)}
            self.files[name] = entry
            for file in map(fold, entry):
                shared.update({file} & self.entries.keys())
                self.entries[file] = name
        for file in shared:  # main.py may be handed in for several assignments and tells nothing
            del self.entries[file]
        known = {fold(file): file for files in self.files.values() for file in files}
        self.titles = {key: next(iter(names)) for key, names in titles.items() if key and len(names) == 1}
        self.clues = Clues[File](known, self.titles, peek, lambda file: file.modified)
