"""Siblings mixed up: names, keys and attributes that look alike, and results in the wrong order."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import combinations, pairwise
from typing import Final

from autograder.messages import say
from autograder.variants.code import Change, Code, Edit, is_stored, parameters
from autograder.variants.operators import operator

_SHORT: Final = 3
_PARTS: Final = re.compile(r"[A-Z]?[a-z]+|[A-Z]+|\d+")


@cache
def _alike(one: str, two: str) -> bool:
    """Tell whether people mix up two names: ``W1`` and ``W2``, ``dx`` and ``dy``, ``fee`` and ``fee_sum``."""
    if one == two:
        return False
    short, long = sorted((_PARTS.findall(one), _PARTS.findall(two)), key=len)
    if len(short) == len(long) == 1:
        return len(one) == len(two) <= _SHORT
    if len(short) == len(long):
        return [left == right for left, right in zip(short, long, strict=True)].count(False) == 1
    return len(long) == len(short) + 1 and short in (long[1:], long[:-1])


@operator(lambda place: say("Look at the names in `{place}`: is each the one that is meant?", place=place), ast.Name)
def names_mixed_up(node: ast.Name, code: Code) -> Iterator[Edit]:
    """Write the name of a sibling."""
    known, given = code.names_before(node), parameters(code.function(node))
    if not is_stored(node) and node.id in known:
        for name in known:
            both_given = {node.id, name} <= set(given) and max(len(name), len(node.id)) <= _SHORT
            if name != node.id and (both_given or _alike(node.id, name)):
                yield code.put(node, name)


@operator(
    lambda place: say(
        "Look at the classes and functions that `{place}` uses: is each the one that is needed?", place=place
    ),
    ast.Call,
)
def another_definition(call: ast.Call, code: Code) -> Iterator[Edit]:
    """Take a sibling of the class or function that is needed."""
    if isinstance(call.func, ast.Name):
        for node in code.tree.body:
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and _alike(call.func.id, node.name):
                yield code.put(call.func, node.name)


def _attributes(around: ast.ClassDef, code: Code) -> list[str]:
    """Return what the objects of a class keep."""
    stored = (part for part in code.parts(around) if isinstance(part, ast.Attribute) and is_stored(part))
    return list(dict.fromkeys(part.attr for part in stored))


@operator(
    lambda place: say("Look at the attributes in `{place}`: is each the one that is needed?", place=place),
    ast.Attribute,
)
def attributes_mixed_up(node: ast.Attribute, code: Code) -> Iterator[Edit]:
    """Read another attribute of the object."""
    around = code.class_of(node)
    if around is None or is_stored(node) or code.of(node.value) != "self":
        return
    kept = _attributes(around, code)
    if node.attr in kept:
        for other in kept:
            if other != node.attr:
                yield code.rename(node, other)


def _keys(around: ast.AST, code: Code) -> list[str]:
    """Return the texts that are used as keys."""
    found = []
    for part in code.parts(around):
        keys: Iterable[ast.expr | None] = ()
        if isinstance(part, ast.Subscript):
            keys = [part.slice]
        elif isinstance(part, ast.Dict):
            keys = part.keys
        found += [key.value for key in keys if isinstance(key, ast.Constant) and isinstance(key.value, str)]
    return list(dict.fromkeys(found))


@operator(lambda place: say("Look at the keys in `{place}`.", place=place), ast.Subscript)
def keys_mixed_up(node: ast.Subscript, code: Code) -> Iterator[Edit]:
    """Look up a sibling."""
    key = node.slice
    function = code.function(node)
    if not (isinstance(key, ast.Constant) and isinstance(key.value, str) and not is_stored(node)):
        return
    for other in _keys(code.class_of(node) or function or node, code):
        if _alike(key.value, other):
            yield code.put(key, f'"{other}"')


def _is_none(node: ast.Assign) -> bool:
    return isinstance(node.value, ast.Constant) and node.value.value is None


@operator(
    lambda place: say("Look at what `{place}` stores: is each result in its own place?", place=place), ast.FunctionDef
)
def results_swapped(function: ast.FunctionDef, code: Code) -> Iterator[Change]:
    """Store two results the wrong way round."""
    stores = [part for part in code.parts(function) if isinstance(part, ast.Assign) and len(part.targets) == 1]
    kept = [
        part for part in stores if isinstance(part.targets[0], (ast.Subscript, ast.Attribute)) and not _is_none(part)
    ]
    for one, two in combinations(kept, 2):
        first, last = one.targets[0], two.targets[0]
        assert isinstance(first, (ast.Subscript, ast.Attribute))
        assert isinstance(last, (ast.Subscript, ast.Attribute))
        if code.of(first.value) == code.of(last.value):
            yield code.put(first, code.of(last)), code.put(last, code.of(first))


@operator(
    lambda place: say("Look at the order in which `{place}` returns its results.", place=place), ast.Return, pairs=True
)
def returned_swapped(node: ast.Return, code: Code) -> Iterator[Change]:
    """Return two values in the wrong order."""
    if isinstance(node.value, ast.Tuple):
        for one, two in combinations(node.value.elts, 2):
            yield code.put(one, code.of(two)), code.put(two, code.of(one))


@operator(
    lambda place: say("Look at the order in which `{place}` takes several values at once.", place=place), ast.Assign
)
def received_swapped(node: ast.Assign, code: Code) -> Iterator[Change]:
    """Unpack two values in the wrong order."""
    target = node.targets[0]
    if isinstance(target, ast.Tuple):
        values = [code.of(part) for part in node.value.elts] if isinstance(node.value, ast.Tuple) else []
        for at, (one, two) in enumerate(pairwise(target.elts)):
            if not values or values[at] != values[at + 1]:
                yield code.put(one, code.of(two)), code.put(two, code.of(one))


@operator(
    lambda place: say("Look at the lists and dicts in `{place}`: is each entry in its own place?", place=place),
    ast.List,
    ast.Dict,
)
def entries_swapped(node: ast.List | ast.Dict, code: Code) -> Iterator[Change]:
    """Put two values of a list or a dict in the wrong order."""
    values = node.values if isinstance(node, ast.Dict) else node.elts
    if not all(isinstance(value, ast.Constant) for value in values):
        for one, two in pairwise(values):
            yield code.put(one, code.of(two)), code.put(two, code.of(one))
