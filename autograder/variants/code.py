"""A solution as text and as a tree at once: where every node stands, and what is written there."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, pairwise, takewhile
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef
Named: TypeAlias = Function | ast.ClassDef

_NAMED: Final = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
# Where an operator stands beside an operand, or something binds more tightly than operators do.
_TIGHT: Final = (ast.BinOp, ast.UnaryOp, ast.BoolOp, ast.Compare, ast.Attribute, ast.Subscript, ast.Call, ast.Starred)
_OPERATORS: Final = frozenset(" +-*/%@<>=&|^~,:\n")


@dataclass(frozen=True)
class Edit:
    """New text for the characters from `start` up to `end`."""

    start: int
    end: int
    new: str


Change: TypeAlias = tuple[Edit, ...]


@dataclass(frozen=True)
class Definition:
    """An exercise as its author solved it.

    Attributes
    ----------
    node : ast.FunctionDef or ast.ClassDef
        The definition.
    nodes : tuple of ast.AST
        What may be varied in it, in the order of the text.
    """

    name: str
    node: Named
    nodes: tuple[ast.AST, ...]


class Code:
    r"""The text of a solution with its tree.

    Parameters
    ----------
    text : str
        Python, with newlines as ``\n``.
    exercises : sequence of str
        The definitions to look at; one that the text does not hold is left out.

    Raises
    ------
    SyntaxError
        If the text is not Python.
    """

    def __init__(self, text: str, exercises: Sequence[str]) -> None:
        self.text = text
        self.tree = ast.parse(text)
        self.parents: dict[ast.AST, ast.AST] = {}
        self._parts: dict[ast.AST, list[ast.AST]] = {}
        self._characters: dict[int, NDArray[Any]] = {}
        self.lines = text.split("\n")
        self._starts = [0, *accumulate(len(line) + 1 for line in self.lines)]
        found = {node.name: node for node in self.tree.body if isinstance(node, _NAMED)}
        self.definitions = tuple(self._define(found[name]) for name in exercises if name in found)

    def _define(self, node: Named) -> Definition:
        return Definition(node.name, node, tuple(self._walk(node)))

    def _walk(self, node: ast.AST) -> Iterator[ast.AST]:
        yield node
        fixed = _what_ends_a_loop(node) if isinstance(node, ast.While) else set()
        for child in _children(node):
            self.parents[child] = node
            if child not in fixed:
                yield from self._walk(child)

    @cached_property
    def numpy(self) -> str:
        """The name under which the text imports numpy; empty where it does not."""
        imports = (alias for node in self.tree.body if isinstance(node, ast.Import) for alias in node.names)
        return next((alias.asname or alias.name for alias in imports if alias.name == "numpy"), "")

    def offset(self, line: int, column: int) -> int:
        """Turn a position of the tree, whose columns count bytes, into one of the text."""
        text = self.lines[line - 1]
        if not text.isascii():
            if line not in self._characters:
                # Counted once a line: a program may be one long line with thousands of nodes.
                widths = [len(character.encode()) for character in text]
                self._characters[line] = np.repeat(np.arange(len(text) + 1), [*widths, 1])
            column = int(self._characters[line][column])
        return self._starts[line - 1] + column

    def span(self, node: ast.AST) -> tuple[int, int]:
        """Return where a node starts and ends; the decorators of a definition belong to it."""
        assert isinstance(node, (ast.expr, ast.stmt, ast.arg, ast.keyword))
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        first, column = node.lineno, node.col_offset
        if isinstance(node, _NAMED) and node.decorator_list:
            first = node.decorator_list[0].lineno
        return self.offset(first, column), self.offset(node.end_lineno, node.end_col_offset)

    def region(self, definition: Definition) -> tuple[int, int]:
        """Return where an exercise starts and ends, with the indented comments at its end."""
        start, end = self.span(definition.node)
        lines = self.text[end:].split("\n")
        indented = takewhile(lambda line: line[:1] == " ", lines[1:])
        return start, min(end + sum(len(line) + 1 for line in (lines[0], *indented)), len(self.text))

    def of(self, node: ast.AST) -> str:
        """Return what is written where a node stands."""
        start, end = self.span(node)
        return self.text[start:end]

    def atom(self, node: ast.AST) -> str:
        """Return what is written there, so that it holds together beside any operator."""
        return atom(self.of(node))

    def put(self, node: ast.AST, new: str) -> Edit:
        """Write something else where a node stands."""
        start, end = self.span(node)
        parent = self.parents[node]
        grouped = self.text[start - 1] == "(" and self.text[end : end + 1] == ")"
        if isinstance(parent, _TIGHT) and not _is_argument(node, parent) and not grouped:
            new = atom(new)
        return Edit(start, end, new)

    def rename(self, attribute: ast.expr, name: str) -> Edit:
        """Write another name behind the dot."""
        assert isinstance(attribute, ast.Attribute)
        end = self.span(attribute)[1]
        return Edit(end - len(attribute.attr), end, name)

    def call(self, call: ast.Call, arguments: Iterable[ast.expr | ast.keyword | str], name: str = "") -> Edit:
        """Write a call with other arguments, or of another function."""
        texts = [part if isinstance(part, str) else self.of(part) for part in arguments]
        return self.put(call, f"{name or self.of(call.func)}({', '.join(texts)})")

    def numpy_name(self, node: ast.AST) -> str:
        """Return ``sum`` for ``np.sum``; empty for what is not a name of numpy."""
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == self.numpy:
            return node.attr
        return ""

    def before(self, node: ast.AST, statement: str) -> Edit:
        """Put a statement on a line of its own before the one in which a node stands."""
        stands = self.statement(node)
        start = self.span(stands)[0]
        return Edit(start, start, f"{statement}\n{' ' * stands.col_offset}")

    def after(self, stands: ast.stmt, statement: str, column: int | None = None) -> Edit:
        """Put a statement on a line of its own after another."""
        end = self.span(stands)[1]
        return Edit(end, end, f"\n{' ' * (stands.col_offset if column is None else column)}{statement}")

    def ancestors(self, node: ast.AST) -> Iterator[ast.AST]:
        """Yield what a node stands in, from the inside to the outside, up to the exercise itself."""
        while node in self.parents:
            node = self.parents[node]
            yield node

    def statement(self, node: ast.AST) -> ast.stmt:
        """Return the smallest statement that a node stands in, or is."""
        return next(near for near in (node, *self.ancestors(node)) if isinstance(near, ast.stmt))

    def function(self, node: ast.AST) -> Function | None:
        """Return the function that a node stands in; the outer one of two."""
        around = [near for near in (node, *self.ancestors(node)) if isinstance(near, _NAMED)]
        functions = [near for near in around if not isinstance(near, ast.ClassDef)]
        return functions[-1] if functions else None

    def class_of(self, node: ast.AST) -> ast.ClassDef | None:
        """Return the class that a node stands in."""
        return next((near for near in self.ancestors(node) if isinstance(near, ast.ClassDef)), None)

    def parts(self, node: ast.AST) -> list[ast.AST]:
        """Return everything in a definition, which many operators go through."""
        if node not in self._parts:
            self._parts[node] = list(ast.walk(node))
        return self._parts[node]

    def names_before(self, node: ast.expr | ast.stmt) -> list[str]:
        """Return the parameters, and the names that have a value before a line is reached."""
        function = self.function(node)
        if function is None:
            return []
        stored = [part for part in self.parts(function) if isinstance(part, ast.Name) and is_stored(part)]
        earlier = (part.id for part in stored if part.lineno < node.lineno)
        return list(dict.fromkeys([*parameters(function), *earlier]))

    def names_of_numbers(self, node: ast.AST) -> set[str]:
        """Return the names that only stand for a number in the function around a node."""
        function = self.function(node)
        stores = [part for part in self.parts(function) if isinstance(part, ast.Assign)] if function else []
        constant = [part for part in stores if isinstance(part.value, ast.Constant)]
        return {target.id for part in constant for target in part.targets if isinstance(target, ast.Name)}

    def block(self, statement: ast.stmt) -> list[ast.stmt]:
        """Return the statements of the block in which one stands."""
        parent = self.parents.get(statement)
        blocks = (getattr(parent, name, []) for name in ("body", "orelse", "finalbody"))
        return next((block for block in blocks if isinstance(block, list) and statement in block), [statement])


def atom(text: str) -> str:
    """Put parentheses around what an operator beside it would tear apart."""
    depth = 0
    for letter in text:
        depth += (letter in "([{") - (letter in ")]}")
        if not depth and letter in _OPERATORS:
            return f"({text})"
    return text


def splice(text: str, change: Iterable[Edit]) -> str:
    """Make edits that don't overlap."""
    parts: list[str] = []
    done = 0
    for edit in sorted(change, key=lambda edit: (edit.start, edit.end)):
        parts += text[done : edit.start], edit.new
        done = edit.end
    return "".join([*parts, text[done:]])


