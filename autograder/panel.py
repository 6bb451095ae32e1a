"""A panel of judges: one for each thread of a pool."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Protocol

from autograder.errors import CourseError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from autograder.results import SubmissionResult
    from autograder.submissions import Submission


class Grader(Protocol):
    """What grades one submission after another: a judge."""

    def grade(self, submission: Submission, *, exercises: Sequence[str] = ()) -> SubmissionResult:
        """Grade one submission."""

    def close(self) -> None:
        """End its process."""


class Panel:
    """One judge for each thread that asks, of all assignments together.

    Where the graders of one assignment can't be used, each assignment gets a
    judge of its own, so that the others are graded.

    Parameters
    ----------
    names : sequence of str
        The assignments.
    make : callable
        Returns a new judge of some assignments.
    """

    def __init__(self, names: Sequence[str], make: Callable[[Sequence[str]], Grader]) -> None:
        self._names = tuple(names)
        self._make = make
        self._apart: dict[str, CourseError | None] = {}
        self._mine = threading.local()
        self._all: list[Grader] = []
        self._lock = threading.Lock()

    def grade(self, submission: Submission) -> SubmissionResult:
        """Grade a submission with this thread's judge.

        Raises
        ------
        CourseError
            If the graders of its assignment can't be used.
        """
        if not self._apart:
            try:
                return self._judge_of(self._names).grade(submission)
            except CourseError:
                with self._lock:
                    self._apart = self._apart or dict.fromkeys(self._names)
        name = submission.assignment
        if error := self._apart[name]:
            raise error
        try:
            return self._judge_of((name,)).grade(submission)
        except CourseError as error:
            self._apart[name] = error
            raise

    def close(self) -> None:
        """End the processes of all judges, all at a time: one may have to finish what it is at."""
        with self._lock:
            judges, self._all = self._all, []
        enders = [threading.Thread(target=judge.close) for judge in judges]
        for ender in enders:
            ender.start()
        for ender in enders:
            ender.join()

    def _judge_of(self, names: tuple[str, ...]) -> Grader:
        mine: dict[tuple[str, ...], Grader] = self._mine.__dict__.setdefault("judges", {})
        if names not in mine:
            mine[names] = self._make(names)
            with self._lock:
                self._all.append(mine[names])
        return mine[names]
