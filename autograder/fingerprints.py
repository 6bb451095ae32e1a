"""What a result depends on, as one hash: a rerun skips what has not changed.

The submission's own hash, the assignment's graders, reference, settings and
data, and the engine. Not the level of isolation, nor the machine: a correct
grade does not depend on them.
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from autograder.assignments import Assignment

ENGINE_SUFFIXES: Final = frozenset({".py", ".po", ".ini"})
CHUNK: Final = 1 << 20  # bytes
_ENGINE: Final = Path(__file__).parent


def fingerprint(subject: str, assignment: Assignment) -> str:
    """Return the hash of everything that a result depends on.

    Parameters
    ----------
    subject : str
        What is judged: the hash of what was handed in.
    assignment : Assignment
        Says where graders, reference and data lie.

    Returns
    -------
    str
        64 hexadecimal digits.
    """
    parts = f"{subject} {_hash_graders(assignment.folder, assignment.data)} {_hash_engine()}"
    return hashlib.sha256(parts.encode("utf-8", "surrogatepass")).hexdigest()


def last_change(assignment: Assignment) -> float:
    """Return when anything that a result depends on was changed last, in seconds since the epoch."""
    files = [*_files_of_graders(assignment.folder, assignment.data), *_files_of_engine()]
    return max(file.stat().st_mtime for file in files)


@cache
def _hash_graders(folder: Path, data: tuple[Path, ...]) -> str:
    return _hash_files(_files_of_graders(folder, data), folder.parent.parent)


def _files_of_graders(folder: Path, data: tuple[Path, ...]) -> list[Path]:
    # Bundled cases and the built notebook decide no grade.
    files = [path for path in folder.iterdir() if path.suffix in {".py", ".toml"}]
    # What sibling assignments give is behind the modules that a submission imports.
    siblings = [path for path in folder.parent.glob("*/*.py") if path.stem == path.parent.name != folder.name]
    shared = [*siblings, *(path for path in folder.parent.iterdir() if path.suffix == ".py")]
    read = [path for place in data for path in place.rglob("*") if path.is_file()]
    return [*files, *shared, *read]


@cache
def _hash_engine() -> str:
    return _hash_files(_files_of_engine(), _ENGINE)


def _files_of_engine() -> list[Path]:
    return [path for path in _ENGINE.rglob("*") if path.suffix in ENGINE_SUFFIXES]


def _hash_files(paths: Iterable[Path], root: Path) -> str:
    whole = hashlib.sha256()
    for path in sorted(paths):
        whole.update(str(path.relative_to(root)).encode("utf-8", "surrogatepass") + b"\0")
        with path.open("rb") as file:
            part = hashlib.sha256()
            while chunk := file.read(CHUNK):
                part.update(chunk)
        whole.update(part.digest())
    return whole.hexdigest()
