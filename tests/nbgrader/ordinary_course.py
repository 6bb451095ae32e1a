"""An ordinary course of nbgrader's, with tests in its notebook's own cells, and honest submissions to it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from textwrap import dedent
from typing import Any, Final

Nbgrader = Callable[..., Any]
Scores = dict[str, dict[str, float | None]]

SECRET: Final = "sesame-4711"
NUMBER: Final = "20977"
SOURCE: Final[list[tuple[str, str, float, str]]] = [
    ("given", "setup", 0, "import numpy as np\n%xmode plain"),
    (
        "answer",
        "square",
        0,
        f"def square(x):\n    ### BEGIN SOLUTION\n    return x * x  # {SECRET}\n    ### END SOLUTION",
    ),
    (
        "test",
        "square_test",
        2,
        f"assert square(2) == 4\n### BEGIN HIDDEN TESTS\nassert square(-3) == 9  # {NUMBER}\n### END HIDDEN TESTS",
    ),
    ("answer", "logs", 0, "def logs(x):\n    ### BEGIN SOLUTION\n    return np.log(x)\n    ### END SOLUTION"),
    ("test", "logs_test", 3, "np.testing.assert_allclose(logs(np.array([0.0, 1.0])), [-np.inf, 0.0])"),
    ("answer", "sort", 0, "def sort(x):\n    ### BEGIN SOLUTION\n    return sorted(x)\n    ### END SOLUTION"),
    ("test", "sort_test", 4, "cases = [[1], [2, 1], [3, 1, 2], []]\nsum(sort(x) == sorted(x) for x in cases) * 1.0"),
    (
        "answer",
        "rows",
        0,
        "import tools\ndef rows():\n    ### BEGIN SOLUTION\n    return tools.read('data.csv')\n    ### END SOLUTION",
    ),
    ("test", "rows_test", 1, "assert len(rows()) == 3"),
    ("manual", "essay", 5, "### BEGIN SOLUTION\nprint('a plot')\n### END SOLUTION"),
]
FILES: Final = {"data.csv": "a,b\n1,2\n3,4\n", "tools.py": "def read(name):\n    return open(name).readlines()\n"}
CONFIG: Final = """
from autograder.adapters.nbgrader.config import find_alembic
find_alembic()
c = get_config()
"""
RIGHT: Final = {
    "square": "def square(x):\n    return x ** 2",
    "logs": "def logs(x):\n    with np.errstate(all='ignore'):\n        return np.log(x)",
    "sort": "def sort(x):\n    return sorted(x)",
    "rows": "from tools import read\ndef rows():\n    return read('data.csv')",
    "essay": "print('my essay')",
}
ALL: Final = {"square_test": 2.0, "logs_test": 3.0, "sort_test": 4.0, "rows_test": 1.0, "essay": None}

HONEST: Final[dict[str, dict[str, str]]] = {
    "right": {},
    "wrong_and_partly_right": {
        "square": "def square(x):\n    return abs(x) * x",
        "sort": "def sort(x):\n    return x",
        "rows": "raise NotImplementedError()",
    },
    "hopeless": {
        "square": "def square(x)\n    return x",
        "logs": "1 / 0",
        "sort": "sort = 3",
        "rows": "def rows():\n    return open('no_such_file.csv').readlines()",
        "essay": "import sys\nsys.exit(1)",
    },
    "untidy": {
        "square": "    !echo hello\n    %time x = 3\n    square = lambda x: x * x",
        "logs": "get_ipython().run_line_magic('time', 'x = 3')\nfrom IPython.display import display\n"
        "def logs(x):\n    with np.errstate(all='ignore'): return display(x) or np.log(x)",
        "sort": "%%time\ndef sort(x):\n    print('sorting', x)\n    return sorted(x);\nsort([1]);",
        "essay": "display('a'); 3.0",
    },
}


def notebook(cells: list[dict[str, Any]]) -> str:
    """Return the text of a notebook."""
    kernel = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    return json.dumps({"cells": cells, "metadata": kernel, "nbformat": 4, "nbformat_minor": 5})


def source_cells() -> list[dict[str, Any]]:
    """Return the cells of the source, with nbgrader's metadata."""
    cells = []
    for kind, name, points, text in SOURCE:
        grade, solution = kind in ("test", "manual"), kind in ("answer", "manual")
        nbgrader: dict[str, object] = {"grade": grade, "solution": solution, "locked": not solution, "task": False}
        nbgrader |= {"grade_id": name, "schema_version": 3, **({"points": points} if grade else {})}
        empty: dict[str, object] = {"execution_count": None, "outputs": [], "id": name}
        cells.append({"cell_type": "code", "metadata": {"nbgrader": nbgrader}, "source": text, **empty})
    return cells


