"""One run of `autograder grade`: from what was asked for to the exit code."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from autograder.doctor import count_cores
from autograder.errors import SubmissionError
from autograder.grading import ClassRun, load_assignments
from autograder.messages import Message, say
from autograder.pool import grade_locally
from autograder.records import RESULTS, SUMMARY, Records
from autograder.reports.closing import Totals, print_ending, print_heading, print_left_out, print_ungraded
from autograder.reports.progress import LiveProgress
from autograder.reports.table import Sentences, print_class
from autograder.reports.terminal import speak
from autograder.results import Isolation
from autograder.sandbox.levels import choose, meaning_of, probe
from autograder.seat import Seat
from autograder.sentences import read_sentences
from autograder.submissions import find_submissions

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from autograder.assignments import Assignment, Course
    from autograder.submissions import Candidate

ALL_GRADED, NOT_GRADED, STOPPED = 0, 2, 130
HARMLESS: Final = "not_a_submission"


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


def grade_and_show(order: Order, course: Course, seat: Seat) -> int:
    """Grade submissions, show progress and then the tables.

    Parameters
    ----------
    order : Order
        What to grade.
    seat : Seat
        Where to show it.

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
    harmless = [note for note in found.ignored if note.kind == HARMLESS]
    if not candidates:
        if not problems:
            raise SubmissionError(_nothing_found(order.paths))
        print_left_out(seat.err, problems, harmless, language=language)
        return NOT_GRADED
    with Records(order.out) as records:
        started = time.monotonic()
        run = _grade(order, candidates, course, records, level=level, seat=seat)
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
    print_ending(out, results, totals, [order.out / RESULTS, order.out / SUMMARY], language=language)
    return _exit_code(run, graded_all=not problems and all(result.status == "graded" for result in results))


def _grade(
    order: Order, candidates: list[Candidate], course: Course, records: Records, *, level: int, seat: Seat
) -> ClassRun:
    """Say what is about to be graded, and grade it with a bar that moves."""
    jobs = min(order.jobs or count_cores(), len(candidates))
    heading = say(
        "submissions: {submissions}, assignments: {assignments}, judges: {jobs}",
        submissions=len(candidates),
        assignments=len({candidate.assignment for candidate in candidates}),
        jobs=jobs,
    )
    isolation = Isolation(level, probe().levels[level].layers)
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
            fresh=order.fresh,
            tell=progress.tell,
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
