"""Ends a call of the student's: at its time limit, or when the student presses interrupt.

In a live kernel nothing can be killed. Where there are signals a clock ticks
while a call runs, and raises in it once its time is used up; elsewhere only the
student can stop it.
"""

from __future__ import annotations

import signal
import threading
import time
from types import FrameType
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from typing_extensions import Self

TICK_S: Final = 0.05
PATIENT: Final = 2
"""Waiting for a busy machine can't be told from sleeping, so this many times the idle seconds are granted."""


class OutOfTime(BaseException):
    """A call used up its time."""


class Stopped(BaseException):
    """The student pressed interrupt."""


class Stopper:
    """Watches calls while it is entered; outside of a call an interrupt is only noted.

    It can watch the main thread alone: only there signals arrive.
    """

    def __init__(self) -> None:
        self._pressed = False
        self._armed = False
        self._cpu_s = self._idle_s = 0.0
        self._cpu = self._wall = 0.0
        self._previous: dict[int, Any] = {}
        self._timer = (0.0, 0.0)
        self._has_clock = hasattr(signal, "setitimer")

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            self._previous[signal.SIGINT] = signal.signal(signal.SIGINT, self._press)
            if self._has_clock:
                self._timer = signal.getitimer(signal.ITIMER_REAL)
                self._previous[signal.SIGALRM] = signal.signal(signal.SIGALRM, self._tick)
        return self

    def __exit__(self, *error: object) -> None:
        self.disarm()
        for number, handler in self._previous.items():
            # A handler that was not set from Python can't be set from here either.
            signal.signal(number, handler if handler is not None else signal.SIG_DFL)
        if signal.SIGINT in self._previous and self._has_clock and self._timer[0]:
            signal.setitimer(signal.ITIMER_REAL, *self._timer)
        self._previous.clear()

    def is_pressed(self) -> bool:
        """Say whether the student pressed interrupt."""
        return self._pressed

    def allow(self, cpu_s: float, idle_s: float) -> None:
        """Set how long the next call may take: seconds of CPU, and seconds asleep."""
        self._cpu_s, self._idle_s = cpu_s, idle_s * PATIENT

    def arm(self) -> None:
        """Start the clock for one call.

        Raises
        ------
        Stopped
            If the student has pressed interrupt already.
        """
        if self._pressed:
            raise Stopped
        self._cpu, self._wall = time.thread_time(), time.monotonic()
        self._armed = True
        if self._previous and self._has_clock:
            # It keeps ticking: code that catches everything is stopped all the same.
            signal.setitimer(signal.ITIMER_REAL, TICK_S, TICK_S)

    def disarm(self) -> None:
        """Stop the clock."""
        self._armed = False
        if self._previous and self._has_clock:
            signal.setitimer(signal.ITIMER_REAL, 0)

    def _press(self, number: int, frame: FrameType | None) -> None:
        del number, frame
        self._pressed = True
        # What is ours must not be left half done: whoever waits asks `is_pressed`.
        if self._armed:
            raise Stopped

    def _tick(self, number: int, frame: FrameType | None) -> None:
        del number, frame
        if not self._armed:
            return
        if self._pressed:
            raise Stopped
        used = time.thread_time() - self._cpu
        waited = time.monotonic() - self._wall - used
        if used > self._cpu_s or waited > self._idle_s:
            raise OutOfTime
