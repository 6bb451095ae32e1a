"""What lies on a judge's desk: references, backends, and the submission at hand."""

from __future__ import annotations

import contextlib
import linecache
import math
import sys
import tempfile
import types
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

from autograder.assignments import Assignment
from autograder.checks.testimony import Account
from autograder.errors import CourseError, SandboxError
from autograder.given import given_text, library_text
from autograder.messages import say
from autograder.published import (
    Asking,
    Known,
    Run,
    are_handed_on,
    holds_answers,
    is_written_in,
    what_is_known,
    with_other_figures,
)
from autograder.results import Isolation, Note
from autograder.sandbox.backends import Backend, Bounds, Child, WarmBackend
from autograder.sandbox.plain import PlainBackend
from autograder.sandbox.student import Student
from autograder.submissions.sources import Cell, Submission

BACKSTOP: Final = 2
"""The kernel's own limit on CPU time is this many times the limit that the judge keeps."""

BackendName = Literal["auto", "warm", "plain"]
Runs = Callable[[], Iterator[Run]]


class Desk:
    """Opens a submission at a time for the checks of some assignments.

    Parameters
    ----------
    level : int
        Isolation level of the student's process.
    backend : {"auto", "warm", "plain"}
        Where student code runs; ``auto`` is ``warm`` on Linux, ``plain`` elsewhere.
    kernel : Backend, optional
        A student's own live kernel, to be used instead. References and given code are left alone then.
    """

    def __init__(self, *, level: int, backend: BackendName = "auto", kernel: Backend | None = None) -> None:
        self._level = level
        self._kernel = kernel
        self._plain = backend == "plain" or (backend == "auto" and sys.platform != "linux")
        self._backends: dict[tuple[Bounds, tuple[Path, ...]], Backend] = {}
        self._references: dict[Path, types.ModuleType] = {}
        self._texts: dict[tuple[str, Path], str] = {}
        self._known: dict[tuple[Path, str], Known | None] = {}
        self._scratch: tempfile.TemporaryDirectory[str] | None = None
        self.work: Work | None = None

    def begin(self, submission: Submission, assignment: Assignment) -> Work:
        """Put a submission on the desk; nothing of it runs yet."""
        self.clear()
        self.work = Work(self, submission, assignment)
        return self.work

    def clear(self) -> None:
        """End the processes of the submission at hand."""
        if self.work:
            self.work.close()
            self.work = None

    def close(self) -> None:
        """Clear the desk and end every backend."""
        self.clear()
        while self._backends:
            self._backends.popitem()[1].close()
        if self._scratch:
            self._scratch.cleanup()
            self._scratch = None

    def student(self, submission: Submission, assignment: Assignment, oracles: frozenset[str]) -> Student:
        """Make the `student` of a check."""
        return Student(
            submission,
            assignment,
            _Restarting(self, assignment),
            reference=self.reference(assignment) if self.has_reference(assignment) else None,
            given="" if self.is_live else self._text("given", given_text, assignment),
            library="" if self.is_live else self._text("library", library_text, assignment),
            oracles=oracles,
        )

    def solution(self, assignment: Assignment) -> Student:
        """Make a `student` of the reference solution: what a check that is sound passes on."""
        return self.student(_solution(assignment), assignment, frozenset())

    def is_written_in(self, work: Work, exercise: str, runs: Runs, oracles: frozenset[str]) -> bool:
        """Tell whether the answers of an exercise are figures in its code; `runs` are its checks."""
        assignment = work.assignment
        key = (assignment.folder, exercise)
        if key not in self._known:
            text = assignment.reference.read_text(encoding="utf-8")
            self._known[key] = what_is_known(text, self.reference(assignment), exercise)
        known = self._known[key]
        if not known or not holds_answers(work.submission, known):
            return False
        own = work.student(oracles)
        with contextlib.ExitStack() as students:

            def opened(submission: Submission | None, oracles: frozenset[str]) -> Student | None:
                return (
                    students.enter_context(contextlib.closing(self.student(submission, assignment, oracles)))
                    if submission
                    else None
                )

            solution = _solution(assignment)
            theirs = opened(with_other_figures(solution, known.data) or solution, frozenset())
            data = opened(with_other_figures(work.submission, known.data), oracles)
            answers = opened(with_other_figures(work.submission, known.answers), oracles)
            assert theirs
            return is_written_in(list(runs()), Asking(own, data, answers, theirs)) or are_handed_on(
                work.submission, own, answers, exercise
            )

    @property
    def is_live(self) -> bool:
        """Whether student code runs in the student's own kernel."""
        return self._kernel is not None

    def has_reference(self, assignment: Assignment) -> bool:
        """Say whether the solution is here: public checks that a student runs at home stand beside his own file."""
        return not self.is_live and assignment.reference.exists() and assignment.hidden_checks.exists()

    def reference(self, assignment: Assignment) -> types.ModuleType:
        """Return the reference solution, run once in this process.

        Raises
        ------
        CourseError
            If it isn't there or doesn't run.
        """
        path = assignment.reference
        if path not in self._references:
            self._references[path] = _run_reference(path, assignment.name)
        return self._references[path]

    def backend(self, assignment: Assignment) -> Backend:
        """Return the backend that fits an assignment's limits and data, started at its first use."""
        if self._kernel:
            return self._kernel
        bounds = Bounds(assignment.limits.memory_mb, math.ceil(BACKSTOP * assignment.limits.total_s))
        key = (bounds, assignment.data)
        if key not in self._backends:
            if self._plain:
                self._scratch = self._scratch or tempfile.TemporaryDirectory(prefix="autograder-")
                self._backends[key] = PlainBackend(bounds=bounds, folder=Path(self._scratch.name))
            else:
                self._backends[key] = WarmBackend(level=self._level, bounds=bounds, data=assignment.data)
        return self._backends[key]

    def _text(self, kind: str, make: Callable[[Assignment], str], assignment: Assignment) -> str:
        key = (kind, assignment.folder)
        if key not in self._texts:
            self._texts[key] = make(assignment)
        return self._texts[key]

    def drop(self, backend: Backend) -> None:
        """Forget a backend that has died."""
        for key in [key for key, known in self._backends.items() if known is backend]:
            self._backends.pop(key).close()


