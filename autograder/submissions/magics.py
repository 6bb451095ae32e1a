"""Notebook commands become harmless Python, line for line.

`%matplotlib inline`, `!pip install`, `?help` and their kin are no Python. What
they are is told by place: they stand where a statement begins, outside strings
and brackets. No Python statement begins with ``%``, ``!`` or ``?``, and no
assignment goes on with ``= !``, so correct Python is never touched; nothing
is parsed, and the cost is linear in the text, whatever the text is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

# One cheap search lets most cells pass untouched.
_SUSPICIOUS: Final = re.compile(
    r"^[ \t]*(?:[%!?]|(?:pip3?|conda|mamba|apt|apt-get|git|wget|curl|python3?|cd|ls|cp|mv|rm|mkdir|cat|unzip)[ \t])"
    r"|=[ \t]*[%!][ \t]*[\w./~]|\?[ \t]*$",
    re.MULTILINE,
)
_LINE: Final = re.compile(r"[ \t]*(?:%{1,3}[ \t]*\w|![^=]|!$|\?{1,2}[ \t]*[%\w])")
_HELP: Final = re.compile(r"[ \t]*%{0,2}[\w.*]+\?{1,2}[ \t]*$")
_ASSIGNED: Final = re.compile(r"([ \t]*[^\W\d][\w.,\[\] \t]*)=[ \t]*[%!]{1,2}[ \t]*[\w./~{$\"'-]")
# Words that IPython runs without a sign. The second word must not make the line an expression.
_BARE: Final = re.compile(
    r"[ \t]*(?:pip3?|conda|mamba|apt|apt-get|git|wget|curl|python3?|cd|ls|cp|mv|rm|mkdir|cat|unzip)[ \t]+"
    r"(?!(?:in|is|and|or|if|not|else|for)\b)[\w~./\"'-]",
)
_TIMED: Final = re.compile(r"([ \t]*)%{1,2}time[ \t]+(?=[^\W\d])")
_TOKEN: Final = re.compile(
    r"\"\"\"|'''|\"(?:\\.|[^\"\\])*\"?|'(?:\\.|[^'\\])*'?|#.*|[()\[\]{}]|\\$",
)
_CLOSE: Final = {mark: re.compile(rf"\\.|\\$|{mark}") for mark in ('"""', "'''")}
# A statement that begins like this at the margin is not inside a bracket: the bracket above was never closed.
_STATEMENT: Final = re.compile(r"(?:def|class|import|return|while|with|try|del|async)\b|@")

_CELL: Final = re.compile(r"(?:[ \t]*(?:#.*)?\n)*[ \t]*%%[ \t]*([!\w]+)[ \t]*(.*)")
_FOREIGN: Final = frozenset(
    {
        *("bash", "sh", "script", "cmd", "system", "sx", "!", "powershell"),
        *("html", "javascript", "js", "css", "latex", "markdown", "svg"),
        *("perl", "ruby", "r", "octave", "julia", "sql", "bigquery", "cython", "pypy", "python2", "rust", "cpp"),
        *("writefile", "file", "writetemplate"),
    },
)


@dataclass(frozen=True)
class Neutral:
    """A cell without its notebook commands.

    Attributes
    ----------
    source : str
        Python text with the lines where they were.
    commands : tuple of str
        What was switched off, as written.
    written : tuple of str or None
        Name and text of the file that a ``%%writefile`` cell makes.
    """

    source: str
    commands: tuple[str, ...] = ()
    written: tuple[str, str] | None = None


def neutralise_cell(source: str) -> Neutral:
    """Switch off the commands of a notebook cell.

    A cell of another language is emptied; the body of ``%%time`` and of other
    commands about Python stays. Lines keep their numbers.
    """
    if "%%" not in source:
        return neutralise(source)
    found = _CELL.match(source)
    if not found:
        return neutralise(source)
    command = f"%%{found[1]} {found[2]}".strip()
    head = "\n" * found[0].count("\n")
    body = source[found.end() :]
    name = found[1].lower()
    if name in _FOREIGN:
        target = ["", *found[2].split()][-1].strip("\"'")
        written = (target, head + body) if name in {"writefile", "file"} and target.endswith(".py") else None
        return Neutral("", (command,), written)
    rest = neutralise(head + body)
    return Neutral(rest.source, (command, *rest.commands))


def neutralise(source: str) -> Neutral:
    r"""Switch off commands at the beginning of statements.

    Parameters
    ----------
    source : str
        Text of a cell or a file, with ``\n`` line ends.
    """
    if not _SUSPICIOUS.search(source):
        return Neutral(source)
    lines = source.split("\n")
    commands = []
    scanner = _Scanner()
    goes_on = False
    for number, line in enumerate(lines):
        if goes_on:  # the rest of a command that was continued with a backslash
            lines[number], goes_on = "", line.endswith("\\")
            continue
        replaced = _replacement(line) if scanner.at_statement(line) else None
        if replaced is None:
            scanner.read(line)
            continue
        commands.append(line.strip())
        lines[number], goes_on = replaced, line.endswith("\\")
        if _TIMED.match(line):  # what is timed is a statement and stays; it may reach over lines
            goes_on = False
            scanner.read(replaced)
    return Neutral("\n".join(lines), tuple(commands))


def _replacement(line: str) -> str | None:
    """Return a line that does nothing in the place of a command; None for Python."""
    timed = _TIMED.match(line)
    if timed:
        return timed[1] + line[timed.end() :]
    assigned = _ASSIGNED.match(line)
    if assigned:
        return f"{assigned[1].rstrip()} = None"
    if _LINE.match(line) or _HELP.match(line) or _BARE.match(line):
        return line[: len(line) - len(line.lstrip())] + "pass"
    return None


class _Scanner:
    """Follows strings, brackets and continued lines through a text."""

    def __init__(self) -> None:
        self._quote: str | None = None
        self._depth = 0
        self._continued = False

    def at_statement(self, line: str) -> bool:
        if self._depth and not self._quote and _STATEMENT.match(line):
            self._depth = 0
        return not (self._quote or self._depth or self._continued)

    def read(self, line: str) -> None:
        position = 0
        self._continued = False
        while position < len(line):
            pattern = _CLOSE[self._quote] if self._quote else _TOKEN
            found = pattern.search(line, position)
            if not found:
                return
            position = found.end()
            mark = found[0]
            if self._quote:
                if mark == self._quote:
                    self._quote = None
            elif mark in _CLOSE:
                self._quote = mark
            elif mark in "([{":
                self._depth += 1
            elif mark in ")]}":
                self._depth = max(0, self._depth - 1)
            elif mark == "\\":
                self._continued = True
