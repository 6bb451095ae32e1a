"""What naming the mistake adds to a failing submission: when the variants are tried, when that is read, from then on.

Run ``python benchmarks/diagnosis.py [ASSIGNMENT...]``. Judges grade the bundled
cases of an assignment that lose points, twice each: one without naming
mistakes, one that has to try the variants, and one that finds what that one saw.
Differences within one run are what counts, since machines differ and are busy
with other things.
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from autograder.assignments import Assignment, find_course
from autograder.cases import load_case
from autograder.judge import Judge
from autograder.results import FOR_AUTHORS, SubmissionResult, Verdict
from autograder.sandbox.levels import choose
from autograder.submissions import Submission

# What never answers takes its time from other things.
SLOW = {Verdict.TIMED_OUT, Verdict.OUT_OF_MEMORY}


def read_failing(assignment: Assignment) -> list[Submission]:
    """Return the cases that lose points."""
    names = [exercise.name for exercise in assignment.exercises]
    cases = [load_case(folder, names) for folder in assignment.cases]
    failing = [case for case in cases if any(verdict is not Verdict.PASSED for verdict in case.verdicts.values())]
    return [case.submission(assignment) for case in failing if not SLOW.intersection(case.verdicts.values())]


def grade_twice(
    assignment: Assignment, submissions: Sequence[Submission], *, names_mistakes: bool
) -> list[list[SubmissionResult]]:
    """Let one judge grade all of them, and then all again."""
    judge = Judge([assignment.folder], level=choose("auto"), names_mistakes=names_mistakes)
    judge.start()
    rounds = [[judge.grade(submission) for submission in submissions] for _ in range(2)]
    judge.close()
    complaints = [note.message["en"] for result in rounds[0] for note in result.notes if note.kind == FOR_AUTHORS]
    if complaints:
        raise SystemExit(f"{assignment.name}: {complaints[0]}")
    return rounds


def remembered(assignment: Assignment) -> list[Path]:
    """Return the files in which judges keep what they saw of the variants."""
    return list(assignment.folder.glob("__pycache__/*.understudies"))


def main() -> None:
    """Print milliseconds a submission."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    course = find_course(Path(__file__).parent)
    parser.add_argument("assignments", nargs="*", default=course.names)
    table = Table("assignment", title="milliseconds a failing submission: CPU (wall)")
    for heading in ("failing", "named", "without", "added at first", "by the next judge", "from then on", "most", "KB"):
        table.add_column(heading, justify="right")
    for name in parser.parse_args().assignments:
        assignment = course.assignment(name)
        submissions = read_failing(assignment)
        _, without = grade_twice(assignment, submissions, names_mistakes=False)
        for file in remembered(assignment):
            file.unlink()
        first, _ = grade_twice(assignment, submissions, names_mistakes=True)
        read, later = grade_twice(assignment, submissions, names_mistakes=True)
        cells = [_mean(without, "cpu_s"), _mean(without, "wall_s")]
        added = [
            f"{_mean(results, 'cpu_s') - cells[0]:.0f} ({_mean(results, 'wall_s') - cells[1]:.0f})"
            for results in (first, read, later)
        ]
        most = max(1e3 * (with_.cpu_s - bare.cpu_s) for with_, bare in zip(later, without, strict=True))
        named = sum(any(check.mistake for check in result.checks) for result in later)
        size = sum(file.stat().st_size for file in remembered(assignment)) / 1e3
        usual = f"{cells[0]:.0f} ({cells[1]:.0f})"
        table.add_row(name, str(len(later)), str(named), usual, *added, f"{most:.0f}", f"{size:.0f}")
    Console().print(table)


def _mean(results: Sequence[SubmissionResult], what: str) -> float:
    return 1e3 * statistics.fmean(getattr(result, what) for result in results)


if __name__ == "__main__":
    main()
