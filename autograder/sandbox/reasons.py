"""Why a level can't be had: the kernel's refusal in words, for whoever may change it."""

from __future__ import annotations

import errno
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from autograder.messages import Message, say

_SYSTEMS: Final = {"darwin": "macOS", "win32": "Windows"}
_CAP_SYS_ADMIN: Final = 21
_APPARMOR: Final = "kernel.apparmor_restrict_unprivileged_userns"
_OF_ORDINARY_USERS: Final = {_APPARMOR: ("1", "0"), "kernel.unprivileged_userns_clone": ("0", "1")}
_OF_EVERYBODY: Final = {"user.max_user_namespaces": ("0", "10000")}


@dataclass(frozen=True)
class Surroundings:
    """What decides here whether namespaces can be made.

    Attributes
    ----------
    is_root : bool
        Whether this process is root.
    is_admin : bool
        Whether it may mount and make namespaces (CAP_SYS_ADMIN), as root may outside of containers.
    is_filtered : bool
        Whether its system calls are filtered already, as in most containers.
    changes : tuple of str
        Settings of the kernel that forbid user namespaces, each as ``name=value`` that would allow them.
    """

    is_root: bool = False
    is_admin: bool = False
    is_filtered: bool = False
    changes: tuple[str, ...] = ()


def look_around(proc: Path = Path("/proc")) -> Surroundings:
    """Read from the kernel what decides here whether namespaces can be made."""
    status = dict(line.split(":", 1) for line in _read(proc / "self" / "status").splitlines() if ":" in line)
    is_root = os.geteuid() == 0
    settings = _OF_EVERYBODY if is_root else {**_OF_ORDINARY_USERS, **_OF_EVERYBODY}
    return Surroundings(
        is_root=is_root,
        is_admin=bool(int(status.get("CapEff", "0"), 16) >> _CAP_SYS_ADMIN & 1),
        is_filtered=status.get("Seccomp", "0").strip() == "2",
        changes=tuple(
            f"{name}={allowing}"
            for name, (forbidding, allowing) in settings.items()
            if _read(proc / "sys" / name.replace(".", "/")).strip() == forbidding
        ),
    )


def why_not(level: int, trial: dict[str, Any], around: Surroundings | None = None) -> Message:
    """Say why a level can't be had.

    Parameters
    ----------
    level : int
        From 4 to 1.
    trial : dict
        ``what`` failed, and the ``number`` of its error, 0 where it has none; empty where nothing was tried.
    around : Surroundings, optional
        What decides here; it is looked at where that is not given.

    Returns
    -------
    Message
        A sentence or two, with what can be done about it.
    """
    if not trial:
        system = _SYSTEMS.get(sys.platform, sys.platform)
        return say("Only Linux has these walls; this is {system}.", system=system)
    what, number = str(trial["what"]), int(trial["number"])
    step = f"{what}: {os.strerror(number)}" if number else what
    if what == "root":
        return say("It needs root.")
    if what.startswith("linux on "):
        return say("The walls know the system calls of x86-64 and aarch64 only; this is {system}.", system=what)
    if what.startswith("landlock"):
        return _why_no_landlock(number, step)
    if what == "prctl":
        return say("This kernel refuses seccomp filters ({step}).", step=step)
    if (what, number) == ("mount_setattr", errno.ENOSYS):
        return say("This kernel is older than Linux 5.12 ({step}).", step=step)
    if level > 2 and number:  # noqa: PLR2004 - levels with namespaces
        return _why_no_namespaces(level, step, around or look_around())
    return say("The trial failed ({step}).", step=step)


def _why_no_landlock(number: int, step: str) -> Message:
    if number == errno.ENOSYS:
        return say(
            "This kernel has no Landlock ({step}). It came with Linux 5.13 and has to be built in "
            "(CONFIG_SECURITY_LANDLOCK).",
            step=step,
        )
    if number == errno.EOPNOTSUPP:
        return say(
            "This kernel has Landlock, but it is switched off ({step}). Whoever runs the machine can add landlock to "
            "the boot parameter lsm=.",
            step=step,
        )
    if number == errno.EPERM:
        return say("This container forbids Landlock ({step}). Newer versions of Docker and Podman allow it.", step=step)
    return say("This kernel has no Landlock, or it is switched off ({step}).", step=step)


def _why_no_namespaces(level: int, step: str, around: Surroundings) -> Message:
    from_user = level == 3  # noqa: PLR2004 - the level in a user namespace
    if from_user and around.changes:
        change = around.changes[0]
        if change.startswith(_APPARMOR):
            return say(
                "Ubuntu's AppArmor keeps ordinary users from making namespaces ({step}). Whoever runs the machine can "
                "allow it to everybody: sudo sysctl -w {change}",
                step=step,
                change=change,
            )
        return say(
            "A setting of this machine forbids user namespaces ({step}). Whoever runs it can allow them: "
            "sudo sysctl -w {change}",
            step=step,
            change=change,
        )
    if around.is_filtered or (around.is_root and not around.is_admin):
        return say("This container forbids namespaces ({step}), as most do.", step=step)
    if around.is_root:
        return say("Root may not make namespaces here, as is usual in a container ({step}).", step=step)
    return say("Ordinary users may not make namespaces here ({step}).", step=step)


def _read(file: Path) -> str:
    try:
        return file.read_text("utf-8", "replace")
    except OSError:
        return ""
