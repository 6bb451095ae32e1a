"""Which of a submission's names is which exercise, and whether its author wrote it."""

from __future__ import annotations

import ast
import difflib
import types
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from autograder.inside import stand_ins
from autograder.inside.libraries import Borrowed

CLOSE: Final = 0.8
"""How alike two names must be (difflib ratio) for one to be taken for the other."""


@dataclass
class Wanted:
    """An exercise to look for: its name, its other names, and whether it is a class (None: unknown)."""

    name: str
    also: list[str]
    is_class: bool | None


@dataclass
class Origins:
    """What tells a submission's own work from others'.

    Attributes
    ----------
    statements : dict
        The last definition of each name at its top level.
    cells, modules : collection of str
        Names of the cells and modules that were handed in.
    given : collection of str
        Names that students were given.
    """

    statements: dict[str, ast.stmt]
    cells: Collection[str]
    modules: Collection[str]
    given: Collection[str]


def find_exercises(
    wanted: list[Wanted], namespace: dict[str, Any], origins: Origins
) -> tuple[dict[str, str], dict[str, str]]:
    """Find each exercise in a submission, under its own name or something close to it.

    Parameters
    ----------
    wanted : list of Wanted
        What to look for.
    namespace : dict
        The submission's global names.
    origins : Origins
        What tells its own work from others'.

    Returns
    -------
    names, states : dict
        For each exercise the name it was found under, and ``own``, ``stub``, ``imported`` or ``missing``; for one
        that is from a library that may not do the work, ``from`` and the library.
    """
    names, states = {}, {}
    taken = {exercise.name for exercise in wanted}
    for exercise in wanted:
        found = {name: _state(name, namespace, origins) for name in _candidates(exercise, taken, namespace, origins)}
        there = [name for name, state in found.items() if state != "missing"]
        own = [name for name, state in found.items() if state == "own"]
        names[exercise.name] = name = [*own, *there, exercise.name][0]
        states[exercise.name] = found[name]
    return names, states


def _candidates(exercise: Wanted, taken: set[str], namespace: dict[str, Any], origins: Origins) -> Iterator[str]:
    yield exercise.name
    names = [
        name
        for name, value in list(namespace.items())
        if not name.startswith("__")
        and name not in taken
        and callable(value)
        and (exercise.is_class is None or isinstance(value, type) == exercise.is_class)
    ]
    folded = [fold(other) for other in (exercise.name, *exercise.also)]
    yield from (name for name in names if fold(name) in folded)
    own = {fold(name): name for name in names if name not in origins.given and _is_own(name, namespace, origins)}
    yield from (own[close] for close in difflib.get_close_matches(folded[0], own, n=1, cutoff=CLOSE))
    # `ReluLayer` for `Relu`, where nothing else could be meant.
    longer = [name for start, name in own.items() if start.startswith(folded[0])]
    yield from longer if len(longer) == 1 else ()


def _is_own(name: str, namespace: dict[str, Any], origins: Origins) -> bool:
    return _state(name, namespace, origins) == "own"


def is_from_elsewhere(value: object) -> bool:
    """Say whether a value came from a module that isn't there, or from what stands behind it."""
    if isinstance(value, stand_ins.Absent) or getattr(value, "_autograder_not_yours", False):
        return True
    home = value.__module__ if isinstance(value, type) else getattr(getattr(value, "__code__", None), "co_filename", "")
    return home in stand_ins.TEXTS


def _state(name: str, namespace: dict[str, Any], origins: Origins) -> str:
    value = namespace.get(name)
    if not callable(value):
        return "missing"
    statement = origins.statements.get(name)
    if statement is not None and getattr(value, "__name__", None) == name and is_stub(statement):
        return "stub"
    if isinstance(value, Borrowed):
        return f"from {value.library}"
    value = getattr(value, "_autograder_lent", value)
    if is_from_elsewhere(value):
        return "imported"
    if isinstance(value, type):
        return "own" if value.__module__ in origins.modules else "imported"
    if value is getattr(np, str(getattr(value, "__name__", "")), None):
        return "imported"  # numpy's own gradient, by a star import
    code = getattr(value, "__code__", None)
    if isinstance(code, types.CodeType) and code.co_filename not in origins.cells:
        return "imported"
    return "own"


def fold(name: str) -> str:
    """Return the name without case and underscores: how names are compared leniently."""
    return name.replace("_", "").lower()


def is_stub(statement: ast.stmt) -> bool:
    """Say whether a definition has nothing in it but what a stub has."""
    if isinstance(statement, ast.ClassDef):
        if any(not isinstance(base, ast.Name) or base.id != "object" for base in statement.bases):
            return False
        methods = [node for node in statement.body if isinstance(node, ast.FunctionDef)]
        return all(map(is_stub, methods)) if methods else all(map(_is_empty, statement.body))
    return isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef) and all(map(_is_empty, statement.body))


def _is_empty(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.Raise):
        return "NotImplementedError" in ast.dump(statement)
    return isinstance(statement, ast.Pass) or (
        isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    )
