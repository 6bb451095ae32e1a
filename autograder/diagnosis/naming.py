"""Naming the mistakes behind a submission's failures, or saying nothing: a wrong name is worse than none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import TYPE_CHECKING, Final

from autograder.diagnosis.lineup import Lineup, Named
from autograder.diagnosis.scripts import Script
from autograder.diagnosis.suspects import Case, Role
from autograder.diagnosis.understudies import Scene, Understudy
from autograder.messages import Message, join, say
from autograder.results import FOR_AUTHORS, CheckResult, Mistake, Note, Verdict
from autograder.variants import MISTAKES, Entry, Variant, load_catalogue, make_variants

if TYPE_CHECKING:
    from types import ModuleType

    from autograder.assignments import Assignment
    from autograder.checks.testimony import Account
    from autograder.desk import Work

_ANSWERED: Final = frozenset({Verdict.FAILED, Verdict.CRASHED, Verdict.MALFORMED})


@dataclass(frozen=True)
class Finding:
    """The mistake behind one failed check.

    Attributes
    ----------
    sentence : Message or None
        What to tell the student beside what the check says itself.
    """

    mistake: Mistake
    sentence: Message | None


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
        self._lineups: dict[str, Lineup] = {}

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
        return {key: _add(found.get(check.id), check) for key, check in outcomes.items()}

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
            seen = {place: heard[scene.id] for place, scene in enumerate(scenes) if scene.id in heard}
            failed = {
                place: told
                for place, told in seen.items()
                if not told.passed and verdicts.get(scenes[place].id) in _ANSWERED
            }
            passed = {place: told for place, told in seen.items() if told.passed}
            if failed:
                named = self._lineup(exercise).name(Case(failed, passed))
                # What timed out or is missing may be wrong in another way.
                rest_is_right = bool(passed) and len(named) == 1 and len(named[0].places | passed.keys()) == len(scenes)
                findings |= _word(named, exercise, scenes, rest_is_right=rest_is_right)
        return findings

    def _lineup(self, exercise: str) -> Lineup:
        if exercise not in self._lineups:
            variants = [variant for variant in self._variants if variant.exercise == exercise]
            understudy = partial(Understudy, scenes=self._scenes[exercise], call_s=self._assignment.limits.call_s)
            self._lineups[exercise] = Lineup(
                [
                    Role(variant.mistake, variant.message, variant.named, understudy(partial(self._play, variant)))
                    for variant in variants
                ],
                understudy(partial(self._script.load, self._solution), keeps_answers=True),
                {entry.id: entry.message for entry in self._catalogue if entry.exercise == exercise},
            )
        return self._lineups[exercise]

    def _play(self, variant: Variant) -> ModuleType:
        return self._script.load(variant.text)

    @cached_property
    def _solution(self) -> str:
        return self._assignment.reference.read_text(encoding="utf-8")

    @cached_property
    def _script(self) -> Script:
        return Script(self._solution)

    @cached_property
    def _variants(self) -> list[Variant]:
        return make_variants(self._solution, list(self._scenes), self._catalogue)


def _add(finding: Finding | None, check: CheckResult) -> CheckResult:
    if finding is None:
        return check
    return replace(check, mistake=finding.mistake, message=join(check.message, finding.sentence))


def _word(named: Sequence[Named], exercise: str, scenes: Sequence[Scene], *, rest_is_right: bool) -> dict[str, Finding]:
    """Say it in full at the first check that shows it, and at the first of those that cost points."""
    praise = say("Everything else in `{exercise}` is right.", exercise=exercise) if rest_is_right else None
    findings = {}
    for one in named:
        places = sorted(one.places)
        firsts = {places[0], *[place for place in places if scenes[place].counts][:1]}
        full = join(one.sentence, praise) if one.sentence or praise else None
        again = say("This comes from the same mistake.")
        for place in places:
            findings[scenes[place].id] = Finding(one.mistake, full if place in firsts else again)
    return findings
