"""`nbgrader autograde` grades through our walls, whatever was handed in, and nbgrader's own steps keep working."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

import nbformat
import pytest

from tests.nbgrader.answers import Notebook, cell_of, filled, grade_id, hand_in, without
from tests.nbgrader.conftest import CourseCopy, Nbgrader
from tests.nbgrader.works import (
    ESSAY,
    NAME,
    PLAIN,
    Graded,
    active,
    as_text,
    bare,
    case,
    forged,
    heavy,
    in_one_cell,
    noisy,
    of_format_3,
    ordinary,
    retagged,
    right,
    stripped,
)

POINTS: Final = {"Loss": 2.0, "gradient_descent": 4.0, "main": 4.0}
FULL: Final = tuple(POINTS.values())
WORKS: Final[dict[str, tuple[Callable[[Path], Notebook | str | bytes], tuple[float, ...]]]] = {
    "right": (right, FULL),
    "partly": (lambda course: case(course, "wrong_main_silent"), (2.0, 4.0, 1.5)),
    "wrong": (lambda course: case(course, "wrong_gradient_sign"), (2.0, 0.0, 4.0)),
    "stub": (lambda course: (course / "assignments" / NAME / f"{NAME}.ipynb").read_text(), (0.0, 0.0, 0.0)),
    "forged": (forged, (0.0, 4.0, 4.0)),
    "deleted": (lambda course: without(right(course), "Loss", "main", "main_answer"), (2.0, 4.0, 0.0)),
    "duplicated": (lambda course: {**right(course), "cells": right(course)["cells"] * 2}, FULL),
    "stripped": (stripped, FULL),
    "in_one_cell": (in_one_cell, FULL),
    "switched": (as_text, FULL),
    "points": (lambda course: retagged(course, points="1000", schema_version=3), FULL),
    "old_schema": (lambda course: retagged(course, schema_version=1), FULL),
    "new_schema": (lambda course: retagged(course, schema_version=99), FULL),
    "no_schema": (lambda course: retagged(course, schema_version="?", grade=True, solution=True), FULL),
    "unlocked": (lambda course: retagged(course, locked=False, checksum="0" * 32, grade_id=7), FULL),
    "format_3": (of_format_3, FULL),
    "bare": (bare, FULL),
    "nan": (lambda course: json.dumps({**right(course), "metadata": {"x": float("nan")}}), FULL),
    "heavy": (heavy, FULL),
    "active": (active, FULL),
    "noisy": (noisy, FULL),
    "exits": (lambda course: case(course, "hostile_exit"), (0.0, 4.0, 4.0)),
    "broken": (lambda _course: '{"cells": [', (0.0, 0.0, 0.0)),
    "garbage": (lambda _course: b"\x00\xff\xfe" * 100, (0.0, 0.0, 0.0)),
    "nothing": (lambda _course: "", (0.0, 0.0, 0.0)),
    "김 하나 [1]": (right, FULL),
}


@pytest.fixture(scope="module")
def made(course_copy: CourseCopy, nbgrader: Nbgrader) -> Path:
    """Return a course whose assignment is in the gradebook."""
    course = course_copy(NAME)
    (course / "solutions" / NAME / "words.ipynb").write_text(json.dumps(ordinary(ESSAY)), encoding="utf-8")
    (course / "solutions" / "plain").mkdir()
    (course / "solutions" / "plain" / "plain.ipynb").write_text(json.dumps(ordinary(*PLAIN)), encoding="utf-8")
    for name in (NAME, "plain"):
        nbgrader(course, "generate_assignment", name, "--force")
    return course


@pytest.fixture(scope="module")
def graded(made: Path, nbgrader: Nbgrader, tmp_path_factory: pytest.TempPathFactory) -> Graded:
    """Return a class of strange submissions that `nbgrader autograde` has graded in one run."""
    course = shutil.copytree(made, tmp_path_factory.mktemp("graded") / "course", symlinks=True)
    for student, (make, _) in WORKS.items():
        hand_in(course, student, NAME, make(course))
    reference = (course / "solutions" / NAME / f"{NAME}.py").read_text(encoding="utf-8")
    hand_in(course, "py_only", NAME, reference, f"{NAME}.py")
    hand_in(course, "renamed", NAME, right(course), "숙제 (최종).ipynb")
    stub = (course / "assignments" / NAME / f"{NAME}.ipynb").read_text(encoding="utf-8")
    hand_in(course, "two_notebooks", NAME, stub)
    hand_in(course, "two_notebooks", NAME, right(course), f"{NAME}-Copy1.ipynb")
    words = filled(course / "assignments" / NAME / "words.ipynb", {})
    cell_of(words, "why")["source"] = "Because it is convex. <script>4</script>"
    hand_in(course, "in_words", NAME, right(course))
    hand_in(course, "in_words", NAME, words, "words.ipynb")
    hand_in(course, "two_answers", NAME, right(course))
    hand_in(course, "two_answers", NAME, case(course, "wrong_loss_sum"), f"{NAME}-Copy1.ipynb")
    hand_in(course, "document", NAME, b"%PDF-1.7 homework", "homework.pdf")
    (course / "submitted" / "empty_folder" / NAME).mkdir(parents=True)
    found = Graded(course)
    done = nbgrader(course, "autograde", NAME)
    found.log = done.stdout + done.stderr
    return found


OTHERS: Final = {
    "py_only": FULL,
    "renamed": FULL,
    "two_notebooks": FULL,
    "two_answers": FULL,
    "in_words": FULL,
    "document": (0.0, 0.0, 0.0),
    "empty_folder": (0.0, 0.0, 0.0),
}
SCORES: Final = {**{student: scores for student, (_, scores) in WORKS.items()}, **OTHERS}


# --- the class --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("student", SCORES)
def test_every_submission_is_graded_by_what_it_holds(graded: Graded, student: str) -> None:
    """The gradebook holds the points of each exercise, whatever happened to the notebook, and never nothing."""
    found = {name: auto for name, (auto, _, _) in graded.grades(student).items()}
    assert found == dict(zip(POINTS, SCORES[student], strict=True))


@pytest.mark.parametrize("student", SCORES)
def test_every_autograded_notebook_is_valid_and_scores_explicitly(graded: Graded, student: str) -> None:
    """Each grade cell has exactly one output, a number, and no other cell has any."""
    notebook = graded.notebook(student)
    nbformat.validate(nbformat.from_dict(notebook))
    for cell in notebook["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("grade"):
            [output] = cell["outputs"]
            assert output["output_type"] == "execute_result"
            points = float("".join(output["data"]["text/plain"]))
            assert points == SCORES[student][list(POINTS).index(str(grade_id(cell)))]
        else:
            assert not cell.get("outputs")


@pytest.mark.parametrize("student", SCORES)
def test_nobody_has_to_look_at_what_was_graded(graded: Graded, student: str) -> None:
    """A strange submission is no fault of ours: nobody is asked to grade it by hand."""
    assert not any(asked for _, _, asked in graded.grades(student).values())


def test_no_grade_cell_but_those_of_the_release_is_known(graded: Graded) -> None:
    """A forged cell is in no autograded notebook."""
    ids = {grade_id(cell) for cell in graded.notebook("forged")["cells"] if "nbgrader" in cell["metadata"]}
    assert "bonus" not in ids
    assert "bonus" in graded.notes("forged")


@pytest.mark.parametrize(
    ("student", "word"),
    [
        ("deleted", "put back: Loss, main"),
        ("stripped", "recognised by what they hold: Loss, gradient_descent, main"),
        ("duplicated", "more than once"),
        ("switched", "restored: main"),
        ("points", "restored: Loss, gradient_descent, main"),
        ("broken", "damaged notebook"),
        ("two_answers", "Copy1.ipynb"),
        ("document", "PDF"),
        ("empty_folder", "nothing was handed in"),
    ],
)
def test_what_was_done_is_told_at_the_top(graded: Graded, student: str, word: str) -> None:
    """Notes stand in the first cell of the notebook, for students and teachers."""
    assert word in graded.notes(student)
    assert "제출물" in graded.notes(student)


def test_a_proper_submission_has_no_notes(graded: Graded) -> None:
    """Whoever did everything as it should be done reads the assignment's title first."""
    assert graded.notes("right").startswith("# ")


