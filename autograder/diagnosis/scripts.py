"""Running hundreds of texts that differ in one definition: only that one is compiled anew."""

from __future__ import annotations

import ast
import types
from collections.abc import Callable, Iterable
from functools import partial
from itertools import pairwise


class Script:
    """A solution, cut into its statements.

    Parameters
    ----------
    text : str
        Trusted Python text.
    """

    def __init__(self, text: str) -> None:
        lines = text.splitlines(keepends=True)
        body = ast.parse(text).body
        if any(isinstance(node, ast.ImportFrom) and node.module == "__future__" for node in body):
            body = body[:1]  # it speaks of the whole text
        starts = [min([node.lineno, *_lines_of_decorators(node)]) - 1 for node in body]
        self._pieces = ["".join(lines[start:end]) for start, end in pairwise([0, *starts[1:], len(lines)])]
        self._codes = [_compile(piece) for piece in self._pieces]

    def prepare(self, text: str) -> Callable[[], types.ModuleType]:
        """Compile a variant of the solution, and return what runs it as a new module each time.

        Raises
        ------
        SyntaxError
            If it is no Python.
        """
        return partial(_run, self._cut(text))

    def _cut(self, text: str) -> list[types.CodeType]:
        """Compile what lies between the statements that are the same at the start and at the end."""
        start, end = 0, len(text)
        first, last = 0, len(self._pieces)
        while first < last and text.startswith(self._pieces[first], start):
            start += len(self._pieces[first])
            first += 1
        while first < last and text.endswith(self._pieces[last - 1], start):
            last -= 1
            end -= len(self._pieces[last])
            text = text[:end]
        changed = [_compile(text[start:])] if start < end else []
        return [*self._codes[:first], *changed, *self._codes[last:]]


def _run(codes: Iterable[types.CodeType]) -> types.ModuleType:
    module = types.ModuleType("understudy")
    for code in codes:
        exec(code, module.__dict__)  # noqa: S102 - the author's own text, or a variant of it
    return module


def _compile(text: str) -> types.CodeType:
    return compile(text, "<understudy>", "exec", dont_inherit=True)


def _lines_of_decorators(node: ast.stmt) -> list[int]:
    return [decorator.lineno for decorator in getattr(node, "decorator_list", [])]