def overlap(change: Iterable[Edit]) -> bool:
    """Tell whether edits get into one another's way."""
    row = sorted(change, key=lambda edit: (edit.start, edit.end))
    return any(one.end > two.start or one.start == two.start for one, two in pairwise(row))


def parameters(function: Function | None) -> list[str]:
    """Return the names of what a function is given, without ``self``."""
    given = function.args.args if function else []
    return [argument.arg for argument in given if argument.arg != "self"]


def is_stored(part: ast.Name | ast.Attribute | ast.Subscript) -> bool:
    """Tell whether something gets a value there."""
    return isinstance(part.ctx, ast.Store)


def names_in(node: ast.AST) -> set[str]:
    """Return the names that code reads or writes."""
    return {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}


def names_bound(node: ast.AST) -> set[str]:
    """Return the names that code gives another value to, or calls a method of."""
    bound = set()
    for part in ast.walk(node):
        if isinstance(part, ast.Name) and is_stored(part):
            bound.add(part.id)
        elif isinstance(part, (ast.Attribute, ast.Subscript)) and is_stored(part):
            bound |= names_in(part.value)
        elif isinstance(part, ast.Call) and isinstance(part.func, ast.Attribute):
            bound |= names_in(part.func.value)
    return bound


def is_docstring(statement: ast.AST) -> bool:
    """Tell whether a statement is only a text or a number: it does nothing."""
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _children(node: ast.AST) -> Iterator[ast.AST]:
    """Yield what may be varied: no docstrings, annotations and messages, nor what stands inside a formatted text."""
    if isinstance(node, (ast.JoinedStr, ast.Raise, ast.Import, ast.ImportFrom)) or is_docstring(node):
        return
    left_out = {getattr(node, name, None) for name in ("annotation", "returns")}
    left_out |= set(getattr(node, "decorator_list", ()))
    for child in ast.iter_child_nodes(node):
        if child not in left_out and not is_docstring(child):
            yield child


def _what_ends_a_loop(loop: ast.While) -> set[ast.AST]:
    """Return the parts of a loop that must stay as they are, or it might never end."""
    deciding = names_in(loop.test)
    inside = [node for part in loop.body for node in ast.walk(part) if isinstance(node, ast.stmt)]
    leaving = {node for node in inside if any(isinstance(part, (ast.Break, ast.Return)) for part in ast.walk(node))}
    for node in leaving:
        deciding |= names_in(node)
    while more := {name for node in inside if names_bound(node) & deciding for name in names_in(node)} - deciding:
        deciding |= more
    return {loop.test} | {node for node in loop.body if node in leaving or names_bound(node) & deciding}


def _is_argument(node: ast.AST, parent: ast.AST) -> bool:
    if isinstance(parent, ast.Call):
        return node is not parent.func
    return isinstance(parent, ast.Subscript) and node is not parent.value
