"""Verdicts, and the schema of results.jsonl (version 1)."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from enum import Enum
from typing import Any, Final, Literal

from autograder.messages import Message

SCHEMA: Final = 1
Status = Literal["graded", "unreadable", "grader_error"]


FOR_AUTHORS: Final = "diagnosis"
"""The kind of a note that no student sees: it may speak of the solution."""


class Verdict(str, Enum):
    """How one check ended; the set is closed."""

    PASSED = "passed"
    FAILED = "failed"
    MISSING = "missing"
    CRASHED = "crashed"
    TIMED_OUT = "timed_out"
    OUT_OF_MEMORY = "out_of_memory"
    MALFORMED = "malformed"
    GRADER_ERROR = "grader_error"


@dataclass(frozen=True)
class Note:
    """A remark on a submission that costs nothing.

    Attributes
    ----------
    kind : str
        One word for programs: ``encoding``, ``name``, ``magic``, ``statement``, …
    message : Message
        The sentence for people.
    """

    kind: str
    message: Message


@dataclass(frozen=True)
class Mistake:
    """A mistake that was identified from what the student's code answered.

    Attributes
    ----------
    id : str
        Its name in the catalogue.
    sure : bool
        False where other mistakes answer the same: they are in `aliases`.
    """

    id: str
    sure: bool
    aliases: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the mistake as JSON data; aliases only where there are any."""
        data: dict[str, Any] = {"id": self.id, "sure": self.sure}
        if self.aliases:
            data["aliases"] = list(self.aliases)
        return data


@dataclass(frozen=True)
class CheckResult:
    """One check of one submission.

    Attributes
    ----------
    id : str
        The name of the test function.
    points, max_points : float
        Points earned, and to be earned.
    message : Message or None
        What the student reads; None where the check passed.
    wall_s : float
        Seconds, measured by the clock on the wall.
    evidence : tuple of dict
        What a picture can show (`autograder.checks.evidence`). It holds expected values: only a judge of
        public checks alone sends it, so that it is in no results.jsonl.
    """

    id: str
    exercise: str
    hidden: bool
    verdict: Verdict
    points: float
    max_points: float
    message: Message | None = None
    mistake: Mistake | None = None
    wall_s: float = 0.0
    evidence: tuple[dict[str, Any], ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the check as JSON data; evidence only where there is any."""
        data: dict[str, Any] = {
            "id": self.id,
            "exercise": self.exercise,
            "hidden": self.hidden,
            "verdict": self.verdict.value,
            "points": self.points,
            "max_points": self.max_points,
            "message": self.message,
            "mistake": self.mistake.to_json() if self.mistake else None,
            "wall_s": round(self.wall_s, 4),
        }
        if self.evidence:
            data["evidence"] = list(self.evidence)
        return data

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> CheckResult:
        """Read back what `to_json` wrote."""
        mistake = data["mistake"]
        if mistake:
            mistake = Mistake(mistake["id"], mistake["sure"], tuple(mistake.get("aliases", ())))
        evidence = tuple(data.get("evidence", ()))
        return cls(**{**data, "verdict": Verdict(data["verdict"]), "mistake": mistake, "evidence": evidence})


@dataclass(frozen=True)
class ExerciseResult:
    """Points of one exercise: the sum over its checks."""

    name: str
    score: float
    max_score: float


@dataclass(frozen=True)
class Isolation:
    """The walls that stood while a submission ran.

    Attributes
    ----------
    level : int
        4 (strongest) to 0 (a clock and limits only).
    layers : tuple of str
        What the level was made of, e.g. ``("landlock", "seccomp", "rlimits")``.
    """

    level: int
    layers: tuple[str, ...]


@dataclass(frozen=True)
class SubmissionResult:
    """One line of results.jsonl.

    Attributes
    ----------
    sha256 : str
        Hash of the submission, the graders and the engine: a rerun skips what has not changed.
    score : float or None
        Points; None where the grader failed, which is never scored as the student's.
    wall_s, cpu_s : float
        Seconds on the wall, and CPU seconds of judge and student's process together.
    """

    student: str
    assignment: str
    files: tuple[str, ...]
    sha256: str
    status: Status
    score: float | None
    max_score: float
    isolation: Isolation
    wall_s: float = 0.0
    cpu_s: float = 0.0
    exercises: tuple[ExerciseResult, ...] = ()
    checks: tuple[CheckResult, ...] = ()
    notes: tuple[Note, ...] = field(default=())

    @property
    def key(self) -> tuple[str, str]:
        """Student and assignment: what a result is the result of."""
        return self.student, self.assignment

    def verdict_of(self, exercise: str) -> Verdict:
        """Return passed, or the verdict of the exercise's first check that did not pass.

        Where there are checks that give points, only they count: the others are practice
        or a bonus. A check that itself failed outweighs the rest.
        """
        checks = [check for check in self.checks if check.exercise == exercise]
        verdicts = [check.verdict for check in checks if check.max_points] or [check.verdict for check in checks]
        if Verdict.GRADER_ERROR in verdicts:
            return Verdict.GRADER_ERROR
        return next((verdict for verdict in verdicts if verdict is not Verdict.PASSED), Verdict.PASSED)

    def to_json(self) -> dict[str, Any]:
        """Return the result as JSON data of schema 1."""
        return {
            "schema": SCHEMA,
            "student": self.student,
            "assignment": self.assignment,
            "files": list(self.files),
            "sha256": self.sha256,
            "status": self.status,
            "score": self.score,
            "max_score": self.max_score,
            "isolation": {"level": self.isolation.level, "layers": list(self.isolation.layers)},
            "wall_s": round(self.wall_s, 4),
            "cpu_s": round(self.cpu_s, 4),
            "exercises": [asdict(exercise) for exercise in self.exercises],
            "checks": [check.to_json() for check in self.checks],
            "notes": [asdict(note) for note in self.notes],
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> SubmissionResult:
        """Read back what `to_json` wrote.

        Raises
        ------
        ValueError
            If the data is of another schema.
        """
        if data.get("schema") != SCHEMA:
            text = f"results of schema {data.get('schema')!r}, expected {SCHEMA}"
            raise ValueError(text)
        fields = {name: value for name, value in data.items() if name != "schema"}
        return cls(
            **{
                **fields,
                "files": tuple(data["files"]),
                "isolation": Isolation(data["isolation"]["level"], tuple(data["isolation"]["layers"])),
                "exercises": tuple(ExerciseResult(**exercise) for exercise in data["exercises"]),
                "checks": tuple(CheckResult.from_json(check) for check in data["checks"]),
                "notes": tuple(Note(**note) for note in data["notes"]),
            },
        )
