"""Where student code runs: the interface of a backend, and the one that graded work runs in.

`WarmBackend` (Linux) forks a locked-down child from a warm process in a few
milliseconds. `autograder.sandbox.plain` has the one for any other system.
"""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import select
import signal
import socket
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final, Protocol

from autograder import wire
from autograder.errors import SandboxError
from autograder.messages import say
from autograder.results import Isolation
from autograder.sandbox import levels
from autograder.sandbox.clocks import TICK_S, Meter, Patience, Stopwatch

WARM: Final = Path(__file__).parents[1] / "inside" / "warm.py"
START_S: Final = 60.0
MOST_SAID: Final = 200
"""Bytes in which a child says what kept it from going behind its walls."""
CLEAN: Final = {
    # One thread: a fork with BLAS threads deadlocks, and a child may not start any.
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "VECLIB_MAXIMUM_THREADS": "1",
    "PYTHONHASHSEED": "0",
    "LANG": "C.UTF-8",
}


@dataclass(frozen=True)
class Ending:
    """How a child ended: its exit status (negative: the signal) and the CPU seconds it used.

    The status is None where it ended with the process that it was forked from: that is not its doing.
    """

    status: int | None
    cpu_s: float


class Child(Protocol):
    """One process with one submission in it."""

    channel: wire.Channel

    def allow(self, patience: Patience) -> None:
        """Give the child time for the next answer; `channel` raises `OutOfTime` beyond it."""

    def idle_s(self) -> float:
        """Return the seconds that it has slept since `allow`, as far as was seen."""

    def cpu_s(self) -> float:
        """Return the CPU seconds used so far."""

    def end(self) -> Ending:
        """Kill the child, if it still lives, and say how it ended."""


class Backend(Protocol):
    """Starts children."""

    @property
    def isolation(self) -> Isolation:
        """The walls that stand around its children."""

    def open(self) -> Child:
        """Start a child."""

    def close(self) -> None:
        """End everything that was started."""


@dataclass(frozen=True)
class Bounds:
    """Bounds that hold for a child's whole life: MiB of memory, and CPU seconds as a backstop."""

    memory_mb: int
    cpu_s: int


class WarmBackend:
    """Children forked from a warm process, behind walls.

    Parameters
    ----------
    level : int
        4 to 0.
    bounds : Bounds
        For every child.
    data : tuple of Path
        Folders that children may read.
    readable : tuple of str
        Absolute paths that they may read besides what Python and numpy need.

    Raises
    ------
    SandboxError
        If the warm process doesn't start.
    """

    def __init__(
        self, *, level: int, bounds: Bounds, data: tuple[Path, ...] = (), readable: tuple[str, ...] = ()
    ) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - our own file, by its path
                [sys.executable, *levels.ISOLATED, str(WARM), str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                env=CLEAN,
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                start_new_session=True,
            )
        self._control = ours
        paths = (*levels.readable_paths(), *readable)
        plan = {"level": level, "readable": paths, "data": tuple(map(str, data)), **asdict(bounds)}
        ours.settimeout(START_S)
        try:
            ours.send(json.dumps({"paths": module_paths(), "plan": plan}).encode())
            ready = ours.recv(1 << 16)
        except OSError:
            ready = b""
        if not ready:
            raise SandboxError(say("the sandbox didn't start: {reason}", reason=self._last_words()))
        started = json.loads(ready)
        self.isolation: Isolation = Isolation(started["level"], tuple(started["layers"]))

    def open(self) -> WarmChild:
        """Fork a child."""
        to_child_read, to_child_write = os.pipe()
        from_child_read, from_child_write = os.pipe()
        try:
            socket.send_fds(self._control, [b'{"fork": 1}'], [to_child_read, from_child_write])
            data, tickets, _, _ = socket.recv_fds(self._control, 1 << 12, 1)
        except OSError as error:
            for descriptor in (to_child_write, from_child_read):
                os.close(descriptor)
            raise SandboxError(say("the sandbox has died: {reason}", reason=str(error))) from error
        finally:
            os.close(to_child_read)
            os.close(from_child_write)
        if not data:
            raise SandboxError(say("the sandbox has died: {reason}", reason=self._last_words()))
        child = WarmChild(self, json.loads(data)["pid"], tickets[0], from_child_read, to_child_write)
        _await_walls(child, from_child_read)
        return child

    def reap(self, pid: int) -> Ending:
        """Kill a child and collect what is left of it."""
        try:
            self._control.send(json.dumps({"reap": pid}).encode())
            answer = self._control.recv(1 << 12)
        except OSError:
            answer = b""
        if not answer:
            return Ending(None, 0.0)
        return Ending(**json.loads(answer))

    def close(self) -> None:
        """End the warm process; its children die with it."""
        self._control.close()
        try:
            self._process.wait(2)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stderr:
            self._process.stderr.close()

    def _last_words(self) -> str:
        self._process.kill()
        _, errors = self._process.communicate()
        lines = errors.decode("utf-8", "replace").strip().splitlines()
        return lines[-1] if lines else "no reason given"


