"""Trusted code as a `student`: what a check would see if somebody had handed in this text.

The reference and its wrong variants are our own, so they run in this process, a
hundred times faster than behind the wall. Never put a submission here.
"""

from __future__ import annotations

import contextlib
import io
import random
import types
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from autograder.checks import testimony
from autograder.inside.stand_ins import instead_of_drawing
from autograder.messages import say
from autograder.results import Note, Verdict
from autograder.sandbox.clocks import cpu_limit
from autograder.sandbox.faults import StudentFault, timed_out
from autograder.sandbox.remotes import Asked, Observed, Remote, path_of

SEED: Final = 20_260_101
"""Seed of the global generators, at the start and at each probe."""
_PLAIN: Final = (type(None), bool, int, float, complex, str, bytes, np.generic, slice, type(...))


def load(text: str, name: str) -> types.ModuleType:
    """Run a solution's text, or a variant of it, as a module.

    Parameters
    ----------
    text : str
        Trusted Python text.
    name : str
        What a traceback calls it.

    Raises
    ------
    Exception
        Whatever the text raises.
    """
    module = types.ModuleType(name)
    exec(compile(text, f"<{name}>", "exec"), module.__dict__)  # noqa: S102 - the author's own text
    return module


@dataclass(frozen=True)
class Kept:
    """An object of the code's that a check holds a handle of.

    Attributes
    ----------
    number : int
        Objects are numbered in the order in which they came back.
    thing : object
        The object itself.
    """

    number: int
    thing: object = field(compare=False)

    def __str__(self) -> str:
        return type(self.thing).__name__


@dataclass(frozen=True)
class Step:
    """Something that a check asked, and the answer.

    Attributes
    ----------
    op : str
        ``call``, ``get``, ``set``, ``keys`` or ``probe``.
    root : str or int or function
        A global name, the number of a kept object, or the function of a probe.
    path : tuple
        Pairs ``("attr", name)`` and ``("item", key)`` that lead on from the root.
    args, kwargs : tuple, dict
        What was handed over, as it was before the call; a `Kept` where it was an object. Of a ``set`` the key and
        the value.
    value : object
        What came back, as plain data; a `Kept` in place of an object.
    left : tuple
        The positional arguments as the call left them.
    printed : str
        What was printed meanwhile.
    fault : tuple of str or None
        The type and the text of the exception that came instead.
    """

    op: str
    root: str | int | Callable[..., Any]
    path: tuple[tuple[str, Any], ...]
    args: tuple[Any, ...] = ()
    kwargs: dict[str, Any] = field(default_factory=dict)
    value: Any = None
    left: tuple[Any, ...] = ()
    printed: str = ""
    fault: tuple[str, str] | None = None


