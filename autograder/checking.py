"""Public checks of one file, for the student who wrote it."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from autograder.assignments import find_course, load_assignment
from autograder.errors import CourseError, IsolationError, SubmissionError
from autograder.judge import Judge
from autograder.messages import Message, say
from autograder.sandbox.levels import choose
from autograder.sentences import read_sentences
from autograder.submissions import candidate_at, read_submission

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from autograder.assignments import Assignment, Course
    from autograder.results import SubmissionResult

PUBLIC: Final = "test_public.py"


@dataclass(frozen=True)
class Checked:
    """What the public checks found.

    Attributes
    ----------
    sentences : dict of str to Message
        What each check checks, by its id; also of those that passed.
    level : int
        Isolation level at which the file ran.
    """

    assignment: Assignment
    result: SubmissionResult
    sentences: dict[str, Message]
    level: int


def check_file(
    path: Path,
    exercises: Sequence[str] = (),
    *,
    name: str | None = None,
    course: Path | None = None,
    isolation: str = "auto",
) -> Checked:
    """Run the public checks on a file.

    Parameters
    ----------
    path : Path
        A notebook, a .py file, a zip or a folder.
    exercises : sequence of str
        Only these; all where it is empty.
    name : str, optional
        The assignment, where neither the file's name nor a test_public.py beside it tells.
    course : Path, optional
        Where to look for the course.
    isolation : str
        ``auto``, or the number of a level; without walls at hand, ``auto`` is level 0:
        it is the student's own code.

    Raises
    ------
    SubmissionError
        If the file can't be read.
    CourseError
        If there are no public checks, or no such exercise.
    """
    if not path.exists():
        raise SubmissionError(say("there is no file {file}", file=path))
    assignment = load_assignment(find_public_checks(path, name, course))
    wanted = [find_exercise(word, assignment) for word in exercises]
    submission = read_submission(candidate_at(path, assignment.name), assignment)
    level = _level(isolation)
    judge = Judge([assignment.folder], level=level, hidden=False)
    try:
        result = judge.grade(submission, exercises=wanted)
    finally:
        judge.close()
    return Checked(assignment, result, read_sentences(assignment.public_checks), level)


def find_public_checks(path: Path, name: str | None, course: Path | None) -> Path:
    """Return the folder with the public checks for a file.

    Parameters
    ----------
    path : Path
        The file; its name tells the assignment where `name` doesn't.
    course : Path, optional
        Look in this course only.

    Raises
    ------
    CourseError
        If there is none.
    """
    for place in _places(path.absolute(), name, course):
        if (place / PUBLIC).exists():
            return place
    if name is None:
        raise CourseError(
            say(
                "no public checks found for {file}: put test_public.py beside it or name the assignment"
                " with --assignment NAME",
                file=path.name,
            ),
        )
    raise CourseError(say("no public checks found for the assignment {name!r}", name=name))


def _places(path: Path, name: str | None, course: Path | None) -> Iterator[Path]:
    here = _course_at(course or Path.cwd())
    if here or course:
        # Checks run on this side of the wall, and what lies beside a submission may be the
        # student's: whoever has a course uses its checks only.
        yield from _places_in(here, path, name)
        return
    if name is None:
        yield path if path.is_dir() else path.parent
    for parent in path.parents:
        yield parent / "assignments" / (name or path.stem)
    yield from _places_in(_course_at(None), path, name)


def _course_at(start: Path | None) -> Course | None:
    try:
        return find_course(start)
    except CourseError:
        return None


def _places_in(course: Course | None, path: Path, name: str | None) -> Iterator[Path]:
    if course is None:
        return
    for known in course.names:
        told = {name} if name else {path.stem, path.parent.name}
        if known in told or (name is None and path.name in _entries(course, known)):
            # With its settings: limits, data, other names. Students receive the checks alone.
            yield course.root / "solutions" / known
            yield course.root / "assignments" / known


def _entries(course: Course, name: str) -> tuple[str, ...]:
    try:
        return course.assignment(name).entry
    except CourseError:
        return ()


def find_exercise(word: str, assignment: Assignment) -> str:
    """Return the exercise that is meant, whatever case it is written in.

    Raises
    ------
    CourseError
        If there is none, with the name that is nearest.
    """
    names = [exercise.name for exercise in assignment.exercises]
    folded = {name.casefold(): name for name in names}
    if word.casefold() in folded:
        return folded[word.casefold()]
    near = difflib.get_close_matches(word.casefold(), folded, n=1) or None
    if near:
        raise CourseError(say("there is no exercise {word!r}; did you mean {near}?", word=word, near=folded[near[0]]))
    raise CourseError(say("there is no exercise {word!r}; there are: {names}", word=word, names=", ".join(names)))


def _level(isolation: str) -> int:
    if isolation != "auto":
        return choose(int(isolation))
    try:
        return choose("auto")
    except IsolationError:
        return 0
