"""`nbgrader collect` takes ordinary files from an exchange in which everybody can put anything."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Final

import pytest

from tests.nbgrader.answers import filled
from tests.nbgrader.conftest import CourseCopy, Nbgrader

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="nbgrader has no exchange on Windows")

NAME: Final = "gradient_descent"
COURSE: Final = "deep-learning"
TIME: Final = "2026-03-02 12:00:00 UTC"
STUDENTS: Final = ("bent01", "empty01", "honest01", "linking01", "odd01")
Collected = tuple[Path, str]


@pytest.fixture(scope="module")
def collected(course_copy: CourseCopy, nbgrader: Nbgrader, tmp_path_factory: pytest.TempPathFactory) -> Collected:
    """Return a course that collected from a hostile exchange, and what the log said."""
    course, exchange = course_copy(NAME), tmp_path_factory.mktemp("exchange")
    inbound = exchange / COURSE / "inbound"
    inbound.mkdir(parents=True)
    secret = course / "solutions" / NAME
    for student in STUDENTS:
        folder = inbound / f"{student}+{NAME}+{TIME}+abc"
        folder.mkdir()
        (folder / "notes.txt").write_text("mine", encoding="utf-8")
        (folder / "timestamp.txt").write_text(TIME, encoding="utf-8")
        (folder / "submission_secret.txt").write_text("known", encoding="utf-8")
    bent, empty, honest, linking, odd = (inbound / f"{student}+{NAME}+{TIME}+abc" for student in STUDENTS)
    (bent / "timestamp.txt").write_bytes(b"\xff once")
    for path in empty.iterdir():
        path.unlink()
    notebook = course / "assignments" / NAME / f"{NAME}.ipynb"
    (honest / notebook.name).write_text(str(filled(notebook, {})), encoding="utf-8")
    for name in ("timestamp.txt", "submission_secret.txt"):
        (linking / name).unlink()
    targets = {"x.html": "test_hidden.py", notebook.name: notebook.name, "timestamp.txt": f"{NAME}.py", "all": ""}
    for name, target in {**targets, "submission_secret.txt": "test_hidden.py"}.items():
        (linking / name).symlink_to(secret / target)
    (linking / "zero.txt").symlink_to("/dev/zero")
    os.mkfifo(odd / "pipe.html")
    with (odd / "sparse.txt").open("wb") as file:
        file.truncate(10**12)
    (inbound / f"folder01+{NAME}+{TIME}+abc").symlink_to(secret, target_is_directory=True)
    (inbound / f"broken01+{NAME}+{TIME}+abc").symlink_to("nowhere")
    for name in (f"junk01+{NAME}+yesterday", f"+{NAME}+{TIME}", f"honest01+{NAME}+zzz"):
        (inbound / name).mkdir()
    settings = (f"--Exchange.root={exchange}", f"--course={COURSE}", "--CollectApp.check_owner=False")
    done = nbgrader(course, "collect", NAME, *settings)
    return course, done.stdout + done.stderr


def files(collected: Collected, student: str) -> dict[str, bytes]:
    """Return what was collected of a student."""
    folder = collected[0] / "submitted" / student / NAME
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_everybody_is_collected_and_nobody_else(collected: Collected) -> None:
    """Folders that are none, or whose names say nothing, stop nobody's from being collected."""
    assert {path.name for path in (collected[0] / "submitted").iterdir()} == set(STUDENTS)
    assert "Traceback" not in collected[1]
    for name in ("folder01", "broken01", "junk01", ""):
        assert f"{name}+{NAME}" in collected[1]


def test_an_honest_submission_is_copied_as_it_is(collected: Collected) -> None:
    """Its files, its time and its secret are the student's."""
    found = files(collected, "honest01")
    assert set(found) == {f"{NAME}.ipynb", "notes.txt", "timestamp.txt", "submission_secret.txt"}
    assert (found["timestamp.txt"].decode(), found["submission_secret.txt"]) == (TIME, b"known")


def test_no_link_is_followed(collected: Collected) -> None:
    """Of a submission that links to solutions, to hidden checks and to a device, its own file is left."""
    found = files(collected, "linking01")
    assert set(found) == {"notes.txt", "timestamp.txt", "submission_secret.txt"}
    assert not [text for text in found.values() if b"import" in text]
    assert "x.html was left out" in collected[1]


def test_what_is_no_file_or_too_large_is_left_out(collected: Collected) -> None:
    """A pipe makes nobody wait, and a file without an end fills no disk."""
    assert set(files(collected, "odd01")) == {"notes.txt", "timestamp.txt", "submission_secret.txt"}


@pytest.mark.parametrize("student", ["bent01", "empty01", "linking01"])
def test_what_nbgrader_needs_is_completed(collected: Collected, student: str) -> None:
    """The time is the one that the folder's name tells, and a secret is there, which nobody knows."""
    found = files(collected, student)
    assert found["timestamp.txt"].startswith(b"2026-03-02 12:00:00")
    assert (found["submission_secret.txt"] == b"known") == (student == "bent01")
    assert len(found["submission_secret.txt"]) >= len("known")
