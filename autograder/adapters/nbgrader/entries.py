"""What a gradebook holds of the submissions of an assignment, compared and brought up to date.

Only what an autograder may write is ever written: its own scores and comments, and the
time of handing in. A person's scores, comments and extra credit are read at most.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from autograder.adapters.nbgrader.alone import module_alone
from autograder.adapters.nbgrader.books import Book
from autograder.adapters.nbgrader.database import lock
from autograder.adapters.nbgrader.source import library


class Penalty(Protocol):
    """How late work is punished."""

    def __call__(self, student: str, score: float, seconds: float) -> float | None:
        """Return the points that are taken off a notebook's score."""


@dataclass(frozen=True)
class Wanted:
    """What a gradebook is to hold of one submission.

    Attributes
    ----------
    timestamp : datetime or None
        When it was handed in, UTC.
    scores : mapping of str to float or None
        By the key of the cell; None where a person has to look.
    comments : mapping of str to str or None
        Likewise.
    """

    student: str
    timestamp: dt.datetime | None
    scores: Mapping[str, float | None]
    comments: Mapping[str, str | None]


@dataclass
class _Entry:
    """What it holds of one: rows of nbgrader's tables, by the keys of notebooks and cells."""

    id: str
    timestamp: dt.datetime | None = None
    extension: dt.timedelta | None = None
    notebooks: dict[str, Any] = field(default_factory=dict)
    grades: dict[str, Any] = field(default_factory=dict)
    comments: dict[str, Any] = field(default_factory=dict)