def test_the_work_that_was_graded_is_shown(graded: Graded) -> None:
    """A teacher sees what the points are for: the renamed notebook, the copy, the text file."""
    for student in ("renamed", "two_notebooks", "py_only", "in_one_cell"):
        sources = "".join("".join(cell["source"]) for cell in graded.notebook(student)["cells"])
        assert "np.mean" in sources, student


def test_answers_have_a_comment_where_something_is_to_be_said(graded: Graded) -> None:
    """The comment on an answer says what to look at first, and what is right has none."""
    comments = graded.comments("wrong")
    assert "▸" in str(comments["gradient_descent_answer"][0])
    assert comments["Loss_answer"] == (None, None)
    assert "isn't written yet" in str(graded.comments("stub")["main_answer"][0])
    assert "damaged notebook" in str(graded.comments("broken")["main_answer"][0])


def test_nothing_active_reaches_a_teachers_browser(graded: Graded) -> None:
    """Text that could run is shown as it was typed; outputs and widgets of students are gone."""
    notebook = graded.notebook("active")
    assert "widgets" not in notebook["metadata"]
    typed = [cell for cell in notebook["cells"] if "".join(cell["source"]).startswith("```text")]
    assert len(typed) == 4
    assert not [cell for cell in notebook["cells"] if cell["cell_type"] == "raw"]
    assert len(json.dumps(graded.notebook("heavy"))) < 100_000


