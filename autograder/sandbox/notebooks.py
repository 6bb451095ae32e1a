"""Ordinary notebooks behind the walls: their cells, run one after another in one child.

No kernel is started. What comes back is what the child says that its cells did:
shown as output, with every size bounded, and never run or unpickled here.
"""

from __future__ import annotations

import contextlib
import math
import sys
import threading
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Final

from autograder.errors import SandboxError
from autograder.messages import Message, say
from autograder.sandbox.backends import Backend, Bounds, Child, WarmBackend
from autograder.sandbox.cells import MOST_FIGURES, CellRun, read_run
from autograder.sandbox.clocks import Patience
from autograder.sandbox.faults import StudentFault
from autograder.sandbox.plain import PlainBackend
from autograder.sandbox.session import ATTEMPTS, Session
from autograder.sandbox.staging import Stage
from autograder.submissions.magics import neutralise_cell

OWN_FOLDER: Final = 3
"""From this level on a child has a folder of its own to write to."""
LARGEST_COPIES: Final = 8 << 20
"""Bytes of files that are copied to where a notebook runs; more than that can only be read."""
OPEN_S: Final = 20.0
GRACE_S: Final = 1.0
"""A cell that is stopped from within can say so; some time later its process is ended from without."""
IDLE: Final = 2
BACKSTOP: Final = 2
SEED: Final = 20_260_101


@dataclass(frozen=True)
class Settings:
    """How notebooks run.

    Attributes
    ----------
    level : int
        Isolation level.
    cell_s, total_s : float
        CPU seconds of one cell, and of a notebook.
    memory_mb : int
        MiB of address space on top of a Python with numpy; packages count.
    output_kb : int
        KiB of text that one cell shows.
    files_mb : int
        MiB of files that lie beside a notebook.
    packages : tuple of str
        Absolute paths of folders that cells import from.
    readable : tuple of str
        Absolute paths of what else they may read.
    """

    level: int
    cell_s: float = 30.0
    total_s: float = 120.0
    memory_mb: int = 1024
    output_kb: int = 64
    files_mb: int = 256
    packages: tuple[str, ...] = ()
    readable: tuple[str, ...] = ()


class NotebookRunner:
    """Runs notebooks, each in a child of its own; what it starts is used for all of them.

    Parameters
    ----------
    settings : Settings
        For all of them.
    plain : bool
        Start a fresh Python for each notebook, without walls: what there is where there is no Linux.
    """

    def __init__(self, settings: Settings, *, plain: bool = sys.platform != "linux") -> None:
        self._settings = settings
        self._plain = plain
        self._stage = Stage()
        self._backend: Backend | None = None
        self._lock = threading.Lock()
        self.left_out: list[PurePath] = []

    def run(
        self, cells: Sequence[str], files: Iterable[tuple[PurePath, Path]] = (), *, withheld: Container[int] = ()
    ) -> list[CellRun]:
        """Run the code cells of one notebook in order.

        Parameters
        ----------
        cells : sequence of str
            Their sources; a source leaves this side when its turn has come.
        files : iterable of (PurePath, Path)
            Names of files that lie beside the notebook, and where they are.
        withheld : container of int
            Numbers of cells, from 1, whose lines no warning may quote.

        Returns
        -------
        list of CellRun
            One for each cell.

        Raises
        ------
        SandboxError
            Our side failed.
        """
        with self._lock:
            beside = list(files)
            for _ in range(ATTEMPTS - 1):
                with contextlib.suppress(SandboxError):
                    runs, was_killed = self._try(cells, beside, withheld)
                    if not was_killed:
                        return runs
            return self._try(cells, beside, withheld)[0]

    def close(self) -> None:
        """End what was started."""
        with self._lock:
            if self._backend:
                self._backend.close()
                self._backend = None
            self._stage.close()

    def _try(
        self, cells: Sequence[str], files: Iterable[tuple[PurePath, Path]], withheld: Container[int]
    ) -> tuple[list[CellRun], bool]:
        """Run the cells; say too whether their process was killed, maybe from outside."""
        try:
            size, self.left_out = self._stage.fill(files, self._settings.files_mb << 20)
            session = Session(self._open())
            try:
                runs = _Run(session, self._settings, withheld).run(cells, copies=size <= LARGEST_COPIES)
            finally:
                session.end()
            return runs, session.was_killed
        finally:
            self._stage.empty()

    def _open(self) -> Child:
        try:
            return self._started().open()
        except SandboxError:
            # What one notebook broke must not cost the next one its grade.
            if self._backend:
                self._backend.close()
                self._backend = None
            return self._started().open()

    def _started(self) -> Backend:
        if self._backend is None:
            settings = self._settings
            bounds = Bounds(settings.memory_mb, math.ceil(BACKSTOP * settings.total_s))
            if self._plain:
                self._backend = PlainBackend(bounds=bounds, folder=self._stage.files)
            else:
                self._backend = WarmBackend(
                    level=settings.level,
                    bounds=bounds,
                    data=(self._stage.files, self._stage.home),
                    readable=(*settings.packages, *settings.readable),
                )
        return self._backend


class _Run:
    """One notebook in one child."""

    def __init__(self, session: Session, settings: Settings, withheld: Container[int]) -> None:
        self._session = session
        self._settings = settings
        self._withheld = withheld
        self._over: Message | None = None

    def run(self, cells: Sequence[str], *, copies: bool) -> list[CellRun]:
        try:
            self._open(copies=copies)
        except StudentFault as fault:
            # Nothing of the student's has run yet.
            raise SandboxError(say("the sandbox has died: {reason}", reason=fault.message)) from fault
        return [self._cell(number, source) for number, source in enumerate(cells, 1)]

    def _open(self, *, copies: bool) -> None:
        settings = self._settings
        places = {"files": ".", "home": "../home"}
        if settings.level >= OWN_FOLDER:
            # From the scratch of a child the data lies where it does from an assignment's folder.
            places = {"files": "../../source_data/files", "home": ".home"}
        elif settings.level == 1:
            places = {"files": "", "home": ""}
        message = {
            "op": "open_notebook",
            **places,
            "copies": copies and settings.level >= OWN_FOLDER,
            "packages": list(settings.packages),
            "output_chars": settings.output_kb * 1024,
            "figures": MOST_FIGURES,
            "seed": SEED,
        }
        self._session.request(message, None, Patience(OPEN_S, OPEN_S))

    def _cell(self, number: int, source: str) -> CellRun:
        if self._over or not source.strip():
            return CellRun(fault=self._over)
        settings = self._settings
        left = settings.total_s - self._session.child.cpu_s()
        if min(left, IDLE * settings.total_s - self._session.idle_s) <= 0:
            self._over = say("This cell wasn't run: the notebook as a whole took too long.")
            return CellRun(fault=self._over)
        seconds = min(settings.cell_s, left)
        neutral = neutralise_cell(source)
        values = {
            "source": neutral.source.encode("utf-8", "replace"),
            "file": neutral.written and (neutral.written[0], neutral.written[1].encode("utf-8", "replace")),
        }
        patience = Patience(2 * seconds + GRACE_S, IDLE * seconds + GRACE_S)
        try:
            quoted = number not in self._withheld
            message = {"op": "run_cell", "number": number, "seconds": seconds, "quoted": quoted}
            return read_run(self._session.request(message, values, patience), settings.output_kb * 1024)
        except StudentFault as fault:
            if self._session.ended:
                self._over = say("This cell wasn't run: cell {number} had ended the process.", number=number)
            return CellRun(fault=fault.message)
