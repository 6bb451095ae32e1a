"""The batch is unbreakable: a disk that is full, read-only or of another time costs no result, and a rerun finishes."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from autograder.records import RESULTS
from autograder.sandbox.levels import probe
from tests.contracts.small_class import STUDENTS, Class, grade, read

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux") or probe().best == 0, reason="needs a Linux machine that has walls"
)

FULL, READ_ONLY = "the disk is full", "may not be written"


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Class:
    """Grade a class in peace."""
    return Class.make(tmp_path_factory.mktemp("small"))


def in_a_namespace(script: str, **names: object) -> subprocess.CompletedProcess[str]:
    """Run a shell script that may mount; in CI it is a failure where that can't be done."""
    user = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    enter = ["unshare", "--mount", *user, "sh", "-ec"]
    if not shutil.which("unshare") or subprocess.run([*enter, "true"], check=False, capture_output=True).returncode:
        pytest.skip("nothing can be mounted here")
    environment = {**os.environ, **{name: str(value) for name, value in names.items()}}
    return subprocess.run([*enter, script], env=environment, capture_output=True, text=True, check=False)


GRADE: Final = '"$PYTHON" -m autograder grade "$SUBMITTED" --course "$COURSE" --out "$OUT" --jobs 2 '
FILL: Final = f"""
mount -t tmpfs -o size=$SIZE none "$OUT"
cd "$OUT"
if [ "$AT" = start ]; then head -c 1000000 /dev/zero > full 2>/dev/null || true; fi
{GRADE} && exit 7 || test $? = 2
cp "$OUT/results.jsonl" "$KEPT" || true
ls -A "$OUT" > "$LISTED"
rm -f full
mount -o remount,size=8m "$OUT"
{GRADE}
cp "$OUT"/* "$DONE"
"""


@pytest.mark.parametrize("at", ["start", "middle", "arranging"])
def test_a_full_disk(small: Class, tmp_path: Path, at: str) -> None:
    """It is said in a sentence, what was written stays whole, and with room made the same command does the rest."""
    sizes = {"start": 40_960, "middle": 40_960, "arranging": small.size + small.size // 2}
    for name in ("out", "done"):
        (tmp_path / name).mkdir()
    places = {"OUT": tmp_path / "out", "DONE": tmp_path / "done", "KEPT": tmp_path / RESULTS}
    done = in_a_namespace(
        FILL,
        **places,
        PYTHON=sys.executable,
        COURSE=small.course,
        SUBMITTED=small.submitted,
        LISTED=tmp_path / "listed",
        SIZE=sizes[at],
        AT=at,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr.count(FULL) == 1
    assert "Traceback" not in done.stderr
    kept = read(tmp_path)
    assert kept.items() <= small.results.items()
    assert {"start": len(kept) == 0, "middle": 0 < len(kept) < STUDENTS, "arranging": kept == small.results}[at]
    assert set((tmp_path / "listed").read_text("utf-8").split()) <= {RESULTS, "full"}
    small.assert_finished(tmp_path / "done")


def test_a_folder_that_can_only_be_read(small: Class, tmp_path: Path) -> None:
    """It is said at once, nothing is graded, and the results that are there stay."""
    out = tmp_path / "out"
    grade(small.course, small.submitted, out)
    before = (out / RESULTS).read_bytes()
    done = in_a_namespace(
        f'mount --bind "$OUT" "$OUT"\nmount -o remount,bind,ro "$OUT"\n{GRADE} && exit 7 || test $? = 2',
        OUT=out,
        PYTHON=sys.executable,
        COURSE=small.course,
        SUBMITTED=small.submitted,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr.count(READ_ONLY) == 1
    assert (out / RESULTS).read_bytes() == before


JUMPING: Final = """
import random, time
real, chance = time.time, random.Random(real())
time.time = lambda: real() + chance.uniform(-1e9, 1e9)
"""


def test_a_clock_that_jumps(small: Class, tmp_path: Path) -> None:
    """Neither the clock of grader and judges nor the dates of files change a result, or what a rerun keeps."""
    (tmp_path / "sitecustomize.py").write_text(JUMPING, encoding="utf-8")
    course, submitted, out = (tmp_path / name for name in ("course", "submitted", "out"))
    shutil.copytree(small.course, course)
    shutil.copytree(small.submitted, submitted)
    for number, path in enumerate(sorted(path for folder in (course, submitted) for path in folder.rglob("*"))):
        os.utime(path, (0, 0) if number % 2 else (2**33, 2**33))
    assert grade(course, submitted, out, PYTHONPATH=str(tmp_path)) == small.results
    before = (out / RESULTS).read_bytes()
    for path in submitted.rglob("*"):
        os.utime(path, (1e9, 1e9))
    grade(course, submitted, out, PYTHONPATH=str(tmp_path))
    assert (out / RESULTS).read_bytes() == before
