"""A hostile class goes through nbgrader with an honest one, and gets nothing: no point, no secret, no trace left."""

from __future__ import annotations

import csv
import hashlib
import json
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pytest

from tests.nbgrader.answers import hand_in, text
from tests.nbgrader.attackers import ATTACKS, BAD_LOSS, FULL, NAME, NAP_S, TRACE, WITHOUT_LOSS, right
from tests.nbgrader.conftest import ROOT, CourseCopy, Nbgrader
from tests.nbgrader.pages import Active

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux has these walls")

HONEST: Final = {"student01": FULL, "student02": WITHOUT_LOSS}
PLANTED: Final = {
    "the solution": "the-king-is-behind-the-curtain",
    "the hidden checks": "the-queen-is-in-the-tower",
    "the solved notebook": "the-page-is-under-the-bed",
    "another's work": "the-knight-is-at-the-gate",
    "the gradebook": "the-bishop-is-in-the-chapel",
}
EXPORT: Final = "CanvasExport"
GRADES: Final = (
    "SELECT s.student_id, c.name, g.auto_score, g.manual_score, g.needs_manual_grade FROM grade g"
    " JOIN base_cell c ON g.cell_id = c.id JOIN submitted_notebook n ON g.notebook_id = n.id"
    " JOIN submitted_assignment s ON n.assignment_id = s.id"
)
COMMENTS: Final = (
    "SELECT s.student_id, o.auto_comment FROM comment o JOIN submitted_notebook n ON o.notebook_id = n.id"
    " JOIN submitted_assignment s ON n.assignment_id = s.id"
)


@dataclass
class Siege:
    """What the class left behind.

    Attributes
    ----------
    direct : Path
        Where `autograder grade` wrote its gradebook and notebooks.
    before : dict of str to str
        Checksums of what nobody but the instructor may change.
    told : dict of str to str
        What each command said.
    """

    course: Path
    direct: Path
    before: dict[str, str] = field(default_factory=dict)
    told: dict[str, str] = field(default_factory=dict)

    def treasures(self) -> dict[str, str]:
        """Return the checksums of what must stay as it is."""
        folders = [self.course / name for name in ("solutions", "assignments", "submitted/student01")]
        paths = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
        paths = [path for path in paths if "__pycache__" not in path.parts] + [self.course / "nbgrader_config.py"]
        return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}

    def rows(self, gradebook: Path, query: str) -> list[tuple[Any, ...]]:
        """Ask a gradebook."""
        with closing(sqlite3.connect(gradebook)) as database:
            return database.execute(query).fetchall()

    def gradebooks(self) -> Iterator[Path]:
        """Yield the gradebook of nbgrader's way, and of ours."""
        yield from (self.course / "gradebook.db", self.direct / "gradebook.db")

    def points(self, gradebook: Path, student: str) -> dict[object, object]:
        """Return automatic and manual score of each grade cell, and whether a person is asked for."""
        return {name: rest for who, name, *rest in self.rows(gradebook, GRADES) if who == student}

    def pages(self, student: str) -> Iterator[tuple[str, str]]:
        """Yield all that a student, or somebody who looks at the student's work, may read: where, and what."""
        for folder in (self.course / "autograded", self.course / "feedback", self.direct / "autograded"):
            for path in (folder / student).rglob("*"):
                if path.is_file():
                    yield str(path), path.read_bytes().decode("utf-8", "replace")
        for gradebook in self.gradebooks():
            for who, comment in self.rows(gradebook, COMMENTS):
                if who == student and comment:
                    yield str(gradebook), str(comment)
        for line in (self.direct / "graded" / "results.jsonl").read_text(encoding="utf-8").splitlines():
            if json.loads(line)["student"] == student:
                yield "results.jsonl", line


