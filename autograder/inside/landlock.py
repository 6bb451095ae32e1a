"""Landlock: which files a child may open, held by the kernel whatever its uid.

The rules are built once; a child only puts them on. Kernels differ in how much
they can hold (their ABI, from 1 up; 0 is none): all that is known there is used.
"""

from __future__ import annotations

import os
import stat
import struct
from collections.abc import Iterable, Iterator
from typing import Final

from autograder.inside import kernel
from autograder.inside.packages import package_folders

WRITE_FILE: Final = 1 << 1
READ_FILE: Final = 1 << 2
READ_DIR: Final = 1 << 3
REMOVE_DIR: Final = 1 << 4
REMOVE_FILE: Final = 1 << 5
MAKE_DIR: Final = 1 << 7
MAKE_REG: Final = 1 << 8
REFER: Final = 1 << 13
TRUNCATE: Final = 1 << 14

READ: Final = READ_FILE | READ_DIR
# No links, devices, sockets or pipes, and nothing to execute.
WRITE: Final = READ | WRITE_FILE | REMOVE_DIR | REMOVE_FILE | MAKE_DIR | MAKE_REG | REFER | TRUNCATE
_OF_FILES: Final = READ_FILE | WRITE_FILE | TRUNCATE

_FILE_RIGHTS_BY_ABI: Final = {1: 13, 2: 14, 3: 15, 5: 16}
"""From this ABI on, this many rights to files are known: what is known is denied unless a rule grants it."""
_ABI_NETWORK: Final = 4
_ABI_SCOPES: Final = 6
_ABI_QUIET: Final = 7
_BIND_AND_CONNECT_TCP: Final = 0b11
_ABSTRACT_SOCKETS_AND_SIGNALS: Final = 0b11
_VERSION: Final = 1
_RULE_PATH_BENEATH: Final = 1
_NO_LOG_OF_DENIALS: Final = 1


def abi() -> int:
    """Return the kernel's Landlock ABI, 0 where there is none."""
    try:
        return kernel.syscall("landlock_create_ruleset", None, 0, _VERSION)
    except OSError:
        return 0


class Ruleset:
    """Rules for children, held in a descriptor of the warm process.

    Parameters
    ----------
    readable : iterable of str
        Absolute paths that may be read, with everything below but the packages installed there.
    writable : iterable of str
        Absolute paths below which files and folders may be made, changed and removed too.

    Raises
    ------
    OSError
        The kernel has no Landlock, or refused a rule.
    """

    def __init__(self, readable: Iterable[str], writable: Iterable[str]) -> None:
        self._abi = abi()
        files = (1 << max(count for known, count in _FILE_RIGHTS_BY_ABI.items() if known <= max(self._abi, 1))) - 1
        fields = [files]
        if self._abi >= _ABI_NETWORK:
            fields.append(_BIND_AND_CONNECT_TCP)
        if self._abi >= _ABI_SCOPES:
            fields.append(_ABSTRACT_SOCKETS_AND_SIGNALS)
        attributes = struct.pack(f"={len(fields)}Q", *fields)
        self.fd = kernel.syscall("landlock_create_ruleset", attributes, len(attributes), 0)
        for path in readable:
            for place, rights in _rules(path):
                self._allow(place, rights & files)
        for path in writable:
            self._allow(path, WRITE & files)

    def restrict(self) -> None:
        """Put the rules on this process; needs no_new_privs. There is no way back."""
        flags = _NO_LOG_OF_DENIALS if self._abi >= _ABI_QUIET else 0
        kernel.syscall("landlock_restrict_self", self.fd, flags)

    def _allow(self, path: str, rights: int) -> None:
        try:
            place = os.open(path, os.O_PATH | os.O_CLOEXEC)
        except (FileNotFoundError, PermissionError):
            return
        try:
            if not stat.S_ISDIR(os.fstat(place).st_mode):
                rights &= _OF_FILES
            rule = struct.pack("=Qi", rights, place)
            kernel.syscall("landlock_add_rule", self.fd, _RULE_PATH_BENEATH, rule, 0)
        finally:
            os.close(place)


def _rules(path: str) -> Iterator[tuple[str, int]]:
    """Rules hold for all that lies below, so a folder of packages is left out by naming what lies beside it."""
    hidden = package_folders(path)
    if not hidden:
        yield path, READ
        return
    # Listing has to be allowed at the top, or nothing is imported from it: names of packages can be seen, no content.
    yield path, READ_DIR
    for entry in os.scandir(path):
        if entry.is_symlink():
            continue  # the rule would stand on what it points to, wherever that is
        if any(entry.path == folder or folder.startswith(entry.path + os.sep) for folder in hidden):
            if entry.path not in hidden:
                yield from _rules(entry.path)
        else:
            yield entry.path, READ
