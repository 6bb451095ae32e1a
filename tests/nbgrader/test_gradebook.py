"""`autograder grade --gradebook`: what nbgrader's gradebook holds afterwards, and what nobody may lose."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote_plus

import pytest

from autograder.adapters.nbgrader import gradebook as module
from autograder.adapters.nbgrader.alone import module_alone
from autograder.adapters.nbgrader.database import Address, open_gradebook
from autograder.adapters.nbgrader.entries import Entries
from autograder.adapters.nbgrader.gradebook import Ledger
from autograder.assignments import Assignment, find_course
from autograder.errors import AutograderError, OutputError
from autograder.grading import Work, prepare
from autograder.messages import say
from autograder.results import CheckResult, ExerciseResult, Isolation, Note, SubmissionResult, Verdict
from autograder.runs import NOT_ENTERED
from autograder.submissions import candidate_at
from tests.nbgrader.answers import filled, functions_of, grade_id, hand_in
from tests.nbgrader.conftest import ROOT, CourseCopy, Nbgrader
from tests.nbgrader.servers import PASSWORD, USER, find_postgres, postgres

NAME: Final = "gradient_descent"
POINTS: Final = {"Loss": 2.0, "gradient_descent": 4.0, "main": 4.0}
RIGHT: Final = functions_of(ROOT / "solutions" / NAME / f"{NAME}.py")
CASES: Final = ROOT / "solutions" / NAME / "cases"
WALLS: Final = Isolation(2, ("landlock", "seccomp"))
STAMP: Final = "2026-03-02 10:20:30.000400 KST"
SECONDS: Final = 60

# nbgrader and what it stands on, where a test uses them in this process.
pytestmark = pytest.mark.filterwarnings(
    "ignore::DeprecationWarning", "ignore:.*declarative_base.*", "ignore:.*not in session.*", "ignore::ResourceWarning"
)


# --- a course, and results without a judge ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def template(course_copy: CourseCopy) -> Path:
    """Return a course without a gradebook."""
    return course_copy(NAME)


@pytest.fixture
def course(template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a copy of the course, and stand in it."""
    root = tmp_path / "course"
    shutil.copytree(template, root, symlinks=True)
    monkeypatch.chdir(root)
    return root


def assignment_of(course: Path) -> Assignment:
    """Return the assignment that is graded here."""
    return find_course(course).assignment(NAME)


def work_of(course: Path, student: str, text: str = "", *, stamp: str | None = STAMP) -> Work:
    """Hand something in where nbgrader expects it, and read it."""
    released = course / "assignments" / NAME / f"{NAME}.ipynb"
    path = hand_in(course, student, NAME, text or filled(released, RIGHT))
    if stamp is not None:
        path.with_name("timestamp.txt").write_text(stamp)
    return prepare(candidate_at(path.parent, NAME, student), assignment_of(course), WALLS)


def result_of(work: Work, status: str = "graded", **points: float) -> SubmissionResult:
    """Return a result: full marks but for some exercises, which have one failed check."""
    checks, exercises = [], []
    for name, most in POINTS.items():
        score = points.get(name, most)
        verdict = Verdict.PASSED if score == most else Verdict.FAILED
        if status == "grader_error" and name in points:
            verdict = Verdict.GRADER_ERROR
        message = None if verdict is Verdict.PASSED else say("{name}: look at <this>", name=name)
        checks.append(CheckResult(f"test_{name}", name, True, verdict, score, most, message))  # noqa: FBT003
        exercises.append(ExerciseResult(name, score, most))
    bare = work.without_grade("unreadable", say("it is broken"))
    total = None if status == "grader_error" else sum(one.score for one in exercises)
    return replace(bare, status=status, score=total, exercises=tuple(exercises), checks=tuple(checks), notes=())  # type: ignore[arg-type]


def enter(course: Path, *pairs: tuple[Work, SubmissionResult], url: str = "sqlite:///gradebook.db") -> list[Note]:
    """Write results to a gradebook, as a run does."""
    ledger = Ledger(url, find_course(course))
    ledger.open()
    for work, result in pairs:
        ledger.enter(work, result)
    return ledger.close()


def rows(path: Path, query: str, *values: object) -> list[tuple[Any, ...]]:
    """Ask an SQLite gradebook."""
    with closing(sqlite3.connect(path)) as database, database:
        return database.execute(query, values).fetchall()


