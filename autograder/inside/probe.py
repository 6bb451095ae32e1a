"""Tells which levels this machine offers: run as a script, it prints one line of JSON.

Each level is raised and entered in a process that is thrown away. Nothing is changed.
Run as ``python -I -S probe.py first``, it stops at the best one that stands.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from autograder.inside import landlock
from autograder.inside.walls import LIMITS, ROOT, Plan, WallsError, rehearse


def probe(*, first: bool = False) -> dict[str, object]:
    """Try every level.

    Parameters
    ----------
    first : bool
        Only until one stands.

    Returns
    -------
    dict
        ``levels``: for each its ``layers``, or ``what`` failed and with which ``number`` of error; ``landlock``: the
        kernel's ABI, 0 where there is none.
    """
    found: dict[str, dict[str, object]] = {}
    for level in range(ROOT, LIMITS, -1):
        found[str(level)] = _try(level)
        if first and "layers" in found[str(level)]:
            break
    return {"levels": found, "landlock": landlock.abi()}


def _try(level: int) -> dict[str, object]:
    try:
        return {"layers": rehearse(Plan(level=level, readable=(), data=(), memory_mb=64, cpu_s=5))}
    except WallsError as error:
        return {"what": error.what, "number": error.number}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(probe(first=sys.argv[1:] == ["first"])) + "\n")
