"""Wrong variants on the stage: the same checks are run on them, and what those see is kept for all students."""

from __future__ import annotations

import time
import types
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from autograder.checks import testimony
from autograder.checks.testimony import Account
from autograder.rehearsal import Rehearsal

if TYPE_CHECKING:
    from autograder.diagnosis.memory import Memory
    from autograder.messages import Message
    from autograder.sandbox.remotes import Asked


@dataclass(frozen=True)
class Scene:
    """A check that can be run on trusted code as well.

    Attributes
    ----------
    id, exercise : str
        Names of the check and of what it judges.
    counts : bool
        Whether it gives points.
    file : str
        Where it stands.
    run : callable
        Runs it on a student; None where it needs more than a rehearsal has.
    sentence : Message
        What it says of itself: a message about it begins so.
    """

    id: str
    exercise: str
    counts: bool
    file: str
    run: Callable[[Asked], object] | None
    sentence: Message


ODD: Final = Account(())
"""Of a run that came to no end that could be compared: it agrees with nothing."""


class Understudy:
    """A text that stands in for a submission.

    Each check runs on a fresh module when somebody asks for it, so what it sees depends on nothing
    that was asked before. Only what checks want to know once is kept for the next one.

    Parameters
    ----------
    load : callable
        Runs the text as a module.
    scenes : sequence of Scene
        The checks of its exercise.
    call_s : float
        CPU seconds that one step may take: what a student's call may.
    is_reference : bool
        Whether it is the solution itself: then what came back is kept also where a check passes, and each check asks
        for all that it wants to know, so that its seconds are its own.
    memory : Memory
        Of what was seen of it before, under its name.
    name : str
        Of the text.
    """

    def __init__(
        self,
        load: Callable[[], types.ModuleType],
        scenes: Sequence[Scene],
        *,
        call_s: float,
        memory: Memory,
        name: str,
        is_reference: bool = False,
    ) -> None:
        self._load = load
        self._memory = memory
        self._name = name
        self._scenes = scenes
        self._call_s = call_s
        self._is_reference = is_reference
        self._seen: dict[int, tuple[Account, float]] = {}
        self._once: dict[object, object] = {}

    def account_at(self, place: int) -> Account:
        """Return what a check saw."""
        return self._at(place)[0]

    def cost_at(self, place: int) -> float:
        """Return how many CPU seconds a check took; they say where to look first, never what is found."""
        return self._at(place)[1]

    def _at(self, place: int) -> tuple[Account, float]:
        if place not in self._seen:
            self._seen[place] = self._memory.recall(self._name, place) or self._try(place)
        return self._seen[place]

    def _try(self, place: int) -> tuple[Account, float]:
        started = time.thread_time()
        account = self._perform(self._scenes[place])
        seconds = time.thread_time() - started
        self._memory.keep(self._name, place, account, seconds)
        return account, seconds

    def _perform(self, scene: Scene) -> Account:
        if scene.run is None:
            return ODD
        with testimony.listening(wordless=True) as heard:
            try:
                once = None if self._is_reference else self._once
                rehearsal = Rehearsal(self._load(), seconds=self._call_s, once=once)
            except Exception:  # noqa: BLE001 - a variant may break anything
                return ODD
            try:
                scene.run(rehearsal)
            except Exception as error:  # noqa: BLE001 - and make a check raise anything
                return testimony.conclude(heard, error, scene.file)
            except BaseException as error:  # pytest's own outcomes are no exceptions
                if isinstance(error, KeyboardInterrupt):
                    raise
                return ODD
        return testimony.conclude_passed(heard, with_answers=self._is_reference)
