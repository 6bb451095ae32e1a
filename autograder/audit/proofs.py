"""What a variant is that no check sees: equivalent, or wrong in a way that nobody asked for.

Reference and variant are the author's own code: they run in a process of ours, one
beside the other. Every question of the hidden checks is asked again, with other
draws of `rng` and with other inputs (`autograder.audit.changes`).
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
import types
import warnings
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from multiprocessing.connection import wait
from pathlib import Path
from typing import Final

from autograder.audit.changes import list_changes
from autograder.audit.checks import HiddenCheck, load_checks
from autograder.audit.plans import Plan
from autograder.audit.sameness import Parting, Scale, find_parting, is_usable
from autograder.audit.scenes import Scene, play, record
from autograder.audit.shrinking import shrink
from autograder.audit.spelling import spell_parting, spell_scene
from autograder.messages import Message, say
from autograder.rehearsal import Rehearsal, Step, load
from autograder.reports.findings import Witness
from autograder.variants import Variant

HIDDEN: Final = "test_hidden.py"
SEEDS: Final = 64
"""Most draws of `rng` with which a check is run."""
RUNS: Final = 200
"""Runs of all checks of an exercise together."""
QUESTION_S: Final = 1.0
"""CPU seconds of one question: the reference needs a thousandth of it."""
REHEARSAL_S: Final = 20.0
"""CPU seconds that the reference may spend on one exercise: the number of questions is to end it, not the time."""
PROOF_S: Final = 40.0
"""CPU seconds after which a variant is slower than the reference ever was: it differs in that."""


@dataclass(frozen=True)
class Proof:
    """What came of the questions.

    Attributes
    ----------
    is_equal : bool
        The same answers to all of them.
    told : Message
        How many were asked, or what went wrong.
    witness : Witness or None
        The smallest input on which the two differ.
    """

    is_equal: bool
    told: Message
    witness: Witness | None = None


@dataclass(frozen=True)
class _Answered:
    """A scene, the reference's answers as far as they are usable, and where it comes from."""

    scene: Scene
    steps: list[Step]
    origin: Message


@dataclass
class _Rehearsed:
    """What the checks of one exercise ask, and what the reference answers."""

    answered: list[_Answered] = field(default_factory=list)

    def note(self, scene: Scene, steps: list[Step], origin: Message) -> None:
        """Keep what can be asked of a variant."""
        if usable := _usable(steps):
            self.answered.append(_Answered(scene[: len(usable)], usable, origin))

    @property
    def questions(self) -> int:
        return sum(one.op in {"call", "get", "probe"} for each in self.answered for one in each.steps)


def prove(folder: Path, exercise: str, text: str, variant: str) -> Proof:
    """Compare a variant with the reference.

    Parameters
    ----------
    folder : Path
        `solutions/<name>`.
    exercise : str
        Whose checks ask.
    text, variant : str
        The whole solution file, and the same with the mistake.
    """
    rehearsed = _rehearse(folder, exercise, text)
    if not rehearsed.questions:
        return Proof(
            is_equal=False, told=say("No check of this exercise could be run outside of pytest, so nothing is proved.")
        )
    ours, theirs = load(text, "reference"), load(variant, "variant")
    started = time.process_time()
    for answered in rehearsed.answered:
        steps = play(answered.scene, theirs, seconds=QUESTION_S)
        if first := _first_difference(answered.steps, steps):
            break
        if time.process_time() - started > PROOF_S:
            return Proof(is_equal=False, told=say("It takes far longer than the reference."))
    else:
        told = say(
            "The same answers to {questions} questions, with {inputs} sets of inputs.",
            questions=f"{rehearsed.questions:,}",
            inputs=f"{len(rehearsed.answered):,}",
        )
        return Proof(is_equal=True, told=told)

    def differs(scene: Scene) -> bool:
        known = _usable(play(scene, ours, seconds=QUESTION_S))
        found = _first_difference(known, play(scene, theirs, seconds=QUESTION_S))
        return found is not None and found[0] == len(scene) - 1

    scene = answered.scene[: first[0] + 1]
    smallest = shrink(scene, differs) if differs(scene) else scene
    return Proof(is_equal=False, told=answered.origin, witness=_witness(smallest, ours, theirs))


