"""Downloads of learning platforms, collected by the command that instructors type."""

from __future__ import annotations

import io
import json
import sqlite3
import zipfile
from pathlib import Path
from typing import Any, Final

import pytest

from tests.nbgrader.conftest import CourseCopy, Nbgrader

NAME: Final = "gradient_descent"
ROSTER: Final = (
    "\ufeffStudent,ID,SIS User ID,SIS Login ID,Section,Linear regression (77)\n"
    "    Points Possible,,,,,10\n"
    '"Kim, Minji",101,2026001,kim01,A,\n'
    '"Choi, Yuna",103,2026003,choi01,A,\n'
    '"Nam, Somebody",107,2026007,nam01,A,\n'
)


def packed(*members: tuple[str, bytes | str]) -> bytes:
    """Return a zip of some files."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in members:
            archive.writestr(name, content)
    return target.getvalue()


def collect(nbgrader: Nbgrader, course: Path, zips: dict[str, bytes], *options: str, **environment: str) -> str:
    """Lay zips into the archive, collect, and return what the log says."""
    archive = course / "downloaded" / NAME / "archive"
    archive.mkdir(parents=True)
    for name, content in zips.items():
        (archive / name).write_bytes(content)
    done = nbgrader(course, "zip_collect", NAME, *options, LC_ALL="C.UTF-8", **environment)
    return done.stdout + done.stderr


def submitted(course: Path) -> dict[str, str]:
    """Return what was collected: the text of each file, by student and name."""
    root = course / "submitted"
    paths = sorted(path for path in root.rglob("*") if path.is_file())
    return {path.relative_to(root).as_posix().replace(f"/{NAME}/", ": "): path.read_text("utf-8") for path in paths}


def identities(course: Path) -> dict[str, dict[str, Any]]:
    """Return whom the exporters will know."""
    known: dict[str, dict[str, Any]] = json.loads((course / "downloaded" / NAME / "collected.json").read_text("utf-8"))
    return known


@pytest.fixture(scope="module")
def canvas(course_copy: CourseCopy, nbgrader: Nbgrader) -> tuple[Path, str]:
    """Collect a download of Canvas with all that may be in it."""
    course = course_copy(NAME)
    members: list[tuple[str, bytes | str]] = [
        ("kimminji_LATE_101_60002_gradient_descent-1.ipynb", "new"),
        ("kimminji_LATE_101_60001_gradient_descent.ipynb", "old"),
        ("이서준_102_60003_내 과제 (1).ipynb", "lee"),
        ("choiyuna_103_60004_gradient descent.py", "choi"),
        (
            "park_104_60005_hw.zip",
            packed(("hw/gradient_descent.ipynb", "park"), ("hw/timestamp.txt", "1999-01-01 UTC")),
        ),
        ("jung_105_60006_hw.zip", b"no zip"),
        ("oh_106_text.html", "typed"),
        ("team_107_60007_gradient_descent.ipynb", "team"),
        ("anon_Ab3dE_60008_gradient_descent.ipynb", "anon"),
        ("../../evil_108_60009_gradient_descent.ipynb", "evil"),
        ("minutes.pdf", "x"),
    ]
    log = collect(nbgrader, course, {"submissions.zip": packed(*members), "grades.csv": ROSTER.encode()})
    return course, log


def test_canvas_names_are_collected(canvas: tuple[Path, str]) -> None:
    """By the school's login where a table beside the zip tells it beyond doubt, else by Canvas's number."""
    course, _ = canvas
    assert submitted(course) == {
        "kim01: gradient_descent.ipynb": "new",
        "102: gradient_descent.ipynb": "lee",
        "choi01: gradient_descent.py": "choi",
        "104: gradient_descent.ipynb": "park",
        "105: hw.zip": "no zip",
        # On Canvas a group has the number of one of its members, whose name it has not.
        "107: gradient_descent.ipynb": "team",
        "anon_Ab3dE: gradient_descent.ipynb": "anon",
    }


def test_what_was_not_clear_is_told(canvas: tuple[Path, str]) -> None:
    """Lateness, older files, texts, other names and dangerous ones: one sentence each, and nobody fails for another."""
    _, log = canvas
    for sentence in (
        "kimminji (kim01): Canvas marks it as late",
        "kimminji (kim01): handed in more than once: gradient_descent-1.ipynb counts, the newest; gradient",
        "102: 내 과제 (1).ipynb is taken as gradient_descent.ipynb",
        "oh (106): a text was typed into Canvas, and no file was handed in",
        "minutes.pdf: not named as Canvas, Moodle and Blackboard name what was handed in",
        "evil_108_60009_gradient_descent.ipynb has a name that leads out of its zip archive",
    ):
        assert sentence in log
    assert "Traceback" not in log


def test_the_platform_s_numbers_and_names_are_kept(canvas: tuple[Path, str]) -> None:
    """For exporters in a table, for people in the gradebook."""
    course, _ = canvas
    known = identities(course)
    assert known["kim01"] == {"platform": "Canvas", "number": "101", "name": "Kim, Minji", "late": True}
    assert known["102"] == {"platform": "Canvas", "number": "102", "name": "이서준", "late": False}
    with sqlite3.connect(course / "gradebook.db") as database:
        names = dict(database.execute("SELECT id, last_name FROM student"))
    database.close()
    assert names["kim01"] == "Kim, Minji"
    assert names["102"] == "이서준"


def test_moodle_names_are_collected(course_copy: CourseCopy, nbgrader: Nbgrader) -> None:
    """Folders and flat files, by the worksheet's ID number where names and numbers agree; typed texts are clutter."""
    course = course_copy(NAME)
    worksheet = (
        "식별자,성명,ID 번호,이메일 주소,성적,최대 성적,마지막 수정됨(성적),피드백 코멘트\n"
        "참가자201,Kim Minji,2026001,kim@example.org,,10,-,\n"
        "참가자202,이 서준,2026002,lee@example.org,,10,-,\n"
        "참가자17,Park Jiho,2026017,park@example.org,,10,-,\n"
    )
    download = packed(
        ("Kim Minji_201_assignsubmission_file_/gradient_descent.ipynb", "kim"),
        ("Kim Minji_201_assignsubmission_file_/src/util.py", "util"),
        ("Kim Minji_201_assignsubmission_onlinetext_/onlinetext.html", "typed"),
        ("이 서준_202_assignsubmission_file_gradient_descent.py", "lee"),
        ("Team A_17_assignsubmission_file_/gradient_descent.ipynb", "team"),
        ("김민지_203_assignsubmission_file_/gradient_descent.ipynb", "one"),
        ("김민지_204_assignsubmission_file_/gradient_descent.ipynb", "other"),
    )
    zips = {"DL-Gradient-9.zip": download, "worksheet.csv": worksheet.encode()}
    earlier = {"2026009": {"platform": "Moodle", "number": "209", "name": "Oh Hana", "late": False}}
    (course / "downloaded" / NAME).mkdir(parents=True)
    (course / "downloaded" / NAME / "collected.json").write_text(json.dumps(earlier), encoding="utf-8")
    log = collect(nbgrader, course, zips)
    assert submitted(course) == {
        "2026001: gradient_descent.ipynb": "kim",
        "2026001: src/util.py": "util",
        "2026002: gradient_descent.py": "lee",
        # The number of a group is not the participant's who has the same one.
        "Team A_17: gradient_descent.ipynb": "team",
        "김민지_203: gradient_descent.ipynb": "one",
        "김민지_204: gradient_descent.ipynb": "other",
    }
    assert identities(course)["2026001"]["number"] == "201"
    assert identities(course)["2026009"] == earlier["2026009"]
    assert "onlinetext" not in "".join(line for line in log.splitlines() if "not named as" in line)


