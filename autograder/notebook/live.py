"""Answers a judge's calls with what the live kernel defines.

A student's kernel is the student's process, so this room may use what runs
there (`autograder.inside`), and no other room of ours may.
"""

from __future__ import annotations

import contextlib
import importlib
import sys
import types
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from autograder import wire
from autograder.inside import stand_ins
from autograder.inside.naming import Origins, Wanted, find_exercises
from autograder.inside.serve import Server
from autograder.notebook.cells import Cells, is_in_folder
from autograder.notebook.stopping import OutOfTime, Stopped, Stopper

_PYPLOT: Final = "matplotlib.pyplot"


@dataclass
class Session:
    """A student's session, as far as it takes part in a check.

    Attributes
    ----------
    namespace : dict
        The global names of the kernel.
    hidden : dict
        Those that IPython put there.
    cells : Cells
        What was run.
    folder : Path
        Modules in it are the student's own.
    """

    namespace: dict[str, Any]
    hidden: dict[str, Any]
    cells: Cells
    folder: Path

    @classmethod
    def of(cls, shell: Any, cells: Cells, folder: Path) -> Session:
        """Look at the session of a shell."""
        return cls(shell.user_ns, shell.user_ns_hidden, cells, folder)

    def own(self) -> dict[str, tuple[Any, str]]:
        """Return the student's functions and classes, by name, and the file name of their code."""
        found = {}
        for name, value in list(self.namespace.items()):
            if self.hidden.get(name) is not value and callable(value) and _is_tame(value):
                home = self.cells.home_of(value, name)
                if home and (self.cells.is_cell(home) or is_in_folder(home, self.folder)):
                    found[name] = (value, home)
        return found

    def texts(self) -> list[tuple[str, str]]:
        """Return name and text of each cell that defines something."""
        homes = dict.fromkeys(home for _, home in self.own().values() if self.cells.is_cell(home))
        return [(self.cells.name_of(home), self.cells.text_of(home)) for home in homes]

    def find(self, exercises: Iterable[tuple[str, Sequence[str]]]) -> tuple[dict[str, str], dict[str, str]]:
        """Find exercises by their names and other names.

        Returns
        -------
        names, states : dict
            As `autograder.inside.naming.find_exercises` gives them, but for ``missing`` it says ``undefined``, or
            ``replaced`` where something that can't be called stands under the name.
        """
        own = self.own()
        # Without the solution at hand nobody says whether a class is meant; what stands under the name does.
        wanted = [
            Wanted(name, list(also), isinstance(own[name][0], type) if name in own else None)
            for name, also in exercises
        ]
        statements = {name: self.cells.statements_of(home).get(name) for name, (_, home) in own.items()}
        origins = Origins(
            statements={name: statement for name, statement in statements.items() if statement is not None},
            cells={home for _, home in own.values()},
            modules={str(value.__module__) for value, _ in own.values() if isinstance(value, type)},
            given=(),
        )
        visible = {name: value for name, value in list(self.namespace.items()) if self.hidden.get(name) is not value}
        callables = {name: value for name, value in visible.items() if callable(value) and _is_tame(value)}
        names, states = find_exercises(wanted, callables, origins)
        for exercise in wanted:
            if states[exercise.name] == "missing":
                states[exercise.name] = "replaced" if exercise.name in visible else "undefined"
        return names, states


def _is_tame(value: object) -> bool:
    """Say whether a value can be looked at: somebody's object may answer a question with an exception."""
    try:
        for name in ("__class__", "__module__", "__name__", "__code__", "_autograder_not_yours"):
            getattr(value, name, None)
    except Exception:  # noqa: BLE001 - see above
        return False
    return True


class LiveServer(Server):
    """Serves what a session defines, until the judge says what came of it.

    Parameters
    ----------
    channel : wire.Channel
        To the judge.
    session : Session
        Whose definitions are called.
    stopper : Stopper
        Ends calls that take too long.
    """

    ENDS = (wire.Closed, Stopped)

    def __init__(self, channel: wire.Channel, session: Session, stopper: Stopper) -> None:
        super().__init__(channel)
        self._session = session
        self._stopper = stopper
        self._namespace = session.namespace

    def follow(self, job: dict[str, Any]) -> dict[str, Any]:
        """Send a job and answer the judge's calls; return what came of it.

        Raises
        ------
        Stopped
            If the student pressed interrupt.
        wire.Closed, wire.Malformed
            If the judge has gone, or doesn't make sense.
        """
        self._channel.send({"job": job}, [])
        while True:
            message, received = self._channel.receive()
            if "op" in message:
                self.answer(message, received)
            elif "allow" in message:
                self._stopper.allow(*message["allow"])
            else:
                return dict(message)

    def _perform(self, message: dict[str, Any], received: list[memoryview]) -> Any:
        self._stopper.arm()
        try:
            return super()._perform(message, received)
        finally:
            self._stopper.disarm()

    def _load(self, message: dict[str, Any], _received: list[memoryview]) -> Any:
        self._kept.clear()
        self._settle(message["output_bytes"])
        self._names, states = self._session.find([(name, also) for name, also, _ in message["wanted"]])
        return {"names": self._names, "states": states, "remarks": []}

    def _describe(self, error: BaseException) -> list[str | int]:
        # The clock may have struck once more on the way here.
        self._stopper.disarm()
        described = super()._describe(error)
        return ["timed_out", *described[1:]] if isinstance(error, OutOfTime) else described

    def _cell_of(self, filename: str) -> str:
        return self._session.cells.name_of(filename)


@contextlib.contextmanager
def undrawn(namespace: dict[str, Any]) -> Iterator[None]:
    """Let nothing be drawn: stand-ins that note every call take the place of matplotlib and its kin.

    It is what stands there while graded, too: a check can ask what was drawn.

    Parameters
    ----------
    namespace : dict
        The global names of the kernel. Whoever keeps them puts them back.
    """
    pyplot = sys.modules.get(_PYPLOT)
    with stand_ins.instead_of_drawing() as finder, _unshown(pyplot):
        for name, value in list(namespace.items()):
            stand_in = _stand_in(value, finder)
            if stand_in is not None:
                namespace[name] = stand_in
        yield


def _stand_in(value: object, finder: stand_ins.DrawingFinder) -> object:
    """Return what stands for something of matplotlib's; None for anything else."""
    try:
        if isinstance(value, types.ModuleType):
            return importlib.import_module(value.__name__) if stand_ins.is_drawing(value.__name__) else None
        named: Any = value if isinstance(value, types.FunctionType | type) else type(value)
        return finder.absent_one(named.__name__) if stand_ins.is_drawing(str(named.__module__)) else None
    except Exception:  # noqa: BLE001 - see _is_tame
        return None


@contextlib.contextmanager
def _unshown(pyplot: Any) -> Iterator[None]:
    """Close what is drawn all the same, by a module that holds the real one."""
    if pyplot is None:
        yield
        return
    show, known = getattr(pyplot, "show", None), _figures(pyplot)
    pyplot.show = lambda *_, **__: None
    try:
        yield
    finally:
        pyplot.show = show
        for number in _figures(pyplot):
            if number not in known:
                with contextlib.suppress(Exception):
                    pyplot.close(number)


def _figures(pyplot: Any) -> list[Any]:
    try:
        return list(pyplot.get_fignums())
    except Exception:  # noqa: BLE001 - somebody's module under this name
        return []
