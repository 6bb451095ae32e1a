"""`nbgrader generate_feedback` tells students what we have to say, and nothing that they must not know."""

from __future__ import annotations

import ast
import html
import re
import shutil
import sqlite3
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import nbformat
import pytest

from autograder.assignments import Assignment, find_course
from autograder.releasing import secrets_of
from autograder.submissions import candidate_at, read_submission
from tests.nbgrader.answers import code, text
from tests.nbgrader.conftest import ROOT, CourseCopy, Nbgrader

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

NAMES: Final = ("computational_graph", "layers")
COURSE: Final = find_course(ROOT)
CASES: Final = [(name, case.name) for name in NAMES for case in COURSE.assignment(name).cases]

# nbgrader and what it stands on use what Python will take away.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@dataclass
class Feedback:
    """A course with the feedback on every bundled case of an assignment."""

    course: Path
    name: str

    def page(self, case: str) -> str:
        """Return the body of a student's feedback as HTML."""
        whole = (self.course / "feedback" / case / self.name / f"{self.name}.html").read_text(encoding="utf-8")
        return whole[whole.index("<body") :]

    def shown(self, case: str) -> str:
        """Return what a student reads, without marks of colour."""
        return html.unescape(re.sub(r"<[^>]*>", "", self.page(case)))


@pytest.fixture(scope="module")
def feedback(course_copy: CourseCopy, nbgrader: Nbgrader) -> dict[str, Feedback]:
    """Return the feedback on every bundled case of two assignments, each handed in as its files are."""

    def make(name: str) -> Feedback:
        course = course_copy(name)
        for case in COURSE.assignment(name).cases:
            folder = course / "submitted" / case.name / name
            shutil.copytree(case, folder, ignore=shutil.ignore_patterns("expected.toml"))
        nbgrader(course, "generate_assignment", name, "--force")
        nbgrader(course, "autograde", name)
        nbgrader(course, "generate_feedback", name)
        return Feedback(course, name)

    with ThreadPoolExecutor() as pool:
        return dict(zip(NAMES, pool.map(make, NAMES), strict=True))


def docstrings_of(path: Path) -> set[str]:
    """Return the lines that checks say to students."""
    functions = (node for node in ast.parse(path.read_bytes()).body if isinstance(node, ast.FunctionDef))
    return {line.strip() for node in functions for line in (ast.get_docstring(node) or "").splitlines()}


def handed_in(assignment: Assignment, case: str) -> str:
    """Return all that a student wrote."""
    submission = read_submission(candidate_at(assignment.folder / "cases" / case, assignment.name), assignment)
    return "\n".join(cell.source for cell in submission.cells)


@pytest.mark.parametrize(("name", "case"), CASES)
def test_the_score_is_what_the_case_expects(feedback: dict[str, Feedback], name: str, case: str) -> None:
    """The points in nbgrader's gradebook are those of `autograder grade`."""
    expected = tomllib.loads((ROOT / "solutions" / name / "cases" / case / "expected.toml").read_text("utf-8"))
    with closing(sqlite3.connect(feedback[name].course / "gradebook.db")) as database:
        [(score,)] = database.execute(
            "SELECT sum(g.auto_score) FROM grade g JOIN submitted_notebook n ON g.notebook_id = n.id"
            " JOIN submitted_assignment s ON n.assignment_id = s.id JOIN assignment a ON s.assignment_id = a.id"
            " WHERE s.student_id = ? AND a.name = ?",
            (case, name),
        ).fetchall()
    assert score == pytest.approx(expected["expect"]["score"])


@pytest.mark.parametrize(("name", "case"), CASES)
def test_no_line_of_a_hidden_check_or_a_solution_is_in_it(feedback: dict[str, Feedback], name: str, case: str) -> None:
    """Neither the source of a hidden check nor an answer reaches a student who did not write it."""
    assignment = COURSE.assignment(name)
    secrets = secrets_of(assignment)
    own = {line.strip() for line in handed_in(assignment, case).splitlines()}
    hidden = secrets.checks - docstrings_of(assignment.hidden_checks)
    assert len(hidden) > 30
    assert len(secrets.solution) > 5
    shown = {line.strip() for line in feedback[name].shown(case).splitlines()}
    assert not hidden & shown
    assert not secrets.solution & (shown - own)


@pytest.mark.parametrize(("name", "case"), CASES)
def test_no_place_of_the_machine_is_in_it(feedback: dict[str, Feedback], name: str, case: str) -> None:
    """Paths of the instructor's machine, and names of hidden files and checks, are nobody's business."""
    page = feedback[name].page(case)
    own = handed_in(COURSE.assignment(name), case)
    for place in (str(feedback[name].course), str(ROOT), sys.prefix, str(Path.home()), "test_hidden", "Traceback"):
        assert place not in page or place in own, place
    for test in re.findall(r"def (test_\w+)", (ROOT / "solutions" / name / "test_hidden.py").read_text("utf-8")):
        assert test not in page or test in own


@pytest.mark.parametrize(("name", "case"), CASES)
def test_our_messages_are_in_it(feedback: dict[str, Feedback], name: str, case: str) -> None:
    """Every exercise has its points and a sentence in both languages."""
    page = feedback[name].page(case)
    exercises = COURSE.assignment(name).exercises
    assert page.count("Grade cell: <code>") == len(exercises)
    for exercise in exercises:
        assert f"%check {exercise.name}" in feedback[name].shown(case)
    assert len(re.findall(r"✓|✗", page)) >= len(exercises)
    assert "통과했어요" in page or "작성하지 않았어요" in page or "✗" in page


