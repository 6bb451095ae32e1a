"""The statements of a cell, as many as can be had of it."""

from __future__ import annotations

import ast
import contextlib
import re
from collections.abc import Iterator
from typing import Final

_CONTINUES: Final = (" ", "\t", "#", ")", "]", "}", "else", "elif", "except", "finally", "'''", '"""')
_INDENT: Final = re.compile(r"(?:[ \t]*\n)*([ \t]+)\S")
# Blanks that Python does not take for blanks, alone on a line: editors and Korean keyboards leave them behind.
_ODD_BLANKS: Final = re.compile(r"^[^\S\n]+$", re.MULTILINE)
_BROKEN: Final = (SyntaxError, ValueError, MemoryError, RecursionError)


def parse_cell(cell: str, source: str) -> tuple[list[ast.stmt], Exception | None]:
    """Parse a cell; where it doesn't parse as a whole, the pieces of it that do.

    Returns
    -------
    statements : list of ast.stmt
        With the line numbers of the cell.
    error : Exception or None
        Why it isn't Python as a whole.
    """
    try:
        return ast.parse(source, cell).body, None
    except TabError:
        # Old editors mixed tabs and spaces, eight columns a tab.
        return parse_cell(cell, source.expandtabs(8))
    except _BROKEN as error:
        source = _ODD_BLANKS.sub("", source)
        with contextlib.suppress(*_BROKEN):
            return ast.parse(dedent(source), cell).body, None
        statements: list[ast.stmt] = []
        for lines_before, text in _blocks(source):
            with contextlib.suppress(*_BROKEN):
                parsed = ast.parse(text, cell)
                ast.increment_lineno(parsed, lines_before)
                statements += parsed.body
        return statements, error


def dedent(source: str) -> str:
    """Take away what all of a cell is indented by: notebooks run such a cell."""
    found = _INDENT.match(source)
    return re.sub(f"^{found[1]}", "", source, flags=re.MULTILINE) if found else source


def is_main_guard(test: ast.expr) -> bool:
    """Say whether a condition is that of ``if __name__ == "__main__"``."""
    if not isinstance(test, ast.Compare):
        return False
    sides = [test.left, *test.comparators]
    has_name = any(isinstance(side, ast.Name) and side.id == "__name__" for side in sides)
    has_main = any(isinstance(side, ast.Constant) and side.value == "__main__" for side in sides)
    return has_name and has_main


def _blocks(source: str) -> Iterator[tuple[int, str]]:
    """Cut text at the lines where a top-level statement seems to begin: (lines before it, its text)."""
    lines = source.split("\n")
    starts = [i for i, line in enumerate(lines) if line.strip() and not line.startswith(_CONTINUES)]
    joined: list[int] = []
    for i in starts:
        after_decorator = joined and lines[joined[-1]].startswith("@") and i == joined[-1] + 1
        if not after_decorator:
            joined.append(i)
    for start, end in zip(joined, [*joined[1:], len(lines)], strict=False):  # none may begin
        yield start, "\n".join(lines[start:end])
