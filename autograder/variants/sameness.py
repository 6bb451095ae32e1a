"""Whether two wrong variants are the same program, however they are written.

Every statement of an exercise is dumped once. A change is compared by dumping
only what it touches: a whole exercise costs milliseconds, one statement a
twentieth of one, and there are hundreds of variants.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from autograder.variants.code import Change, Code, Definition, Edit, is_docstring, splice

Lines: TypeAlias = tuple[str, ...]

_BLOCKS: Final = ("body", "orelse")
_COMPOUND: Final = (
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.ClassDef,
    ast.For,
    ast.AsyncFor,
    ast.While,
    ast.If,
    ast.With,
    ast.AsyncWith,
)


@dataclass(frozen=True)
class _Piece:
    """A part of the text that is Python by itself, and the lines that it became."""

    start: int
    end: int
    column: int
    depth: int
    first: int
    last: int
    header: bool


class Sameness:
    """The statements of one exercise, to compare changes of them.

    Parameters
    ----------
    code : Code
        The solution.
    definition : Definition
        The exercise in it.
    """

    def __init__(self, code: Code, definition: Definition) -> None:
        self._text = code.text
        self._code = code
        self._dumped: dict[str, str] = {}
        self._edited: dict[tuple[_Piece, Change], list[str] | None] = {}
        self._small: list[_Piece] = []
        self._functions: list[_Piece] = []
        lines: list[str] = []
        self._cut([definition.node], 0, lines)
        self.lines: Lines = tuple(lines)
        start, end = code.region(definition)
        self._whole = [_Piece(start, end, 0, 0, 0, len(lines), header=False)]

    def changed(self, change: Change) -> Lines | None:
        """Return the statements after a change; None if that is not Python."""
        for pieces in (self._small, self._functions, self._whole):
            lines = self._with(pieces, change)
            if lines is not None:
                return lines
        return None

    def statements(self, change: Change) -> frozenset[int]:
        """Return the numbers of the statements that a change touches; none if it touches more than statements."""
        homes = [self._home(self._small, edit) for edit in change]
        return frozenset() if None in homes else frozenset(piece.first for piece in homes if piece is not None)

    def _cut(self, block: Sequence[ast.stmt], depth: int, lines: list[str]) -> None:
        source = self._code.lines
        for statement in block:
            first = len(lines)
            start, end = self._code.span(statement)
            compound = isinstance(statement, _COMPOUND)
            if compound:
                end = self._code.span(statement.body[0])[0]  # type: ignore[attr-defined]
                lines.append(f"{depth} {_header(statement)}")
            else:
                lines += self._flatten([statement], depth, source)
            self._small.append(_Piece(start, end, statement.col_offset, depth, first, len(lines), header=compound))
            if not compound:
                continue
            self._cut(statement.body, depth + 1, lines)  # type: ignore[attr-defined]
            if otherwise := getattr(statement, "orelse", []):
                lines.append(_otherwise(depth))
                self._cut(otherwise, depth + 1, lines)
            if isinstance(statement, ast.FunctionDef):
                start, end = self._code.span(statement)
                whole = _Piece(start, end, statement.col_offset, depth, first, len(lines), header=False)
                self._functions.append(whole)

    def _with(self, pieces: list[_Piece], change: Change) -> Lines | None:
        edits: dict[_Piece, list[Edit]] = {}
        for edit in change:
            home = self._home(pieces, edit)
            if home is None:
                return None
            edits.setdefault(home, []).append(edit)
        lines = list(self.lines)
        for piece in sorted(edits, key=lambda piece: piece.first, reverse=True):
            new = self._read(piece, tuple(edits[piece]))
            if new is None:
                return None
            lines[piece.first : piece.last] = new
        return tuple(lines)

    @staticmethod
    def _home(pieces: list[_Piece], edit: Edit) -> _Piece | None:
        # What is put at the end of a header stands in the block below it, and more indentation moves a statement.
        start = edit.start - edit.new[:1].isspace()
        homes = (piece for piece in pieces if piece.start <= start and edit.end <= piece.end - piece.header)
        return next(homes, None)

    def _read(self, piece: _Piece, edits: Change) -> list[str] | None:
        """Return the lines of a piece after edits of it; the same edits come again, beside others."""
        if (piece, edits) not in self._edited:
            self._edited[piece, edits] = self._parse(piece, edits)
        return self._edited[piece, edits]

    def _parse(self, piece: _Piece, edits: Change) -> list[str] | None:
        shifted = (Edit(edit.start - piece.start, edit.end - piece.start, edit.new) for edit in edits)
        text = splice(self._text[piece.start : piece.end], shifted)
        if piece.header:
            text = f"{text.removeprefix('el')}pass"
        indented = f"if 1:\n{' ' * piece.column}{text}" if piece.column else text
        try:
            body = ast.parse(indented).body
        except SyntaxError:
            return None
        if piece.column:
            assert isinstance(body[0], ast.If)
            if len(body) > 1 or body[0].orelse:  # it fell out of its block
                return None
            body = body[0].body
        return list(self._flatten(body, piece.depth, indented.split("\n")))

    def _flatten(self, block: Iterable[ast.stmt], depth: int, source: Sequence[str]) -> Iterator[str]:
        """Yield a line for each statement of a block; the tree stands in the source."""
        for statement in block:
            if isinstance(statement, ast.Pass) or is_docstring(statement):
                continue
            if not isinstance(statement, _COMPOUND):
                yield f"{depth} {self._line(statement, source)}"
                continue
            yield f"{depth} {_header(statement)}"
            yield from self._flatten(statement.body, depth + 1, source)
            if otherwise := getattr(statement, "orelse", []):
                yield _otherwise(depth)
                yield from self._flatten(otherwise, depth + 1, source)

    def _line(self, statement: ast.stmt, source: Sequence[str]) -> str:
        """Dump a statement; one that was seen before, as most of a changed function were, only once."""
        text = source[statement.lineno - 1]
        if statement.lineno != statement.end_lineno or not text.isascii():
            return _dump(_plain(statement))
        text = text[statement.col_offset : statement.end_col_offset]
        if text not in self._dumped:
            self._dumped[text] = _dump(_plain(statement))
        return self._dumped[text]


def _header(statement: ast.stmt) -> str:
    fields = (value for name, value in ast.iter_fields(statement) if name not in _BLOCKS)
    return f"{type(statement).__name__}{''.join(map(_dump, fields))}"


def _plain(statement: ast.stmt) -> ast.stmt:
    """Return an assignment without its annotation."""
    if isinstance(statement, ast.AnnAssign) and statement.value is not None:
        return ast.Assign([statement.target], statement.value)
    return statement


def _otherwise(depth: int) -> str:
    return f"{depth} else"


def _dump(value: object) -> str:
    """Write a node without its positions: `ast.dump` takes three times as long."""
    if isinstance(value, ast.AST):
        return f"{value.__class__.__name__}({','.join([_dump(getattr(value, name)) for name in value._fields])})"
    if isinstance(value, list):
        return f"[{','.join(map(_dump, value))}]"
    return repr(value)
