"""Where installed packages lie beside the standard library: no business of a child's, numpy apart."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Final

_NAMES: Final = ("site-packages", "dist-packages")


def package_folders(folder: str) -> list[str]:
    """Return the folders of installed packages in a folder, or in a Python's folder in it.

    Parameters
    ----------
    folder : str
        Absolute path, such as ``/usr/lib/python3.12`` or ``/usr/lib``.

    Returns
    -------
    list of str
        Absolute paths that begin with `folder`.
    """
    return sorted(_search(folder, deeper=True))


def _search(folder: str, *, deeper: bool) -> Iterator[str]:
    try:
        entries = list(os.scandir(folder))
    except OSError:
        return
    for entry in entries:
        if entry.name in _NAMES:
            yield entry.path
        elif deeper and entry.name.startswith(("python", "pypy")) and entry.is_dir():
            yield from _search(entry.path, deeper=False)
