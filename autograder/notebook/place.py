"""Where the assignment of a notebook is: its public checks, and what they say."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from autograder.assignments import SETTINGS, Assignment, load_assignment
from autograder.checking import PUBLIC, find_public_checks
from autograder.errors import CourseError
from autograder.messages import Message, say
from autograder.sentences import read_sentences

_VSCODE: Final = "__vsc_ipynb_file__"
_SESSION: Final = "JPY_SESSION_NAME"
Stamp = tuple[tuple[int, int] | None, ...]


@dataclass(frozen=True)
class Place:
    """An assignment at hand.

    Attributes
    ----------
    sentences : dict of str to Message
        What each public check checks, by its id.
    stamp : tuple
        Changes with the files that it was read from.
    """

    assignment: Assignment
    sentences: dict[str, Message]
    stamp: Stamp

    @property
    def names(self) -> list[str]:
        """The exercises."""
        return [exercise.name for exercise in self.assignment.exercises]


class Places:
    """Finds the assignment, and reads it again only when its files have changed.

    Parameters
    ----------
    shell : IPython.core.interactiveshell.InteractiveShell
        The kernel's shell; its editor may know which file the notebook is.
    """

    def __init__(self, shell: Any) -> None:
        self._shell = shell
        self._home = _current_folder()
        self._known: Place | None = None

    def find(self, named: str | None = None) -> Place:
        """Find the assignment of the notebook.

        Parameters
        ----------
        named : str, optional
            An assignment's name or a folder with public checks.

        Raises
        ------
        CourseError
            If there are no public checks.
        """
        folder = self._folder(named)
        stamp = _stamp_of(folder)
        if self._known is None or self._known.assignment.folder != folder or self._known.stamp != stamp:
            assignment = load_assignment(folder)
            self._known = Place(assignment, read_sentences(assignment.public_checks), stamp)
        return self._known

    def _folder(self, named: str | None) -> Path:
        if named and (Path(named).expanduser() / PUBLIC).is_file():
            return Path(os.path.abspath(Path(named).expanduser()))  # noqa: PTH100 - see autograder.assignments
        for notebook in self._notebooks():
            try:
                return Path(os.path.abspath(find_public_checks(notebook, named, None)))  # noqa: PTH100 - likewise
            except CourseError:
                continue
        raise CourseError(self._say_missing(named))

    def _notebooks(self) -> Iterator[Path]:
        """Yield the paths that the notebook may have, the surest first."""
        homes = list(dict.fromkeys(folder for folder in (self._home, _current_folder()) if folder))
        told = [self._shell.user_ns.get(_VSCODE), os.environ.get(_SESSION)]
        for path in (Path(text) for text in told if isinstance(text, str) and text):
            if path.is_absolute():
                yield path
            yield from (folder / path.name for folder in homes if (folder / path.name).is_file())
        for folder in homes:
            notebooks = sorted(folder.glob("*.ipynb"))
            yield from notebooks if len(notebooks) == 1 else ()
            yield folder / f"{folder.name}.ipynb"

    def _say_missing(self, named: str | None) -> Message:
        if named:
            return say(
                "no public checks found for the assignment {name!r}: give its name, or the folder with {file}",
                name=named,
                file=PUBLIC,
            )
        if "google.colab" in sys.modules:
            return say(
                "there are no public checks here yet: upload {file} of the assignment (the folder symbol on the left,"
                " then Upload), and run this cell again",
                file=PUBLIC,
            )
        return say(
            "no public checks found in {folder}: put {file} of the assignment beside the notebook, or say where it is:"
            " %check --assignment FOLDER",
            folder=self._home or "?",
            file=PUBLIC,
        )


def _current_folder() -> Path | None:
    try:
        return Path.cwd()
    except OSError:  # it was removed
        return None


def _stamp_of(folder: Path) -> Stamp:
    return tuple(_time_and_size(folder / name) for name in (PUBLIC, SETTINGS))


def _time_and_size(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size
