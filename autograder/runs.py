"""One run of `autograder grade`: from what was asked for to the exit code."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from autograder.doctor import count_cores
from autograder.errors import AutograderError, SubmissionError
from autograder.grading import ClassRun, load_assignments
from autograder.messages import Message, join, say
from autograder.pool import WORTH, grade_locally
from autograder.records import RESULTS, SUMMARY, Records
from autograder.reports.closing import (
    Totals,
    print_ending,
    print_gradebook,
    print_heading,
    print_left_out,
    print_ungraded,
)
from autograder.reports.progress import LiveProgress
from autograder.reports.table import Sentences, print_class
from autograder.reports.terminal import speak
from autograder.results import Isolation, Note
from autograder.sandbox.levels import choose, layers_of, meaning_of
from autograder.seat import Seat
from autograder.sentences import read_sentences
from autograder.submissions import find_submissions

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from autograder.assignments import Assignment, Course
    from autograder.grading import Work
    from autograder.results import SubmissionResult
    from autograder.submissions import Candidate

ALL_GRADED, NOT_GRADED, STOPPED = 0, 2, 130
HARMLESS: Final = "not_a_submission"
CHOSEN: Final = "duplicate"
"""Kind of the notes on what was handed in more than once."""
NOT_ENTERED: Final = "gradebook"
"""Kind of the notes on what a ledger could not take."""


@dataclass(frozen=True)
class Order:
    """What to grade, and how.

    Attributes
    ----------
    paths : tuple of Path
        Folders, files and zips.
    out : Path
        Where results go.
    jobs : int or None
        Number of judges; None: one a core.
    isolation : str
        ``auto``, or the number of a level.
    fresh : bool
        Grade also what has not changed.
    """

    paths: tuple[Path, ...]
    out: Path
    assignment: str | None = None
    jobs: int | None = None
    isolation: str = "auto"
    fresh: bool = False


class Ledger(Protocol):
    """Where results go as well, once they are on the disk."""

    def open(self) -> Sequence[str]:
        """Make it ready; return the places that are written to. An `AutograderError` says why it can't be."""

    def enter(self, work: Work, result: SubmissionResult) -> None:
        """Write one result."""

    def close(self) -> Sequence[Note]:
        """End; return what there is to be told."""


def grade_and_show(order: Order, course: Course, seat: Seat, ledger: Ledger | None = None) -> int:
    """Grade submissions, show progress and then the tables.

    Parameters
    ----------
    order : Order
        What to grade.
    seat : Seat
        Where to show it.
    ledger : Ledger, optional
        Where results go as well. What it can't take is told; results.jsonl has it all the same.

    Returns
    -------
    int
        Exit code: 0 all graded, 2 something could not be, 130 stopped by Ctrl-C.

    Raises
    ------
    SubmissionError
        If there is nothing to grade.
    IsolationError
        If this machine doesn't offer the level, or none and 0 was not asked for.
    OutputError
        If results can't be written.
    """
    out, language = seat.out, seat.language
    found = find_submissions(order.paths, course, order.assignment)
    level = choose("auto" if order.isolation == "auto" else int(order.isolation))
    assignments, broken = load_assignments(found.candidates, course)
    candidates = [candidate for candidate in found.candidates if candidate.assignment in assignments]
    problems = [*(note for note in found.ignored if note.kind != HARMLESS), *broken]
    harmless = [*_chosen_among(candidates), *(note for note in found.ignored if note.kind == HARMLESS)]
    if not candidates:
        if not problems:
            raise SubmissionError(_nothing_found(order.paths))
        print_left_out(seat.err, problems, harmless, language=language)
        return NOT_GRADED
    with Records(order.out) as records, _entering(ledger, seat) as entering:
        started = time.monotonic()
        run = _grade(order, candidates, course, records, level=level, seat=seat, enter=entering.enter)
        shown = {*run.graded, *run.kept}
        results = [result for key, result in records.results.items() if key in shown]
        totals = Totals(len(candidates), len(run.graded), len(run.kept), time.monotonic() - started, run.stopped)
    if results:
        print_class(
            out,
            results,
            language=language,
            titles={name: assignment.title for name, assignment in assignments.items()},
            sentences=_sentences(assignments.values()),
            kept=run.kept,
        )
    print_ungraded(out, results, language=language)
    print_left_out(out, problems, harmless, language=language)
    print_gradebook(out, entering.told, language=language)
    written: list[Path | str] = [order.out / RESULTS, order.out / SUMMARY, *entering.places]
    print_ending(out, results, totals, written, language=language)
    complete = not problems and not entering.failed and all(result.status == "graded" for result in results)
    return _exit_code(run, graded_all=complete)


