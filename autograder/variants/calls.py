"""Functions: left out, called twice, with other arguments, or another one of the family."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Final

from autograder.messages import say
from autograder.variants.code import Code, Edit, parameters
from autograder.variants.operators import operator
from autograder.variants.shapes import arguments, is_number, name_of

_ENTRYWISE: Final = frozenset("log exp sqrt abs square tanh maximum minimum".split())
_BUILT_IN: Final = frozenset(
    "abs bool dict enumerate float int len list map max min print range reversed round set sorted str sum "
    "tuple type zip".split(),
)
_LOGARITHMS: Final = ("log10", "log2", "log1p")


def _is_own(call: ast.Call, code: Code) -> bool:
    """Tell whether a function of the course is called: not a class, a parameter or one of Python's."""
    if isinstance(call.func, ast.Attribute):
        return isinstance(call.func.value, ast.Name) and call.func.value.id == "self"
    if not isinstance(call.func, ast.Name) or call.func.id in _BUILT_IN or call.func.id[:1].isupper():
        return False
    return call.func.id not in parameters(code.function(call))


def _is_entrywise(call: ast.Call, code: Code) -> bool:
    """Tell whether each number is turned into another: one argument, of which the result has the shape."""
    if len(call.args) != 1 or call.keywords:
        return False
    return code.numpy_name(call.func) in _ENTRYWISE or _is_own(call, code)


@operator(
    lambda place: say("Look at the functions that `{place}` applies: is one missing?", place=place),
    ast.Call,
    pairs=True,
)
def call_dropped(call: ast.Call, code: Code) -> Iterator[Edit]:
    """Forget to apply a function."""
    if _is_entrywise(call, code):
        yield code.put(call, code.of(call.args[0]))


@operator(
    lambda place: say("Look at the functions that `{place}` applies: is one applied once too often?", place=place),
    ast.Call,
)
def called_twice(call: ast.Call, code: Code) -> Iterator[Edit]:
    """Apply a function to its own result."""
    if _is_entrywise(call, code):
        yield code.call(call, [code.of(call)])


@operator(lambda place: say("Which logarithm does `{place}` use?", place=place), ast.Call)
def another_logarithm(call: ast.Call, code: Code) -> Iterator[Edit]:
    """Take the logarithm to another base."""
    if code.numpy_name(call.func) == "log":
        for name in _LOGARITHMS:
            yield code.rename(call.func, name)


@operator(lambda place: say("Look at the exponential in `{place}`.", place=place), ast.Call)
def another_exponential(call: ast.Call, code: Code) -> Iterator[Edit]:
    """Mix up the sign, or the function."""
    if code.numpy_name(call.func) == "exp" and len(call.args) == 1:
        if not isinstance(call.args[0], ast.UnaryOp):
            yield code.call(call, [f"-{code.atom(call.args[0])}"])
        yield code.rename(call.func, "exp2")
        yield code.rename(call.func, "expm1")


@operator(lambda place: say("Look at the small number in `{place}`: where must it be added?", place=place), ast.Call)
def small_number_outside(call: ast.Call, code: Code) -> Iterator[Edit]:
    """Add the guard against log(0) to the logarithm instead."""
    inside = call.args[0] if _is_entrywise(call, code) else None
    if isinstance(inside, ast.BinOp) and isinstance(inside.op, ast.Add) and is_number(inside.right):
        yield code.put(call, f"{code.of(call.func)}({code.of(inside.left)}) + {code.of(inside.right)}")


@operator(lambda place: say("Look at the arguments in `{place}`: which one comes first?", place=place), ast.Call)
def arguments_swapped(call: ast.Call, code: Code) -> Iterator[Edit]:
    """Hand over two arguments in the wrong order."""
    if name_of(call) not in {"dot", "matmul"} and not any(isinstance(part, ast.Starred) for part in call.args):
        for at in range(len(call.args) - 1):
            row = [code.of(part) for part in call.args]
            row[at], row[at + 1] = row[at + 1], row[at]
            yield code.call(call, [*row, *call.keywords])


@operator(
    lambda place: say("Look at the arguments in `{place}`: is each the one that is needed?", place=place), ast.Call
)
def argument_repeated(call: ast.Call, code: Code) -> Iterator[Edit]:
    """Hand over the same argument twice."""
    if len(call.args) == 2 and not any(is_number(part) for part in call.args):  # noqa: PLR2004 - one for the other
        for part in call.args:
            yield code.call(call, [code.of(part), code.of(part), *call.keywords])


@operator(lambda place: say("Look at the arguments in `{place}`: is one left out?", place=place), ast.Call)
def argument_dropped(call: ast.Call, code: Code) -> Iterator[Edit]:
    """Leave out an optional argument."""
    for given in call.keywords:
        if given.arg not in {"axis", "keepdims"}:
            yield code.call(call, arguments(call, without=given))


@operator(
    lambda place: say(
        "Look at the functions in `{place}`: is each of them called, with parentheses behind its name?", place=place
    ),
    ast.Call,
)
def not_called(call: ast.Call, code: Code) -> Iterator[Edit]:
    """Forget the parentheses of a call without arguments."""
    if not call.args and not call.keywords and isinstance(call.func, ast.Attribute):
        yield code.put(call, code.of(call.func))


@operator(
    lambda place: say("What must the function in `{place}` be called with: one entry, or everything?", place=place),
    ast.Call,
)
def called_with_an_entry(call: ast.Call, code: Code) -> Iterator[Edit]:
    """Call a function of arrays with the entry at hand."""
    loop = next((near for near in code.ancestors(call) if isinstance(near, ast.For)), None)
    given = [part for part in call.args if isinstance(part, ast.Name)]
    if loop is None or not isinstance(loop.target, ast.Name) or not isinstance(call.func, ast.Name):
        return
    if len(given) == len(call.args) == 1 and call.func.id in parameters(code.function(call)):
        yield code.put(given[0], f"{given[0].id}[{loop.target.id}]")
