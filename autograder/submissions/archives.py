"""Zip archives: listed and read in memory, never unpacked to a disk.

`zipfile` reads the table of contents; the members are unpacked here, because
its reader believes the sizes that an archive claims and opens other methods of
packing whose bombs it can't bound.
"""

from __future__ import annotations

import calendar
import os
import re
import stat
import struct
import zipfile
import zlib
from io import BytesIO
from typing import IO, TYPE_CHECKING, Final

from autograder.errors import SubmissionError
from autograder.messages import Message, say
from autograder.submissions.files import DEEPEST, LARGEST, File, Member, opened, read_path, read_start, too_large
from autograder.submissions.names import is_clutter, printable, suffix

if TYPE_CHECKING:
    from pathlib import Path

MOST_MEMBERS: Final = 2000
"""Files in a student's zip."""
MOST_MEMBERS_OF_CLASS: Final = 50_000
"""Files in the zip of a whole class, which the instructor names."""

_BYTES_PER_ENTRY: Final = 512
_TAIL: Final = 2**17
"""Bytes at the end of a zip that may have to be read to find its table of contents."""
_OVERHEAD: Final = 2**10
"""Bytes that packing may add to what can't be made smaller, a table of codes among them."""
_ENTRY: Final = b"PK\1\2"
_LOCAL_HEADER: Final = struct.Struct("<4s5H3L2H")
_DAMAGED: Final = (
    zipfile.BadZipFile,
    OSError,
    ValueError,
    OverflowError,
    EOFError,
    RuntimeError,
    struct.error,
    zlib.error,
    MemoryError,
)


def list_archive(place: Path | bytes, name: str, most: int = MOST_MEMBERS) -> list[File]:
    """List the files of a zip without unpacking one.

    Parameters
    ----------
    place : Path or bytes
        The zip.
    name : str
        How messages call it.
    most : int
        Number of members that are accepted.

    Returns
    -------
    list of File
        Sorted by name; a member that may not be read carries its `problem`.

    Raises
    ------
    SubmissionError
        If it is not a zip, is damaged, or lists too much.
    """
    try:
        with _opened(place, name) as stream:
            size = stream.seek(0, os.SEEK_END)
            with zipfile.ZipFile(_Contents(stream, name, most)) as archive:
                infos = archive.infolist()
        # Members that share their bytes: a few megabytes would unpack to terabytes.
        if sum(info.compress_size for info in infos) > size:
            raise zipfile.BadZipFile(name)
    except _DAMAGED as fault:
        raise SubmissionError(
            say("{file} is not a zip archive or is damaged: pack the files again and hand it in once more", file=name),
        ) from fault
    files = [_describe(info, place) for info in infos]
    files = [
        file
        for file in files
        if not (file.is_empty_folder and file.problem) and not any(is_clutter(part) for part in file.parts if part)
    ]
    # A folder is told of only where nothing is in it.
    filled = {
        "/".join(file.parts[:depth]) for file in files for depth in range(1, len(file.parts) - file.is_empty_folder)
    }
    return sorted((file for file in files if file.name.rstrip("/") not in filled), key=lambda file: file.name)


def read_file(file: File, most: int = LARGEST) -> bytes:
    """Read a file, wherever it is, up to a number of bytes.

    Raises
    ------
    SubmissionError
        If it has a problem, is too large or damaged.
    """
    if file.problem:
        raise SubmissionError(file.problem)
    if file.member is None:
        if isinstance(file.place, bytes):  # a file that was read when it was found
            return file.place
        return read_path(file.place, file.name, most)
    data = _unpack(file, file.member, min(most, file.size))
    if len(data) > most:
        raise SubmissionError(too_large(file.name, file.size, most))
    if len(data) != file.size or zlib.crc32(data) != file.member.crc:
        raise SubmissionError(_damaged(file))
    return data


def read_head(file: File, most: int) -> bytes:
    """Read the beginning of a file, wherever it is and however large it is.

    Raises
    ------
    SubmissionError
        If it can't be read.
    """
    if file.problem:
        raise SubmissionError(file.problem)
    if file.member is not None:
        return _unpack(file, file.member, most)[:most]
    return file.place[:most] if isinstance(file.place, bytes) else read_start(file.place, file.name, most)


