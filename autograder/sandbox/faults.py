"""What a student's code did instead of answering."""

from __future__ import annotations

from collections.abc import Collection

from autograder.errors import SandboxError
from autograder.messages import Message, say
from autograder.results import Verdict


class StudentFault(Exception):
    """A call gave no answer to judge; it ends the check with a verdict.

    Attributes
    ----------
    verdict : Verdict
        missing, crashed, timed_out, out_of_memory or malformed; failed where a rule was broken.
    message : Message
        What happened, free of anything that the code chose to say: safe on a hidden check.
    detail : Message
        The same with the exception's own text.
    mistakes : tuple of str
        The mistake of the catalogue behind it, where one of that name is there.
    trace : tuple of str or None
        Type and text of the exception, for comparing with what others raise; never to be shown.
    """

    trace: tuple[str, str] | None = None
    mistakes: tuple[str, ...] = ()

    def __init__(self, verdict: Verdict, message: Message, detail: Message | None = None) -> None:
        self.verdict = verdict
        self.message = message
        self.detail = detail or message
        super().__init__(self.detail["en"])


def unreadable_answer() -> StudentFault:
    """Make the fault of an answer that isn't plain data within the wire's bounds."""
    return StudentFault(Verdict.MALFORMED, say("It gave something back that can't be read as an answer."))


def killed() -> SandboxError:
    """Make the error of a child that was killed, maybe from outside: it says nothing of a student."""
    return SandboxError(say("the sandbox has died: {reason}", reason="SIGKILL"))


def timed_out() -> StudentFault:
    """Make the fault of a call that used up its time."""
    return StudentFault(Verdict.TIMED_OUT, say("It took too long and was stopped: does a loop never end?"))


class Exhausting(StudentFault):
    """What came back costs this side more time to look at than the submission may take."""

    def __init__(self) -> None:
        text = "Looking at its answers took too long: are they far larger than they should be?"
        super().__init__(Verdict.TIMED_OUT, say(text))


def differences(function: str) -> StudentFault:
    """Make the fault of a function that works out differences where backpropagation was asked for."""
    fault = StudentFault(
        Verdict.FAILED,
        say(
            "Backpropagation was asked for, and `{function}` works out differences: it moves the numbers a little and"
            " looks how the result changes. Derive the formula and compute with that.",
            function=function,
        ),
    )
    fault.mistakes = (f"{function.rpartition('.')[2]}_is_numerical",)
    return fault


class Borrowed(StudentFault):
    """An exercise leaves its work to libraries that may not do it."""

    def __init__(self, libraries: Collection[str]) -> None:
        text = "The work is left to {libraries}, which isn't there while grading. Write it yourself, with numpy."
        names = ", ".join(f"`{name}`" for name in sorted(libraries))
        super().__init__(Verdict.FAILED, say(text, libraries=names))


def written_in(exercise: str) -> StudentFault:
    """Make the fault of an exercise whose answers are figures of the text."""
    return StudentFault(
        Verdict.FAILED,
        say(
            "`{exercise}` answers the same when its data are others: the figures are written into the code."
            " Compute them.",
            exercise=exercise,
        ),
    )
