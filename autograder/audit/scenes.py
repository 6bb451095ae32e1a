"""What a check asks, as a list that can be asked again: of another variant, with other numbers."""

from __future__ import annotations

import types
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from autograder.rehearsal import Kept, Rehearsal, Step
from autograder.sandbox.faults import StudentFault
from autograder.sandbox.remotes import Remote


@dataclass(frozen=True)
class Ask:
    """One question.

    Attributes
    ----------
    op, root, path, args, kwargs
        See `Step`; an object is a `Kept` that has the number it got when it was first handed out.
    makes : tuple of int
        Numbers of the objects that the answer hands out for the first time.
    """

    op: str
    root: str | int | Callable[..., Any]
    path: tuple[tuple[str, Any], ...]
    args: tuple[Any, ...] = ()
    kwargs: dict[str, Any] = field(default_factory=dict)
    makes: tuple[int, ...] = ()


Scene = tuple[Ask, ...]
"""Questions that belong together, in order."""


def record(steps: Sequence[Step]) -> Scene:
    """Turn what was asked into a scene."""
    known: set[int] = set()
    asks = []
    for step in steps:
        makes = tuple(kept.number for kept in _handed_out(step.value) if kept.number not in known)
        known.update(makes)
        asks.append(Ask(step.op, step.root, step.path, step.args, step.kwargs, makes))
    return tuple(asks)


def play(scene: Scene, module: types.ModuleType, *, seconds: float) -> list[Step]:
    """Ask all questions of a module, until one brings no answer.

    Parameters
    ----------
    module : ModuleType
        The reference or a variant.
    seconds : float
        CPU time of one question.

    Returns
    -------
    list of Step
        The answers; the last one may be a fault.
    """
    player = _Player(module, seconds=seconds)
    for ask in scene:
        if not player.ask(ask):
            break
    return player.steps


class _Player(Rehearsal):
    """Asks what was asked of another module's objects of the same numbers."""

    def __init__(self, module: types.ModuleType, *, seconds: float) -> None:
        super().__init__(module, seconds=seconds)
        self._cast: dict[int, Kept] = {}

    def ask(self, ask: Ask) -> bool:
        """Ask one question; tell whether there was an answer."""
        try:
            args, kwargs = self._with_cast(ask.args), self._with_cast(ask.kwargs)
            if ask.op == "probe":
                assert callable(ask.root)
                self.probe(ask.root, *args, **kwargs)
            else:
                self._ask_by_path(ask, args, kwargs)
        except StudentFault:
            return False
        except (KeyError, AttributeError, LookupError, TypeError):
            # What is asked for isn't there, because an earlier answer was another one.
            return False
        new = [kept for kept in _handed_out(self.steps[-1].value) if kept not in self._cast.values()]
        self._cast.update(zip(ask.makes, new, strict=False))
        return True

    def _ask_by_path(self, ask: Ask, args: Any, kwargs: Any) -> None:
        root = ask.root if isinstance(ask.root, str) else self._cast[ask.root]  # type: ignore[index]
        remote = Remote(self, root, ask.path)
        if ask.op == "call":
            remote(*args, **kwargs)
        elif ask.op == "keys":
            list(remote)
        elif ask.op == "set":
            key, value = args
            if isinstance(key, str) and not isinstance(self._find(root, ask.path), dict):
                setattr(remote, key, value)
            else:
                remote[key] = value
        else:
            remote.__autograder_fetch__()

    def _with_cast(self, value: Any) -> Any:
        if isinstance(value, Kept):
            return Remote(self, self._cast[value.number])
        if isinstance(value, list | tuple):
            return type(value)(map(self._with_cast, value))
        if isinstance(value, dict):
            return {key: self._with_cast(item) for key, item in value.items()}
        return value


def _handed_out(value: Any) -> Iterator[Kept]:
    if isinstance(value, Kept):
        yield value
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _handed_out(item)
    elif isinstance(value, dict):
        for item in value.values():
            yield from _handed_out(item)