def test_the_log_tells_a_teacher_what_happened(graded: Graded) -> None:
    """Each submission has a line with its points, and nothing of ours failed."""
    assert f"right/{NAME}: 10 of 10 points" in graded.log
    assert f"partly/{NAME}: 7.5 of 10 points" in graded.log
    assert f"broken/{NAME}: 0 of 10 points: {NAME}.ipynb is a damaged notebook" in graded.log
    assert "Traceback" not in graded.log
    assert "ERROR" not in graded.log


def test_files_of_students_are_copied_and_ours_are_not(graded: Graded) -> None:
    """The solution never lands beside a submission, where its feedback would hand it out."""
    handed_in = graded.course / "autograded" / "py_only" / NAME / f"{NAME}.py"
    assert "BEGIN SOLUTION" in handed_in.read_text(encoding="utf-8")  # the student's, who had it
    others = {path.name for path in (graded.course / "autograded" / "right" / NAME).iterdir()}
    assert others == {f"{NAME}.ipynb", "test_public.py"}


def test_a_notebook_of_words_is_left_to_people(graded: Graded) -> None:
    """A second notebook, without exercises of ours, is shown as it was handed in, and waits for a person."""
    assert graded.grades("in_words", "words") == {"why": (None, None, True)}
    path = graded.course / "autograded" / "in_words" / NAME / "words.ipynb"
    [cell] = json.loads(path.read_text(encoding="utf-8"))["cells"]
    assert "".join(cell["source"]) == "```text\nBecause it is convex. <script>4</script>\n```"


@pytest.fixture(scope="module")
def plain(made: Path, nbgrader: Nbgrader, tmp_path_factory: pytest.TempPathFactory) -> Graded:
    """Return an ordinary assignment, with tests in its own cells, that was graded by the same preprocessors."""
    course = shutil.copytree(made, tmp_path_factory.mktemp("plain") / "course", symlinks=True)
    released = course / "assignments" / "plain" / "plain.ipynb"
    answers = {"right": "def square(x):\n    return x * x", "wrong": "def square(x):\n    return 4"}
    for student in ("right", "wrong", "stripped", "deleted"):
        notebook = filled(released, {})
        cell_of(notebook, "square")["source"] = answers.get(student, answers["right"])
        cell_of(notebook, "why")["source"] = "My words."
        if student == "stripped":
            for cell in notebook["cells"]:
                cell["metadata"] = {}
        hand_in(course, student, "plain", without(notebook, "test_square", "why") if student == "deleted" else notebook)
    hand_in(course, "broken", "plain", "{")
    found = Graded(course)
    done = nbgrader(course, "autograde", "plain")
    found.log = done.stdout + done.stderr
    return found


