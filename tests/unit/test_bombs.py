"""What unpacks or grows beyond all bounds is refused at once, in little memory."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import zlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

import pytest

from autograder.submissions.archives import MOST_MEMBERS_OF_CLASS
from tests.unit.hostile import ADD, pack, raw_zip, short_end, table_entry, wide_end, write_course

MOST_MB: Final = 450
"""Memory that reading any of them may take, Python's own included; the worst took gigabytes."""
MOST_CPU_S: Final = 60
"""A guard against what would never end; each takes less than a few seconds."""
READER: Final = """
import resource, sys
from dataclasses import replace
from pathlib import Path
cpu_s, *paths = sys.argv[1:]
resource.setrlimit(resource.RLIMIT_CPU, (int(cpu_s), int(cpu_s)))
from autograder.assignments import find_course
from autograder.errors import SubmissionError
from autograder.submissions import find_submissions, read_submission
from autograder.submissions.slimming import slimmed
course, path = map(Path, paths)
course = find_course(course)
found = find_submissions([path], course, "sums")
told = [note.message["en"] for note in found.ignored]
for candidate in found.candidates:
    candidate = replace(candidate, files=tuple(map(slimmed, candidate.files)))
    try:
        read_submission(candidate, course.assignment("sums"))
        told.append("was read")
    except SubmissionError as fault:
        told.append(str(fault))
print(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0])  # kB, from its own beginning on
print(*told, sep="\\n")
"""
MB: Final = 2**20


def deflated(data: bytes, *, size: int | None = None, crc: int | None = None) -> tuple[bytes, int, int]:
    """Pack bytes as zips do, with what a zip says of them: it may be something else."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = packer.compress(data) + packer.flush()
    return packed, len(data) if size is None else size, zlib.crc32(data) if crc is None else crc


def many(name: str, count: int, data: bytes, **claims: int) -> bytes:
    """Make a zip of so many files that each hold the same."""
    same = deflated(data, **claims)
    return raw_zip([(name.format(n).encode(), *same) for n in range(count)])


def notebook(*cells: str) -> bytes:
    """Make a notebook of JSON texts of cells."""
    return b'{"nbformat": 4, "metadata": {}, "cells": [%s]}' % ",".join(cells).encode()


def cells(texts: Iterable[str]) -> bytes:
    """Make a notebook of code cells."""
    return notebook(*(json.dumps({"cell_type": "code", "source": text}) for text in texts))


def zip_in_zip(depth: int) -> bytes:
    """Make a zip in a zip in a zip."""
    return pack(("sums.zip", zip_in_zip(depth - 1)), ("sums.py", ADD)) if depth else ADD.encode()


BESIDE: Final = deflated(b"def " * 2 * MB)
TABLE: Final = table_entry() * MB
PICTURE: Final = '{"cell_type": "code", "source": "x = 1", "outputs": [{"data": {"image/png": "%s"}}]}'
BOMBS: Final[dict[str, tuple[str, Callable[[], bytes], str]]] = {
    "members that share their bytes": (
        "kim.zip",
        lambda: raw_zip([(b"k/%d.py" % n, *deflated(b"#" * 9 * MB)) for n in range(2)], together=True),
        "is damaged",
    ),
    "members that say they are small": ("kim.zip", lambda: many("k/{}.py", 300, bytes(20 * MB), size=9), "is damaged"),
    "members with a wrong sum": ("kim.zip", lambda: many("k/{}.py", 300, bytes(9 * MB), crc=1), "is damaged"),
    "members that are all too long": ("kim.zip", lambda: many("k/{}.py", 300, b"#" * 9 * MB), "more than 2 MB"),
    "much beside the work": (
        "kim.zip",
        lambda: raw_zip([(b"sums.py", *deflated(ADD.encode())), *((b"%d.ipynb" % n, *BESIDE) for n in range(300))]),
        "was read",
    ),
    "members that are no source": ("kim.zip", lambda: many("k/{}.dat", 900, bytes(9 * MB)), r"no \.py or \.ipynb file"),
    "a zip of zips": ("kim.zip", lambda: many("k/{}.zip", 99, bytes(49 * MB) + pack(("a.py", ADD))), "was read"),
    "zips in zips": ("kim.zip", lambda: zip_in_zip(9), "was read"),
    "a hundred thousand members": (
        "class.zip",
        lambda: raw_zip([(b"%d.py" % n, b"", 0, 0) for n in range(2 * MOST_MEMBERS_OF_CLASS)], together=True),
        "lists too much",
    ),
    "a table of contents that is not told of": (
        "sums/kim.zip",
        lambda: TABLE + short_end(1, len(TABLE), 0, disks=b"PK\5\6"),
        "lists too much",
    ),
    "a table of contents in 64 bits": (
        "kim.zip",
        lambda: TABLE + wide_end(MB, len(TABLE), 0),
        "lists too much",
    ),
    "60 MB of pictures": ("kim.ipynb", lambda: notebook(PICTURE % ("A" * 60 * MB)), "was read"),
    "60 MB of text in it": ("kim.ipynb", lambda: cells(["x = 1\n" * 10 * MB]), "too large"),
    "99 MB of empty lists": ("kim.ipynb", lambda: notebook(*["[]"] * (33 * MB)), "too large"),
    "99 MB of one number": ("kim.ipynb", lambda: notebook("9" * 99 * MB), "too large"),
    "a hundred thousand cells": ("kim.ipynb", lambda: cells(["x"] * 100_000), "more than 5000"),
    "a million dicts": ("kim.ipynb", lambda: notebook(*['{"a":0}'] * MB), "was read"),
    "a hundred thousand brackets": ("kim.ipynb", lambda: b'{"cells":' + b"[" * 100_000, "beyond all bounds"),
    "control characters": ("kim.py", lambda: b"\1" * 10 * MB, "is not text"),
    "damaged letters": ("kim.py", lambda: b"\xff" + "가".encode() * 3 * MB, "more than 2 MB"),
    "Japanese": ("kim.py", lambda: ("あいうえお" * MB).encode("cp932"), "more than 2 MB"),
    "a terabyte": ("kim.py", lambda: b"", "too large"),
}


@pytest.mark.skipif(sys.platform != "linux", reason="memory is asked of /proc")
@pytest.mark.parametrize("bomb", BOMBS)
def test_a_bomb_takes_little_memory(tmp_path: Path, bomb: str) -> None:
    """It is refused, or read, for the reason that is right, and within bounds."""
    name, make, reason = BOMBS[bomb]
    path = tmp_path / "class" / name
    path.parent.mkdir(parents=True)
    path.write_bytes(make())
    if bomb == "a terabyte":
        with path.open("r+b") as stream:
            stream.truncate(2**40)
    command = [sys.executable, "-c", READER, str(MOST_CPU_S), str(write_course(tmp_path)), str(path)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    memory_kb, *told = ran.stdout.splitlines()
    assert len(told) == 1
    assert re.search(reason, told[0])
    assert int(memory_kb) < MOST_MB * 1024
