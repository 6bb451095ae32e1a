"""A class whose every text would act on its reader or carry a hidden input out: all that is made of it is read."""

from __future__ import annotations

import csv
import io
import json
import logging
import os
import re
import sqlite3
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import nbformat
import pytest

from autograder.adapters.nbgrader.logs import Record
from autograder.authoring import begin_course
from autograder.submissions.names import printable
from tests.nbgrader.answers import code, text
from tests.nbgrader.conftest import ROOT, Nbgrader
from tests.nbgrader.pages import SCRIPT, Active

NAME: Final = "standardize"
HIDDEN_INPUT: Final = "7350184.625"
SECRET: Final = "the-queen-is-in-the-parlour"
PLANTED: Final = f'''

SECRET = "{SECRET}"


@pytest.mark.exercise("standardize")
@pytest.mark.points(0)
def test_a_planted_table(student, reference):
    """It is told apart from others by its numbers.

    수를 보면 알 수 있어요.
    """
    assert_agrees(student, reference, standardize, [[{HIDDEN_INPUT}, 1.0], [2.0, 5.0], [3.0, 3.0]])
'''

# What acts on a terminal, in a line of a log, on rich, on a page, in a table, in a format, in a shell.
TERMINAL: Final = "\x1b[5m\x1b]0;siege\x07\x9b5m\x08\r\x1b[2J"
TURNED: Final = "\u202e\u2066\u200b\ufeff"
PAGE: Final = f"<img src=x onerror={SCRIPT}>"
LINES: Final = '\n"},{"score": 10}\r\n\u2028\x85\x0b| siege | 5 |'
EVERYTHING: Final = f"=1+1;@A1\t=2+2{TERMINAL}{TURNED}[blink]siege[bold]{PAGE}{LINES}{{0}}%s$(id)`id`'--"

NAMES: Final[dict[str, str | bytes]] = {
    "formula": "=HYPERLINK(1)",
    "delimiters": "+1;=1+1;@A1",
    "minus": "-2+3",
    "at": "@SUM(1)",
    "tab": "\t=1+1",
    "wide": "\uff1d1+1",
    "columns": f'x,{NAME},,,"10",10,10',
    "rows": f"x\n{NAME},,,honest,,,,10.0,0.0,10.0,10.0",
    "terminal": f"t{TERMINAL}",
    "turned": f"gpj.{TURNED}yp",
    "markup": "[blink]siege[bold]",
    "page": f'{PAGE}#"',
    "format": "{0}%s%(x)s$(id)`id`",
    "database": "'); DROP TABLE grade;--",
    "bytes": b"\xff\xfekim",
    "long": "가" * 80,
}
"""How students call themselves, which is what their folders are called."""

TELLS: Final = f"""
import os, sys, warnings
import numpy as np
def tell(*given):
    said = {EVERYTHING!r} + repr(given)
    print(said)
    warnings.warn(said)
    sys.stderr.write(said)
    for place in range(3):
        try: os.write(place, said.encode("utf-8", "replace"))
        except OSError: pass
    return said
def standardize(x):
    said = tell(x)
    """
"""Tells what it was given in every way that there is; how a call then ends is the student's own."""
ENDS: Final[dict[str, str]] = {
    "formula": "return said",
    "delimiters": "raise ValueError(said)",
    "minus": "raise type(said.replace(chr(0), '')[:90], (Exception,), {'__doc__': said})(said)",
    "at": "raise KeyError(said)",
    "tab": "raise AttributeError(f\"'{said}' object has no attribute '{said}'\")",
    "wide": "raise NameError(f\"name 'v{int(x.flat[0])}' is not defined\")",
    "columns": "return {said: said, str(x[0]): x}",
    "rows": "return np.array([said] * 3, dtype=object)",
    "terminal": "return type(said, (), {})()",
    "turned": "raise FileNotFoundError(2, said, __file__ + os.getcwd() + sys.prefix + said)",
    "markup": "exec(compile('raise ValueError(said)', said.replace(chr(0), ''), 'exec'))",
    "page": "error = ValueError(said); error.__notes__ = [said]; raise error from ValueError(said)",
    "format": "sys.exit(said)\nraise ValueError(tell())\n%matplotlib " + PAGE + "\n!" + PAGE,
    "database": "return said\nraise OSError(2, 'no file', [sys.prefix + '/lib/' + tell()])",
    "bytes": "raise type('E' + str(x.flat[0]).replace('.', '_'), (ValueError,), {})",
    "long": "x[...] = 0; return [said, [said, [x.tolist()]]]",
}
NOTEBOOKS: Final = frozenset({"formula", "minus", "columns", "page", "terminal", "format"})
ZIPS: Final = frozenset({"at", "tab"})
HONEST: Final = "def standardize(x):\n    return (x - x.mean(axis=0)) / (x.std(axis=0) + 1e-7)\n"


