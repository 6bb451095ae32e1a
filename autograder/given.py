"""What a submission finds that its author did not write: the given code, and a library behind absent modules.

All of it is what students receive with one assignment or another. Of an
assignment's own exercises nothing is here.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from autograder.assignments import Assignment
from autograder.errors import CourseError
from autograder.messages import say
from autograder.releasing import BEGIN, STUB, stub_text
from autograder.submissions.names import fold

LIBRARY: Final = "library.py"
"""Of the course: what modules that students import hold beyond what the stubs give."""

_Definition = ast.FunctionDef | ast.ClassDef


def given_text(assignment: Assignment) -> str:
    """Return the source of what students were given with an assignment: its stub.

    Raises
    ------
    CourseError
        If the solution's markers are wrong.
    """
    path = assignment.reference
    return stub_text(path.read_text(encoding="utf-8")) if path.exists() else ""


def library_text(assignment: Assignment) -> str:
    """Return the source of what sibling assignments give, and of the course's library, without this one's exercises.

    Raises
    ------
    CourseError
        If one of the files is not Python.
    """
    own = {fold(name) for exercise in assignment.exercises for name in (exercise.name, *exercise.also)}
    course = assignment.folder.parent
    paths = [folder / f"{folder.name}.py" for folder in sorted(course.iterdir()) if folder != assignment.folder]
    statements: dict[str, str] = {}
    for path in (*paths, course / LIBRARY):
        for statement in _given_statements(path) if path.is_file() else ():
            name = statement.name if isinstance(statement, _Definition) else ast.unparse(statement)
            # A helper may share its name with a class that is to be written: `sigmoid` is not `Sigmoid`.
            if fold(name) not in own or (isinstance(statement, ast.FunctionDef) and name not in _names(assignment)):
                statements.setdefault(name, ast.unparse(statement))
    return "\n".join(statements.values())


def _names(assignment: Assignment) -> set[str]:
    return {name for exercise in assignment.exercises for name in (exercise.name, *exercise.also)}


def _given_statements(path: Path) -> Iterator[ast.stmt]:
    """Yield the imports and the definitions of a solution or a stub that students don't write."""
    text = path.read_text(encoding="utf-8")
    theirs = [number for number, line in enumerate(text.splitlines(), 1) if line.strip() in (BEGIN, STUB[0])]
    try:
        tree = ast.parse(text)
    except SyntaxError as error:
        raise CourseError(say("{file}: can't be read: {reason}", file=path, reason=error)) from error
    for statement in tree.body:
        if isinstance(statement, ast.Import | ast.ImportFrom):
            yield statement
        elif isinstance(statement, _Definition):
            end = statement.end_lineno or statement.lineno
            if not any(statement.lineno <= number <= end for number in theirs):
                yield statement
