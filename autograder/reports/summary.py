"""A class in numbers: what summary.json holds and the tables show."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from autograder.messages import Message, say
from autograder.results import SubmissionResult, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

SUMMARY_SCHEMA: Final = 1


@dataclass(frozen=True)
class ExerciseSummary:
    """One exercise over a class.

    Attributes
    ----------
    verdicts : dict
        How many graded submissions got which verdict; only those that occur.
    mean : float or None
        Mean points of all submissions that have a score; None where none has.
    max_score : float
        Points to be earned.
    mistakes : dict of str to int
        How many graded submissions made which mistake that could be named, the most frequent first.
    """

    name: str
    verdicts: dict[Verdict, int]
    mean: float | None
    max_score: float
    mistakes: dict[str, int] = field(default_factory=dict)

    @property
    def pass_rate(self) -> float | None:
        """Share of the graded submissions that passed, 0 to 1; None where none was graded."""
        graded = sum(self.verdicts.values())
        return self.verdicts.get(Verdict.PASSED, 0) / graded if graded else None


@dataclass(frozen=True)
class AssignmentSummary:
    """One assignment over a class.

    Attributes
    ----------
    results : tuple of SubmissionResult
        What it is the summary of.
    mean : float or None
        Mean score in points of all submissions that have one.
    """

    name: str
    results: tuple[SubmissionResult, ...]
    mean: float | None
    max_score: float
    exercises: tuple[ExerciseSummary, ...]


def summarize(results: Iterable[SubmissionResult]) -> list[AssignmentSummary]:
    """Sum up the results of each assignment, in the order in which they come.

    Parameters
    ----------
    results : iterable of SubmissionResult
        Any number of students and assignments.

    Returns
    -------
    list of AssignmentSummary
        One for each assignment.
    """
    groups: dict[str, list[SubmissionResult]] = {}
    for result in results:
        groups.setdefault(result.assignment, []).append(result)
    return [_summarize_one(name, group) for name, group in groups.items()]


def describe_class(results: Sequence[SubmissionResult]) -> dict[str, Any]:
    """Return the summary of a class as JSON data: the part of summary.json that the results alone decide."""
    scores = [result.score / result.max_score for result in results if result.score is not None and result.max_score]
    levels = Counter((result.isolation.level, result.isolation.layers) for result in results)
    return {
        "schema": SUMMARY_SCHEMA,
        "submissions": len(results),
        "students": len({result.student for result in results}),
        "statuses": dict(Counter(result.status for result in results)),
        "mean_share": mean_of(scores),
        "isolation": [
            {"level": level, "layers": list(layers), "submissions": count} for (level, layers), count in levels.items()
        ],
        "cpu_s": round(sum(result.cpu_s for result in results), 4),
        "assignments": [_describe_assignment(summary) for summary in summarize(results)],
    }


def why_ungraded(result: SubmissionResult) -> Message:
    """Return why a submission has no grade."""
    for check in result.checks:
        if check.verdict is Verdict.GRADER_ERROR and check.message:
            return say("{check}: {reason}", check=check.id, reason=check.message)
    return result.notes[-1].message if result.notes else say("no reason was given")


def mean_of(values: Sequence[float]) -> float | None:
    """Return the mean to 4 decimals, or None of nothing."""
    return round(sum(values) / len(values), 4) if values else None


def _summarize_one(name: str, results: list[SubmissionResult]) -> AssignmentSummary:
    exercises: dict[str, list[tuple[float, float]]] = {}
    for result in results:
        for exercise in result.exercises:
            scored = exercises.setdefault(exercise.name, [])
            if result.score is not None:
                scored.append((exercise.score, exercise.max_score))
    return AssignmentSummary(
        name=name,
        results=tuple(results),
        mean=mean_of([result.score for result in results if result.score is not None]),
        max_score=max(result.max_score for result in results),
        exercises=tuple(
            ExerciseSummary(
                name=exercise,
                verdicts=dict(Counter(result.verdict_of(exercise) for result in results if result.status == "graded")),
                mean=mean_of([score for score, _ in scored]),
                max_score=max((points for _, points in scored), default=0.0),
                mistakes=_count_mistakes(results, exercise),
            )
            for exercise, scored in exercises.items()
        ),
    )


def _count_mistakes(results: Iterable[SubmissionResult], exercise: str) -> dict[str, int]:
    named = Counter(
        name
        for result in results
        if result.status == "graded"
        for name in {
            check.mistake.id for check in result.checks if check.exercise == exercise and check.mistake is not None
        }
    )
    # Of as many each the alphabet decides, so that the same results give the same summary.
    return dict(sorted(named.items(), key=lambda item: (-item[1], item[0])))


def _describe_assignment(summary: AssignmentSummary) -> dict[str, Any]:
    return {
        "name": summary.name,
        "submissions": len(summary.results),
        "statuses": dict(Counter(result.status for result in summary.results)),
        "mean": summary.mean,
        "max_score": summary.max_score,
        "exercises": [
            {
                "name": exercise.name,
                "mean": exercise.mean,
                "max_score": exercise.max_score,
                "pass_rate": None if exercise.pass_rate is None else round(exercise.pass_rate, 4),
                "verdicts": {
                    verdict.value: exercise.verdicts[verdict] for verdict in Verdict if verdict in exercise.verdicts
                },
                "mistakes": exercise.mistakes,
            }
            for exercise in summary.exercises
        ],
    }
