"""One run of `nbgrader autograde`: which course, how isolated, and who handed in what."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from nbgrader.api import Gradebook
from nbgrader.converters.base import NbGraderException
from traitlets import Enum, Integer, Unicode, Union
from traitlets.config import LoggingConfigurable

from autograder.adapters.nbgrader.grading import BENCH, read_work, reason_of, sentences_of
from autograder.adapters.nbgrader.shapes import Data
from autograder.adapters.nbgrader.showing import in_order, known_cells
from autograder.assignments import Assignment, Course, find_course
from autograder.errors import AutograderError, CourseError, IsolationError
from autograder.grading import Work
from autograder.messages import LANGUAGES, Language, Message, say
from autograder.results import SubmissionResult
from autograder.sandbox.levels import choose

_ATTRIBUTE: Final = "autograder_run"


class Autograder(LoggingConfigurable):
    """The settings of all that autograder does inside nbgrader: `c.Autograder.language = "ko"`."""

    isolation = Union(
        [Unicode(), Integer()],
        default_value="auto",
        help='How student code is walled in: "auto", the best that the machine offers, or the number of a level.',
    ).tag(config=True)
    language = Enum(
        ["both", *LANGUAGES], default_value="both", help="The language of what students read: both, en or ko."
    ).tag(config=True)

    @property
    def languages(self) -> tuple[Language, ...]:
        """In which each sentence is written."""
        return LANGUAGES if self.language == "both" else (self.language,)


class Run:
    """What a run of `nbgrader autograde` knows of the course, read once.

    Parameters
    ----------
    coursedir : nbgrader.coursedir.CourseDirectory
        Where everything lies.
    level : int
        Isolation level.
    log : logging.Logger
        nbgrader's own.
    """

    def __init__(self, coursedir: Any, level: int, log: Any) -> None:
        self.coursedir, self.level, self.log = coursedir, level, log
        self._course = course_at(Path(coursedir.root))
        self._assignments: dict[str, Assignment | None] = {}
        self._sentences: dict[str, dict[str, Message]] = {}
        self._works: dict[tuple[str, str], Work] = {}
        self._expected: dict[tuple[str, str], list[Data]] = {}

    def assignment(self, name: str) -> Assignment | None:
        """Return an assignment of the course; None where it is an ordinary one of nbgrader's.

        Raises
        ------
        CourseError
            If its settings are wrong.
        """
        if name not in self._assignments:
            ours = self._course is not None and name in self._course.names
            self._assignments[name] = self._course.assignment(name) if self._course and ours else None
        return self._assignments[name]

    def open(self, name: str) -> None:
        """Make everything ready for an assignment.

        Raises
        ------
        CourseError
            If its settings or its graders are wrong: then nothing is to be graded.
        """
        assignment = self.assignment(name)
        if assignment:
            BENCH.open(assignment, self.level)

    def folder(self, name: str, student: str) -> Path:
        """Return where a submission lies as it was handed in."""
        return Path(self.coursedir.format_path(self.coursedir.submitted_directory, student, name))

    def work(self, assignment: Assignment, student: str) -> Work:
        """Read a submission, once, and hand it to the judge, who answers while nbgrader does its own."""
        key = (assignment.name, student)
        if key not in self._works:
            folder = self.folder(assignment.name, student)
            self._works[key] = read_work(folder, assignment, student, self.level)
            BENCH.ahead(self._works[key], self.level)
        return self._works[key]

    def grade(self, assignment: Assignment, student: str) -> SubmissionResult:
        """Return the result of a submission, and tell the log of it."""
        result = BENCH.grade(self.work(assignment, student), self.level)
        # A run over a large class does not hold all of it.
        del self._works[assignment.name, student]
        place = f"{student}/{assignment.name}"
        if result.score is None:
            self.log.error("%s: could not be graded, needs a person: %s", place, reason_of(result))
        elif result.status == "unreadable":
            self.log.warning("%s: 0 of %g points: %s", place, result.max_score, result.notes[-1].message["en"])
        else:
            self.log.info("%s: %g of %g points", place, result.score, result.max_score)
        return result

    def sentences(self, assignment: Assignment) -> dict[str, Message]:
        """Return what each check of an assignment checks."""
        if assignment.name not in self._sentences:
            self._sentences[assignment.name] = sentences_of(assignment)
        return self._sentences[assignment.name]

    def expected(self, name: str, notebook: str) -> list[Data]:
        """Return the cells that the gradebook knows of a notebook, in order."""
        key = (name, notebook)
        if key not in self._expected:
            with Gradebook(self.coursedir.db_url, self.coursedir.course_id) as gradebook:
                known = known_cells(gradebook.find_notebook(notebook, name))
            path = Path(self.coursedir.format_path(self.coursedir.release_directory, ".", name)) / f"{notebook}.ipynb"
            self._expected[key] = in_order(known, path)
        return self._expected[key]


def run_of(settings: Autograder, converter: Any) -> Run:
    """Return the run that a converter of nbgrader's is at.

    Parameters
    ----------
    settings : Autograder
        Who asks; its `isolation` counts.
    converter : nbgrader.converters.Autograde
        Lives as long as the run.

    Raises
    ------
    NbGraderException
        If student code can't be walled in as it should, which has been told to the log.
    """
    run: Run | None = getattr(converter, _ATTRIBUTE, None)
    if run is None:
        try:
            run = Run(converter.coursedir, _level(settings.isolation), settings.log)
            run.open(converter.coursedir.assignment_id)
        except AutograderError as error:
            settings.log.error(  # noqa: TRY400 - a traceback of ours helps nobody to mend the course
                "Nothing was graded. %s", error.message["en"]
            )
            raise NbGraderException(error.message["en"]) from error
        setattr(converter, _ATTRIBUTE, run)
    return run


def _level(isolation: str | int) -> int:
    text = str(isolation)
    if text != "auto" and not text.isdecimal():
        raise IsolationError(say("Autograder.isolation: expected auto or the number of a level, got {got}", got=text))
    return choose("auto" if text == "auto" else int(text))


def course_at(root: Path) -> Course | None:
    """Return the course of a folder; None where it is an ordinary one of nbgrader's."""
    try:
        course = find_course(root)
    except CourseError:
        return None
    return course if course.root == root else None
