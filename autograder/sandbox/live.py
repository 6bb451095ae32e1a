"""A student's own live kernel as the place where his code runs: the judge's end of the connection.

The kernel started this judge and listens on the loopback interface of this
machine for one caller with a token. One connection carries everything: the
kernel sends jobs, the judge asks for calls, and at last sends the result. There
are no walls and nothing to keep from anybody: such a judge holds public checks
only, and what it finds counts for nothing.
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Iterator
from typing import Any, Final

from autograder import wire
from autograder.results import Isolation
from autograder.sandbox.backends import Ending
from autograder.sandbox.clocks import Patience

CONNECT_S: Final = 10.0
IDLE_S: Final = 1800.0
"""A judge that has had nothing to do for so long ends: a class of kernels shares one machine's memory."""


class Kernel:
    """The connection to a student's kernel: a source of jobs, and a backend (see `Backend`).

    Parameters
    ----------
    port : int
        Where the kernel listens.
    token : str
        What it expects to hear first.

    Raises
    ------
    OSError
        If nobody listens there.
    """

    isolation: Isolation = Isolation(0, ())

    def __init__(self, port: int, token: str) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=CONNECT_S)
        # A frame is written in parts, and each answer is waited for.
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.settimeout(IDLE_S)
        self._socket.sendall(token.encode())
        self.waited_s = 0.0
        # As much as the kernel may send: what was refused half read would leave the connection out of step.
        self.channel = wire.Channel(self._read, self._write)

    def jobs(self) -> Iterator[dict[str, Any]]:
        """Yield jobs until the kernel has gone or wants nothing for a long time."""
        while True:
            yield self.channel.receive()[0]["job"]

    def send(self, message: dict[str, Any]) -> None:
        """Tell the kernel that the judge is ready, or what came of a job."""
        self.channel.send(message, [])

    def open(self) -> LiveChild:
        """Begin anew in the same kernel."""
        return LiveChild(self)

    def close(self) -> None:
        """Hang up."""
        self._socket.close()

    def _read(self, view: memoryview) -> int:
        started = time.monotonic()
        try:
            return self._socket.recv_into(view) or self._leave()
        except OSError:
            return self._leave()
        finally:
            self.waited_s += time.monotonic() - started

    def _write(self, view: memoryview) -> int:
        try:
            return self._socket.send(view)
        except OSError:
            return self._leave()

    @staticmethod
    def _leave() -> int:
        # The kernel was ended, maybe in the middle of a check. Nothing is open here and nobody
        # waits for a result: whatever the check at hand would do with an exception is of no use.
        os._exit(0)


class LiveChild:
    """What stands for a child process; see `Child`. The kernel keeps the time of each call itself."""

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel
        self._born = kernel.waited_s
        self.channel = kernel.channel

    def allow(self, patience: Patience) -> None:
        """Tell the kernel how long the next call may take."""
        self.channel.send({"allow": [patience.cpu_s, patience.idle_s]}, [])

    def idle_s(self) -> float:
        """Return 0: the kernel does not tell sleeping from computing."""
        return 0.0

    def cpu_s(self) -> float:
        """Return the seconds that this side has waited for answers."""
        return self._kernel.waited_s - self._born

    def end(self) -> Ending:
        """Leave the kernel as it is: it is the student's."""
        return Ending(0, self.cpu_s())
