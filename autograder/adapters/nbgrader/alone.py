"""Single modules of large packages, imported without what the packages bring along.

To import anything of nbgrader takes two seconds: its package imports a server, an
exchange and converters, and these a parser of addresses. The module with the gradebook
needs none of it.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
import threading
import types
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from autograder.adapters.nbgrader.source import library

HOLLOW: Final = (
    "nbgrader",
    "nbformat",
    "setuptools",
    "nbconvert",
    "nbconvert.filters",
    "nbconvert.preprocessors",
    "requests",
)
"""Packages of which single modules are of use, or none; each after the one that it lies in."""
_SPOILT: Final = ("nbgrader.auth", "nbgrader.auth.jupyterhub")
"""Modules that would call a package, and keep the hollow one."""
_ONE_AT_A_TIME: Final = threading.RLock()


def module_alone(name: str) -> Any:
    """Import a module of one of the large packages, and of these packages nothing else where that suffices.

    Parameters
    ----------
    name : str
        Of the module, with its package.

    Raises
    ------
    OutputError
        If its package is not installed.
    """
    # While packages are hollow, no other thread may come to see them.
    with _ONE_AT_A_TIME:
        if sys.modules.get(name):
            return sys.modules[name]
        package = name.split(".", maxsplit=1)[0]
        if importlib.util.find_spec(package) is None:
            return library(package)
        before = set(sys.modules)
        try:
            with _hollow_packages():
                return importlib.import_module(name)
        except Exception:  # noqa: BLE001 - another version may need the whole of a package: then it gets it
            for module in set(sys.modules) - before:
                if module.split(".")[0] in HOLLOW:
                    del sys.modules[module]
        return library(name)


@contextmanager
def _hollow_packages() -> Iterator[None]:
    """Let packages stand for a while that know where their modules lie, and nothing else."""
    hollow: dict[str, types.ModuleType] = {}
    for name in HOLLOW:
        if name not in sys.modules and (places := _places(name, hollow)):
            hollow[name] = sys.modules[name] = types.ModuleType(name)
            hollow[name].__path__ = places
    try:
        yield
    finally:
        # Whoever needs a whole package later finds it; those of its modules that are there by then remain.
        for name, package in hollow.items():
            if sys.modules.get(name) is package:
                del sys.modules[name]
        for name in _SPOILT if "requests" in hollow else ():
            sys.modules.pop(name, None)


def _places(name: str, hollow: dict[str, types.ModuleType]) -> list[str]:
    parent, _, own = name.rpartition(".")
    if parent in hollow:
        return [str(path) for place in hollow[parent].__path__ if (path := Path(place, own)).is_dir()]
    spec = importlib.util.find_spec(name)
    return list(spec.submodule_search_locations or ()) if spec else []