def _chosen_among(candidates: Iterable[Candidate]) -> Iterator[Note]:
    """Tell of whom only a part of what was handed in is graded: two students may go by one name."""
    for candidate in candidates:
        for note in candidate.notes:
            if note.kind == CHOSEN:
                whose = f"{candidate.student} / {candidate.assignment}:"
                yield Note(CHOSEN, join({"en": whose, "ko": whose}, note.message))


@dataclass
class _Entering:
    """A ledger while a run lasts, or none."""

    enter: Callable[[Work, SubmissionResult], None] = lambda _work, _result: None
    places: Sequence[str] = ()
    told: Sequence[Note] = ()

    @property
    def failed(self) -> bool:
        return any(note.kind == NOT_ENTERED for note in self.told)


@contextlib.contextmanager
def _entering(ledger: Ledger | None, seat: Seat) -> Iterator[_Entering]:
    entering = _Entering()
    if ledger is None:
        yield entering
        return
    try:
        entering.places = ledger.open()
        entering.enter = ledger.enter
    except AutograderError as error:
        # Told at once, for whoever would rather mend it first; what is graded is not lost.
        seat.complain(error.message)
        entering.told = [Note(NOT_ENTERED, error.message)]
    try:
        yield entering
    finally:
        entering.told = [*entering.told, *ledger.close()]


def _grade(
    order: Order,
    candidates: list[Candidate],
    course: Course,
    records: Records,
    *,
    level: int,
    seat: Seat,
    enter: Callable[[Work, SubmissionResult], None],
) -> ClassRun:
    """Say what is about to be graded, and grade it with a bar that moves."""
    jobs = min(order.jobs or count_cores(), len(candidates))
    # Who names a number gets it; else a small class, which is soon over, starts no more judges than it is worth.
    at_once = jobs if order.jobs else min(jobs, 1 + len(candidates) // WORTH)
    heading = say(
        "submissions: {submissions}, assignments: {assignments}, judges: {jobs}",
        submissions=len(candidates),
        assignments=len({candidate.assignment for candidate in candidates}),
        jobs=jobs if jobs == at_once else f"{at_once}-{jobs}",
    )
    isolation = Isolation(level, layers_of(level))
    print_heading(seat.err, isolation, found=heading, language=seat.language)
    if level == 0:
        seat.err.print(speak(meaning_of(0), seat.language), style="bold red")
    with LiveProgress(len(candidates), seat.err, seat.language) as progress:
        return grade_locally(
            candidates,
            course,
            records=records,
            level=level,
            jobs=jobs,
            at_once=at_once,
            fresh=order.fresh,
            tell=progress.tell,
            enter=enter,
        )


def _exit_code(run: ClassRun, *, graded_all: bool) -> int:
    if run.stopped:
        return STOPPED
    return ALL_GRADED if graded_all else NOT_GRADED


def _sentences(assignments: Iterable[Assignment]) -> Sentences:
    return {
        (assignment.name, hidden, check): sentence
        for assignment in assignments
        for hidden, path in ((False, assignment.public_checks), (True, assignment.hidden_checks))
        for check, sentence in read_sentences(path).items()
    }


def _nothing_found(paths: tuple[Path, ...]) -> Message:
    return say(
        "no submissions in {paths}; understood are <student>/<assignment>/<files>, a folder of <student>.py or"
        " <student>.ipynb with --assignment NAME, one file, and a zip of any of these",
        paths=", ".join(map(str, paths)),
    )
