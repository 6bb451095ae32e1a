"""Judges inside nbgrader's process, and what a student handed in.

nbgrader rebuilds its converters for every click and its preprocessors for every
notebook; a judge takes half a second to start. So judges live with the process, one
an assignment and level: the next notebook finds its judge waiting. A judge whose
graders have changed is replaced, and one that nobody has asked for a while is ended.
"""

from __future__ import annotations

import atexit
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from autograder.assignments import Assignment
from autograder.grading import Work, prepare, result_of
from autograder.judge import Judge
from autograder.messages import Message
from autograder.results import Isolation, SubmissionResult
from autograder.sandbox.levels import layers_of
from autograder.sentences import read_sentences
from autograder.submissions import candidate_at
from autograder.submissions.candidates import Candidate
from autograder.submissions.files import describe

IDLE_S: Final = 600.0

_Stamp = tuple[tuple[str, int, int], ...]


@dataclass
class _Seat:
    """A judge, the thread that asks it, and what it has been asked."""

    judge: Judge
    stamp: _Stamp
    thread: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, "autograder"))
    asked: dict[tuple[str, str], Future[SubmissionResult]] = field(default_factory=dict)
    timer: threading.Timer | None = None

    def ask(self, work: Work) -> Future[SubmissionResult]:
        key = (work.key[0], work.sha256)
        if key not in self.asked and work.submission:
            self.asked[key] = self.thread.submit(self.judge.grade, work.submission)
        return self.asked[key]

    def take(self, work: Work) -> Future[SubmissionResult]:
        future = self.ask(work)
        # Whoever presses the button again wants it graded again.
        del self.asked[work.key[0], work.sha256]
        return future

    def close(self) -> None:
        if self.timer:
            self.timer.cancel()
        self.thread.shutdown(cancel_futures=True)
        self.judge.close()


class Bench:
    """The judges of this process.

    Parameters
    ----------
    idle_s : float
        After how many seconds without work a judge is ended.
    """

    def __init__(self, idle_s: float = IDLE_S) -> None:
        self._idle_s = idle_s
        self._seats: dict[tuple[Path, int], _Seat] = {}
        self._lock = threading.RLock()

    def open(self, assignment: Assignment, level: int) -> None:
        """Let the judge of an assignment be ready.

        Parameters
        ----------
        level : int
            Isolation level of student code.

        Raises
        ------
        CourseError
            If the graders can't be collected.
        """
        self._seat(assignment, level)

    def ahead(self, work: Work, level: int) -> None:
        """Hand a submission to its judge without waiting for the answer."""
        if work.submission:
            with self._lock:
                self._seat(work.assignment, level).ask(work)

    def grade(self, work: Work, level: int) -> SubmissionResult:
        """Return the result of a submission, which may have been handed over before.

        A fault of ours becomes a result without a score, and so does a course whose
        graders can't be collected any more.
        """
        if work.refused:
            return work.without_grade(*work.refused)
        result = self._grade(work, level)
        if result.status == "grader_error" and not result.checks:
            # A judge that was killed from outside must not cost a grade.
            result = self._grade(work, level)
        return result

    def close(self) -> None:
        """End all judges."""
        with self._lock:
            while self._seats:
                self._seats.popitem()[1].close()

    def _grade(self, work: Work, level: int) -> SubmissionResult:
        future: Future[SubmissionResult] = Future()
        try:
            with self._lock:
                future = self._seat(work.assignment, level).take(work)
        except Exception as error:  # noqa: BLE001 (the boundary: `result_of` makes a result of it)
            future.set_exception(error)
        return result_of(future, work)

    def _seat(self, assignment: Assignment, level: int) -> _Seat:
        key = (assignment.folder, level)
        with self._lock:
            stamp = _stamp(assignment)
            seat = self._seats.get(key)
            if seat and seat.stamp != stamp:
                self._seats.pop(key).close()
                seat = None
            if seat is None:
                judge = Judge([assignment.folder], level=level)
                judge.start()
                seat = self._seats[key] = _Seat(judge, stamp)
            self._wind_up(key, seat)
            return seat

    def _wind_up(self, key: tuple[Path, int], seat: _Seat) -> None:
        if seat.timer:
            seat.timer.cancel()
        seat.timer = threading.Timer(self._idle_s, self._dismiss, (key, seat))
        seat.timer.daemon = True
        seat.timer.start()

    def _dismiss(self, key: tuple[Path, int], seat: _Seat) -> None:
        with self._lock:
            if self._seats.get(key) is seat:
                self._seats.pop(key).close()


BENCH: Final = Bench()
atexit.register(BENCH.close)


def read_work(folder: Path, assignment: Assignment, student: str, level: int) -> Work:
    """Read all that a student handed in.

    Parameters
    ----------
    folder : Path
        `submitted/<student>/<assignment>`.
    level : int
        Isolation level, for the result of what no judge will see.

    Returns
    -------
    Work
        With the reason where nothing could be read.
    """
    if folder.is_symlink():
        # Who can put a link here may let it lead to another's work, or to the solution.
        candidate = Candidate(student, assignment.name, (describe(folder, folder.name),))
    else:
        candidate = candidate_at(folder, assignment.name, student)
    return prepare(candidate, assignment, Isolation(level, layers_of(level)))


def sentences_of(assignment: Assignment) -> dict[str, Message]:
    """Return what each check of an assignment checks, by its id."""
    return {**read_sentences(assignment.public_checks), **read_sentences(assignment.hidden_checks)}


def reason_of(result: SubmissionResult) -> str:
    """Return why a result has no score, in English, for a log."""
    told = [check.message["en"] for check in result.checks if check.verdict.value == "grader_error" and check.message]
    return "; ".join([*told, *(note.message["en"] for note in result.notes[-1:])]) or "no reason was given"


def _stamp(assignment: Assignment) -> _Stamp:
    """Tell whether anything changed that a judge has read when it started."""
    course = assignment.folder.parent
    files = [*assignment.folder.glob("*.py"), *assignment.folder.glob("*.toml"), *course.glob("*.py")]
    files += [path for path in course.glob("*/*.py") if path.stem == path.parent.name]
    stats = ((str(path), path.stat()) for path in sorted(set(files)))
    return tuple((name, stat.st_mtime_ns, stat.st_size) for name, stat in stats)
