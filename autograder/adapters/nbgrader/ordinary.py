"""An ordinary notebook of nbgrader's, with its tests in its own cells, runs behind our walls.

In place of nbgrader's Execute::

    c.Autograde.autograde_preprocessors = [
        "autograder.adapters.nbgrader.ordinary.RunInSandbox",
        "nbgrader.preprocessors.IgnorePattern",
        "nbconvert.preprocessors.ClearMetadataPreprocessor",
        "nbgrader.preprocessors.LimitOutput",
        "nbgrader.preprocessors.SaveAutoGrades",
        "nbgrader.preprocessors.AssignLatePenalties",
        "nbgrader.preprocessors.CheckCellMetadata",
    ]

No kernel is started. Whatever a notebook does, it reaches no solution, no other
student's work, no gradebook and no network, and costs no other student a grade.
But its tests run beside the student's code and can be made to pass by it: points
are what the student's process says, as they are in nbgrader itself.
"""

from __future__ import annotations

import atexit
import base64
import os
import sys
from collections.abc import Container, Iterator, Sequence
from fnmatch import fnmatch
from pathlib import Path, PurePath
from typing import Any, Final

from nbformat import from_dict
from nbgrader.preprocessors import NbGraderPreprocessor
from nbgrader.utils import is_grade, is_locked, is_solution
from traitlets import Float, Integer, List, Unicode, default

from autograder.adapters.nbgrader.outputs import message_output
from autograder.adapters.nbgrader.run import Autograder, run_of
from autograder.errors import CourseError
from autograder.messages import Message, say
from autograder.sandbox.cells import CellRun, Raised, Shown
from autograder.sandbox.notebooks import NotebookRunner, Settings

NOT_SHOWN: Final = ("*.ipynb", "timestamp.txt")
"""Files of an assignment that cells don't see: the notebook that lies there holds the hidden tests."""
SKIPPED: Final = (".ipynb_checkpoints", "__pycache__", ".git")
_PACKAGES: Final = ("site-packages", "dist-packages")
_ALMOST: Final = 1e-9
_runners: dict[Settings, NotebookRunner] = {}


class RunInSandbox(Autograder, NbGraderPreprocessor):
    """Run the cells of a notebook behind walls, and give each grade cell exactly one explicit score."""

    cell_s = Float(30.0, min=0.1, help="CPU seconds that one cell may take.").tag(config=True)
    total_s = Float(120.0, min=0.1, help="CPU seconds that a notebook may take.").tag(config=True)
    memory_mb = Integer(1024, min=64, help="MiB of memory that a notebook may use.").tag(config=True)
    output_kb = Integer(64, min=1, help="KiB of text that one cell may show.").tag(config=True)
    files_mb = Integer(256, min=0, help="MiB of files beside a notebook that its cells can read.").tag(config=True)
    packages = List(
        Unicode(), help="Folders that cells import from; by default the package folders of this Python."
    ).tag(config=True)
    readable = List(
        Unicode(), ["/usr/share/zoneinfo"], help="Further files and folders that cells may read, such as shared data."
    ).tag(config=True)

    @default("packages")
    def _packages_default(self) -> list[str]:
        return [path for path in sys.path if Path(path).name in _PACKAGES and Path(path).is_dir()]

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Run the notebook; nbgrader's SaveAutoGrades reads the scores."""
        return self.run(nb, resources), resources

    def run(self, nb: Any, resources: Any, *, leave: Container[str] = ()) -> Any:
        """Run the cells of a notebook and write their outputs.

        Parameters
        ----------
        nb : NotebookNode
            As nbgrader's OverwriteCells left it: with the tests of the source.
        resources : dict
            nbgrader's; `resources["metadata"]["path"]` is the folder that the notebook lies in.
        leave : container of str
            Ids of cells that are neither run nor changed.

        Raises
        ------
        CourseError
            The notebook isn't Python.
        SandboxError
            Our side failed: nobody gets a score.
        """
        language = nb.metadata.get("kernelspec", {}).get("language", "python")
        if language and str(language).lower() != "python":
            raise CourseError(
                say(
                    "The notebook is written in {language}, and the sandbox runs Python only: "
                    "keep nbgrader's Execute for it.",
                    language=language,
                )
            )
        cells = [cell for cell in nb.cells if cell.cell_type == "code"]
        sources = ["" if _id_of(cell) in leave else cell.source for cell in cells]
        withheld = {number for number, cell in enumerate(cells, 1) if is_grade(cell) or is_locked(cell)}
        runner = self._runner()
        runs = runner.run(sources, self._files(resources), withheld=withheld)
        if runner.left_out:
            self.log.warning("Too many or too large to be shown to cells: %s", ", ".join(map(str, runner.left_out)))
        writer = _Writer(self, sources, withheld)
        for number, (cell, run) in enumerate(zip(cells, runs, strict=True), 1):
            if _id_of(cell) not in leave:
                cell.execution_count = number if sources[number - 1].strip() else None
                cell.outputs = [from_dict(output) for output in writer.outputs(cell, run)]
        return nb

    def _runner(self) -> NotebookRunner:
        """Return what runs notebooks, started once for a class: preprocessors are made anew for every notebook."""
        level = run_of(self, self.parent.parent).level
        settings = Settings(
            level=level,
            cell_s=self.cell_s,
            total_s=self.total_s,
            memory_mb=self.memory_mb,
            output_kb=self.output_kb,
            files_mb=self.files_mb,
            packages=tuple(map(os.path.abspath, self.packages)),
            readable=tuple(map(os.path.abspath, self.readable)),
        )
        if settings not in _runners:
            self.log.info("Cells run at isolation level %s", level)
            if level == 1:
                self.log.warning("At isolation level 1 cells open no file and import only what needs none, as numpy")
            _runners[settings] = NotebookRunner(settings)
        return _runners[settings]

    def _files(self, resources: Any) -> Iterator[tuple[PurePath, Path]]:
        """Find the files that lie beside the notebook, released ones and the student's own."""
        folder, named = Path(resources["metadata"]["path"]), resources["nbgrader"]
        submitted = run_of(self, self.parent.parent).folder(named["assignment"], named["student"])
        for place, folders, names in os.walk(folder):
            folders[:] = sorted(name for name in folders if name not in SKIPPED)
            for name in sorted(names):
                relative = Path(place, name).relative_to(folder)
                # nbgrader copies what a link leads to, wherever that is.
                if not (submitted / relative).is_symlink() and not any(fnmatch(name, pattern) for pattern in NOT_SHOWN):
                    yield relative, Path(place, name)