class _Restarting:
    """A backend that is started anew once when it has died: one submission must not cost another its grade."""

    def __init__(self, desk: Desk, assignment: Assignment) -> None:
        self._desk = desk
        self._assignment = assignment

    @property
    def isolation(self) -> Isolation:
        """The walls that stand."""
        return self._desk.backend(self._assignment).isolation

    def open(self) -> Child:
        """Start a child, of a new backend where the old one has died."""
        backend = self._desk.backend(self._assignment)
        try:
            return backend.open()
        except SandboxError:
            self._desk.drop(backend)
            return self._desk.backend(self._assignment).open()

    def close(self) -> None:
        """Do nothing: the desk closes its backends."""


@dataclass
class Work:
    """One submission while its checks run.

    Attributes
    ----------
    wrong : set of str
        Exercises of which a check did not pass.
    heard : dict of str to Account
        What those checks saw, by their names.
    remarks : list of Note
        Notes of the judge's own.
    """

    desk: Desk
    submission: Submission
    assignment: Assignment
    wrong: set[str] = field(default_factory=set)
    heard: dict[str, Account] = field(default_factory=dict)
    remarks: list[Note] = field(default_factory=list)
    _written_in: dict[str, bool] = field(default_factory=dict)
    _students: dict[frozenset[str], Student] = field(default_factory=dict)

    def student(self, oracles: Iterable[str] = ()) -> Student:
        """Return the submission as checks see it, with the reference answering for some exercises."""
        key = frozenset(oracles)
        if key not in self._students:
            self._students[key] = self.desk.student(self.submission, self.assignment, key)
        return self._students[key]

    def is_written_in(self, exercise: str, runs: Runs, oracles: frozenset[str]) -> bool:
        """Tell whether the answers of an exercise are figures in its code; found out once."""
        if exercise not in self._written_in:
            self._written_in[exercise] = self.desk.is_written_in(self, exercise, runs, oracles)
        return self._written_in[exercise]

    @property
    def has_reference(self) -> bool:
        """Whether the reference can answer for wrong siblings."""
        return self.desk.has_reference(self.assignment)

    @property
    def isolation(self) -> Isolation:
        """The walls around it."""
        return self.desk.backend(self.assignment).isolation

    @property
    def notes(self) -> tuple[Note, ...]:
        """What loading it gave to remark."""
        students = self._students.values()
        notes = [*self.submission.notes, *(note for student in students for note in student.notes), *self.remarks]
        return tuple({note.message["en"]: note for note in notes}.values())

    @property
    def was_killed(self) -> bool:
        """Whether a process of its was killed, maybe from outside."""
        return any(student.was_killed for student in self._students.values())

    @property
    def cpu_s(self) -> float:
        """CPU seconds that its processes used."""
        return math.fsum(student.cpu_s for student in self._students.values())

    def start_over(self) -> None:
        """End its processes, and what they came from: nobody knows what each was in the middle of."""
        self.desk.drop(self.desk.backend(self.assignment))
        self.close()

    def close(self) -> None:
        """End its processes."""
        for student in self._students.values():
            student.close()


def _solution(assignment: Assignment) -> Submission:
    path = assignment.reference
    cells = (Cell(path.name, path.read_text(encoding="utf-8")),)
    return Submission("", assignment.name, (path.name,), cells, {}, (), "")


def _run_reference(path: Path, name: str) -> types.ModuleType:
    module = types.ModuleType(f"reference_{name}")
    module.__file__ = str(path)
    try:
        text = path.read_text(encoding="utf-8")
        linecache.cache[str(path)] = (len(text), None, text.splitlines(keepends=True), str(path))
        exec(compile(text, str(path), "exec"), module.__dict__)  # noqa: S102 - the instructor's own file
    except Exception as error:
        raise CourseError(
            say("{file}: the reference solution doesn't run: {reason}", file=path, reason=repr(error))
        ) from error
    return module
