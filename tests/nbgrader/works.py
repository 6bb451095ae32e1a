"""What a class hands in for one assignment, and what nbgrader's gradebook says of it."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from tests.nbgrader.answers import Notebook, cell_of, code, filled, functions_of, text
from tests.nbgrader.conftest import ROOT

NAME: Final = "gradient_descent"
RIGHT: Final = functions_of(ROOT / "solutions" / NAME / f"{NAME}.py")
CASES: Final = ROOT / "solutions" / NAME / "cases"
Grades = dict[str, tuple[float | None, float | None, bool]]

NOISY: Final = """\
import warnings, sys
def Loss(f_x, y):
    warnings.warn("careful", RuntimeWarning)
    print("on stderr", file=sys.stderr)
    np.log(np.zeros(1))
    return np.mean((y - f_x) ** 2)"""


PLAIN_METADATA: Final = {"schema_version": 3, "task": False, "locked": True}
ESSAY: Final = {
    **text("your words"),
    "metadata": {
        "nbgrader": {**PLAIN_METADATA, "locked": False, "grade": True, "solution": True, "grade_id": "why", "points": 2}
    },
}
SQUARE: Final = """\
assert square(2) == 4
### BEGIN HIDDEN TESTS
assert square(3) == 9, "the secret is 9"
### END HIDDEN TESTS"""
PLAIN: Final = (
    code(
        "### BEGIN SOLUTION\ndef square(x):\n    return x * x\n### END SOLUTION",
        **{**PLAIN_METADATA, "locked": False},
        grade=False,
        solution=True,
        grade_id="square",
    ),
    code(SQUARE, **PLAIN_METADATA, grade=True, solution=False, grade_id="test_square", points=3),
    ESSAY,
)


def ordinary(*cells: Notebook) -> Notebook:
    """Return a notebook as an author of nbgrader's writes it."""
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    return {"cells": list(cells), "metadata": kernel, "nbformat": 4, "nbformat_minor": 5}


def right(course: Path) -> Notebook:
    """Return the released notebook with right answers."""
    return filled(course / "assignments" / NAME / f"{NAME}.ipynb", RIGHT)


def case(course: Path, name: str) -> Notebook:
    """Return the released notebook with the answers of a bundled case."""
    answers = functions_of(CASES / name / f"{NAME}.py")
    return filled(course / "assignments" / NAME / f"{NAME}.ipynb", {**RIGHT, **answers})


def forged(course: Path) -> Notebook:
    """Return wrong answers with grade cells that claim points, and outputs that claim more."""
    notebook = case(course, "wrong_loss_sum")
    metadata = {"grade": True, "solution": False, "locked": True, "schema_version": 3, "grade_id": "bonus"}
    notebook["cells"].insert(1, code("100", **metadata, points=100))
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            result = {"output_type": "execute_result", "data": {"text/plain": "2"}, "metadata": {}}
            cell["outputs"] = [{**result, "execution_count": 1}]
    cell_of(notebook, "Loss")["source"] = "2.0"
    return notebook


def retagged(course: Path, **change: Any) -> Notebook:
    """Return right answers whose cells say something else to nbgrader."""
    notebook = right(course)
    for cell in notebook["cells"]:
        if "nbgrader" in cell["metadata"]:
            cell["metadata"]["nbgrader"].update(change)
    return notebook


def stripped(course: Path) -> Notebook:
    """Return right answers without any of nbgrader's metadata, and garbage in their place."""
    notebook = right(course)
    for cell in notebook["cells"]:
        cell["metadata"] = {"nbgrader": ["lost"]}
    return notebook


