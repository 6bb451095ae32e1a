"""results.jsonl: nothing lost, nothing twice."""

from __future__ import annotations

import errno
import json
import os
from dataclasses import replace
from io import FileIO
from pathlib import Path

import pytest

from autograder.errors import OutputError
from autograder.records import RESULTS, Records, read_results, write_whole
from autograder.results import Isolation, SubmissionResult

KIM = SubmissionResult(
    student="kim",
    assignment="gradient_descent",
    files=("gradient_descent.py",),
    sha256="a" * 64,
    status="graded",
    score=7.0,
    max_score=10.0,
    isolation=Isolation(2, ("landlock", "seccomp", "rlimits")),
)
LEE = replace(KIM, student="lee", score=10.0)


def write(folder: Path, *results: SubmissionResult) -> bytes:
    """Write results as a run does, and return the file."""
    with Records(folder) as records:
        for result in results:
            records.add(result)
    return (folder / RESULTS).read_bytes()


def test_a_result_is_on_the_disk_as_soon_as_it_is_added(tmp_path: Path) -> None:
    """A result can be read by others before the run ends."""
    with Records(tmp_path) as records:
        records.add(KIM)
        assert read_results(tmp_path / RESULTS) == {KIM.key: KIM}


def test_earlier_results_are_kept(tmp_path: Path) -> None:
    """A second run adds to the results of the first."""
    write(tmp_path, KIM)
    write(tmp_path, LEE)
    assert list(read_results(tmp_path / RESULTS).values()) == [KIM, LEE]


def test_a_torn_last_line_is_dropped(tmp_path: Path) -> None:
    """What a kill cut off is forgotten, and the next result starts on a line of its own."""
    whole = write(tmp_path, KIM)
    for cut in (b"{", b'{"schema": 1, "stu', whole[:-1], b"\0\0\0"):
        (tmp_path / RESULTS).write_bytes(whole + cut)
        assert write(tmp_path, LEE) == write(tmp_path / "other" / str(len(cut)), KIM, LEE)


def test_the_last_of_several_lines_counts(tmp_path: Path) -> None:
    """A submission that was graded again is there once, with its new result."""
    better = replace(KIM, score=9.0)
    with Records(tmp_path) as records:
        for result in (KIM, LEE, better):
            records.add(result)
        records.arrange(lambda key: key)
    assert list(read_results(tmp_path / RESULTS).values()) == [better, LEE]
    assert (tmp_path / RESULTS).read_bytes().count(b"\n") == 2


def test_arranging_twice_changes_nothing(tmp_path: Path) -> None:
    """The order of the file depends on the results only, not on who was graded first."""
    contents = []
    for results in ((KIM, LEE), (LEE, KIM)):
        write(tmp_path, *results)
        with Records(tmp_path) as records:
            records.arrange(lambda key: key)
        contents.append((tmp_path / RESULTS).read_bytes())
    assert contents[0] == contents[1]


def test_names_that_are_not_utf_8_survive(tmp_path: Path) -> None:
    """A file name of any bytes comes back as it was, and the file stays UTF-8."""
    odd = replace(KIM, files=(os.fsdecode(b"\xb1\xe8.py"), "김.py"))
    write(tmp_path, odd).decode("utf-8")
    assert read_results(tmp_path / RESULTS) == {odd.key: odd}


@pytest.mark.parametrize("line", ["not json", "[]", "null", '{"schema": 2}', '{"schema": 1}', "[" * 100_000])
def test_a_line_that_is_no_result_stops_before_anything_is_lost(tmp_path: Path, line: str) -> None:
    """A foreign file is named with its line, and left as it is."""
    before = write(tmp_path, KIM) + line.encode() + b"\n"
    (tmp_path / RESULTS).write_bytes(before)
    with pytest.raises(OutputError, match="line 2 of "):
        Records(tmp_path)
    assert (tmp_path / RESULTS).read_bytes() == before


def test_a_full_disk_leaves_whole_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the disk takes only half of a line, that half is taken back and the error says so."""
    with Records(tmp_path) as records:
        records.add(KIM)

        def fill(file: FileIO, line: bytes) -> None:
            file.write(line[:20])
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        monkeypatch.setattr("autograder.records._write", fill)
        with pytest.raises(OutputError, match="the disk is full"):
            records.add(LEE)
        assert records.results == {KIM.key: KIM}
    assert list(read_results(tmp_path / RESULTS).values()) == [KIM]
    assert (tmp_path / RESULTS).read_bytes().endswith(b"}\n")


def test_a_failed_replacement_keeps_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that fails while the file is put in order costs no result."""
    path = tmp_path / "file"
    write_whole(path, b"old")

    def fail(_handle: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OutputError, match="the disk is full"):
        write_whole(path, b"new")
    assert path.read_bytes() == b"old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["file"]


def test_what_a_killed_run_left_is_swept_away(tmp_path: Path) -> None:
    """Half-written files of ours go with the next run; nothing else does."""
    for name in (".results.jsonl.123.new", ".summary.json.7.new", ".probe", ".results.jsonl.old", "mine.new"):
        (tmp_path / name).touch()
    write(tmp_path, KIM)
    assert sorted(path.name for path in tmp_path.iterdir()) == [".results.jsonl.old", "mine.new", RESULTS]


def test_a_folder_that_may_not_be_looked_into_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever may write into a folder may still not open it."""
    pytest.importorskip("fcntl")

    really = os.open

    def refuse(path: Path, *how: int) -> int:
        if path == tmp_path:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        return really(path, *how)

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(OutputError, match="may not be written"):
        Records(tmp_path)


def test_a_read_only_folder_is_found_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder that can't be written is refused before anything is graded."""

    def refuse(_path: Path) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.setattr(Path, "touch", refuse)
    with pytest.raises(OutputError, match="may not be written"):
        Records(tmp_path)


def test_a_file_in_the_way_is_named(tmp_path: Path) -> None:
    """A file where the output folder should be is a sentence, not a traceback."""
    (tmp_path / "graded").write_text("mine")
    with pytest.raises(OutputError, match="is in the way"):
        Records(tmp_path / "graded")
    assert (tmp_path / "graded").read_text() == "mine"


def test_two_runs_do_not_write_into_one_folder(tmp_path: Path) -> None:
    """A second run is refused while the first writes, and welcome afterwards."""
    pytest.importorskip("fcntl")
    with Records(tmp_path), pytest.raises(OutputError, match="another run"):
        Records(tmp_path)
    Records(tmp_path).close()


def test_lines_are_json_of_schema_1(tmp_path: Path) -> None:
    """Each line is one object that says its schema first."""
    line = json.loads(write(tmp_path, KIM))
    assert next(iter(line)) == "schema"
    assert line["schema"] == 1
