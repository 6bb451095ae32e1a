"""What the walls cost: CPU and wall time for a submission at each level, beside the same child without walls.

Run ``python benchmarks/walls.py [ASSIGNMENT...]``. For each level that stands here
a judge grades the sample class of an assignment, its hostile members left out; the
judges take turns, round after round. Level 0 is the baseline: a fork from the same
warm process, with limits only. Counted is what every process spends, the warm one
and the children included. Ratios within one round are what counts, since machines
differ and are busy with other things.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from autograder.assignments import Assignment, find_course
from autograder.cases import load_case
from autograder.judge import Judge
from autograder.results import Verdict
from autograder.sandbox.levels import LEVELS, probe
from autograder.submissions import Submission

# What never answers takes its time from other things.
SLOW = {Verdict.TIMED_OUT, Verdict.OUT_OF_MEMORY}
TICK_S = 1 / os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Cost:
    """Seconds for one submission."""

    cpu_s: float
    wall_s: float


def read_class(assignment: Assignment) -> list[Submission]:
    """Return the members of the sample class that may run without walls."""
    names = [exercise.name for exercise in assignment.exercises]
    cases = [load_case(folder, names) for folder in assignment.cases if not folder.name.startswith("hostile")]
    chosen = [case for case in cases if case.in_demo and not SLOW.intersection(case.verdicts.values())]
    return [case.submission(assignment) for case in chosen]


def cpu_of_family() -> float:
    """Return the CPU seconds of this process and of all below it, with those that they have waited for."""
    parents: dict[int, int] = {}
    spent: dict[int, int] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            text = (folder / "stat").read_text("utf-8", "replace")
        except OSError:
            continue  # it has ended meanwhile
        fields = text[text.rindex(")") + 2 :].split()
        parents[int(folder.name)] = int(fields[1])
        spent[int(folder.name)] = sum(map(int, fields[11:15]))
    family = {os.getpid()}
    while more := {pid for pid, parent in parents.items() if parent in family} - family:
        family |= more
    return sum(spent[pid] for pid in family) * TICK_S


def measure(judge: Judge, submissions: Sequence[Submission]) -> Cost:
    """Let a judge grade them once."""
    cpu, wall = cpu_of_family(), time.perf_counter()
    for submission in submissions:
        result = judge.grade(submission)
        if result.status != "graded":
            raise SystemExit(f"{submission.student}: {result.status}")
    wall, cpu = time.perf_counter() - wall, cpu_of_family() - cpu
    return Cost(cpu / len(submissions), wall / len(submissions))


def measure_levels(assignment: Assignment, rounds: int) -> dict[int, list[Cost]]:
    """Grade the class at each level in turn, another one first each time."""
    submissions = read_class(assignment)
    levels = [level for level in LEVELS if probe().levels[level].available]
    judges = {level: Judge([assignment.folder], level=level) for level in levels}
    costs: dict[int, list[Cost]] = {level: [] for level in levels}
    for judge in judges.values():
        measure(judge, submissions)  # to load, and to look up what was seen of variants, costs once
    for number in range(rounds):
        turn = number % len(levels)
        for level in (*levels[turn:], *levels[:turn]):
            costs[level].append(measure(judges[level], submissions))
    for judge in judges.values():
        judge.close()
    return costs


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    course = find_course(Path(__file__).parent)
    parser.add_argument("assignments", nargs="*", default=course.names)
    parser.add_argument("--rounds", type=int, default=10)
    options = parser.parse_args()
    table = Table("assignment", "level", title="a submission, medians")
    for heading in ("CPU ms", "wall ms", "CPU, ratio", "wall, ratio"):
        table.add_column(heading, justify="right")
    for name in options.assignments:
        costs = measure_levels(course.assignment(name), options.rounds)
        for level, measured in costs.items():
            pairs = list(zip(measured, costs[0], strict=True))
            table.add_row(
                name,
                str(level),
                f"{1e3 * statistics.median(cost.cpu_s for cost in measured):.1f}",
                f"{1e3 * statistics.median(cost.wall_s for cost in measured):.1f}",
                f"{statistics.median(cost.cpu_s / bare.cpu_s for cost, bare in pairs):.2f} x",
                f"{statistics.median(cost.wall_s / bare.wall_s for cost, bare in pairs):.2f} x",
                end_section=level == 0,
            )
    Console().print(table)


if __name__ == "__main__":
    main()
