"""Harmless stand-ins for modules that aren't there.

Only the standard library and numpy are real on this side. Homework imports
much more: plotting, progress bars, the book's own modules, whatever the author
had on his machine. None of it may stop a submission, and what a result is must
not depend on what is installed where grading happens.
"""

from __future__ import annotations

import contextlib
import importlib.abc
import importlib.machinery
import sys
import types
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

TEXTS = ("given", "library")
"""Names of the sources whose code stands behind absent modules."""
MAX_CALLS = 10_000
"""Recorded drawing calls; later ones are forgotten."""

Calls = list[tuple[str, tuple[Any, ...], dict[str, Any]]]
Lookup = Callable[[str], object]


class Absent:
    """Whatever an absent module would have given.

    It can be called, indexed, entered and used as a decorator; every answer is
    another of its kind. Given a recorder, it notes each call made to it.
    """

    def __init__(self, name: str, calls: Calls | None = None, wraps: object = None) -> None:
        self._name = name
        self._calls = calls
        self._wraps = wraps

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Note the call; give a function or a class back as it is, so that this serves as a decorator."""
        if self._calls is not None and len(self._calls) < MAX_CALLS:
            self._calls.append((self._name, args, kwargs))
        if len(args) == 1 and not kwargs and isinstance(args[0], types.FunctionType | type):
            return args[0]
        return _answer(self._name, args, kwargs, self._calls)

    def __getattr__(self, name: str) -> Absent:
        if name.startswith("__"):
            raise AttributeError(name)
        return Absent(f"{self._name}.{name}", self._calls)

    def __mro_entries__(self, bases: tuple[object, ...]) -> tuple[type, ...]:
        # A class that inherits from something absent inherits nothing.
        del bases
        return ()

    def __setattr__(self, name: str, value: object) -> None:
        object.__setattr__(self, name, value)

    def __getitem__(self, key: object) -> Absent:
        return Absent(self._name, self._calls)

    def __setitem__(self, key: object, value: object) -> None:
        pass

    def __iter__(self) -> Iterator[Any]:
        return iter(self._wraps if hasattr(self._wraps, "__iter__") else ())

    def __len__(self) -> int:
        return len(self._wraps) if hasattr(self._wraps, "__len__") else 0

    def __bool__(self) -> bool:
        return False

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *error: object) -> None:
        pass

    def __repr__(self) -> str:
        return f"<stand-in for {self._name}>"


class Notebook(Absent):
    """What `get_ipython()` gives in a script that was exported from a notebook: cells under a magic still run."""

    def __init__(self, run: Callable[[str], None]) -> None:
        super().__init__("get_ipython()")
        self._run = run

    def run_cell_magic(self, magic: str, line: str, cell: str) -> None:
        """Run the body of a cell that is Python."""
        del line
        if magic in PYTHON_MAGICS:
            self._run(cell)


PYTHON_MAGICS = ("time", "timeit", "capture", "prun", "debug", "python", "python3")


def _answer(name: str, args: tuple[Any, ...], kwargs: dict[str, Any], calls: Calls | None) -> Any:
    verb = name.rpartition(".")[2]
    if verb == "trange" and all(isinstance(arg, int) for arg in args):
        return Absent(name, calls, range(*args))
    if calls is None:
        return Absent(name, calls, args[0] if args else None)
    if verb == "subplots":
        axes = _axes(args, kwargs, calls)
        return axes if name.startswith("Figure.") else (Absent("Figure", calls), axes)
    if verb == "plot":
        return [Absent("Line2D", calls) for _ in range(_count_lines(args))]
    if verb in _ANSWERS:
        return _ANSWERS[verb](calls)
    if verb in ("figure", "gcf"):
        return Absent("Figure", calls)
    if verb in ("gca", "axes", "subplot", "add_subplot", "add_axes", "twinx"):
        return Absent("Axes", calls)
    return Absent(name, calls)


_ANSWERS: dict[str, Callable[[Calls], Any]] = {
    # What is taken apart by those who call it.
    "hist": lambda calls: (np.zeros(1), np.zeros(2), Absent("Patches", calls)),
    "get_legend_handles_labels": lambda _: ([], []),
    **dict.fromkeys(("xlim", "ylim", "get_xlim", "get_ylim"), lambda _: (0.0, 1.0)),
}


def _count_lines(args: tuple[Any, ...]) -> int:
    """Count the curves that one call of `plot` draws: each is y, x and y, or one of these and a format."""
    lines, rest = 0, list(args)
    while rest:
        rest.pop(0)
        if rest and not isinstance(rest[0], str):
            rest.pop(0)
        if rest and isinstance(rest[0], str):
            rest.pop(0)
        lines += 1
    return max(lines, 1)


def _axes(args: tuple[Any, ...], kwargs: dict[str, Any], calls: Calls) -> Any:
    rows = kwargs.get("nrows", args[0] if args else 1)
    columns = kwargs.get("ncols", args[1] if len(args) > 1 else 1)
    if not isinstance(rows, int) or not isinstance(columns, int):
        rows = columns = 1
    if rows * columns == 1 and kwargs.get("squeeze", True):
        return Absent("Axes", calls)
    axes = np.empty(rows * columns, dtype=object)
    axes[:] = [Absent("Axes", calls) for _ in range(rows * columns)]
    return axes if 1 in (rows, columns) and kwargs.get("squeeze", True) else axes.reshape(rows, columns)


class StandInModule(types.ModuleType):
    """A module that isn't there.

    A name that the assignment gives to students is the given one; a name that
    students must write themselves refuses to work; anything else is `Absent`.
    """

    def __init__(self, name: str, given: Lookup, names: Callable[[], Sequence[str]], absent: dict[str, None]) -> None:
        super().__init__(name)
        self.__path__: list[str] = []
        self._given = given
        self._names = names
        self._absent = absent

    def __getattr__(self, name: str) -> Any:
        if name == "__all__":
            # The book's modules import numpy as np, and `import *` hands that on.
            return [*self._names(), "np"]
        if name.startswith("__"):
            raise AttributeError(name)
        if name == "np":
            return np
        try:
            return self._given(name)
        except LookupError:
            if self.__name__.partition(".")[0] not in _COMFORTS:
                self._absent.setdefault(f"{self.__name__}.{name}")
            return Absent(f"{self.__name__}.{name}")


class DrawingModule(types.ModuleType):
    """Matplotlib's stand-in: it draws nothing and notes every call in `calls`."""

    def __init__(self, name: str, calls: Calls) -> None:
        super().__init__(name)
        self.__path__: list[str] = []
        self.calls = calls

    def __getattr__(self, name: str) -> Any:
        if name == "__all__":
            return [name for name in dir(np) if not name.startswith("_")] + ["np", "plt", *_PYLAB]
        if name.startswith("__"):
            raise AttributeError(name)
        if name == "np":
            return np
        if name == "plt":
            return self
        if self.__name__.endswith("pylab") and hasattr(np, name):
            return getattr(np, name)
        return Absent(name, self.calls)


