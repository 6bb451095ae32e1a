"""Conditions, loops, the order of statements, and what is returned."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from autograder.messages import say
from autograder.variants.code import Change, Code, Edit, is_docstring, is_stored, names_bound, names_in
from autograder.variants.operators import operator
from autograder.variants.shapes import is_number, name_of

_COMPARISONS: Final[dict[type[ast.cmpop], tuple[str, ...]]] = {
    ast.LtE: ("<", ">=", ">"),
    ast.Lt: ("<=", ">", ">="),
    ast.GtE: (">", "<=", "<"),
    ast.Gt: (">=", "<", "<="),
    ast.Eq: ("!=",),
    ast.NotEq: ("==",),
}
_SIMPLE: Final = (ast.Assign, ast.AugAssign, ast.Expr)


@operator(lambda place: say("Look at the comparisons in `{place}`, also at the border.", place=place), ast.Compare)
def compared_otherwise(node: ast.Compare, code: Code) -> Iterator[Edit]:
    """Compare the wrong way round, or mind the border wrongly."""
    if len(node.ops) == 1:
        for sign in _COMPARISONS.get(type(node.ops[0]), ()):
            yield code.put(node, f"{code.of(node.left)} {sign} {code.of(node.comparators[0])}")


@operator(
    lambda place: say("Look at the conditions in `{place}`: when is each of them true?", place=place), ast.If, ast.IfExp
)
def condition_ignored(node: ast.If | ast.IfExp, code: Code) -> Iterator[Edit]:
    """Do it always, or never."""
    yield code.put(node.test, "True")
    yield code.put(node.test, "False")


@operator(
    lambda place: say("Look at the rounds in which `{place}` does something: which is the first?", place=place),
    ast.Compare,
)
def counted_from_one(node: ast.Compare, code: Code) -> Iterator[Edit]:
    """Act at the end of each hundred rounds instead of at the start."""
    left = node.left
    if isinstance(left, ast.BinOp) and isinstance(left.op, ast.Mod) and is_number(node.comparators[0], 0):
        yield code.put(left.left, f"({code.of(left.left)} + 1)")
        yield code.put(node.comparators[0], f"{code.atom(left.right)} - 1")
        yield code.put(node, code.of(left))


@operator(
    lambda place: say("How often does the loop in `{place}` run, and from where to where?", place=place), ast.Call
)
def range_off_by_one(call: ast.Call, code: Code) -> Iterator[Edit]:
    """Start a loop at 1, or stop it one round early or late."""
    if name_of(call) == "range" and len(call.args) == 1:
        end = code.atom(call.args[0])
        for arguments in ([f"1, {end}"], [f"{end} - 1"], [f"{end} + 1"], [f"1, {end} + 1"]):
            yield code.call(call, arguments)


@operator(lambda place: say("Does the loop in `{place}` go through all of them?", place=place), ast.For)
def loop_shortened(loop: ast.For, code: Code) -> Iterator[Edit]:
    """Leave out the first or the last one."""
    if not (isinstance(loop.iter, ast.Call) and name_of(loop.iter) == "range"):
        for part in ("[1:]", "[:-1]"):
            yield code.put(loop.iter, f"list({code.of(loop.iter)}){part}")


@operator(lambda place: say("Does the loop in `{place}` go through all of them?", place=place), ast.For)
def loop_left(loop: ast.For, code: Code) -> Iterator[Edit]:
    """Leave a loop in its first round."""
    yield code.after(loop.body[-1], "break", loop.body[0].col_offset)


@operator(lambda place: say("In which order does `{place}` go through them?", place=place), ast.Call)
def order_forgotten(call: ast.Call, code: Code) -> Iterator[Edit]:
    """Go forward where the way is back."""
    if name_of(call) == "reversed" and call.args:
        yield code.put(call, code.of(call.args[0]))


@operator(lambda place: say("In which order does `{place}` go through them?", place=place), ast.For)
def order_turned(loop: ast.For, code: Code) -> Iterator[Edit]:
    """Go back where the way is forward."""
    if not (isinstance(loop.iter, ast.Call) and name_of(loop.iter) in {"range", "reversed"}):
        yield code.put(loop.iter, f"reversed(list({code.of(loop.iter)}))")


@operator(
    lambda place: say("Look at the indentation in `{place}`: does anything return or stop too early?", place=place),
    ast.For,
)
def return_inside(loop: ast.For, code: Code) -> Iterator[Edit]:
    """Indent a return so far that it stands in the loop."""
    end = code.block(loop)[-1]
    if isinstance(end, ast.Return) and end.value is not None:
        yield code.after(loop.body[-1], code.of(end), loop.body[0].col_offset)


@operator(lambda place: say("Look at what `{place}` returns: is a `return` missing?", place=place), ast.Return)
def return_forgotten(node: ast.Return, code: Code) -> Iterator[Edit]:
    """Calculate, and don't return."""
    if node.value is not None:
        yield code.put(node, code.of(node.value))


