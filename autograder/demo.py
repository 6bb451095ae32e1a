"""The sample class: the course's own cases, handed in as a class would.

A case joins the class by ``demo = true`` in its expected.toml (`autograder.cases`).
"""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Final

from autograder.cases import load_case
from autograder.errors import CourseError
from autograder.messages import say

if TYPE_CHECKING:
    from pathlib import Path

    from autograder.assignments import Course


CLASS: Final = 12  # students


def build_class(course: Course, folder: Path) -> int:
    """Lay out the sample class as `<student>/<assignment>/<files>`.

    Parameters
    ----------
    course : Course
        Whose cases to take.
    folder : Path
        An empty folder.

    Returns
    -------
    int
        Number of submissions.

    Raises
    ------
    CourseError
        If no case of the course says that it belongs to the class.
    """
    cases = [(name, _demo_cases(course, name)) for name in course.names]
    students = max((len(found) for _, found in cases), default=0)
    shift = 0
    for name, found in cases:
        for number, case in enumerate(found):
            student = f"student{(number + shift) % students + 1:02d}"
            target = folder / student / name
            shutil.copytree(case, target, symlinks=True, ignore=shutil.ignore_patterns("expected.toml"))
        # The next assignment begins with the next student: all hand in about as much.
        shift += len(found)
    total = sum(len(found) for _, found in cases)
    if not total:
        raise CourseError(say("the course in {folder} has no cases marked demo = true", folder=course.root))
    return total


def _demo_cases(course: Course, name: str) -> list[Path]:
    assignment = course.assignment(name)
    exercises = [exercise.name for exercise in assignment.exercises]
    cases = [folder for folder in assignment.cases if load_case(folder, exercises).in_demo]
    # More than the class has students: some from each stretch of the alphabet, which sorts them by kind.
    return [cases[place * len(cases) // CLASS] for place in range(CLASS)] if len(cases) > CLASS else cases
