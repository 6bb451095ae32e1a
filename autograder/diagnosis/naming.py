"""Naming the mistakes behind a submission's failures, or saying nothing: a wrong name is worse than none."""

from __future__ import annotations

import contextlib
import platform
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import TYPE_CHECKING, Final

import numpy as np

from autograder.diagnosis.lineup import Lineup, Named
from autograder.diagnosis.memory import Memory, Part
from autograder.diagnosis.scripts import Script
from autograder.diagnosis.suspects import Case, Role
from autograder.diagnosis.understudies import Scene, Understudy
from autograder.fingerprints import fingerprint, last_change
from autograder.messages import Message, join, say
from autograder.results import FOR_AUTHORS, CheckResult, Mistake, Note, Verdict
from autograder.variants import MISTAKES, Entry, Variant, load_catalogue, make_variants

if TYPE_CHECKING:
    from types import ModuleType

    from autograder.assignments import Assignment
    from autograder.checks.testimony import Account
    from autograder.desk import Work

_STARTED: Final = time.time()
_SETTLED_S: Final = 5.0
"""A file that was changed so shortly before may have been read before the change by one, and after it by another."""
_ANSWERED: Final = frozenset({Verdict.FAILED, Verdict.CRASHED, Verdict.MALFORMED})


@dataclass(frozen=True)
class Finding:
    """The mistake behind one failed check.

    Attributes
    ----------
    sentence : Message or None
        What to tell the student beside what the check says itself.
    praise : Message or None
        What is right, to end with.
    """

    mistake: Mistake
    sentence: Message | None
    praise: Message | None = None


