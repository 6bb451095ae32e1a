"""What an object keeps from one call to the next, and what a call does to its arguments."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Final

from autograder.messages import say
from autograder.variants.code import Change, Code, Edit, Function, names_in, parameters
from autograder.variants.operators import operator
from autograder.variants.shapes import is_calculation

_IN_PLACE: Final = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}
_OF_ARRAYS: Final = frozenset("T astype copy dot max mean ndim reshape shape size sum".split())


def _kept(node: ast.Assign) -> ast.Attribute | None:
    """Return the ``self.x`` that a statement stores."""
    target = node.targets[0]
    if len(node.targets) == 1 and isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name):
        return target if target.value.id == "self" else None
    return None


def _is_none(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _methods(node: ast.AST, code: Code) -> list[ast.FunctionDef]:
    around = code.class_of(node)
    return [part for part in around.body if isinstance(part, ast.FunctionDef)] if around else []


def _storing(node: ast.AST, attribute: str, code: Code) -> Iterator[tuple[ast.FunctionDef, ast.Assign]]:
    """Yield the methods of a class in which an attribute is stored, and the statements that do."""
    for method in _methods(node, code):
        for part in code.parts(method):
            if isinstance(part, ast.Assign) and (kept := _kept(part)) is not None and kept.attr == attribute:
                yield method, part


@operator(lambda place: say("Does `{place}` keep everything that is needed later?", place=place), ast.Assign)
def kept_local(node: ast.Assign, code: Code) -> Iterator[Edit]:
    """Store in a local name what belongs to the object."""
    kept = _kept(node)
    if kept is not None and not _is_none(node.value):
        yield code.put(kept, kept.attr)


@operator(
    lambda place: say("Does `{place}` keep new values in every call?", place=place),
    ast.Assign,
    pairs=True,
)
def kept_from_first_call(node: ast.Assign, code: Code) -> Iterator[Edit]:
    """Store something only the first time."""
    kept = _kept(node)
    function = code.function(node)
    if kept is not None and not _is_none(node.value) and function is not None and function.name != "__init__":
        yield code.put(node, f'if getattr(self, "{kept.attr}", None) is None: {code.of(node)}')


@operator(lambda place: say("Does every call of `{place}` start afresh?", place=place), ast.Assign)
def accumulated(node: ast.Assign, code: Code) -> Iterator[Edit]:
    """Add to an attribute from call to call."""
    kept = _kept(node)
    function = code.function(node)
    if kept is not None and is_calculation(node.value) and function is not None and function.name != "__init__":
        old = f'getattr(self, "{kept.attr}", None)'
        yield code.put(node.value, f"{code.atom(node.value)} + (0 if {old} is None else {old})")


@operator(lambda place: say("Look at what `{place}` keeps: does each object have its own?", place=place), ast.Assign)
def kept_for_all(node: ast.Assign, code: Code) -> Iterator[Change]:
    """Store something in the class instead of the object."""
    kept = _kept(node)
    if kept is None or _is_none(node.value):
        return
    starts = [store for _, store in _storing(node, kept.attr, code) if store is not node and _is_none(store.value)]
    yield code.put(kept, f"type(self).{kept.attr}"), *(code.put(store, "pass") for store in starts)


@operator(lambda place: say("A copy or the very array: which does `{place}` have to keep?", place=place), ast.Assign)
def copy_kept(node: ast.Assign, code: Code) -> Iterator[Edit]:
    """Copy what is shared on purpose."""
    function = code.function(node)
    if _kept(node) and isinstance(node.value, ast.Name) and node.value.id in parameters(function):
        assert function is not None
        if function.name == "__init__":
            yield code.put(node.value, f"{node.value.id}.copy()")


@operator(
    lambda place: say("What it is given, or what it calculates: which does `{place}` have to keep?", place=place),
    ast.Assign,
)
def argument_kept(node: ast.Assign, code: Code) -> Iterator[Change]:
    """Keep the input where the output is needed."""
    kept = _kept(node)
    if kept is None or not is_calculation(node.value):
        return
    returns = [part for part in code.block(node) if isinstance(part, ast.Return) and part.value is not None]
    same = [part.value for part in returns if part.value is not None and code.of(part.value) == code.of(kept)]
    for name in parameters(code.function(node)):
        yield code.put(node.value, name), *(code.put(value, code.of(node.value)) for value in same)


@operator(
    lambda place: say("From what must `{place}` calculate, from what it gets or from what was kept?", place=place),
    ast.Attribute,
)
def made_of_argument(node: ast.Attribute, code: Code) -> Iterator[Edit]:
    """Calculate again from the argument at hand what an earlier call has kept."""
    names = parameters(code.function(node))
    if not isinstance(node.ctx, ast.Load) or code.of(node) != f"self.{node.attr}" or not names:
        return
    for method, store in _storing(node, node.attr, code):
        if method is code.function(node) or isinstance(store.value, (ast.Constant, ast.Name)):
            continue
        for given in parameters(method):
            for name in names:
                made = _with_name(store.value, given, name, code)
                if made:
                    yield code.put(node, made)


def _with_name(value: ast.expr, old: str, new: str, code: Code) -> str:
    """Return an expression with another name in it; empty if it does not hold the old one."""
    start, end = code.span(value)
    text, done = "", start
    for part in sorted(
        (part for part in ast.walk(value) if isinstance(part, ast.Name) and part.id == old),
        key=lambda part: (part.lineno, part.col_offset),
    ):
        first, last = code.span(part)
        text, done = f"{text}{code.text[done:first]}{new}", last
    return f"{text}{code.text[done:end]}" if text else ""


@operator(lambda place: say("Does `{place}` change an array that it was only given to read?", place=place), ast.BinOp)
def argument_changed(node: ast.BinOp, code: Code) -> Iterator[Change]:
    """Calculate in place, in an argument."""
    sign, function = _IN_PLACE.get(type(node.op)), code.function(node)
    if not sign or function is None or not isinstance(node.left, ast.Name) or node.left.id not in parameters(function):
        return
    simple = isinstance(code.statement(node), (ast.Assign, ast.Return, ast.Expr))
    if simple and (isinstance(code.parents[node], ast.Assign) or node.left.id in _arrays(function, code)):
        name = node.left.id
        yield code.before(node, f"{name} {sign}= {code.of(node.right)}"), code.put(node, name)


@operator(lambda place: say("Does `{place}` change an array that it was only given to read?", place=place), ast.Return)
def argument_spoiled(node: ast.Return, code: Code) -> Iterator[Edit]:
    """Return the right thing, and leave something in an argument."""
    function = code.function(node)
    if node.value is None or function is None:
        return
    arrays = _arrays(function, code)
    for name in parameters(function):
        if name in arrays:
            space = " " * node.col_offset
            yield code.put(node, f"result = {code.of(node.value)}\n{space}{name} *= 2\n{space}return result")


def _arrays(function: Function, code: Code) -> set[str]:
    """Return the names that must be arrays, judged by what is done with them."""
    found: set[str] = set()
    for part in code.parts(function):
        is_array = isinstance(part, ast.Subscript) or (isinstance(part, ast.Attribute) and part.attr in _OF_ARRAYS)
        if is_array and isinstance(part.value, ast.Name):  # type: ignore[attr-defined]
            found.add(part.value.id)  # type: ignore[attr-defined]
        elif isinstance(part, ast.Call) and code.numpy_name(part.func):
            found |= {name for argument in part.args for name in names_in(argument)}
    return found


@operator(
    lambda place: say("Look at the arrays that `{place}` updates: which have to be changed in place?", place=place),
    ast.AugAssign,
)
def made_anew(node: ast.AugAssign, code: Code) -> Iterator[Edit]:
    """Bind a name again instead of changing the array in place."""
    sign = _IN_PLACE.get(type(node.op))
    if sign and isinstance(node.target, ast.Subscript):
        target = code.of(node.target)
        yield code.put(node, f"{target} = {target} {sign} {code.atom(node.value)}")