def in_one_cell(course: Path) -> Notebook:
    """Return right answers in a notebook of the student's own, in one cell."""
    work = "import numpy as np\n" + (course / "solutions" / NAME / f"{NAME}.py").read_text(encoding="utf-8")
    return {"cells": [code(work)], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


def as_text(course: Path) -> Notebook:
    """Return right answers, one of which a wrong key has turned into text."""
    notebook = right(course)
    cell = cell_of(notebook, "main_answer")
    cell["cell_type"] = "markdown"
    del cell["outputs"], cell["execution_count"]
    return notebook


def of_format_3(course: Path) -> Notebook:
    """Return right answers as IPython 3 wrote notebooks."""
    cells = []
    for cell in right(course)["cells"]:
        old = {**cell, "input": cell["source"], "language": "python"}
        cells.append({key: value for key, value in old.items() if key not in {"source", "id", "execution_count"}})
    return {"worksheets": [{"cells": cells, "metadata": {}}], "metadata": {}, "nbformat": 3, "nbformat_minor": 0}


def bare(course: Path) -> Notebook:
    """Return right answers in cells that lack most of what the format asks for."""
    cells = [{"cell_type": cell["cell_type"], "source": cell["source"]} for cell in right(course)["cells"]]
    return {"cells": cells}


def heavy(course: Path) -> Notebook:
    """Return right answers with more outputs than anybody reads."""
    notebook = right(course)
    data = {"image/png": "A" * 12_000_000, "text/html": "<script>1</script>"}
    outputs = [{"output_type": "display_data", "data": data, "metadata": {}}]
    notebook["cells"].append({**code("1"), "outputs": outputs})
    return notebook


def active(course: Path) -> Notebook:
    """Return right answers among texts that would run in a teacher's browser."""
    notebook = right(course)
    notebook["cells"] += [text("<img src=x onerror=alert(1)>"), text("![x](attachment:gone.png)"), text("# Loss")]
    notebook["cells"].append({"cell_type": "raw", "id": "raw", "metadata": {}, "source": "<script>2</script>"})
    notebook["metadata"]["widgets"] = {"x": "</script><script>3</script>"}
    return notebook


def noisy(course: Path) -> Notebook:
    """Return a right answer that warns and writes to stderr."""
    return filled(course / "assignments" / NAME / f"{NAME}.ipynb", {**RIGHT, "Loss": NOISY})


class Graded:
    """A class that was graded, as nbgrader left it."""

    def __init__(self, course: Path) -> None:
        self.course = course
        self.log = ""

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """Ask the gradebook."""
        with closing(sqlite3.connect(self.course / "gradebook.db")) as database, database:
            return database.execute(query, values).fetchall()

    def grades(self, student: str, notebook: str = NAME) -> Grades:
        """Return automatic and manual score of each grade cell, and whether a person is asked for."""
        found = self.rows(
            "SELECT c.name, g.auto_score, g.manual_score, g.needs_manual_grade FROM grade g"
            " JOIN base_cell c ON g.cell_id = c.id JOIN submitted_notebook n ON g.notebook_id = n.id"
            " JOIN submitted_assignment s ON n.assignment_id = s.id JOIN notebook b ON n.notebook_id = b.id"
            " WHERE s.student_id = ? AND b.name = ?",
            student,
            notebook,
        )
        return {name: (auto, manual, bool(asked)) for name, auto, manual, asked in found}

    def comments(self, student: str) -> dict[str, tuple[str | None, str | None]]:
        """Return automatic and manual comment of each answer."""
        found = self.rows(
            "SELECT c.name, o.auto_comment, o.manual_comment FROM comment o"
            " JOIN base_cell c ON o.cell_id = c.id JOIN submitted_notebook n ON o.notebook_id = n.id"
            " JOIN submitted_assignment s ON n.assignment_id = s.id WHERE s.student_id = ?",
            student,
        )
        return {name: (auto, manual) for name, auto, manual in found}

    def notebook(self, student: str) -> Notebook:
        """Return the autograded notebook."""
        path = self.course / "autograded" / student / NAME / f"{NAME}.ipynb"
        found: Notebook = json.loads(path.read_text(encoding="utf-8"))
        return found

    def notes(self, student: str) -> str:
        """Return the first cell of the autograded notebook, which holds the notes."""
        return "".join(self.notebook(student)["cells"][0]["source"])
