"""The cells that a kernel has run, found again by the code that came of them."""

from __future__ import annotations

import ast
import contextlib
import linecache
import re
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

_NUMBERED: Final = re.compile(r"<ipython-input-(\d+)-")
ABOVE: Final = "#\n"
"""Stands where the command stood, above what is run: lines keep the numbers that the notebook shows."""
LONGEST: Final = 100_000
"""Characters of a cell that take part in messages: nobody types more, and what is pasted as data tells nothing."""


class Cells:
    """The cells of a kernel, by the file name under which IPython compiled each.

    Parameters
    ----------
    shell : IPython.core.interactiveshell.InteractiveShell
        The kernel's shell.
    """

    def __init__(self, shell: Any) -> None:
        self._shell = shell
        self._parsed: dict[str, tuple[str, dict[str, ast.stmt]]] = {}
        self._inner: dict[str, tuple[int, int]] = {}

    @contextlib.contextmanager
    def running_inside(self) -> Iterator[None]:
        """Give what is run meanwhile the number of the cell that runs it: newer versions of IPython count on."""
        coming = self._shell.execution_count
        running = getattr(self._shell.displayhook, "prompt_count", coming)
        yield
        self._inner.update({filename: (coming, running) for filename, n in self._noted.items() if n == coming})

    def is_cell(self, filename: str) -> bool:
        """Say whether the code with that file name was typed into a cell."""
        entry: Any = linecache.cache.get(filename)
        # What is no file on a disk has no time of its last change; older versions of IPython keep a list.
        typed = getattr(linecache, "_ipython_cache", {})
        return entry is not None and len(entry) > 1 and (entry[1] is None or filename in typed)

    def text_of(self, filename: str) -> str:
        """Return the text of a cell, as Python."""
        return "".join(linecache.getlines(filename)) if self.is_cell(filename) else ""

    def name_of(self, filename: str) -> str:
        """Return ``cell`` and the number that the notebook shows beside it; "" where it is none."""
        if not self.is_cell(filename):
            return ""
        number = self._noted.get(filename)
        if number is None:
            number = self._number_by_name(filename) or self._number_by_text(filename)
        counted, running = self._inner.get(filename, (None, None))
        number = running if number == counted else number
        return f"cell {number}" if number else "cell"

    def statements_of(self, filename: str) -> dict[str, ast.stmt]:
        """Return the last definition of each name at the top level of a cell."""
        text = self.text_of(filename)
        known = self._parsed.get(filename)
        if known is None or known[0] != text:
            known = self._parsed[filename] = (text, defined_in(text))
        return known[1]

    def home_of(self, value: object, name: str) -> str:
        """Return the file name of the code that a function or class came from; "" where there is none."""
        code = getattr(value, "__code__", None)
        if isinstance(code, types.CodeType):
            return code.co_filename
        if not isinstance(value, type):
            return ""
        for part in vars(value).values():
            inner = getattr(part, "__func__", None) or getattr(part, "fget", None) or part
            code = getattr(inner, "__code__", None)
            if isinstance(code, types.CodeType) and getattr(inner, "__module__", None) == value.__module__:
                return code.co_filename
        # A class without a method of its own: the newest cell that has it.
        return next(
            (cell for cell in reversed(self._noted) if isinstance(self.statements_of(cell).get(name), ast.ClassDef)), ""
        )

    @property
    def _noted(self) -> dict[str, int]:
        """The numbers that IPython notes for its own tracebacks; old versions don't."""
        noted: dict[str, int] = getattr(self._shell.compile, "_filename_map", {})
        return noted

    def _number_by_name(self, filename: str) -> int | None:
        found = _NUMBERED.match(filename)
        return int(found[1]) if found else None

    def _number_by_text(self, filename: str) -> int | None:
        """Look for the cell among what was typed: older versions of IPython don't note the number."""
        text = self.text_of(filename).strip()
        # What was run below a command stands in the command's call.
        quoted = repr(text.removeprefix(ABOVE).strip())[1:-1]
        typed = list(self._shell.history_manager.input_hist_parsed)
        numbers = range(len(typed) - 1, 0, -1)
        return next((n for n in numbers if typed[n].strip() == text or quoted in typed[n]), None)


def defined_in(text: str) -> dict[str, ast.stmt]:
    """Return the functions and classes at the top level of a text; none where it isn't Python."""
    try:
        body = ast.parse(text).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return {}
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return {statement.name: statement for statement in body if isinstance(statement, kinds)}


def bound_in(text: str) -> set[str]:
    """Return all names that a text binds at its top level: definitions and plain assignments."""
    names = set(defined_in(text))
    try:
        body = ast.parse(text).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return names
    for statement in body:
        if isinstance(statement, ast.Assign | ast.AnnAssign):
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            names |= {target.id for target in targets if isinstance(target, ast.Name)}
    return names


def is_in_folder(filename: str, folder: Path) -> bool:
    """Say whether a file lies directly in a folder, as modules that students write beside a notebook do."""
    try:
        return Path(filename).parent.resolve() == folder.resolve()
    except OSError:
        return False
