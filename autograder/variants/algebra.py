"""Signs, factors, terms, and what belongs to which."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Final

from autograder.messages import say
from autograder.variants.code import Change, Code, Edit
from autograder.variants.operators import operator
from autograder.variants.shapes import is_drawn, is_number, is_place, is_text, results

_SIGNS: Final = {ast.Add: "-", ast.Sub: "+"}
_SCALES: Final = {ast.Mult: "/", ast.Div: "*"}


def _joined(node: ast.BinOp, sign: str, code: Code) -> Edit:
    return code.put(node, f"{code.atom(node.left)} {sign} {code.atom(node.right)}")


def _is_sum(node: ast.BinOp) -> bool:
    return isinstance(node.op, (ast.Add, ast.Sub)) and not (is_text(node.left) or is_text(node.right))


@operator(
    lambda place: say("Look at the signs in `{place}`: is a minus missing?", place=place), ast.UnaryOp, pairs=True
)
def minus_dropped(node: ast.UnaryOp, code: Code) -> Iterator[Edit]:
    """Forget a minus."""
    if isinstance(node.op, ast.USub) and not is_place(node, code):
        yield code.put(node, code.of(node.operand))


@operator(
    lambda place: say("Look at the signs in `{place}`: does each result have the right one?", place=place),
    ast.Assign,
    ast.Return,
)
def sign_flipped(node: ast.Assign | ast.Return, code: Code) -> Iterator[Edit]:
    """Negate a result."""
    for value in results(node.value):
        if not is_drawn(value):  # minus a normal number is a normal number
            yield code.put(value, f"-{code.atom(value)}")


@operator(lambda place: say("Look at plus and minus in `{place}`.", place=place), ast.BinOp, pairs=True)
def plus_for_minus(node: ast.BinOp, code: Code) -> Iterator[Edit]:
    """Mix up plus and minus."""
    if _is_sum(node):
        yield _joined(node, _SIGNS[type(node.op)], code)


@operator(lambda place: say("Look at `{place}`: what has to be multiplied, and what divided?", place=place), ast.BinOp)
def times_for_divided(node: ast.BinOp, code: Code) -> Iterator[Edit]:
    """Mix up times and divided by."""
    if type(node.op) in _SCALES and not is_number(node.right, 1):
        yield _joined(node, _SCALES[type(node.op)], code)


@operator(lambda place: say("Look at `{place}`: what has to be added, and what multiplied?", place=place), ast.BinOp)
def plus_for_times(node: ast.BinOp, code: Code) -> Iterator[Edit]:
    """Mix up plus and times."""
    if isinstance(node.op, ast.Mult):
        yield _joined(node, "+", code)
    elif isinstance(node.op, ast.Add) and _is_sum(node):
        yield _joined(node, "*", code)


@operator(lambda place: say("Look at what is taken away from what in `{place}`.", place=place), ast.BinOp)
def difference_turned(node: ast.BinOp, code: Code) -> Iterator[Edit]:
    """Subtract the wrong way round."""
    parent = code.parents[node]
    squared = isinstance(parent, ast.BinOp) and isinstance(parent.op, ast.Pow) and is_number(parent.right, 2)
    if isinstance(node.op, ast.Sub) and not squared:
        yield code.put(node, f"{code.atom(node.right)} - {code.atom(node.left)}")


@operator(lambda place: say("Look at what is divided by what in `{place}`.", place=place), ast.BinOp)
def quotient_turned(node: ast.BinOp, code: Code) -> Iterator[Edit]:
    """Divide the wrong way round."""
    if isinstance(node.op, ast.Div):
        yield code.put(node, f"{code.atom(node.right)} / {code.atom(node.left)}")


@operator(
    lambda place: say("Look at the products in `{place}`: is every factor there?", place=place),
    ast.BinOp,
    pairs=True,
)
def factor_dropped(node: ast.BinOp, code: Code) -> Iterator[Edit]:
    """Forget one side of a product."""
    if isinstance(node.op, ast.Mult):
        for kept, dropped in ((node.left, node.right), (node.right, node.left)):
            if not is_number(dropped, 1):
                yield code.put(node, code.atom(kept))


@operator(
    lambda place: say("Look at `{place}`: is everything divided that has to be?", place=place), ast.BinOp, pairs=True
)
def division_dropped(node: ast.BinOp, code: Code) -> Iterator[Edit]:
    """Forget to divide."""
    if isinstance(node.op, ast.Div):
        yield code.put(node, code.atom(node.left))


@operator(
    lambda place: say("Look at the divisions in `{place}`: is anything divided once too often?", place=place), ast.BinOp
)
def divided_twice(node: ast.BinOp, code: Code) -> Iterator[Edit]:
    """Divide once more."""
    if isinstance(node.op, ast.Div):
        yield code.put(node, f"{code.of(node)} / {code.atom(node.right)}")


@operator(
    lambda place: say("Look at what `{place}` divides by: is it exactly the right number?", place=place),
    ast.BinOp,
)
def divided_by_one_less(node: ast.BinOp, code: Code) -> Iterator[Edit]:
    """Divide by N - 1."""
    if isinstance(node.op, ast.Div) and isinstance(node.right, (ast.Name, ast.Subscript, ast.Attribute)):
        yield code.put(node.right, f"{code.of(node.right)} - 1")


@operator(
    lambda place: say("Look at the sums and differences in `{place}`: is every term there?", place=place), ast.BinOp
)
def term_dropped(node: ast.BinOp, code: Code) -> Iterator[Edit]:
    """Forget one side of a sum."""
    if _is_sum(node):
        yield code.put(node, code.atom(node.left))
        yield code.put(node, code.atom(node.right))


@operator(
    lambda place: say("Look at the factors in `{place}`: is anything twice as large as it should be?", place=place),
    ast.Assign,
    ast.Return,
)
def doubled(node: ast.Assign | ast.Return, code: Code) -> Iterator[Edit]:
    """Bring in a factor 2."""
    for value in results(node.value):
        yield code.put(value, f"2 * {code.atom(value)}")


@operator(
    lambda place: say("Look at the factors in `{place}`: is anything only half as large as it should be?", place=place),
    ast.Assign,
    ast.Return,
)
def halved(node: ast.Assign | ast.Return, code: Code) -> Iterator[Edit]:
    """Bring in a factor 1/2."""
    for value in results(node.value):
        yield code.put(value, f"0.5 * {code.atom(value)}")


@operator(lambda place: say("Look at the parentheses in `{place}`: what is calculated first?", place=place), ast.BinOp)
def parentheses_dropped(node: ast.BinOp, code: Code) -> Iterator[Edit]:
    """Leave out parentheses that matter."""
    for side in (node.left, node.right):
        if isinstance(side, ast.BinOp):
            start, end = code.span(node)
            first, last = code.span(side)
            opening = code.text.rfind("(", start if side is node.right else start - 1, first)
            closing = code.text.find(")", last, end)
            if side is node.left:
                opening, closing = start, code.text.find(")", last)
            if opening >= 0 and closing >= 0 and code.text[opening] == "(":
                yield Edit(opening, closing + 1, code.text[opening + 1 : closing])


@operator(lambda place: say("Look at the powers in `{place}`: what is raised to which power?", place=place), ast.BinOp)
def square_dropped(node: ast.BinOp, code: Code) -> Iterator[Edit]:
    """Forget the power, or make something else of it."""
    if isinstance(node.op, ast.Pow):
        yield code.put(node, code.atom(node.left))
        yield _joined(node, "*", code)


@operator(lambda place: say("Squares or absolute values: which does `{place}` need?", place=place), ast.BinOp)
def absolute_for_square(node: ast.BinOp, code: Code) -> Iterator[Edit]:
    """Take the absolute value."""
    if isinstance(node.op, ast.Pow) and is_number(node.right, 2):
        yield code.put(node, f"abs({code.of(node.left)})")


@operator(
    lambda place: say("Look at what `{place}` adds, and what it takes away.", place=place), ast.AugAssign, pairs=True
)
def updated_upwards(node: ast.AugAssign, code: Code) -> Iterator[Edit]:
    """Add where something is taken away."""
    if type(node.op) in _SIGNS:
        yield code.put(node, f"{code.of(node.target)} {_SIGNS[type(node.op)]}= {code.of(node.value)}")


@operator(
    lambda place: say("Look at what `{place}` updates: does each value build on the one before?", place=place),
    ast.AugAssign,
)
def assigned_not_updated(node: ast.AugAssign, code: Code) -> Iterator[Change | Edit]:
    """Overwrite instead of updating."""
    yield code.put(node, f"{code.of(node.target)} = {code.of(node.value)}")
    yield code.put(node, f"{code.of(node.target)} = -{code.atom(node.value)}")
