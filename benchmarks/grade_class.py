"""What grading costs: CPU and wall time for a submission, beside a fresh pytest process and no walls at all.

Run ``python benchmarks/grade_class.py``; ratios within one run are what counts,
since machines differ and are busy with other things.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from autograder.assignments import Assignment, find_course
from autograder.judge import Judge
from autograder.sandbox.levels import choose
from autograder.submissions import Submission, candidate_at, read_submission


@dataclass(frozen=True)
class Cost:
    """Seconds for one submission, median over the runs."""

    wall_s: float
    cpu_s: float


def cpu_of_everybody() -> float:
    """Return the CPU seconds of this process and of its children that have ended."""
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def measure_judge(assignment: Assignment, submission: Submission, runs: int, *, level: int) -> Cost:
    """Stream a submission through one judge; its start-up is not counted."""
    judge = Judge([assignment.folder], level=level)
    judge.grade(submission)
    walls, cpus = [], []
    for _ in range(runs):
        start = time.perf_counter()
        cpus.append(judge.grade(submission).cpu_s)
        walls.append(time.perf_counter() - start)
    judge.close()
    return Cost(statistics.median(walls), statistics.median(cpus))


def measure_class(assignment: Assignment, file: Path, size: int) -> Cost:
    """Grade a whole class with the command, start-up and all; cost for each submission."""
    with tempfile.TemporaryDirectory() as folder:
        submitted = Path(folder, "submitted")
        submitted.mkdir()
        for number in range(size):
            (submitted / f"student{number:03}.py").write_bytes(file.read_bytes())
        command = [sys.executable, "-m", "autograder", "grade", str(submitted), "--assignment", assignment.name]
        return measure_process([*command, "--out", str(Path(folder, "graded"))], 1, env={}).divided_by(size)


@dataclass(frozen=True)
class Spent(Cost):
    """The cost of a whole process."""

    def divided_by(self, count: int) -> Cost:
        """Return the cost for each of `count` submissions."""
        return Cost(self.wall_s / count, self.cpu_s / count)


def measure_process(command: Iterable[str], runs: int, *, env: dict[str, str]) -> Spent:
    """Run a command several times, from start to end."""
    walls, cpus = [], []
    for _ in range(runs):
        start, before = time.perf_counter(), cpu_of_everybody()
        subprocess.run(list(command), check=False, capture_output=True, env={**os.environ, **env})
        walls.append(time.perf_counter() - start)
        cpus.append(cpu_of_everybody() - before)
    return Spent(statistics.median(walls), statistics.median(cpus))


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--assignment", default="gradient_descent")
    parser.add_argument("--runs", type=int, default=20)
    options = parser.parse_args()
    assignment = find_course(Path(__file__).parent).assignment(options.assignment)
    file = assignment.reference
    submission = read_submission(candidate_at(file, assignment.name), assignment)
    best = choose("auto")
    pytest = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(assignment.hidden_checks)]
    rows: dict[str, Callable[[], Cost]] = {
        f"a judge, level {best}": lambda: measure_judge(assignment, submission, options.runs, level=best),
        "a judge, level 0 (no walls)": lambda: measure_judge(assignment, submission, options.runs, level=0),
        f"the command, a class of {options.runs}": lambda: measure_class(assignment, file, options.runs),
        "a fresh pytest process": lambda: measure_process(
            [*pytest, "--submission", str(file)], max(3, options.runs // 5), env={"PYTEST_DISABLE_PLUGIN_AUTOLOAD": ""}
        ),
    }
    title = f"{assignment.name}: the reference solution"
    table = Table("seconds a submission", "wall", "CPU", "CPU, ratio", title=title)
    costs = {name: measure() for name, measure in rows.items()}
    base = next(iter(costs.values())).cpu_s
    for name, cost in costs.items():
        table.add_row(name, f"{cost.wall_s:.3f}", f"{cost.cpu_s:.3f}", f"{cost.cpu_s / base:.2f} x")
    Console().print(table)


if __name__ == "__main__":
    main()