GRADES: Final = """
SELECT s.student_id, c.name, g.auto_score, g.needs_manual_grade FROM grade g
JOIN base_cell c ON g.cell_id = c.id JOIN submitted_notebook n ON g.notebook_id = n.id
JOIN submitted_assignment s ON n.assignment_id = s.id ORDER BY 1, 2
"""
COMMENTS: Final = """
SELECT s.student_id, c.name, o.auto_comment FROM comment o
JOIN base_cell c ON o.cell_id = c.id JOIN submitted_notebook n ON o.notebook_id = n.id
JOIN submitted_assignment s ON n.assignment_id = s.id ORDER BY 1, 2
"""
CELLS: Final = {
    "assignment": "SELECT name, duedate, course_id FROM assignment",
    "notebook": "SELECT name, kernelspec FROM notebook",
    "course": "SELECT id FROM course WHERE id <> 'default_course'",
    "base": "SELECT name, type FROM base_cell ORDER BY 1, 2",
    "grade": "SELECT b.name, g.max_score, g.cell_type FROM grade_cells g JOIN base_cell b ON b.id = g.id ORDER BY 1",
    "source": "SELECT name, cell_type, locked, source, checksum FROM source_cell ORDER BY 1",
    "version": "SELECT version_num FROM alembic_version",
}


def scores(course: Path, student: str) -> dict[str, tuple[float | None, bool]]:
    """Return automatic score, and whether a person is asked for, of each exercise."""
    found = rows(course / "gradebook.db", GRADES)
    return {name: (auto, bool(asked)) for whose, name, auto, asked in found if whose == student}


def dump(path: Path) -> list[str]:
    """Return all that an SQLite gradebook holds."""
    with closing(sqlite3.connect(path)) as database:
        return list(database.iterdump())


