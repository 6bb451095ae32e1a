"""The `student` of a check: a submission that is called across the wall."""

from __future__ import annotations

import inspect
import json
import re
import textwrap
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from types import FunctionType
from typing import Any, Final

import numpy as np

from autograder import wire
from autograder.assignments import Assignment, Exercise
from autograder.checks import testimony
from autograder.errors import SandboxError
from autograder.messages import say
from autograder.results import Note, Verdict
from autograder.sandbox.backends import Backend
from autograder.sandbox.clocks import Patience
from autograder.sandbox.faults import Borrowed, StudentFault, unreadable_answer
from autograder.sandbox.remarks import MOST_REMARKS, note_on_name, note_on_remark, reason_for
from autograder.sandbox.remotes import Asked, Observed, Remote, path_of
from autograder.sandbox.session import Session
from autograder.submissions.sources import Submission

AFTER_TIMEOUT: Final = 0.25
"""Share of its time that a call gets once another call of the same submission has timed out."""
IDLE: Final = 2
"""What may be slept, by a call and by a submission, is this many times what may be computed."""
OWN: Final = 2
"""CPU seconds of this process that a submission may cost, as a multiple of its own."""
LOAD_CALLS: Final = 3
"""Loading may take as long as this many calls."""


class Student(Asked):
    """A submission behind the wall.

    Parameters
    ----------
    submission : Submission
        Its text; sent to the child, never run here.
    assignment : Assignment
        Exercises and limits.
    backend : Backend
        Starts children.
    reference : object, optional
        The reference solution, for oracles; stays on this side.
    given, library : str
        Source text of what the assignment gives to students, and of what modules that aren't there would hold.
    oracles : frozenset of str
        Exercises for which the reference answers instead of the student's own.

    Attributes
    ----------
    notes : list of Note
        What loading it gave to remark.
    used : set of str
        Libraries that may not do the work, and did some in the check at hand.
    was_killed : bool
        A child of its was killed, maybe from outside; see `Session`.
    """

    def __init__(
        self,
        submission: Submission,
        assignment: Assignment,
        backend: Backend,
        *,
        reference: object = None,
        given: str = "",
        library: str = "",
        oracles: frozenset[str] = frozenset(),
    ) -> None:
        super().__init__()
        self._submission = submission
        self._assignment = assignment
        self._backend = backend
        self._reference = reference
        self._given = given
        self._library = library
        cells = [cell for group in (submission.cells, *submission.modules.values()) for cell in group]
        self._source = "\n".join(cell.source for cell in cells)
        self._lengths = {cell.name: len(cell.source.splitlines()) for cell in cells}
        self._oracles = oracles
        self._session: Session | None = None
        self._load_fault: StudentFault | None = None
        self._states: dict[str, str] = {}
        self._spent_s = 0.0
        self._slept_s = 0.0
        self._born = time.thread_time()
        self._timed_out = False
        self._definitions_only = False
        self.notes: list[Note] = []
        self.was_killed = False
        self.used: set[str] = set()
        self._used_once: dict[object, frozenset[str]] = {}

    # what checks use

    def draw_from(self, rng: np.random.Generator | None) -> None:
        """Name the generator that the check at hand draws from: a check begins."""
        super().draw_from(rng)
        self.used.clear()

    def once(self, key: object, function: Callable[[], Any]) -> Any:
        """Call a function once for this submission; what its answer leant on counts for each check that asks."""
        before, self.used = self.used, set()
        try:
            return super().once(key, function)
        finally:
            self.used = before | self._used_once.setdefault(key, frozenset(self.used))

    def observe(self, function: Remote, /, *args: object, **kwargs: object) -> Observed:
        """Call and report what it returned, what became of the arguments, and what it printed."""
        answer = self._request("call", function, values=[args, kwargs], observe=True)
        if type(answer) is not list or [type(part) for part in answer[1:]] != [list, bytes]:
            raise unreadable_answer()
        value, arguments, printed = answer
        if len(arguments) != len(args):
            raise unreadable_answer()
        printed = printed[: self._assignment.limits.output_kb * 1024]
        seen = Observed(self._wrap(value), tuple(map(self._wrap, arguments)), printed.decode("utf-8", "replace"))
        testimony.state("answered", "observe", (seen.value, seen.arguments), right=True)
        return seen

    def probe(self, function: Callable[..., Any], /, *args: object, **kwargs: object) -> Any:
        """Run a function of the grader's beside the student's code and return its plain data.

        Parameters
        ----------
        function : callable
            A function at the top level of a grader. Its source travels, so it must hold no expected
            value; it gets `submission` first, then copies of the arguments.
        """
        if not isinstance(function, FunctionType):
            raise TypeError(f"a probe must be a plain function, not {function!r}")
        source = textwrap.dedent(inspect.getsource(function))
        self._ready()
        for name in self._states:
            if f"submission.{name}" in source:
                self._refuse_missing(name)
        asked = " ".join(re.findall(r"\.([A-Za-z_]\w*)", source))
        message = {"op": "probe", "source": source, "name": function.__name__}
        answer = self._wrap(self._send(message, [args, kwargs], asked=asked))
        testimony.state("answered", function.__name__, answer, right=True)
        return answer

    # what the plugin uses

    def close(self) -> None:
        """End the child."""
        if self._session:
            self._spent_s += self._session.end()
            self._slept_s += self._session.idle_s
            self.was_killed |= self._session.was_killed
            self._session = None

    @property
    def cpu_s(self) -> float:
        """CPU seconds that the submission's children have used."""
        return self._spent_s + (self._session.child.cpu_s() if self._session else 0.0)

    @property
    def _idle_s(self) -> float:
        return self._slept_s + (self._session.idle_s if self._session else 0.0)

    # across the wall

    def _request(
        self, op: str, remote: Remote, *more: tuple[str, object], values: object = None, **fields: object
    ) -> Any:
        root, steps = path_of(remote)
        session = self._ready()
        if isinstance(root, str):
            self._refuse_missing(root)
        elif root.session is not session:
            raise StudentFault(Verdict.CRASHED, say("The object is gone: an earlier step ended the process."))
        target = root if isinstance(root, str) else root.opaque
        try:
            path = wire.encode([target, [list(step) for step in (*steps, *more)]], [])
        except wire.Malformed:
            # A key that came from the child, as keys of its dicts do.
            raise unreadable_answer() from None
        asked = " ".join(str(key) for _, key in steps)
        return self._send({"op": op, "path": path, **fields}, values, asked=asked)

    def _send(self, message: dict[str, Any], values: object, *, asked: str) -> Any:
        session = self._ready()
        try:
            return session.request(message, self._without_remotes(values), self._patience(), asked=asked)
        except StudentFault as fault:
            self._timed_out |= fault.verdict is Verdict.TIMED_OUT
            raise
        finally:
            self.used |= session.used
            session.used.clear()
            if session.ended:
                self.close()

    def _patience(self, calls: int = 1) -> Patience:
        limits = self._assignment.limits
        left = limits.total_s - self.cpu_s
        idle_left = IDLE * limits.total_s - self._idle_s
        if min(left, idle_left, OWN * limits.total_s - (time.thread_time() - self._born)) <= 0:
            raise StudentFault(Verdict.TIMED_OUT, say("The submission as a whole took too long."))
        call_s = limits.call_s * (AFTER_TIMEOUT if self._timed_out else 1)
        return Patience(cpu_s=min(calls * call_s, left), idle_s=min(IDLE * calls * call_s, idle_left))

    def _ready(self) -> Session:
        if self._load_fault:
            raise self._load_fault
        if self._session is None:
            for definitions_only in (False, True):
                self._definitions_only |= definitions_only
                try:
                    self._load()
                    break
                except SandboxError:
                    self.close()
                    raise
                except StudentFault as fault:
                    self.close()
                    if self._definitions_only and definitions_only:
                        self._load_fault = fault
                        raise
                    note = say(
                        "The top level of the file didn't get through: {reason} Only its definitions were used.",
                        reason=fault.message,
                    )
                    self._note(Note("top_level", note))
        assert self._session is not None
        return self._session

    def _load(self) -> None:
        self._session = Session(
            self._backend.open(),
            self._reference,
            self._oracles,
            source=self._source,
            lengths=self._lengths,
            rules=self._assignment.rules,
        )
        message = {
            "op": "load",
            "given": self._given,
            "library": self._library,
            "wanted": [
                [exercise.name, list(exercise.also), self._is_class(exercise)]
                for exercise in self._assignment.exercises
            ],
            "oracles": sorted(self._oracles),
            "refused": sorted(self._assignment.rules.refused),
            "backpropagation": list(self._assignment.rules.backpropagation),
            "statement_s": self._assignment.limits.call_s,
            "definitions_only": self._definitions_only,
            "output_bytes": self._assignment.limits.output_kb * 1024,
        }
        answer = self._session.request(message, self._texts(), self._patience(LOAD_CALLS))
        self._take_in(answer)

    def _texts(self) -> bytes:
        """Return the texts of the submission as JSON: what lies beside the work may be large and of many parts."""
        modules = self._submission.modules
        texts = [
            [[cell.name, cell.source] for cell in self._submission.cells],
            {name: [[cell.name, cell.source] for cell in cells] for name, cells in modules.items()},
        ]
        return json.dumps(texts, ensure_ascii=False).encode()

    def _is_class(self, exercise: Exercise) -> bool | None:
        thing = getattr(self._reference, exercise.name, None)
        return None if thing is None else isinstance(thing, type)

    def _take_in(self, answer: Any) -> None:
        if type(answer) is not dict:
            raise unreadable_answer()
        states, names, remarks = (answer.get(key) for key in ("states", "names", "remarks"))
        # Only what was asked for is taken from an answer, and only so much of it.
        wanted = [exercise.name for exercise in self._assignment.exercises]
        self._states = _texts_of(states, wanted)
        for exercise, name in _texts_of(names, wanted).items():
            if name != exercise and self._states.get(exercise) == "own":
                self._note(note_on_name(name, exercise))
        for remark in remarks[:MOST_REMARKS] if isinstance(remarks, list) else ():
            note = note_on_remark(remark, self._lengths, self._source)
            if note:
                self._note(note)

    def _note(self, note: Note) -> None:
        if note not in self.notes:
            self.notes.append(note)

    def _refuse_missing(self, name: str) -> None:
        state = self._states.get(name, "own")
        library = state.removeprefix("from ")
        if library in self._assignment.rules.refused:
            raise Borrowed([library])
        reason = reason_for(state, name)
        if reason:
            raise StudentFault(Verdict.MISSING, reason)

    def _without_remotes(self, value: Any) -> Any:
        if isinstance(value, Remote):
            root, steps = path_of(value)
            if steps or isinstance(root, str):
                return self._without_remotes(value.__autograder_fetch__())
            return root.opaque
        if isinstance(value, list | tuple):
            return type(value)(map(self._without_remotes, value))
        if isinstance(value, dict):
            return {key: self._without_remotes(item) for key, item in value.items()}
        return value

    def _wrap(self, value: Any) -> Any:
        if isinstance(value, wire.Opaque):
            assert self._session is not None
            return Remote(self, _Root(self._session, value))
        if isinstance(value, list | tuple):
            return type(value)(map(self._wrap, value))
        if isinstance(value, dict):
            return {key: self._wrap(item) for key, item in value.items()}
        return value


def _texts_of(answer: object, keys: Iterable[str]) -> dict[str, str]:
    return {key: answer[key] for key in keys if type(answer.get(key)) is str} if isinstance(answer, dict) else {}


@dataclass(frozen=True)
class _Root:
    """Where a path starts: an object that one child keeps."""

    session: Session
    opaque: wire.Opaque

    def __str__(self) -> str:
        return self.opaque.kind