class Entries:
    """The submissions of one assignment.

    Parameters
    ----------
    gradebook : nbgrader.api.Gradebook
        Open.
    book : Book
        The assignment in it.
    penalty : Penalty or None
        None: penalties are left alone.
    """

    def __init__(self, gradebook: Any, book: Book, penalty: Penalty | None = None) -> None:
        self._sql = library("sqlalchemy")
        self._api = module_alone("nbgrader.api")
        self._tables = self._api.Base.metadata.tables
        self._engine, self._book, self._penalty = gradebook.engine, book, penalty
        with self._engine.begin() as connection:
            self._known = self._read(connection)

    def enter(self, wanted: Wanted, before_commit: Callable[[], None], *, patience_s: float) -> bool:
        """Bring one submission up to date, all of it or nothing.

        Parameters
        ----------
        before_commit : callable
            Does what belongs to it; if it raises, the gradebook stays as it was.
        patience_s : float
            How long to wait for other programs.

        Returns
        -------
        bool
            Whether there was something to do.
        """
        if self._is_complete(self._known.get(wanted.student), wanted):
            before_commit()
            return False
        with self._engine.begin() as connection:
            lock(connection, patience_s)
            # A person may have been at it since the run began.
            entry = self._read(connection, wanted.student).get(wanted.student) or self._add(connection, wanted)
            self._write_missing(connection, entry, wanted)
            self._write_changed(connection, entry, wanted)
            if self._penalty:
                self._write_penalty(connection, self._read(connection, wanted.student)[wanted.student], wanted.student)
            before_commit()
        return True

    # --- reading --------------------------------------------------------------------------------------------------

    def _read(self, connection: Any, student: str | None = None) -> dict[str, _Entry]:
        """Return what is there of all students, or of one."""
        names = ("submitted_assignment", "submitted_notebook", "grade", "comment")
        handed_in, notebook, grade, comment = (self._tables[name] for name in names)
        which = handed_in.c.assignment_id == self._book.id
        if student is not None:
            which &= handed_in.c.student_id == student
        notebooks = handed_in.join(notebook, notebook.c.assignment_id == handed_in.c.id)

        def rows(source: Any, *columns: Any) -> Any:
            return connection.execute(
                self._sql.select(handed_in.c.student_id, *columns).select_from(source).where(which)
            )

        # What another program adds between two of these questions is left for the next reading.
        entries: dict[str, _Entry] = defaultdict(lambda: _Entry(""))
        for row in rows(handed_in, handed_in.c.id, handed_in.c.timestamp, handed_in.c.extension):
            entries[row.student_id] = _Entry(row.id, row.timestamp, row.extension)
        for row in rows(notebooks, notebook.c.id, notebook.c.notebook_id, notebook.c.late_submission_penalty):
            entries[row.student_id].notebooks[row.notebook_id] = row
        scores = grade.c.auto_score, grade.c.manual_score, grade.c.needs_manual_grade
        graded = notebooks.join(grade, grade.c.notebook_id == notebook.c.id)
        for row in rows(graded, grade.c.id, grade.c.cell_id, *scores):
            entries[row.student_id].grades[row.cell_id] = row
        commented = notebooks.join(comment, comment.c.notebook_id == notebook.c.id)
        for row in rows(commented, comment.c.id, comment.c.cell_id, comment.c.auto_comment):
            entries[row.student_id].comments[row.cell_id] = row
        return {student: entry for student, entry in entries.items() if entry.id}

    def _is_complete(self, entry: _Entry | None, wanted: Wanted) -> bool:
        if entry is None or entry.timestamp != wanted.timestamp or self._book.shelves.keys() - entry.notebooks.keys():
            return False
        if any(
            shelf.grades - entry.grades.keys() or shelf.comments - entry.comments.keys()
            for shelf in self._book.shelves.values()
        ):
            return False
        if any(_changed(entry.grades[cell], score) for cell, score in wanted.scores.items()):
            return False
        if any(entry.comments[cell].auto_comment != text for cell, text in wanted.comments.items()):
            return False
        # What late work loses depends on its score, which only the database can add up.
        taken_off = entry.notebooks[self._book.notebook_id].late_submission_penalty
        return not self._penalty or (taken_off is None and not self._late_s(entry))

    def _late_s(self, entry: _Entry) -> float:
        if entry.timestamp is None or self._book.duedate is None:
            return 0.0
        due = self._book.duedate + (entry.extension or dt.timedelta())
        return max(0.0, (entry.timestamp - due).total_seconds())

    # --- writing --------------------------------------------------------------------------------------------------

    def _insert(self, connection: Any, table: str, rows: Sequence[Mapping[str, Any]]) -> None:
        if rows:
            connection.execute(self._tables[table].insert(), rows)

    def _update(self, connection: Any, table: str, key: str, **values: Any) -> None:
        target = self._tables[table]
        connection.execute(target.update().where(target.c.id == key), values)

    def _add(self, connection: Any, wanted: Wanted) -> _Entry:
        """Add a submission, and its student where nobody has; names are left as they are."""
        students = self._tables["student"]
        query = self._sql.select(students.c.id).where(students.c.id == wanted.student)
        if connection.execute(query).first() is None:
            self._insert(connection, "student", [{"id": wanted.student}])
        row = {"id": self._api.new_uuid(), "assignment_id": self._book.id, "student_id": wanted.student}
        self._insert(connection, "submitted_assignment", [{**row, "timestamp": wanted.timestamp}])
        return _Entry(row["id"], wanted.timestamp)

    def _write_missing(self, connection: Any, entry: _Entry, wanted: Wanted) -> None:
        """Add the rows that nbgrader expects of a submission; another notebook's grades wait for a person."""
        grades, comments = [], []
        for notebook, shelf in self._book.shelves.items():
            if notebook in entry.notebooks:
                key = entry.notebooks[notebook].id
            else:
                key = self._api.new_uuid()
                row = {"id": key, "assignment_id": entry.id, "notebook_id": notebook, "flagged": False}
                self._insert(connection, "submitted_notebook", [row])
            for cell in shelf.grades - entry.grades.keys():
                score = wanted.scores.get(cell)
                row = {"cell_id": cell, "notebook_id": key, "auto_score": score}
                grades.append({**row, "needs_manual_grade": score is None})
            comments += [
                {"cell_id": cell, "notebook_id": key, "auto_comment": wanted.comments.get(cell)}
                for cell in shelf.comments - entry.comments.keys()
            ]
        self._insert(connection, "grade", grades)
        self._insert(connection, "comment", comments)

    def _write_changed(self, connection: Any, entry: _Entry, wanted: Wanted) -> None:
        if entry.timestamp != wanted.timestamp:
            self._update(connection, "submitted_assignment", entry.id, timestamp=wanted.timestamp)
        for cell, score in wanted.scores.items():
            row = entry.grades.get(cell)
            if row and (changed := _changed(row, score)):
                self._update(connection, "grade", row.id, **changed)
        for cell, text in wanted.comments.items():
            row = entry.comments.get(cell)
            if row and row.auto_comment != text:
                self._update(connection, "comment", row.id, auto_comment=text)

    def _write_penalty(self, connection: Any, entry: _Entry, student: str) -> None:
        """Take points off late work, as nbgrader's AssignLatePenalties does: never more than there are."""
        assert self._penalty
        notebook, seconds = entry.notebooks[self._book.notebook_id], self._late_s(entry)
        penalty = None
        if seconds > 0:
            total = self._sql.func.coalesce(self._sql.func.sum(self._api.Grade.score), 0.0)
            query = self._sql.select(total).where(self._api.Grade.notebook_id == notebook.id)
            score = float(connection.execute(query).scalar_one())
            penalty = self._penalty(student, score, seconds)
            penalty = None if penalty is None else min(max(penalty, 0.0), score)
        if penalty != notebook.late_submission_penalty:
            self._update(connection, "submitted_notebook", notebook.id, late_submission_penalty=penalty)


def _changed(grade: Any, score: float | None) -> dict[str, Any] | None:
    """Return what is to be written of a score; a person who has given one is asked again where ours is another."""
    if grade.auto_score != score:
        return {"auto_score": score, "needs_manual_grade": score is None or grade.manual_score is not None}
    if grade.manual_score is None and grade.needs_manual_grade != (score is None):
        return {"needs_manual_grade": score is None}
    return None