def grade(course: Path, *arguments: str, status: int = 0, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a course."""
    command = [sys.executable, "-m", "autograder", "grade", *arguments]
    done = subprocess.run(
        command,
        cwd=course,
        env={**os.environ, "LANG": "C.UTF-8", **environment},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=120,
    )
    assert done.returncode == status, done.stdout + done.stderr
    return done


# --- beside what nbgrader itself stores -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def by_nbgrader(course_copy: CourseCopy, nbgrader: Nbgrader) -> Path:
    """Return a course of which nbgrader's own commands have made the gradebook, with a few submissions graded."""
    course = course_copy(NAME)
    nbgrader(course, "generate_assignment", NAME, "--force")
    released = course / "assignments" / NAME / f"{NAME}.ipynb"
    for student, case in {"kim": "right_loops", "lee": "wrong_loss_sum", "park": "wrong_main_silent"}.items():
        answers = functions_of(CASES / case / f"{NAME}.py")
        path = hand_in(course, student, NAME, filled(released, {**RIGHT, **answers}))
        path.with_name("timestamp.txt").write_text(STAMP)
    hand_in(course, "choi", NAME, '{"cells": [')
    hand_in(course, "jung", NAME, released.read_text(encoding="utf-8"))
    nbgrader(course, "autograde", NAME)
    return course


@pytest.fixture(scope="module")
def by_command(by_nbgrader: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the same course with a gradebook that was not there before, of which our command has made all."""
    course = tmp_path_factory.mktemp("command") / "course"
    shutil.copytree(by_nbgrader, course, symlinks=True)
    shutil.rmtree(course / "autograded")
    (course / "gradebook.db").unlink()
    grade(course, "submitted", "--gradebook", "sqlite:///gradebook.db", status=2)  # choi's is damaged
    return course


@pytest.mark.parametrize("what", CELLS)
def test_a_new_gradebook_is_what_nbgrader_would_have_made(by_nbgrader: Path, by_command: Path, what: str) -> None:
    """Assignment, notebook, cells and version are those of `nbgrader generate_assignment`."""
    expected = rows(by_nbgrader / "gradebook.db", CELLS[what])
    found = rows(by_command / "gradebook.db", CELLS[what])
    assert found == expected


@pytest.mark.parametrize("query", [GRADES, COMMENTS], ids=["grades", "comments"])
def test_both_ways_store_the_same(by_nbgrader: Path, by_command: Path, query: str) -> None:
    """Scores, whether a person is asked for, and comments are those of `nbgrader autograde`."""
    found = rows(by_command / "gradebook.db", query)
    assert found == rows(by_nbgrader / "gradebook.db", query)
    assert {row[0] for row in found} == {"choi", "jung", "kim", "lee", "park"}


def test_both_ways_store_the_same_submissions(by_nbgrader: Path, by_command: Path) -> None:
    """Times, extensions and penalties are the same."""
    query = (
        "SELECT s.student_id, s.timestamp, s.extension, n.flagged, n.late_submission_penalty"
        " FROM submitted_assignment s JOIN submitted_notebook n ON n.assignment_id = s.id ORDER BY 1"
    )
    assert rows(by_command / "gradebook.db", query) == rows(by_nbgrader / "gradebook.db", query)


@pytest.mark.parametrize("student", ["kim", "lee", "park", "choi", "jung"])
def test_both_ways_show_the_same(by_nbgrader: Path, by_command: Path, student: str) -> None:
    """The autograded notebooks hold the same cells and outputs."""

    def cells(course: Path) -> list[tuple[object, ...]]:
        path = course / "autograded" / student / NAME / f"{NAME}.ipynb"
        found = json.loads(path.read_text(encoding="utf-8"))["cells"]
        return [
            (
                grade_id(cell),
                "".join(cell["source"]),
                ["".join(one["data"]["text/html"]) for one in cell.get("outputs", [])],
            )
            for cell in found
        ]

    assert cells(by_command) == cells(by_nbgrader)


def test_the_formgrader_takes_it_for_graded(by_command: Path, jupyter_environment: dict[str, str]) -> None:
    """The API that the formgrader's pages ask finds every submission graded, with its score."""
    code = (
        "import json, sys\nfrom nbgrader.apps.api import NbGraderAPI\nfrom nbgrader.coursedir import CourseDirectory\n"
        f"api = NbGraderAPI(CourseDirectory(root=sys.argv[1], source_directory='solutions'))\n"
        f"found = api.get_submissions({NAME!r})\n"
        "print(json.dumps({one['student']: [one['autograded'], one['score'], one['max_score']] for one in found}))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(by_command)],
        env=jupyter_environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert {student: score for student, (_, score, _) in found.items()} == {
        "choi": 0.0,
        "jung": 0.0,
        "kim": 10.0,
        "lee": 8.0,
        "park": 7.5,
    }
    assert all(autograded and most == 10 for autograded, _, most in found.values())


def test_feedback_and_export_see_it(by_command: Path, nbgrader: Nbgrader) -> None:
    """`nbgrader generate_feedback` shows our points and messages, `nbgrader export` the scores."""
    nbgrader(by_command, "generate_feedback", NAME)
    page = (by_command / "feedback" / "lee" / NAME / f"{NAME}.html").read_text(encoding="utf-8")
    assert "(Score: 8.0 / 10.0)" in page
    assert "is the division by N missing?" in page
    nbgrader(by_command, "export")
    table = (by_command / "grades.csv").read_text(encoding="utf-8")
    assert {line.split(",")[3]: line.split(",")[9] for line in table.splitlines()[1:]} == {
        "choi": "0.0",
        "jung": "0.0",
        "kim": "10.0",
        "lee": "8.0",
        "park": "7.5",
    }


def test_what_was_kept_is_written_too(by_command: Path) -> None:
    """A second gradebook is complete although nothing had to be graded again."""
    done = grade(by_command, "submitted/kim", "submitted/lee", "--gradebook", "second.db")
    assert "2 of all kept" in done.stdout
    assert {row[0] for row in rows(by_command / "second.db", GRADES)} == {"kim", "lee"}


# --- written again ----------------------------------------------------------------------------------------------------


def test_a_second_time_nothing_changes(course: Path) -> None:
    """Neither a row of the gradebook nor a file is written where nothing is new."""
    work = work_of(course, "kim")
    enter(course, (work, result_of(work, Loss=0.5)))
    before = dump(course / "gradebook.db")
    files = {path: path.stat().st_mtime_ns for path in (course / "autograded").rglob("*.*")}
    enter(course, (work, result_of(work, Loss=0.5)))
    assert dump(course / "gradebook.db") == before
    assert {path: path.stat().st_mtime_ns for path in (course / "autograded").rglob("*.*")} == files
    assert len(files) == 2


def test_a_new_result_replaces_the_old(course: Path) -> None:
    """Scores, comments, time and notebook are those of what was handed in last."""
    work = work_of(course, "kim")
    enter(course, (work, result_of(work, Loss=0.5)))
    comment = "SELECT auto_comment FROM comment WHERE auto_comment IS NOT NULL"
    assert "look at < this" in rows(course / "gradebook.db", comment)[0][0]
    again = work_of(course, "kim", stamp="2026-03-03 00:00:00 UTC")
    enter(course, (again, result_of(again)))
    assert scores(course, "kim") == {name: (points, False) for name, points in POINTS.items()}
    assert rows(course / "gradebook.db", comment) == []
    assert rows(course / "gradebook.db", "SELECT timestamp FROM submitted_assignment") == [
        ("2026-03-03 00:00:00.000000",)
    ]


def set_by_hand(course: Path) -> None:
    """Let a teacher write in the gradebook what the formgrader lets write, and a name."""
    with closing(sqlite3.connect(course / "gradebook.db")) as database, database:
        database.execute("UPDATE grade SET manual_score = 1.5, extra_credit = 0.25, needs_manual_grade = 0")
        database.execute("UPDATE comment SET manual_comment = 'well done'")
        database.execute("UPDATE submitted_notebook SET flagged = 1, late_submission_penalty = 3")
        database.execute("UPDATE submitted_assignment SET extension = '1970-01-02 00:00:00.000000'")
        database.execute("UPDATE student SET first_name = 'Kim', email = 'kim@example.org'")


BY_HAND: Final = (
    "SELECT DISTINCT manual_score, extra_credit FROM grade",
    "SELECT DISTINCT manual_comment FROM comment",
    "SELECT flagged, late_submission_penalty FROM submitted_notebook",
    "SELECT extension FROM submitted_assignment",
    "SELECT first_name, last_name, email FROM student",
)


def test_a_persons_word_stays(course: Path) -> None:
    """Scores, comments, extra credit, flags, extensions and penalties of people outlive every run."""
    work = work_of(course, "kim")
    enter(course, (work, result_of(work)))
    set_by_hand(course)
    before = dump(course / "gradebook.db")
    enter(course, (work, result_of(work)))
    assert dump(course / "gradebook.db") == before
    enter(course, (work, result_of(work, Loss=0.5)))
    expected = [[(1.5, 0.25)], [("well done",)], [(1, 3.0)], [("1970-01-02 00:00:00.000000",)]]
    assert [rows(course / "gradebook.db", query) for query in BY_HAND[:4]] == expected
    assert rows(course / "gradebook.db", BY_HAND[4]) == [("Kim", None, "kim@example.org")]


def test_a_new_score_beside_a_persons_asks_that_person(course: Path) -> None:
    """Where ours changed after somebody gave another one, the cell is shown for grading again, as in nbgrader."""
    work = work_of(course, "kim")
    enter(course, (work, result_of(work)))
    set_by_hand(course)
    enter(course, (work, result_of(work, Loss=0.5)))
    assert scores(course, "kim") == {"Loss": (0.5, True), "gradient_descent": (4.0, False), "main": (4.0, False)}


# --- what could not be graded -----------------------------------------------------------------------------------------


def test_a_fault_of_ours_is_no_score(course: Path) -> None:
    """Where a check failed itself there is no score, a person is asked for, and the student reads why."""
    work = work_of(course, "kim")
    enter(course, (work, result_of(work)))
    enter(course, (work, result_of(work, "grader_error", Loss=0.0)))
    assert scores(course, "kim") == {"Loss": (None, True), "gradient_descent": (4.0, False), "main": (4.0, False)}
    told = rows(course / "gradebook.db", "SELECT auto_comment FROM comment WHERE auto_comment IS NOT NULL")
    assert "the fault is ours" in told[0][0]


def test_what_cannot_be_read_is_zero_and_says_why(course: Path) -> None:
    """A damaged notebook gets 0 points in every cell, its reason, and a notebook that the formgrader can open."""
    work = work_of(course, "kim", '{"cells": [')
    assert work.refused
    enter(course, (work, work.without_grade(*work.refused)))
    assert scores(course, "kim") == dict.fromkeys(POINTS, (0.0, False))
    assert all("damaged" in text for (text,) in rows(course / "gradebook.db", "SELECT auto_comment FROM comment"))
    notebook = json.loads((course / "autograded" / "kim" / NAME / f"{NAME}.ipynb").read_text(encoding="utf-8"))
    assert [grade_id(cell) for cell in notebook["cells"] if cell.get("outputs")] == list(POINTS)


# --- times and places -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stamp", "expected"),
    [
        ("2026-03-02 10:20:30.000400 UTC", "2026-03-02 10:20:30.000400"),
        ("2026-03-02T10:20:30+09:00", "2026-03-02 01:20:30.000000"),
        ("2026-03-02 10:20:30.5 Asia/Seoul", "2026-03-02 01:20:30.500000"),
        ("2026-03-02T10:20:30", "2026-03-02 10:20:30.000000"),
        ("", None),
        (None, None),
    ],
)
def test_the_time_is_the_one_that_nbgrader_reads(course: Path, stamp: str | None, expected: str | None) -> None:
    """The gradebook has the time of timestamp.txt, in UTC; without one no time, which the formgrader expects."""
    work = work_of(course, "kim", stamp=stamp)
    assert enter(course, (work, result_of(work))) == []
    (found,) = rows(course / "gradebook.db", "SELECT timestamp FROM submitted_assignment")
    assert found == (expected,)
    copied = course / "autograded" / "kim" / NAME / "timestamp.txt"
    assert (copied.read_text(encoding="utf-8") if copied.exists() else None) == stamp


def test_work_from_elsewhere_has_the_time_of_its_newest_file(course: Path, tmp_path: Path) -> None:
    """A file that nbgrader knows nothing of was handed in when it was last changed; both places say the same."""
    path = tmp_path / "kim.py"
    path.write_text("def Loss(f_x, y):\n    return 0\n", encoding="utf-8")
    os.utime(path, (1_772_446_830.25, 1_772_446_830.25))
    work = prepare(candidate_at(path, NAME), assignment_of(course), WALLS)
    enter(course, (work, result_of(work)))
    (found,) = rows(course / "gradebook.db", "SELECT timestamp FROM submitted_assignment")
    assert found == ("2026-03-02 10:20:30.250000",)
    noted = (course / "autograded" / "kim" / NAME / "timestamp.txt").read_text(encoding="utf-8")
    parse = module_alone("nbgrader.utils").parse_utc
    assert str(parse(noted)) == found[0]


def test_a_time_that_is_none_is_told_and_costs_nothing(course: Path) -> None:
    """Nonsense in timestamp.txt is remarked upon; the grade is written."""
    work = work_of(course, "kim", stamp="yesterday evening")
    (note,) = enter(course, (work, result_of(work)))
    assert note.kind != NOT_ENTERED
    assert f"kim/{NAME}" in note.message["en"]
    assert "yesterday evening" in note.message["en"]
    assert scores(course, "kim")["main"] == (4.0, False)


def test_a_python_file_is_shown_as_a_notebook(course: Path, tmp_path: Path) -> None:
    """A student who handed in a .py file finds it in the notebook, with points beside each exercise."""
    path = tmp_path / "kim.py"
    shutil.copy(ROOT / "solutions" / NAME / f"{NAME}.py", path)
    work = prepare(candidate_at(path, NAME), assignment_of(course), WALLS)
    enter(course, (work, result_of(work)))
    notebook = json.loads((course / "autograded" / "kim" / NAME / f"{NAME}.ipynb").read_text(encoding="utf-8"))
    assert any("np.mean((y - f_x) ** 2)" in cell["source"] for cell in notebook["cells"])
    assert [grade_id(cell) for cell in notebook["cells"] if cell.get("outputs")] == list(POINTS)


def test_settings_of_the_course_say_where_files_go(course: Path) -> None:
    """Folders are those of nbgrader_config.py, and so is the language."""
    with (course / "nbgrader_config.py").open("a", encoding="utf-8") as file:
        file.write('c.CourseDirectory.autograded_directory = "done"\nc.Autograder.language = "ko"\n')
    work = work_of(course, "kim")
    enter(course, (work, result_of(work, "grader_error", Loss=0.0)))
    assert (course / "done" / "kim" / NAME / f"{NAME}.ipynb").exists()
    assert rows(course / "gradebook.db", "SELECT auto_comment FROM comment WHERE auto_comment LIKE '%fault%'") == []


def test_a_gradebook_elsewhere_keeps_its_files_beside_it(course: Path, tmp_path: Path) -> None:
    """A gradebook that is none of the course's takes the graded notebooks where it lies: nobody's folder is filled."""
    place = tmp_path / "elsewhere"
    place.mkdir()
    work = work_of(course, "kim")
    enter(course, (work, result_of(work)), url=str(place / "grades.db"))
    assert (place / "autograded" / "kim" / NAME / f"{NAME}.ipynb").exists()
    assert not (course / "autograded").exists()


@pytest.mark.parametrize(("extension", "expected"), [(None, 10.0), ("1970-01-08 00:00:00.000000", None)])
def test_late_work_is_punished_as_the_course_says(course: Path, extension: str | None, expected: float | None) -> None:
    """The settings for late work hold, with the extension that a student was given."""
    with (course / "nbgrader_config.py").open("a", encoding="utf-8") as file:
        file.write('c.LateSubmissionPlugin.penalty_method = "zero"\n')
    work = work_of(course, "kim")
    enter(course, (work, result_of(work)))
    with closing(sqlite3.connect(course / "gradebook.db")) as database, database:
        database.execute("UPDATE assignment SET duedate = '2026-03-01 00:00:00.000000'")
        database.execute("UPDATE submitted_assignment SET extension = ?", (extension,))
    enter(course, (work, result_of(work)))
    assert rows(course / "gradebook.db", "SELECT late_submission_penalty FROM submitted_notebook") == [(expected,)]


# --- gradebooks that were there ---------------------------------------------------------------------------------------


def test_what_a_gradebook_already_holds_stays(course: Path) -> None:
    """Other notebooks of the assignment are left alone, and points are those of the gradebook, which is told."""
    with closing(open_gradebook(Address.parse("gradebook.db"), "")) as gradebook:
        gradebook.add_assignment(NAME)
        for notebook in (NAME, "essay"):
            gradebook.add_notebook(notebook, NAME)
        gradebook.add_grade_cell("question", "essay", NAME, max_score=5, cell_type="markdown")
        gradebook.add_solution_cell("question", "essay", NAME)
        for name, points in {"Loss": 20, "main": 4}.items():
            gradebook.add_grade_cell(name, NAME, NAME, max_score=points, cell_type="code")
    cells = rows(course / "gradebook.db", CELLS["grade"])
    work = work_of(course, "kim")
    told = [note.message["en"] for note in enter(course, (work, result_of(work, Loss=1.0)))]
    assert rows(course / "gradebook.db", CELLS["grade"]) == cells
    assert scores(course, "kim") == {"Loss": (10.0, False), "main": (4.0, False), "question": (None, True)}
    assert any("no cell for gradient_descent" in text for text in told)
    assert any("other points for Loss" in text for text in told)


def test_an_older_gradebook_is_left_alone(course: Path) -> None:
    """A gradebook of another version says what to do, and is not touched."""
    work = work_of(course, "kim")
    enter(course, (work, result_of(work)))
    with closing(sqlite3.connect(course / "gradebook.db")) as database, database:
        database.execute("UPDATE alembic_version SET version_num = '724cde206c17'")
    before = dump(course / "gradebook.db")
    with pytest.raises(OutputError, match="nbgrader db upgrade"):
        enter(course, (work, result_of(work)))
    assert dump(course / "gradebook.db") == before


def test_a_database_of_another_program_is_left_alone(course: Path) -> None:
    """Tables that are none of nbgrader's, and versioned, stay alone."""
    with closing(sqlite3.connect("other.db")) as database, database:
        database.execute("CREATE TABLE alembic_version (version_num VARCHAR(32))")
        database.execute("INSERT INTO alembic_version VALUES ('4621fec11365')")
    with pytest.raises(OutputError, match="another program"):
        Ledger("other.db", find_course(course)).open()
    assert len(rows(course / "other.db", "SELECT name FROM sqlite_master")) == 1


# --- what goes wrong --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("sqlite://gradebook.db", "can't be opened"),
        ("sqlite://", "would be gone"),
        ("sqlite:///:memory:", "would be gone"),
        ("sqlite:////nowhere/at/all/gradebook.db", "unable to open"),
        ("postgres+nothing://grader:s3cret@localhost/x", "no such database"),
        ("mysql+pymysql://grader:s3cret@localhost/x", "pip install pymysql"),
        ("postgresql+psycopg://grader:s3cret@127.0.0.1:1/x", "connection"),
        ("postgresql+psycopg://grader@127.0.0.1:1/x?password=s3cret", "connection"),
        ("postgresql://grader:s3cret@[::1/x", "no URL"),
        ("not a url://x:s3cret@y", "no URL"),
    ],
)
def test_a_gradebook_that_cannot_be_opened_says_why(course: Path, url: str, words: str) -> None:
    """One sentence, without the password."""
    with pytest.raises(OutputError) as caught:
        Ledger(url, find_course(course)).open()
    for text in map(str, caught.value.message.values()):
        assert "s3cret" not in text
        assert "\n" not in text
    assert words in caught.value.message["en"]


