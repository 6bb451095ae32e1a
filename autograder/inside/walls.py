"""The walls around student code, by level.

====== ==========================================================================
level  layers
====== ==========================================================================
4      namespaces, a user per child, Landlock, seccomp, limits (needs root)
3      the same in a user namespace (an ordinary user; root has a user per child)
2      Landlock and seccomp, limits; no scratch folder
1      seccomp without any file, limits: what is not imported yet can't be
0      limits only: not isolated against hostile code
====== ==========================================================================

The warm process raises what it can once, with `raise_walls`; each child locks
itself in with `Walls.enter`, right after the fork and before it reads a word of
the submission.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from autograder.inside import guard, kernel, landlock, namespaces
from autograder.inside.limits import FILE_MB, Limits, address_space
from autograder.inside.seccomp import Filter

ROOT: Final = 4
USER_NAMESPACE: Final = 3
LANDLOCK: Final = 2
SECCOMP: Final = 1
LIMITS: Final = 0

CHILD_UIDS: Final = 1000
"""Users that children take turns as; more than ever live at a time."""
_FIRST_TO_DIE: Final = "800"


@dataclass(frozen=True)
class Plan:
    """What the trusted side wants.

    Parameters
    ----------
    level : int
        From 4 down to 0.
    readable : tuple of str
        Absolute paths that children may read: standard library, numpy, system libraries.
        Packages installed below one of them stay hidden unless they are named themselves.
    data : tuple of str
        Absolute paths of folders with data that children may read.
    memory_mb : int
        MiB that a child may have on top of the warm process.
    cpu_s : int
        Seconds of CPU time of a child before the kernel ends it.
    file_mb : int
        MiB of a child's scratch folder.
    uid_base : int
        First of the users that children become where root starts them.
    """

    level: int
    readable: tuple[str, ...]
    data: tuple[str, ...]
    memory_mb: int
    cpu_s: int
    file_mb: int = FILE_MB
    uid_base: int = 60_000


class WallsError(Exception):
    """A wall does not stand here; nothing of this process was changed.

    Parameters
    ----------
    what : str
        The step that failed: a function of the kernel's, mostly.
    number : int
        Its errno.
    """

    def __init__(self, what: str, number: int) -> None:
        self.what = what
        self.number = number
        super().__init__(f"{what}: {os.strerror(number)}")


class Walls:
    """Walls as they stand in a warm process, ready for children.

    Attributes
    ----------
    level : int
        From 4 down to 0.
    layers : tuple of str
        What stands, of "namespaces", "uid", "landlock", "seccomp", "rlimits".
    data : tuple of str
        Where a child finds the folders of `Plan.data`; empty where it can read none.
    """

    def __init__(self, plan: Plan, *, changes_user: bool, warm_bytes: int) -> None:
        self.level = plan.level
        self._plan = plan
        self._changes_user = changes_user
        self._warm = os.getpid()
        self._limits = Limits(plan.memory_mb, plan.cpu_s, plan.file_mb, warm_bytes)
        self._namespaces = plan.level >= USER_NAMESPACE
        self._rules: landlock.Ruleset | None = None
        self._filter: Filter | None = None
        self.data = tuple(plan.data)
        if self._namespaces:
            self.data = tuple(f"{namespaces.SOURCE_DATA}/{Path(folder).name}" for folder in plan.data)
        elif plan.level == SECCOMP:
            self.data = ()
        if plan.level == LANDLOCK or (self._namespaces and landlock.abi()):
            scratch = [namespaces.SCRATCH_RULE] if self._namespaces else []
            self._rules = landlock.Ruleset([*plan.readable, *self.data], [*scratch, os.devnull])
        if plan.level >= SECCOMP:
            self._filter = Filter(reading=plan.level >= LANDLOCK, scratch=self._namespaces)
        standing = {
            "namespaces": self._namespaces,
            "uid": changes_user,
            "landlock": self._rules is not None,
            "seccomp": self._filter is not None,
            "rlimits": True,
        }
        self.layers = tuple(name for name, stands in standing.items() if stands)

    def enter(self, keep: Sequence[int]) -> None:
        """Lock this process in: in a child of the warm process, right after the fork.

        Parameters
        ----------
        keep : sequence of int
            Descriptors that stay open; 0, 1 and 2 lead nowhere unless they are among them.

        Raises
        ------
        OSError
            A wall did not hold. The child stands half in the open: it must end at once.
        """
        uid = self._plan.uid_base + os.getpid() % CHILD_UIDS if self._changes_user else None
        self._go_to_work(uid)
        if uid is not None:
            _become(uid)
        if sys.platform.startswith("linux"):
            self._bind_to_warm()
        if self._rules:
            self._rules.restrict()
        # Each child opens it anew: flags of one that all had inherited would be read by the next.
        null = os.open(os.devnull, os.O_RDWR)
        for descriptor in {0, 1, 2}.difference(keep):
            os.dup2(null, descriptor)
        kernel.close_all_but({0, 1, 2, *keep})
        self._limits.apply()
        if self._filter:
            self._filter.load(os.getpid())

    def _go_to_work(self, uid: int | None) -> None:
        os.umask(0o077)
        if self._namespaces:
            namespaces.mount_scratch(self._plan.file_mb, os.geteuid() if uid is None else uid)
        else:
            os.chdir(self.data[0] if self.data else "/")

    def _bind_to_warm(self) -> None:
        if self.level >= SECCOMP:
            kernel.drop_capabilities()
            kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)
        kernel.prctl(kernel.PR_SET_DUMPABLE, 0)
        # After the change of user, which would undo it; and the parent may be gone already.
        guard.die_with_parent()
        if os.getppid() != self._warm:
            os._exit(1)


def raise_walls(plan: Plan) -> Walls:
    """Raise the walls of one level, in the warm process, before it has any child or thread.

    On Linux the caller continues in a child (from level 3 on as the first process of a
    new family); the process that called stays as a guard and ends as the child ends.

    Parameters
    ----------
    plan : Plan
        What is wanted. There is no choosing here: this level or none.

    Returns
    -------
    Walls
        What stands.

    Raises
    ------
    WallsError
        The level can't be had. It was tried in a process of its own first, and this one is as it was.
    """
    rehearse(plan)
    return _raise(plan)


def rehearse(plan: Plan) -> tuple[str, ...]:
    """Raise walls and enter them in processes that are thrown away; this one is not changed.

    Returns
    -------
    tuple of str
        The layers that stood.

    Raises
    ------
    WallsError
        The level can't be had.
    """
    reading, writing = os.pipe()
    tried = os.fork()
    if tried == 0:
        with contextlib.suppress(BaseException):
            os.close(reading)
            _try(plan, writing)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as stream:
        told = stream.read()
    os.waitpid(tried, 0)
    answer = json.loads(told or "{}")
    if "layers" not in answer:
        # Whoever tried it and ended without a word was killed.
        raise WallsError(answer.get("what", "kill"), answer.get("number", errno.EPERM))
    return tuple(answer["layers"])


def _try(plan: Plan, writing: int) -> None:
    child = 0
    try:
        walls = _raise(plan)
        child = os.fork()
        if child == 0:
            walls.enter([writing])
        answer: dict[str, object] = {"layers": walls.layers}
    except OSError as error:
        answer = {"what": str(error.filename or "fork"), "number": error.errno}
    if child:
        os.waitpid(child, 0)
    else:
        os.write(writing, json.dumps(answer).encode())


def _raise(plan: Plan) -> Walls:
    if not sys.platform.startswith("linux"):
        if plan.level > LIMITS:
            raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS), sys.platform)
        return Walls(plan, changes_user=False, warm_bytes=address_space())
    uids = range(plan.uid_base, plan.uid_base + CHILD_UIDS)
    if plan.level == ROOT and os.geteuid() != 0:
        raise OSError(errno.EPERM, os.strerror(errno.EPERM), "root")
    changes_user = plan.level >= SECCOMP and os.geteuid() == 0
    if changes_user and plan.level < USER_NAMESPACE:
        changes_user = _can_become(uids[0])
    if plan.level >= USER_NAMESPACE:
        namespaces.leave_processes(user=plan.level == USER_NAMESPACE, child_uids=uids)
    guard.continue_in_child()
    if plan.level >= SECCOMP:
        # Where memory runs out, the kernel takes children before anything of the trusted side's.
        with contextlib.suppress(OSError):
            Path("/proc/self/oom_score_adj").write_text(_FIRST_TO_DIE, "ascii")
    warm_bytes = address_space()
    if plan.level >= USER_NAMESPACE:
        namespaces.move_in(plan.readable, plan.data)
    kernel.prctl(kernel.PR_SET_DUMPABLE, 0)
    return Walls(plan, changes_user=changes_user, warm_bytes=warm_bytes)


def _become(uid: int) -> None:
    try:
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
    except OSError as error:
        error.filename = "setresuid"
        raise


def _can_become(uid: int) -> bool:
    """Tell whether root may change its user here: some containers take that from it."""
    tried = os.fork()
    if tried == 0:
        with contextlib.suppress(OSError):
            _become(uid)
            os._exit(0)
        os._exit(1)
    return os.waitpid(tried, 0)[1] == 0
