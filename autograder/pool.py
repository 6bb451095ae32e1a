"""Grading on this machine: a pool of judges, and the end of a run."""

from __future__ import annotations

import contextlib
import json
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final

from autograder.grading import ClassRun, load_assignments
from autograder.judge import Judge
from autograder.panel import Panel
from autograder.records import SUMMARY, write_whole
from autograder.reports.summary import describe_class
from autograder.results import Isolation
from autograder.sandbox.levels import layers_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from autograder.assignments import Course
    from autograder.grading import Work
    from autograder.records import Records
    from autograder.results import SubmissionResult
    from autograder.submissions import Candidate

WORTH: Final = 24
"""Submissions that pay for the start of one more judge, on most assignments."""
AHEAD: Final = 4  # submissions held for each judge: enough that none waits, few enough that memory stays flat


def grade_locally(
    candidates: Sequence[Candidate],
    course: Course,
    *,
    records: Records,
    level: int,
    jobs: int,
    at_once: int | None = None,
    fresh: bool = False,
    tell: Callable[[SubmissionResult, bool], None],
    enter: Callable[[Work, SubmissionResult], None] = lambda _work, _result: None,
) -> ClassRun:
    """Grade a class on this machine, a judge a core, and put its records in order.

    Parameters
    ----------
    candidates : sequence of Candidate
        Of assignments that `load_assignments` could read.
    level : int
        Isolation level.
    jobs : int
        Most judges at a time.
    at_once : int, optional
        How many of them start at once; see `Panel`.
    tell, enter : callable
        See `ClassRun`.

    Returns
    -------
    ClassRun
        What was graded and what was kept.

    Raises
    ------
    OutputError
        If results can't be written; those that were are kept.
    """
    started = time.monotonic()
    assignments, _ = load_assignments(candidates, course)
    pool = ThreadPoolExecutor(jobs)
    panel = Panel(
        list(assignments),
        lambda names: Judge([assignments[name].folder for name in names], level=level),
        at_once=at_once,
    )
    isolation = Isolation(level, layers_of(level))
    run = ClassRun(
        records=records,
        pool=pool,
        grade=panel.grade,
        isolation=isolation,
        fresh=fresh,
        tell=tell,
        enter=enter,
    )
    try:
        with _signals(run.stop):
            run.grade(candidates, assignments, ahead=AHEAD * jobs)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
        panel.close()
    finish(records, run, course, jobs=jobs, wall_s=time.monotonic() - started)
    return run


def finish(records: Records, run: ClassRun, course: Course, *, jobs: int, wall_s: float) -> None:
    """Put results.jsonl in order and write summary.json.

    Parameters
    ----------
    jobs : int
        Number of judges.
    wall_s : float
        Seconds that the run took.
    """
    places = {name: place for place, name in enumerate(course.names)}
    records.arrange(lambda key: (places.get(key[1], len(places)), key[1], key[0]))
    results = records.results
    summary = describe_class(list(results.values()))
    summary["run"] = {
        "graded": len(run.graded),
        "kept": len(run.kept),
        "stopped": run.stopped,
        "jobs": jobs,
        "wall_s": round(wall_s, 4),
        "cpu_s": round(sum(results[key].cpu_s for key in run.graded), 4),
    }
    text = json.dumps(summary, ensure_ascii=False, indent=2) + "\n"
    write_whole(records.folder / SUMMARY, text.encode("utf-8", "replace"))


@contextlib.contextmanager
def _signals(stop: Callable[[], None]) -> Iterator[None]:
    """Let Ctrl-C and a polite kill end the run between two submissions; a second Ctrl-C ends it at once."""

    def handle(number: int, _frame: object) -> None:
        stop()
        signal.signal(number, before[signal.Signals(number)])

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, handle) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