@pytest.mark.parametrize("line", ["c.CourseDirectory.course_id = 7", "c.CourseDirectory.root ="])
def test_wrong_settings_of_the_course_are_a_sentence(course: Path, line: str) -> None:
    """An error in nbgrader_config.py is told as one, and nothing is written anywhere."""
    with (course / "nbgrader_config.py").open("a", encoding="utf-8") as file:
        file.write(f"{line}\n")
    with pytest.raises(AutograderError, match=r"course_id|nbgrader_config"):
        Ledger("gradebook.db", find_course(course)).open()
    assert not (course / "gradebook.db").exists()


def test_a_file_that_is_no_database_says_so(course: Path) -> None:
    """A text file under the name of a gradebook is refused and kept."""
    (course / "gradebook.db").write_text("grades: see above" * 100, encoding="utf-8")
    with pytest.raises(OutputError, match="not a database"):
        Ledger("gradebook.db", find_course(course)).open()
    assert (course / "gradebook.db").read_text(encoding="utf-8").startswith("grades:")


def test_one_submissions_trouble_is_rolled_back_and_told(course: Path) -> None:
    """What fails half way leaves no row and no file of that student; the others are written."""
    works = [work_of(course, student) for student in ("kim", "lee", "park")]
    enter(course, (works[0], result_of(works[0])))
    with closing(sqlite3.connect(course / "gradebook.db")) as database, database:
        database.execute(
            "CREATE TRIGGER fails BEFORE INSERT ON comment WHEN (SELECT count(*) FROM submitted_assignment s"
            " JOIN submitted_notebook n ON n.assignment_id = s.id"
            " WHERE s.student_id = 'lee' AND n.id = NEW.notebook_id)"
            " BEGIN SELECT RAISE(ABORT, 'the disk says no'); END"
        )
    (note,) = enter(course, *((work, result_of(work)) for work in works))
    assert note.kind == NOT_ENTERED
    assert "the disk says no" in note.message["en"]
    assert f"lee/{NAME}" in note.message["en"]
    assert rows(course / "gradebook.db", "SELECT id FROM student ORDER BY 1") == [("kim",), ("park",)]
    assert sorted(path.name for path in (course / "autograded").iterdir()) == ["kim", "park"]


