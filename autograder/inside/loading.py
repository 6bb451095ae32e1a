"""From the text of a submission to a module that can be called.

Top-level statements run one after another. One that fails is noted and the
rest still runs, so that a broken plot costs no exercise; a cell that doesn't
parse is taken apart, so that one syntax error costs only what it stands in.
"""

from __future__ import annotations
import __future__

import ast
import builtins
import contextlib
import linecache
import signal
import sys
import types
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from autograder.inside import stand_ins
from autograder.inside.libraries import LibraryFinder, Uses
from autograder.inside.naming import Origins, Wanted, find_exercises, fold, is_from_elsewhere
from autograder.inside.parsing import is_main_guard, parse_cell

AFTER_TIMEOUT: Final = 0.25
"""Share of its time that a statement gets once another has timed out."""
MOST_ABSENT: Final = 5
"""Names that are told of what absent modules could not give."""
_ALWAYS: Final = (ast.FunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom, ast.Assign, ast.AnnAssign, ast.AugAssign)


class StatementTimeout(BaseException):
    """A top-level statement used up its time."""


@dataclass
class Remark:
    """Something to tell about loading: `kind`, where, and the type and text of an error."""

    kind: str
    cell: str
    line: int
    error: str = ""
    text: str = ""

    def as_data(self) -> list[str | int]:
        """Return the remark as plain data."""
        return [self.kind, self.cell[:80], self.line, self.error[:80], self.text[:300]]


@dataclass
class Loaded:
    """A submission after its top level ran."""

    module: types.ModuleType
    own: dict[str, ast.stmt] = field(default_factory=dict)
    remarks: list[Remark] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    states: dict[str, str] = field(default_factory=dict)