@atexit.register
def close_runners() -> None:
    """End what was started to run notebooks."""
    while _runners:
        _runners.popitem()[1].close()


class _Writer:
    """Writes what came of cells as outputs of the notebook format."""

    def __init__(self, traits: RunInSandbox, sources: Sequence[str], withheld: Container[int]) -> None:
        self._languages = traits.languages
        self._log = traits.log
        self._sources = sources
        self._withheld = withheld
        places = {*traits.packages, str(Path(os.__file__).parent), str(Path(__file__).parents[3]), str(Path.home())}
        self._places = sorted(places, key=len, reverse=True)

    def outputs(self, cell: Any, run: CellRun) -> Iterator[dict[str, Any]]:
        """Yield the outputs of a cell; those of a grade cell end with its score."""
        scored = is_grade(cell) and not is_solution(cell)
        for shown in run.shown:
            # Points are shown as such.
            if not (scored and shown.kind == "result" and run.points is not None):
                yield self._shown(shown, scored=scored)
        if run.raised:
            yield self._error(run.raised)
        messages = [message for message in (run.remark, run.fault) if message]
        if scored:
            most = float(cell.metadata["nbgrader"]["points"])
            points, doubt = _points(run, most)
            if doubt:
                self._log.warning("%s: %s", _id_of(cell), doubt["en"])
            yield message_output(points, most, [*messages, *([doubt] if doubt else [])], self._languages)
        elif messages:
            lines = [message[language] for message in messages for language in self._languages]
            yield _display({"text/plain": "\n".join(dict.fromkeys(lines))})

    def _shown(self, shown: Shown, *, scored: bool) -> dict[str, Any]:
        text = self._without_paths(shown.text)
        if shown.kind in ("stdout", "stderr"):
            # nbgrader gives no points to a grade cell that has written to stderr, be it a warning.
            name = "stdout" if scored else shown.kind
            return {"output_type": "stream", "name": name, "text": text}
        if shown.kind == "figure":
            return _display({"image/png": base64.b64encode(shown.picture).decode("ascii")})
        output = _display({"text/plain": text})
        if shown.kind == "result" and not scored:
            output |= {"output_type": "execute_result", "execution_count": None}
        return output

    def _error(self, raised: Raised) -> dict[str, Any]:
        text = self._without_paths(raised.text)
        lines = ["Traceback (most recent call last):"]
        for cell, line, function in raised.frames:
            where = f"  Cell {cell}, line {line}"
            lines.append(where if function in ("", "<module>") else f"{where}, in {function}")
            source = self._sources[cell - 1].splitlines() if 0 < cell <= len(self._sources) else []
            # A line of a test may be hidden from students; whoever may see the cell finds it by its number.
            if cell not in self._withheld and 0 < line <= len(source):
                lines.append(f"    {source[line - 1].strip()}")
        lines.append(f"{raised.name}: {text}" if text else raised.name)
        return {"output_type": "error", "ename": raised.name, "evalue": text, "traceback": lines}

    def _without_paths(self, text: str) -> str:
        for place in self._places:
            text = text.replace(place + os.sep, "")
        return text


def _points(run: CellRun, most: float) -> tuple[float, Message | None]:
    """Return the points of a grade cell, and what is doubtful about them."""
    if not run.went_well:
        return 0.0, None
    if run.points is None:
        return most, None
    if 0 <= run.points <= most * (1 + _ALMOST):
        return min(run.points, most), None
    doubt = say(
        "The test's last line gave {number}, which is no number of points between 0 and {most}, so it counts 0.",
        number=f"{run.points:g}",
        most=f"{most:g}",
    )
    return 0.0, doubt


def _id_of(cell: Any) -> str:
    return str(cell.metadata.get("nbgrader", {}).get("grade_id", ""))


def _display(data: dict[str, str]) -> dict[str, Any]:
    return {"output_type": "display_data", "metadata": {}, "data": data}
