"""What the audit of an assignment consists of: its wrong variants, its cases, and what the author accepts."""

from __future__ import annotations

from dataclasses import dataclass

from autograder.assignments import Assignment
from autograder.audit.acceptances import load_acceptances
from autograder.cases import Case, load_case
from autograder.errors import AutograderError, CourseError
from autograder.messages import Message, say
from autograder.submissions import Cell, Submission
from autograder.variants import MISTAKES, Variant, load_catalogue, make_variants


@dataclass(frozen=True)
class Plan:
    """What is to be tried on one assignment.

    Attributes
    ----------
    text : str
        The reference solution.
    accepted : dict of str to Message
        Why the author accepts which variants.
    broken : dict of str to Message
        Cases that can't be read, and why.
    """

    assignment: Assignment
    text: str
    variants: list[Variant]
    cases: list[Case]
    accepted: dict[str, Message]
    broken: dict[str, Message]

    @property
    def exercises(self) -> tuple[str, ...]:
        """The names of the exercises, in order."""
        return tuple(exercise.name for exercise in self.assignment.exercises)

    def submission(self, name: str, text: str) -> Submission:
        """Hand in a whole solution file as if a student had."""
        file = self.assignment.reference.name
        return Submission(name, self.assignment.name, (file,), (Cell(file, text),), {}, (), "")


def make_plan(assignment: Assignment) -> Plan:
    """Read an assignment and make the variants of its reference.

    Raises
    ------
    CourseError
        If there is nothing to audit, or a file of the author's is wrong.
    """
    for path in (assignment.reference, assignment.hidden_checks):
        if not path.is_file():
            raise CourseError(say("{name}: there is no {file} to audit", name=assignment.name, file=path))
    try:
        text = assignment.reference.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CourseError(say("{file}: can't be read: {reason}", file=assignment.reference, reason=error)) from error
    exercises = [exercise.name for exercise in assignment.exercises]
    path = assignment.folder / MISTAKES
    catalogue = load_catalogue(path, exercises) if path.exists() else []
    cases, broken = _load_cases(assignment, exercises)
    return Plan(
        assignment=assignment,
        text=text,
        variants=make_variants(text, exercises, catalogue),
        cases=cases,
        accepted=load_acceptances(assignment.folder),
        broken=broken,
    )


def _load_cases(assignment: Assignment, exercises: list[str]) -> tuple[list[Case], dict[str, Message]]:
    cases, broken = [], {}
    for folder in assignment.cases:
        try:
            case = load_case(folder, exercises)
            case.submission(assignment)
        except AutograderError as error:
            broken[folder.name] = error.message
        else:
            cases.append(case)
    return cases, broken