def notebook_of(source: str) -> dict[str, Any]:
    """Return a notebook whose cells, metadata and stored outputs are hostile throughout."""
    data = {"text/plain": EVERYTHING, "text/html": PAGE, "image/svg+xml": PAGE, "application/javascript": SCRIPT}
    outputs = [
        {"output_type": "execute_result", "data": data, "metadata": {EVERYTHING: 1}, "execution_count": 1},
        {"output_type": "stream", "name": "stdout", "text": EVERYTHING},
        {"output_type": "error", "ename": EVERYTHING, "evalue": EVERYTHING, "traceback": [EVERYTHING]},
    ]
    answer = code(source, grade_id=EVERYTHING, grade=True, points=9, solution=False)
    answer.update(id=EVERYTHING, outputs=outputs)
    picture = {**text(f"{EVERYTHING}\n\n{PAGE}"), "attachments": {EVERYTHING: {"image/png": EVERYTHING}}}
    kernel = {"name": EVERYTHING, "display_name": PAGE, "language": PAGE}
    metadata = {"title": EVERYTHING, EVERYTHING: EVERYTHING, "kernelspec": kernel}
    return {"cells": [text(EVERYTHING), answer, picture], "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def hand_in(student: str, folder: Path) -> None:
    """Write what a student of the class hands in."""
    source, name = f"{TELLS}{ENDS[student]}\n", EVERYTHING.replace("/", "")
    work = json.dumps(notebook_of(source)) if student in NOTEBOOKS else source
    called = f"{NAME}.ipynb" if student in NOTEBOOKS else f"{NAME}.py"
    if student in ZIPS:
        with zipfile.ZipFile(folder / f"{name}.zip", "w") as archive:
            for member in (called, f"../{name}.py", f"{name}/{name}.py"):
                archive.writestr(member, work)
        return
    (folder / called).write_text(work, encoding="utf-8")
    (folder / f"{name}.py").write_text("import os\n", encoding="utf-8")
    (folder / f"{name}.txt").write_text(EVERYTHING, encoding="utf-8")
    (folder / f"{name}.pdf").symlink_to(ROOT)
    (folder / "timestamp.txt").write_text(EVERYTHING, encoding="utf-8")


@dataclass
class Class:
    """The class after it was graded both ways.

    Attributes
    ----------
    direct : Path
        Where `autograder grade` wrote its results, its gradebook and its notebooks.
    told : dict of str to str
        What each command said.
    """

    course: Path
    direct: Path
    told: dict[str, str] = field(default_factory=dict)


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory, nbgrader: Nbgrader, jupyter_environment: dict[str, str]) -> Class:
    """Grade the class by our own command and by nbgrader's, with feedback and every table."""
    found = Class(tmp_path_factory.mktemp("place") / "course", tmp_path_factory.mktemp("direct"))
    begin_course(found.course)
    with (found.course / "solutions" / NAME / "test_hidden.py").open("a", encoding="utf-8") as file:
        file.write(PLANTED)
    submitted = os.fsencode(found.course / "submitted")
    for student, called in {**NAMES, "honest": "honest"}.items():
        folder = Path(os.fsdecode(os.path.join(submitted, os.fsencode(called), NAME.encode())))  # noqa: PTH118
        folder.mkdir(parents=True)
        if student in ENDS:
            hand_in(student, folder)
        else:
            (folder / f"{NAME}.py").write_text(HONEST, encoding="utf-8")

    def ours(step: str, *arguments: str, **environment: str) -> None:
        done = subprocess.run(
            [sys.executable, "-m", "autograder", *arguments, "--course", str(found.course)],
            cwd=found.direct,
            env={**jupyter_environment, "LC_ALL": "C.UTF-8", **environment},
            capture_output=True,
            check=False,
            timeout=300,
        )
        found.told[step] = (done.stdout + done.stderr).decode("utf-8")

    def theirs(step: str, *arguments: str) -> None:
        done = nbgrader(found.course, step, *arguments, check=False)
        found.told[" ".join((step, *arguments))] = done.stdout + done.stderr

    whole = ("grade", str(found.course / "submitted"), "--gradebook", "gradebook.db")
    ours("grade", *whole, "--lang", "en", FORCE_COLOR="1", COLUMNS="200")
    ours("grade again", *whole, "--lang", "ko", COLUMNS="80")
    ours("check", "check", str(found.course / "submitted" / str(NAMES["format"]) / NAME), "--assignment", NAME)
    theirs("autograde", NAME)
    theirs("generate_feedback", NAME)
    theirs("export", "--to=own.csv")
    theirs("export", "--exporter=autograder.adapters.nbgrader.exporters.CanvasExport", "--to=canvas.csv")
    theirs("export", "--exporter=autograder.adapters.nbgrader.exporters.MoodleExport", "--to=moodle.csv")
    return found


