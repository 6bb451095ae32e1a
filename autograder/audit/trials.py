"""Every variant and every case before the judges that grade a class."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass

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
    """Yield what is to be judged, the reference first."""
    yield Trial(plan, None, plan.submission(REFERENCE, plan.text))
    for variant in plan.variants:
        # Whose mistake is to be named is judged as a student is; of the others only whether they are wrong matters.
        submission = plan.submission(variant.id, variant.text)
        yield Trial(plan, variant, submission, (variant.exercise,), brief=not variant.named)
    for case in plan.cases:
        yield Trial(plan, case, case.submission(plan.assignment))


class Court:
    """Judges that take trials, any number of them at a time.

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
        folders = {plan.assignment.name: plan.assignment.folder for plan in plans}
        self._pool = ThreadPoolExecutor(jobs)
        self._panel = Panel(list(folders), lambda names: Judge([folders[name] for name in names], level=level))
        self._ahead = 2 * jobs

    def judge(self, trials: Iterator[Trial]) -> Iterator[tuple[Trial, SubmissionResult | Message]]:
        """Yield what came of each trial, in no order; a sentence where no judge could take it."""
        waiting: dict[Future[SubmissionResult], Trial] = {}
        for trial in trials:
            waiting[self._pool.submit(self._grade, trial)] = trial
            if len(waiting) >= self._ahead:
                yield from _ended(waiting)
        while waiting:
            yield from _ended(waiting)

    def close(self) -> None:
        """End the judges."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._panel.close()

    def _grade(self, trial: Trial) -> SubmissionResult:
        def once() -> SubmissionResult:
            return self._panel.grade(trial.submission, exercises=trial.exercises, brief=trial.brief)

        result = once()
        # A judge that was killed from outside must not stand in the audit; one that a variant brings down falls again.
        return result if result.checks else once()


def _ended(
    waiting: dict[Future[SubmissionResult], Trial],
) -> Iterator[tuple[Trial, SubmissionResult | Message]]:
    for future in wait(waiting, return_when=FIRST_COMPLETED).done:
        trial = waiting.pop(future)
        try:
            result = future.result()
        except AutograderError as error:
            yield trial, error.message
        else:
            yield trial, result if result.status == "graded" else why_ungraded(result)


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
