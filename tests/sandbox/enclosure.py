"""A warm process for tests of the walls: it runs whatever code it is sent in children behind them.

Run as a script with the number of a socket; see `Enclosure` in `test_walls.py`.
"""

# ruff: noqa: E402 - paths come before anything that is imported from them

from __future__ import annotations

import fcntl
import json
import mmap
import os
import resource
import select
import signal
import socket
import subprocess
import sys
import termios
import threading
import time
from pathlib import Path

SETTINGS = json.loads(sys.argv[2])
sys.path.insert(0, SETTINGS["root"])
sys.path.append(SETTINGS["packages"])

import numpy as np
import numpy.fft
import numpy.random

from autograder.inside import walls
from tests.sandbox import disguise

PRELOADED = (fcntl, mmap, resource, subprocess, termios, threading, np.fft, np.random)
"""What code uses at level 1, too, where nothing more can be imported."""

PATIENCE_S = 20.0


def identity() -> list[object]:
    """Return what raising walls changes in a process."""
    spaces = [str(Path(f"/proc/self/ns/{name}").readlink()) for name in ("mnt", "net", "pid_for_children", "user")]
    return [os.getpid(), os.getuid(), str(Path.cwd()), Path("/").stat().st_ino, *spaces]


def run(raised: walls.Walls, code: str, given: dict[str, object]) -> tuple[int, int]:
    """Run code in a child behind the walls; return its number and the end of a pipe that it tells things on."""
    reading, writing = os.pipe()
    child = os.fork()
    if child:
        os.close(writing)
        return child, reading

    def tell(value: object) -> None:
        os.write(writing, json.dumps(value).encode() + b"\n")

    try:
        before = time.process_time()
        raised.enter([writing])
        cost = time.process_time() - before
        names = {"tell": tell, "np": np, "given": given, "kept": writing, "cost": cost, "__name__": "submission"}
        exec(compile(code, "submission", "exec"), names)
    except BaseException as error:  # noqa: BLE001 - the answer, whatever it is
        tell({"error": type(error).__name__, "errno": getattr(error, "errno", None), "text": str(error)[:300]})
    finally:
        os._exit(0)


def listen(reading: int, *, to_the_end: bool) -> str:
    """Return the first line that a child tells; with `to_the_end`, what it tells until it ends or keeps us waiting."""
    told = b""
    while (to_the_end or not told.endswith(b"\n")) and select.select([reading], [], [], PATIENCE_S)[0]:
        part = os.read(reading, 1 << 20)
        if not part:
            return told.decode()
        told += part
    return told.decode()


def main() -> None:
    """Raise the walls and serve."""
    paths = [SETTINGS["root"], *SETTINGS["plan"]["readable"], sys.executable]
    disguise.put_on(paths=paths, user=SETTINGS["user"], denied=SETTINGS["denied"])
    control = socket.socket(fileno=int(sys.argv[1]))
    # Descriptors that a careless warm process might hold.
    leaked = [os.open(path, os.O_RDONLY) for path in SETTINGS["leaked"]]
    for descriptor in leaked:
        os.set_inheritable(descriptor, True)  # noqa: FBT003
    before = identity()
    try:
        raised = walls.raise_walls(walls.Plan(**SETTINGS["plan"]))
    except walls.WallsError as error:
        unchanged = identity() == before
        control.send(json.dumps({"what": error.what, "number": error.number, "unchanged": unchanged}).encode())
        return
    control.send(json.dumps({"level": raised.level, "layers": raised.layers, "data": raised.data}).encode())
    pipes: dict[int, int] = {}
    while message := control.recv(1 << 20):
        request = json.loads(message)
        if "end" in request:
            os.kill(request["end"], signal.SIGKILL)
            child = request["end"]
            answer = {}
        else:
            child, pipes[child] = run(raised, request["code"], request["given"])
            told = listen(pipes[child], to_the_end=not request.get("stay"))
            answer = {"told": told, "pid": child}
        if not request.get("stay"):
            if not select.select([pipes[child]], [], [], 0)[0]:
                os.kill(child, signal.SIGKILL)
            _, status, usage = os.wait4(child, 0)
            os.close(pipes.pop(child))
            answer["status"] = os.waitstatus_to_exitcode(status)
            answer["cpu_s"] = usage.ru_utime + usage.ru_stime
        control.send(json.dumps(answer).encode())


if __name__ == "__main__":
    main()