@pytest.fixture(scope="module")
def siege(
    course_copy: CourseCopy,
    nbgrader: Nbgrader,
    jupyter_environment: dict[str, str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Siege:
    """Return the class after it was graded both ways, with feedback and a table made."""
    course = course_copy(NAME)
    found = Siege(course, tmp_path_factory.mktemp("direct"))
    nbgrader(course, "generate_assignment", NAME, "--force")
    plant(course)
    for student, points in HONEST.items():
        notebook = right(course, **({} if points == FULL else {"Loss": BAD_LOSS}))
        notebook["cells"].append(text(PLANTED["another's work"]))
        hand_in(course, student, NAME, notebook)
    for student, attack in ATTACKS.items():
        folder = course / "submitted" / student / NAME
        folder.mkdir(parents=True)
        attack.lay(folder, course)
    found.before = found.treasures()
    (found.direct / "gradebook.db").write_bytes((course / "gradebook.db").read_bytes())

    def directly() -> None:
        command = [sys.executable, "-m", "autograder", "grade", str(course / "submitted"), "--course", str(course)]
        command += ["--out", "graded", "--gradebook", "gradebook.db", "--lang", "en"]
        done = subprocess.run(
            command, cwd=found.direct, env=jupyter_environment, capture_output=True, check=False, timeout=300
        )
        found.told["direct"] = (done.stdout + done.stderr).decode("utf-8", "replace")

    def through_nbgrader() -> None:
        for step in ("autograde", "generate_feedback"):
            done = nbgrader(course, step, NAME, check=False)
            found.told[step] = done.stdout + done.stderr
            assert done.returncode == 0, found.told[step]
        plugin = f"--exporter=autograder.adapters.nbgrader.exporters.{EXPORT}"
        nbgrader(course, "export", plugin, f"--to={EXPORT}.csv")

    with ThreadPoolExecutor() as pool:
        for future in [pool.submit(directly), pool.submit(through_nbgrader)]:
            future.result()
    return found


def plant(course: Path) -> None:
    """Put words into all that is secret, by which it can be found again."""
    folder = course / "solutions" / NAME
    for name, secret in ((f"{NAME}.py", "the solution"), ("test_hidden.py", "the hidden checks")):
        with (folder / name).open("a", encoding="utf-8") as file:
            file.write(f"\n# {PLANTED[secret]}\n")
    # An endless loop costs every grader its whole time.
    settings = (folder / "assignment.toml").read_text(encoding="utf-8")
    (folder / "assignment.toml").write_text(settings.replace("call_s = 1\n", "call_s = 0.4\n"), encoding="utf-8")
    notebook = json.loads((folder / f"{NAME}.ipynb").read_text(encoding="utf-8"))
    notebook["cells"].append(text(PLANTED["the solved notebook"]))
    (folder / f"{NAME}.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    with closing(sqlite3.connect(course / "gradebook.db")) as gradebook, gradebook:
        gradebook.execute(
            "INSERT INTO student (id, first_name, last_name, email, lms_user_id) VALUES ('student01', ?, '', '', '')",
            (PLANTED["the gradebook"],),
        )


# --- points -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("student", [*HONEST, *ATTACKS])
def test_everybody_gets_what_the_answers_deserve(siege: Siege, student: str) -> None:
    """Both gradebooks hold the deserved points, no person's points, and ask for nobody."""
    points = HONEST.get(student) or ATTACKS[student].points
    expected = {
        name: [score, None, 0] for name, score in zip(("Loss", "gradient_descent", "main"), points, strict=True)
    }
    for gradebook in siege.gradebooks():
        assert siege.points(gradebook, student) == expected, siege.told["direct"][-3000:]


def test_nothing_but_the_assignment_is_in_a_gradebook(siege: Siege) -> None:
    """No attack adds a cell, raises what one is worth, or adds a student."""
    students = {*HONEST, *ATTACKS}
    for gradebook in siege.gradebooks():
        worth = siege.rows(gradebook, "SELECT b.name, g.max_score FROM grade_cells g JOIN base_cell b ON g.id = b.id")
        assert dict(worth) == {"Loss": 2, "gradient_descent": 4, "main": 4}
        assert not siege.rows(gradebook, "SELECT id FROM task_cells")
        assert {student for (student,) in siege.rows(gradebook, "SELECT id FROM student")} == students


def test_every_submission_is_graded_in_one_go(siege: Siege) -> None:
    """None ends a run, and none is left without a notebook or feedback."""
    for student in (*HONEST, *ATTACKS):
        assert (siege.course / "autograded" / student / NAME / f"{NAME}.ipynb").is_file(), student
        assert (siege.course / "feedback" / student / NAME / f"{NAME}.html").is_file(), student
        assert (siege.direct / "autograded" / student / NAME / f"{NAME}.ipynb").is_file(), student
    assert "Traceback" not in "".join(siege.told.values())


# --- secrets ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("student", ATTACKS)
def test_no_attack_gets_a_secret(siege: Siege, student: str) -> None:
    """Nothing that comes back holds a word of what is secret, or says where the course lies."""
    secret = {**PLANTED, "where the course lies": str(siege.course), "where the grader lies": str(ROOT)}
    for place, page in siege.pages(student):
        assert not [what for what, word in secret.items() if word in page], place


def test_no_link_is_left_in_what_is_handed_on(siege: Siege) -> None:
    """What lies beside a graded notebook is an ordinary file that the student handed in."""
    for folder in (siege.course / "autograded", siege.course / "feedback", siege.direct / "autograded"):
        assert not [path for path in folder.rglob("*") if path.is_symlink() or path.is_fifo()]
        known = {"test_public.py", "timestamp.txt", f"{NAME}.ipynb", f"{NAME}.html", f"{NAME}.py"}
        assert {path.name for path in (folder / "linking").rglob("*") if path.is_file()} <= known


# --- pages ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("student", ATTACKS)
def test_nothing_of_students_runs_in_a_feedback_page(siege: Siege, student: str) -> None:
    """No script, handler, frame or link of theirs is in the page."""
    page = (siege.course / "feedback" / student / NAME / f"{NAME}.html").read_text(encoding="utf-8")
    parser = Active()
    parser.feed(page)
    assert not parser.found


def test_a_forged_box_is_not_taken_for_ours(siege: Siege) -> None:
    """What a student stored in a grade cell, or wrote as our note, is in no page; points stand where ours stand."""
    for student in ("stored", "marked", "doubled", "extended", "turned"):
        for place, page in siege.pages(student):
            assert "<b>Loss: 2 / 2 points</b>" not in page, place


def test_nothing_runs_in_a_spreadsheet(siege: Siege) -> None:
    """No cell of a table begins as a formula does."""
    with (siege.course / f"{EXPORT}.csv").open(encoding="utf-8-sig", newline="") as file:
        cells = [cell for row in csv.reader(file) for cell in row]
    assert any("HYPERLINK" in cell for cell in cells)
    assert not [cell for cell in cells if cell.startswith(("=", "+", "@", "\t", "\r"))]
    assert not [cell for cell in cells if any(word in cell for word in PLANTED.values() if "bishop" not in word)]


# --- traces -----------------------------------------------------------------------------------------------------------


def test_nothing_outside_is_touched(siege: Siege, jupyter_environment: dict[str, str]) -> None:
    """Solutions, checks, settings and the work of others are as they were, and no file was left anywhere."""
    assert siege.treasures() == siege.before
    for folder in (siege.course, siege.direct, Path(jupyter_environment["HOME"])):
        assert not list(folder.rglob(f"{TRACE}*"))
    for place in {tempfile.gettempdir(), "/tmp", "/var/tmp", "/dev/shm", str(Path.home()), str(ROOT)}:
        assert not list(Path(place).glob(f"{TRACE}*"))
    assert not list(Path(json.__file__).parents[1].glob(f"{TRACE}*"))


def test_no_process_is_left(siege: Siege) -> None:
    """Whatever was started has ended."""
    assert siege.told
    lines = (path.read_bytes() for path in readable(Path("/proc").glob("[0-9]*/cmdline")))
    assert not [line for line in lines if f"sleep\0{NAP_S}".encode() in line]


def readable(paths: Iterator[Path]) -> Iterator[Path]:
    """Yield those of some files that can be read: processes end while one looks."""
    for path in paths:
        try:
            path.read_bytes()
        except OSError:
            continue
        yield path
