"""Numbers that are written out: steps, rates, counts, where to start."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Final

from autograder.messages import say
from autograder.variants.code import Code, Edit
from autograder.variants.operators import operator
from autograder.variants.shapes import is_calculation, is_number

_SMALL: Final = 0.01


def _number(node: ast.Constant, code: Code) -> float | None:
    """Return a number that is not an index, an exponent, a shape or one of a table of data."""
    parent = code.parents.get(node)
    if not is_number(node) or isinstance(parent, (ast.Subscript, ast.List)):
        return None
    if isinstance(parent, ast.UnaryOp):
        parent = code.parents[parent]
    if isinstance(parent, ast.BinOp) and isinstance(parent.op, (ast.Pow, ast.Mod)):
        return None
    if isinstance(parent, ast.Tuple) and isinstance(code.parents[parent], ast.Call):
        return None
    if isinstance(parent, (ast.Call, ast.keyword, ast.Compare)) or not isinstance(node.value, (int, float)):
        return None
    return node.value


@operator(
    lambda place: say(
        "Look at the numbers in `{place}`, such as steps, rates and factors: does each have the right size?",
        place=place,
    ),
    ast.Constant,
)
def number_off(node: ast.Constant, code: Code) -> Iterator[Edit]:
    """Write ten times too much or too little."""
    value = _number(node, code)
    if isinstance(value, float) and 0 < value < 1:
        for factor in (10, 0.1, 2, 0.5):
            yield code.put(node, f"{value * factor:.12g}")


@operator(
    lambda place: say("Look at the small numbers in `{place}`: is one too small, or not small enough?", place=place),
    ast.Constant,
)
def number_lost(node: ast.Constant, code: Code) -> Iterator[Edit]:
    """Take a step that is far too small or too large."""
    value = _number(node, code)
    if isinstance(value, float) and 0 < value < _SMALL:
        for other in ("1e-50", "1e-2"):
            yield code.put(node, other)


@operator(
    lambda place: say("Look at the numbers in `{place}`: is one of them too large or too small?", place=place),
    ast.Constant,
)
def count_off(node: ast.Constant, code: Code) -> Iterator[Edit]:
    """Write a whole number that is one off, or twice as large."""
    value = _number(node, code)
    if isinstance(value, int) and value >= 1:
        for other in (value + 1, value - 1, 2 * value):
            yield code.put(node, str(other))


@operator(lambda place: say("Look at the values that `{place}` starts with.", place=place), ast.Constant)
def start_off(node: ast.Constant, code: Code) -> Iterator[Edit]:
    """Start somewhere else than at 0."""
    if _number(node, code) == 0:
        yield code.put(node, "1.0" if isinstance(node.value, float) else "1")


@operator(
    lambda place: say("Look at the powers in `{place}`: what is raised to which power?", place=place), ast.Constant
)
def exponent_off(node: ast.Constant, code: Code) -> Iterator[Edit]:
    """Take another power."""
    parent = code.parents.get(node)
    if isinstance(parent, ast.BinOp) and isinstance(parent.op, ast.Pow) and is_number(node, 2):
        yield code.put(node, "3")


@operator(lambda place: say("Look at the indices in `{place}`: which entry is meant?", place=place), ast.Constant)
def index_off(node: ast.Constant, code: Code) -> Iterator[Edit]:
    """Take the next entry, or the one before."""
    parent = code.parents.get(node)
    if isinstance(parent, ast.Subscript) and is_number(node, 0, 1):
        yield code.put(node, str(1 - int(node.value)))  # type: ignore[arg-type]


@operator(
    lambda place: say(
        "Look at the rounds in which `{place}` does something: how many lie between two of them?", place=place
    ),
    ast.BinOp,
)
def every_few_rounds_off(node: ast.BinOp, code: Code) -> Iterator[Edit]:
    """Act ten times too often, or too seldom."""
    if isinstance(node.op, ast.Mod) and isinstance(node.right, ast.Constant) and is_number(node.right):
        assert isinstance(node.right.value, int)
        for other in (node.right.value * 10, node.right.value // 10 or 2):
            yield code.put(node.right, str(other))


@operator(
    lambda place: say("Look at the result of `{place}`: where do its decimals get lost?", place=place),
    ast.Return,
)
def result_rounded(node: ast.Return, code: Code) -> Iterator[Edit]:
    """Round what is returned, or cut it off."""
    if code.numpy and is_calculation(node.value):
        assert node.value is not None
        yield code.put(node.value, f"{code.numpy}.round({code.of(node.value)}, 2)")
        yield code.put(node.value, f"{code.numpy}.trunc({code.of(node.value)})")
