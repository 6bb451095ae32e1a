"""What nbgrader runs in place of, and between, its own steps.

::

    autograde   submitted/ ──SubmissionExporter──▶ Restore ──nbgrader's own──▶ autograded/
                autograded/ ──▶ Grade (for Execute) ──▶ SaveAutoGrades ──▶ Flag ──▶ autograded/
    feedback    autograded/ ──▶ GetGrades ──▶ Conceal ──▶ feedback/

Each ends at a boundary of its own: what is wrong with one cell or one submission is
told to the log, and costs nobody else.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any, Final

from nbformat.notebooknode import from_dict
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.preprocessors import NbGraderPreprocessor
from nbgrader.utils import is_grade, is_solution, is_task

from autograder.adapters.nbgrader import outputs
from autograder.adapters.nbgrader.cells import restore
from autograder.adapters.nbgrader.concealing import Conceal
from autograder.adapters.nbgrader.run import Autograder, Run, run_of
from autograder.adapters.nbgrader.shapes import Data, new_cell
from autograder.adapters.nbgrader.source import answer_id
from autograder.assignments import Assignment
from autograder.errors import CourseError
from autograder.results import Note, SubmissionResult

__all__ = ["Conceal", "Flag", "Grade", "Restore"]

NOTES: Final = "autograder_notes"
"""Of the notebook's metadata, between `Restore` and `Grade`; a student's own are gone by then."""
LOST: Final = "autograder_lost"
"""Likewise: answers that people grade, and that no cell claims to be; the words may stand in any other."""
FLAGS: Final = "autograder"
"""Of the resources, between `Grade` and `Flag`."""


class Restore(Autograder, NbGraderPreprocessor):
    """Recognise the cells of the release, whatever was done to them or to nbgrader's metadata."""

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Return a notebook that holds every graded cell once, and no cell that is none of the release."""
        run, named = run_of(self, self.parent.parent), resources["nbgrader"]
        expected = run.expected(named["assignment"], named["notebook"])
        claimed = {str(cell.metadata.get("nbgrader", {}).get("grade_id")) for cell in nb.cells}
        try:
            whole, notes = restore(nb, expected)
        except Exception:
            # The boundary: a notebook that we can't take must not cost the submission.
            self.log.exception("%s: its cells could not be recognised; they are left out", _place(resources))
            whole, notes = restore({"cells": []}, expected)
        for note in notes:
            self.log.warning("%s: %s", _place(resources), note.message["en"])
        whole["metadata"][NOTES] = [asdict(note) for note in notes]
        whole["metadata"][LOST] = sorted(_answers_by_hand(expected) - claimed)
        return from_dict(whole), resources


class Grade(Autograder, NbGraderPreprocessor):
    """Judge the submission as it was handed in, and write one explicit output into every grade cell."""

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Return the notebook with points and sentences; student code runs behind walls only."""
        run, named = run_of(self, self.parent.parent), resources["nbgrader"]
        notes = [Note(**note) for note in nb.metadata.pop(NOTES, [])]
        assignment = run.assignment(named["assignment"])
        graded: set[str] = set()
        faults: set[str] = set(nb.metadata.pop(LOST, []))
        result = None
        if assignment:
            result = run.grade(assignment, named["student"])
            graded, ours = self._write(nb, result, assignment, run)
            faults |= ours
            notes = [*result.notes, *notes]
        left = [cell for cell in _test_cells(nb) if _id(cell) not in graded]
        if left or not assignment:
            faults |= self._run_ordinary(nb, resources, left, graded)
        if remarks := outputs.notes_html(notes, self.languages):
            nb.cells.insert(0, from_dict({**new_cell("markdown", remarks), "id": "autograder-notes"}))
        resources[FLAGS] = {"result": result, "faults": faults}
        return nb, resources

    def _write(self, nb: Any, result: SubmissionResult, assignment: Assignment, run: Run) -> tuple[set[str], set[str]]:
        """Fill the cells of our exercises; return which they are, and which a fault of ours left without points."""
        exercises = {exercise.name for exercise in assignment.exercises}
        sentences = run.sentences(assignment)
        graded = set()
        for cell in _test_cells(nb):
            name = _id(cell)
            if name in exercises:
                points = float(cell.metadata.nbgrader["points"])
                output = outputs.grade_output(result, name, points, self.languages, sentences=sentences)
                cell.outputs = [from_dict(output)]
                graded.add(name)
        return graded, {name for name in graded if outputs.needs_a_person(result, name)}

    def _run_ordinary(self, nb: Any, resources: Any, left: Sequence[Any], graded: set[str]) -> set[str]:
        """Run cells with tests of their own; return those that a fault of ours left without points."""
        from autograder.adapters.nbgrader.ordinary import RunInSandbox  # noqa: PLC0415 - brings numpy, rarely needed

        runner = RunInSandbox(
            parent=self.parent, isolation=run_of(self, self.parent.parent).level, language=self.language
        )
        try:
            runner.run(nb, resources, leave=graded)
        except CourseError:
            raise  # somebody has to change the course, and everybody is concerned
        except Exception:
            # The boundary: what can't be run is looked at by a person.
            self.log.exception("%s: its cells could not be run; a person has to look at them", _place(resources))
            for cell in left:
                points = float(cell.metadata.nbgrader["points"])
                cell.outputs = [from_dict(outputs.message_output(0, points, [outputs.our_fault()], self.languages))]
            return {_id(cell) for cell in left}
        return set()


class Flag(Autograder, NbGraderPreprocessor):
    """Write comments on answers, and ask for a person where a fault of ours stands; after SaveAutoGrades."""

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Return the notebook as it is."""
        found = resources.pop(FLAGS, None)
        if found:
            named = resources["nbgrader"]
            with Gradebook(named["db_url"]) as gradebook:
                place = named["notebook"], named["assignment"], named["student"]
                for name in found["faults"]:
                    gradebook.find_grade(name, *place).needs_manual_grade = True
                if found["result"]:
                    self._comment(gradebook, place, found["result"])
                gradebook.db.commit()
        return nb, resources

    def _comment(self, gradebook: Any, place: tuple[str, str, str], result: SubmissionResult) -> None:
        for exercise in result.exercises:
            try:
                comment = gradebook.find_comment(answer_id(exercise.name), *place)
            except MissingEntry:
                continue
            # nbgrader's own "No response." goes: whoever answered in another cell has answered.
            comment.auto_comment = outputs.comment(result, exercise.name, self.languages)


def _test_cells(nb: Any) -> Iterator[Any]:
    """Yield the cells whose points nbgrader reads from their outputs."""
    for cell in nb.cells:
        if cell.cell_type == "code" and is_grade(cell) and not is_solution(cell) and not is_task(cell):
            yield cell


def _answers_by_hand(expected: Sequence[Data]) -> set[str]:
    cells = (cell["metadata"]["nbgrader"] for cell in expected)
    return {cell["grade_id"] for cell in cells if (cell["grade"] and cell["solution"]) or cell["task"]}


def _id(cell: Any) -> str:
    name: str = cell.metadata.nbgrader["grade_id"]
    return name


def _place(resources: Any) -> str:
    return "{student}/{assignment}/{notebook}".format(**resources["nbgrader"])
