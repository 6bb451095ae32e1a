"""A judge of one assignment's public checks, started by the kernel whose definitions it asks for.

It is started in a thread, so that the first check finds it ready, and it ends
with the kernel: everything between the two goes over one connection.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import socket
import subprocess
import tempfile
import threading
import time
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any, Final

from autograder import wire
from autograder.errors import CourseError, SandboxError
from autograder.judge import CLOSE_S, START_S, launch
from autograder.messages import Message, say
from autograder.notebook.stopping import Stopped

TICK_S: Final = 0.1
"""How often one who waits looks whether the student has pressed interrupt."""
SILENCE_S: Final = 60.0
"""A judge that says nothing for so long, while it is its turn, is given up."""
_ADDRESS: Final = "127.0.0.1"
_GREETING_S: Final = 2.0


class LiveJudge:
    """The handle of a judge that calls back.

    Parameters
    ----------
    folder : Path
        Where the `test_public.py` lies.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self._socket: socket.socket | None = None
        self._fault: Message | None = None
        self._cannot_be_used = False
        self._stopped: Callable[[], bool] = lambda: False
        self._heard = time.monotonic()
        self._pid = os.getpid()
        self.channel = wire.Channel(self._read, self._write)
        self._starting = threading.Thread(target=self._start, name="autograder", daemon=True)
        self._starting.start()
        _living.add(self)

    @property
    def is_usable(self) -> bool:
        """Whether it has neither failed nor ended nor been left behind by a fork."""
        ended = self._process is not None and self._process.poll() is not None
        return not (self._fault or self._cannot_be_used or ended) and self._pid == os.getpid()

    def wait(self, stopped: Callable[[], bool]) -> None:
        """Wait until it is ready.

        Parameters
        ----------
        stopped : callable
            Says whether the student has pressed interrupt; it is asked from now on.

        Raises
        ------
        Stopped
            If so.
        CourseError
            If the public checks can't be used.
        SandboxError
            If it doesn't start.
        """
        self._stopped = stopped
        while self._starting.is_alive():
            self._starting.join(TICK_S)
            if stopped():
                raise Stopped
        if self._fault:
            raise (CourseError if self._cannot_be_used else SandboxError)(self._fault)
        self._heard = time.monotonic()

    def close(self) -> None:
        """End it; nothing is lost, for it keeps nothing."""
        _living.discard(self)
        if self._pid != os.getpid():
            return
        if self._socket:
            self._socket.close()
        if self._process:
            self._process.kill()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(CLOSE_S)

    def forget(self) -> None:
        """Let go of the connection in a process that was forked off: the kernel's end must be the only one."""
        if self._socket:
            self._socket.close()

    # the start, in a thread

    def _start(self) -> None:
        try:
            with socket.socket() as listener, tempfile.TemporaryFile() as complaints:
                listener.bind((_ADDRESS, 0))
                listener.listen()
                listener.settimeout(TICK_S)
                token = secrets.token_hex(32)
                self._process = launch(stdout=subprocess.DEVNULL, stderr=complaints)
                self._tell_settings({"port": listener.getsockname()[1], "token": token})
                self._socket = self._accept(listener, token, complaints)
                self._socket.settimeout(TICK_S)
                self._greet(complaints)
        except Exception as error:  # noqa: BLE001 - a thread has nobody to raise to
            self._fault = getattr(error, "message", None) or _did_not_start(f"{type(error).__name__}: {error}")
            self.close()

    def _tell_settings(self, kernel: dict[str, Any]) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        settings = {"folders": [str(self._folder)], "level": 0, "hidden": False, "backend": "plain", "kernel": kernel}
        with self._process.stdin as stdin:
            stdin.write(json.dumps(settings).encode() + b"\n")

    def _accept(self, listener: socket.socket, token: str, complaints: IO[bytes]) -> socket.socket:
        """Wait for the one caller that has the token; others on this machine may try as they like."""
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline:
            try:
                caller, _ = listener.accept()
            except TimeoutError:
                self._require_alive(complaints)
                continue
            if _says(caller, token):
                caller.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                return caller
            caller.close()
        raise SandboxError(_did_not_start("it is silent"))

    def _greet(self, complaints: IO[bytes]) -> None:
        """Hear that the checks are collected, or why they can't be."""
        self._stopped = lambda: self._require_alive(complaints)
        try:
            answer, _ = self.channel.receive()
        except (wire.Closed, wire.Malformed):
            raise SandboxError(_did_not_start(_last_line(complaints))) from None
        if "error" in answer:
            self._cannot_be_used = True
            raise CourseError(answer["error"])

    def _require_alive(self, complaints: IO[bytes]) -> bool:
        if self._process is not None and self._process.poll() is not None:
            raise SandboxError(_did_not_start(_last_line(complaints)))
        return False

    # the connection

    def _read(self, view: memoryview) -> int:
        assert self._socket is not None
        while True:
            try:
                count = self._socket.recv_into(view)
            except TimeoutError:
                if self._stopped():
                    raise Stopped from None
                if time.monotonic() - self._heard > SILENCE_S:
                    raise wire.Closed("the judge is silent") from None
            except OSError:
                raise wire.Closed("the judge has gone") from None
            else:
                self._heard = time.monotonic()
                return count

    def _write(self, view: memoryview) -> int:
        assert self._socket is not None
        while True:
            try:
                count = self._socket.send(view)
            except TimeoutError:
                if self._stopped():
                    raise Stopped from None
            except OSError:
                raise wire.Closed("the judge has gone") from None
            else:
                # The time that the student's own code took is nobody's silence.
                self._heard = time.monotonic()
                return count


def _says(caller: socket.socket, token: str) -> bool:
    """Tell whether a caller begins with the token."""
    caller.settimeout(_GREETING_S)
    heard = b""
    try:
        while len(heard) < len(token):
            part = caller.recv(len(token) - len(heard))
            if not part:
                return False
            heard += part
    except OSError:
        return False
    return secrets.compare_digest(heard, token.encode())


def _last_line(complaints: IO[bytes]) -> str:
    complaints.seek(0)
    lines = complaints.read().decode("utf-8", "replace").strip().splitlines()
    return lines[-1] if lines else "no reason given"


def _did_not_start(reason: str) -> Message:
    return say("the judge of the public checks didn't start: {reason}", reason=reason)


_living: weakref.WeakSet[LiveJudge] = weakref.WeakSet()


def _forget_all() -> None:
    for judge in list(_living):
        judge.forget()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_all)
