"""Files as they were handed in, on disk or inside a zip, read with bounds."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

from autograder.errors import SubmissionError
from autograder.messages import Message, say
from autograder.submissions.names import is_clutter, printable

if TYPE_CHECKING:
    from collections.abc import Iterator

LARGEST: Final = 10 * 2**20
"""Bytes of one source file."""
LARGEST_ARCHIVE: Final = 50 * 2**20
"""Bytes of a student's zip, and of all that is read for one submission."""
DEEPEST: Final = 12
"""Folders within folders."""


@dataclass(frozen=True)
class Member:
    """Where a zip keeps one file.

    Attributes
    ----------
    offset : int
        Of its local header, in bytes.
    packed : int
        Bytes in the zip.
    method : int
        0 stored, 8 deflated.
    """

    offset: int
    packed: int
    method: int
    crc: int


@dataclass(frozen=True)
class File:
    """One file that was handed in; nothing is read before `read_file`.

    Attributes
    ----------
    name : str
        Relative and printable, with ``/`` between the parts. An empty folder
        is told by a name that ends with ``/``.
    size : int
        Bytes, as the disk or the zip says.
    modified : float
        Seconds since 1970; 0 if unknown.
    place : Path or bytes
        The file, or the zip around it.
    member : Member or None
        Where it is in the zip.
    problem : Message or None
        Why it can't be read.
    """

    name: str
    size: int
    modified: float
    place: Path | bytes = field(repr=False)
    member: Member | None = None
    problem: Message | None = None

    @property
    def parts(self) -> tuple[str, ...]:
        """The names of the folders and of the file."""
        return tuple(self.name.split("/"))

    @property
    def is_empty_folder(self) -> bool:
        """Whether it stands for a folder with nothing in it."""
        return self.name.endswith("/")


def describe(path: Path, name: str) -> File:
    """Look at a file on disk without opening it.

    Links are not followed: what they point at was not handed in.
    """
    try:
        status = path.lstat()
    except (OSError, ValueError) as fault:
        return File(name, 0, 0.0, path, problem=_unreadable(name, fault))
    problem = None
    if stat.S_ISLNK(status.st_mode):
        problem = say("{file} is a link and is not followed: hand in the file itself", file=name)
    elif stat.S_ISDIR(status.st_mode):
        problem = say("{file} is a folder where a file should be", file=name)
    elif not stat.S_ISREG(status.st_mode):
        problem = say("{file} is not an ordinary file (a device or a pipe)", file=name)
    return File(name, status.st_size, status.st_mtime, path, problem=problem)


def walk(folder: Path) -> list[File]:
    """List the files under a folder, sorted by name, without what tools leave behind."""
    return sorted(_walk(folder, ()), key=lambda file: file.name)


def _walk(folder: Path, above: tuple[str, ...]) -> Iterator[File]:
    shown = "/".join(above)
    try:
        with os.scandir(folder) as entries:
            inside = [entry for entry in entries if not is_clutter(entry.name)]
    except OSError as fault:
        yield File(f"{shown}/", 0, 0.0, folder, problem=_unreadable(shown, fault))
        return
    if above and (not inside or len(above) > DEEPEST):
        yield File(f"{shown}/", 0, 0.0, folder)
        return
    for entry in inside:
        name = (*above, printable(entry.name).replace("/", "_"))
        path = Path(folder, entry.name)
        if _is_folder(entry):
            yield from _walk(path, name)
        else:
            yield describe(path, "/".join(name))


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir(follow_symlinks=False)
    except OSError:  # where a disk doesn't tell kinds in its lists: looked at once more, it is told of
        return False


def opened(path: Path, name: str) -> IO[bytes]:
    """Open a file on disk that must be an ordinary one.

    Raises
    ------
    SubmissionError
        If it is not, or can't be opened. A pipe or a device does not block.
    """
    # The file may have changed since it was described: all is asked again of what was opened.
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    try:
        descriptor = os.open(path, flags)
    except (OSError, ValueError) as fault:
        raise SubmissionError(_unreadable(name, fault)) from fault
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise SubmissionError(say("{file} is not an ordinary file (a device or a pipe)", file=name))
    return os.fdopen(descriptor, "rb")


def read_path(path: Path, name: str, most: int = LARGEST) -> bytes:
    """Read a file on disk that must be an ordinary one of bounded size.

    Raises
    ------
    SubmissionError
        If it is not, or can't be read.
    """
    data = read_start(path, name, most + 1)
    if len(data) > most:
        raise SubmissionError(too_large(name, max(len(data), describe(path, name).size), most))
    return data


def read_start(path: Path, name: str, most: int) -> bytes:
    """Read the first bytes of an ordinary file on disk, however large it is; raises as `read_path` does."""
    with opened(path, name) as stream:
        try:
            return stream.read(most)
        except OSError as fault:
            raise SubmissionError(_unreadable(name, fault)) from fault


def too_large(name: str, size: int, most: int) -> Message:
    """Say that a file is too large to be read."""
    return say(
        "{file} is too large: {size:.1f} MB, at most {most:.0f} MB are read; clear the outputs of the notebook,"
        " leave data files out",
        file=name,
        size=size / 2**20,
        most=most / 2**20,
    )


def _unreadable(name: str, fault: Exception) -> Message:
    reason = getattr(fault, "strerror", None) or str(fault)
    return say("{file} can't be read: {reason}", file=name, reason=reason)