def _unpack(file: File, member: Member, most: int) -> bytes:
    """Return what a member holds, or its first `most` + 1 bytes."""
    try:
        with _opened(file.place, file.name) as stream:
            stream.seek(member.offset)
            header = _LOCAL_HEADER.unpack(stream.read(_LOCAL_HEADER.size))
            if header[0] != b"PK\3\4":
                raise zipfile.BadZipFile(header[0])
            stream.seek(header[-2] + header[-1], os.SEEK_CUR)
            packed = stream.read(min(member.packed, 2 * most + _OVERHEAD))
        if member.method == zipfile.ZIP_STORED:
            return packed[: most + 1]
        return zlib.decompressobj(-15).decompress(packed, most + 1)
    except _DAMAGED as fault:
        raise SubmissionError(_damaged(file)) from fault


def _damaged(file: File) -> Message:
    return say("{file} is damaged inside its zip archive", file=file.name)


def _opened(place: Path | bytes, name: str) -> IO[bytes]:
    return BytesIO(place) if isinstance(place, bytes) else opened(place, name)


class _Contents:
    """What `zipfile` sees of an archive: no more of its table of contents than is accepted.

    Whatever the end of an archive says of the table, in the form for large
    archives too, is passed over: what counts is what is read.
    """

    def __init__(self, stream: IO[bytes], name: str, most: int) -> None:
        self._stream, self._name, self._most = stream, name, most
        self.seek, self.tell = stream.seek, stream.tell

    def read(self, count: int = -1) -> bytes:
        bound = max(self._most * _BYTES_PER_ENTRY, _TAIL)
        data = self._stream.read(bound + 1 if count < 0 else min(count, bound + 1))
        if len(data) > bound or data.count(_ENTRY) > self._most:
            raise SubmissionError(_too_many(self._name, self._most))
        return data


def _too_many(name: str, most: int) -> Message:
    return say("{file} lists too much: at most {most} files in a zip archive are looked at", file=name, most=most)


def _describe(info: zipfile.ZipInfo, place: Path | bytes) -> File:
    raw = _decoded_name(info)
    parts = raw.split("/")
    inner = [part for part in parts if part not in {"", ".", ".."}] or ["unnamed"]
    kept = [printable(part) for part in inner[-DEEPEST - 1 :]]
    name = "/".join(kept)
    problem = None
    if not parts[0] or ".." in parts or re.match(r"[A-Za-z]:", raw):
        # Only its last part is kept: it may claim a place, not take another student's.
        name = kept[-1] + "/" * raw.endswith("/")
        problem = say("{file} has a name that leads out of its zip archive: {name}", file=name, name=printable(raw))
    elif len(kept) > DEEPEST:
        name, problem = kept[-1], say("{file} lies in too many folders", file=kept[-1])
    elif raw.endswith("/"):
        name += "/"
    return File(
        name,
        info.file_size,
        _modified(info),
        place,
        Member(info.header_offset, info.compress_size, info.compress_type, info.CRC),
        problem or _problem(info, name),
    )


def _problem(info: zipfile.ZipInfo, name: str) -> Message | None:
    if info.flag_bits & 0x41:
        return say("{file} is locked with a password", file=name)
    kind = stat.S_IFMT(info.external_attr >> 16)
    if info.create_system == 3 and kind not in {0, stat.S_IFREG, stat.S_IFDIR}:  # noqa: PLR2004 - 3 is Unix
        return say("{file} is a link and is not followed: hand in the file itself", file=name)
    if info.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        return say("{file} is packed in an unusual way: use an ordinary zip", file=name)
    if info.file_size > LARGEST and suffix(name) != ".zip":
        return too_large(name, info.file_size, LARGEST)
    return None


def _decoded_name(info: zipfile.ZipInfo) -> str:
    r"""Return a member's name with ``/`` between its parts.

    Without the flag for UTF-8, `zipfile` reads names as cp437, but Windows in
    Korea writes CP949 and macOS writes UTF-8 without saying so.
    """
    name = info.orig_filename
    if not info.flag_bits & 0x800:
        raw = name.encode("cp437", "replace")
        for codec in "utf-8", "cp949", "cp932":
            try:
                name = raw.decode(codec)
                break
            except UnicodeDecodeError:
                continue
    return name.replace("\\", "/")


def _modified(info: zipfile.ZipInfo) -> float:
    try:
        return float(calendar.timegm((*info.date_time, 0, 0, 0)))
    except (ValueError, OverflowError):
        return 0.0
