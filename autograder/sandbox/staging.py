"""A folder that student code reads: what lies in it changes from one submission to the next.

The walls around a warm process stand as long as it lives, and what is readable is
part of them. So a whole class is shown one folder, and this side changes what lies in it.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import stat
import tempfile
from collections.abc import Iterable
from pathlib import Path, PurePath
from typing import Final

MOST_FILES: Final = 800
"""A child's scratch has room for a thousand files and folders."""
_FOLDER: Final = 0o755
_FILE: Final = 0o444
_PASSABLE: Final = 0o711


class Stage:
    """Two folders of its own: `files` for what is shown, `home` for what packages look for at home.

    Attributes
    ----------
    files : Path
        Holds what `fill` put there.
    home : Path
        Empty.
    """

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="autograder-")
        outer = Path(self._folder.name)
        # Children may be other users: they can pass, and only they know the name of what lies inside.
        outer.chmod(_PASSABLE)
        inner = outer / secrets.token_hex(8)
        self.files, self.home = inner / "files", inner / "home"
        for folder in (inner, self.files, self.home):
            folder.mkdir()
            folder.chmod(_FOLDER)
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            # Packages such as matplotlib ask whether they could write here before they go on without it.
            self.home.chmod(0o777)

    def fill(self, files: Iterable[tuple[PurePath, Path]], most_bytes: int) -> tuple[int, list[PurePath]]:
        """Show copies of these files, and nothing else.

        Parameters
        ----------
        files : iterable of (PurePath, Path)
            Names relative to `Stage.files`, and where the files are. Links are passed over.
        most_bytes : int
            Files beyond this sum, and beyond `MOST_FILES`, are left out.

        Returns
        -------
        size : int
            Bytes shown.
        left_out : list of PurePath
            What had no room, or can't be read.
        """
        self.empty()
        size, count, left_out = 0, 0, []
        for name, path in files:
            try:
                status = path.lstat()
                if not stat.S_ISREG(status.st_mode):
                    continue
                if size + status.st_size > most_bytes or count == MOST_FILES:
                    left_out.append(name)
                    continue
                self._show(name, path)
            except OSError:
                # A name or a mode that a student chose must cost nobody a grade.
                left_out.append(name)
                continue
            size += status.st_size
            count += 1
        return size, left_out

    def _show(self, name: PurePath, path: Path) -> None:
        for folder in reversed(name.parents):
            (self.files / folder).mkdir(exist_ok=True)
            (self.files / folder).chmod(_FOLDER)
        shutil.copyfile(path, self.files / name, follow_symlinks=False)
        (self.files / name).chmod(_FILE)

    def empty(self) -> None:
        """Show nothing."""
        for folder in (self.files, self.home):
            for entry in os.scandir(folder):
                if entry.is_dir(follow_symlinks=False):
                    shutil.rmtree(entry.path, ignore_errors=True)
                else:
                    with contextlib.suppress(OSError):
                        Path(entry.path).unlink()

    def close(self) -> None:
        """Remove the folders."""
        self._folder.cleanup()