class Diagnosis:
    """Names the mistakes in the submissions to one assignment.

    Parameters
    ----------
    assignment : Assignment
        Says where the reference and the catalogue of mistakes lie.
    scenes : sequence of Scene
        Its checks, in the order in which they run.

    Raises
    ------
    CourseError
        If the catalogue can't be read.
    """

    def __init__(self, assignment: Assignment, scenes: Sequence[Scene]) -> None:
        self._assignment = assignment
        self._scenes = {
            exercise.name: [scene for scene in scenes if scene.exercise == exercise.name]
            for exercise in assignment.exercises
        }
        self._catalogue: list[Entry] = load_catalogue(assignment.folder / MISTAKES, list(self._scenes))
        self._solution = assignment.reference.read_text(encoding="utf-8")
        # Before anything is tried: what an author changes later is not what the graders were collected from.
        self._key = fingerprint(f"{sys.version} {np.__version__} {platform.system()} {platform.machine()}", assignment)
        self._memories: dict[str, Memory] = {}
        self._lineups: dict[str, Lineup] = {}
        self._prepared: dict[str, Callable[[], ModuleType]] = {}

    def name_all(self, outcomes: Mapping[str, CheckResult], work: Work) -> dict[str, CheckResult]:
        """Add to a submission's outcomes what mistakes are behind them.

        That this fails must cost nobody anything: then they stay as they are, and the author is told.
        """
        try:
            found = self.explain({check.id: check.verdict for check in outcomes.values()}, work.heard)
        except Exception as error:  # noqa: BLE001 - ours, whatever it is
            told = say("The mistakes could not be named: {reason}", reason=f"{type(error).__name__}: {error}")
            work.remarks.append(Note(FOR_AUTHORS, told))
            found = {}
        sentences = {scene.id: scene.sentence for scenes in self._scenes.values() for scene in scenes}
        return {
            key: _add(found[check.id], check, sentences[check.id]) if check.id in found else check
            for key, check in outcomes.items()
        }

    def explain(self, verdicts: Mapping[str, Verdict], heard: Mapping[str, Account]) -> dict[str, Finding]:
        """Name the mistakes behind the checks that failed.

        Parameters
        ----------
        verdicts : mapping of str to Verdict
            By the name of the check; those that did not run are absent.
        heard : mapping of str to Account
            What the checks saw.

        Returns
        -------
        dict of str to Finding
            By the name of the check; only where a mistake could be named.

        Raises
        ------
        CourseError
            If a form of the catalogue doesn't fit the solution.
        """
        findings: dict[str, Finding] = {}
        for exercise, scenes in self._scenes.items():
            seen = {place: heard[scene.id] for place, scene in enumerate(scenes) if scene.run and scene.id in heard}
            failed = {
                place: told
                for place, told in seen.items()
                if not told.passed and verdicts.get(scenes[place].id) in _ANSWERED
            }
            passed = {place: told for place, told in seen.items() if told.passed}
            if failed:
                practice = frozenset(place for place, scene in enumerate(scenes) if not scene.counts)
                named = self._lineup(exercise).name(Case(failed, passed, practice))
                # What timed out or is missing may be wrong in another way.
                rest_is_right = bool(passed) and len(named) == 1 and len(named[0].places | passed.keys()) == len(scenes)
                findings |= _word(named, exercise, scenes, rest_is_right=rest_is_right)
        return findings

    def save(self) -> None:
        """Keep for other judges what was seen of the variants, unless it may be of files that have changed since."""
        with contextlib.suppress(OSError):
            if last_change(self._assignment) < _STARTED - _SETTLED_S:
                for memory in self._memories.values():
                    memory.save()

    def _lineup(self, exercise: str) -> Lineup:
        if exercise not in self._lineups:
            path = self._assignment.folder / "__pycache__" / f"{exercise}.understudies"
            memory = self._memories[exercise] = Memory(path, f"{self._key}-{exercise}")
            if not memory.parts:
                memory.learn(
                    Part(variant.id, variant.mistake, variant.message, variant.named)
                    for variant in self._variants.values()
                    if variant.exercise == exercise
                )
            understudy = partial(
                Understudy, scenes=self._scenes[exercise], call_s=self._assignment.limits.call_s, memory=memory
            )
            self._lineups[exercise] = Lineup(
                [
                    Role(part.mistake, part.message, part.named, understudy(partial(self._play, part.id), name=part.id))
                    for part in memory.parts
                ],
                understudy(self._script.prepare(self._solution), name="", is_reference=True),
                {entry.id: entry.message for entry in self._catalogue if entry.exercise == exercise},
            )
        return self._lineups[exercise]

    def _play(self, variant: str) -> ModuleType:
        if variant not in self._prepared:
            self._prepared[variant] = self._script.prepare(self._variants[variant].text)
        return self._prepared[variant]()

    @cached_property
    def _script(self) -> Script:
        return Script(self._solution)

    @cached_property
    def _variants(self) -> dict[str, Variant]:
        made = make_variants(self._solution, list(self._scenes), self._catalogue)
        return {variant.id: variant for variant in made}


def _add(finding: Finding, check: CheckResult, sentence: Message) -> CheckResult:
    """Put what the mistake is before what gave it away, and after what the check says of itself."""
    told = check.message or sentence
    rest: Message = {"en": told["en"].removeprefix(sentence["en"]), "ko": told["ko"].removeprefix(sentence["ko"])}
    return replace(
        check, mistake=finding.mistake, message=join(sentence, finding.sentence, _strip(rest), finding.praise)
    )


def _strip(message: Message) -> Message | None:
    return {"en": message["en"].strip(), "ko": message["ko"].strip()} if message["en"].strip() else None


def _word(named: Sequence[Named], exercise: str, scenes: Sequence[Scene], *, rest_is_right: bool) -> dict[str, Finding]:
    """Say it in full at the first check that shows it, and at the first of those that cost points."""
    praise = say("Everything else in `{exercise}` is right.", exercise=exercise) if rest_is_right else None
    findings: dict[str, Finding] = {}
    for one in named:
        places = sorted(one.places)
        firsts = {places[0], *[place for place in places if scenes[place].counts][:1]}
        full = Finding(one.mistake, one.sentence, praise)
        again = Finding(one.mistake, say("This comes from the same mistake."))
        findings |= {scenes[place].id: full if place in firsts else again for place in places}
    return findings
