"""Grades go out as Canvas and Moodle read them: to the right students, and nothing runs in a spreadsheet."""

from __future__ import annotations

import csv
import html
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from autograder.adapters.nbgrader.scores import html_of
from autograder.adapters.nbgrader.sheets import Person, Sheet, harmless, match, people_in, read_sheet, write_sheet
from autograder.errors import CourseError
from tests.nbgrader.conftest import CourseCopy, Nbgrader

CANVAS: Final = "--exporter=autograder.adapters.nbgrader.exporters.CanvasExport"
MOODLE: Final = "--exporter=autograder.adapters.nbgrader.exporters.MoodleExport"
ONE: Final = "--assignment=['layers']"
NAMES: Final = ("gradient_descent", "layers")

FILL: Final = """
from autograder.adapters.nbgrader.config import find_alembic
find_alembic()
from nbgrader.api import Gradebook

def give(assignment, student, score, comment=None, waits=False, penalty=None):
    submission = gradebook.add_submission(assignment, student)
    grade = gradebook.find_grade("Loss", assignment, assignment, student)
    grade.auto_score, grade.needs_manual_grade = score, waits
    gradebook.find_comment("Loss_answer", assignment, assignment, student).auto_comment = comment
    submission.notebooks[0].late_submission_penalty = penalty
    gradebook.db.commit()

with Gradebook("sqlite:///gradebook.db", "deep-learning") as gradebook:
    for name, points in ("gradient_descent", 10), ("layers", 8):
        gradebook.add_assignment(name)
        gradebook.add_notebook(name, name)
        gradebook.add_grade_cell("Loss", name, name, max_score=points, cell_type="code")
        gradebook.add_solution_cell("Loss_answer", name, name)
    for student, last, first, email in (
        ("kim01", "Kim", "Minji", "kim@example.org"),
        ("lee01", "=cmd|' /C calc'!A0", None, "lee@example.org"),
        ("103", "최유나", None, None),
        ("Park Jiho_17", "Park Jiho", None, None),
        ("jung01", None, None, None),
        ("oh01", None, None, None),
        ("gone01", None, None, None),
    ):
        gradebook.add_student(student, last_name=last, first_name=first, email=email)
    give("gradient_descent", "kim01", 7.5, "→ look at <w0>\\n\\n@여기", penalty=0.5)
    give("gradient_descent", "lee01", 0.1 + 0.2)
    give("gradient_descent", "103", 10)
    give("gradient_descent", "Park Jiho_17", 1, penalty=2)
    give("gradient_descent", "jung01", 0, waits=True)
    give("gradient_descent", "gone01", 5)
    give("layers", "kim01", 8)
"""

CANVAS_TEMPLATE: Final = (
    "Student,ID,SIS User ID,SIS Login ID,Section,Visits (11),Linear regression by hand (77),Layers (78),Final Score\n"
    "    Points Possible,,,,,,10,100,(read only)\n"
    '"Kim, Minji",501,2026001,kim01,"A, B",3,2,5,90\n'
    '"Lee, ""Seo""",502,2026002,lee01,A,3,,,80\n'
    '"=HYPERLINK(1)",103,2026003,choi01,A,,,6,\n'
    "Jung,504,2026004,jung01,A,,4,,\n"
    "Oh,505,2026005,oh01,A,,9,,\n"
    '"Student, Test",600,,a0b1,A,,,,\n'
)
MOODLE_TEMPLATE: Final = (
    "식별자,성명,ID 번호,이메일 주소,상태,성적,최대 성적,마지막 수정됨(성적),피드백 코멘트\n"
    "참가자17,Park Jiho,2026017,park@example.org,제출,,10.00,-,\n"
    "참가자18,Lee,2026018,lee@example.org,제출,,10.00,-,먼저 쓴 말\n"
    "참가자19,Kim,kim01,other@example.org,제출,3.00,10.00,2026년,먼저 쓴 말\n"
)


@pytest.fixture(scope="module")
def course(course_copy: CourseCopy, jupyter_environment: dict[str, str]) -> Path:
    """Make a course with a gradebook, and with what a collected download of each platform left behind."""
    root = course_copy(*NAMES)
    subprocess.run([sys.executable, "-c", FILL], cwd=root, env=jupyter_environment, check=True, timeout=120)
    (root / "canvas_template.csv").write_text(CANVAS_TEMPLATE, encoding="utf-8-sig")
    (root / "moodle_template.csv").write_text(MOODLE_TEMPLATE, encoding="utf-8")
    folder = root / "downloaded" / "gradient_descent"
    folder.mkdir(parents=True)
    known = {
        "103": {"platform": "Canvas", "number": "103", "name": "choiyuna", "late": False},
        "Park Jiho_17": {"platform": "Moodle", "number": "17", "name": "Park Jiho", "late": False},
    }
    (folder / "collected.json").write_text(json.dumps(known), encoding="utf-8")
    return root


