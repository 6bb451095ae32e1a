"""Libraries that an assignment does not allow: they are never there, and who leans on one is told so.

Homework imports much that it never uses, so importing costs nothing. What is
noted is use: whoever asked can say afterwards which library an answer leant on.
"""

from __future__ import annotations

import ast
import functools
import importlib.machinery
import sys
import types
from collections.abc import Collection, Iterator, Sequence
from typing import Any, Final

from autograder.inside.stand_ins import Absent

_CATCHES: Final = frozenset({"ImportError", "ModuleNotFoundError", "Exception", "BaseException"})


class Uses:
    """Which libraries were used since somebody asked last.

    Attributes
    ----------
    starred : str
        The first of which everything was imported; "" where there is none.
    """

    def __init__(self) -> None:
        self._names: dict[str, None] = {}
        self.starred = ""

    def note(self, name: str) -> None:
        """Note the use of something, by its dotted name."""
        self._names[name.partition(".")[0]] = None

    def take(self) -> list[str]:
        """Return the libraries, and forget them."""
        names = list(self._names)
        self._names.clear()
        return names


class Borrowed(Absent):
    """Something of a library's: whatever is done with it is noted, and gives another of its kind."""

    def __init__(self, name: str, uses: Uses, wraps: object = None) -> None:
        super().__init__(name, wraps=wraps)
        self._uses = uses

    @property
    def library(self) -> str:
        """The library that it would be from."""
        return str(self._name).partition(".")[0]

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Note the use; a function is given back as one that notes its own, so that this serves as a decorator."""
        self._uses.note(self._name)
        if len(args) == 1 and not kwargs and isinstance(args[0], types.FunctionType):
            return _lent(args[0], self._name, self._uses)
        if len(args) == 1 and not kwargs and isinstance(args[0], type):
            return args[0]
        return Borrowed(self._name, self._uses, args[0] if args else None)

    def __getattr__(self, name: str) -> Absent:
        if name.startswith("__"):
            raise AttributeError(name)
        self._uses.note(self._name)
        return Borrowed(f"{self._name}.{name}", self._uses)

    def __getitem__(self, key: object) -> Absent:
        self._uses.note(self._name)
        return Borrowed(self._name, self._uses)

    def __iter__(self) -> Iterator[Any]:
        self._uses.note(self._name)
        return super().__iter__()

    def __enter__(self) -> Any:
        self._uses.note(self._name)
        return self


def _lent(function: types.FunctionType, name: str, uses: Uses) -> types.FunctionType:
    @functools.wraps(function)
    def lent(*args: Any, **kwargs: Any) -> Any:
        uses.note(name)
        return function(*args, **kwargs)

    # Whose work it is is still told by the code of the function itself.
    lent._autograder_lent = function  # type: ignore[attr-defined]  # noqa: SLF001
    return lent  # type: ignore[return-value]


class LibraryModule(types.ModuleType):
    """A library, or a part of it, that isn't there."""

    def __init__(self, name: str, uses: Uses) -> None:
        super().__init__(name)
        self.__path__: list[str] = []
        self._uses = uses

    def __getattr__(self, name: str) -> Any:
        if name == "__all__":
            # What a star import brings is not known: see `LibraryFinder.lend`.
            self._uses.starred = self._uses.starred or self.__name__
            return []
        if name.startswith("__"):
            raise AttributeError(name)
        return Borrowed(f"{self.__name__}.{name}", self._uses)


class LibraryFinder:
    """Answers imports of the libraries before anybody else does, also where they are installed.

    Parameters
    ----------
    refused : collection of str
        Their names.
    """

    def __init__(self, refused: Collection[str]) -> None:
        self._refused = frozenset(refused)
        self._optional: set[tuple[str, int]] = set()
        self.uses = Uses()

    def spare(self, own: Collection[str]) -> None:
        """Leave modules that were handed in alone: a file of a student's own may be called like a library."""
        self._refused -= frozenset(own)

    def expect(self, cell: str, statements: list[ast.stmt]) -> None:
        """Find the imports that may fail: they do, and what is written for this case runs."""
        for node in (node for statement in statements for node in ast.walk(statement)):
            if isinstance(node, ast.Try) and any(map(_catches_imports, node.handlers)):
                inner = (inner for statement in node.body for inner in ast.walk(statement))
                self._optional.update(
                    (cell, inner.lineno) for inner in inner if isinstance(inner, ast.Import | ast.ImportFrom)
                )

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: types.ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Claim the libraries with all their parts."""
        del path, target
        if name.partition(".")[0] not in self._refused:
            return None
        if self._is_optional():
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return importlib.machinery.ModuleSpec(name, self, is_package=True)  # type: ignore[arg-type]

    def lend(self, name: str) -> Borrowed:
        """Return what may be meant by a name that is not defined, where everything of a library was imported."""
        return Borrowed(f"{self.uses.starred}.{name}", self.uses)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType:
        """Make the stand-in."""
        return LibraryModule(spec.name, self.uses)

    def exec_module(self, module: types.ModuleType) -> None:
        """Nothing runs: a stand-in has no code."""

    def _is_optional(self) -> bool:
        frame: types.FrameType | None = sys._getframe(2)  # noqa: SLF001 - who imports is told by nothing else
        while frame is not None and frame.f_code.co_filename.startswith("<frozen importlib"):
            frame = frame.f_back
        return frame is not None and (frame.f_code.co_filename, frame.f_lineno) in self._optional


def _catches_imports(handler: ast.ExceptHandler) -> bool:
    if handler.type is None:
        return True
    return any(isinstance(node, ast.Name) and node.id in _CATCHES for node in ast.walk(handler.type))
