"""How long a child may take: CPU seconds, and seconds asleep, but never the time that a busy machine takes from it."""

from __future__ import annotations

import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

TICK_S: Final = 0.05
"""How often a child that has not answered yet is looked at."""
OWN_S: Final = 2.0
"""CPU seconds that one answer may cost this side beyond what the child may use: reading it, and what it asks."""
_PATIENT: Final = 3


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

    def busy_s(self) -> float | None:
        """Return the seconds in which it ran or waited for its turn; None where the system doesn't count them."""
        try:
            ran, waited, _ = Path(f"/proc/{self._pid}/schedstat").read_bytes().split()
        except (OSError, ValueError):
            return None
        return (int(ran) + int(waited)) / 1e9 or None


def _delayed_s() -> float:
    """Return the seconds in which this thread was ready to run and had to wait for its turn."""
    try:
        _, delayed, _ = Path("/proc/thread-self/schedstat").read_bytes().split()
    except (OSError, ValueError):
        return 0.0
    return int(delayed) / 1e9


class Stopwatch:
    """Watches that one answer stays within its time.

    Attributes
    ----------
    idle_s : float
        Seconds that the child spent asleep, as far as was seen.
    """

    def __init__(self, patience: Patience, meter: Meter) -> None:
        self._patience = patience
        self._meter = meter
        self._start = meter.cpu_s()
        self._own = time.thread_time()
        self._busy = meter.busy_s()
        self._delayed: float | None = None
        self._waited = 0.0
        self._last = time.monotonic()
        self.idle_s = 0.0

    def glance(self, waited: float = 0.0) -> None:
        """Look at the process if a tick has passed: a child that keeps sending is watched like a silent one.

        Parameters
        ----------
        waited : float
            Seconds that this side has just waited for it.

        Raises
        ------
        OutOfTime
            If it has used up its time.
        """
        # At most two ticks: a machine that was suspended has not spent the student's time.
        self._waited += min(waited, 2 * TICK_S)
        now = time.monotonic()
        if now - self._last >= TICK_S:
            self._last = now
            self._look()

    def _look(self) -> None:
        asleep = self._meter.is_asleep()
        busy = self._meter.busy_s()
        if busy is not None and self._busy is not None:
            delayed = _delayed_s()
            # From the first look on: most answers come before it and need no such reading.
            self._delayed = delayed if self._delayed is None else self._delayed
            # Of the time that this side waited for it, and not for its own turn to take the answer.
            self.idle_s = max(0.0, self._waited - (busy - self._busy) - (delayed - self._delayed))
        else:
            self.idle_s += self._waited if asleep else 0.0
            self._waited = 0.0
        if self._is_over(asleep=asleep):
            raise OutOfTime

    def _is_over(self, *, asleep: bool) -> bool:
        # Who is awake at this moment may have waited for its turn, which is counted only when the turn comes;
        # but one may also be awake at each look and asleep between them.
        idle = self.idle_s > self._patience.idle_s * (1 if asleep else _PATIENT)
        used = self._meter.cpu_s() - self._start > self._patience.cpu_s
        return idle or used or time.thread_time() - self._own > self._patience.cpu_s + OWN_S


@contextmanager
def cpu_limit(
    seconds: float, make_error: Callable[[], BaseException], *, clock: Literal["VIRTUAL", "PROF"] = "VIRTUAL"
) -> Iterator[None]:
    """Raise an error where this process, in what runs under it, has used so much CPU time.

    Nothing is limited where it can't be: on Windows, and beside the main thread.

    Parameters
    ----------
    seconds : float
        CPU seconds. Of limits in each other on one clock the nearer holds; afterwards the outer one's time goes on.
    make_error : callable
        Makes what is raised.
    clock : {"VIRTUAL", "PROF"}
        Which of the system's timers is used; what runs on one doesn't disturb the other.
    """
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return
    number = signal.Signals[{"VIRTUAL": "SIGVTALRM", "PROF": "SIGPROF"}[clock]]
    timer = getattr(signal, f"ITIMER_{clock}")

    def give_up(signum: int, frame: object) -> None:
        del signum, frame
        raise make_error()

    left = signal.getitimer(timer)[0]
    previous = signal.signal(number, give_up)
    signal.setitimer(timer, min(seconds, left or seconds))
    try:
        yield
    finally:
        signal.setitimer(timer, 0)
        signal.signal(number, previous)
        signal.setitimer(timer, left)