UNNAMEABLE: Final = frozenset({"tab", "rows", "terminal", "turned", "bytes"})
"""Students whom nbgrader itself can't call by their names."""


def everything_of(data: Any) -> Iterator[str]:
    """Yield every text in JSON data, keys too."""
    if isinstance(data, str):
        yield data
    elif isinstance(data, dict):
        for key, value in data.items():
            yield from (key, *everything_of(value))
    elif isinstance(data, list):
        for value in data:
            yield from everything_of(value)


def rows_of(gradebook: Path) -> Iterator[tuple[str, list[Any]]]:
    """Yield the rows of a gradebook with the names of their tables."""
    with closing(sqlite3.connect(gradebook)) as database:
        tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in tables:
            for row in database.execute(f"SELECT * FROM [{table}]"):
                yield table, list(row)


def said_of_us(graded: Class) -> Iterator[tuple[str, str]]:
    """Yield every text of ours that a student may come to read, and where: one sentence at a time."""
    for line in (graded.direct / "graded" / "results.jsonl").read_bytes().splitlines():
        for said in everything_of(json.loads(line)):
            yield "results.jsonl", said
    for place in (graded.course, graded.direct):
        for table, row in rows_of(place / "gradebook.db"):
            yield from ((table, cell) for cell in row if table == "comment" and isinstance(cell, str))
        for path in (place / "autograded").rglob("*.ipynb"):
            for cell in json.loads(path.read_bytes())["cells"]:
                for said in everything_of([cell.get("outputs", []), cell["source"] if "notes" in cell["id"] else ""]):
                    yield str(path), said
    for path in (graded.course / "feedback").rglob("*.html"):
        page = path.read_text(encoding="utf-8")
        yield from ((str(path), line) for line in page[page.index("<body") :].splitlines())
    for path in graded.course.glob("*.csv"):
        yield from ((path.name, cell) for row in table_of(path) for cell in row)


def table_of(path: Path, delimiter: str = ",") -> list[list[str]]:
    """Read a table as a spreadsheet program does."""
    return list(csv.reader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline=""), delimiter=delimiter))


# --- the terminal and the files ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("step", ["grade", "grade again", "check", f"autograde {NAME}", f"generate_feedback {NAME}"])
def test_nothing_acts_on_a_terminal(graded: Class, step: str) -> None:
    """Beside what rich sends itself there is no control character, and no sign that turns the direction of writing."""
    told = graded.told[step]
    assert "siege" in told
    assert "\x1b[5m" not in told
    plain = re.sub(r"\r?\x1b\[(?:[\d;]*m|\?25[hl]|\d*[AK])", "", told)
    assert {sign for sign in plain if not sign.isprintable()} == {"\n"}
    assert "Traceback" not in told


def test_nothing_in_a_log_acts_on_a_terminal() -> None:
    """Neither what a message is made of nor an exception; lines stay lines."""
    fault = ValueError(EVERYTHING)
    record = Record("nbgrader", logging.ERROR, __file__, 1, "%s", (EVERYTHING,), (ValueError, fault, None))
    shown = logging.Formatter().format(record)
    assert shown.count("siege") == 2 * EVERYTHING.count("siege")
    assert {sign for sign in shown if not sign.isprintable()} == {"\n"}


def test_a_student_has_one_row(graded: Class) -> None:
    """No name adds a line to a table, or takes a style of its own."""
    told = graded.told["grade again"]
    rows = re.findall(r"^(.{1,18}?) +(\d+\.\d) {2}[✗✓!○?] ", told, re.MULTILINE)
    assert len(rows) == len(NAMES) + 1
    assert [points for name, points in rows if name == "honest"] == ["10.0"]
    assert "[blink]siege[bold]" in told


