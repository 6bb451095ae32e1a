"""Shapes of arrays: transposes that still fit, sides of a product, indices, copies."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Final

from autograder.messages import say
from autograder.variants.code import Change, Code, Edit, is_stored
from autograder.variants.operators import operator
from autograder.variants.shapes import arguments, is_number, is_size, is_transposed, name_of, product

_FILLED: Final = {"zeros": "ones", "ones": "zeros", "zeros_like": "ones_like", "ones_like": "zeros_like"}


def _turned(node: ast.expr, code: Code) -> str:
    """Return ``x.T`` for ``x``, and ``x`` for ``x.T``."""
    return code.of(node.value) if isinstance(node, ast.Attribute) and node.attr == "T" else f"{code.atom(node)}.T"


@operator(
    lambda place: say("Look at the shapes in `{place}`: what has to be transposed?", place=place),
    ast.Attribute,
    pairs=True,
)
def transpose_dropped(node: ast.Attribute, code: Code) -> Iterator[Edit]:
    """Forget a transpose."""
    if is_transposed(node):
        yield code.put(node, code.of(node.value))


@operator(
    lambda place: say("Look at the shapes in `{place}`: what has to be transposed?", place=place), ast.Call, ast.BinOp
)
def transpose_moved(node: ast.Call | ast.BinOp, code: Code) -> Iterator[Edit | Change]:
    """Transpose another side of a product, or the product."""
    sides = product(node, code)
    if sides is None:
        return
    left, right = sides
    for side in sides:
        if not is_transposed(side):
            yield code.put(side, _turned(side, code))
    if is_transposed(left) != is_transposed(right):
        yield code.put(left, _turned(left, code)), code.put(right, _turned(right, code))
    yield code.put(node, f"{code.atom(node)}.T")


@operator(
    lambda place: say("Look at the matrix products in `{place}`: which side comes first?", place=place),
    ast.Call,
    ast.BinOp,
)
def product_turned(node: ast.Call | ast.BinOp, code: Code) -> Iterator[Edit | Change]:
    """Multiply matrices the wrong way round, also so that the shapes fit."""
    sides = product(node, code)
    if sides is not None:
        left, right = sides
        yield code.put(left, code.of(right)), code.put(right, code.of(left))
        yield code.put(left, _turned(right, code)), code.put(right, _turned(left, code))


@operator(
    lambda place: say("Entry by entry, or a matrix product: how does `{place}` have to multiply?", place=place),
    ast.Call,
    ast.BinOp,
)
def entries_for_product(node: ast.Call | ast.BinOp, code: Code) -> Iterator[Edit]:
    """Write * for a matrix product."""
    sides = product(node, code)
    if sides is not None:
        yield code.put(node, f"{code.atom(sides[0])} * {code.atom(sides[1])}")


@operator(
    lambda place: say("Entry by entry, or a matrix product: how does `{place}` have to multiply?", place=place),
    ast.BinOp,
)
def product_for_entries(node: ast.BinOp, code: Code) -> Iterator[Edit]:
    """Write a matrix product for *."""
    numbers, sides = code.names_of_numbers(node), (node.left, node.right)
    arrays = [isinstance(side, (ast.Name, ast.Attribute)) and code.of(side) not in numbers for side in sides]
    if code.numpy and isinstance(node.op, ast.Mult) and all(arrays):
        yield code.put(node, f"{code.numpy}.dot({code.of(node.left)}, {code.of(node.right)})")


@operator(lambda place: say("Which axis of the shape does `{place}` need?", place=place), ast.Subscript)
def another_axis_of_shape(node: ast.Subscript, code: Code) -> Iterator[Edit]:
    """Count along the wrong axis, or all entries."""
    if not (is_size(node.value) and is_number(node.slice)):
        return
    for axis in ("0", "1", "-1"):
        last_again = axis == "-1" and is_number(node.slice, 1)  # of two axes the second is the last
        if code.of(node.slice) != axis and not last_again:
            yield code.put(node.slice, axis)
    if isinstance(node.value, ast.Attribute):
        yield code.put(node, f"{code.of(node.value.value)}.size")


@operator(lambda place: say("What exactly does `{place}` count?", place=place), ast.Call)
def size_for_length(call: ast.Call, code: Code) -> Iterator[Edit]:
    """Count all entries, or the columns, instead of the rows."""
    if name_of(call) == "len" and len(call.args) == 1:
        array = code.atom(call.args[0])
        yield code.put(call, f"{array}.size")
        yield code.put(call, f"{array}.shape[-1]")


@operator(
    lambda place: say("Look at the arrays in `{place}`: which has to be a copy?", place=place),
    ast.Call,
)
def copy_dropped(call: ast.Call, code: Code) -> Iterator[Edit]:
    """Give a second name to an array instead of copying it."""
    if name_of(call) == "copy" and isinstance(call.func, ast.Attribute):
        copied = call.args[0] if code.numpy_name(call.func) and call.args else call.func.value
        yield code.put(call, code.of(copied))


@operator(lambda place: say("Which entries does `{place}` pick out?", place=place), ast.Subscript)
def wrong_entries(node: ast.Subscript, code: Code) -> Iterator[Edit]:
    """Pick whole rows or columns, or in the wrong order."""
    if isinstance(node.slice, ast.Tuple) and len(node.slice.elts) == 2:  # noqa: PLR2004 - rows and columns
        first, last = (code.of(part) for part in node.slice.elts)
        for indices in (f"{last}, {first}", f":, {last}", f"{first}", f"{last}"):
            yield code.put(node.slice, indices)


@operator(
    lambda place: say(
        "Look at the indices in `{place}`: where is one entry meant, and where all of them?", place=place
    ),
    ast.Subscript,
)
def index_dropped(node: ast.Subscript, code: Code) -> Iterator[Edit]:
    """Forget an index."""
    is_index = isinstance(node.slice, ast.Name) or is_number(node.slice)
    if is_index and not is_stored(node) and not is_size(node.value):
        yield code.put(node, code.of(node.value))


@operator(
    lambda place: say(
        "Look at the arrays that `{place}` makes: which numbers have to be in them at first?", place=place
    ),
    ast.Call,
)
def filled_otherwise(call: ast.Call, code: Code) -> Iterator[Edit]:
    """Start with ones for zeros."""
    name = code.numpy_name(call.func)
    if name in _FILLED:
        yield code.rename(call.func, _FILLED[name])


@operator(lambda place: say("Look at the arrays that `{place}` makes: can they hold decimals?", place=place), ast.Call)
def whole_numbers(call: ast.Call, code: Code) -> Iterator[Edit]:
    """Make an array of integers, which cuts off what is stored in it."""
    if code.numpy_name(call.func) in _FILLED and not call.keywords:
        yield code.call(call, [*arguments(call), "dtype=int"])


@operator(lambda place: say("From which distribution does `{place}` have to draw?", place=place), ast.Call)
def drawn_otherwise(call: ast.Call, code: Code) -> Iterator[Edit]:
    """Draw uniformly instead of normally."""
    if name_of(call) == "randn" and isinstance(call.func, ast.Attribute):
        yield code.rename(call.func, "rand")


@operator(lambda place: say("Look at the shape that `{place}` gives to an array.", place=place), ast.Call)
def reshaped_otherwise(call: ast.Call, code: Code) -> Iterator[Edit]:
    """Make a column of a row, or forget to reshape."""
    if name_of(call) != "reshape" or not isinstance(call.func, ast.Attribute):
        return
    shape = call.args[-1] if code.numpy_name(call.func) else None
    sizes = shape.elts if isinstance(shape, ast.Tuple) else call.args
    if shape is None or shape in call.args[1:]:
        yield code.put(call, code.of(call.args[0] if shape is not None else call.func.value))
    if len(sizes) == 2 and code.of(sizes[0]) != code.of(sizes[1]):  # noqa: PLR2004 - rows and columns
        yield code.put(sizes[0], code.of(sizes[1])), code.put(sizes[1], code.of(sizes[0]))  # type: ignore[misc]


@operator(
    lambda place: say("Look at the matrices that `{place}` makes: which numbers have to be in them?", place=place),
    ast.Call,
)
def identity_replaced(call: ast.Call, code: Code) -> Iterator[Edit]:
    """Fill a matrix with ones."""
    if code.numpy_name(call.func) == "eye" and call.args:
        size = code.of(call.args[0])
        yield code.put(call, f"{code.numpy}.ones(({size}, {size}))")
