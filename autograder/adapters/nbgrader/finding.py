"""Submissions without the expected notebook, found for `nbgrader autograde` nevertheless.

nbgrader grades the notebooks that it finds in a submission. Who hands in a `.py` file,
or renames the notebook, has no grade, and no setting of nbgrader's changes that. So
the one step in which it looks for notebooks is replaced here, for runs that read by
`SubmissionExporter`: it names the released notebook of each submission, whether or
not a file of that name is there. What is read in its place is everything that was
handed in.

nbgrader imports the exporter when it makes a converter, and so this module in time:
`c.Autograde.exporter_class = "autograder.adapters.nbgrader.finding.SubmissionExporter"`.
"""

from __future__ import annotations

import contextlib
import fnmatch
import functools
import glob
import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.converters import Autograde

from autograder.adapters.nbgrader import copying
from autograder.adapters.nbgrader.books import open_book
from autograder.adapters.nbgrader.logs import warn_of_name
from autograder.adapters.nbgrader.reading import SubmissionExporter
from autograder.adapters.nbgrader.run import course_at
from autograder.errors import AutograderError

_UNNAMEABLE: Final = re.compile(r"[\0-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""Control characters, what turns the direction of writing, and bytes that are no text."""

__all__ = ["SubmissionExporter", "find_notebooks", "install"]


def install() -> None:
    """Let nbgrader find every submission; once is enough."""
    original = Autograde.init_notebooks
    if hasattr(original, "__wrapped__"):
        return

    @functools.wraps(original)
    def init_notebooks(converter: Any) -> None:
        known, exercises = _notebooks(converter)
        if not exercises:
            original(converter)
            return
        found = find_notebooks(converter, known, exercises)
        if not found:
            # nbgrader's own words for it, and its own way to end.
            original(converter)
        converter.assignments, converter.notebooks = found, []

    Autograde.init_notebooks = init_notebooks


def find_notebooks(converter: Any, known: Iterable[str], exercises: Iterable[str]) -> dict[str, list[str]]:
    """Find the notebooks of all submissions of an assignment.

    Parameters
    ----------
    converter : nbgrader.converters.Autograde
        Says which assignment and which students.
    known : iterable of str
        Names of the assignment's notebooks; others that were handed in are nobody's to show.
    exercises : iterable of str
        Those of them that hold exercises, which are named whether or not they are there.

    Returns
    -------
    dict of str to list of str
        Paths of notebooks by the folder of the submission.
    """
    course = converter.coursedir
    pattern = f"{course.notebook_id}.ipynb"
    found = {}
    named = converter._format_source(course.assignment_id, course.student_id)  # noqa: SLF001
    # Who is asked for by name may have one that means something else as a pattern: "kim [1]".
    for folder in {named, *glob.glob(named)}:  # noqa: PTH207
        if not Path(folder).is_dir() or not _can_be_named(converter, Path(folder)):
            continue
        there = {path.name for path in Path(folder).glob("*.ipynb")} & {f"{name}.ipynb" for name in known}
        wanted = sorted(name for name in {*there, *(f"{name}.ipynb" for name in exercises)})
        found[folder] = [str(Path(folder, name)) for name in wanted if fnmatch.fnmatch(name, pattern)]
    return {folder: notebooks for folder, notebooks in found.items() if notebooks}


def _can_be_named(converter: Any, folder: Path) -> bool:
    """Say whether nbgrader can handle the name of a submission: at a line break it ends, and with it the class."""
    name = os.path.relpath(folder, converter.coursedir.root)
    if not _UNNAMEABLE.search(name):
        return True
    warn_of_name(converter.log, name)
    return False


def _notebooks(converter: Any) -> tuple[list[str], list[str]]:
    """Return the names of an assignment's notebooks, and of those among them that hold exercises of ours."""
    course = converter.coursedir
    ours = course_at(Path(course.root))
    if not issubclass(converter.exporter_class, SubmissionExporter) or not ours:
        return [], []
    if course.assignment_id not in ours.names:
        return [], []
    assignment = ours.assignment(course.assignment_id)
    exercises = {exercise.name for exercise in assignment.exercises}
    with Gradebook(course.db_url, course.course_id) as gradebook:
        # Whoever was given the released folders has no gradebook that knows of them: it need not be released again.
        with contextlib.suppress(AutograderError):  # which will be told when the graders are made ready
            open_book(gradebook, assignment)
        try:
            notebooks = gradebook.find_assignment(course.assignment_id).notebooks
        except MissingEntry:
            return [], []
        cells = {book.name: {cell.name for cell in book.grade_cells} for book in notebooks}
    return list(cells), [name for name, held in cells.items() if held & exercises]


install()
copying.install(SubmissionExporter)