def test_blackboard_names_are_collected(course_copy: CourseCopy, nbgrader: Nbgrader) -> None:
    """The last attempt with files counts, in the platform's zone; another assignment's stays out."""
    course = course_copy(NAME, "layers")
    receipt = "Name: Lee Seojun ({login})\nAssignment: HW\n\nFiles:\n"
    prefix = "gradebook_2026-DL_gradient5fdescent"
    download = packed(
        (f"{prefix}_kim01_attempt_2026-03-01-10-20-30_gradient_descent.ipynb", "old"),
        (f"{prefix}_kim01_attempt_2026-03-02-08-00-00_gradient_descent.ipynb", "new"),
        (f"{prefix}_kim01_attempt_2026-03-02-08-00-00.txt", receipt.format(login="kim01")),
        ("HW_lee_01_attempt_2026-03-01-00-00-00_gradient_descent.py", "lee"),
        ("HW_lee_01_attempt_2026-03-01-00-00-00.txt", receipt.format(login="lee_01")),
        ("layers_choi_attempt_2026-03-01-00-00-00_work.py", "choi"),
    )
    zips = {"gradebook_2026-DL_gradient5fdescent_2026-03-05-10-00-00.zip": download, "broken.zip": b"PK"}
    log = collect(nbgrader, course, zips, "--Collector.timezone=Asia/Seoul")
    assert submitted(course) == {
        "kim01: gradient_descent.ipynb": "new",
        "kim01: timestamp.txt": "2026-03-01 23:00:00",
        "lee_01: gradient_descent.py": "lee",
        "lee_01: timestamp.txt": "2026-02-28 15:00:00",
    }
    assert "choi was left out: this was handed in for layers" in log
    assert "broken.zip is not a zip archive or is damaged" in log
    assert "(2026-03-01 10:20:30) came before" in log


def test_other_names_are_collected_by_the_instructor_s_own_rule(course_copy: CourseCopy, nbgrader: Nbgrader) -> None:
    """By `named_regexp`, as ever in nbgrader; and the log speaks the language of the locale."""
    course = course_copy(NAME)
    (course / "nbgrader_config.py").write_text(
        (course / "nbgrader_config.py").read_text("utf-8")
        + "\nc.FileNameCollectorPlugin.named_regexp = r'.*/(?P<student_id>\\w+)-(?P<file_id>\\w+)\\.ipynb'\n",
        encoding="utf-8",
    )
    download = packed(("kim01-gradient_descent.ipynb", "kim"), ("lee_LATE_12_34567_gradient_descent.ipynb", "lee"))
    archive = course / "downloaded" / NAME / "archive"
    archive.mkdir(parents=True)
    (archive / "all.zip").write_bytes(download)
    done = nbgrader(course, "zip_collect", NAME, LC_ALL="ko_KR.UTF-8", PYTHONUTF8="1")
    assert submitted(course) == {"kim01: gradient_descent.ipynb": "kim", "12: gradient_descent.ipynb": "lee"}
    assert "lee (12): Canvas" in done.stderr
    assert "marks it as late" not in done.stderr