def table(path: Path) -> list[list[str]]:
    """Read what was written as a spreadsheet program does."""
    return list(csv.reader(path.read_bytes().decode("utf-8-sig").splitlines()))


def test_canvas_s_own_table_is_filled_in(course: Path, nbgrader: Nbgrader) -> None:
    """Only our columns come back, each score in its student's row; nothing handed in leaves what is there."""
    done = nbgrader(course, "export", CANVAS, "--CanvasExport.template=canvas_template.csv", "--to=out/canvas.csv")
    rows = table(course / "out" / "canvas.csv")
    assert rows == [
        ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Linear regression by hand (77)", "Layers (78)"],
        ["    Points Possible", "", "", "", "", "10", "100"],
        ["Kim, Minji", "501", "2026001", "kim01", "A, B", "7", "8"],
        ['Lee, "Seo"', "502", "2026002", "lee01", "A", "0.3", ""],
        ["'=HYPERLINK(1)", "103", "2026003", "choi01", "A", "10", "6"],
        ["Jung", "504", "2026004", "jung01", "A", "4", ""],
        ["Oh", "505", "2026005", "oh01", "A", "9", ""],
        ["Student, Test", "600", "", "a0b1", "A", "", ""],
    ]
    assert (course / "out" / "canvas.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    log = done.stdout + done.stderr
    assert "layers: Canvas counts to 100 points, the gradebook to 8" in log
    assert "Park Jiho_17, gone01: left out, for nobody in the template is meant beyond doubt" in log
    assert "gradient_descent: a person still has to look at jung01" in log


def test_a_new_table_for_canvas(course: Path, nbgrader: Nbgrader) -> None:
    """Without a template the columns are those that Canvas asks for; missing work is blank, or 0 where asked for."""
    options = ['--CanvasExport.columns={"layers": "Layers (78)"}', "--CanvasExport.missing=0"]
    nbgrader(course, "export", CANVAS, *options, "--CanvasExport.ungraded=True", "--student=['kim01', '103', 'jung01']")
    assert table(course / "canvas.csv") == [
        ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "gradient_descent", "Layers (78)"],
        ["    Points Possible", "", "", "", "", "10", "8"],
        ["jung01", "", "", "jung01", "", "0", "0"],
        ["Kim, Minji", "", "", "kim01", "", "7", "8"],
        ["최유나", "103", "", "", "", "10", "0"],
    ]


def test_moodle_s_own_worksheet_is_filled_in(course: Path, nbgrader: Nbgrader) -> None:
    """In the teacher's language, with comments as HTML; what is not ours to say stays."""
    options = ["--MoodleExport.template=moodle_template.csv", "--assignment=['gradient_descent']", "--to=moodle.csv"]
    nbgrader(course, "export", MOODLE, *options)
    rows = table(course / "moodle.csv")
    assert rows[0] == MOODLE_TEMPLATE.splitlines()[0].split(",")
    assert [(row[0], row[5], row[7], row[8]) for row in rows[1:]] == [
        ("참가자17", "0", "-", ""),
        ("참가자18", "0.3", "-", "먼저 쓴 말"),
        ("참가자19", "7", "2026년", "<p><b>Loss</b><br>→ look at &lt;w0&gt;<br><br>@여기</p>"),
    ]
    assert not (course / "moodle.csv").read_bytes().startswith(b"\xef\xbb\xbf")


def test_new_worksheets_for_moodle(course: Path, nbgrader: Nbgrader) -> None:
    """One for each assignment, in which Moodle's numbers are others; with the column of changes, or it refuses."""
    nbgrader(course, "export", MOODLE, "--to=new.csv")
    rows = table(course / "new-gradient_descent.csv")
    assert rows[0] == [
        *("Identifier", "Full name", "ID number", "Email address"),
        *("Grade", "Maximum grade", "Last modified (grade)", "Feedback comments"),
    ]
    by_name = {row[1] or row[2]: row for row in rows[1:]}
    assert by_name["Park Jiho"] == ["Participant 17", "Park Jiho", "", "", "0", "10", "", ""]
    assert by_name["'=cmd|' /C calc'!A0"][4] == "0.3"
    assert by_name["jung01"][4] == ""
    assert by_name["oh01"][4] == ""
    layers = {row[1] or row[2]: row for row in table(course / "new-layers.csv")[1:]}
    assert layers["Park Jiho"][0] == ""
    assert layers["Kim, Minji"][4:6] == ["8", "8"]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([CANVAS, "--CanvasExport.template=moodle_template.csv"], "moodle_template.csv is no table of Canvas's"),
        ([MOODLE, "--MoodleExport.template=moodle_template.csv"], "a worksheet of Moodle's is for one assignment"),
        (
            [CANVAS, "--CanvasExport.template=canvas_template.csv", '--CanvasExport.columns={"layers": "Essay"}', ONE],
            "canvas_template.csv: there is no column to fill in",
        ),
        ([CANVAS, "--assignment=['essay']"], "the gradebook has no such assignment"),
    ],
)
def test_what_can_not_be_exported_is_told(
    course: Path, nbgrader: Nbgrader, arguments: list[str], sentence: str
) -> None:
    """By one sentence and an exit code, not a traceback."""
    done = nbgrader(course, "export", *arguments, check=False)
    assert done.returncode
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr


