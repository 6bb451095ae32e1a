"""The warm process: started clean by exec, it loads numpy once and forks a child per submission.

It never holds anything secret, for its children could read all that it ever
held. It learns what it needs from its control socket, and dies with it.

Run as ``python -s -S -B warm.py FD`` by `autograder.sandbox.backends`, or with
``plain`` instead of a descriptor, to serve one submission over stdin and stdout.
"""

from __future__ import annotations

import contextlib
import gc
import importlib.util
import json
import os
import signal
import socket
import sys
from typing import Any

PRELOADED = (
    "abc array base64 bisect calendar cmath collections.abc colorsys concurrent.futures contextlib copy csv ctypes "
    "dataclasses datetime decimal difflib doctest enum fractions functools getpass glob gzip hashlib heapq html "
    "inspect io itertools json keyword linecache locale logging math mmap numbers operator os.path pathlib pickle "
    "platform pprint queue random re secrets shutil statistics string struct tempfile textwrap threading time timeit "
    "traceback types typing unittest unittest.mock urllib.request urllib.parse uuid warnings weakref zipfile zlib "
    "numpy numpy.fft numpy.lib numpy.linalg numpy.ma numpy.matlib numpy.polynomial numpy.random numpy.testing"
).split()
"""Imported before the walls go up: a child that may open no file can still import them."""


def _prepare(settings: dict[str, Any]) -> None:
    # The first place is the folder of this file, from which no submission imports.
    standard = sys.path[1:]
    sys.path += settings["paths"]
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in PRELOADED:
            importlib.import_module(name)
    importlib.import_module("autograder.inside.serve")
    importlib.import_module("autograder.inside.stand_ins").restore_old_names()
    importlib.import_module("autograder.inside.old_numbers").accept_single_entries()
    importlib.import_module("autograder.inside.walls")
    # Only the standard library and numpy are real for a submission, whatever is installed here.
    sys.path[:] = standard
    sys.dont_write_bytecode = True
    sys.argv[:] = ["submission"]


def serve_forks(control: socket.socket) -> None:
    """Fork a child per request until the control socket closes.

    Parameters
    ----------
    control : socket.socket
        Of type SOCK_SEQPACKET. The first message holds the settings; later ones ask to
        ``fork`` (with the two descriptors of the child's channel) or to ``reap``.
    """
    settings = json.loads(control.recv(1 << 16))
    # What is loaded stays: to look through it for what could go costs a tenth of the time.
    gc.disable()
    _prepare(settings)
    from autograder.inside import walls

    raised = walls.raise_walls(walls.Plan(**settings["plan"]))
    gc.freeze()
    gc.enable()
    control.send(json.dumps({"level": raised.level, "layers": raised.layers}).encode())
    while True:
        data, descriptors, _, _ = socket.recv_fds(control, 1 << 12, 2)
        if not data:
            os._exit(0)
        request = json.loads(data)
        if "reap" in request:
            control.send(json.dumps(_reap(request["reap"])).encode())
            continue
        child = os.fork()
        if not child:
            _become_child(raised, descriptors)
        ticket = os.pidfd_open(child)
        socket.send_fds(control, [json.dumps({"pid": child}).encode()], [ticket])
        for descriptor in (ticket, *descriptors):
            os.close(descriptor)


def _reap(pid: int) -> dict[str, float]:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    _, status, usage = os.wait4(pid, 0)
    return {"status": os.waitstatus_to_exitcode(status), "cpu_s": usage.ru_utime + usage.ru_stime}


def _become_child(raised: Any, descriptors: list[int]) -> None:
    """Go behind the walls, say so, and serve; never return."""
    from autograder import wire

    writer = descriptors[1]
    try:
        try:
            raised.enter(descriptors)
        except OSError as error:
            os.write(writer, f"{error.filename}: {error.strerror}".encode())
            os._exit(1)
        os.write(writer, wire.LOCKED_IN)
        _serve(*descriptors)
    finally:
        os._exit(1)


def _serve(reader: int, writer: int, *, greeting: dict[str, Any] | None = None) -> None:
    from autograder import wire
    from autograder.inside.serve import Server

    def read(view: memoryview) -> int:
        data = os.read(reader, len(view))
        view[: len(data)] = data
        return len(data)

    channel = wire.Channel(read, lambda view: os.write(writer, view))
    if greeting is not None:
        channel.send(greeting, [])
    for name in [name for name in sys.modules if name == "__main__" or name.startswith("autograder")]:
        del sys.modules[name]
    try:
        Server(channel).serve()
    except (wire.Closed, BrokenPipeError):
        os._exit(0)


def serve_plainly() -> None:
    """Serve one submission over stdin and stdout, with what limits the system offers."""
    reader, writer = os.dup(0), os.dup(1)
    null = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(null, standard)
    line = bytearray()
    while not line.endswith(b"\n"):
        line += os.read(reader, 1)
    settings = json.loads(line)
    _prepare(settings)
    if importlib.util.find_spec("resource"):
        from autograder.inside import limits

        limits.limit(**settings["limits"])
    os.chdir(settings["folder"])
    _serve(reader, writer, greeting={})


if __name__ == "__main__":
    if sys.argv[1] == "plain":
        serve_plainly()
    else:
        serve_forks(socket.socket(fileno=int(sys.argv[1])))