@operator(lambda place: say("Look at what `{place}` returns: is anything missing?", place=place), ast.Return)
def part_returned(node: ast.Return, code: Code) -> Iterator[Edit]:
    """Return one of several values."""
    if isinstance(node.value, ast.Tuple):
        for part in node.value.elts:
            yield code.put(node.value, code.of(part))


@operator(lambda place: say("Look at what `{place}` returns: is it the final result?", place=place), ast.Return)
def another_value_returned(node: ast.Return, code: Code) -> Iterator[Edit]:
    """Return what was handed in, or an earlier result."""
    if node.value is None or isinstance(node.value, ast.Tuple):
        return
    for name in code.names_before(node):
        if name != code.of(node.value):
            yield code.put(node.value, name)


@operator(lambda place: say("Go through `{place}` step by step: is one missing?", place=place), *_SIMPLE)
def step_dropped(node: ast.stmt, code: Code) -> Iterator[Edit]:
    """Forget a statement."""
    if is_docstring(node) or (isinstance(node, ast.Assign) and _starts_empty(node)):
        return
    if not _new_names(node) - set(code.names_before(node)):
        yield code.put(node, "pass")


@operator(lambda place: say("Look at the order of the steps in `{place}`.", place=place), *_SIMPLE)
def steps_swapped(node: ast.stmt, code: Code) -> Iterator[Change]:
    """Do two things in the wrong order."""
    block = code.block(node)
    at = block.index(node)
    if at + 1 == len(block) or not isinstance(block[at + 1], _SIMPLE) or is_docstring(node):
        return
    later = block[at + 1]
    needed = {name for name in _new_names(node) if name in names_in(later)} - set(code.names_before(node))
    if not needed and (_feeds(node, later) or _feeds(later, node) or _both_print(node, later)):
        yield code.put(node, code.of(later)), code.put(later, code.of(node))


@operator(
    lambda place: say("Look at the order of the steps in `{place}`: is anything done too early?", place=place), ast.If
)
def block_too_early(node: ast.If, code: Code) -> Iterator[Change]:
    """Report before the update, for example."""
    loop = code.parents[node]
    if isinstance(loop, ast.For) and node in loop.body[1:] and not _leaves(node):
        yield code.before(loop.body[0], code.of(node)), code.put(node, "pass")


@operator(
    lambda place: say(
        "Look at the order of the steps in `{place}`: does one change what the next still needs?", place=place
    ),
    ast.Assign,
)
def recalculated_between(node: ast.Assign, code: Code) -> Iterator[Edit]:
    """Use an update before all of the updates are calculated."""
    block = code.block(node)
    if not (isinstance(node.value, ast.Call) and isinstance(node.targets[0], ast.Tuple)):
        return
    for one, two in pairwise(block[block.index(node) + 1 :]):
        read = names_in(node.value)
        if (
            isinstance(one, _SIMPLE)
            and isinstance(two, _SIMPLE)
            and names_bound(one) & read
            and names_bound(two) & read
        ):
            yield code.after(one, code.of(node))


def _new_names(node: ast.stmt) -> set[str]:
    return {part.id for part in ast.walk(node) if isinstance(part, ast.Name) and is_stored(part)}


def _starts_empty(node: ast.Assign) -> bool:
    """Tell whether an attribute only gets its None: it would do without."""
    return isinstance(node.value, ast.Constant) and node.value.value is None


def _targets(node: ast.stmt) -> list[ast.expr]:
    if isinstance(node, ast.Assign):
        row = node.targets
        return [part for target in row for part in (target.elts if isinstance(target, ast.Tuple) else [target])]
    return [node.target] if isinstance(node, ast.AugAssign) else []


def _dotted(node: ast.AST) -> str:
    """Return what is stored or read: ``x``, ``self.x``; for ``x[i]`` also ``x``."""
    if isinstance(node, ast.Subscript):
        return _dotted(node.value)
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def _feeds(one: ast.stmt, two: ast.stmt) -> bool:
    """Tell whether a statement stores what another one reads or stores."""
    stored = {_dotted(target) for target in _targets(one)}
    value = getattr(two, "value", None)
    read = {_dotted(part) for part in ast.walk(value)} if value is not None else set()
    again = {ast.dump(target) for target in _targets(one)} & {ast.dump(target) for target in _targets(two)}
    return bool(stored & read or again)


def _both_print(one: ast.stmt, two: ast.stmt) -> bool:
    values = [node.value for node in (one, two) if isinstance(node, ast.Expr)]
    return [name_of(value) for value in values if isinstance(value, ast.Call)] == ["print", "print"]


def _leaves(node: ast.AST) -> bool:
    return any(isinstance(part, (ast.Return, ast.Break, ast.Continue)) for part in ast.walk(node))
