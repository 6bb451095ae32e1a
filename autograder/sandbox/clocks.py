"""How long a child may take: CPU seconds, and seconds asleep, but never the time that a busy machine takes from it."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

TICK_S: Final = 0.05
"""How often a child that has not answered yet is looked at."""


class OutOfTime(Exception):
    """The child used up the time it was given."""


@dataclass
class Patience:
    """How long to wait for a child.

    Attributes
    ----------
    cpu_s : float
        CPU seconds that it may use from now on.
    idle_s : float
        Seconds that it may spend asleep. A machine that is busy elsewhere costs nobody anything.
    """

    cpu_s: float
    idle_s: float


class Meter:
    """Reads what a process has used; where its CPU clock can't be read, the clock on the wall stands in.

    Parameters
    ----------
    pid : int
        Its number here, whatever it is called in a namespace.
    """

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._born = time.monotonic()

    def cpu_s(self) -> float:
        """Return the CPU seconds used so far."""
        if sys.platform != "linux":
            return time.monotonic() - self._born
        try:
            # Linux numbers the CPU clock of process p as (~p << 3) | 2.
            return time.clock_gettime((~self._pid << 3) | 2)
        except OSError:
            return 0.0

    def is_asleep(self) -> bool:
        """Say whether it waits for something, not for its turn."""
        if sys.platform != "linux":
            return False
        try:
            stat = Path(f"/proc/{self._pid}/stat").read_bytes()
        except OSError:
            return False
        return stat[stat.rindex(b")") + 2 :][:1] in (b"S", b"T", b"t")


class Stopwatch:
    """Watches that one answer stays within its time."""

    def __init__(self, patience: Patience, meter: Meter) -> None:
        self._patience = patience
        self._meter = meter
        self._start = meter.cpu_s()
        self._idle = 0.0
        self._last = time.monotonic()

    def check(self) -> None:
        """Look at the process, about once a tick.

        Raises
        ------
        OutOfTime
            If it has used up its time.
        """
        now = time.monotonic()
        if self._meter.is_asleep():
            # At most two ticks: a machine that was suspended has not spent the student's time.
            self._idle += min(now - self._last, 2 * TICK_S)
        self._last = now
        if self._meter.cpu_s() - self._start > self._patience.cpu_s or self._idle > self._patience.idle_s:
            raise OutOfTime
