"""What a student's code did instead of answering."""

from __future__ import annotations

from autograder.messages import Message, say
from autograder.results import Verdict


class StudentFault(Exception):
    """A call gave no answer to judge; it ends the check with a verdict.

    Attributes
    ----------
    verdict : Verdict
        missing, crashed, timed_out, out_of_memory or malformed.
    message : Message
        What happened, free of anything that the code chose to say: safe on a hidden check.
    detail : Message
        The same with the exception's own text.
    trace : tuple of str or None
        Type and text of the exception, for comparing with what others raise; never to be shown.
    """

    trace: tuple[str, str] | None = None

    def __init__(self, verdict: Verdict, message: Message, detail: Message | None = None) -> None:
        self.verdict = verdict
        self.message = message
        self.detail = detail or message
        super().__init__(self.detail["en"])


def unreadable_answer() -> StudentFault:
    """Make the fault of an answer that isn't plain data within the wire's bounds."""
    return StudentFault(Verdict.MALFORMED, say("It gave something back that can't be read as an answer."))


def timed_out() -> StudentFault:
    """Make the fault of a call that used up its time."""
    return StudentFault(Verdict.TIMED_OUT, say("It took too long and was stopped: does a loop never end?"))
