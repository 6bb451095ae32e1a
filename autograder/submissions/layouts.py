"""Which files belong to which student and assignment.

Understood are nbgrader's `<student>/<assignment>/<files>`, a folder an
assignment, a folder a student, a flat folder of `<student>.py`, what Canvas,
Moodle and Blackboard let download, one file, and a zip of any of these. A disk
and a zip are both first listed, then sorted by the same rules; nothing is
opened that a rule doesn't need.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from autograder.errors import SubmissionError
from autograder.messages import Message, say
from autograder.results import Note
from autograder.submissions.archives import MOST_MEMBERS_OF_CLASS, list_archive
from autograder.submissions.attempts import take_out
from autograder.submissions.candidates import Candidate, Offer, best_of, listed, peek
from autograder.submissions.files import File, describe, walk
from autograder.submissions.handed_in import (
    CODE,
    TIMESTAMP,
    bare_folder,
    by_top,
    handed_in,
    is_handed_in,
    noted_beside,
    timestamp_of,
)
from autograder.submissions.names import bare, fold, is_given, printable, suffix
from autograder.submissions.platforms import recognise, titled
from autograder.submissions.signs import Signs

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from autograder.assignments import Course

# How a platform ends the name of a zip: the day, the number of the assignment.
_DATE: Final = re.compile(r"(?:[-_ ]\d+)+$")
_MOST_SEARCHED: Final = 2**27
"""Bytes that are searched for definitions, which a small zip may unpack to many times over."""


@dataclass(frozen=True)
class Found:
    """What a search found.

    Attributes
    ----------
    candidates : list of Candidate
        One a student and assignment, by course order, then by student.
    ignored : list of Note
        What was not taken for a submission, and why.
    """

    candidates: list[Candidate]
    ignored: list[Note]


def find_submissions(paths: Sequence[Path], course: Course, assignment: str | None = None) -> Found:
    """Sort files into submissions.

    Parameters
    ----------
    paths : sequence of Path
        Folders, files and zips.
    course : Course
        Whose assignments the folders are named after.
    assignment : str, optional
        The only one to look for; also what files belong to that don't say it.

    Raises
    ------
    UnknownAssignment
        If the course has no `assignment`.
    """
    search = _Search(course, assignment)
    for path in paths:
        search.path(path)
    return search.found()


def candidate_at(path: Path, assignment: str, student: str | None = None) -> Candidate:
    """Take a file or a folder as one submission, whatever its layout.

    Parameters
    ----------
    path : Path
        A file, a zip, or a folder with all that one student handed in.
    assignment, student : str
        What it is for, and whose; the student defaults to the name of the path.
    """
    try:
        path = path.resolve()
        is_folder = path.is_dir()
    except (OSError, RuntimeError, ValueError):  # links in a circle, no possible name: `describe` tells of it
        is_folder = False
    name = printable(path.name)
    files = walk(path) if is_folder else [describe(path, name)]
    student = student or (name if is_folder else bare(name))
    return Candidate(student, assignment, tuple(handed_in(files)), timestamp=timestamp_of(files))


class _Search:
    def __init__(self, course: Course, wanted: str | None) -> None:
        if wanted is not None:
            course.assignment(wanted)
        self._course = course
        self._wanted = wanted
        self._signs = Signs(course)
        self._offers: list[Offer] = []
        self._ignored: list[Note] = []
        self._source = 0
        self._label = ""
        self._room = _MOST_SEARCHED

    def path(self, path: Path) -> None:
        self._source += 1
        self._label = printable(path.name or str(path))
        try:
            path = path.resolve(strict=True)  # a link that the operator names is followed
        except (OSError, RuntimeError, ValueError) as fault:
            reason = getattr(fault, "strerror", None) or str(fault)
            self._ignore("unreadable", say("{file} can't be read: {reason}", file=printable(str(path)), reason=reason))
            return
        parents = [printable(parent.name) for parent in path.parents] + ["", ""]
        name = printable(path.name)
        if path.is_dir():
            self._tree(walk(path), name, parents[0], archive=False)
        elif suffix(name) == ".zip" and path.is_file():
            self._archive(path, name, parents)
        else:
            self._file(describe(path, name), parents)

    def found(self) -> Found:
        groups: dict[tuple[int, str], list[Offer]] = {}
        for offer in self._offers:
            order = self._course.names.index(offer.candidate.assignment)
            groups.setdefault((order, fold(offer.candidate.student)), []).append(offer)
        return Found(
            [best_of(groups[key], self._signs.files[self._course.names[key[0]]]) for key in sorted(groups)],
            self._ignored,
        )

    # --- one file -------------------------------------------------------------------------------------------------

    def _archive(self, path: Path, name: str, parents: Sequence[str]) -> None:
        try:
            files = list_archive(path, name, MOST_MEMBERS_OF_CLASS)
        except SubmissionError as fault:
            # One student's damaged zip is a submission that can't be read; a class's is nobody's.
            if self._inferred(parents[0]):
                self._file(replace(describe(path, name), problem=fault.message), parents)
            else:
                self._ignore("unreadable", fault.message)
            return
        self._tree(files, bare(name), parents[0], archive=True)

    def _file(self, file: File, parents: Sequence[str]) -> None:
        named = self._signs.entries.get(fold(file.name))
        if named and self._wanted in {None, named}:
            around = parents[1] if fold(parents[0]) in self._signs.assignments else parents[0]
            self._offer(around or bare(file.name), named, [file, *noted_beside(file)], file.name)
        else:
            inferred = self._inferred(parents[0])
            self._flat(self._platform([file], inferred, parents[0]), inferred)

    # --- a folder or a zip ----------------------------------------------------------------------------------------

    def _tree(self, files: list[File], name: str, parent: str, *, archive: bool) -> None:
        if recognise([f"{name}/."])[0]:  # one student's, as a platform calls it
            files = [replace(file, name=f"{name}/{file.name}") for file in files]
        rest = self._platform(files, self._inferred(name), name)
        if files and not rest:
            return
        files = self._unwrapped(rest, name, archive=archive)
        named, inferred = self._signs.assignments.get(fold(name)), self._inferred(name)
        for assignment in dict.fromkeys((named, inferred, self._told(files))):
            if assignment and self._is_one_submission(files, assignment):
                self._offer((named and parent) or name, assignment, files, name)
                return
        alone = [file for file in files if suffix(file.name) in CODE and not is_given(file.parts[-1])]
        if archive and inferred and len(alone) == 1 and len(alone[0].parts) == 1:
            self._offer(name, inferred, files, name)
            return
        tops = by_top(files)
        nbgrader = any(self._known_folders(inside) for inside in tops.values())
        for top, inside in tops.items():
            self._folder(top, inside, inferred, name, nbgrader=nbgrader)
        self._top_files([file for file in files if len(file.parts) == 1], inferred, name)

    def _folder(self, top: str, inside: list[File], inferred: str | None, name: str, *, nbgrader: bool) -> None:
        assignment = self._signs.assignments.get(fold(top))
        if assignment:  # a folder an assignment: of one student, or of the class
            if not inside or self._is_one_submission(inside, assignment):
                self._offer(name, assignment, inside, f"{name}/{top}")
            elif self._wanted in {None, assignment}:
                self._flat_or_folders(inside, assignment)
            return
        known = self._known_folders(inside)
        if known:
            for folder, files in by_top(inside).items():
                self._student_folder(top, folder, files)
            self._ignore_files(top, [file for file in inside if len(file.parts) == 1])
        elif nbgrader and not inside:
            return  # a student of the class who handed in nothing at all
        elif (nbgrader or not inferred) and inside and all(len(file.parts) > 1 for file in inside):
            for folder in by_top(inside):
                self._student_folder(top, folder, [])
        elif inferred:
            self._offer(bare_folder(top), inferred, inside, top)
        else:
            self._by_entry_names(top, inside)

    def _student_folder(self, student: str, folder: str, files: list[File]) -> None:
        assignment = self._signs.assignments.get(fold(folder))
        if assignment:
            self._offer(student, assignment, files, f"{student}/{folder}")
        else:
            text = say(
                "{folder} was left out: the course has no assignment {name}; there are: {names}",
                folder=f"{student}/{folder}",
                name=folder,
                names=", ".join(self._course.names),
            )
            self._ignore("unknown_assignment", text)

    def _platform(self, files: list[File], inferred: str | None, name: str) -> list[File]:
        """Offer what a learning platform named; return the other files."""
        works, rest = take_out(files, lambda file: file.name, self._signs.clues)
        around = titled(_DATE.sub("", name), self._signs.titles)
        for work in works:
            renamed = [replace(file, name=called) for called, file in work.files.items()]
            assignment = titled(work.told.title, self._signs.titles) or inferred or around
            if assignment:
                self._offer(work.student, assignment, renamed, work.student, work.notes)
            else:
                self._by_entry_names(work.student, renamed, work.notes)
        return rest

    def _flat_or_folders(self, files: list[File], assignment: str) -> None:
        files = self._platform(files, assignment, assignment)
        for top, inside in by_top(files).items():
            self._offer(bare_folder(top), assignment, inside, top)
        self._flat([file for file in files if len(file.parts) == 1], assignment)

    def _top_files(self, files: list[File], inferred: str | None, name: str) -> None:
        # Several assignments of one student; one alone would have been taken as a whole.
        if inferred is None and len({self._signs.entries.get(fold(file.name)) for file in files} - {None}) > 1:
            self._by_entry_names(name, files)
        else:
            self._flat(files, inferred)

    def _by_entry_names(self, student: str, files: list[File], notes: tuple[Note, ...] = ()) -> None:
        """Sort the files of one student by assignment, where their names tell it."""
        told: dict[str, list[File]] = {}
        rest = []
        for file in files:
            assignment = self._signs.entries.get(fold(file.parts[-1]))
            if assignment:
                told.setdefault(assignment, []).append(file)
            else:
                rest.append(file)
        if len(told) == 1:  # the others can only be what that one needs
            for assignment in told:
                self._offer(student, assignment, files, student, notes)
            return
        for assignment, entries in told.items():
            self._offer(student, assignment, entries, student, notes)
        self._flat([replace(file, name=f"{student}/{file.name}") for file in rest], None)

    def _flat(self, files: list[File], assignment: str | None) -> None:
        mistaken: list[str] = []
        for file in files:
            if not is_handed_in(file):
                self._ignore_files("", [file])
            elif assignment is None:
                mistaken.append(file.name)
            else:
                self._offer(bare(file.name), assignment, [file], file.name)
        if mistaken:
            text = say(
                "{files}: which assignment is it? Name it with --assignment NAME, one of: {names}",
                files=listed(mistaken),
                names=", ".join(self._course.names),
            )
            self._ignore("no_assignment", text)

    # --- small questions ------------------------------------------------------------------------------------------

    def _inferred(self, name: str) -> str | None:
        only = self._course.names[0] if len(self._course.names) == 1 else None
        return self._wanted or self._signs.assignments.get(fold(name)) or only

    def _told(self, files: list[File]) -> str | None:
        told = {self._signs.entries.get(fold(file.name)) for file in files if len(file.parts) == 1} - {None}
        return told.pop() if len(told) == 1 else None

    def _known_folders(self, files: list[File]) -> bool:
        return any(len(file.parts) > 1 and fold(file.parts[0]) in self._signs.assignments for file in files)

    def _is_one_submission(self, files: list[File], assignment: str) -> bool:
        """Whether a folder holds one student's work and not a class.

        nbgrader's timestamp tells it, or a file of the assignment's name,
        unless others beside it define exercises as well: then it is a class
        with the template lying among its files.
        """
        direct = [file for file in files if len(file.parts) == 1]
        if any(fold(file.name) == TIMESTAMP for file in direct):
            return True
        entries = [file for file in direct if self._signs.entries.get(fold(file.name)) == assignment]
        others = [file for file in direct if suffix(file.name) in CODE and file not in entries]
        if not entries or any(self._defines(file, assignment) for file in others if not is_given(file.name)):
            return False
        inner = (file for file in files if len(file.parts) > 1 and suffix(file.name) in CODE)
        # One folder may be the student's own copy; several are students.
        return len({file.parts[0] for file in inner if self._defines(file, assignment)}) < 2  # noqa: PLR2004

    def _defines(self, file: File, assignment: str) -> bool:
        if suffix(file.name) == ".zip":
            return True
        self._room -= file.size
        return self._room > 0 and bool(self._signs.definitions[assignment].search(peek(file)))

    def _unwrapped(self, files: list[File], name: str, *, archive: bool) -> list[File]:
        """Step into folders that only wrap others: a zip of a folder, `submitted/` in `course/`."""
        while True:
            tops = by_top(files)
            if len(tops) != 1 or any(len(file.parts) == 1 for file in files):
                return files
            top, inside = next(iter(tops.items()))
            below = by_top(inside)
            holds_students = any(self._known_folders(deeper) for deeper in below.values())
            only_folders = archive and len(below) > 1 and all(len(file.parts) > 1 for file in inside)
            if fold(top) in self._signs.assignments or self._known_folders(inside):
                return files
            if not (holds_students or only_folders or fold(top) == fold(name)):
                return files
            files = inside

    # --- taking notes ---------------------------------------------------------------------------------------------

    def _offer(
        self, student: str, assignment: str, files: Iterable[File], label: str, notes: tuple[Note, ...] = ()
    ) -> None:
        if self._wanted not in {None, assignment}:
            return
        files = list(files)
        label = label if label == self._label else f"{self._label}/{label}"
        student = student if student.strip() else "unnamed"
        candidate = Candidate(student, assignment, tuple(handed_in(files)), notes, timestamp_of(files))
        self._offers.append(Offer(candidate, label, self._source))

    def _ignore(self, kind: str, message: Message) -> None:
        self._ignored.append(Note(kind, message))

    def _ignore_files(self, folder: str, files: list[File]) -> None:
        for file in files:
            if not is_given(file.parts[-1]):
                name = f"{folder}/{file.name}".strip("/")
                self._ignore(
                    "not_a_submission", file.problem or say("{file} was not taken for a submission", file=name)
                )