# --- sheets -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["=1+1", "+1+1", "-2+3", "@SUM(A1)", "\tx", "\r=1", "\n=1", "  =1", "\uff1d1+1", "-cmd"]
)
def test_formulas_are_shown_and_not_run(text: str) -> None:
    """Whatever a spreadsheet takes for a formula becomes a text."""
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize(
    "text", ["", "7.5", "-1", "+3", "-0,5", "12%", "-", "Kim", "a=b", "<p>=1</p>", "    Points Possible"]
)
def test_numbers_and_words_stay(text: str) -> None:
    """What is no formula is not touched."""
    assert harmless(text) == text


@pytest.mark.parametrize("text", ["x;=1+1", "\t=1", "x;\t@A1", "x; +1", "x\t-1+1", 'x";=1'])
def test_no_formula_begins_where_another_delimiter_is_taken(tmp_path: Path, text: str) -> None:
    """In many countries a spreadsheet splits at semicolons whatever the file was written with."""
    write_sheet(Sheet(["a", "b"], [["1", text]]), tmp_path / "out.csv")
    lines = (tmp_path / "out.csv").read_text(encoding="utf-8-sig").splitlines()
    cells = [cell.strip(' "') for line in lines for cell in re.split(r"[;\t]", line)]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]


def test_a_comment_gives_no_formula_to_a_spreadsheet() -> None:
    """The semicolon of an entity begins a cell too, for such a program; Moodle shows the sign as it was."""
    shown = html_of("a <=1+1, b >= -@c & =d; -2")
    assert not re.search(r";\s*[=+\-@]", shown)
    assert html.unescape(shown) == "a <=1+1, b >= -@c & =d; -2"


@pytest.mark.parametrize("sign", ["\x1b", "\x9b", "\0", "\x07", "\x7f"])
def test_no_control_character_is_in_a_table(sign: str) -> None:
    """Whoever looks at it in a terminal sees what is there."""
    assert harmless(f"a{sign}b") == "a\ufffdb"


def test_a_sheet_comes_back_as_it_was(tmp_path: Path) -> None:
    """Delimiter, byte order mark, quotes, lines in cells, rows that are too short."""
    for text in '\ufeffa;b\r\n"x;""y";1,5\r\n', 'a,b\r\n"x\r\ny",\r\nz\r\n':
        (tmp_path / "in.csv").write_bytes(text.encode())
        sheet = read_sheet(tmp_path / "in.csv")
        write_sheet(sheet, tmp_path / "new" / "out.csv")
        assert (tmp_path / "new" / "out.csv").read_bytes() == text.encode()


def test_a_sheet_saved_by_a_korean_excel_is_read(tmp_path: Path) -> None:
    """In its code page, without a mark."""
    (tmp_path / "in.csv").write_bytes(MOODLE_TEMPLATE.encode("cp949"))
    sheet = read_sheet(tmp_path / "in.csv")
    assert sheet.platform == "Moodle"
    assert [(person.number, person.ids[0]) for person in people_in(sheet)] == [
        ("17", "2026017"),
        ("18", "2026018"),
        ("19", "kim01"),
    ]


def test_a_sheet_that_can_not_be_read_is_refused(tmp_path: Path) -> None:
    """By a sentence."""
    (tmp_path / "in.csv").write_text("\n")
    with pytest.raises(CourseError, match="is empty"):
        read_sheet(tmp_path / "in.csv")
    with pytest.raises(CourseError, match="can't be read: No such file"):
        read_sheet(tmp_path / "nowhere.csv")


def test_a_put_cell_makes_room() -> None:
    """Rows may be shorter than the header."""
    sheet = Sheet(["a", "b", "c"], [["x"]])
    sheet.put(0, 2, "z")
    assert sheet.rows == [["x", "", "z"]]
    assert sheet.only([2, 0]).rows == [["z", "x"]]


def test_nobody_gets_another_s_row() -> None:
    """Where keys could mean several people, or two students one row, nobody is meant."""
    people = [
        Person(0, "Canvas", "7", "Kim", ("kim01", "2026001")),
        Person(1, "Canvas", "8", "Lee", ("lee01", "7")),
        Person(2, "Canvas", "9", "Park", ("park+1@x",)),
    ]
    assert [person and person.row for person in match(people, [("KIM01",), ("lee01",), ("nobody",)])] == [0, 1, None]
    assert match(people, [("kim01", "lee01")]) == [None]
    assert match(people, [("kim01",), ("2026001",)]) == [None, None]
    # A number of the platform's is not an id of the school's that looks the same.
    assert [person and person.row for person in match(people, [("#7",), ("7",)])] == [0, 1]
    assert [person and person.row for person in match(people, [("park%2b1@x",)])] == [2]
