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
import difflib
import linecache
import signal
import sys
import types
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from autograder.inside import stand_ins

CLOSE: Final = 0.8
"""How alike two names must be (difflib ratio) for one to be taken for the other."""
_CONTINUES: Final = (" ", "\t", "#", ")", "]", "}", "else", "elif", "except", "finally", "'''", '"""')
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
class Wanted:
    """An exercise to look for: its name, its other names, and whether it is a class (None: unknown)."""

    name: str
    also: list[str]
    is_class: bool | None


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
    statement_s : float
        CPU seconds that one top-level statement may take.
    definitions_only : bool
        Leave out every top-level statement that could run long.
    """

    def __init__(
        self, given: str, library: str, wanted: list[Wanted], *, statement_s: float, definitions_only: bool
    ) -> None:
        self._given_source = given
        self._sources = {"given": given, "library": library}
        self._wanted = wanted
        self._statement_s = statement_s
        self._definitions_only = definitions_only
        self._texts: dict[str, dict[str, object]] = {}
        self._guarded: list[tuple[ast.stmt, str]] = []
        self._flags = 0
        self._supplied = False
        self.loaded = Loaded(types.ModuleType("submission"))
        self.cell_names: set[str] = set()
        self._own_modules: set[str] = set()
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
        sys.meta_path[:] = [*sys.meta_path, _HandedIn(modules, self), self._finder]
        module = self.loaded.module
        sys.modules["submission"] = module
        self._own_modules = {"submission", *modules}
        module.__dict__["__file__"] = cells[0][0] if cells else "submission.py"
        module.__dict__["__builtins__"] = self._builtins()
        for name, source in cells:
            self._flags = 0 if name.endswith(".py") else self._flags
            self.run_cell(name, source, module.__dict__, self.loaded.own)
        self._find_exercises()
        return self.loaded

    def run_cell(self, cell: str, source: str, namespace: dict[str, Any], own: dict[str, ast.stmt]) -> None:
        """Run the statements of one cell, noting those that fail."""
        self.cell_names.add(cell)
        linecache.cache[cell] = (len(source), None, source.splitlines(keepends=True), cell)
        for statement in self._parse(cell, source):
            if isinstance(statement, ast.If) and _is_main_guard(statement.test):
                self._guarded += [(inner, cell) for inner in statement.body]
                continue
            if self._definitions_only and self._could_run_long(statement):
                continue
            self._run(statement, cell, namespace)
            if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                own[statement.name] = statement

    def retry_after(self, error: NameError) -> bool:
        """Supply what a name is missing for; say whether it is worth another try.

        First what the assignment gives to students, since they may have left it
        out; then the block under ``if __name__ == "__main__"``, which sets up
        globals in some people's scripts.
        """
        name = getattr(error, "name", None)
        if not self._supplied:
            self._supplied = True
            given = self._names_of("given")
            self.loaded.module.__dict__["__builtins__"].update(given)
            if name in given:
                return True
        guarded, self._guarded = self._guarded, []
        for statement, cell in guarded:
            self._run(statement, cell, self.loaded.module.__dict__)
        return bool(guarded) and name in self.loaded.module.__dict__

    # what runs

    def _parse(self, cell: str, source: str) -> list[ast.stmt]:
        try:
            return ast.parse(source, cell).body
        except TabError:
            # Old editors mixed tabs and spaces, eight columns a tab.
            return self._parse(cell, source.expandtabs(8)) if "\t" in source else []
        except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
            line = getattr(error, "lineno", None) or 1
            self.loaded.remarks.append(
                Remark("syntax", cell, line, type(error).__name__, str(getattr(error, "msg", error)))
            )
        statements: list[ast.stmt] = []
        for first_line, text in _blocks(source):
            with contextlib.suppress(SyntaxError, ValueError, MemoryError, RecursionError):
                parsed = ast.parse(text, cell)
                ast.increment_lineno(parsed, first_line)
                statements += parsed.body
        return statements

    def _run(self, statement: ast.stmt, cell: str, namespace: dict[str, Any]) -> None:
        if isinstance(statement, ast.ImportFrom) and statement.module == "__future__":
            for alias in statement.names:
                feature = getattr(__future__, alias.name, None)
                self._flags |= feature.compiler_flag if feature else 0
            return
        for _ in range(3):
            try:
                code = compile(ast.Module([statement], []), cell, "exec", self._flags, dont_inherit=True)
                with _time_limit(self._statement_s):
                    exec(code, namespace)  # noqa: S102 - running the submission is what this process is for
            except NameError as error:
                if self.retry_after(error):
                    continue
                self._remark("statement", cell, statement.lineno, error)
            except BaseException as error:  # noqa: BLE001 - whatever the submission raises, the next statement runs
                self._remark("statement", cell, statement.lineno, error)
            return

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

    # which is which

    def _find_exercises(self) -> None:
        taken = {wanted.name for wanted in self._wanted}
        for wanted in self._wanted:
            candidates = list(self._candidates(wanted, taken))
            for name in candidates:
                state = self._state(name)
                if state == "own":
                    self.loaded.names[wanted.name], self.loaded.states[wanted.name] = name, state
                    break
            else:
                first = next((name for name in candidates if self._state(name) != "missing"), wanted.name)
                self.loaded.names[wanted.name], self.loaded.states[wanted.name] = first, self._state(first)

    def _candidates(self, wanted: Wanted, taken: set[str]) -> Iterator[str]:
        yield wanted.name
        namespace = self.loaded.module.__dict__
        names = [
            name
            for name, value in list(namespace.items())
            if not name.startswith("__")
            and name not in taken
            and callable(value)
            and (wanted.is_class is None or isinstance(value, type) == wanted.is_class)
        ]
        folded = [fold(other) for other in (wanted.name, *wanted.also)]
        yield from (name for name in names if fold(name) in folded)
        own = [name for name in names if name in self.loaded.own and name not in self._given_source_names()]
        yield from difflib.get_close_matches(wanted.name, own, n=1, cutoff=CLOSE)

    def _given_source_names(self) -> set[str]:
        return {line[4:].split("(")[0].strip() for line in self._given_source.splitlines() if line.startswith("def ")}

    def _state(self, name: str) -> str:
        namespace = self.loaded.module.__dict__
        if name not in namespace or not callable(namespace[name]):
            return "missing"
        value = namespace[name]
        statement = self.loaded.own.get(name)
        if statement is not None and getattr(value, "__name__", None) == name and is_stub(statement):
            return "stub"
        if isinstance(value, stand_ins.Absent) or getattr(value, "_autograder_not_yours", False):
            return "imported"
        if isinstance(value, type):
            return "own" if value.__module__ in self._own_modules else "imported"
        if value is getattr(np, str(getattr(value, "__name__", "")), None):
            return "imported"  # numpy's own gradient, by a star import
        code = getattr(value, "__code__", None)
        if isinstance(code, types.CodeType) and code.co_filename not in self.cell_names:
            return "imported"
        return "own"


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


def _is_main_guard(test: ast.expr) -> bool:
    if not isinstance(test, ast.Compare):
        return False
    sides = [test.left, *test.comparators]
    has_name = any(isinstance(side, ast.Name) and side.id == "__name__" for side in sides)
    has_main = any(isinstance(side, ast.Constant) and side.value == "__main__" for side in sides)
    return has_name and has_main


def _blocks(source: str) -> Iterator[tuple[int, str]]:
    """Cut text at the lines where a top-level statement seems to begin: (lines before it, its text)."""
    lines = source.splitlines(keepends=True)
    starts = [i for i, line in enumerate(lines) if line.strip() and not line.startswith(_CONTINUES)]
    joined: list[int] = []
    for i in starts:
        after_decorator = joined and lines[joined[-1]].startswith("@") and i == joined[-1] + 1
        if not after_decorator:
            joined.append(i)
    for start, end in zip(joined, [*joined[1:], len(lines)], strict=True):
        yield start, "".join(lines[start:end])


def _not_yours(name: str) -> Callable[..., Any]:
    def refuse(*args: object, **kwargs: object) -> None:
        del args, kwargs
        text = f"{name} is for you to write"
        raise NotImplementedError(text)

    refuse._autograder_not_yours = True  # type: ignore[attr-defined]  # noqa: SLF001
    return refuse


@contextlib.contextmanager
def _time_limit(seconds: float) -> Iterator[None]:
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