def conceal(*cells: Any) -> list[Any]:
    """Return cells as a student may see them."""
    from autograder.adapters.nbgrader.preprocessors import Conceal  # noqa: PLC0415 - nbgrader warns when imported

    notebook = nbformat.from_dict(
        {"cells": list(cells), "metadata": {"celltoolbar": "x"}, "nbformat": 4, "nbformat_minor": 5}
    )
    shown, _ = Conceal(course=str(ROOT)).preprocess(notebook, {})
    found: list[Any] = shown.cells
    return found


HIDDEN: Final = "assert 1\n### BEGIN HIDDEN TESTS\nassert secret(3) == 42\n### END HIDDEN TESTS\nassert 2"
GRADE: Final = {"grade": True, "grade_id": "test1", "points": 1, "solution": False, "locked": True, "schema_version": 3}


def test_hidden_tests_of_an_ordinary_notebook_are_taken_out() -> None:
    """The source of a hidden test is in the autograded notebook, and must not be in the feedback."""
    error = {
        "output_type": "error",
        "ename": "AssertionError",
        "evalue": "expected 42",
        "traceback": ["  Cell 3, line 3", "    assert secret(3) == 42", "AssertionError: expected 42"],
    }
    [cell] = conceal({**code(HIDDEN, **GRADE), "outputs": [error]})
    assert cell.source == "assert 1\nassert 2"
    assert "42" not in str(cell.outputs)
    assert "A hidden test of this cell did not pass (AssertionError)." in cell.outputs[0].traceback[0]


def test_what_code_prints_while_a_hidden_test_runs_is_not_shown() -> None:
    """A function can print, draw or raise what a hidden test calls it with."""
    score = {"output_type": "execute_result", "execution_count": None, "metadata": {}, "data": {"text/plain": "0.0"}}
    told = [
        {"output_type": "stream", "name": "stdout", "text": "called with 42"},
        {"output_type": "display_data", "metadata": {}, "data": {"text/plain": "42", "image/png": "42AA"}},
        {"output_type": "error", "ename": "Called42", "evalue": "42", "traceback": ["42"]},
        score,
    ]
    [cell] = conceal({**code(HIDDEN, **GRADE), "outputs": told})
    assert "42" not in str(cell.outputs)
    assert cell.outputs[-1].data == score["data"]


def test_hidden_tests_of_a_locked_cell_are_taken_out() -> None:
    """A cell without points that students may not edit can hold hidden tests too."""
    [cell] = conceal(code(HIDDEN, **{**GRADE, "grade": False}))
    assert cell.source == "assert 1\nassert 2"


@pytest.mark.parametrize("source", ["### BEGIN HIDDEN TESTS\nassert secret", "a\n### END HIDDEN TESTS\nassert secret"])
def test_marks_that_do_not_pair_up_hide_everything(source: str) -> None:
    """An author's slip shows nothing, and costs no student the feedback."""
    [cell] = conceal(code(source, **GRADE))
    assert "secret" not in cell.source


def test_marks_that_a_student_typed_cost_nothing() -> None:
    """What looks like a mark in an answer is the student's own text."""
    [cell] = conceal(code("# BEGIN HIDDEN TESTS\nx = 1"))
    assert cell.source == "# BEGIN HIDDEN TESTS\nx = 1"


def test_a_visible_test_says_how_it_failed_without_a_traceback() -> None:
    """A student learns what was raised, not where on our machine."""
    where = f"{ROOT}/solutions/x/helper.py"
    error = {"output_type": "error", "ename": "ValueError", "evalue": f"no {where}", "traceback": [f"File {where}"]}
    stream = {"output_type": "stream", "name": "stdout", "text": f"{sys.prefix}/lib/python/x.py: ok 1/2\n"}
    [cell] = conceal({**code("check()", **GRADE), "outputs": [error, stream]})
    assert cell.outputs[0].traceback == ["ValueError: no helper.py"]
    assert cell.outputs[1].text == "x.py: ok 1/2\n"


def test_active_outputs_are_taken_out() -> None:
    """Of what a cell showed, pictures and plain text stay."""
    data = {
        "text/html": "<img src=x onerror=alert(1)>",
        "application/javascript": "alert(1)",
        "image/svg+xml": "<svg onload=alert(1)>",
        "text/latex": "$x$",
        "image/png": "AAAA",
        "text/plain": "x",
    }
    output = {"output_type": "display_data", "data": data, "metadata": {"text/html": {"isolated": True}}}
    [cell] = conceal({**code("show()"), "outputs": [output]})
    assert set(cell.outputs[0].data) == {"image/png", "text/plain"}
    assert not cell.outputs[0].metadata


def test_comments_are_shown_as_they_were_written() -> None:
    """Asterisks of a formula in our comment slant nothing, and a person's own markdown stays."""
    cells = [
        code("x", **{**GRADE, "comment": words}) for words in ("▸ a*b*c < 1", "**well** done", "<script>1</script>")
    ]
    ours, theirs, active = (cell.metadata.nbgrader.comment for cell in conceal(*cells, text("x"))[:3])
    assert "a*b*c &lt; 1" in ours
    assert ours.startswith("<div")
    assert theirs == "**well** done"
    assert active.startswith("```text")


def test_a_cell_that_gives_no_points_shows_no_answer_of_the_student_s() -> None:
    """What a locked cell with a hidden test shows at its end is the student's to choose, and may be what was tested."""
    output = {"output_type": "execute_result", "execution_count": 1, "metadata": {}, "data": {"text/plain": "3"}}
    locked = {**GRADE, "grade": False, "points": 0}
    cells = conceal({**code(HIDDEN, **locked), "outputs": [output]}, {**code(HIDDEN, **GRADE), "outputs": [output]})
    assert [len(cell.outputs) for cell in cells] == [0, 1]
