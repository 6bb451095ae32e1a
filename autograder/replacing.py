"""Files written in one step: readers see the old content or the new, never a part."""

from __future__ import annotations

import contextlib
import glob
import os
from pathlib import Path


def replace_file(path: Path, content: bytes) -> None:
    """Write a file in one step, and wait until the disk has it.

    Raises
    ------
    OSError
        If the disk is full or fails; the old content then stays, and nothing else is left.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        with temporary.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise


def sweep(path: Path) -> None:
    """Remove what writers that were killed have left: for who knows that nobody is writing the file, or doesn't mind.

    A writer whose work is swept away fails with an OSError, and the old content stays.
    """
    for left in path.parent.glob(f".{glob.escape(path.name)}.*.new"):
        with contextlib.suppress(OSError):
            left.unlink()
