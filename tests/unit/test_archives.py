"""A zip is listed and read in memory; no member leads out, blows up or blocks."""

from __future__ import annotations

import io
import os
import random
import stat
import struct
import zipfile
import zlib
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.errors import SubmissionError
from autograder.submissions.archives import MOST_MEMBERS, list_archive, read_file, read_head
from autograder.submissions.files import LARGEST
from tests.unit.hostile import raw_zip, short_end, table_entry

if TYPE_CHECKING:
    from pathlib import Path


def pack(*members: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Make a zip of names and contents."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return buffer.getvalue()


def problem_of(data: bytes) -> str:
    """Return the problem of a zip's only member, in English."""
    (file,) = list_archive(data, "kim.zip")
    assert file.problem
    with pytest.raises(SubmissionError):
        read_file(file)
    return file.problem["en"]


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_members_are_listed_and_read(tmp_path: Path, method: int) -> None:
    """The same from a disk and from memory; what tools leave behind is not listed."""
    members = [
        ("b/x.py", b"x = 1\n" * 99),
        ("a.py", b""),
        ("__MACOSX/._a.py", b"?"),
        ("b/.DS_Store", b"?"),
        ("b/__pycache__/x.pyc", b"?"),
    ]
    data = pack(*members, method=method)
    path = tmp_path / "kim.zip"
    path.write_bytes(data)
    for place in path, data:
        files = list_archive(place, "kim.zip")
        assert [file.name for file in files] == ["a.py", "b/x.py"]
        assert [read_file(file) for file in files] == [b"", b"x = 1\n" * 99]
        assert all(file.modified > 0 for file in files)


def test_a_zip_behind_other_bytes_is_read() -> None:
    """What stands before the archive moves its offsets."""
    (file,) = list_archive(b"#!/bin/sh\n" * 7 + pack(("a.py", b"x = 1")), "kim.zip")
    assert read_file(file) == b"x = 1"


def test_only_empty_folders_are_listed() -> None:
    """A folder with files needs no entry of its own."""
    names = [
        file.name
        for file in list_archive(pack(("a/", b""), ("a/x.py", b""), ("b/", b""), ("c/", b""), ("c/d/", b"")), "z")
    ]
    assert names == ["a/x.py", "b/", "c/d/"]


@pytest.mark.parametrize("codec", ["utf-8", "cp949"])
def test_korean_names_without_the_flag_are_read(codec: str) -> None:
    """Windows writes CP949 and macOS UTF-8, and neither says so."""
    name = "김철수/경사하강법.py"
    raw = name.encode(codec)
    stand_in = "a" * len(raw)
    data = pack((stand_in, b"x = 1")).replace(stand_in.encode(), raw)
    (file,) = list_archive(data, "z")
    assert file.name == name
    assert read_file(file) == b"x = 1"


def test_names_are_printable_and_composed() -> None:
    """Control and direction characters are shown as escapes; macOS's letters are put together."""
    names = [file.name for file in list_archive(pack(("a\x1b[31m\u202e.py", b""), ("\u1100\u1175\u11b7.py", b"")), "z")]
    assert names == ["a\\x1b[31m\\u202e.py", "김.py"]


@pytest.mark.parametrize(
    "name", ["../x.py", "a/../../x.py", "/etc/x.py", "C:\\x.py", "c:x.py", "\\\\server\\x.py", "..\\x.py"]
)
def test_a_name_that_leads_out_is_a_problem(name: str) -> None:
    """The member keeps its last name only and is not read."""
    (file,) = list_archive(pack((name.replace("\\", "@"), b"x")).replace(b"@", b"\\"), "z")
    assert ".." not in file.name
    assert "/" not in file.name
    assert "leads out" in problem_of(pack((name, b"x")))


def test_folders_beyond_counting_are_a_problem() -> None:
    """A name of thousands of folders is cut short."""
    assert "too many folders" in problem_of(pack(("a/" * 30_000 + "x.py", b"x")))


def test_a_link_is_a_problem() -> None:
    """What a link points at was not handed in."""
    info = zipfile.ZipInfo("x.py")
    info.create_system = 3
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(info, "/etc/passwd")
    assert "is a link" in problem_of(buffer.getvalue())


def test_a_locked_member_is_a_problem() -> None:
    """A password is told of by its flag."""
    data = bytearray(pack(("x.py", b"x")))
    data[data.index(b"PK\1\2") + 8] |= 1
    assert "password" in problem_of(bytes(data))


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_other_methods_of_packing_are_a_problem(method: int) -> None:
    """Their bombs can't be bounded while they are unpacked."""
    assert "ordinary zip" in problem_of(pack(("x.py", b"x" * 99), method=method))


def test_a_bomb_is_a_problem_by_its_size() -> None:
    """A member that says it is too large is not unpacked."""
    assert "too large" in problem_of(pack(("x.py", b"\0" * (LARGEST + 1))))


def test_a_bomb_that_lies_about_its_size_is_stopped() -> None:
    """Unpacking ends where the member says that it ends."""
    data = pack(("x.py", b"\0" * (LARGEST + 5000)))
    size = struct.pack("<L", LARGEST + 5000)
    (file,) = list_archive(data.replace(size, struct.pack("<L", 10)), "z")
    assert not file.problem
    with pytest.raises(SubmissionError, match="is damaged"):
        read_file(file)


def test_too_many_members_are_refused() -> None:
    """A zip of a whole disk is no submission."""
    with pytest.raises(SubmissionError, match="lists too much"):
        list_archive(pack(*((f"{n}.py", b"") for n in range(MOST_MEMBERS + 1))), "kim.zip")


def test_a_table_of_contents_of_megabytes_is_not_read() -> None:
    """It is refused before it is built."""
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 1, 1, 2 * 2**20, 0, 0)
    with pytest.raises(SubmissionError, match="lists too much"):
        list_archive(bytes(2 * 2**20) + end, "kim.zip")


