"""nbgrader's own table of grades, in which no name does anything.

nbgrader puts cells into it as they are: a comma in a student's name moves points to
another column, a line break adds a row, and a formula runs where the table is opened.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.plugins import CsvExportPlugin

from autograder.adapters.nbgrader.sheets import Sheet, write_sheet
from autograder.errors import OutputError
from autograder.messages import in_locale

_COLUMNS: Final = (
    *("assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email"),
    *("raw_score", "late_submission_penalty", "score", "max_score"),
)


class CsvExport(CsvExportPlugin):
    """Writes the table that nbgrader writes: there, a comma in a name moves points, and a formula runs."""

    def export(self, gradebook: Gradebook) -> None:
        """Write a line for each assignment and student.

        Parameters
        ----------
        gradebook : nbgrader.api.Gradebook
            Where the grades are.
        """
        path = Path(self.to or "grades.csv")
        self.log.info("Exporting grades to %s", path)
        rows = [
            ["" if cell is None else str(cell) for cell in self._row(gradebook, assignment, student)]
            for assignment in gradebook.assignments
            if not self.assignment or assignment.name in map(str, self.assignment)
            for student in gradebook.students
            if not self.student or student.id in map(str, self.student)
        ]
        try:
            write_sheet(Sheet(list(_COLUMNS), rows, marked=False), path)
        except OutputError as error:
            if self.parent is None:
                raise
            self.parent.fail(in_locale(error.message))

    def _row(self, gradebook: Gradebook, assignment: Any, student: Any) -> Iterator[Any]:
        who = student.id, student.last_name, student.first_name, student.email
        try:
            found = gradebook.find_submission(assignment.name, student.id)
        except MissingEntry:
            yield from (assignment.name, assignment.duedate, "", *who, 0.0, 0.0, 0.0, assignment.max_score)
            return
        penalty = found.late_submission_penalty
        yield from (assignment.name, assignment.duedate, found.timestamp, *who)
        yield from (found.score, penalty, max(0.0, found.score - penalty), assignment.max_score)
