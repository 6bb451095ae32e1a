"""The doors to the Linux kernel that Python itself does not offer.

A function of the C library is reached with `call`, and with `syscall` what the
library has no function for.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import sys
from functools import cache
from typing import Final

X86_64: Final = 0
AARCH64: Final = 1

_NUMBERS: Final = {
    "capset": (126, 91),
    "close_range": (436, 436),
    "landlock_add_rule": (445, 445),
    "landlock_create_ruleset": (444, 444),
    "landlock_restrict_self": (446, 446),
    "mount_setattr": (442, 442),
    "pivot_root": (155, 41),
}
"""System calls that the C library may lack: their numbers on x86-64 and on aarch64."""

PR_SET_PDEATHSIG: Final = 1
PR_SET_DUMPABLE: Final = 4
PR_SET_SECCOMP: Final = 22
PR_SET_NO_NEW_PRIVS: Final = 38

_CAPABILITY_VERSION_3: Final = 0x20080522
_FDS_AT_MOST: Final = 4096


@cache
def machine() -> int:
    """Return which column of the tables of system calls holds here.

    Raises
    ------
    OSError
        ENOSYS: this is not 64-bit Linux on x86-64 or aarch64.
    """
    names = {"x86_64": X86_64, "aarch64": AARCH64}
    name = platform.machine()
    if not sys.platform.startswith("linux") or name not in names or sys.maxsize < 1 << 32:
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS), f"{sys.platform} on {name}")
    return names[name]


def call(function: str, *arguments: int | bytes | None) -> int:
    """Call a function of the C library.

    Parameters
    ----------
    function : str
        Its name; a failure is reported under it.
    *arguments : int, bytes or None
        Each is passed at the full width of a register: `syscall` takes whatever stands there.

    Returns
    -------
    int
        What it returned.

    Raises
    ------
    OSError
        It returned -1; `filename` is the function's name.
    """
    passed = [ctypes.c_long(item) if isinstance(item, int) else ctypes.c_char_p(item) for item in arguments]
    result: int = getattr(_library(), function)(*passed)
    if result == -1:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), function)
    return result


def syscall(name: str, *arguments: int | bytes | None) -> int:
    """Make a system call by its name, as `call` calls a function.

    Raises
    ------
    OSError
        It failed; `filename` is its name.
    """
    try:
        return call("syscall", _NUMBERS[name][machine()], *arguments)
    except OSError as error:
        error.filename = name
        raise


def prctl(option: int, value: int, pointer: int = 0) -> None:
    """Change one property of this process."""
    call("prctl", option, value, pointer, 0, 0)


def drop_capabilities() -> None:
    """Give up every capability, for good."""
    header = ctypes.create_string_buffer(_CAPABILITY_VERSION_3.to_bytes(4, sys.byteorder) + bytes(4))
    syscall("capset", ctypes.addressof(header), bytes(24))


def close_all_but(keep: set[int]) -> None:
    """Close every descriptor that is not named, below 3 as well."""
    start = 0
    for kept in [*sorted(keep), None]:
        end = _FDS_AT_MOST if kept is None else kept
        if end > start:
            _close_range(start, None if kept is None else kept - 1)
        start = end + 1


def _close_range(first: int, last: int | None) -> None:
    try:
        syscall("close_range", first, 0xFFFFFFFF if last is None else last, 0)
    except OSError:
        os.closerange(first, _FDS_AT_MOST if last is None else last + 1)


@cache
def _library() -> ctypes.CDLL:
    machine()
    return ctypes.CDLL(None, use_errno=True)
