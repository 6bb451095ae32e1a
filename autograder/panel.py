"""A panel of judges, which grows with the work."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, Protocol

from autograder.errors import CourseError, SandboxError
from autograder.messages import say

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from autograder.results import SubmissionResult
    from autograder.submissions import Submission

GROWTH_S: Final = 5.0
"""Seconds after which work that waits gets judges of its own; one takes a second to start, of CPU time too."""


class Grader(Protocol):
    """What grades one submission after another: a judge."""

    def grade(self, submission: Submission, *, exercises: Sequence[str] = (), brief: bool = False) -> SubmissionResult:
        """Grade one submission."""

    def close(self) -> None:
        """End its process."""


class Panel:
    """Judges of all assignments together, each at one submission at a time.

    Where the graders of one assignment can't be used, each assignment gets
    judges of its own, so that the others are graded.

    Parameters
    ----------
    names : sequence of str
        The assignments.
    make : callable
        Returns a new judge of some assignments.
    at_once : int, optional
        How many judges are started without hesitation; a submission that waits for
        another one longer than `GROWTH_S` after the first came gets a new judge all
        the same. Without it, whoever finds no judge free gets one.
    """

    def __init__(
        self, names: Sequence[str], make: Callable[[Sequence[str]], Grader], *, at_once: int | None = None
    ) -> None:
        self._names = tuple(names)
        self._make = make
        self._at_once = at_once
        self._apart: dict[str, CourseError | None] = {}
        self._all: dict[tuple[str, ...], list[Grader]] = {}
        self._free: dict[tuple[str, ...], list[Grader]] = {}
        self._changed = threading.Condition()
        self._begun: float | None = None
        self._closed = False

    def grade(self, submission: Submission, *, exercises: Sequence[str] = (), brief: bool = False) -> SubmissionResult:
        """Grade a submission with a judge that is free.

        Parameters
        ----------
        exercises, brief
            See `Judge.grade`.

        Raises
        ------
        CourseError
            If the graders of its assignment can't be used.
        """
        if not self._apart:
            try:
                return self._grade(self._names, submission, exercises, brief=brief)
            except CourseError:
                with self._changed:
                    self._apart = self._apart or dict.fromkeys(self._names)
        name = submission.assignment
        if error := self._apart[name]:
            raise error
        try:
            return self._grade((name,), submission, exercises, brief=brief)
        except CourseError as error:
            self._apart[name] = error
            raise

    def close(self) -> None:
        """End the processes of all judges, all at a time: one may have to finish what it is at."""
        with self._changed:
            self._closed = True
            judges = [judge for group in self._all.values() for judge in group]
            self._all, self._free = {}, {}
            self._changed.notify_all()
        enders = [threading.Thread(target=judge.close) for judge in judges]
        for ender in enders:
            ender.start()
        for ender in enders:
            ender.join()

    def _grade(
        self, names: tuple[str, ...], submission: Submission, exercises: Sequence[str], *, brief: bool
    ) -> SubmissionResult:
        with self._seated(names) as judge:
            return judge.grade(submission, exercises=exercises, brief=brief)

    @contextmanager
    def _seated(self, names: tuple[str, ...]) -> Iterator[Grader]:
        """Take a judge, and give it back."""
        with self._changed:
            judge = self._take(names)
        try:
            yield judge
        finally:
            with self._changed:
                self._free.setdefault(names, []).append(judge)
                self._changed.notify()

    def _take(self, names: tuple[str, ...]) -> Grader:
        self._begun = self._begun or time.monotonic()
        while not self._closed:
            if free := self._free.get(names):
                return free.pop()
            judges = self._all.setdefault(names, [])
            left = self._begun + GROWTH_S - time.monotonic()
            if self._at_once is None or len(judges) < self._at_once or left <= 0:
                judges.append(self._make(names))
                return judges[-1]
            self._changed.wait(left)
        raise SandboxError(say("stopped"))
