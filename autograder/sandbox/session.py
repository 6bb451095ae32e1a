"""One conversation with one child: requests, deadlines, oracles, and what went wrong."""

from __future__ import annotations

import signal
from collections.abc import Callable
from typing import Any, Final

from autograder import wire
from autograder.errors import SandboxError
from autograder.messages import Message, say
from autograder.results import Verdict
from autograder.rules import Rules
from autograder.sandbox.backends import Child
from autograder.sandbox.clocks import OutOfTime, Patience
from autograder.sandbox.explaining import explain_exception
from autograder.sandbox.faults import StudentFault, differences, timed_out, unreadable_answer
from autograder.sandbox.oracles import Oracles
from autograder.sandbox.remarks import Lengths, place_of

# Not every system has all of them.
_CPU_SIGNALS: Final = [-number for number in signal.Signals if number.name in {"SIGXCPU", "SIGPROF"}]
_KILLS: Final = [-number for number in signal.Signals if number.name in {"SIGKILL", "SIGTERM", "SIGHUP", "SIGINT"}]
"""How a process ends that somebody else has ended."""
ATTEMPTS: Final = 3
"""Who was killed begins anew: a system out of memory may have done it. Who brings it on himself is killed again."""


class Session:
    """A child with a submission loaded.

    Parameters
    ----------
    child : Child
        A fresh one; the session ends it.
    reference : object, optional
        Answers for the siblings in `oracles`.
    oracles : frozenset of str
        Exercises that the child may ask for.
    source : str
        The submission's text: names that occur in it may be shown in messages.
    lengths : mapping
        Lines of each of its cells.
    rules : Rules
        How the exercises may be solved.

    Attributes
    ----------
    used : set of str
        Libraries that may not do the work, and did some since this was emptied.
    was_killed : bool
        The child was ended by a signal as others send them: maybe through no fault of its own.
    """

    def __init__(
        self,
        child: Child,
        reference: object = None,
        oracles: frozenset[str] = frozenset(),
        *,
        source: str = "",
        lengths: Lengths | None = None,
        rules: Rules = Rules(),  # noqa: B008 - it is frozen
    ) -> None:
        self._rules = rules
        self.used: set[str] = set()
        self.child = child
        self._source = source
        self._lengths = lengths or {}
        self._oracles = Oracles(reference, oracles)
        self._asked = ""
        self.ended = False
        self.was_killed = False
        self.idle_s = 0.0

    def request(self, message: dict[str, Any], values: object, patience: Patience, *, asked: str = "") -> Any:
        """Send a request and return the value that comes back.

        Parameters
        ----------
        asked : str
            Names that the grader asks for: a message may say that one of them isn't there.

        Raises
        ------
        StudentFault
            If an exception, nothing, or nonsense comes back instead.
        SandboxError
            If the child ended with the process that it was forked from.
        """
        self.child.allow(patience)
        self._asked = asked
        try:
            return self._exchange(message, values)
        except OutOfTime:
            self.end()
            raise timed_out() from None
        except (wire.Closed, wire.Malformed) as error:
            raise self._fault_of_ending(error) from None
        finally:
            self.idle_s += self.child.idle_s()

    def end(self) -> float:
        """End the child; return the CPU seconds that it used."""
        self.ended = True
        return self.child.end().cpu_s

    def _exchange(self, message: dict[str, Any], values: object) -> Any:
        buffers: list[Any] = []
        self.child.channel.send({**message, "values": wire.encode(values, buffers)}, buffers)
        while True:
            reply, received = self.child.channel.receive()
            if type(reply) is not dict:
                raise wire.Malformed("not a reply")
            self._note_uses(reply.get("used"))
            if "ask" in reply:
                self._answer(reply, received)
            elif "fault" in reply:
                raise self._fault(reply["fault"])
            elif "value" in reply:
                return wire.decode(reply["value"], received)
            else:
                raise wire.Malformed("not a reply")

    def _note_uses(self, names: object) -> None:
        if isinstance(names, list):
            self.used.update(name for name in names if type(name) is str and name in self._rules.refused)

    def _answer(self, reply: dict[str, Any], received: list[memoryview]) -> None:
        buffers: list[Any] = []
        try:
            args, kwargs = wire.decode(reply.get("values"), received, self._callback)
            value = self._oracles.answer(reply["ask"], args, kwargs)
            answer = {"answer": wire.encode(value, buffers, self._oracles.keep)}
        except (wire.Closed, OutOfTime, StudentFault):
            raise
        except Exception as error:  # noqa: BLE001 - the child chose the arguments
            buffers, answer = [], {"refused": type(error).__name__}
        self.child.channel.send(answer, buffers)

    def _callback(self, opaque: wire.Opaque) -> Callable[..., Any]:
        """Stand for a function of the child's that it handed to an oracle."""

        def call(*args: object, **kwargs: object) -> Any:
            path = wire.encode([opaque, []], [])
            return self._exchange({"op": "call", "path": path}, [args, kwargs])

        return call

    def _fault(self, data: Any) -> StudentFault:
        if type(data) is not list or [type(part) for part in data] != [str, str, str, str, int]:
            raise wire.Malformed("not a fault")
        kind, error, text, cell, line = data
        if kind == "missing":
            return StudentFault(Verdict.MISSING, say("This isn't written yet."))
        if kind == "timed_out":
            # A live kernel keeps its own time.
            return timed_out()
        if kind == "out_of_memory":
            return StudentFault(Verdict.OUT_OF_MEMORY, say("It used more memory than it may."))
        if kind == "malformed":
            return unreadable_answer()
        if kind == "differences" and error in self._rules.backpropagation:
            return differences(error)
        message, detail = explain_exception(
            error, text, place_of(cell, line, self._lengths), f"{self._source} {self._asked}"
        )
        fault = StudentFault(Verdict.CRASHED, message, detail)
        fault.trace = error, text
        return fault

    def _fault_of_ending(self, error: Exception) -> StudentFault:
        ending = self.child.end()
        self.ended = True
        message: Message
        if isinstance(error, wire.Malformed):
            return unreadable_answer()
        if ending.status is None:
            self.was_killed = True
            raise SandboxError(say("the sandbox has died: {reason}", reason="warm")) from error
        if ending.status in _CPU_SIGNALS:
            return timed_out()
        if ending.status in _KILLS:
            self.was_killed = True
            message = say("The system stopped it: too much memory or time.")
        elif ending.status == -signal.SIGSEGV:
            message = say("It ended the Python process (a crash below Python, or endless recursion).")
        else:
            message = say("It ended the Python process: did it call `exit()`?")
        return StudentFault(Verdict.CRASHED, message)
