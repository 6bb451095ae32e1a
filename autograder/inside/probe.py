"""Tells which levels this machine offers: run as a script, it prints one line of JSON.

Each level is raised and entered in a process that is thrown away. Nothing is changed.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from autograder.inside import landlock
from autograder.inside.walls import LIMITS, ROOT, Plan, WallsError, rehearse


def probe() -> dict[str, object]:
    """Try every level.

    Returns
    -------
    dict
        ``levels``: for each its ``layers``, or ``what`` failed and with which ``number`` of error; ``landlock``: the
        kernel's ABI, 0 where there is none.
    """
    return {"levels": {str(level): _try(level) for level in range(ROOT, LIMITS, -1)}, "landlock": landlock.abi()}


def _try(level: int) -> dict[str, object]:
    try:
        return {"layers": rehearse(Plan(level=level, readable=(), data=(), memory_mb=64, cpu_s=5))}
    except WallsError as error:
        return {"what": error.what, "number": error.number}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(probe()) + "\n")
