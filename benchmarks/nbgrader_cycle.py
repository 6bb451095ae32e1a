"""What autograding a class with nbgrader costs: CPU and wall time for a submission, four ways in one run.

Run ``python benchmarks/nbgrader_cycle.py``. The same students hand in the same work each time:

stock
    ``nbgrader autograde`` as it comes: a kernel for each notebook, assert tests in its grade cells.
floor
    The same with nothing run: what nbgrader itself costs.
drop-in
    ``nbgrader autograde`` with the preprocessors of this package.
direct
    ``autograder grade submitted/ --gradebook URL``.

Each is a command from its start to its end, and the CPU time of all its descendants counts. Machines differ and
are busy with other things: the ratios within one run are what counts.
"""

from __future__ import annotations

import argparse
import ast
import ctypes
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from autograder.adapters.nbgrader.source import build_notebook
from autograder.assignments import Assignment, Course, find_course

NAME: Final = "gradient_descent"
FEW: Final = 2  # submissions of the small run, which tells the start from what each submission costs
PR_SET_CHILD_SUBREAPER: Final = 36

# Tests as they stand in the grade cells of ordinary courses: they look at what our checks look at, and stop at the
# first assert that fails.
DRAW: Final = """import numpy as np
rng = np.random.default_rng(7)
X = rng.uniform(-1.0, 3.0, size=(7, 1))
y = 4.0 - 1.5 * X + rng.normal(size=(7, 1))
f_x = 0.8 - 3.1 * X
"""
TESTS: Final = {
    "Loss": DRAW
    + """### BEGIN HIDDEN TESTS
f_before, y_before = f_x.copy(), y.copy()
np.testing.assert_allclose(Loss(f_x, y), np.mean((y - f_x) ** 2), rtol=2e-5)
np.testing.assert_allclose(Loss(f_x[:5], y[:5]), np.mean((y[:5] - f_x[:5]) ** 2), rtol=2e-5)
assert np.array_equal(f_x, f_before) and np.array_equal(y, y_before)
### END HIDDEN TESTS
""",
    "gradient_descent": DRAW
    + """### BEGIN HIDDEN TESTS
X_before, y_before = X.copy(), y.copy()
expected = [-2 * np.mean(y - f_x), -2 * np.mean((y - f_x) * X)]
slopes = gradient_descent(0.8, -3.1, X, y)
np.testing.assert_allclose(np.ravel(slopes)[0], expected[0], rtol=2e-5)
np.testing.assert_allclose(np.ravel(slopes)[1], expected[1], rtol=2e-5)
assert len(slopes) == 2
assert np.array_equal(X, X_before) and np.array_equal(y, y_before)
### END HIDDEN TESTS
""",
    "main": """### BEGIN HIDDEN TESTS
import contextlib, io, re
import numpy as np
printed = io.StringIO()
with contextlib.redirect_stdout(printed):
    returned = main()
X = np.array([1.0, 2.0, 3.0, 4.0]).reshape(-1, 1)
y = np.array([3.1, 4.9, 7.2, 8.9]).reshape(-1, 1)
w0 = w1 = 0.0
lines = []
for i in range(1000):
    error = y - (w0 + w1 * X)
    w0, w1 = w0 + 0.002 * np.mean(error), w1 + 0.002 * np.mean(error * X)
    if i % 100 == 0:
        lines += [np.mean((y - (w0 + w1 * X)) ** 2), w0, w1]
np.testing.assert_allclose(np.ravel(returned), [w0, w1], rtol=2e-5)
numbers = [float(text) for text in re.findall(r"-?\\d+\\.\\d+(?:e-?\\d+)?", printed.getvalue())]
for number in lines:
    assert np.isclose(numbers, number, rtol=2e-5).any()
### END HIDDEN TESTS
""",
}
TIMESTAMP: Final = "2026-03-02 10:00:00 UTC\n"
STOCK: Final = "c = get_config()\n"
FLOOR: Final = """from nbconvert.preprocessors import ClearMetadataPreprocessor
from nbgrader.preprocessors import AssignLatePenalties, CheckCellMetadata, IgnorePattern, LimitOutput, SaveAutoGrades

c = get_config()
c.Autograde.autograde_preprocessors = [
    IgnorePattern, ClearMetadataPreprocessor, LimitOutput, SaveAutoGrades, AssignLatePenalties, CheckCellMetadata,
]
"""


