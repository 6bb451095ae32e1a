"""nbgrader's exchange from release to fetched feedback, with two students on one folder."""

from __future__ import annotations

import ast
import html
import json
import shutil
import sqlite3
import stat
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeGuard

import pytest

from tests.nbgrader.conftest import CourseCopy, Nbgrader

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="nbgrader has no exchange on Windows")

NAME: Final = "gradient_descent"
COURSE: Final = "deep-learning"
STUDENTS: Final = ("kim01", "lee01")


@dataclass(frozen=True)
class Cycle:
    """What came of one round.

    Attributes
    ----------
    released : dict of str to str
        What lay in the exchange before anybody handed in, by name.
    """

    course: Path
    exchange: Path
    homes: dict[str, Path]
    released: dict[str, str]


@pytest.fixture(scope="module")
def cycle(course_copy: CourseCopy, nbgrader: Nbgrader, tmp_path_factory: pytest.TempPathFactory) -> Cycle:
    """Release, fetch, work, submit, collect, grade, and give feedback back."""
    course, exchange = course_copy(NAME, released=False), tmp_path_factory.mktemp("exchange")
    homes = {student: tmp_path_factory.mktemp(student) for student in STUDENTS}
    settings = f"c = get_config()\nc.Exchange.root = {str(exchange)!r}\nc.CourseDirectory.course_id = {COURSE!r}\n"
    for home in homes.values():
        (home / "nbgrader_config.py").write_text(settings, encoding="utf-8")
    root = f"--Exchange.root={exchange}"

    def as_student(student: str, *arguments: str) -> None:
        home = homes[student]
        own = {"HOME": str(home), "JUPYTER_DATA_DIR": str(home / "data"), "JUPYTER_CONFIG_DIR": str(home)}
        nbgrader(home, *arguments, NAME, f"--student={student}", **own)

    def as_students(*arguments: str) -> None:
        with ThreadPoolExecutor() as pool:
            list(pool.map(lambda student: as_student(student, *arguments), STUDENTS))

    nbgrader(course, "generate_assignment", NAME)
    nbgrader(course, "release_assignment", NAME, root)
    released = {path.name: path.read_text("utf-8") for path in exchange.rglob("*") if path.is_file()}
    as_students("fetch_assignment")
    shutil.copy(course / "solutions" / NAME / f"{NAME}.py", homes["kim01"] / NAME / f"{NAME}.py")
    solve(course / "solutions" / NAME / f"{NAME}.ipynb", homes["lee01"] / NAME / f"{NAME}.ipynb", but="main_answer")
    as_students("submit")
    nbgrader(course, "collect", NAME, root)
    nbgrader(course, "autograde", NAME)
    nbgrader(course, "generate_feedback", NAME)
    nbgrader(course, "release_feedback", NAME, root)
    as_students("fetch_feedback")
    return Cycle(course, exchange, homes, released)


