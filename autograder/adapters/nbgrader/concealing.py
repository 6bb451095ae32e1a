"""Feedback that students may see: no hidden test, no expected value, no place of the instructor's machine."""

from __future__ import annotations

import builtins
import html
import re
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import Any, Final

from nbgrader.preprocessors import ClearHiddenTests
from nbgrader.utils import is_grade, is_locked
from traitlets import List, Unicode, default

from autograder.adapters.nbgrader.markup import harmless, is_inert
from autograder.adapters.nbgrader.outputs import MARK
from autograder.adapters.nbgrader.run import Autograder
from autograder.messages import say

_SHOWN: Final = ("text/html", "image/png", "image/jpeg", "text/plain")
# A path says where it leads; its last part says which file it is, and may stay.
_REST: Final = r"[^\s'\"<>:;,()\[\]]*/"


class Conceal(Autograder, ClearHiddenTests):
    """Strip what is hidden from a graded notebook, and what could become active in a student's browser."""

    # nbconvert configures it for whatever runs in its HTML exporter.
    display_data_priority = List(list(_SHOWN)).tag(config=True)
    course = Unicode(help="The course's folder, of which students read no path.")

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Return the notebook as its student may see it."""
        nb.metadata.pop("celltoolbar", None)
        for cell in nb.cells:
            self._conceal(cell, _paths(self.course))
        return nb, resources

    @default("course")
    def _course_default(self) -> str:
        return str(self.parent.parent.coursedir.root)

    def _conceal(self, cell: Any, paths: re.Pattern[str]) -> None:
        held = self._strip_tests(cell)
        if cell.cell_type == "markdown":
            cell.source = harmless(cell.source, attached=frozenset(cell.get("attachments", ())))
        elif cell.cell_type == "code":
            # While a hidden test runs, the student's own code can print what it is called with; what is left
            # is how it failed, and the points where it gives some.
            told = {"error", "execute_result"} if is_grade(cell) else {"error"}
            kept = [output for output in cell.outputs if not held or output.output_type in told]
            cell.outputs = [self._shown(output, paths, held=held) for output in kept]
        comment = cell.metadata.get("nbgrader", {}).get("comment")
        if isinstance(comment, str):
            cell.metadata.nbgrader["comment"] = _escaped(comment) if comment.startswith(MARK) else harmless(comment)

    def _strip_tests(self, cell: Any) -> bool:
        """Take hidden tests out of a cell; return whether there were any."""
        begins, ends = (cell.source.count(mark) for mark in (self.begin_test_delimeter, self.end_test_delimeter))
        # What a student typed is no hidden test.
        if not (begins or ends) or not (is_grade(cell) or is_locked(cell)):
            return False
        try:
            self._remove_hidden_test_region(cell)
        except RuntimeError:
            ends = -1
        if begins != ends:
            name = cell.metadata.nbgrader["grade_id"]
            self.log.warning("%s: the marks of hidden tests don't pair up; nothing of the cell is shown", name)
            cell.source = ""
        return True

    def _shown(self, output: Any, paths: re.Pattern[str], *, held: bool) -> Any:
        """Return an output without paths, tracebacks and active content.

        Parameters
        ----------
        held : bool
            Whether its cell holds hidden tests: then an error says only that one failed.
        """
        if output.output_type == "stream":
            output.text = paths.sub("", output.text)
        elif output.output_type == "error":
            # Whoever names an exception after an argument would read it here.
            known = output.ename if hasattr(builtins, output.ename) else "Exception"
            told = say("A hidden test of this cell did not pass ({error}).", error=known)
            text = (
                "\n".join(told[language] for language in self.languages) if held else f"{output.ename}: {output.evalue}"
            )
            output.ename, output.evalue = (known, "") if held else (output.ename, paths.sub("", output.evalue))
            output.traceback = [paths.sub("", text)]
        else:
            output.data = {kind: data for kind, data in output.data.items() if _may_show(kind, data)}
            output.metadata = {}
            if "text/plain" in output.data:
                output.data["text/plain"] = paths.sub("", output.data["text/plain"])
        return output


@cache
def _paths(course: str) -> re.Pattern[str]:
    """Return what matches the folders of a path on this machine, so that the name of the file is left."""
    places = {course, sys.prefix, sys.base_prefix, str(Path.home()), tempfile.gettempdir()}
    longest_first = sorted((place for place in places if len(place) > 1), key=len, reverse=True)
    return re.compile(rf"(?:{'|'.join(map(re.escape, longest_first))})(?:/{_REST}|/)")


def _may_show(kind: str, data: Any) -> bool:
    return kind in _SHOWN and isinstance(data, str) and (kind != "text/html" or is_inert(data))


def _escaped(comment: str) -> str:
    """Return a comment of ours as it was written: no asterisk of a formula makes it slanted."""
    lines = (html.escape(line) for line in comment.split("\n") if line.strip())
    return f'<div class="tex2jax_ignore mathjax_ignore">{"<br>".join(lines)}</div>'