@dataclass(frozen=True)
class Cost:
    """What one command took, in seconds."""

    wall_s: float
    cpu_s: float


@dataclass
class Way:
    """One way to grade a class: how to lay out its course, and the command."""

    name: str
    prepare: Callable[[Path], None]
    command: Sequence[str]
    costs: dict[int, Cost] = field(default_factory=dict)


def adopt_orphans() -> None:
    """Become the parent of descendants whose parent ends first, so that their CPU time counts too (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def bury_orphans() -> None:
    """Wait for every child that is left, whoever started it."""
    while True:
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            return


def cpu_of_children() -> float:
    """Return the CPU seconds of all descendants that have ended and were waited for."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def run(command: Sequence[str], course: Path) -> Cost:
    """Run a command in a course, from its start until its last descendant has ended."""
    home = course.parent / "home"
    home.mkdir(exist_ok=True)
    places = {name: str(home / name.lower()) for name in ("IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR")}
    # nbgrader calls `alembic` by name.
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = {
        **os.environ,
        "HOME": str(home),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
        "PATH": path,
        **places,
    }
    start, before = time.perf_counter(), cpu_of_children()
    done = subprocess.run([*command], check=False, cwd=course, env=environment, capture_output=True, text=True)
    bury_orphans()
    cost = Cost(time.perf_counter() - start, cpu_of_children() - before)
    if done.returncode:
        sys.exit(f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return cost


def choose_cases(assignment: Assignment, count: int) -> list[Path]:
    """Take the cases that honest students would hand in and that end by themselves, right and wrong by turns."""
    # Encodings and names of their own a stock course can't read.
    files = [file for file in sorted(assignment.folder.glob("cases/*/*.py")) if is_plain(file, assignment)]
    sides = [[file for file in files if file.parent.name.startswith(kind)] for kind in ("right_", "wrong_")]
    # The names tell the exercise: at even distances, every exercise has its share of the mistakes.
    return [sides[number % 2][number // 2 * len(sides[number % 2]) * 2 // (count + 1)] for number in range(count)]


def is_plain(file: Path, assignment: Assignment) -> bool:
    """Return whether a file is UTF-8 text that defines every exercise under its own name, once."""
    try:
        body = ast.parse(file.read_text(encoding="utf-8")).body
    except (SyntaxError, UnicodeDecodeError):
        return False
    defined = [node.name for node in body if isinstance(node, ast.FunctionDef)]
    return all(defined.count(exercise.name) == 1 for exercise in assignment.exercises)


def hand_in(released: dict[str, Any], file: Path) -> dict[str, Any]:
    """Write a student's code into the cells of a released notebook."""
    text = file.read_text(encoding="utf-8")
    nodes = {node.name: node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)}
    parts = {name: ast.get_source_segment(text, node) or "" for name, node in nodes.items()}
    notebook: dict[str, Any] = json.loads(json.dumps(released))
    for cell in notebook["cells"]:
        name = cell["metadata"].get("nbgrader", {}).get("grade_id", "").removesuffix("_answer")
        if name in parts and cell["metadata"]["nbgrader"]["solution"]:
            cell["source"] = parts.pop(name)
    # What else the student wrote: functions of their own, where the exercises find them.
    first = next(cell for cell in notebook["cells"] if cell["metadata"].get("nbgrader", {}).get("solution"))
    settings = [node for node in ast.parse(text).body if isinstance(node, (ast.Import, ast.ImportFrom, ast.Assign))]
    rest = [ast.get_source_segment(text, node) or "" for node in settings]
    first["source"] = "\n\n".join([*rest, *parts.values(), first["source"]])
    return notebook


def write_notebook(file: Path, notebook: dict[str, Any]) -> None:
    """Write a notebook, and its folders."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(notebook, ensure_ascii=False, indent=1), encoding="utf-8")


def prepare_ordinary(course: Path, assignment: Assignment, config: str) -> None:
    """Lay out an ordinary nbgrader course: the same notebook, with assert tests in its grade cells."""
    notebook = json.loads(json.dumps(build_notebook(assignment)))
    for cell in notebook["cells"]:
        grading = cell["metadata"].get("nbgrader", {})
        if grading.get("grade"):
            cell["source"] = TESTS[grading["grade_id"]]
    notebook["cells"] = [cell for cell in notebook["cells"] if "load_ext" not in "".join(cell["source"])]
    write_notebook(course / "source" / NAME / f"{NAME}.ipynb", notebook)
    (course / "nbgrader_config.py").write_text(config, encoding="utf-8")


def prepare_ours(course: Path, ours: Course) -> None:
    """Copy this course."""
    root = ours.assignment(NAME).folder.parents[1]
    shutil.copytree(root / "source_data", course / "source_data")
    shutil.copy(root / "nbgrader_config.py", course)
    (course / "solutions").mkdir(parents=True)
    for file in (root / "solutions").glob("*.*"):
        shutil.copy(file, course / "solutions")
    shutil.copytree(root / "solutions" / NAME, course / "solutions" / NAME, ignore=shutil.ignore_patterns("cases"))


def fill(course: Path, cases: Iterable[Path]) -> None:
    """Release the assignment, and let each student hand in a case."""
    run([sys.executable, "-m", "nbgrader", "generate_assignment", NAME], course)
    (released,) = [*course.glob(f"release/{NAME}/*.ipynb"), *course.glob(f"assignments/{NAME}/*.ipynb")]
    notebook = json.loads(released.read_text(encoding="utf-8"))
    for number, case in enumerate(cases, 1):
        folder = course / "submitted" / f"student{number:02}" / NAME
        write_notebook(folder / f"{NAME}.ipynb", hand_in(notebook, case))
        (folder / "timestamp.txt").write_text(TIMESTAMP, encoding="utf-8")


def measure(way: Way, cases: Sequence[Path], *, rounds: int) -> None:
    """Grade a small and a whole class in fresh courses; of several rounds the cheapest counts."""
    for size in (FEW, len(cases)):
        costs = []
        for _ in range(rounds):
            with tempfile.TemporaryDirectory() as folder:
                course = Path(folder, "course")
                course.mkdir()
                way.prepare(course)
                fill(course, cases[:size])
                costs.append(run(way.command, course))
        way.costs[size] = min(costs, key=lambda cost: cost.cpu_s)


def find_ways(course: Course) -> list[Way]:
    """Return the ways, the first of which is the measure of the others."""
    assignment = course.assignment(NAME)
    nbgrader = [sys.executable, "-m", "nbgrader", "autograde", NAME]
    ours = [sys.executable, "-m", "autograder", "grade", "submitted", "--gradebook", "sqlite:///gradebook.db"]
    return [
        Way("stock", lambda folder: prepare_ordinary(folder, assignment, STOCK), nbgrader),
        Way("floor", lambda folder: prepare_ordinary(folder, assignment, FLOOR), nbgrader),
        Way("drop-in", lambda folder: prepare_ours(folder, course), nbgrader),
        Way("direct", lambda folder: prepare_ours(folder, course), ours),
    ]


def show(ways: Sequence[Way], size: int) -> None:
    """Print the costs of each way, and their ratios to the first."""
    columns = ("wall", "CPU", "CPU, ratio", "CPU of one more", "ratio")
    table = Table("seconds a submission", *columns, title=f"{NAME}: {size} submissions")
    base: tuple[float, float] | None = None
    for way in ways:
        few, whole = way.costs[FEW], way.costs[size]
        mean, marginal = whole.cpu_s / size, (whole.cpu_s - few.cpu_s) / (size - FEW)
        base = base or (mean, marginal)
        numbers = (f"{whole.wall_s / size:.3f}", f"{mean:.3f}", f"{mean / base[0]:.3f} x")
        table.add_row(way.name, *numbers, f"{marginal:.3f}", f"{marginal / base[1]:.3f} x")
    Console().print(table)


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--students", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=1, help="the cheapest of so many runs counts")
    parser.add_argument("--ways", nargs="+", help="some ways only, the first of them the measure of the others")
    options = parser.parse_args()
    adopt_orphans()
    course = find_course(Path(__file__).parent)
    cases = choose_cases(course.assignment(NAME), options.students)
    ways = [way for way in find_ways(course) if not options.ways or way.name in options.ways]
    for way in ways:
        measure(way, cases, rounds=options.rounds)
    show(ways, len(cases))


if __name__ == "__main__":
    main()
