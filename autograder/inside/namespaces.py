"""A machine of their own for the children: root folder, processes, network, users.

The warm process goes in once. Its root folder is a small one in memory in which
only what children may read is visible, at its usual path; the rest of the disk is
not there. Each child adds a scratch folder that nobody else sees.

::

    /<readable paths>           read only
    /dev/null
    /w/source_data/<set>/       read only
    /w/assignments/work/        a child's scratch, and where it starts

so that ``../../source_data/<set>`` leads to the data from where a child starts,
as it does from an assignment's folder in a course.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from autograder.inside import kernel
from autograder.inside.packages import package_folders

SOURCE_DATA: Final = "/w/source_data"
SCRATCH: Final = "/w/assignments/work"
SCRATCH_RULE: Final = "/w/assignments"
"""Landlock looks for rules at the folders above a mount, never at the folder it covers."""
HOST_NAME: Final = b"walls"

_NEW_MOUNTS: Final = 0x00020000
_NEW_CGROUP: Final = 0x02000000
_NEW_HOST_NAME: Final = 0x04000000
_NEW_IPC: Final = 0x08000000
_NEW_USER: Final = 0x10000000
_NEW_PID: Final = 0x20000000
_NEW_NETWORK: Final = 0x40000000

_NO_SETUID: Final = 2
_NO_DEVICES: Final = 4
_NO_EXECUTION: Final = 8
_BIND: Final = 0x1000
_RECURSIVE: Final = 0x4000
_PRIVATE: Final = 0x40000
_DETACH: Final = 2
_SET_READ_ONLY: Final = 1
_SET_RECURSIVELY: Final = 0x8000
_HERE: Final = -100

# A folder that every Linux has and that nothing is bound from: the new root is mounted over it, so that no folder has
# to be made on the real disk, and none is left behind by whoever is killed.
_NEW_ROOT: Final = "/proc"
_FILES_OF_ROOT: Final = 8192
_FILES_OF_SCRATCH: Final = 1024


def leave_processes(*, user: bool, child_uids: range) -> None:
    """Make the next child of this process the first of a new family that sees no other process.

    Parameters
    ----------
    user : bool
        Go into a user namespace first: what an ordinary user needs to be allowed the rest.
    child_uids : range
        Users that children become; root has them carried over into the user namespace.
    """
    if not user:
        kernel.call("unshare", _NEW_PID)
    elif os.geteuid() == 0:
        _unshare_users_as_root(child_uids)
    else:
        uid, gid = os.geteuid(), os.getegid()
        kernel.call("unshare", _NEW_USER | _NEW_PID)
        Path("/proc/self/setgroups").write_text("deny", "ascii")
        _write_maps("self", f"{uid} {uid} 1", f"{gid} {gid} 1")


def move_in(readable: Iterable[str], data: Iterable[str]) -> None:
    """Leave the network, the disk and the rest of the machine.

    Parameters
    ----------
    readable : iterable of str
        Absolute paths that stay visible, without the packages installed below them.
    data : iterable of str
        Absolute paths of folders that appear in `SOURCE_DATA`.
    """
    kernel.call("unshare", _NEW_MOUNTS | _NEW_CGROUP | _NEW_HOST_NAME | _NEW_IPC | _NEW_NETWORK)
    kernel.call("sethostname", HOST_NAME, len(HOST_NAME))
    previous = os.umask(0o022)
    try:
        _mount("none", "/", None, _RECURSIVE | _PRIVATE)
        _mount("tmpfs", _NEW_ROOT, "tmpfs", _NO_SETUID | _NO_DEVICES, f"mode=755,size=4m,nr_inodes={_FILES_OF_ROOT}")
        _furnish(readable, data)
        os.chdir(_NEW_ROOT)
        kernel.syscall("pivot_root", b".", b".")
        # Both roots are stacked here now; the old one goes.
        kernel.call("umount2", b".", _DETACH)
        os.chdir("/")
    finally:
        os.umask(previous)


def mount_scratch(size_mb: int, uid: int) -> None:
    """Give this process a scratch folder of its own and go there; it ends with the process.

    Parameters
    ----------
    size_mb : int
        MiB that it holds.
    uid : int
        User that owns it.
    """
    kernel.call("unshare", _NEW_MOUNTS)
    options = f"mode=700,uid={uid},size={size_mb}m,nr_inodes={_FILES_OF_SCRATCH}"
    _mount("tmpfs", SCRATCH, "tmpfs", _NO_SETUID | _NO_DEVICES | _NO_EXECUTION, options)
    os.chdir(SCRATCH)


def _unshare_users_as_root(child_uids: range) -> None:
    """Only a process that stays outside may carry more than one user over, so one is left behind to do it."""
    inside = os.getpid()
    gone, going = os.pipe()
    helper = os.fork()
    if helper == 0:
        status = 1
        try:
            os.close(going)
            if os.read(gone, 1):
                lines = f"0 0 1\n{child_uids.start} {child_uids.start} {len(child_uids)}"
                _write_maps(str(inside), lines, lines)
                status = 0
        except OSError as error:
            status = error.errno or 1
        finally:
            os._exit(status)
    try:
        kernel.call("unshare", _NEW_USER | _NEW_PID)
        os.write(going, b".")
    finally:
        os.close(going)
        os.close(gone)
        failed = os.waitstatus_to_exitcode(os.waitpid(helper, 0)[1])
    if failed:
        raise OSError(failed, os.strerror(failed), "uid_map")


def _write_maps(process: str, uids: str, gids: str) -> None:
    Path(f"/proc/{process}/uid_map").write_text(uids, "ascii")
    Path(f"/proc/{process}/gid_map").write_text(gids, "ascii")


def _furnish(readable: Iterable[str], data: Iterable[str]) -> None:
    for folder in (SOURCE_DATA, SCRATCH, "/dev"):
        Path(_NEW_ROOT + folder).mkdir(parents=True)
    # A path may be a link: what it leads to has to be there as well. Outer folders come first.
    paths = {path for given in readable for path in (given, os.path.realpath(given)) if Path(given).exists()}
    for path in sorted(paths, key=len):
        if _bind(path, path):
            for folder in set(package_folders(path)).difference(paths):
                _mount("tmpfs", _NEW_ROOT + folder, "tmpfs", _NO_SETUID | _NO_DEVICES, "mode=755,size=1m")
    for folder in data:
        _bind(folder, f"{SOURCE_DATA}/{Path(folder).name}")
    null = Path(_NEW_ROOT + "/dev/null")
    null.touch()
    _seal(_NEW_ROOT)
    _mount("/dev/null", str(null), None, _BIND)


def _bind(source: str, place: str) -> bool:
    real = Path(source).resolve()
    target = Path(_NEW_ROOT + place)
    if target.exists():
        return False  # seen through a folder bound before
    target.parent.mkdir(parents=True, exist_ok=True)
    if real.is_dir():
        target.mkdir()
    else:
        target.touch()
    # What is mounted below comes along: in a user namespace the kernel refuses to show a folder without it.
    _mount(str(real), str(target), None, _BIND | _RECURSIVE)
    return True


def _seal(path: str) -> None:
    """Make all mounts from here down read only, without set-uid programs and devices."""
    attributes = struct.pack("=4Q", _SET_READ_ONLY | _NO_SETUID | _NO_DEVICES, 0, 0, 0)
    kernel.syscall("mount_setattr", _HERE, path.encode(), _SET_RECURSIVELY, attributes, len(attributes))


def _mount(source: str, target: str, kind: str | None, flags: int, options: str = "") -> None:
    kernel.call(
        "mount",
        os.fsencode(source),
        os.fsencode(target),
        kind.encode() if kind else None,
        flags,
        options.encode() or None,
    )
