"""Where nbgrader keeps the course of a gradebook, and the files that go with an entry in it."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
from pathlib import Path
from typing import Any, Final

from autograder.adapters.nbgrader.alone import module_alone
from autograder.adapters.nbgrader.config import FILE, find_settings
from autograder.adapters.nbgrader.database import Address
from autograder.adapters.nbgrader.entries import Penalty
from autograder.assignments import Course
from autograder.errors import OutputError, SubmissionError
from autograder.messages import LANGUAGES, Language, say
from autograder.submissions.archives import read_file
from autograder.submissions.candidates import Candidate
from autograder.submissions.handed_in import TIMESTAMP

_PUNISHING: Final = ("AssignLatePenalties", "LateSubmissionPlugin")
_READ_ONLY, _SHARED = 0o444, 0o664


class Folders:
    """The folders of a gradebook's course, and nbgrader's settings in it.

    A gradebook belongs to the course whose settings name it. Another SQLite file
    belongs to the nbgrader course that it lies in, or else has its folder to itself;
    another server's belongs to the course that is graded.

    Parameters
    ----------
    address : Address
        Of the gradebook.
    course : Course
        Whose assignments are graded.

    Attributes
    ----------
    languages : tuple of {"en", "ko"}
        In which messages are written.

    Raises
    ------
    CourseError
        If nbgrader's settings can't be read.
    """

    def __init__(self, address: Address, course: Course) -> None:
        root = course.root
        self._settings = find_settings(root)
        self._directory = self._open(root)
        if address.file and not address.is_that_of(self._directory.db_url):
            above = next((folder for folder in address.file.parents if (folder / FILE).exists()), address.file.parent)
            if above != root:
                root = above
                self._settings = find_settings(root) if (root / FILE).exists() else type(self._settings)()
                self._directory = self._open(root)
        language = self._settings.Autograder.get("language", "both")
        self.languages: tuple[Language, ...] = (language,) if language in LANGUAGES else LANGUAGES

    def _open(self, root: Path) -> Any:
        directory = module_alone("nbgrader.coursedir").CourseDirectory
        own = self._settings.CourseDirectory.get("root")
        return directory(config=self._settings, **({} if own else {"root": str(root)}))

    @property
    def course_id(self) -> str:
        """The name of the course among nbgrader's courses."""
        return str(self._directory.course_id)

    @property
    def autograded(self) -> Path:
        """The folder of all graded notebooks."""
        return Path(self._directory.root, self._directory.autograded_directory)

    def penalty(self) -> Penalty | None:
        """Return the course's punishment of late work; None where its settings name none."""
        if not any(self._settings.get(name) for name in _PUNISHING):
            return None
        plugin = self._settings.AssignLatePenalties.get("plugin_class", "nbgrader.plugins.LateSubmissionPlugin")
        if isinstance(plugin, str):
            module, _, name = plugin.rpartition(".")
            plugin = getattr(module_alone(module), name)
        punish: Penalty = plugin(config=self._settings).late_submission_penalty
        return punish

    # --- one submission -------------------------------------------------------------------------------------------

    def timestamp(self, candidate: Candidate) -> tuple[dt.datetime | None, bytes | None]:
        """Return when something was handed in, and how that is noted.

        Returns
        -------
        time : datetime or None
            UTC, without a time zone, as gradebooks hold it.
        note : bytes or None
            The content of timestamp.txt.

        Raises
        ------
        SubmissionError
            If its timestamp.txt can't be read.
        """
        if candidate.timestamp:
            note = read_file(candidate.timestamp)
            text = note.decode("utf-8", "replace").strip()
            if not text:
                return None, note
            try:
                return module_alone("nbgrader.utils").parse_utc(text), note
            except (ValueError, OverflowError) as error:
                raise SubmissionError(say("{file} holds no time: {text}", file=TIMESTAMP, text=text[:40])) from error
        if self._is_where_nbgrader_looks(candidate):
            # The formgrader takes work for ungraded if the gradebook has a time and this folder none.
            return None, None
        return newest(candidate)

    def _is_where_nbgrader_looks(self, candidate: Candidate) -> bool:
        folder = self._path(self._directory.submitted_directory, candidate)
        return folder.is_dir() and all((folder / file.name).exists() for file in candidate.files)

    def _path(self, step: str, candidate: Candidate) -> Path:
        return Path(self._directory.format_path(step, candidate.student, candidate.assignment))

    def store(self, candidate: Candidate, files: dict[str, bytes | None]) -> None:
        """Write the files of a graded submission, those that are not there already.

        Parameters
        ----------
        files : dict of str to bytes or None
            Contents by name; None for a file that must not be there.

        Raises
        ------
        OutputError
            If the student's name is no name of a folder, or a file can't be written.
        """
        student = candidate.student
        if Path(student).name != student or student in {"", ".", ".."} or "\0" in student:
            raise OutputError(say("{name!r} can't be the name of a folder", name=student))
        folder = self._path(self._directory.autograded_directory, candidate)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for name, content in files.items():
                _store(folder / name, content, _SHARED if self._directory.groupshared else _READ_ONLY)
        except OSError as error:
            reason = error.strerror or str(error)
            raise OutputError(say("can't write to {path}: {reason}", path=folder, reason=reason)) from error


def newest(candidate: Candidate) -> tuple[dt.datetime | None, bytes | None]:
    """Return the time of the newest file, and a note of it, as `Folders.timestamp` does."""
    seconds = max((file.modified for file in candidate.files), default=0.0)
    if seconds <= 0:
        return None, None
    time = dt.datetime.fromtimestamp(seconds, dt.timezone.utc).replace(tzinfo=None)
    return time, f"{time:%Y-%m-%d %H:%M:%S.%f} UTC".encode()


def _store(path: Path, content: bytes | None, mode: int) -> None:
    if content is None:
        path.unlink(missing_ok=True)
        return
    with contextlib.suppress(OSError):
        if path.read_bytes() == content:
            return
    temporary = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        temporary.write_bytes(content)
        temporary.chmod(mode)
        temporary.replace(path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
