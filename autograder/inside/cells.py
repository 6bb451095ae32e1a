"""Runs the cells of an ordinary notebook one after another in one namespace, as a kernel does.

The tests of such a notebook stand in its own cells, so they run beside the
student's code: whoever writes that code can make them pass. What a cell is said
to have done here is an answer like any other; who may read what is decided by
the walls, and what an answer is worth on the other side.
"""

from __future__ import annotations
import __future__

import ast
import builtins
import contextlib
import importlib
import io
import linecache
import logging
import os
import random
import re
import sys
import traceback
import types
import warnings
from collections.abc import Callable, Sequence
from importlib.machinery import ModuleSpec
from pathlib import Path
from typing import Any, Final

import numpy as np

from autograder import wire
from autograder.inside import stand_ins
from autograder.inside.loading import StatementTimeout, time_limit
from autograder.inside.parsing import dedent
from autograder.inside.screen import Screen, Stream

MOST_FRAMES: Final = 12
LONGEST_TEXT: Final = 4000
"""Characters of an exception's text: what numpy says of two arrays that differ has room in it."""
_FEATURES: Final = sum({getattr(__future__, name).compiler_flag for name in __future__.all_feature_names})
_QUIET: Final = re.compile(r"\s*;")
_COMFORTS: Final = ("IPython", "ipywidgets")
"""Packages that talk to a kernel; there is none here, and no number depends on them."""


class Finder(stand_ins.Finder):
    """Stands in for packages that talk to a kernel, and for nothing else: what is missing is missing."""

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: types.ModuleType | None = None
    ) -> ModuleSpec | None:
        """Claim these packages with all their parts."""
        del path, target
        return ModuleSpec(name, self, is_package=True) if name.partition(".")[0] in _COMFORTS else None


class Notebook:
    """The cells of one notebook.

    Attributes
    ----------
    operations : dict
        What `serve.Server` answers with: ``open_notebook`` once, then ``run_cell`` for each cell.
    """

    def __init__(self) -> None:
        self.operations: dict[str, Callable[[dict[str, Any], list[memoryview]], Any]] = {
            "open_notebook": self._open,
            "run_cell": self._run_cell,
        }
        self._screen = Screen(0)
        self._streams = (Stream("stdout", self._screen), Stream("stderr", self._screen))
        self._module = types.ModuleType("__main__")
        self._numbers: dict[str, int] = {}
        self._flags = 0
        self._most_figures = 0

    def _open(self, message: dict[str, Any], _received: list[memoryview]) -> None:
        np.random.seed(message["seed"])  # noqa: NPY002 - the generator that homework uses
        random.seed(message["seed"])
        self._screen = Screen(message["output_chars"])
        self._streams = (Stream("stdout", self._screen), Stream("stderr", self._screen))
        self._most_figures = message["figures"]
        _settle(message["files"], copies=message["copies"], home=message["home"])
        sys.argv[:] = [""]
        sys.path[:] = ["", *sys.path, *message["packages"]]
        sys.stdin = io.StringIO()
        sys.modules["__main__"] = self._module
        sys.meta_path.insert(0, Finder(self._comforts().__getitem__, lambda: list(self._comforts())))
        vars(self._module)["__builtins__"] = builtins
        for name, value in {
            **self._comforts(),
            "input": _no_input,
            "exit": _leave,
            "quit": _leave,
            "help": _help,
        }.items():
            setattr(builtins, name, value)
        # Figures are shown when their cell is over, whatever `plt.show()` can do here.
        warnings.filterwarnings("ignore", message=".*non-interactive, and thus cannot be shown")
        # It regrets that it can't keep for next time what it found: there is no next time.
        logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)

    def _comforts(self) -> dict[str, object]:
        def run(body: str) -> None:
            self._execute("get_ipython()", body)

        ipython = stand_ins.Notebook(run)
        return {"display": self._display, "get_ipython": lambda: ipython}

    # one cell

    def _run_cell(self, message: dict[str, Any], received: list[memoryview]) -> dict[str, object]:
        values = wire.decode(message["values"], received)
        name = f"cell {message['number']}"
        self._numbers[name] = message["number"]
        self._screen.clear()
        sys.stdout, sys.stderr = self._streams
        told: dict[str, object] = {"ended": "well", "error": None, "points": None}
        try:
            with time_limit(message["seconds"]):
                if values["file"]:
                    _write_file(*values["file"])
                value = self._execute(name, values["source"].decode(), quoted=message["quoted"])
                self._show(value)
                told["points"] = _points(value)
        except StatementTimeout:
            told["ended"] = "late"
        except BaseException as error:  # noqa: BLE001 - whatever a cell raises, the next one runs
            told["ended"] = "await" if _awaits(error, values["source"]) else "raised"
            told["error"] = self._describe(error)
        try:
            with time_limit(message["seconds"]):
                self._draw()
        except BaseException as error:  # noqa: BLE001 - a picture costs nothing
            self._screen.write("stderr", f"{type(error).__name__}: {error}\n")
        told["pieces"], told["cut"] = self._screen.take()
        return told

    def _execute(self, name: str, source: str, *, quoted: bool = True) -> object:
        """Run a cell; return the value of the expression that it ends with."""
        source = dedent(source) + "\n"
        lines = source.splitlines(keepends=True)
        if quoted:
            linecache.cache[name] = (len(source), None, lines, name)
        names = vars(self._module)
        body = ast.parse(source, name).body
        last = body.pop() if body and isinstance(body[-1], ast.Expr) else None
        exec(self._compile(ast.Module(body, []), name, "exec"), names)  # noqa: S102 - what this process is for
        if not isinstance(last, ast.Expr):
            return None
        value = eval(self._compile(ast.Expression(last.value), name, "eval"), names)  # noqa: S307 - likewise
        end = lines[(last.end_lineno or 1) - 1].encode()[last.end_col_offset or 0 :]
        return None if _QUIET.match(end.decode()) else value

    def _compile(self, tree: ast.Module | ast.Expression, name: str, mode: str) -> types.CodeType:
        code: types.CodeType = compile(tree, name, mode, self._flags, dont_inherit=True)
        # `from __future__ import ...` holds for the cells that follow, too.
        self._flags |= code.co_flags & _FEATURES
        return code

    # what it shows

    def _show(self, value: object) -> None:
        if value is not None:
            vars(self._module)["_"] = value
            self._screen.write("result", _text_of(value))

    def _display(self, *things: object, **_options: object) -> None:
        for thing in things:
            self._screen.write("display", _text_of(thing))

    def _draw(self) -> None:
        """Show the figures that the cell has left open, and close them, as notebooks do."""
        pyplot = sys.modules.get("matplotlib.pyplot")
        numbers = pyplot.get_fignums() if pyplot else []
        for number in numbers[: self._most_figures]:
            picture = io.BytesIO()
            pyplot.figure(number).savefig(picture, format="png", bbox_inches="tight")  # type: ignore[union-attr]
            self._screen.add("figure", picture.getvalue())
        if numbers:
            pyplot.close("all")  # type: ignore[union-attr]

    def _describe(self, error: BaseException) -> list[object]:
        """Say what an exception was: type, text, and the lines of the notebook's cells that it passed."""
        try:
            text = str(error)[:LONGEST_TEXT]
        except BaseException:  # noqa: BLE001 - a hostile __str__
            text = ""
        frames = [
            [self._numbers[frame.f_code.co_filename], line, frame.f_code.co_name[: wire.MAX_NAME]]
            for frame, line in traceback.walk_tb(error.__traceback__)
            if frame.f_code.co_filename in self._numbers
        ]
        if isinstance(error, SyntaxError) and error.filename in self._numbers:
            frames.append([self._numbers[error.filename], error.lineno or 1, ""])
        return [type(error).__name__[: wire.MAX_NAME], text, frames[:1] + frames[1:][1 - MOST_FRAMES :]]


