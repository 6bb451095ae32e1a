"""Files of students', copied so that none of them does anything but lie there.

A link in a submission leads wherever its maker likes: to a solution, to the gradebook.
nbgrader copies what it leads to, next to the feedback that the student gets; at a pipe
it fails, at a device it never ends, and over thousands of files it takes hours. So
students' files are copied here: ordinary ones only, with bounds, and the others are
told to the log.
"""

from __future__ import annotations

import functools
import os
import stat
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Any, Final

from nbgrader.converters import Autograde
from nbgrader.converters.base import BaseConverter

from autograder.messages import Message, say
from autograder.submissions.files import DEEPEST
from autograder.submissions.names import printable

MOST_FILES: Final = 500
"""Files of one submission; as many folders are looked into."""
_CHUNK: Final = 2**20
_FLAGS: Final = sum(getattr(os, flag, 0) for flag in ("O_RDONLY", "O_NONBLOCK", "O_NOFOLLOW", "O_BINARY"))


@dataclass
class Copying:
    """One folder on its way to another.

    Attributes
    ----------
    ignored : sequence of str
        Patterns of names that are left out, without a word.
    largest, whole : int
        Bytes of one file, and of all.
    tell : callable
        Gets a sentence on each that is left out besides.
    groupshared : bool
        Whether the group may write to what is made.
    """

    ignored: Sequence[str]
    largest: int
    whole: int
    tell: Callable[[Message], object]
    groupshared: bool = False
    files: int = 0

    def copy(self, source: Path, target: Path) -> None:
        """Copy what is ordinary; what is there already is replaced.

        Parameters
        ----------
        source, target : Path
            Folders. Where the source is a link, nothing is copied.
        """
        for folder, names, descriptor in self._folders(source):
            for name in names:
                shown = printable(str(folder / name))
                if self.files == MOST_FILES:
                    self.tell(say("more than {count} files were handed in; the others were left out", count=MOST_FILES))
                    return
                try:
                    if self._copy(name if descriptor else source / folder / name, descriptor, target / folder, name):
                        self.files += 1
                    else:
                        self.tell(say("{file} was left out: it is no ordinary file, or too large", file=shown))
                except (OSError, ValueError) as fault:
                    reason = getattr(fault, "strerror", None) or str(fault)
                    self.tell(say("{file} was left out: {reason}", file=shown, reason=reason))

    def _folders(self, source: Path) -> Iterator[tuple[Path, list[str], int | None]]:
        """Yield each folder relative to the source, the names of its files, and its descriptor where there is one."""
        if not stat.S_ISDIR(source.lstat().st_mode):
            return
        # By descriptors, a folder that is exchanged for a link while we are in it leads nowhere.
        walked: Any = os.fwalk(source) if hasattr(os, "fwalk") else ((*found, None) for found in os.walk(source))
        for count, (folder, inside, names, descriptor) in enumerate(walked):
            relative = Path(folder).relative_to(source)
            deep = len(relative.parts) >= DEEPEST or count >= MOST_FILES
            inside[:] = [] if deep else sorted(filter(self._is_wanted, inside))
            yield relative, sorted(filter(self._is_wanted, names)), descriptor

    def _is_wanted(self, name: str) -> bool:
        return not any(fnmatch(name, pattern) for pattern in self.ignored)

    def _copy(self, path: Path | str, folder: int | None, target: Path, name: str) -> bool:
        # What something is, is asked of what was opened, but opening a device may do things.
        if not stat.S_ISREG(os.stat(path, dir_fd=folder, follow_symlinks=False).st_mode):
            return False
        with os.fdopen(os.open(path, _FLAGS, dir_fd=folder), "rb") as stream:
            status = os.fstat(stream.fileno())
            if not stat.S_ISREG(status.st_mode) or status.st_size > min(self.largest, self.whole):
                return False
            if folder is not None and status.st_nlink > 1 and status.st_uid != os.fstat(folder).st_uid:
                return False  # a second name that somebody gave to another's file
            self._make(target)
            copy = target / name
            copy.unlink(missing_ok=True)
            with copy.open("xb") as written:
                left = status.st_size
                while left > 0 and (data := stream.read(min(left, _CHUNK))):
                    written.write(data)
                    left -= len(data)
        self.whole -= status.st_size
        os.utime(copy, ns=(status.st_atime_ns, status.st_mtime_ns))
        if self.groupshared:
            copy.chmod(copy.stat().st_mode & 0o777 | 0o660)
        return True

    def _make(self, target: Path) -> None:
        if target.is_dir():
            return
        self._make(target.parent)
        target.mkdir()
        if self.groupshared:
            target.chmod(target.stat().st_mode & 0o777 | 0o2770)


def copying_for(converter: Any, *ignored: str) -> Copying:
    """Return the way in which a step of nbgrader's copies students' files.

    Parameters
    ----------
    converter : object
        Has a `coursedir`, whose settings count, and a `log`.
    *ignored : str
        Patterns besides the course's.
    """
    course = converter.coursedir
    return Copying(
        ignored=[*course.ignore, *ignored],
        largest=1000 * course.max_file_size,
        whole=1000 * course.max_dir_size,
        tell=lambda message: converter.log.warning("%s", message["en"]),
        groupshared=course.groupshared,
    )


def install(exporter: type) -> None:
    """Let nbgrader copy by this what lies beside a submitted notebook; once is enough.

    Parameters
    ----------
    exporter : type
        The one of the runs that are concerned.
    """
    original = BaseConverter.init_assignment
    if hasattr(original, "__wrapped__"):
        return

    @functools.wraps(original)
    def init_assignment(converter: Any, assignment_id: str, student_id: str) -> None:
        if not (isinstance(converter, Autograde) and issubclass(converter.exporter_class, exporter)):
            original(converter, assignment_id, student_id)
            return
        source = Path(converter._format_source(assignment_id, student_id))  # noqa: SLF001 - nbgrader gives no other way
        target = Path(converter._format_dest(assignment_id, student_id))  # noqa: SLF001
        copying_for(converter, "*.ipynb").copy(source, target)

    BaseConverter.init_assignment = init_assignment