class WarmChild:
    """A forked child; see `Child`."""

    def __init__(self, backend: WarmBackend, pid: int, ticket: int, reader: int, writer: int) -> None:
        self._backend = backend
        self._pid = pid
        self._ticket = ticket
        self._reader = reader
        self._writer = writer
        self._meter = Meter(_pid_of(ticket))
        self._stopwatch: Stopwatch | None = None
        self._ending: Ending | None = None
        os.set_blocking(reader, False)
        os.set_blocking(writer, False)
        self.channel = wire.Channel(self._read, self._write, most=wire.MAX_ANSWER)

    def allow(self, patience: Patience) -> None:
        """Start the clock for one answer."""
        self._stopwatch = Stopwatch(patience, self._meter)

    def idle_s(self) -> float:
        """Return the seconds that it has slept since `allow`, as far as was seen."""
        return self._stopwatch.idle_s if self._stopwatch else 0.0

    def cpu_s(self) -> float:
        """Return the CPU seconds used so far."""
        return self._ending.cpu_s if self._ending else self._meter.cpu_s()

    def end(self) -> Ending:
        """Kill and reap."""
        if self._ending is None:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._ticket, signal.SIGKILL)
            self._ending = self._backend.reap(self._pid)
            for descriptor in (self._ticket, self._reader, self._writer):
                os.close(descriptor)
        return self._ending

    def _read(self, view: memoryview) -> int:
        self._glance()
        while True:
            try:
                return os.readv(self._reader, [view])
            except BlockingIOError:
                self._wait(self._reader, select.POLLIN)

    def _write(self, view: memoryview) -> int:
        self._glance()
        while True:
            try:
                return os.write(self._writer, view)
            except BlockingIOError:
                self._wait(self._writer, select.POLLOUT)
            except BrokenPipeError:
                raise wire.Closed("the child has gone") from None

    def _glance(self, waited: float = 0.0) -> None:
        if self._stopwatch:
            self._stopwatch.glance(waited)

    def _wait(self, descriptor: int, event: int) -> None:
        poll = select.poll()
        poll.register(descriptor, event)
        ready = False
        while not ready:
            started = time.monotonic()
            ready = bool(poll.poll(TICK_S * 1000))
            self._glance(time.monotonic() - started)


def _await_walls(child: WarmChild, reader: int) -> None:
    """Wait until a child is behind its walls: nothing of a submission reaches it before, and a failure is our fault."""
    poll = select.poll()
    poll.register(reader, select.POLLIN)
    said = os.read(reader, MOST_SAID) if poll.poll(START_S * 1000) else b""
    if said != wire.LOCKED_IN:
        child.end()
        raise SandboxError(say("the sandbox has died: {reason}", reason=said.decode("utf-8", "replace") or "no word"))


def _pid_of(ticket: int) -> int:
    # A child in a namespace has another number there; the descriptor knows the one that counts here.
    for line in Path(f"/proc/self/fdinfo/{ticket}").read_text().splitlines():
        if line.startswith("Pid:"):
            return int(line.split()[1])
    raise SandboxError(say("the sandbox has died: {reason}", reason="pidfd"))


def module_paths() -> list[str]:
    """Return the folders from which a fresh interpreter can import numpy and autograder."""
    numpy = importlib.util.find_spec("numpy")
    if numpy is None or numpy.origin is None:
        raise SandboxError(say("numpy is not installed"))
    return [str(Path(numpy.origin).parents[1]), str(Path(__file__).parents[2])]
