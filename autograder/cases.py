"""The cases of an assignment: submissions that say which verdict they must get.

``cases/<case>/expected.toml``::

    [about]
    en = "Wrong loss: the sum, not the mean"
    ko = "틀린 손실: 평균이 아니라 합"

    [exercises]
    Loss = "failed"
    main = "passed"

    [expect]
    score = 8.0
    mistake = { Loss = "sum_not_mean" }   # or "sum_not_mean", whichever exercise it is in
    demo = true
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from autograder.assignments import EXPECTED, Assignment
from autograder.messages import Message, say
from autograder.results import SubmissionResult, Verdict
from autograder.settings import Table, load_toml
from autograder.submissions import Submission, candidate_at, read_submission

RIGHT: Final = "right_"
"""A case whose name begins like this must pass everywhere, whatever is written beside it."""
_NEAR: Final = 1e-6  # points


@dataclass(frozen=True)
class Case:
    """A wrong, odd or alternative-correct submission, and what it must get.

    Attributes
    ----------
    about : Message
        What is wrong or odd with it.
    verdicts : dict of str to Verdict
        By exercise.
    score : float or None
        Points; None where they don't matter.
    mistakes : dict of str to str
        The mistake that is to be named, by exercise; under an empty name, in whichever exercise.
    in_demo : bool
        Whether it belongs to the sample class.
    """

    folder: Path
    about: Message
    verdicts: dict[str, Verdict]
    score: float | None
    mistakes: dict[str, str]
    in_demo: bool

    @property
    def name(self) -> str:
        """The folder's name."""
        return self.folder.name

    def submission(self, assignment: Assignment) -> Submission:
        """Read it as a submission of a student named after it.

        Raises
        ------
        SubmissionError
            If it can't be read.
        """
        candidate = candidate_at(self.folder, assignment.name)
        handed_in = tuple(file for file in candidate.files if file.name != EXPECTED)
        return read_submission(replace(candidate, files=handed_in), assignment)

    def complaints(self, result: SubmissionResult) -> Iterator[Message]:
        """Yield a sentence for everything that came out otherwise than written."""
        for exercise, expected in self.verdicts.items():
            found = result.verdict_of(exercise)
            if found is not expected:
                yield say(
                    "{exercise}: {found}, expected {expected}.{told}",
                    exercise=exercise,
                    found=found.value,
                    expected=expected.value,
                    told=_first_words(result, exercise),
                )
        if self.score is not None and (result.score is None or abs(result.score - self.score) > _NEAR):
            yield say("score: {found}, expected {expected}", found=result.score, expected=self.score)
        for exercise, mistake in self.mistakes.items():
            named = names_of(result, exercise)
            if mistake not in named:
                yield say(
                    "{exercise}: the mistake was to be named {expected}, got {found}",
                    exercise=exercise or self.name,
                    expected=mistake,
                    found=", ".join(named) or say("no name"),
                )


def names_of(result: SubmissionResult, exercise: str) -> tuple[str, ...]:
    """Return the mistakes that a result names in an exercise, aliases too; in all where it has no name."""
    named = [check.mistake for check in result.checks if exercise in {"", check.exercise} and check.mistake]
    return tuple(dict.fromkeys(name for mistake in named for name in (mistake.id, *mistake.aliases)))


def load_case(folder: Path, exercises: Sequence[str]) -> Case:
    """Read what stands beside a bundled submission.

    Parameters
    ----------
    folder : Path
        ``cases/<case>``.
    exercises : sequence of str
        Those of the assignment: each must have its verdict.

    Raises
    ------
    CourseError
        If expected.toml is wrong.
    """
    path = folder / EXPECTED
    table = Table(path, "", load_toml(path))
    table.close("about", "exercises", "expect")
    expect = table.table("expect") if "expect" in table.values else Table(path, "expect", {})
    expect.close("score", "mistake", "demo")
    return Case(
        folder=folder,
        about=table.message("about"),
        verdicts=_read_verdicts(table.table("exercises"), exercises, right=folder.name.startswith(RIGHT)),
        score=expect.number("score") if "score" in expect.values else None,
        mistakes=_read_mistakes(expect, exercises),
        in_demo=expect.values.get("demo") is True,
    )


def _read_verdicts(table: Table, exercises: Sequence[str], *, right: bool) -> dict[str, Verdict]:
    table.close(*exercises)
    known = [verdict.value for verdict in Verdict]
    for name in exercises:
        if table.text(name) not in known:
            table.refuse(name, say("expected one of {verdicts}", verdicts=", ".join(known)))
        if right and table.text(name) != Verdict.PASSED.value:
            table.refuse(name, say("a case whose name begins with {right} must pass", right=RIGHT))
    return {name: Verdict(table.text(name)) for name in exercises}


def _read_mistakes(expect: Table, exercises: Sequence[str]) -> dict[str, str]:
    if "mistake" not in expect.values:
        return {}
    if isinstance(expect.values["mistake"], str):
        return {"": expect.text("mistake")}
    table = expect.table("mistake")
    table.close(*exercises)
    return {name: table.text(name) for name in table.values}


def _first_words(result: SubmissionResult, exercise: str) -> Message:
    told = next((check.message for check in result.checks if check.exercise == exercise and check.message), None)
    return say(" It was told: {told}", told=told) if told else {"en": "", "ko": ""}
