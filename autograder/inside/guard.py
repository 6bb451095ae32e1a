"""Nothing outlives the trusted process: a guard stands between it and the warm one.

The guard is the process that the trusted side started; the warm process goes on as
its child. The guard watches both: its parent by a descriptor of that process, not by
a parent-death signal, which would also come when the *thread* ends that started it.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import time
from typing import Final, NoReturn

from autograder.inside import kernel

_LOOK_AGAIN_S: Final = 0.05


def continue_in_child() -> None:
    """Fork; the caller continues in the child, and the parent stands guard over it and never returns."""
    trusted = os.getppid()
    alive, held = os.pipe()
    child = os.fork()
    if child:
        _stand(child, trusted, held)
    os.close(held)
    die_with_parent()
    # The guard may have died before the signal was asked for: then the end that it held is closed.
    if select.select([alive], [], [], 0)[0]:
        os._exit(1)
    os.close(alive)


def die_with_parent() -> None:
    """Have the kernel kill this process when its parent ends. A change of user undoes it."""
    kernel.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL)


def _stand(child: int, trusted: int, held: int) -> NoReturn:
    # Not to be looked into, and to leave no core file.
    kernel.prctl(kernel.PR_SET_DUMPABLE, 0)
    watched = _descriptors(trusted, child)
    # No end of a pipe of the warm process's may stay open here, or nobody would see it closing.
    kernel.close_all_but({0, 1, 2, held, *watched})
    while True:
        if watched:
            select.select(watched, [], [])
        else:
            time.sleep(_LOOK_AGAIN_S)
        orphaned = os.getppid() != trusted
        if orphaned:
            os.kill(child, signal.SIGKILL)
        ended, status = os.waitpid(child, 0 if orphaned else os.WNOHANG)
        if ended:
            _end_as(os.waitstatus_to_exitcode(status))


def _descriptors(*processes: int) -> list[int]:
    try:
        return [os.pidfd_open(process) for process in processes]
    except (AttributeError, OSError):
        return []


def _end_as(code: int) -> NoReturn:
    if code < 0:
        with contextlib.suppress(OSError):
            signal.signal(-code, signal.SIG_DFL)
        os.kill(os.getpid(), -code)
    os._exit(abs(code))
