"""Submitted notebooks, read so that none is lost: nbgrader's own reader fails on what is not as it should be."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from nbconvert.exporters import NotebookExporter
from nbformat.notebooknode import from_dict
from traitlets import Bool

from autograder.adapters.nbgrader.run import Autograder, run_of
from autograder.adapters.nbgrader.shapes import Data, new_notebook
from autograder.adapters.nbgrader.showing import notebook_in, shown
from autograder.submissions.files import describe
from autograder.submissions.names import printable


class SubmissionExporter(Autograder, NotebookExporter):
    """Reads what was handed in, whatever it is; for the rest, nbconvert's own exporter of notebooks."""

    optimistic_validation = Bool(
        default_value=True, help="Validate a notebook once, and not after each of a dozen preprocessors."
    ).tag(config=True)

    def __init__(self, config: Any = None, **options: Any) -> None:
        super().__init__(config=config, **options)
        # nbgrader makes its exporter before it touches the first submission: what stands
        # against grading is to be told now, once, and not of each student.
        run_of(self, self.parent)

    def from_filename(
        self, filename: str, resources: dict[str, Any] | None = None, **options: Any
    ) -> tuple[Any, dict[str, Any]]:
        """Read a notebook that was handed in; one that nbgrader wrote itself is read by nbconvert."""
        if resources is None or not self.parent._sanitizing:  # noqa: SLF001 - nothing else tells the two apart
            return super().from_filename(filename, resources, **options)
        path = Path(filename)
        now = dt.datetime.now(tz=dt.timezone.utc)
        resources["metadata"] = {"name": path.stem, "path": str(path.parent), "modified_date": f"{now:%B %d, %Y}"}
        return self.from_notebook_node(from_dict(self._read(path, resources["nbgrader"])), resources, **options)

    def _read(self, path: Path, nbgrader: dict[str, str]) -> Data:
        run = run_of(self, self.parent)
        try:
            assignment = run.assignment(nbgrader["assignment"])
            known = {
                cell["metadata"]["nbgrader"]["grade_id"]
                for cell in run.expected(nbgrader["assignment"], nbgrader["notebook"])
            }
            if assignment and not known.isdisjoint(exercise.name for exercise in assignment.exercises):
                return shown(run.work(assignment, nbgrader["student"]), path.name)
            return notebook_in(describe(path, printable(path.name))) or new_notebook(())
        except Exception:
            # The boundary: a file that our reader can't take costs nobody the others.
            self.log.exception("%s could not be read; an empty notebook stands for it", path)
            return new_notebook(())