def _settle(files: str, *, copies: bool, home: str) -> None:
    """Go to work in a folder where the notebook's files lie.

    Parameters
    ----------
    files : str
        Where they are, to be read only.
    copies : bool
        Copy them to where this process is; otherwise go there, if there is such a place.
    home : str
        Folder for what packages keep for themselves, relative to where this process is.
    """
    kept = Path.cwd() / home
    with contextlib.suppress(OSError):
        kept.mkdir(exist_ok=True)
    try:
        if copies:
            _copy(Path(files))
    except OSError:
        # The scratch is too small: reading is better than nothing.
        copies = False
    if files and not copies:
        os.chdir(files)
    os.environ.update(
        {
            **dict.fromkeys(("HOME", "TMPDIR", "MPLCONFIGDIR"), str(kept)),
            "MPLBACKEND": "Agg",
            # Tests of some courses ask for it, as nbgrader sets it.
            "NBGRADER_EXECUTION": "autograde",
        }
    )


def _copy(folder: Path) -> None:
    for path in sorted(folder.rglob("*")):
        own = path.relative_to(folder)
        if path.is_dir():
            own.mkdir(exist_ok=True)
        else:
            own.write_bytes(path.read_bytes())


def _write_file(name: str, text: bytes) -> None:
    """Do what ``%%writefile`` asks for."""
    Path(name).write_bytes(text)
    importlib.invalidate_caches()


def _points(value: object) -> float | None:
    """Return a number as it is; nothing that only looks like one."""
    if type(value) not in (int, float):
        if not isinstance(value, np.integer | np.floating) or type(value).__module__ != "numpy":
            return None
        value = value.item()
    try:
        return float(value)  # type: ignore[arg-type]
    except OverflowError:
        return float("inf")


def _text_of(value: object) -> str:
    try:
        return repr(value)
    except Exception:  # noqa: BLE001 - what a value looks like costs nothing
        return f"<{type(value).__name__}>"


def _awaits(error: BaseException, source: bytes) -> bool:
    """Say whether a cell is wrong only for want of an event loop."""
    if not isinstance(error, SyntaxError):
        return False
    try:
        compile(dedent(source.decode()), "", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
    except (SyntaxError, ValueError):
        return False
    return True


def _no_input(prompt: object = "") -> str:
    del prompt
    text = "input() has nobody to ask while grading"
    raise EOFError(text)


def _leave(code: object = None) -> None:
    raise SystemExit(code)


def _help(*things: object) -> None:
    import pydoc  # noqa: PLC0415 - rarely asked for

    for thing in things:
        pydoc.Helper(output=sys.stdout)(thing)