@pytest.mark.parametrize(
    "data", [b"", b"PK", b"PK\3\4", b"PK\5\6", b"PK\5\6" + bytes(18), b"x" * 999, pack(("a.py", b"x"))[:-30]]
)
def test_what_is_no_zip_is_refused_or_empty(data: bytes) -> None:
    """A broken zip says so; one without members is empty."""
    try:
        assert list_archive(data, "kim.zip") == []
    except SubmissionError as fault:
        assert "is not a zip archive or is damaged" in str(fault)  # noqa: PT017 - the empty zip raises nothing


@pytest.mark.parametrize("offset", [2**40, 2**63 - 1, 2**63, 2**64 - 1])
def test_a_place_beyond_all_disks_is_a_problem(offset: int) -> None:
    """Archives may count in 64 bits, and a disk can't."""
    table = table_entry(offset=offset)
    (file,) = list_archive(table + short_end(1, len(table), 0), "kim.zip")
    with pytest.raises(SubmissionError, match="damaged"):
        read_file(file)


def test_members_that_share_their_bytes_are_refused() -> None:
    """A few megabytes would unpack to terabytes."""
    data = random.Random(1).randbytes(999)
    packer = zlib.compressobj(wbits=-15)
    packed = packer.compress(data) + packer.flush()
    members = [(b"%d.py" % number, packed, 999, zlib.crc32(data)) for number in range(9)]
    assert [read_file(file) for file in list_archive(raw_zip(members), "kim.zip")] == [data] * 9
    with pytest.raises(SubmissionError, match="damaged"):
        list_archive(raw_zip(members, together=True), "kim.zip")


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
@pytest.mark.parametrize("size", [*range(20), 511, 512, 513, 70_000])
def test_what_packing_makes_longer_is_read_whole(method: int, size: int) -> None:
    """The smallest files, and bytes without any order, also their beginning alone."""
    for data in random.Random(size).randbytes(size), b"a" * size:
        (file,) = list_archive(pack(("a.py", data), method=method), "z")
        assert read_file(file) == data
        assert [read_head(file, most) for most in (1, 512)] == [data[:1], data[:512]]


def test_the_beginning_of_a_file_is_read_however_large_it_is() -> None:
    """What kind it is can be told of a bomb, too."""
    (file,) = list_archive(pack(("x.bin", b"%PDF" + b"\0" * LARGEST)), "z")
    assert file.problem
    (file,) = list_archive(pack(("x.bin", b"%PDF" + b"\0" * 9999)), "z")
    assert read_head(file, 4) == b"%PDF"


def test_a_file_that_goes_away_is_told_of(tmp_path: Path) -> None:
    """Between listing and reading, a disk may change."""
    path = tmp_path / "kim.zip"
    path.write_bytes(pack(("a.py", b"x")))
    (file,) = list_archive(path, "kim.zip")
    path.unlink()
    with pytest.raises(SubmissionError):
        read_file(file)
    with pytest.raises(SubmissionError):
        list_archive(path, "kim.zip")


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_a_mutated_zip_is_read_or_refused(data: st.DataObject) -> None:
    """Whatever byte is changed, nothing but a SubmissionError comes out."""
    whole = pack(("a.py", b"x = 1\n" * 20), ("김/b.ipynb", b"{}"), ("c/", b""))
    raw = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 6))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.sampled_from([0, 0, 0, 5, 40]))
    try:
        files = list_archive(bytes(raw[: len(raw) - cut]), "kim.zip")
    except SubmissionError:
        return
    for file in files:
        try:
            read_file(file)
        except SubmissionError:
            continue


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_named_like_a_file_does_not_block(tmp_path: Path) -> None:
    """Opening a pipe without a writer would wait for ever."""
    from autograder.submissions.files import describe, read_path  # noqa: PLC0415

    path = tmp_path / "kim.py"
    os.mkfifo(path)
    assert describe(path, "kim.py").problem
    with pytest.raises(SubmissionError, match="not an ordinary file"):
        read_path(path, "kim.py")
