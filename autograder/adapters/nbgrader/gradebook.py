"""Results of a run, written to nbgrader's gradebook as they come.

::

    result ──▶ results.jsonl ──▶ Ledger ──▶ gradebook: student, submission, scores, comments
                                    └─────▶ autograded/<student>/<assignment>/: notebook, timestamp.txt

results.jsonl is the truth. What the gradebook holds is compared with it and brought up
to date, also for what was graded in an earlier run: the same command completes
whatever was missed.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from autograder.adapters.nbgrader import outputs
from autograder.adapters.nbgrader.books import Book, is_test, open_book, surprises
from autograder.adapters.nbgrader.cells import restore
from autograder.adapters.nbgrader.database import BUSY_S, Address, cannot_open, open_gradebook
from autograder.adapters.nbgrader.entries import Entries, Wanted
from autograder.adapters.nbgrader.folders import Folders, newest
from autograder.adapters.nbgrader.shapes import new_cell
from autograder.adapters.nbgrader.showing import shown
from autograder.adapters.nbgrader.source import library
from autograder.assignments import Assignment, Course
from autograder.errors import AutograderError, OutputError, SubmissionError
from autograder.grading import Work
from autograder.messages import Language, Message, say
from autograder.results import Note, SubmissionResult
from autograder.runs import NOT_ENTERED
from autograder.sentences import read_sentences
from autograder.submissions.candidates import listed
from autograder.submissions.handed_in import TIMESTAMP

REMARK: Final = "gradebook_remark"
"""Kind of the notes on what was written, and may surprise."""
_ATTEMPTS: Final = 3
_IMPATIENT_S: Final = 1.0
"""Seconds to wait for a program that has made somebody wait in vain."""


@dataclass(frozen=True)
class _Opened:
    """An assignment that results are being written to."""

    book: Book
    entries: Entries
    sentences: Mapping[str, Message]


class Ledger:
    """A gradebook for the results of one run.

    Parameters
    ----------
    address : str
        A URL of SQLAlchemy's, or the path of an SQLite file.
    course : Course
        Whose assignments are graded.
    """

    def __init__(self, address: str, course: Course) -> None:
        self._text, self._course = address, course
        self._gradebook: Any = None
        self._opened: dict[str, _Opened | Message] = {}
        self._failures: dict[str, tuple[Message, list[str]]] = {}
        self._remarks: list[Note] = []
        self._patience_s: float = BUSY_S

    def open(self) -> list[str]:
        """Open the gradebook; a new one is made.

        Returns
        -------
        list of str
            Where results go, for people.

        Raises
        ------
        AutograderError
            If it can't be opened.
        """
        self._address = Address.parse(self._text)
        try:
            self._folders = Folders(self._address, self._course)
            self._gradebook = open_gradebook(self._address, self._folders.course_id)
        except AutograderError:
            raise
        except Exception as error:  # the boundary: whatever stands against it, the class is graded
            reason = f"{type(error).__name__}: {self._address.explain(error)}"
            raise OutputError(cannot_open(self._address.shown, reason)) from error
        return [self._address.shown, str(self._folders.autograded)]

    def enter(self, work: Work, result: SubmissionResult) -> None:
        """Write one result; what goes wrong is kept for `close`, and concerns no other."""
        if self._gradebook is None:
            return
        try:
            opened = self._open(work.assignment)
            if isinstance(opened, _Opened):
                self._enter(opened, work, result)
            else:
                self._fail(opened, work)
        except AutograderError as error:
            self._fail(error.message, work)
        except Exception as error:  # noqa: BLE001 - the boundary: one submission's trouble concerns no other
            self._fail(self._said(error), work)

    def close(self) -> list[Note]:
        """Close the gradebook, and tell what was not written and what may surprise."""
        if self._gradebook is not None:
            with contextlib.suppress(Exception):  # a connection that broke may break once more
                self._gradebook.close()
            self._gradebook = None
        failed = [
            say(
                "{count} not in the gradebook, {submissions}: {reason}",
                count=len(submissions),
                submissions=listed(submissions),
                reason=reason,
            )
            for reason, submissions in self._failures.values()
        ]
        return [*(Note(NOT_ENTERED, message) for message in failed), *self._remarks]

    # --- one assignment -------------------------------------------------------------------------------------------

    def _open(self, assignment: Assignment) -> _Opened | Message:
        if assignment.name not in self._opened:
            try:
                self._opened[assignment.name] = self._read(assignment)
            except AutograderError as error:
                self._opened[assignment.name] = error.message
        return self._opened[assignment.name]

    def _read(self, assignment: Assignment) -> _Opened:
        book = open_book(self._gradebook, assignment)
        self._remarks.extend(Note(REMARK, message) for message in surprises(book, assignment))
        sentences = {**read_sentences(assignment.public_checks), **read_sentences(assignment.hidden_checks)}
        return _Opened(book, Entries(self._gradebook, book, self._folders.penalty()), sentences)

    # --- one submission -------------------------------------------------------------------------------------------

    def _enter(self, opened: _Opened, work: Work, result: SubmissionResult) -> None:
        book, languages = opened.book, self._folders.languages
        try:
            time, note = self._folders.timestamp(work.candidate)
        except SubmissionError as error:
            self._remarks.append(Note(REMARK, say("{place}: {reason}", place="/".join(work.key), reason=error.message)))
            time, note = newest(work.candidate)
        wanted = Wanted(
            student=work.candidate.student,
            timestamp=time,
            scores={
                key: None if outputs.needs_a_person(result, name) else outputs.points_of(result, name, points)
                for name, (key, points) in book.grades.items()
            },
            comments={key: outputs.comment(result, name, languages) for name, key in book.answers.items()},
        )
        name = f"{work.assignment.name}.ipynb"
        files = {name: _notebook(opened, work, result, languages), TIMESTAMP: note}
        self._write(opened.entries, wanted, lambda: self._folders.store(work.candidate, files))

    def _write(self, entries: Entries, wanted: Wanted, store: Any) -> None:
        exceptions = library("sqlalchemy").exc
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                entries.enter(wanted, store, patience_s=self._patience_s)
            except exceptions.DBAPIError as error:
                again = isinstance(error, exceptions.IntegrityError) or error.connection_invalidated
                if attempt < _ATTEMPTS and again:
                    continue  # another program has just added the same, or the server was started anew
                if isinstance(error, exceptions.OperationalError):
                    self._patience_s = _IMPATIENT_S
                raise
            else:
                self._patience_s = BUSY_S
                return

    def _fail(self, reason: Message, work: Work) -> None:
        self._failures.setdefault(reason["en"], (reason, []))[1].append("/".join(work.key))

    def _said(self, error: Exception) -> Message:
        said = self._address.explain(error)
        if not isinstance(error, library("sqlalchemy").exc.SQLAlchemyError):
            return say("this is a fault of autograder: {error}", error=f"{type(error).__name__}: {said}")
        if "locked" in said or "lock timeout" in said:
            return say("another program is writing to it and does not come to an end ({reason})", reason=said)
        if "readonly" in said or "read-only" in said:
            return say("it can't be written to ({reason})", reason=said)
        return {"en": said, "ko": said}


def _notebook(opened: _Opened, work: Work, result: SubmissionResult, languages: Sequence[Language]) -> bytes:
    """Return the student's notebook with points and sentences in its grade cells."""
    notebook, notes = restore(shown(work, f"{work.assignment.name}.ipynb"), opened.book.cells)
    for cell in filter(is_test, notebook["cells"]):
        name = cell["metadata"]["nbgrader"]["grade_id"]
        if name in opened.book.grades:
            points = opened.book.grades[name][1]
            cell["outputs"] = [outputs.grade_output(result, name, points, languages, sentences=opened.sentences)]
    if remarks := outputs.notes_html([*result.notes, *notes], languages):
        notebook["cells"].insert(0, {**new_cell("markdown", remarks), "id": "autograder-notes"})
    return json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True).encode("utf-8", "replace") + b"\n"
