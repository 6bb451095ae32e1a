"""The errors of autograder: our fault, or the operator's bad input.

What a student does wrong is never an exception that leaves a grader: it is a
verdict, a value (see `autograder.results`).

::

    AutograderError
    ├── CourseError            an author's file: assignment.toml, a grader, a solution
    │   └── UnknownAssignment
    ├── SubmissionError        one submission can't be read; the rest is graded
    ├── OutputError            results can't be written
    └── SandboxError           our walls or the process behind them failed
        ├── IsolationError     the machine doesn't offer the level asked for
        └── WireError          what came through the wall is not a message
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from autograder.messages import Message


class AutograderError(Exception):
    """Base class; carries a sentence for the person who can act on it.

    Parameters
    ----------
    message : Message or str
        What is wrong and what to do, in every language; a plain string stands
        for all of them.
    """

    def __init__(self, message: Message | str) -> None:
        self.message: Message = {"en": message, "ko": message} if isinstance(message, str) else message
        super().__init__(self.message["en"])


class CourseError(AutograderError):
    """A file of the course is wrong; its author can mend it."""


class UnknownAssignment(CourseError):
    """The course has no assignment of that name."""


class SubmissionError(AutograderError):
    """One submission can't be read."""


class OutputError(AutograderError):
    """Results can't be written."""


class SandboxError(AutograderError):
    """Our side of the wall failed; no student is to blame."""


class IsolationError(SandboxError):
    """The machine doesn't offer the level of isolation asked for."""


class WireError(SandboxError):
    """What came through the wall is not a message of ours."""
