"""Limits that the kernel counts for one child: memory, CPU time, sizes of files."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

try:
    import resource as _resource
except ImportError:  # Windows counts nothing for us
    resource: Any = None
else:
    resource = _resource

MIB: Final = 1 << 20
STACK: Final = 8 * MIB
OPEN_FILES: Final = 64
FILE_MB: Final = 16
_GUESS: Final = 1 << 30


@dataclass(frozen=True)
class Limits:
    """What one child may use.

    Parameters
    ----------
    memory_mb : int
        MiB of address space on top of what the warm process has already.
    cpu_s : int
        Seconds of CPU time until the kernel kills; a backstop behind the trusted side's own clock.
    file_mb : int
        MiB of one file.
    warm_bytes : int
        Address space of the warm process, bytes.
    """

    memory_mb: int
    cpu_s: int
    file_mb: int
    warm_bytes: int

    def apply(self) -> None:
        """Set them for this process, hard: nothing raises them again."""
        wanted = {
            "RLIMIT_AS": self.warm_bytes + self.memory_mb * MIB,
            # Soft and hard are the same, so that the signal is SIGKILL and no handler of the child's sees it.
            "RLIMIT_CPU": self.cpu_s,
            "RLIMIT_FSIZE": self.file_mb * MIB,
            "RLIMIT_NOFILE": OPEN_FILES,
            "RLIMIT_STACK": STACK,
            # Zero processes more than there are: a second lock on fork, which uid 0 alone does not feel.
            "RLIMIT_NPROC": 0,
            "RLIMIT_CORE": 0,
            "RLIMIT_MEMLOCK": 0,
            "RLIMIT_MSGQUEUE": 0,
            "RLIMIT_SIGPENDING": OPEN_FILES,
        }
        for name, value in wanted.items() if resource else ():
            kind = getattr(resource, name, None)
            if kind is not None:
                _lower(kind, value)


def limit(memory_mb: int, cpu_s: int) -> None:
    """Limit this process as it stands, where nothing else can be done about it.

    Parameters
    ----------
    memory_mb : int
        MiB on top of what it has.
    cpu_s : int
        Seconds of CPU time.
    """
    Limits(memory_mb, cpu_s, FILE_MB, address_space()).apply()


def address_space() -> int:
    """Return the size of this process's address space, bytes."""
    if not sys.platform.startswith("linux"):
        return _GUESS
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[0])
    return pages * int(resource.getpagesize())


def _lower(kind: int, value: int) -> None:
    hard = resource.getrlimit(kind)[1]
    limit = value if hard == resource.RLIM_INFINITY else min(value, hard)
    try:
        resource.setrlimit(kind, (limit, limit))
    except (OSError, ValueError):
        # macOS refuses some of them; there they are all that stands, and what can be set is set.
        if sys.platform.startswith("linux"):
            raise
