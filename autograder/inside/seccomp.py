"""Seccomp: which system calls a child may make, as a list of what is allowed.

All else fails with EPERM. A foreign instruction set (32-bit code, x32) ends the
process. The program is built once; a child only patches its own number in.
"""

from __future__ import annotations

import ctypes
import errno
import struct
from typing import Final

from autograder.inside import kernel

Numbers = dict[str, tuple[int | None, int | None]]

ALWAYS: Final[Numbers] = {
    # descriptors that are open already
    "read": (0, 63),
    "write": (1, 64),
    "readv": (19, 65),
    "writev": (20, 66),
    "pread64": (17, 67),
    "pwrite64": (18, 68),
    "lseek": (8, 62),
    "close": (3, 57),
    "close_range": (436, 436),
    "dup": (32, 23),
    "dup2": (33, None),
    "dup3": (292, 24),
    "fstat": (5, 80),
    "poll": (7, None),
    "ppoll": (271, 73),
    "select": (23, None),
    "pselect6": (270, 72),
    # memory
    "brk": (12, 214),
    "mmap": (9, 222),
    "mprotect": (10, 226),
    "munmap": (11, 215),
    "mremap": (25, 216),
    "madvise": (28, 233),
    # its own signals and timers
    "rt_sigaction": (13, 134),
    "rt_sigprocmask": (14, 135),
    "rt_sigreturn": (15, 139),
    "sigaltstack": (131, 132),
    "alarm": (37, None),
    "getitimer": (36, 102),
    "setitimer": (38, 103),
    "restart_syscall": (219, 128),
    # time
    "clock_gettime": (228, 113),
    "clock_getres": (229, 114),
    "clock_nanosleep": (230, 115),
    "nanosleep": (35, 101),
    "gettimeofday": (96, 169),
    "time": (201, None),
    "times": (100, 153),
    "getrusage": (98, 165),
    "sched_yield": (24, 124),
    # who it is, and what the machine is called
    "getpid": (39, 172),
    "gettid": (186, 178),
    "getppid": (110, 173),
    "getuid": (102, 174),
    "geteuid": (107, 175),
    "getgid": (104, 176),
    "getegid": (108, 177),
    "getgroups": (115, 158),
    "getrlimit": (97, 163),
    "getcwd": (79, 17),
    "umask": (95, 166),
    "uname": (63, 160),
    "getrandom": (318, 278),
    "futex": (202, 98),
    "exit": (60, 93),
    "exit_group": (231, 94),
}
READING: Final[Numbers] = {
    "open": (2, None),
    "openat": (257, 56),
    "getdents64": (217, 61),
    "stat": (4, None),
    "lstat": (6, None),
    "newfstatat": (262, 79),
    "statx": (332, 291),
    "access": (21, None),
    "faccessat": (269, 48),
    "faccessat2": (439, 439),
    "readlink": (89, None),
    "readlinkat": (267, 78),
    "chdir": (80, 49),
    "fchdir": (81, 50),
}
SCRATCH: Final[Numbers] = {
    "mkdir": (83, None),
    "mkdirat": (258, 34),
    "rename": (82, None),
    "renameat": (264, 38),
    "renameat2": (316, 276),
    "rmdir": (84, None),
    "unlink": (87, None),
    "unlinkat": (263, 35),
    "ftruncate": (77, 46),
    "fsync": (74, 82),
    "fdatasync": (75, 83),
    "msync": (26, 227),
}
CONDITIONAL: Final[Numbers] = {
    "fcntl": (72, 25),
    "ioctl": (16, 29),
    "prctl": (157, 167),
    "prlimit64": (302, 261),
    "sched_getaffinity": (204, 123),
    "tgkill": (234, 131),
    "clone3": (435, 435),
}

# Duplicates and flags of a descriptor. No locks (the kernel keeps them without bound), owners, leases or pipe sizes.
_FCNTL: Final = (0, 1, 2, 3, 4, 1030)
# Is it a terminal, how large, inherited, blocking: nothing that acts on one.
_IOCTL: Final = (0x5401, 0x5413, 0x5450, 0x5451, 0x5421)
# Names: of the process, and of memory areas (the C library's malloc gives them).
_PRCTL: Final = (15, 16, 0x53564D41)

_ACCESS: Final = 3
_TRUNCATE: Final = 0o1000
# Neither to read nor to write: Landlock asks for no right then. And to empty a file that is opened to be read, which it
# knows since Linux 6.2 only. Together they would empty any file of the child's user.
_OPEN_UNSEEN: Final = (_ACCESS, _ACCESS | _TRUNCATE, _TRUNCATE)

_ARCHITECTURES: Final = (0xC000003E, 0xC00000B7)
_X32: Final = 0x40000000
_LOAD: Final = 0x20
_AND: Final = 0x54
_JUMP: Final = 0x05
_JUMP_IF_EQUAL: Final = 0x15
_JUMP_IF_AT_LEAST: Final = 0x35
_RETURN: Final = 0x06
_NUMBER_AT: Final = 0
_ARCHITECTURE_AT: Final = 4
_ARGUMENTS_AT: Final = 16
_ALLOW: Final = 0x7FFF0000
_FAIL: Final = 0x00050000
_KILL: Final = 0x80000000
_FILTER_MODE: Final = 2
_PLACE_OF_PID: Final = 0x7EADBEEF

Code = tuple[bytes, ...]


