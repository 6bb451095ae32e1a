"""SIGKILL at random instants: no result is lost, none is there twice, and a rerun finishes."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from autograder.sandbox.levels import probe
from tests.contracts.small_class import STUDENTS, Class, command, read
from tests.sandbox.fortress import is_alive, wait_until

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux") or probe().best == 0, reason="needs a Linux machine that has walls"
)

KILLS: Final = 30
SEED: Final = 20_261_122


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Class:
    """Grade a class in peace."""
    return Class.make(tmp_path_factory.mktemp("small"))


def start(small: Class, out: Path, *options: str) -> subprocess.Popen[bytes]:
    """Start to grade."""
    null = subprocess.DEVNULL
    return subprocess.Popen(command(small.course, small.submitted, out, *options), stdout=null, stderr=null)


def children(pid: int) -> list[int]:
    """Return the processes that any thread of a process has started."""
    found: list[int] = []
    for place in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found += map(int, place.read_text("ascii").split())
        except OSError:
            continue
    return found


def generations(pid: int) -> Iterator[list[int]]:
    """Yield the judges of a run, then what stands guard in each, what is warm, and the children of that."""
    family = [pid]
    while family := [child for parent in family for child in children(parent)]:
        yield family


def test_a_grader_that_is_killed_loses_nothing(small: Class, tmp_path: Path) -> None:
    """SIGKILL at many random instants: what was on file stays, reruns do the rest, and no process is left behind."""
    chance = random.Random(SEED)
    out = tmp_path / "out"
    family: list[int] = []
    killed = 0
    while killed < KILLS:
        before = read(out)
        assert before.items() <= small.results.items()
        if len(before) == STUDENTS:
            shutil.rmtree(out)
            before = {}
        process = start(small, out, "--jobs", "2")
        # After so many results, or somewhere on the way to the next ones.
        more, wait_s = chance.choice([0, 0, 1, 5, 20, STUDENTS]), chance.uniform(0, 0.4)
        goal = min(len(before) + more, STUDENTS)
        wait_until(lambda: process.poll() is not None or len(read(out)) >= goal, 60)  # noqa: B023 - called at once
        time.sleep(wait_s)
        family += [pid for generation in generations(process.pid) for pid in generation]
        process.kill()
        killed += process.wait() == -signal.SIGKILL
        assert before.items() <= read(out).items()
    assert start(small, out).wait() == 0
    small.assert_finished(out)
    assert wait_until(lambda: not any(map(is_alive, family)), 60)


def test_whatever_else_is_killed_costs_nobody_anything(small: Class, tmp_path: Path) -> None:
    """SIGKILL of judges, guards, warm processes and children at random instants: one run, and the same results."""
    chance = random.Random(SEED)
    out = tmp_path / "out"
    process = start(small, out, "--jobs", "1")
    counts = [0, 0, 0, 0]
    # Before the first result the machine is asked what walls it has: who stops that gets others.
    assert wait_until(lambda: bool(read(out)), 60)
    while process.poll() is None:
        done = len(read(out))
        wanted = chance.choices(range(len(counts)), [1, 1, 1, 5])[0]
        time.sleep(chance.uniform(0, 0.02))
        family = list(generations(process.pid))
        if wanted < len(family):
            try:
                os.kill(chance.choice(family[wanted]), signal.SIGKILL)
            except ProcessLookupError:
                continue
            counts[wanted] += 1
            # A judge that is killed twice at the same submission is not asked a third time in this run.
            wait_until(lambda: process.poll() is not None or len(read(out)) >= done + 2, 60)  # noqa: B023
    assert process.returncode == 0
    assert min(counts) > 0
    assert sum(counts) >= STUDENTS // 4
    small.assert_finished(out)
