"""Shapes of numpy code that several operators look for."""

from __future__ import annotations

import ast
from typing import Final

from autograder.variants.code import Code

_REDUCTIONS: Final = frozenset("sum mean max min amax amin argmax argmin std var prod any all".split())
_DRAWS: Final = frozenset({"randn", "normal", "standard_normal"})
_SIZES: Final = frozenset({"shape", "size", "ndim"})
_NO_NUMBERS: Final = frozenset(
    "range len reshape arange argmax argmin zeros ones zeros_like ones_like eye copy choice array list tuple dict "
    "set reversed enumerate zip shape size ndim print append".split(),
)


def name_of(call: ast.Call) -> str:
    """Return the last name of what is called."""
    if isinstance(call.func, ast.Attribute):
        return call.func.attr
    return call.func.id if isinstance(call.func, ast.Name) else ""


def reduction(node: ast.AST, code: Code) -> str:
    """Return ``sum`` for ``np.sum(x)`` and ``x.sum()``; empty for what reduces nothing."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or node.func.attr not in _REDUCTIONS:
        return ""
    return node.func.attr if node.args or not code.numpy_name(node.func) else ""


def reduced(call: ast.Call, code: Code) -> ast.expr:
    """Return the array that a reduction goes over."""
    if code.numpy_name(call.func):
        return call.args[0]
    assert isinstance(call.func, ast.Attribute)
    return call.func.value


def axis_of(call: ast.Call, code: Code) -> ast.expr | None:
    """Return the axis along which a reduction goes, by name or by place."""
    at = 1 if code.numpy_name(call.func) else 0
    given = keyword(call, "axis")
    if given is not None:
        return given.value
    return call.args[at] if len(call.args) > at else None


def keyword(call: ast.Call, name: str) -> ast.keyword | None:
    """Return an argument given by name."""
    return next((argument for argument in call.keywords if argument.arg == name), None)


def arguments(call: ast.Call, *, without: ast.AST | None = None) -> list[ast.expr | ast.keyword | str]:
    """Return what a call is given, by place and by name."""
    everything: list[ast.expr | ast.keyword] = [*call.args, *call.keywords]
    return [part for part in everything if part is not without]


def product(node: ast.AST, code: Code) -> tuple[ast.expr, ast.expr] | None:
    """Return the two sides of a matrix product, ``np.dot(a, b)`` or ``a @ b``."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult):
        return node.left, node.right
    if isinstance(node, ast.Call) and name_of(node) in {"dot", "matmul"}:
        if len(node.args) == 2 and code.numpy_name(node.func):  # noqa: PLR2004 - two sides
            return node.args[0], node.args[1]
        if len(node.args) == 1 and isinstance(node.func, ast.Attribute):
            return node.func.value, node.args[0]
    return None


def is_transposed(node: ast.AST) -> bool:
    """Tell whether something is ``x.T``."""
    return isinstance(node, ast.Attribute) and node.attr == "T"


def is_number(node: ast.AST | None, *values: float) -> bool:
    """Tell whether something is a number that is written out, and one of these if any are named."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return isinstance(node.operand, ast.Constant) and is_number(node.operand, *(-value for value in values))
    if not isinstance(node, ast.Constant) or isinstance(node.value, bool) or not isinstance(node.value, (int, float)):
        return False
    return not values or node.value in values


def is_size(node: ast.AST) -> bool:
    """Tell whether something is a number of things: a shape, a size, a length."""
    if isinstance(node, ast.Subscript):
        return is_size(node.value)
    if isinstance(node, ast.Attribute):
        return node.attr in _SIZES
    return isinstance(node, ast.Call) and name_of(node) in {"len", "size", "shape", "ndim"}


def is_place(node: ast.expr, code: Code) -> bool:
    """Tell whether a number names an axis, an index or a length: there -1 is the last, or whatever fits."""
    around = next(near for near in code.ancestors(node) if not isinstance(near, (ast.Tuple, ast.Slice)))
    if not is_number(node):
        return False
    if isinstance(around, ast.Call):
        is_axis = bool(reduction(around, code)) and node is axis_of(around, code)
        return is_axis or name_of(around) == "reshape"
    return isinstance(around, ast.Subscript) or (isinstance(around, ast.keyword) and around.arg == "axis")


def is_calculation(node: ast.AST | None) -> bool:
    """Tell whether something calculates numbers, as opposed to shapes, copies and lists."""
    if isinstance(node, ast.UnaryOp):
        return isinstance(node.op, ast.USub)
    if isinstance(node, ast.Call):
        return name_of(node) not in _NO_NUMBERS and not name_of(node)[:1].isupper()
    return isinstance(node, ast.BinOp) and not isinstance(node.op, (ast.FloorDiv, ast.Mod))


def is_text(node: ast.AST) -> bool:
    """Tell whether something is a text."""
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))


def is_drawn(node: ast.AST) -> bool:
    """Tell whether something comes from a random generator."""
    return any(isinstance(part, ast.Call) and name_of(part) in _DRAWS for part in ast.walk(node))


def results(value: ast.expr | None) -> list[ast.expr]:
    """Return the calculations of a statement: its value, or the parts of its tuple or array."""
    if isinstance(value, ast.Call) and name_of(value) == "array" and value.args:
        return results(value.args[0])
    parts = value.elts if isinstance(value, (ast.Tuple, ast.List)) else [value]
    return [part for part in parts if part is not None and is_calculation(part)]
