"""The backend for any system: a fresh Python for each submission, and no walls."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from autograder import wire
from autograder.results import Isolation
from autograder.sandbox.backends import CLEAN, START_S, WARM, Bounds, Ending, module_paths
from autograder.sandbox.clocks import TICK_S, Meter, OutOfTime, Patience, Stopwatch
from autograder.sandbox.levels import WITHOUT_WALLS

DRAIN_S: Final = 1.0
"""Seconds in which the pipe of a child that was killed must end: a process that it left behind may hold it open."""
MOST_AHEAD: Final = 64
"""Pieces of up to 64 KiB that are taken from a child before somebody asks for them."""


class PlainBackend:
    """A fresh Python for each submission: no walls, only what limits the system offers (level 0).

    Parameters
    ----------
    bounds : Bounds
        For every child, where the system can set them.
    folder : Path
        Where the child starts.
    """

    def __init__(self, *, bounds: Bounds, folder: Path) -> None:
        self._settings = {"paths": module_paths(), "limits": asdict(bounds), "folder": str(folder)}
        self.isolation = Isolation(0, WITHOUT_WALLS)

    def open(self) -> PlainChild:
        """Start a child."""
        return PlainChild(self._settings)

    def close(self) -> None:
        """Nothing is kept between children."""


class PlainChild:
    """A subprocess; see `Child`. A thread reads for it, since not every system can poll a pipe."""

    def __init__(self, settings: dict[str, Any]) -> None:
        kept = ("SYSTEMROOT", "PATH", "TEMP", "TMP")
        self._process = subprocess.Popen(  # noqa: S603 - our own file, by its path
            [sys.executable, "-s", "-S", "-B", str(WARM), "plain"],
            env={**CLEAN, **{name: os.environ[name] for name in kept if name in os.environ}},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            start_new_session=True,
        )
        self._meter = Meter(self._process.pid)
        self._arrived: queue.Queue[bytes] = queue.Queue(MOST_AHEAD)
        self._rest = memoryview(b"")
        self._stopwatch = Stopwatch(Patience(START_S, START_S), self._meter)
        self._ending: Ending | None = None
        self._reader = threading.Thread(target=self._pump, daemon=True)
        self._reader.start()
        self.channel = wire.Channel(self._read, self._write, most=wire.MAX_ANSWER)
        self._write(memoryview(json.dumps(settings).encode() + b"\n"))
        # Starting a Python is not the submission's time.
        with contextlib.suppress(wire.Closed, OutOfTime):
            self.channel.receive()

    def allow(self, patience: Patience) -> None:
        """Start the clock for one answer."""
        self._stopwatch = Stopwatch(patience, self._meter)

    def idle_s(self) -> float:
        """Return the seconds that it has slept since `allow`, as far as was seen."""
        return self._stopwatch.idle_s

    def cpu_s(self) -> float:
        """Return the CPU seconds used so far."""
        return self._ending.cpu_s if self._ending else self._meter.cpu_s()

    def end(self) -> Ending:
        """Kill and wait."""
        if self._ending is None:
            used = self._meter.cpu_s()
            # A child that has closed its end is about to tell how it ended.
            if not self._reader.is_alive():
                with contextlib.suppress(subprocess.TimeoutExpired):
                    self._process.wait(1)
            self._kill()
            self._ending = Ending(self._process.wait(), used)
            self._drain()
            if self._process.stdin:
                with contextlib.suppress(OSError):
                    self._process.stdin.close()
        return self._ending

    def _kill(self) -> None:
        with contextlib.suppress(OSError):
            if hasattr(os, "killpg"):
                # With whatever it has started; who left the family on purpose is beyond this level.
                os.killpg(self._process.pid, signal.SIGKILL)
        self._process.kill()

    def _drain(self) -> None:
        """Let the thread come to its end: it may have more to hand over than anybody will read."""
        deadline = time.monotonic() + DRAIN_S
        while self._reader.is_alive() and time.monotonic() < deadline:
            with contextlib.suppress(queue.Empty):
                self._arrived.get(timeout=TICK_S)

    def _pump(self) -> None:
        # It outlives the child where a process that was left behind holds the pipe: who reads closes.
        with self._process.stdout as stream:  # type: ignore[union-attr]
            while data := stream.read(1 << 16):
                self._arrived.put(data)
        self._arrived.put(b"")

    def _read(self, view: memoryview) -> int:
        self._stopwatch.glance()
        while not self._rest:
            started = time.monotonic()
            try:
                data = self._arrived.get(timeout=TICK_S)
            except queue.Empty:
                continue
            finally:
                self._stopwatch.glance(time.monotonic() - started)
            if not data:
                return 0
            self._rest = memoryview(data)
        count = min(len(view), len(self._rest))
        view[:count] = self._rest[:count]
        self._rest = self._rest[count:]
        return count

    def _write(self, view: memoryview) -> int:
        try:
            return (self._process.stdin.write(view) or 0) if self._process.stdin else 0
        except OSError:
            raise wire.Closed("the child has gone") from None
