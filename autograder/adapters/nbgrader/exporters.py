"""Grades for Canvas and Moodle, from `nbgrader export`.

With ``--exporter=autograder.adapters.nbgrader.exporters.CanvasExport`` (or ``MoodleExport``)
and ``--CanvasExport.template=FILE``, a table that the platform itself exported is filled
in: its own numbers of students and assignments are right, and what it holds of others
stays as it is. Without a template a new table is made.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from nbgrader.api import Gradebook
from nbgrader.plugins import ExportPlugin
from traitlets import Bool, Dict, Unicode

from autograder.adapters.nbgrader.identities import read_identities
from autograder.adapters.nbgrader.scores import (
    Grades,
    Student,
    find_rows,
    numbers_of,
    points,
    read_grades,
    read_students,
)
from autograder.adapters.nbgrader.sheets import CANVAS, MOODLE, Sheet, read_sheet, write_sheet
from autograder.assignments import find_course
from autograder.errors import AutograderError, CourseError
from autograder.messages import Message, in_locale, say
from autograder.submissions.candidates import listed
from autograder.submissions.names import printable
from autograder.submissions.platforms import title_key, titled
from autograder.submissions.signs import Signs

_WITH_NUMBER: Final = re.compile(r"(?P<title>.*?)\s*\(\d+\)")
_POINTS_POSSIBLE: Final = "    Points Possible"
_SAME: Final = 1e-6


class _PlatformExport(ExportPlugin):
    template = Unicode(
        "", help="A table that the platform exported, to be filled in; {assignment} in it is the assignment's name."
    ).tag(config=True)
    missing = Unicode(
        "", help="What stands where nothing was handed in: nothing, or 0. What a template holds there stays."
    ).tag(config=True)
    ungraded = Bool(
        default_value=False, help="Export also the scores of submissions that a person still has to look at."
    ).tag(config=True)

    _platform = ""

    def export(self, gradebook: Gradebook) -> None:
        """Write the grades of a gradebook to a file, or to one for each assignment.

        Parameters
        ----------
        gradebook : nbgrader.api.Gradebook
            Where the grades are.
        """
        students = self._chosen("student", read_students(gradebook), lambda student: student.id)
        assignments = self._chosen("assignment", gradebook.assignments, lambda assignment: assignment.name)
        try:
            if not assignments:
                raise CourseError(say("the gradebook has no such assignment"))
            self._write(students, [read_grades(gradebook, assignment) for assignment in assignments])
        except AutograderError as error:
            if self.parent is None:
                raise
            self.parent.fail(in_locale(error.message))

    def _write(self, students: list[Student], grades: list[Grades]) -> None:
        raise NotImplementedError

    def _chosen(self, trait: str, known: Sequence[Any], name: Any) -> list[Any]:
        wanted = [str(one) for one in getattr(self, trait)]
        missing = sorted(set(wanted) - set(map(name, known)))
        if missing:
            self._tell(say("not in the gradebook: {names}", names=listed(missing)))
        return [one for one in known if not wanted or name(one) in wanted]

    # --- what stands in a cell ----------------------------------------------------------------------------------------

    def _cell(self, grades: Grades, student: Student) -> str:
        grade = grades.by_student.get(student.id)
        if grade is None:
            return self.missing
        return "" if grade.waits and not self.ungraded else grade.points

    def _tell_waiting(self, students: Sequence[Student], grades: Grades) -> None:
        known = {student.id for student in students}
        waiting = sorted(name for name, grade in grades.by_student.items() if grade.waits and name in known)
        if waiting and not self.ungraded:
            text = say(
                "{assignment}: a person still has to look at {students}: left out (--{option}=True takes them)",
                assignment=grades.assignment,
                students=listed(waiting),
                option=f"{type(self).__name__}.ungraded",
            )
            self._tell(text)

    # --- templates ----------------------------------------------------------------------------------------------------

    def _read_template(self, assignment: str = "") -> Sheet:
        path = Path(self.template.replace("{assignment}", assignment))
        sheet = read_sheet(path)
        if sheet.platform != self._platform:
            text = say("{file} is no table of {platform}'s", file=printable(str(path)), platform=self._platform)
            raise CourseError(text)
        return sheet

    def _fill(
        self, sheet: Sheet, students: Sequence[Student], columns: Sequence[tuple[Grades, int]], numbers: dict[str, str]
    ) -> dict[str, int]:
        """Write scores into the rows of a template, and return the rows of students."""
        rows = find_rows(sheet, students, lambda student: numbers.get(student.id, ""))
        lost = set()
        for grades, column in columns:
            for student in students:
                text = self._cell(grades, student)
                if student.id not in rows:
                    lost |= {student.id} & grades.by_student.keys()
                elif text and not (
                    student.id not in grades.by_student and sheet.cell(sheet.rows[rows[student.id]], column)
                ):
                    sheet.put(rows[student.id], column, text)
        if lost:
            self._tell(
                say(
                    "{students}: left out, for nobody in the template is meant beyond doubt",
                    students=listed(sorted(lost)),
                )
            )
        return rows

    def _compare(self, grades: Grades, theirs: str) -> None:
        """Tell where a platform counts to another number of points."""
        try:
            most = float(theirs.replace(",", "."))
        except ValueError:
            return
        if abs(most - grades.most) > _SAME:
            text = say(
                "{assignment}: {platform} counts to {there} points, the gradebook to {here}; points are not converted",
                assignment=grades.assignment,
                platform=self._platform,
                there=points(most),
                here=points(grades.most),
            )
            self._tell(text)

    # --- the course ---------------------------------------------------------------------------------------------------

    def _root(self) -> Path | None:
        return Path(self.parent.coursedir.root) if self.parent is not None else None

    def _identities(self) -> dict[str, dict[str, dict[str, Any]]]:
        root = self._root()
        return read_identities(root) if root else {}

    def _titles(self) -> dict[str, str]:
        try:
            return dict(Signs(find_course(self._root())).titles)
        except CourseError:
            return {}

    def _tell(self, message: Message) -> None:
        self.log.warning("%s", in_locale(message))


class CanvasExport(_PlatformExport):
    """Writes a gradebook that Canvas imports: one column for each assignment."""

    columns = Dict(help='Canvas\'s names of assignments, where they are others: {"layers": "Layers (4321)"}.').tag(
        config=True
    )

    _platform = "Canvas"

    def _write(self, students: list[Student], grades: list[Grades]) -> None:
        numbers = numbers_of(self._identities(), "Canvas")
        sheet = (self._filled if self.template else self._made)(students, grades, numbers)
        for one in grades:
            self._tell_waiting(students, one)
        path = Path(self.to or "canvas.csv")
        write_sheet(sheet, path)
        self.log.info("Grades for Canvas: %s", path)

    def _filled(self, students: list[Student], grades: list[Grades], numbers: dict[str, str]) -> Sheet:
        sheet = self._read_template()
        columns = [(one, column) for one in grades if (column := self._column(sheet, one)) is not None]
        if not columns:
            raise CourseError(say("{file}: there is no column to fill in", file=printable(self.template)))
        possible = next((row for row in sheet.rows if sheet.cell(row, 0) == _POINTS_POSSIBLE.strip()), [])
        for one, column in columns:
            self._compare(one, sheet.cell(possible, column))
        self._fill(sheet, students, columns, numbers)
        # Other columns could only bring back what has changed in Canvas since.
        first = (sheet.column(*CANVAS["section"]) or 0) + 1
        return sheet.only([*range(first), *(column for _, column in columns)])

    def _column(self, sheet: Sheet, grades: Grades) -> int | None:
        wanted = self.columns.get(grades.assignment)
        if wanted:
            found = [place for place, name in enumerate(sheet.header) if name.strip() == wanted]
        else:
            titles = {**self._titles(), title_key(grades.assignment): grades.assignment}
            parts = [(place, _WITH_NUMBER.fullmatch(name.strip())) for place, name in enumerate(sheet.header)]
            found = [place for place, part in parts if part and titled(part["title"], titles) == grades.assignment]
        if len(found) == 1:
            return found[0]
        text = say(
            "{assignment} is not one column of the template: name it with c.CanvasExport.columns = {example}",
            assignment=grades.assignment,
            example=f'{{"{grades.assignment}": "Title (123)"}}',
        )
        self._tell(text)
        return None

    def _made(self, students: list[Student], grades: list[Grades], numbers: dict[str, str]) -> Sheet:
        header = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]
        header += [self.columns.get(one.assignment, one.assignment) for one in grades]
        rows = [[_POINTS_POSSIBLE, "", "", "", "", *(points(one.most) for one in grades)]]
        for student in students:
            number = numbers.get(student.id, "")
            who = [student.name or student.id, number, "", "" if student.id == number else student.id, ""]
            rows.append([*who, *(self._cell(one, student) for one in grades)])
        return Sheet(header, rows)


class MoodleExport(_PlatformExport):
    """Writes a grading worksheet that Moodle imports: one file for each assignment."""

    _platform = "Moodle"

    def _write(self, students: list[Student], grades: list[Grades]) -> None:
        if self.template and len(grades) > 1 and "{assignment}" not in self.template:
            raise CourseError(say("a worksheet of Moodle's is for one assignment: name it with --assignment"))
        identities = self._identities()
        for one in grades:
            # Each assignment has numbers of its own.
            numbers = numbers_of({one.assignment: identities.get(one.assignment, {})}, "Moodle")
            sheet = (self._filled if self.template else self._made)(students, one, numbers)
            self._tell_waiting(students, one)
            path = self._path(one.assignment, alone=len(grades) == 1)
            write_sheet(sheet, path)
            self.log.info("Grades for Moodle: %s", path)

    def _path(self, assignment: str, *, alone: bool) -> Path:
        path = Path((self.to or "moodle.csv").replace("{assignment}", assignment))
        return path if alone or "{assignment}" in self.to else path.with_name(f"{path.stem}-{assignment}{path.suffix}")

    def _filled(self, students: list[Student], grades: Grades, numbers: dict[str, str]) -> Sheet:
        sheet = self._read_template(grades.assignment)
        place = {key: sheet.column(*MOODLE[key]) for key in ("grade", "most", "comment")}
        assert place["grade"] is not None
        self._compare(grades, sheet.cell(sheet.rows[0], place["most"]) if sheet.rows else "")
        rows = self._fill(sheet, students, [(grades, place["grade"])], numbers)
        for student, row in rows.items():
            comment = self._comment(grades, student)
            if comment and place["comment"] is not None:
                sheet.put(row, place["comment"], comment)
        return sheet

    def _made(self, students: list[Student], grades: Grades, numbers: dict[str, str]) -> Sheet:
        # Moodle asks for the day of the last change too, though it may be empty.
        header = ["Identifier", "Full name", "ID number", "Email address", "Grade", "Maximum grade"]
        header += ["Last modified (grade)", "Feedback comments"]
        rows = []
        for student in students:
            number = numbers.get(student.id, "")
            school = "" if number and student.id.endswith(f"_{number}") else student.id
            row = [f"Participant {number}" if number else "", student.name, school, student.email]
            comment = self._comment(grades, student.id)
            rows.append([*row, self._cell(grades, student), points(grades.most), "", comment])
        return Sheet(header, rows)

    def _comment(self, grades: Grades, student: str) -> str:
        grade = grades.by_student.get(student)
        return grade.comment if grade and (self.ungraded or not grade.waits) else ""
