"""The results of a class on disk: results.jsonl, one line a submission.

Every result is appended and flushed at once, so that a run may be killed at any
instant: what was written is kept, a torn last line is dropped, and the next run
grades the rest. At the end of a run the file is put in order and replaced in one
step.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
from io import FileIO
from typing import TYPE_CHECKING, Any, Final

from autograder.errors import OutputError
from autograder.messages import Message, say
from autograder.replacing import replace_file, sweep
from autograder.results import SubmissionResult

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from types import TracebackType

    from typing_extensions import Self

RESULTS: Final = "results.jsonl"
SUMMARY: Final = "summary.json"
Key = tuple[str, str]


class Records:
    """The results in one output folder, open for a run.

    Parameters
    ----------
    folder : Path
        The output folder; it is made where it is missing.

    Raises
    ------
    OutputError
        If the folder can't be written, another run is writing there, or a line
        of results.jsonl is not a result of this version.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / RESULTS
        self._lock = _lock(folder)
        for name in (RESULTS, SUMMARY):
            sweep(folder / name)
        try:
            self.results: dict[Key, SubmissionResult] = read_results(self.path)
            self._file = _open(self.path)
        except BaseException:
            _unlock(self._lock)
            raise

    def __enter__(self) -> Self:
        """Return the records themselves."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the file; what was added is already on the disk."""
        self.close()

    def close(self) -> None:
        """Close the file and let other runs write here."""
        if not self._file.closed:
            self._file.close()
            _unlock(self._lock)

    def add(self, result: SubmissionResult) -> None:
        """Append a result and wait until the disk has it.

        Raises
        ------
        OutputError
            If the disk is full or fails; no half of a line is left behind.
        """
        end = self._file.tell()
        try:
            _write(self._file, _encode(result.to_json()))
            os.fsync(self._file.fileno())
        except OSError as error:
            with contextlib.suppress(OSError):
                self._file.truncate(end)
                self._file.seek(end)
            raise OutputError(_reason(error, self.path)) from error
        self.results[result.key] = result

    def arrange(self, order: Callable[[Key], Any]) -> None:
        """Replace results.jsonl by the same results in order, each once.

        Parameters
        ----------
        order : callable
            Sort key of (student, assignment).

        Raises
        ------
        OutputError
            If the disk is full or fails; results.jsonl then stays as it was.
        """
        self.results = {key: self.results[key] for key in sorted(self.results, key=order)}
        write_whole(self.path, b"".join(_encode(result.to_json()) for result in self.results.values()))


def read_results(path: Path) -> dict[Key, SubmissionResult]:
    """Read a results.jsonl; of several lines on one submission the last counts.

    Parameters
    ----------
    path : Path
        The file; one that is missing holds no results.

    Returns
    -------
    dict
        Results by (student, assignment), in the order of the file.

    Raises
    ------
    OutputError
        If the file can't be read, or a line other than the last is not a result.
    """
    try:
        lines = path.read_bytes().split(b"\n")
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise OutputError(_reason(error, path)) from error
    results: dict[Key, SubmissionResult] = {}
    # What follows the last line break was cut off by a kill; `_open` removes it.
    for number, line in enumerate(lines[:-1], start=1):
        try:
            result = SubmissionResult.from_json(json.loads(line))
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            message = say(
                "line {number} of {path} is not a result that this version can read;"
                " move the file away or choose another folder with --out",
                number=number,
                path=path,
            )
            raise OutputError(message) from error
        results.pop(result.key, None)
        results[result.key] = result
    return results


def make_folder(folder: Path) -> None:
    """Make a folder for results and prove that it can be written: found now, not after an hour of work.

    Raises
    ------
    OutputError
        If it can't be.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        # Permission bits do not tell it: root may write everywhere but on a read-only file system.
        probe = folder / ".probe"
        probe.touch()
        probe.unlink(missing_ok=True)  # another run may be proving the same
    except OSError as error:
        raise OutputError(_reason(error, folder)) from error


def write_whole(path: Path, content: bytes) -> None:
    """Replace a file of the output folder in one step.

    Raises
    ------
    OutputError
        If the disk is full or fails; the old content then stays.
    """
    try:
        replace_file(path, content)
    except OSError as error:
        raise OutputError(_reason(error, path)) from error


def _open(path: Path) -> FileIO:
    try:
        # Unbuffered: a write that failed must not come again at close.
        file = FileIO(path, "r+" if path.exists() else "x+")
        file.truncate(file.readall().rfind(b"\n") + 1)
        file.seek(0, os.SEEK_END)
    except OSError as error:
        raise OutputError(_reason(error, path)) from error
    return file


def _write(file: FileIO, line: bytes) -> None:
    # A nearly full disk takes a part of the line first, and says so by the count only.
    while line:
        line = line[file.write(line) :]


def _lock(folder: Path) -> int | None:
    """Make the folder, prove that it can be written, and keep other runs out."""
    make_folder(folder)
    try:
        import fcntl  # noqa: PLC0415 (Windows has none; nothing is graded for marks there)
    except ImportError:
        return None
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError as error:
        raise OutputError(_reason(error, folder)) from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(handle)
        raise OutputError(
            say("another run is writing to {folder}; wait for it or choose another folder with --out", folder=folder),
        ) from error
    except OSError:
        pass  # a file system without locks is no reason not to grade
    return handle


def _unlock(handle: int | None) -> None:
    if handle is not None:
        os.close(handle)


def _encode(data: dict[str, Any]) -> bytes:
    try:
        return json.dumps(data, ensure_ascii=False, allow_nan=False).encode() + b"\n"
    except UnicodeEncodeError:  # half a surrogate pair, from a file name that is not UTF-8
        return json.dumps(data, allow_nan=False).encode() + b"\n"


def _reason(error: OSError, path: Path) -> Message:
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return say(
            "the disk is full: {path} could not be written; what was graded before is kept:"
            " make room and run the same command again",
            path=path,
        )
    if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
        return say(
            "{path} may not be written; choose a folder of your own with --out,"
            " or give yourself the right to write there",
            path=path,
        )
    if error.errno in {errno.EEXIST, errno.ENOTDIR}:
        return say("{path} is in the way: a folder is needed there; choose another one with --out", path=path)
    return say("{path} could not be written: {reason}", path=path, reason=error.strerror or type(error).__name__)