class Loader:
    """Runs cells of source text in one module.

    Parameters
    ----------
    given : str
        Source of what the assignment gives to students; used for names that a submission lacks.
    library : str
        Source of what modules that aren't there would hold, beyond what is given.
    wanted : list of Wanted
        The exercises.
    refused : list of str
        Libraries that may not do the work.
    statement_s : float
        CPU seconds that one top-level statement may take.
    definitions_only : bool
        Leave out every top-level statement that could run long.
    """

    def __init__(
        self,
        given: str,
        library: str,
        wanted: list[Wanted],
        *,
        refused: list[str],
        statement_s: float,
        definitions_only: bool,
    ) -> None:
        self._given_source = given
        self._sources = {"given": given, "library": library}
        self._wanted = wanted
        self._libraries = LibraryFinder(refused)
        self._statement_s = statement_s
        self._definitions_only = definitions_only
        self._texts: dict[str, dict[str, object]] = {}
        self._guarded: list[tuple[ast.stmt, str]] = []
        self._flags = 0
        self._supplied = False
        self._lost: set[str] = set()
        self.loaded = Loaded(types.ModuleType("submission"))
        self.cell_names: set[str] = set()
        self._finder = stand_ins.Finder(self._lookup, lambda: [*self._names_of("library"), *self._names_of("given")])

    def load(self, cells: list[tuple[str, str]], modules: dict[str, list[tuple[str, str]]]) -> Loaded:
        """Run the cells; find the exercises.

        Parameters
        ----------
        cells : list of (name, source)
            In the order in which they run.
        modules : dict
            Cells of other files handed in beside it, by module name.
        """
        self._libraries.spare(modules)
        sys.meta_path[:] = [self._libraries, *sys.meta_path, _HandedIn(modules, self), self._finder]
        module = self.loaded.module
        sys.modules["submission"] = module
        module.__dict__["__file__"] = cells[0][0] if cells else "submission.py"
        module.__dict__["__builtins__"] = self._builtins()
        for name, source in cells:
            self._flags = 0 if name.endswith(".py") else self._flags
            self.run_cell(name, source, module.__dict__, self.loaded.own)
        if self._finder.absent:
            names = ", ".join(list(self._finder.absent)[:MOST_ABSENT])
            self.loaded.remarks.append(Remark("absent", "", 0, text=names))
        given = {line[4:].split("(")[0].strip() for line in self._given_source.splitlines() if line.startswith("def ")}
        origins = Origins(self.loaded.own, self.cell_names, {"submission", *modules}, given)
        self.loaded.names, self.loaded.states = find_exercises(self._wanted, module.__dict__, origins)
        return self.loaded

    def run_cell(self, cell: str, source: str, namespace: dict[str, Any], own: dict[str, ast.stmt]) -> None:
        """Run the statements of one cell, noting those that fail."""
        self.cell_names.add(cell)
        linecache.cache[cell] = (len(source), None, source.splitlines(keepends=True), cell)
        statements, error = parse_cell(cell, source)
        if error:
            line = getattr(error, "lineno", None) or 1
            text = str(getattr(error, "msg", error))
            self.loaded.remarks.append(Remark("syntax", cell, line, type(error).__name__, text))
        self._libraries.expect(cell, statements)
        for statement in statements:
            if isinstance(statement, ast.If) and is_main_guard(statement.test):
                self._guarded += [(inner, cell) for inner in statement.body]
                continue
            if self._definitions_only and self._could_run_long(statement):
                continue
            self._run(statement, cell, namespace)
            if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                own[statement.name] = statement

    @property
    def uses(self) -> Uses:
        """The libraries that were used, which should not have been."""
        return self._libraries.uses

    def retry_after(self, error: NameError) -> bool:
        """Supply what a name is missing for; say whether it is worth another try.

        First what the assignment gives to students, since they may have left it
        out; then the block under ``if __name__ == "__main__"``, which sets up
        globals in some people's scripts; at last what all of a library may have brought.
        """
        name = getattr(error, "name", None)
        if not self._supplied:
            self._supplied = True
            given = self._names_of("given")
            self.loaded.module.__dict__["__builtins__"].update(given)
            if name in given:
                return True
        guarded, self._guarded = self._guarded, []
        namespace = self.loaded.module.__dict__
        for statement, cell in guarded:
            self._run(statement, cell, namespace)
        if name and name not in namespace and self._libraries.uses.starred:
            namespace[name] = self._libraries.lend(name)
            return True
        return bool(guarded) and name in namespace

    # what runs

    def _run(self, statement: ast.stmt, cell: str, namespace: dict[str, Any]) -> None:
        if isinstance(statement, ast.ImportFrom) and statement.module == "__future__":
            for alias in statement.names:
                feature = getattr(__future__, alias.name, None)
                self._flags |= feature.compiler_flag if feature else 0
            return
        for _ in range(3):
            try:
                code = compile(ast.Module([statement], []), cell, "exec", self._flags, dont_inherit=True)
                with time_limit(self._statement_s):
                    if isinstance(statement, ast.ImportFrom):
                        self._import(code, namespace)
                    else:
                        exec(code, namespace)  # noqa: S102 - running the submission is what this process is for
            except NameError as error:
                if self.retry_after(error):
                    continue
                self._note_failure(statement, cell, error)
            except BaseException as error:  # noqa: BLE001 - whatever the submission raises, the next statement runs
                self._note_failure(statement, cell, error)
            return

    def _note_failure(self, statement: ast.stmt, cell: str, error: BaseException) -> None:
        if isinstance(error, StatementTimeout):
            # One loop of training tells nothing that the next one would not take as long to tell.
            self._statement_s *= AFTER_TIMEOUT
        # What failed before is the reason for names that are missing now: it is told once.
        if getattr(error, "name", None) not in self._lost:
            self._remark("statement", cell, statement.lineno, error)
        self._lost |= {
            node.id for node in ast.walk(statement) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
        }

    def _import(self, code: types.CodeType, namespace: dict[str, Any]) -> None:
        """Run an import; what the submission has written already is not replaced by what isn't there."""
        written = {name: namespace[name] for name in self.loaded.own if name in namespace}
        exec(code, namespace)  # noqa: S102 - see _run
        namespace.update({name: old for name, old in written.items() if is_from_elsewhere(namespace[name])})

    def _could_run_long(self, statement: ast.stmt) -> bool:
        if isinstance(statement, ast.Assign | ast.AnnAssign | ast.AugAssign):
            own = self.loaded.own
            return any(isinstance(node, ast.Name) and node.id in own for node in ast.walk(statement))
        return not isinstance(statement, _ALWAYS)

    def _remark(self, kind: str, cell: str, line: int, error: BaseException) -> None:
        try:
            text = str(error)
        except BaseException:  # noqa: BLE001 - a hostile __str__
            text = ""
        self.loaded.remarks.append(Remark(kind, cell, line, type(error).__name__, text))

    # what is there without having been written

    def _builtins(self) -> dict[str, Any]:
        def no_input(prompt: object = "") -> str:
            del prompt
            return ""

        ipython = stand_ins.Notebook(
            lambda body: self.run_cell("get_ipython()", body, self.loaded.module.__dict__, self.loaded.own)
        )
        extra = {
            "input": no_input,
            "np": np,
            "numpy": np,
            "get_ipython": lambda: ipython,
            "display": stand_ins.Absent("display"),
        }
        return {**vars(builtins), **extra}

    def _names_of(self, text: str) -> dict[str, object]:
        """Run what is given, or the library, once; return its names without those that students write."""
        if text not in self._texts:
            namespace: dict[str, object] = {"__builtins__": {**vars(builtins), "np": np}, "__name__": text}
            try:
                for statement in ast.parse(self._sources[text], text).body:
                    if isinstance(statement, _ALWAYS):
                        exec(compile(ast.Module([statement], []), text, "exec"), namespace)  # noqa: S102
            except Exception as error:  # noqa: BLE001 - a submission that has it all still works
                self._remark("given", text, 1, error)
            self._texts[text] = {
                name: value
                for name, value in namespace.items()
                if not name.startswith("_") and not self._is_for_students(name, is_class=isinstance(value, type))
            }
        return self._texts[text]

    def _is_for_students(self, name: str, *, is_class: bool) -> bool:
        return any(
            fold(name) in (fold(wanted.name), *map(fold, wanted.also)) and wanted.is_class in (None, is_class)
            for wanted in self._wanted
        )

    def _lookup(self, name: str) -> object:
        if self._is_for_students(name, is_class=name[:1].isupper()):
            return _not_yours(name)
        given = self._names_of("given")
        return given[name] if name in given else self._names_of("library")[name]