def make_course(root: Path, nbgrader: Nbgrader, *, source_folder: str = "source", config: str = CONFIG) -> Path:
    """Make a course with one released assignment."""
    source = root / source_folder / "ps1"
    source.mkdir(parents=True)
    (source / "problem.ipynb").write_text(notebook(source_cells()), encoding="utf-8")
    for name, text in FILES.items():
        (source / name).write_text(text)
    (root / "nbgrader_config.py").write_text(config)
    nbgrader(root, "generate_assignment", "ps1")
    return root


def hand_in(course: Path, student: str, answers: dict[str, str], *, first: str = "") -> Path:
    """Hand in the released notebook with the answers filled in, and a cell of the student's own before all others."""
    (place,) = (course / name / "ps1" for name in ("release", "assignments") if (course / name).exists())
    released = json.loads((place / "problem.ipynb").read_text())
    for cell in released["cells"]:
        name = cell["metadata"]["nbgrader"]["grade_id"]
        cell["source"] = {**RIGHT, **answers}.get(name, cell["source"])
    if first:
        own: dict[str, object] = {
            "cell_type": "code",
            "metadata": {},
            "id": "own",
            "execution_count": None,
            "outputs": [],
        }
        released["cells"].insert(0, {**own, "source": dedent(first)})
    folder = course / "submitted" / student / "ps1"
    folder.mkdir(parents=True)
    (folder / "problem.ipynb").write_text(notebook(released["cells"]))
    for name, text in FILES.items():
        (folder / name).write_text(text)
    return folder


def scores(course: Path) -> Scores:
    """Read the automatic scores from the gradebook."""
    query = """
        select student.id, base_cell.name, grade.auto_score from grade
        join base_cell on base_cell.id = grade.cell_id
        join submitted_notebook on submitted_notebook.id = grade.notebook_id
        join submitted_assignment on submitted_assignment.id = submitted_notebook.assignment_id
        join student on student.id = submitted_assignment.student_id
    """
    found: Scores = {}
    with closing(sqlite3.connect(course / "gradebook.db")) as base:
        for student, cell, score in base.execute(query):
            found.setdefault(student, {})[cell] = score
    return found


def outputs(course: Path, student: str) -> dict[str, list[dict[str, Any]]]:
    """Return the outputs of a student's graded notebook, by the ids of the cells."""
    graded = json.loads((course / "autograded" / student / "ps1" / "problem.ipynb").read_text())
    found = {}
    for cell in graded["cells"]:
        for output in cell.get("outputs", []):
            texts = output.get("data", output)
            texts |= {key: "".join(texts[key]) for key in ("text", "text/plain", "text/html") if key in texts}
        found[cell["metadata"].get("nbgrader", {}).get("grade_id", "own")] = cell.get("outputs", [])
    return found


def behind_walls(course: Path, **settings: object) -> None:
    """Set a course up as the documentation says."""
    names = ["IgnorePattern", "LimitOutput", "SaveAutoGrades", "AssignLatePenalties", "CheckCellMetadata"]
    steps = ["autograder.adapters.nbgrader.ordinary.RunInSandbox", *(f"nbgrader.preprocessors.{n}" for n in names)]
    lines = [CONFIG, f"c.Autograde.autograde_preprocessors = {steps!r}"]
    lines += [f"c.RunInSandbox.{name} = {value!r}" for name, value in settings.items()]
    (course / "nbgrader_config.py").write_text("\n".join(lines))
