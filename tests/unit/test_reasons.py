"""Why a level can't be had: each refusal of the kernel's in words of its own, with what to do about it."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from autograder.sandbox.reasons import Surroundings, look_around, why_not

APPARMOR = "kernel.apparmor_restrict_unprivileged_userns=0"


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSYS, "CONFIG_SECURITY_LANDLOCK"),
        (errno.EOPNOTSUPP, "boot parameter lsm="),
        (errno.EPERM, "This container forbids Landlock"),
        (errno.EINVAL, "or it is switched off"),
    ],
)
def test_why_there_is_no_landlock(number: int, words: str) -> None:
    """Not built in, not switched on and not allowed are three things, and three people can change them."""
    told = why_not(2, {"what": "landlock_create_ruleset", "number": number})
    assert words in told["en"]
    assert os.strerror(number) in told["ko"]
    assert told["ko"] != told["en"]


@pytest.mark.parametrize(
    ("level", "around", "words"),
    [
        (3, Surroundings(changes=(APPARMOR,)), f"sudo sysctl -w {APPARMOR}"),
        (3, Surroundings(is_filtered=True, changes=(APPARMOR,)), "Ubuntu's AppArmor"),
        (3, Surroundings(changes=("user.max_user_namespaces=10000",)), "A setting of this machine"),
        (3, Surroundings(), "Ordinary users may not"),
        (3, Surroundings(is_filtered=True), "This container forbids"),
        (4, Surroundings(is_root=True, is_admin=True, is_filtered=True), "This container forbids"),
        (4, Surroundings(is_root=True), "This container forbids"),
        (4, Surroundings(is_root=True, is_admin=True, changes=("user.max_user_namespaces=10000",)), "Root may not"),
    ],
)
def test_why_there_are_no_namespaces(level: int, around: Surroundings, words: str) -> None:
    """A setting, a container and a plain refusal are told apart, and nobody is told what is not about him."""
    told = why_not(level, {"what": "unshare", "number": errno.EPERM}, around)
    assert words in told["en"]
    assert "unshare" in told["ko"]
    assert told["ko"] != told["en"]


@pytest.mark.parametrize(
    ("level", "what", "number", "words"),
    [
        (4, "root", errno.EPERM, "needs root"),
        (1, "linux on riscv64", errno.ENOSYS, "riscv64"),
        (1, "prctl", errno.EINVAL, "refuses seccomp"),
        (3, "mount_setattr", errno.ENOSYS, "older than Linux 5.12"),
        (2, "fork", errno.EAGAIN, "The trial failed (fork: "),
        (4, "probe.py: TimeoutExpired", 0, "The trial failed (probe.py: TimeoutExpired)"),
    ],
)
def test_what_else_may_fail(level: int, what: str, number: int, words: str) -> None:
    """What has nothing to do with a container is not put down to one."""
    assert words in why_not(level, {"what": what, "number": number})["en"]


def test_what_decides_is_read_from_the_kernel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An ordinary user in a container on a locked-up Ubuntu, and root with everything."""
    (tmp_path / "self").mkdir()
    for name, value in {"kernel/apparmor_restrict_unprivileged_userns": "1", "user/max_user_namespaces": "0"}.items():
        (tmp_path / "sys" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "sys" / name).write_text(f"{value}\n")
    (tmp_path / "self" / "status").write_text("Name:\tpython\nCapEff:\t00000000a80425fb\nSeccomp:\t2\n")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert look_around(tmp_path) == Surroundings(is_filtered=True, changes=(APPARMOR, "user.max_user_namespaces=10000"))
    (tmp_path / "self" / "status").write_text("Name:\tpython\nCapEff:\t000001ffffffffff\nSeccomp:\t0\n")
    (tmp_path / "sys" / "user" / "max_user_namespaces").write_text("63000\n")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert look_around(tmp_path) == Surroundings(is_root=True, is_admin=True)


def test_a_kernel_that_tells_nothing_is_no_trouble(tmp_path: Path) -> None:
    """Where /proc is not mounted, a plain sentence is still had."""
    assert not look_around(tmp_path).is_admin
