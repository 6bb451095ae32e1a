"""Hidden checks as plain functions, to be run in this process on code that is ours."""

from __future__ import annotations

import contextlib
import importlib.util
import inspect
import itertools
import sys
import types
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from autograder.errors import CourseError
from autograder.messages import say
from autograder.rehearsal import Rehearsal

FIXTURES: Final = frozenset({"student", "reference", "rng"})


@dataclass(frozen=True)
class HiddenCheck:
    """A check of one exercise.

    Attributes
    ----------
    function : callable
        The test function.
    given : dict
        Values of `pytest.mark.parametrize`.
    """

    exercise: str
    function: Callable[..., None]
    given: dict[str, Any]

    @property
    def draws(self) -> bool:
        """Whether other seeds make other questions."""
        return "rng" in inspect.signature(self.function).parameters

    def run(self, student: Rehearsal, reference: types.ModuleType, seed: int) -> None:
        """Run it as a judge would; how it ends is of no matter, what it asked is in `student.steps`.

        Parameters
        ----------
        seed : int
            0 for the numbers that the judges draw, others for other numbers.
        """
        own = zlib.crc32(self.function.__name__.encode())
        fixtures = {
            "student": student,
            "reference": reference,
            "rng": np.random.default_rng([own, seed] if seed else own),
        }
        wanted = inspect.signature(self.function).parameters
        with contextlib.suppress(Exception):
            self.function(**{name: {**fixtures, **self.given}[name] for name in wanted})


def load_checks(path: Path) -> list[HiddenCheck]:
    """Import a file of checks and list them.

    Those that need a fixture of their author's are left out: pytest alone can make it.

    Raises
    ------
    CourseError
        If the file doesn't run.
    """
    name = f"autograder_audit_{path.parent.name}"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise CourseError(say("{file}: can't be read: {reason}", file=path, reason=repr(error))) from error
    found = []
    for function in vars(module).values():
        if inspect.isfunction(function) and function.__name__.startswith("test_"):
            found += list(_checks_of(function))
    return found


def _checks_of(function: Callable[..., None]) -> Iterator[HiddenCheck]:
    marks = getattr(function, "pytestmark", [])
    exercise = next((mark.args[0] for mark in marks if mark.name == "exercise"), "")
    axes = [list(_values_of(*mark.args[:2])) for mark in marks if mark.name == "parametrize"]
    for choice in itertools.product(*axes):
        given = {name: value for values in choice for name, value in values.items()}
        if inspect.signature(function).parameters.keys() <= FIXTURES | given.keys():
            yield HiddenCheck(exercise, function, given)


def _values_of(names: str | list[str], values: Any) -> Iterator[dict[str, Any]]:
    listed = [name.strip() for name in names.split(",")] if isinstance(names, str) else names
    for value in values:
        # `pytest.param` wraps what it is given, also where that is one value.
        row = getattr(value, "values", value if len(listed) > 1 else [value])
        yield dict(zip(listed, row, strict=True))
