"""A new course: a folder of the shape that every command knows, with an assignment that is finished and audited."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from autograder.errors import OutputError
from autograder.messages import Message, say
from autograder.replacing import replace_file

if TYPE_CHECKING:
    from collections.abc import Iterator

TEMPLATE: Final = Path(__file__).parent / "templates" / "course"
EXAMPLE: Final = "standardize"
"""The assignment of a new course."""


def begin_course(folder: Path) -> list[Message]:
    """Write a new course.

    Parameters
    ----------
    folder : Path
        Where to; it is made, or empty but for git's own folder.

    Returns
    -------
    list of Message
        What was made, and what to do next.

    Raises
    ------
    OutputError
        If something lies there already, or the folder can't be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _refuse_what_is_there(folder)
        for source in _files():
            target = folder / source.relative_to(TEMPLATE)
            target.parent.mkdir(parents=True, exist_ok=True)
            replace_file(target, source.read_bytes())
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise OutputError(say("{path} could not be written: {reason}", path=folder, reason=reason)) from error
    return [
        say("a new course: {folder}, with the assignment {name}", folder=folder, name=EXAMPLE),
        say("Next, in that folder: autograder audit {name}, autograder demo, autograder release {name}", name=EXAMPLE),
        say("Its README.md tells what each file is for."),
    ]


def _refuse_what_is_there(folder: Path) -> None:
    # Names that begin with a dot come last: they are seldom what somebody forgot there.
    names = sorted((path.name.startswith("."), path.name) for path in folder.iterdir() if path.name != ".git")
    if names:
        name = names[0][1]
        raise OutputError(
            say("{folder} is not empty ({name} lies in it); a new course needs a new folder", folder=folder, name=name),
        )


def _files() -> Iterator[Path]:
    # What is installed was compiled too, the text of an assignment among it.
    return (path for path in sorted(TEMPLATE.rglob("*")) if path.is_file() and path.parent.name != "__pycache__")