@pytest.mark.parametrize(
    ("student", "points", "words"),
    [
        ("right", 3.0, (None, None, True)),
        ("wrong", 0.0, (None, None, True)),
        ("stripped", 3.0, (0.0, None, True)),
        ("deleted", 3.0, (0.0, None, True)),
        ("broken", 0.0, (0.0, None, True)),
    ],
)
def test_an_ordinary_assignment_is_run_behind_the_same_walls(
    plain: Graded, student: str, points: float, words: tuple[float | None, float | None, bool]
) -> None:
    """Cells are recognised here too, and words that were lost are looked for by a person."""
    assert plain.grades(student, "plain") == {"test_square": (points, None, False), "why": words}
    assert "Traceback" not in plain.log


# --- grading again ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def regraded(made: Path, nbgrader: Nbgrader, tmp_path_factory: pytest.TempPathFactory) -> Graded:
    """Return two submissions that a person has graded as well, one of them late, graded anew with --force."""
    course = shutil.copytree(made, tmp_path_factory.mktemp("regraded") / "course", symlinks=True)
    with (course / "nbgrader_config.py").open("a", encoding="utf-8") as config:
        config.write('\nc.LateSubmissionPlugin.penalty_method = "zero"\nc.Autograder.language = "ko"\n')
    for student in ("early01", "late01"):
        path = hand_in(course, student, NAME, case(course, "wrong_loss_sum"))
        day = 1 if student == "early01" else 3
        path.with_name("timestamp.txt").write_text(f"2026-03-0{day} 12:00:00 UTC", encoding="utf-8")
    found = Graded(course)
    found.rows("UPDATE assignment SET duedate = '2026-03-02 00:00:00.000000'")
    nbgrader(course, "autograde", NAME)
    cells = "SELECT id FROM base_cell WHERE name = ?"
    found.rows(f"UPDATE grade SET manual_score = 1.25, needs_manual_grade = 0 WHERE cell_id IN ({cells})", "Loss")
    found.rows(f"UPDATE comment SET manual_comment = 'well tried' WHERE cell_id IN ({cells})", "Loss_answer")
    nbgrader(course, "autograde", NAME, "--force")
    return found


def test_a_persons_grade_and_comment_stay(regraded: Graded) -> None:
    """Grading anew changes what we said, never what a person did."""
    assert regraded.grades("early01")["Loss"] == (0.0, 1.25, True)
    auto, manual = regraded.comments("early01")["Loss_answer"]
    assert manual == "well tried"
    assert auto
    assert auto.startswith("▸")


def test_late_submissions_lose_what_the_course_takes(regraded: Graded) -> None:
    """The penalty that nbgrader takes comes after our points."""
    query = (
        "SELECT s.student_id, n.late_submission_penalty FROM submitted_notebook n"
        " JOIN notebook b ON n.notebook_id = b.id JOIN submitted_assignment s ON n.assignment_id = s.id"
        " WHERE b.name = ? ORDER BY s.student_id"
    )
    assert regraded.rows(query, NAME) == [("early01", None), ("late01", 9.25)]


def test_one_language_can_be_chosen(regraded: Graded) -> None:
    """A class that reads Korean only gets Korean only."""
    page = json.dumps(cell_of(regraded.notebook("early01"), "Loss")["outputs"], ensure_ascii=False)
    assert "통과했어요" in page
    assert "passed" not in page


# --- what stands against grading --------------------------------------------------------------------------------------