def test_a_file_that_cannot_be_written_leaves_the_gradebook_as_it_was(course: Path) -> None:
    """Score and notebook change together or not at all."""
    work = work_of(course, "kim")
    (course / "autograded").mkdir()
    (course / "autograded" / "kim").write_text("in the way")
    (note,) = enter(course, (work, result_of(work)))
    assert "can't write to" in note.message["en"]
    assert rows(course / "gradebook.db", "SELECT * FROM student") == []


@pytest.mark.parametrize("student", ["..", ".", "a/b", "/etc", "x" * 300])
def test_a_name_that_is_no_folder_writes_nothing(course: Path, student: str) -> None:
    """No name of a student leads out of the folder of graded notebooks."""
    work = work_of(course, "kim")
    work = replace(work, candidate=replace(work.candidate, student=student))
    (note,) = enter(course, (work, result_of(work)))
    assert note.kind == NOT_ENTERED
    assert rows(course / "gradebook.db", "SELECT * FROM student") == []
    assert {path.name for path in course.iterdir()} <= {
        *("solutions", "assignments", "submitted", "source_data", "nbgrader_config.py", "gradebook.db", "autograded"),
    }


def test_a_gradebook_for_reading_only_is_told_once(course: Path) -> None:
    """All that could not be written stands in one sentence."""
    works = [work_of(course, student) for student in ("kim", "lee")]
    enter(course, (works[0], result_of(works[0])))
    pairs = [(work, result_of(work, Loss=0.0)) for work in works]
    (note,) = enter(course, *pairs, url="sqlite:///file:gradebook.db?mode=ro&uri=true")
    assert "2 not in the gradebook" in note.message["en"]
    assert "can't be written to" in note.message["en"]