class Filter:
    """The program for children of one level.

    Parameters
    ----------
    reading : bool
        Files may be opened, looked at and listed (which ones is for others to say).
    scratch : bool
        Files may be made, renamed and removed.

    Raises
    ------
    OSError
        ENOSYS: the machine is not one whose system calls are known here.
    """

    def __init__(self, *, reading: bool, scratch: bool) -> None:
        allowed = ALWAYS | (READING if reading else {}) | (SCRATCH if scratch else {})
        code = assemble(allowed, kernel.machine())
        program = b"".join(code)
        mark = struct.pack("=I", _PLACE_OF_PID)
        self._pids = [8 * place + 4 for place, step in enumerate(code) if step.endswith(mark)]
        self._program = ctypes.create_string_buffer(program, len(program))
        header = struct.pack("@HP", len(code), ctypes.addressof(self._program))
        self._header = ctypes.create_string_buffer(header, len(header))

    def load(self, pid: int) -> None:
        """Put the program on this process; needs no_new_privs. There is no way back.

        Parameters
        ----------
        pid : int
            This process's own number: the only one that it may send a signal to.
        """
        for place in self._pids:
            struct.pack_into("=I", self._program, place, pid)
        kernel.prctl(kernel.PR_SET_SECCOMP, _FILTER_MODE, ctypes.addressof(self._header))


def assemble(allowed: Numbers, machine: int) -> Code:
    """Write the program as instructions of the kernel's packet filter.

    Parameters
    ----------
    allowed : dict
        System calls that are allowed, most of them whatever their arguments.
    machine : int
        Column of the tables: `kernel.X86_64` or `kernel.AARCH64`.

    Returns
    -------
    tuple of bytes
        Instructions of 8 bytes.
    """
    deny = (_give(_FAIL | errno.EPERM),)
    # The numbers from each start up to the next share what is done with them.
    pieces: dict[int, Code] = {0: deny}
    conditions = _conditions()
    rules: dict[int | None, Code] = {
        numbers[machine]: conditions.get(name, (_give(_ALLOW),)) for name, numbers in (allowed | CONDITIONAL).items()
    }
    for number in sorted(number for number in rules if number is not None):
        pieces[number] = rules[number]
        pieces.setdefault(number + 1, deny)
    if machine == kernel.X86_64:
        pieces[_X32] = (_give(_KILL),)
    merged: list[tuple[int, Code]] = []
    for start, code in sorted(pieces.items()):
        if not merged or merged[-1][1] != code:
            merged.append((start, code))
    return (
        _load(_ARCHITECTURE_AT),
        _step(_JUMP_IF_EQUAL, _ARCHITECTURES[machine], 1, 0),
        _give(_KILL),
        _load(_NUMBER_AT),
        *_choose(merged),
    )


def _conditions() -> dict[str, Code]:
    zero = _step(_JUMP_IF_EQUAL, 0, 1, 0)
    deny = _give(_FAIL | errno.EPERM)
    return {
        "open": _unless_unseen(1),
        "openat": _unless_unseen(2),
        "fcntl": _if_argument(1, _FCNTL),
        "ioctl": _if_argument(1, _IOCTL),
        "prctl": _if_argument(0, _PRCTL),
        # Its own limits, and only to read them: the pointer to new ones is null.
        "prlimit64": (
            *(_load(_ARGUMENTS_AT), zero, deny),
            *(_load(_ARGUMENTS_AT + 16), zero, deny),
            *(_load(_ARGUMENTS_AT + 20), zero, deny),
            _give(_ALLOW),
        ),
        "sched_getaffinity": _if_argument(0, (0, _PLACE_OF_PID)),
        # abort() and raise().
        "tgkill": _if_argument(0, (_PLACE_OF_PID,)),
        # "There is no such call" makes the C library try clone, which is denied: starting a thread fails cleanly.
        "clone3": (_give(_FAIL | errno.ENOSYS),),
    }


def _choose(pieces: list[tuple[int, Code]]) -> Code:
    """Find the piece by halves: the kernel walks the program for each of its calls when it is loaded."""
    if len(pieces) == 1:
        return pieces[0][1]
    middle = len(pieces) // 2
    below, above = _choose(pieces[:middle]), _choose(pieces[middle:])
    # A conditional jump reaches 255 instructions, an unconditional one everything.
    return (_step(_JUMP_IF_AT_LEAST, pieces[middle][0], 0, 1), _step(_JUMP, len(below)), *below, *above)


def _unless_unseen(flags: int) -> Code:
    """Allow to open where Landlock sees what for; `flags` is the place of that argument."""
    tests = [
        step for value in _OPEN_UNSEEN for step in (_step(_JUMP_IF_EQUAL, value, 0, 1), _give(_FAIL | errno.EPERM))
    ]
    return (_load(_ARGUMENTS_AT + 8 * flags), _step(_AND, _ACCESS | _TRUNCATE), *tests, _give(_ALLOW))


def _if_argument(index: int, values: tuple[int, ...]) -> Code:
    """Allow where the low word of an argument is one of these; the kernel reads these arguments as 32 bits."""
    low = _ARGUMENTS_AT + 8 * index
    tests = [step for value in values for step in (_step(_JUMP_IF_EQUAL, value, 0, 1), _give(_ALLOW))]
    return (_load(low), *tests, _give(_FAIL | errno.EPERM))


def _load(offset: int) -> bytes:
    return _step(_LOAD, offset)


def _give(verdict: int) -> bytes:
    return _step(_RETURN, verdict)


def _step(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("=HBBI", code, if_true, if_false, value)