def test_a_line_is_a_result(graded: Class) -> None:
    """Whatever breaks lines in another reader's eyes does not, and every text can be shown anywhere."""
    whole = (graded.direct / "graded" / "results.jsonl").read_text(encoding="utf-8")
    results = [json.loads(line) for line in whole.splitlines()]
    assert {one["student"]: one["score"] for one in results if one["score"] > 2} == {"honest": 10.0}
    assert len(results) == len(NAMES) + 1
    summary = json.loads((graded.direct / "graded" / "summary.json").read_text(encoding="utf-8"))
    assert not [said for said in everything_of([*results, summary]) if not said.isprintable()]


# --- the gradebook, the notebooks, the pages --------------------------------------------------------------------------


def test_a_gradebook_holds_the_class_and_nothing_else(graded: Class) -> None:
    """Each student once, with the points of the work; no text of theirs but the name."""
    names = {printable(os.fsdecode(name)) for name in NAMES.values()} | {"honest"}
    left_out = {printable(os.fsdecode(NAMES[student])) for student in UNNAMEABLE}
    for place, expected in ((graded.direct, names), (graded.course, names - left_out)):
        rows = list(rows_of(place / "gradebook.db"))
        assert {row[0] for table, row in rows if table == "student"} == expected
        assert len([table for table, _ in rows if table == "grade"]) == len(expected)
        texts = [cell for _, row in rows for cell in row if isinstance(cell, str)]
        assert not [said for said in texts if "siege" in said and said not in expected and "<img" in said]
    for student in UNNAMEABLE:
        assert f"{printable(os.fsdecode(NAMES[student]))}/{NAME} was left out" in graded.told[f"autograde {NAME}"]


def test_a_notebook_shows_only_outputs_of_ours(graded: Class) -> None:
    """Valid, with points in the one grade cell, and nothing that a student stored or printed."""
    found = [path for place in (graded.course, graded.direct) for path in (place / "autograded").rglob("*.ipynb")]
    assert len(found) == 2 * (len(NAMES) + 1) - len(UNNAMEABLE)
    for path in found:
        notebook = nbformat.read(path, as_version=4)
        nbformat.validate(notebook)
        outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
        assert [output.output_type for output in outputs] == ["execute_result"]
        assert set(outputs[0].data) == {"text/plain", "text/html"}
        parser = Active()
        parser.feed(outputs[0].data["text/html"])
        assert not parser.found
        assert set(notebook.metadata) <= {"kernelspec", "language_info", "autograder_made"}


def test_nothing_runs_in_feedback(graded: Class) -> None:
    """No script, handler, frame or link of a student's is in the page."""
    pages = list((graded.course / "feedback").rglob("*.html"))
    assert len(pages) > len(NAMES) - len(UNNAMEABLE) - 2
    for path in pages:
        parser = Active()
        parser.feed(path.read_text(encoding="utf-8"))
        assert not parser.found, path


# --- tables -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["own", "canvas", "moodle"])
def test_nothing_runs_or_moves_in_a_spreadsheet(graded: Class, name: str) -> None:
    """Whatever a program takes for the delimiter, no cell begins as a formula does; points stay in their column."""
    path = graded.course / f"{name}.csv"
    for delimiter in ",;\t":
        cells = [cell.strip().strip('"') for row in table_of(path, delimiter) for cell in row]
        assert not [cell for cell in cells if re.match(r"[=+@\uff1d]|-(?!\d*$)", cell)], delimiter
    head, *rows = table_of(path)
    assert {len(row) for row in rows} == {len(head)}
    column = head.index({"own": "score", "canvas": NAME, "moodle": "Grade"}[name])
    scores = sorted(float(row[column]) for row in rows if "Points Possible" not in row[0])
    assert len(scores) == len(NAMES) + 1 - len(UNNAMEABLE)
    assert [score for score in scores if score > 2] == [10.0]


# --- what is hidden ---------------------------------------------------------------------------------------------------


def test_no_hidden_input_reaches_a_student(graded: Class) -> None:
    """Printed, raised, returned or spelt as a name: no sentence of ours holds it, in any way of writing it."""
    told = list(said_of_us(graded))
    assert len(told) > 1000
    digits = HIDDEN_INPUT.partition(".")[0]
    assert not [place for place, said in told if digits in re.sub(r"\D", "", said)]


def test_no_secret_and_no_place_of_the_machine_reaches_a_student(graded: Class) -> None:
    """Neither a line of a hidden check nor a path, the student's own working folder too."""
    places = {str(graded.course), str(graded.direct), str(ROOT), sys.prefix, str(Path.home()), "test_hidden"}
    for place, said in said_of_us(graded):
        assert SECRET not in said, place
        assert not [one for one in places if one in said], (place, said[:300])