# --- several at a time ------------------------------------------------------------------------------------------------


def in_threads(*calls: Callable[[], object]) -> None:
    """Call all at a time, and raise what one of them raised."""
    faults: list[BaseException] = []

    def run(call: Callable[[], object]) -> None:
        try:
            call()
        except BaseException as fault:  # noqa: BLE001
            faults.append(fault)

    threads = [threading.Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise faults[0]


def test_whoever_is_locked_out_waits(course: Path) -> None:
    """A gradebook that another program is writing to is waited for."""
    work = work_of(course, "kim")
    enter(course, (work, result_of(work)))
    with closing(sqlite3.connect(course / "gradebook.db", isolation_level=None, check_same_thread=False)) as other:
        other.execute("BEGIN IMMEDIATE")

        def let_go() -> None:
            time.sleep(0.5)
            other.execute("COMMIT")

        in_threads(let_go, lambda: enter(course, (work, result_of(work, Loss=0.0))))
    assert scores(course, "kim")["Loss"] == (0.0, False)


def test_patience_has_an_end(course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program that never lets go is told of, and not waited for again and again."""
    monkeypatch.setattr(module, "BUSY_S", 0.3)
    monkeypatch.setattr(module, "_IMPATIENT_S", 0.05)
    works = [work_of(course, student) for student in ("kim", "lee")]
    enter(course, (works[0], result_of(works[0])))
    with closing(sqlite3.connect(course / "gradebook.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        (note,) = enter(course, *((work, result_of(work, Loss=0.0)) for work in works))
    assert "2 not in the gradebook" in note.message["en"]
    assert "another program" in note.message["en"]


def test_two_runs_at_once_lose_nothing(course: Path) -> None:
    """Two graders that begin with no gradebook at all write the same students at the same time."""
    works = [work_of(course, f"student{number:02}") for number in range(12)]
    pairs = [(work, result_of(work)) for work in works]
    told: list[list[Note]] = []
    in_threads(
        lambda: told.append(enter(course, *pairs)),
        lambda: told.append(enter(course, *reversed(pairs))),
    )
    assert told == [[], []]
    assert len(rows(course / "gradebook.db", GRADES)) == 3 * len(works)
    assert rows(course / "gradebook.db", "SELECT count(*) FROM assignment") == [(1,)]


# --- PostgreSQL -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Run a server; return the address of its first database."""
    if find_postgres() is None:
        pytest.skip("this machine has no PostgreSQL server")
    with postgres(tmp_path_factory.mktemp("postgres")) as (host, port):
        yield f"postgresql+psycopg://{USER}:{quote_plus(PASSWORD)}@{host}:{port}/postgres"


def test_a_server_keeps_the_gradebook(
    course: Path, server: str, nbgrader: Nbgrader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A gradebook on PostgreSQL is made, filled, filled again without a change, and read by nbgrader's export."""
    works = [work_of(course, student) for student in ("김하나", "lee")]
    pairs = [(work, result_of(work, Loss=0.5)) for work in works]
    assert enter(course, *pairs, url=server) == []
    monkeypatch.setattr(Entries, "_write_missing", None)  # whoever writes now fails
    assert enter(course, *pairs, url=server) == []
    nbgrader(course, "export", f"--CourseDirectory.db_url={server}")
    table = (course / "grades.csv").read_text(encoding="utf-8")
    assert {line.split(",")[3]: line.split(",")[9] for line in table.splitlines()[1:]} == {
        "lee": "8.5",
        "김하나": "8.5",
    }


def test_two_runs_at_once_share_a_server(course: Path, server: str) -> None:
    """Two graders write the same students to PostgreSQL at the same time."""
    works = [work_of(course, f"student{number:02}") for number in range(6)]
    pairs = [(work, result_of(work)) for work in works]
    told: list[list[Note]] = []
    in_threads(
        lambda: told.append(enter(course, *pairs, url=server)),
        lambda: told.append(enter(course, *reversed(pairs), url=server)),
    )
    assert told == [[], []]


def test_a_wrong_password_is_not_repeated(course: Path, server: str) -> None:
    """A server that lets nobody in is a sentence without the password."""
    with pytest.raises(OutputError) as caught:
        Ledger(server.replace(quote_plus(PASSWORD), "not-this-one"), find_course(course)).open()
    assert "authentication failed" in caught.value.message["en"]
    assert "not-this-one" not in str(caught.value.message)


# --- the command ------------------------------------------------------------------------------------------------------


def test_results_are_kept_where_the_gradebook_fails(course: Path) -> None:
    """A wrong address is told at the beginning and at the end; all is graded and on the disk, and the status is 2."""
    work_of(course, "kim")
    url = "postgresql+psycopg://grader:s3cret@127.0.0.1:1/grades"
    done = grade(course, "submitted", "--gradebook", url, status=2)
    for stream in (done.stderr, done.stdout):
        assert "can't be opened" in " ".join(stream.split())
    assert "s3cret" not in done.stdout + done.stderr
    assert json.loads((course / "graded" / "results.jsonl").read_text(encoding="utf-8"))["score"] == 10


ALONE: Final = """
import sys
from autograder.adapters.nbgrader.alone import HOLLOW, module_alone
api = module_alone("nbgrader.api")
assert not set(HOLLOW) & set(sys.modules), set(HOLLOW) & set(sys.modules)
assert "jsonschema" not in sys.modules
import nbgrader.auth, nbgrader.apps.api, requests
assert nbgrader.__version__
assert nbgrader.apps.api.Gradebook is api.Gradebook
assert nbgrader.auth.jupyterhub.requests is requests and requests.get
"""


def test_nbgrader_is_whole_for_whoever_comes_later() -> None:
    """The gradebook's module comes without the packages around it, which are there as ever when they are imported."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", ALONE],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
    )
    assert done.returncode == 0, done.stderr


def test_without_nbgrader_there_is_a_sentence(course: Path) -> None:
    """Who has not installed nbgrader reads how to; the work is graded."""
    work_of(course, "kim")
    (course / "sitecustomize.py").write_text("import sys\nsys.modules['nbgrader'] = None\n")
    done = grade(course, "submitted", "--gradebook", "gradebook.db", status=2, PYTHONPATH=f"{course}:{ROOT}")
    assert "pip install 'dl-autograder[nbgrader]'" in done.stderr
    assert (course / "graded" / "results.jsonl").exists()