def _witness(scene: Scene, ours: types.ModuleType, theirs: types.ModuleType) -> Witness:
    known = play(scene, ours, seconds=QUESTION_S)
    first = _first_difference(known, play(scene, theirs, seconds=QUESTION_S))
    expected, got = spell_parting(first[1] if first else None)
    return Witness(spell_scene(scene, known), expected, got)


@cache
def _rehearse(folder: Path, exercise: str, text: str) -> _Rehearsed:
    """Ask the reference everything that variants of one exercise will be asked."""
    module, beside = load(text, "reference"), load(text, "reference")
    asked = say("The checks ask this, and don't look at that side of the answer.")
    drawn = say("The checks ask this, only with numbers that don't show it.")
    other = say("The checks never ask this.")
    rehearsed = _Rehearsed()
    started = time.process_time()
    checks = [check for check in load_checks(folder / HIDDEN) if check.exercise == exercise]
    for seed, check in _draws(checks):
        student = Rehearsal(module, seconds=QUESTION_S)
        check.run(student, beside, seed)
        rehearsed.note(record(student.steps), student.steps, drawn if seed else asked)
        if seed == 0:
            for changed in list_changes(record(student.steps)):
                rehearsed.note(changed, play(changed, module, seconds=QUESTION_S), other)
                if time.process_time() - started > REHEARSAL_S:
                    return rehearsed
    return rehearsed


def _draws(checks: list[HiddenCheck]) -> Iterator[tuple[int, HiddenCheck]]:
    """Yield checks with seeds: as many draws of each as all of them together have time for."""
    drawing = [check for check in checks if check.draws]
    most = min(max(RUNS // max(len(drawing), 1), 1), SEEDS)
    yield from ((0, check) for check in checks)
    for seed in range(1, most):
        yield from ((seed, check) for check in drawing)


def _usable(steps: list[Step]) -> list[Step]:
    count = next((place for place, step in enumerate(steps) if not is_usable(step)), len(steps))
    return steps[:count]


def _first_difference(ours: list[Step], theirs: list[Step]) -> tuple[int, Parting | None] | None:
    scale = Scale()
    for place, step in enumerate(ours):
        scale.take_in(step)
        if place >= len(theirs):
            return place, None
        if parting := find_parting(step, theirs[place], scale):
            return place, parting
    return None


class Study:
    """Processes that prove, one a core; each exercise is one process's, which asks the reference once."""

    def __init__(self, jobs: int) -> None:
        context = multiprocessing.get_context("spawn")
        self._pools = [ProcessPoolExecutor(1, context, initializer=_begin) for _ in range(jobs)]
        self._load = [0] * jobs
        self._places: dict[tuple[Path, str], int] = {}

    def ask(self, plan: Plan, variant: Variant) -> Future[Proof]:
        """Have a variant compared with the reference."""
        folder = plan.assignment.folder
        idle = self._load.index(min(self._load))
        place = self._places.setdefault((folder, variant.exercise), idle)
        self._load[place] += 1
        return self._pools[place].submit(prove, folder, variant.exercise, plan.text, variant.text)

    def close(self) -> None:
        """End the processes, whatever they are at."""
        for pool in self._pools:
            processes = list((pool._processes or {}).values())  # noqa: SLF001 - nothing else ends one at work
            pool.shutdown(wait=False, cancel_futures=True)
            for process in processes:
                process.kill()
                process.join()


@contextmanager
def open_study(jobs: int) -> Iterator[Study]:
    """Start processes that prove, and end them whatever happens."""
    study = Study(jobs)
    try:
        yield study
    finally:
        study.close()


def _begin() -> None:
    """Get ready: Ctrl-C is for the command, and whoever is left alone ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    warnings.simplefilter("ignore")
    parent = multiprocessing.parent_process()
    assert parent is not None

    def follow() -> None:
        wait([parent.sentinel])
        os._exit(1)

    threading.Thread(target=follow, daemon=True).start()
