"""Every variant and every case before the judges that grade a class."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Final

from autograder.audit.plans import Plan
from autograder.cases import Case, names_of
from autograder.errors import AutograderError
from autograder.judge import Judge
from autograder.messages import Message, say
from autograder.panel import Panel
from autograder.reports.findings import CaseFinding, Fate, Finding
from autograder.reports.summary import why_ungraded
from autograder.results import SubmissionResult, Verdict
from autograder.submissions import Submission
from autograder.variants import Variant

REFERENCE = "the reference"
WORTH_HELP: Final = 60
"""Fewer trials than these are judged sooner than another judge has started."""


@dataclass(frozen=True)
class Trial:
    """One submission for a judge.

    Attributes
    ----------
    subject : Variant or Case or None
        What is tried; None for the reference itself.
    exercises : tuple of str
        Only these are judged; all where it is empty.
    brief : bool
        See `Judge.grade`.
    """

    plan: Plan
    subject: Variant | Case | None
    submission: Submission
    exercises: tuple[str, ...] = ()
    brief: bool = False


def list_trials(plan: Plan) -> Iterator[Trial]:
    """Yield what is to be judged: the reference first, and last what needs no names."""
    yield Trial(plan, None, plan.submission(REFERENCE, plan.text))
    for case in plan.cases:
        yield Trial(plan, case, case.submission(plan.assignment))
    for variant in sorted(plan.variants, key=lambda variant: not variant.named):
        # Whose mistake is to be named is judged as a student is; of the others only whether they are wrong matters.
        submission = plan.submission(variant.id, variant.text)
        yield Trial(plan, variant, submission, (variant.exercise,), brief=not variant.named)


class _Roll:
    """The trials of one assignment: one judge goes through them from the front, others help from the back.

    Attributes
    ----------
    is_open : bool
        Whether others may help: the reference has passed.
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.trials = deque(list_trials(plan))
        self.is_open = False


class Court:
    """Judges that take trials.

    To name mistakes a judge has to learn what the checks of an assignment see of its variants, which costs as much
    as hundreds of trials. So an assignment is one judge's; a judge that has nothing left to do takes from others
    what needs no names.

    Parameters
    ----------
    plans : sequence of Plan
        The assignments that are audited.
    level : int
        Isolation level.
    jobs : int
        Judges at a time.
    """

    def __init__(self, plans: Sequence[Plan], *, level: int, jobs: int) -> None:
        self._level = level
        self._jobs = jobs
        self._pool = ThreadPoolExecutor(jobs)
        self._fresh = deque(sorted(map(_Roll, plans), key=lambda roll: len(roll.trials), reverse=True))
        self._begun: list[_Roll] = []
        self._panels: set[Panel] = set()
        self._changed = threading.Condition()
        self._closed = False
        self._ended: SimpleQueue[tuple[Trial, SubmissionResult | Message] | None] = SimpleQueue()

    def judge(self) -> Iterator[tuple[Trial, SubmissionResult | Message]]:
        """Yield what came of each trial, in no order; a sentence where no judge could take it."""
        seats = [self._pool.submit(self._sit) for _ in range(self._jobs)]
        for _ in seats:
            yield from iter(self._ended.get, None)
        for seat in seats:
            seat.result()

    def close(self) -> None:
        """End the judges."""
        with self._changed:
            self._closed = True
            panels = list(self._panels)
            self._changed.notify_all()
        for panel in panels:
            panel.close()
        self._pool.shutdown(wait=False)

    def _sit(self) -> None:
        """Judge assignment after assignment, and then help others."""
        try:
            while fresh := self._next_fresh():
                self._go_through(fresh, fresh.trials.popleft)
            while other := self._next_to_help():
                self._go_through(other, other.trials.pop)
        finally:
            self._ended.put(None)

    def _next_fresh(self) -> _Roll | None:
        with self._changed:
            if self._closed or not self._fresh:
                return None
            self._begun.append(self._fresh.popleft())
            return self._begun[-1]

    def _next_to_help(self) -> _Roll | None:
        with self._changed:
            while not self._closed:
                worth = [roll for roll in self._begun if len(roll.trials) >= WORTH_HELP]
                ready = [roll for roll in worth if roll.is_open]
                if ready or not worth:
                    return max(ready, key=lambda roll: len(roll.trials), default=None)
                self._changed.wait()
        return None

    def _go_through(self, roll: _Roll, take: Callable[[], Trial]) -> None:
        with self._seated(roll.plan) as panel:
            while not self._closed:
                try:
                    trial = take()
                except IndexError:
                    return
                result = _grade(panel, trial)
                self._ended.put((trial, result))
                if trial.subject is None:
                    self._let_help(roll, passed=judge_reference(roll.plan, result) is None)

    def _let_help(self, roll: _Roll, *, passed: bool) -> None:
        with self._changed:
            roll.is_open = passed
            if not passed:
                roll.trials.clear()
            self._changed.notify_all()

    @contextmanager
    def _seated(self, plan: Plan) -> Iterator[Panel]:
        """Seat a judge of one assignment."""
        folder = plan.assignment.folder
        panel = Panel([plan.assignment.name], lambda _: Judge([folder], level=self._level))
        with self._changed:
            self._panels.add(panel)
        try:
            yield panel
        finally:
            panel.close()
            with self._changed:
                self._panels.discard(panel)


def _grade(panel: Panel, trial: Trial) -> SubmissionResult | Message:
    def once() -> SubmissionResult:
        return panel.grade(trial.submission, exercises=trial.exercises, brief=trial.brief)

    try:
        result = once()
        # A judge that was killed from outside must not stand in the audit; one that a variant brings down falls again.
        result = result if result.checks else once()
    except AutograderError as error:
        return error.message
    return result if result.status == "graded" else why_ungraded(result)


@contextmanager
def open_court(plans: Sequence[Plan], *, level: int, jobs: int) -> Iterator[Court]:
    """Seat the judges, and end them whatever happens."""
    court = Court(plans, level=level, jobs=jobs)
    try:
        yield court
    finally:
        court.close()


def judge_variant(variant: Variant, result: SubmissionResult) -> Finding:
    """Say what became of a variant; `Fate.SURVIVED` where no hidden check sees it at all."""
    missed = [check for check in result.checks if check.hidden and check.verdict is not Verdict.PASSED]
    costly = next((check for check in missed if check.max_points), None)
    if costly:
        return Finding(variant, Fate.KILLED, costly.id, names_of(result, variant.exercise))
    if missed:
        return Finding(variant, Fate.BONUS, missed[0].id, names_of(result, variant.exercise))
    return Finding(variant, Fate.SURVIVED)


def judge_case(case: Case, result: SubmissionResult | Message) -> CaseFinding:
    """Say whether a case came out as written."""
    if isinstance(result, SubmissionResult):
        return CaseFinding(case.name, case.about, tuple(case.complaints(result)))
    return CaseFinding(case.name, case.about, (result,))


def judge_reference(plan: Plan, result: SubmissionResult | Message) -> Message | None:
    """Say why an assignment can't be audited: its own solution does not pass."""
    if not isinstance(result, SubmissionResult):
        return say("{name}: {reason}", name=plan.assignment.name, reason=result)
    failed = [check.id for check in result.checks if check.verdict is not Verdict.PASSED]
    if failed:
        return say(
            "{name}: the reference solution does not pass {checks}",
            name=plan.assignment.name,
            checks=", ".join(failed),
        )
    return None
