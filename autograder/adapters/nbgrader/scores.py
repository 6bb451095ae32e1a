"""What a gradebook says, as it goes to a learning platform."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nbgrader.api import Assignment, Gradebook, SubmittedAssignment

from autograder.adapters.nbgrader.sheets import Sheet, match, people_in

_ANSWER = "_answer"
_SIGN = re.compile(r"[=+\-@]")
# A spreadsheet may take the semicolon of an entity for a delimiter, and what follows for a formula.
_ENTITY = re.compile(rf";(?:\s|{_SIGN.pattern})+")


@dataclass(frozen=True)
class Student:
    """Whom a gradebook knows.

    Attributes
    ----------
    name : str
        Last name first.
    """

    id: str
    name: str
    email: str


@dataclass(frozen=True)
class Grade:
    """What one student reached in one assignment.

    Attributes
    ----------
    score : float
        Points, less what lateness costs.
    waits : bool
        Whether a person still has to look.
    comment : str
        HTML.
    """

    score: float
    waits: bool
    comment: str

    @property
    def points(self) -> str:
        """The score as a number in a table."""
        return points(self.score)


@dataclass(frozen=True)
class Grades:
    """The grades of one assignment, by student."""

    assignment: str
    most: float
    by_student: dict[str, Grade]


def points(value: float) -> str:
    """Write a number of points without what floating point adds."""
    return f"{round(value, 4):.15g}"


def read_students(gradebook: Gradebook) -> list[Student]:
    """Return the students of a gradebook, in its order: by name."""
    return [
        Student(one.id, ", ".join(filter(None, (one.last_name, one.first_name))), one.email or "")
        for one in gradebook.students
    ]


def read_grades(gradebook: Gradebook, assignment: Assignment) -> Grades:
    """Return what was handed in for an assignment, and what it earned."""
    grades = {}
    for submission in gradebook.assignment_submissions(assignment.name):
        score = max(0.0, submission.score - (submission.late_submission_penalty or 0.0))
        waits = bool(submission.needs_manual_grade)
        grades[submission.student.id] = Grade(score, waits, _comments(submission))
    return Grades(assignment.name, float(assignment.max_score), grades)


def find_rows(sheet: Sheet, students: Sequence[Student], number: Callable[[Student], str]) -> dict[str, int]:
    """Find the students of a gradebook in a platform's table.

    Parameters
    ----------
    number : callable
        Returns by which number the platform knows a student, if that is known.

    Returns
    -------
    dict of str to int
        Rows by the ids of students; without those who may be nobody, or several.
    """
    people = people_in(sheet)
    keys = [
        (one.id, *filter(None, [one.email]), *(f"#{known}" for known in [number(one)] if known)) for one in students
    ]
    found = match(people, keys)
    if not any(found) and sheet.platform == "Canvas":
        # Nobody is known by a name of the school's, so the ids can only be Canvas's own.
        found = match(people, [(f"#{one.id}",) for one in students])
    return {one.id: person.row for one, person in zip(students, found, strict=True) if person}


def numbers_of(identities: Mapping[str, Mapping[str, Mapping[str, Any]]], platform: str) -> dict[str, str]:
    """Return by which numbers a platform knows students, from what was collected for some assignments."""
    return {
        student: str(told["number"])
        for known in identities.values()
        for student, told in known.items()
        if told.get("platform") == platform and told.get("number")
    }


def _comments(submission: SubmittedAssignment) -> str:
    """Return the comments of a submission as HTML, which is how Moodle reads them."""
    lines = []
    for notebook in submission.notebooks:
        for comment in sorted(notebook.comments, key=lambda one: str(one.name)):
            if comment.comment and comment.comment.strip():
                name = html.escape(str(comment.name).removesuffix(_ANSWER))
                lines.append(f"<p><b>{name}</b><br>{html_of(comment.comment.strip())}</p>")
    return "".join(lines)


def html_of(comment: str) -> str:
    """Return a comment as HTML that no spreadsheet takes for a formula."""
    lines = html.escape(comment).replace("\n", "<br>")
    return _ENTITY.sub(lambda found: _SIGN.sub(lambda sign: f"&#{ord(sign[0])};", found[0]), lines)