NO_WALLS: Final = """
import sys
from autograder.sandbox import levels
levels._try_levels = lambda *_: {}
from nbgrader.apps import NbGraderApp
sys.argv = ["nbgrader", "autograde", sys.argv[1]]
NbGraderApp.launch_instance()
"""


def test_without_walls_nothing_is_graded(made: Path, jupyter_environment: dict[str, str], tmp_path: Path) -> None:
    """Where the machine can't wall student code in, that is said once, and no gradebook is touched."""
    course = shutil.copytree(made, tmp_path / "course", symlinks=True)
    hand_in(course, "student01", NAME, right(course))
    command = [sys.executable, "-c", NO_WALLS, NAME]
    done = subprocess.run(command, cwd=course, env=jupyter_environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "Nothing was graded. This machine can't isolate student code" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (course / "autograded").exists()


BUTTON: Final = """
import json, sys, threading
from pathlib import Path
from nbgrader.apps.api import NbGraderAPI
from nbgrader.apps.baseapp import NbGrader
from autograder.adapters.nbgrader.grading import BENCH

name, *students = sys.argv[1:]
app = NbGrader()
app.load_config_file()
told = []

def press(student):
    answer = NbGraderAPI(config=app.config).autograde(name, student)
    judges = [seat.judge._process.pid for seat in BENCH._seats.values()]
    told.append({"success": answer["success"], "log": answer["log"], "judges": judges})

def click(student):
    thread = threading.Thread(target=press, args=(student,))
    thread.start()
    thread.join()

for student in students:
    click(student)
hidden = Path("solutions", name, "test_hidden.py")
text = hidden.read_text(encoding="utf-8")
hidden.write_text(text + "\\n", encoding="utf-8")
click(students[0])
hidden.write_text("def test_x(student): pass\\n", encoding="utf-8")
click(students[0])
hidden.write_text(text, encoding="utf-8")
click(students[0])
hidden.write_text(text.replace("X, y):\\n", "X, y):\\n    raise RuntimeError('/srv/secret')\\n"), encoding="utf-8")
click(students[0])
print(json.dumps(told))
"""


def test_the_button_keeps_its_judge_and_sees_new_graders(
    made: Path, jupyter_environment: dict[str, str], tmp_path: Path
) -> None:
    """Inside a server, in any thread, one judge grades click after click, until the graders change or are wrong."""
    course = shutil.copytree(made, tmp_path / "course", symlinks=True)
    for student in ("student01", "kim [2]"):
        hand_in(course, student, NAME, right(course))
    command = [sys.executable, "-c", BUTTON, NAME, "student01", "kim [2]"]
    done = subprocess.run(
        command, cwd=course, env=jupyter_environment, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    first, second, changed, wrong, mended, faulty = json.loads(done.stdout.splitlines()[-1])
    assert all(answer["success"] for answer in (first, second, changed, mended, faulty))
    assert f"kim [2]/{NAME}: 10 of 10 points" in second["log"]
    assert first["judges"] == second["judges"]
    assert len(changed["judges"]) == 1
    assert changed["judges"] != second["judges"]
    assert not wrong["success"]
    assert "Nothing was graded." in wrong["log"]
    assert "10 of 10 points" in mended["log"]
    for judge in {pid for answer in (first, changed, mended) for pid in answer["judges"]}:
        assert not Path(f"/proc/{judge}").exists()
    assert_a_person_is_asked(Graded(course), faulty["log"])


def assert_a_person_is_asked(graded: Graded, log: str) -> None:
    """Assert that a fault of a grader is no student's, is told to the teacher, and leaves the other exercises alone."""
    assert graded.grades("student01") == {
        "Loss": (2.0, None, False),
        "gradient_descent": (0.0, None, True),
        "main": (4.0, None, False),
    }
    assert "needs a person" in log
    assert "/srv/secret" in log
    page = json.dumps(graded.notebook("student01"), ensure_ascii=False)
    assert "the fault is ours" in page
    assert "/srv/secret" not in page
    assert "the fault is ours" in str(graded.comments("student01")["gradient_descent_answer"][0])
