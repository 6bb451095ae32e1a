"""When work was handed in, read from files that students may have written.

nbgrader fails on a timestamp.txt that holds no time: the submission is not graded, and
the formgrader shows nothing of its whole class. Here it is told, and counts for none.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from nbgrader.apps.api import NbGraderAPI
from nbgrader.coursedir import CourseDirectory
from nbgrader.utils import parse_utc

from autograder.errors import SubmissionError
from autograder.submissions.files import read_path
from autograder.submissions.handed_in import TIMESTAMP

_LONGEST = 1000


def time_in(folder: Path) -> dt.datetime | None:
    """Return the time that a folder's timestamp.txt holds: UTC, without a time zone.

    Returns
    -------
    datetime or None
        None where the file is missing or empty.

    Raises
    ------
    ValueError
        If it holds something else, or is no ordinary file.
    """
    path = folder / TIMESTAMP
    if not path.exists() and not path.is_symlink():
        return None
    try:
        text = read_path(path, TIMESTAMP, _LONGEST).decode().strip()
        time: dt.datetime | None = parse_utc(text) if text else None
    except SubmissionError as error:
        raise ValueError(error.message["en"]) from error
    except Exception as error:
        # What dateutil raises depends on what it reads.
        raise ValueError(f"{TIMESTAMP} holds no time") from error
    return time


def install() -> None:
    """Let nbgrader read times by this."""

    def get_existing_timestamp(course: Any, dest_path: str) -> dt.datetime | None:
        return _told(Path(dest_path), course)

    def get_submitted_timestamp(api: Any, assignment_id: str, student_id: str) -> dt.datetime | None:
        course = api.coursedir
        return _told(Path(course.format_path(course.submitted_directory, student_id, assignment_id)), course)

    CourseDirectory.get_existing_timestamp = get_existing_timestamp
    NbGraderAPI.get_submitted_timestamp = get_submitted_timestamp


def _told(folder: Path, course: Any) -> dt.datetime | None:
    try:
        return time_in(folder)
    except ValueError as error:
        course.log.warning("%s: %s; no time counts, and no penalty for late work", folder, error)
        return None
