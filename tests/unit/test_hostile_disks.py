"""A folder may hold anything, and change while it is read: nothing is followed, nothing blocks, nobody else loses."""

from __future__ import annotations

import contextlib
import os
import re
import socket
import stat
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from autograder.assignments import Course, find_course
from autograder.errors import SubmissionError
from autograder.submissions import candidate_at, find_submissions, read_submission
from autograder.submissions.archives import list_archive, read_file, read_head
from autograder.submissions.files import LARGEST, describe, read_path, walk
from tests.unit.hostile import ADD, pack, write_course

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs the kinds of files that Unix has")


@pytest.fixture
def course(tmp_path: Path) -> Course:
    """Make a course."""
    return find_course(write_course(tmp_path / "course"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Make the folder of a class in which one student is honest."""
    folder = tmp_path / "class"
    folder.mkdir()
    (folder / "honest.py").write_text(ADD)
    return folder


def reasons_of(folder: Path, course: Course) -> dict[str, str]:
    """Read all submissions of a class; return what is said of each, by student."""
    told = {}
    for candidate in find_submissions([folder], course, "sums").candidates:
        try:
            told[candidate.student] = read_submission(candidate, course.assignment("sums")).cells[0].source
        except SubmissionError as fault:
            told[candidate.student] = str(fault)
    return told


def bind(path: Path) -> None:
    """Make a socket, whose path must be short."""
    here = Path.cwd()
    os.chdir(path.parent)
    try:
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(path.name)
    finally:
        os.chdir(here)


def make_device(path: Path) -> None:
    """Make a device that gives zeros for ever; a link to one for whoever may not."""
    try:
        os.mknod(path, 0o644 | stat.S_IFCHR, os.makedev(1, 5))
    except OSError:
        path.symlink_to("/dev/zero")


def resize(path: Path, size: int) -> None:
    """Let a file be so long, without the room for it on the disk."""
    path.touch()
    os.truncate(path, size)


KINDS: Final[dict[str, tuple[Callable[[Path], Any], str]]] = {
    "pipe": (os.mkfifo, "a device or a pipe"),
    "socket": (bind, "a device or a pipe"),
    "device": (make_device, "a device or a pipe|is a link"),
    "link": (lambda path: path.symlink_to("/etc/passwd"), "is a link"),
    "link to itself": (lambda path: path.symlink_to(path.name), "is a link"),
    "link to nothing": (lambda path: path.symlink_to("nothing"), "is a link"),
    "link to the class": (lambda path: path.symlink_to("."), "is a link"),
    "link to the honest": (lambda path: path.symlink_to("honest.py"), "is a link"),
    "folder": (Path.mkdir, "nothing was handed in"),
    "endless": (lambda path: resize(path, 2**40), "too large"),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["eve.py", "eve.ipynb", "eve.zip"])
def test_what_is_no_file_is_refused_and_the_others_are_read(folder: Path, course: Course, kind: str, name: str) -> None:
    """In the place of a file, of a notebook and of a zip."""
    make, reason = KINDS[kind]
    make(folder / name)
    told = reasons_of(folder, course)
    assert told.keys() == {"honest", "eve"}
    assert told["honest"] == ADD
    reason = "is not a zip" if (kind, name) == ("endless", "eve.zip") else reason
    assert re.search(reason, told["eve"])


def become(change: Callable[[Path], Any]) -> Callable[[Path], None]:
    """Put something else in the place of a file."""

    def changed(path: Path) -> None:
        path.unlink()
        change(path)

    return changed


CHANGES: Final[dict[str, Callable[[Path], Any]]] = {
    "goes away": Path.unlink,
    "grows": lambda path: resize(path, 9 * LARGEST),
    "shrinks": lambda path: resize(path, 9),
    "becomes a pipe": become(os.mkfifo),
    "becomes a link": become(lambda path: path.symlink_to("/dev/zero")),
    "becomes a folder": become(Path.mkdir),
    "becomes a device": become(make_device),
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("name", ["eve.py", "eve.zip"])
def test_a_file_that_changes_before_it_is_read_is_refused(tmp_path: Path, change: str, name: str) -> None:
    """What is opened is looked at once more, before it could block or follow."""
    path = tmp_path / name
    path.write_bytes(pack(("sums.py", ADD.encode() * 99)))
    listed = list_archive(path, name) if name.endswith(".zip") else [describe(path, name)]
    CHANGES[change](path)
    for file in listed:
        if change == "shrinks" and file.member is None:
            assert len(read_file(file)) == 9
        elif change == "grows" and file.member:
            assert read_file(file) == ADD.encode() * 99  # nothing of it was changed
        else:
            with pytest.raises(SubmissionError):
                read_file(file)
        if change not in {"grows", "shrinks"}:
            with pytest.raises(SubmissionError):
                read_head(file, 9)
    if name.endswith(".zip") and change != "grows":
        with pytest.raises(SubmissionError):
            list_archive(path, name)


def test_a_file_is_read_up_to_the_bound(tmp_path: Path) -> None:
    """One byte more is too much, and the sentence tells the size."""
    path = tmp_path / "eve.py"
    path.write_bytes(b"x" * 20)
    assert read_path(path, "eve.py", 20) == b"x" * 20
    with pytest.raises(SubmissionError, match=r"0\.0 MB, at most 0 MB"):
        read_path(path, "eve.py", 19)


NAMES: Final = [
    *(b"n" * 252 + b".py", "김".encode("cp949") + b".py", b"\xff\xfe.py", b"\x1b[2J\x07.py", b"\xe2\x80\xaeyp.mik.py"),
    *(b"a\nb.py", b" .py", b"-rf.py", b"$(reboot).py", b"=1+1.py", b"Honest.py"),
    *(b"\xe1\x84\x80\xe1\x85\xb5.py", b"\xea\xb8\xb0.py"),
]


@pytest.mark.skipif(sys.platform != "linux", reason="the disk must take any bytes as a name")
def test_hostile_names_hide_nobody(folder: Path, course: Course) -> None:
    """Each is read, under a name that can be shown; twins by case or composition are one student."""
    for name in NAMES:
        (folder / os.fsdecode(name)).write_text(ADD)
    told = reasons_of(folder, course)
    assert set(told.values()) == {ADD}
    assert len(told) == 1 + len(NAMES) - 2
    for student in told:
        assert student.isprintable()
        assert student.strip()
        assert student.encode()


def test_folders_in_folders_end_somewhere(folder: Path, course: Course) -> None:
    """What lies too deep is not walked into."""
    deep = folder / "eve"
    for _ in range(300):
        deep /= "d" * 9
        deep.mkdir(parents=True)
        (deep / "more.py").write_text(ADD)
    assert len(walk(folder)) < 20
    assert reasons_of(folder, course)["honest"] == ADD


@pytest.mark.parametrize("made", ["a circle of links", "a name that is too long", "a name with a NUL in it"])
def test_a_path_that_can_not_be_is_told_of(tmp_path: Path, course: Course, made: str) -> None:
    """A single file is asked for by a path that no disk can hold."""
    path = tmp_path / {"a circle of links": "loop.py", "a name that is too long": "n" * 5000}.get(made, "a\0.py")
    if made == "a circle of links":
        path.symlink_to(path)
    with pytest.raises(SubmissionError, match=r"can't be read|is a link"):
        read_submission(candidate_at(path, "sums"), course.assignment("sums"))
    assert find_submissions([path], course, "sums").candidates == []


def test_a_folder_that_does_not_tell_the_kinds_of_its_files_is_read(
    folder: Path, course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some network disks don't, and asking for it may fail."""

    class Silent:
        def __init__(self, entry: os.DirEntry[str]) -> None:
            self.name = entry.name

        def is_dir(self, *, follow_symlinks: bool) -> bool:
            raise PermissionError(13, f"Permission denied ({follow_symlinks})")

    real = os.scandir

    @contextlib.contextmanager
    def silent(path: Path) -> Iterator[list[Silent]]:
        with real(path) as entries:
            yield [Silent(entry) for entry in entries]

    monkeypatch.setattr(os, "scandir", silent)
    assert reasons_of(folder, course) == {"honest": ADD}