class Rehearsal(Asked):
    """A module of trusted code, asked as a check asks a `Student`.

    Parameters
    ----------
    module : ModuleType
        The reference or a variant (see `load`).
    seconds : float
        CPU time of one step; longer is a fault. Kept where the system has interval timers.
    once : dict, optional
        What an earlier rehearsal of the same text was asked `once`; what this one is asked is added.

    Attributes
    ----------
    steps : list of Step
        All that was asked, in order.
    """

    def __init__(
        self, module: types.ModuleType, *, seconds: float = 5.0, once: dict[object, Any] | None = None
    ) -> None:
        super().__init__()
        self._once = self._once if once is None else once
        self._module = module
        self._seconds = seconds
        self._objects: list[Kept] = []
        self.notes: list[Note] = []
        self.steps: list[Step] = []
        settle()

    def observe(self, function: Remote, /, *args: object, **kwargs: object) -> Observed:
        """Call and report what it returned, what became of the arguments, and what it printed."""
        root, path = path_of(function)
        step = self._call(root, path, args, kwargs)
        seen = Observed(self._wrap(step.value), tuple(map(self._wrap, step.left)), step.printed)
        testimony.state("answered", "observe", (seen.value, seen.arguments), right=True)
        return seen

    def probe(self, function: Callable[..., Any], /, *args: object, **kwargs: object) -> Any:
        """Run a function of the grader's beside the code and return its plain data."""
        given, named = self._given(args), self._given(kwargs)
        step = Step("probe", function, (), args=_plain_copy(given, self._keep), kwargs=_plain_copy(named, self._keep))
        answer = self._wrap(self._run(step, lambda: function(self._module, *given, **named), given).value)
        testimony.state("answered", function.__name__, answer, right=True)
        return answer

    # what `Remote` uses

    def _request(self, op: str, remote: Remote, *more: tuple[str, object], values: Any = None, **fields: object) -> Any:
        root, path = path_of(remote)
        path = (*path, *more)
        if op == "call":
            return self._call(root, path, *values).value
        if op == "has":
            with contextlib.suppress(AttributeError, LookupError, TypeError):
                self._find(root, path)
                return True
            return False
        where = _root_of(root)
        if op == "set":
            key, value = self._given(values[0]), self._given(values[1])
            step = Step(op, where, path, args=(key, _plain_copy(value, self._keep)))
            return self._run(step, lambda: _assign(self._find(root, path), str(fields["how"]), key, value)).value
        if op == "keys":
            return self._run(Step(op, where, path), lambda: _keys_of(self._find(root, path))).value
        return self._run(Step(op, where, path), lambda: self._find(root, path)).value

    def _call(self, root: Any, path: tuple[Any, ...], args: Any, kwargs: Any) -> Step:
        given, named = self._given(args), self._given(kwargs)
        step = Step(
            "call",
            _root_of(root),
            path,
            args=_plain_copy(given, self._keep),
            kwargs=_plain_copy(named, self._keep),
        )
        return self._run(step, lambda: self._find(root, path)(*given, **named), given)

    def _run(self, step: Step, action: Callable[[], Any], given: tuple[Any, ...] = ()) -> Step:
        """Do what a step asks, note the answer, and raise the fault if there is one."""
        printed = io.StringIO()
        fault: StudentFault | None = None
        value: Any = None
        trace = None
        try:
            with (
                instead_of_drawing(),
                cpu_limit(self._seconds, _TooLong),
                contextlib.redirect_stdout(printed),
                np.errstate(all="ignore"),
            ):
                value = _plain_copy(action(), self._keep)
        except _TooLong:
            fault = timed_out()
            trace = ("TimeoutError", "")
        except (Exception, SystemExit) as error:  # noqa: BLE001 - a variant may raise anything
            trace = (type(error).__name__, str(error))
            fault = _fault_of(error)
        left = _plain_copy(given, self._keep)
        done = Step(step.op, step.root, step.path, step.args, step.kwargs, value, left, printed.getvalue(), trace)
        self.steps.append(done)
        if fault:
            fault.trace = trace
            raise fault
        return done

    def _find(self, root: Any, path: tuple[tuple[str, Any], ...]) -> Any:
        found = getattr(self._module, root) if isinstance(root, str) else root.thing
        for how, key in path:
            found = found[key] if how == "item" else getattr(found, key)
        return found

    def _keep(self, thing: object) -> Kept:
        if isinstance(thing, Kept):
            return thing
        known = next((kept for kept in self._objects if kept.thing is thing), None)
        if known is None:
            known = Kept(len(self._objects), thing)
            self._objects.append(known)
        return known

    def _given(self, value: Any) -> Any:
        """Return arguments as the code gets them: copies of plain data, and its own objects."""
        if isinstance(value, Remote):
            root, path = path_of(value)
            return self._find(root, path) if isinstance(root, Kept) and not path else _copy(self._find(root, path))
        if isinstance(value, list | tuple):
            return type(value)(map(self._given, value))
        if isinstance(value, dict):
            return {key: self._given(item) for key, item in value.items()}
        return _copy(value)

    def _wrap(self, value: Any) -> Any:
        if isinstance(value, Kept):
            return Remote(self, value)
        if isinstance(value, list | tuple):
            return type(value)(map(self._wrap, value))
        if isinstance(value, dict):
            return {key: self._wrap(item) for key, item in value.items()}
        return _copy(value)


def _root_of(root: Any) -> str | int:
    return root if isinstance(root, str) else root.number


def _plain_copy(value: Any, keep: Callable[[object], Kept]) -> Any:
    """Copy what can travel over a wire; keep the rest, and stand something for it."""
    if isinstance(value, np.ndarray):
        return np.array(value) if value.dtype.kind in "biufc" else keep(value)
    if isinstance(value, _PLAIN):
        return value
    if type(value) in (list, tuple):
        return type(value)(_plain_copy(item, keep) for item in value)
    if isinstance(value, list | tuple):
        return (list if isinstance(value, list) else tuple)(_plain_copy(item, keep) for item in value)
    if isinstance(value, dict):
        return {key: _plain_copy(item, keep) for key, item in value.items()}
    return keep(value)


def _copy(value: Any) -> Any:
    return np.array(value) if isinstance(value, np.ndarray) else value


def _assign(target: Any, how: str, key: Any, value: Any) -> None:
    if how == "item":
        target[key] = value
    else:
        setattr(target, key, value)


def _keys_of(target: Any) -> list[Any]:
    return list(target) if isinstance(target, dict) else list(range(len(target)))


def _fault_of(error: BaseException) -> StudentFault:
    if isinstance(error, MemoryError):
        return StudentFault(Verdict.OUT_OF_MEMORY, say("It used more memory than it may."))
    if isinstance(error, NotImplementedError):
        return StudentFault(Verdict.MISSING, say("This isn't written yet."))
    return StudentFault(Verdict.CRASHED, say("It raised an exception."))


def settle() -> None:
    """Seed the generators that all modules share: what is drawn from them must not depend on who drew before."""
    np.random.seed(SEED)  # noqa: NPY002 - the generator that homework uses
    random.seed(SEED)


class _TooLong(BaseException):
    pass