_PYLAB = [
    "figure",
    "grid",
    "hist",
    "imshow",
    "legend",
    "plot",
    "scatter",
    "show",
    "title",
    "xlabel",
    "xlim",
    "ylabel",
    "ylim",
]
_COMFORTS = ("IPython", "google", "tqdm")
"""Modules whose absence changes no number."""
_DRAWING = ("matplotlib", "mpl_toolkits", "pylab", "seaborn")


class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Answers every import that nobody else could.

    Parameters
    ----------
    given : callable
        ``given(name)`` returns what the assignment gives under that name, or raises LookupError.
    names : callable
        The names that ``from absent import *`` brings.
    """

    def __init__(self, given: Lookup, names: Callable[[], Sequence[str]]) -> None:
        self._given = given
        self._names = names
        self._calls: Calls = []
        self.absent: dict[str, None] = {}

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: types.ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Claim any module that isn't a missing part of numpy or of the standard library."""
        del path, target
        if name.partition(".")[0] in ("numpy", "autograder"):
            return None
        parent = name.rpartition(".")[0]
        if parent and not isinstance(sys.modules.get(parent), StandInModule | DrawingModule):
            return None
        return importlib.machinery.ModuleSpec(name, self, is_package=True)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType:
        """Make the stand-in."""
        if is_drawing(spec.name):
            return DrawingModule(spec.name, self._calls)
        return StandInModule(spec.name, self._given, self._names, self.absent)

    def exec_module(self, module: types.ModuleType) -> None:
        """Nothing runs: a stand-in has no code."""


class DrawingFinder(Finder):
    """Answers the imports of drawing packages, also where they are installed, and no others."""

    def __init__(self) -> None:
        super().__init__(_give_nothing, list)

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: types.ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Claim matplotlib and its kin."""
        return super().find_spec(name, path, target) if is_drawing(name) else None

    def absent_one(self, name: str) -> Absent:
        """Return what stands for something that was imported from such a package."""
        return Absent(name, self._calls)


@contextlib.contextmanager
def instead_of_drawing() -> Iterator[DrawingFinder]:
    """Put stand-ins in the place of drawing packages, also of those that are imported already."""
    finder = DrawingFinder()
    real = _take_out_drawing()
    sys.meta_path.insert(0, finder)
    try:
        yield finder
    finally:
        # A list of the student's own making would be a thing to keep, too.
        with contextlib.suppress(ValueError):
            sys.meta_path.remove(finder)
        _take_out_drawing()
        sys.modules.update(real)


def _take_out_drawing() -> dict[str, types.ModuleType]:
    # Looking through thousands of names takes longer than most of what is done meanwhile.
    if not any(name in sys.modules for name in _DRAWING):
        return {}
    return {name: sys.modules.pop(name) for name in list(sys.modules) if is_drawing(name)}


def is_drawing(module: str) -> bool:
    """Say whether a module is one that draws."""
    return module.partition(".")[0] in _DRAWING


def _give_nothing(name: str) -> object:
    raise LookupError(name)


def restore_old_names() -> None:
    """Give numpy back the aliases that old homework uses and newer versions dropped."""
    aliases: dict[str, object] = {
        "int": int,
        "float": float,
        "complex": complex,
        "object": object,
        "float_": np.float64,
        "Inf": np.inf,
        "infty": np.inf,
        "NaN": np.nan,
        "NAN": np.nan,
    }
    functions = {
        "product": "prod",
        "cumproduct": "cumprod",
        "alltrue": "all",
        "sometrue": "any",
        "row_stack": "vstack",
        "round_": "round",
    }
    aliases.update({old: getattr(np, new) for old, new in functions.items()})
    for name, value in aliases.items():
        if name not in vars(np):
            setattr(np, name, value)