class _HandedIn:
    """Imports the other files of a submission by name."""

    def __init__(self, modules: dict[str, list[tuple[str, str]]], loader: Loader) -> None:
        self._modules = modules
        self._loader = loader

    def find_spec(self, name: str, path: object = None, target: object = None) -> Any:
        """Claim the modules that were handed in."""
        del path, target
        if name not in self._modules:
            return None
        from importlib.machinery import ModuleSpec  # noqa: PLC0415

        return ModuleSpec(name, self)  # type: ignore[arg-type]

    def create_module(self, spec: object) -> None:
        """Let the import system make the module."""

    def exec_module(self, module: types.ModuleType) -> None:
        """Run its cells as those of the main file are run."""
        module.__dict__["__builtins__"] = self._loader.loaded.module.__dict__["__builtins__"]
        for cell, source in self._modules[module.__name__]:
            self._loader.run_cell(cell, source, module.__dict__, {})


def _not_yours(name: str) -> Callable[..., Any]:
    def refuse(*args: object, **kwargs: object) -> None:
        del args, kwargs
        text = f"{name} is for you to write"
        raise NotImplementedError(text)

    refuse._autograder_not_yours = True  # type: ignore[attr-defined]  # noqa: SLF001
    return refuse


@contextlib.contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raise `StatementTimeout` in what runs under it once it has used that many CPU seconds."""
    if not hasattr(signal, "setitimer"):
        yield
        return

    def give_up(signum: int, frame: object) -> None:
        del signum, frame
        raise StatementTimeout

    previous = signal.signal(signal.SIGPROF, give_up)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, previous)
