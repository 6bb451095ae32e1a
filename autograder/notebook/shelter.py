"""Keeps a student's session as it was while checks call what it defines."""

from __future__ import annotations

import builtins
import contextlib
import logging
import os
import random
import sys
import warnings
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, Final, NoReturn

import numpy as np

# IPython keeps the hooks of sys itself.
_STREAMS: Final = ("stdout", "stderr", "stdin")
_LEAVING: Final = ("exit", "quit")


@contextlib.contextmanager
def sheltered(shell: Any) -> Iterator[None]:
    """Put back what calls of the student's code may change: names, streams, generators, folder, settings.

    What a call changes inside an object that lives in the session stays changed,
    as it would if the student had made the call.

    Parameters
    ----------
    shell : IPython.core.interactiveshell.InteractiveShell
        The kernel's shell. Nothing that a call displays is shown while this is entered.
    """
    with contextlib.ExitStack() as stack:
        for keep in (_keep_process, _keep_interpreter, _keep_numbers):
            for restore in keep():
                stack.callback(_in_peace, restore)
        stack.enter_context(warnings.catch_warnings())
        warnings.simplefilter("ignore")
        # Code that asks for its warnings shows them to nobody all the same.
        warnings.showwarning = lambda *_, **__: None
        stack.enter_context(_names_of(shell.user_ns))
        stack.enter_context(_silence(shell))
        yield


def _in_peace(restore: Callable[[], object]) -> None:
    # One thing that can't be put back, such as a folder that is gone, must not keep the others from it.
    with contextlib.suppress(Exception):
        restore()


def _keep_process() -> Iterator[Callable[[], object]]:
    try:
        folder = os.getcwd()  # noqa: PTH109 - what chdir takes
        yield lambda: os.chdir(folder)
    except OSError:
        pass
    environment = dict(os.environ)

    def restore() -> None:
        if dict(os.environ) != environment:
            os.environ.clear()
            os.environ.update(environment)

    yield restore


def _keep_interpreter() -> Iterator[Callable[[], object]]:
    for name in _STREAMS:
        yield _setting(sys, name)
    for attribute in ("path", "meta_path", "argv"):
        yield _list(sys, attribute)
    depth = sys.getrecursionlimit()
    yield lambda: sys.setrecursionlimit(depth)
    inside = dict(vars(builtins))

    def restore() -> None:
        _put_back(vars(builtins), inside)

    yield restore
    yield _setting(os, "_exit")
    disabled = logging.root.manager.disable
    yield lambda: logging.disable(disabled)


def _keep_numbers() -> Iterator[Callable[[], object]]:
    drawn, drawn_by_numpy = random.getstate(), np.random.get_state()  # noqa: NPY002 - the one that homework uses
    yield lambda: random.setstate(drawn)
    yield lambda: np.random.set_state(drawn_by_numpy)  # noqa: NPY002 - likewise
    errors, handler = np.geterr(), np.geterrcall()
    yield lambda: np.seterr(**errors)
    yield lambda: np.seterrcall(handler)
    options = np.get_printoptions()
    yield lambda: np.set_printoptions(**options)


def _setting(owner: object, name: str) -> Callable[[], None]:
    value = getattr(owner, name)
    return lambda: setattr(owner, name, value)


def _list(owner: object, name: str) -> Callable[[], None]:
    kept = getattr(owner, name)
    values = list(kept)

    def restore() -> None:
        kept[:] = values
        setattr(owner, name, kept)

    return restore


@contextlib.contextmanager
def _names_of(namespace: dict[str, Any]) -> Iterator[None]:
    """Keep the names of the session, and the states of the generators among them."""
    before = dict(namespace)
    restores = [restore for value in before.values() if (restore := _keep_generator(value))]
    try:
        yield
    finally:
        _put_back(namespace, before)
        for restore in restores:
            _in_peace(restore)


def _keep_generator(value: Any) -> Callable[[], object] | None:
    if type(value) is random.Random:
        return partial(value.setstate, value.getstate())
    if type(value) is np.random.RandomState:
        return partial(value.set_state, value.get_state())
    if type(value) is np.random.Generator:
        return partial(setattr, value.bit_generator, "state", value.bit_generator.state)
    return None


def _put_back(names: dict[str, Any], before: dict[str, Any]) -> None:
    for name in [name for name in names if name not in before]:
        del names[name]
    for name, value in before.items():
        if name not in names or names[name] is not value:
            names[name] = value


@contextlib.contextmanager
def _silence(shell: Any) -> Iterator[None]:
    """Let nothing be shown, asked or ended; the streams are set by whoever listens to them."""
    from IPython.core.displaypub import CapturingDisplayPublisher  # noqa: PLC0415 - only a kernel has it

    logging.disable(logging.CRITICAL)
    builtins.input = _no_input
    for name in _LEAVING:
        # IPython's own would end the kernel.
        if name in shell.user_ns and shell.user_ns[name] is shell.user_ns_hidden.get(name):
            shell.user_ns[name] = _leave
        setattr(builtins, name, _leave)
    process, leave_at_once = os.getpid(), os._exit
    # A process that was forked off in a call may end as it likes.
    os._exit = lambda status: _leave() if os.getpid() == process else leave_at_once(status)
    publisher = shell.display_pub
    shell.display_pub = CapturingDisplayPublisher()
    try:
        yield
    finally:
        shell.display_pub = publisher


def _no_input(prompt: object = "") -> str:
    del prompt
    return ""


def _leave(*status: object) -> NoReturn:
    raise SystemExit(*status[:1])