def solve(source: Path, target: Path, *, but: str) -> None:
    """Put the solutions into a notebook, without one of them."""
    answers = {name(cell): cell["source"] for cell in json.loads(source.read_text("utf-8"))["cells"]}
    notebook = json.loads(target.read_text("utf-8"))
    for cell in notebook["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("solution") and name(cell) != but:
            cell["source"] = answers[name(cell)]
    target.write_text(json.dumps(notebook), encoding="utf-8")


def name(cell: dict[str, Any]) -> str:
    """Return by which name nbgrader knows a cell."""
    return str(cell["metadata"].get("nbgrader", {}).get("grade_id"))


def hidden_lines(course: Path) -> set[str]:
    """Return what students must not read of the hidden checks: all but docstrings, which are written for them."""
    folder = course / "solutions" / NAME
    hidden, public = ((folder / file).read_text("utf-8") for file in ("test_hidden.py", "test_public.py"))
    shown = public + "".join(ast.get_docstring(one) or "" for one in ast.parse(hidden).body if is_function(one))
    return {line.strip() for line in hidden.splitlines() if len(line.strip()) > 30 and line.strip(' "') not in shown}


def is_function(statement: ast.stmt) -> TypeGuard[ast.FunctionDef]:
    """Whether a statement is a check, or another function."""
    return isinstance(statement, ast.FunctionDef)


def test_nothing_secret_reaches_the_exchange(cycle: Cycle) -> None:
    """Students find the notebook, the stub, the public checks and a README; no line of a solution or a hidden check."""
    assert set(cycle.released) == {f"{NAME}.ipynb", f"{NAME}.py", "test_public.py", "README.md"}
    solution = (cycle.course / "solutions" / NAME / f"{NAME}.py").read_text("utf-8")
    hidden = hidden_lines(cycle.course)
    answers = {
        line.strip()
        for part in solution.split("### BEGIN SOLUTION")[1:]
        for line in part.partition("### END SOLUTION")[0].splitlines()
        if len(line.strip()) > 10
    }
    assert answers
    assert hidden
    for file, text in cycle.released.items():
        assert not {line for line in hidden | answers if json.dumps(line)[1:-1] in text or line in text}, file


def test_students_may_put_into_the_exchange_and_not_look_at_each_other(cycle: Cycle) -> None:
    """Whoever runs nbgrader as root leaves the same rights: write without listing, read what was released."""
    place = cycle.exchange / COURSE
    modes = {folder: stat.S_IMODE((place / folder).stat().st_mode) & 0o777 for folder in ("inbound", "outbound")}
    assert modes == {"inbound": 0o733, "outbound": 0o755}
    assert stat.S_IMODE((place / "outbound" / NAME / f"{NAME}.ipynb").stat().st_mode) == 0o644
    assert stat.S_IMODE((place / "feedback").stat().st_mode) == 0o711


def test_a_student_s_file_of_the_solution_s_name_is_not_lost(cycle: Cycle) -> None:
    """What was handed in arrives as it was, and the solution takes nobody's place."""
    for student, home in cycle.homes.items():
        arrived = cycle.course / "submitted" / student / NAME
        for file in f"{NAME}.py", f"{NAME}.ipynb":
            assert (arrived / file).read_bytes() == (home / NAME / file).read_bytes()
    graded = cycle.course / "autograded" / "lee01" / NAME / f"{NAME}.py"
    assert graded.read_bytes() == (cycle.homes["lee01"] / NAME / f"{NAME}.py").read_bytes()


def test_work_in_either_file_earns_its_points(cycle: Cycle) -> None:
    """One student filled in the .py beside an untouched notebook, the other the notebook beside an untouched stub."""
    query = """
        SELECT submitted_assignment.student_id, base_cell.name, grade.auto_score, grade.needs_manual_grade FROM grade
        JOIN base_cell ON base_cell.id = grade.cell_id
        JOIN submitted_notebook ON submitted_notebook.id = grade.notebook_id
        JOIN submitted_assignment ON submitted_assignment.id = submitted_notebook.assignment_id
    """
    with sqlite3.connect(cycle.course / "gradebook.db") as database:
        rows = sorted(database.execute(query))
    database.close()
    assert rows == [
        ("kim01", "Loss", 2.0, 0),
        ("kim01", "gradient_descent", 4.0, 0),
        ("kim01", "main", 4.0, 0),
        ("lee01", "Loss", 2.0, 0),
        ("lee01", "gradient_descent", 4.0, 0),
        ("lee01", "main", 0.0, 0),
    ]


def test_feedback_comes_back_to_its_student(cycle: Cycle) -> None:
    """Each fetches one page, their own, and no line of a hidden check is in it."""
    pages = {}
    for student, home in cycle.homes.items():
        (page,) = (home / NAME / "feedback").rglob("*.html")
        pages[student] = page.read_text("utf-8")
        made = cycle.course / "feedback" / student / NAME / f"{NAME}.html"
        assert page.read_bytes() == made.read_bytes()
    for text in pages.values():
        assert not {line for line in hidden_lines(cycle.course) if line in text or html.escape(line) in text}
        assert str(cycle.course) not in text
    assert pages["kim01"] != pages["lee01"]
    assert len(list((cycle.exchange / COURSE / "feedback").iterdir())) == len(STUDENTS)
