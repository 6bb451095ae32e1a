"""What an audit found: the fate of each wrong variant, and of each case."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any, Final

from autograder.messages import Message, say

if TYPE_CHECKING:
    from autograder.variants import Variant

AUDIT_SCHEMA: Final = 1


class Fate(str, Enum):
    """What became of a wrong variant; the set is closed."""

    KILLED = "killed"
    BONUS = "bonus"
    EQUIVALENT = "equivalent"
    ACCEPTED = "accepted"
    SURVIVED = "survived"


@dataclass(frozen=True)
class Witness:
    """An input on which a variant and the reference differ.

    Attributes
    ----------
    code : str
        Python lines that ask the question; the last one is where they part.
    expected, got : str
        What the reference answers, and what the variant does.
    """

    code: str
    expected: str
    got: str

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON data."""
        return {"code": self.code, "expected": self.expected, "got": self.got}


@dataclass(frozen=True)
class Finding:
    """One variant after its trial.

    Attributes
    ----------
    check : str
        The check that killed it, or the bonus check that alone sees it; empty where none does.
    named : tuple of str
        Mistakes that the judge named, aliases too.
    reason : Message or None
        Why it is no survivor though no check sees it, or what was tried.
    witness : Witness or None
        Of a survivor: the smallest input that would have caught it, where one was found.
    """

    variant: Variant
    fate: Fate
    check: str = ""
    named: tuple[str, ...] = ()
    reason: Message | None = None
    witness: Witness | None = None

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON data."""
        return {
            "variant": self.variant.id,
            "exercise": self.variant.exercise,
            "mistake": self.variant.mistake,
            "catalogue": self.variant.named,
            "line": self.variant.line,
            "before": self.variant.before,
            "after": self.variant.after,
            "fate": self.fate.value,
            "check": self.check,
            "named": list(self.named),
            "reason": self.reason,
            "witness": self.witness.to_json() if self.witness else None,
        }


@dataclass(frozen=True)
class CaseFinding:
    """One case after its trial; a case that is as it must be has no complaints."""

    name: str
    about: Message
    complaints: tuple[Message, ...]


@dataclass(frozen=True)
class Naming:
    """How well the judge names the catalogue's own variants.

    Attributes
    ----------
    right, unknown : int
        Killed variants whose own mistake was named, alone or among aliases, and those that got no name.
    wrong : tuple of Finding
        Those that got another name.
    """

    right: int
    unknown: int
    wrong: tuple[Finding, ...]

    @property
    def total(self) -> int:
        """All killed variants of the catalogue."""
        return self.right + self.unknown + len(self.wrong)


@dataclass(frozen=True)
class AssignmentAudit:
    """One assignment after its audit.

    Attributes
    ----------
    findings : tuple of Finding
        One a variant, in their order.
    cases : tuple of CaseFinding
        One a case.
    problems : tuple of Message
        What kept it from being audited as a whole, for whoever can mend it.
    stale : tuple of Message
        Acceptances that accept nothing any more.
    """

    name: str
    title: Message
    exercises: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    cases: tuple[CaseFinding, ...] = ()
    problems: tuple[Message, ...] = ()
    stale: tuple[Message, ...] = ()

    def of(self, *fates: Fate, exercise: str = "") -> list[Finding]:
        """Return the variants that met one of these fates."""
        return [
            finding for finding in self.findings if finding.fate in fates and exercise in {"", finding.variant.exercise}
        ]

    @property
    def counts(self) -> Counter[Fate]:
        """How many variants met which fate."""
        return Counter(finding.fate for finding in self.findings)

    @property
    def broken_cases(self) -> list[CaseFinding]:
        """The cases that came out otherwise than written."""
        return [case for case in self.cases if case.complaints]

    @property
    def is_clean(self) -> bool:
        """Whether nothing is left to do."""
        return not (self.problems or self.stale or self.broken_cases or self.of(Fate.SURVIVED))

    @property
    def aliases(self) -> list[tuple[str, tuple[str, ...]]]:
        """Mistakes of the catalogue that the judge does not tell apart, with their exercise."""
        groups = {
            (finding.variant.exercise, tuple(sorted(finding.named)))
            for finding in self.of(Fate.KILLED)
            if finding.variant.named and finding.variant.mistake in finding.named and len(finding.named) > 1
        }
        return sorted(groups)

    @property
    def naming(self) -> Naming | None:
        """How well the catalogue's mistakes were named; None where nothing was named at all."""
        killed = [finding for finding in self.of(Fate.KILLED) if finding.variant.named]
        if not any(finding.named for finding in killed):
            return None
        return Naming(
            right=sum(finding.variant.mistake in finding.named for finding in killed),
            unknown=sum(not finding.named for finding in killed),
            wrong=tuple(one for one in killed if one.named and one.variant.mistake not in one.named),
        )

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON data."""
        return {
            "name": self.name,
            "clean": self.is_clean,
            "counts": {fate.value: self.counts[fate] for fate in Fate},
            "problems": list(self.problems),
            "stale": list(self.stale),
            "aliases": [{"exercise": exercise, "mistakes": list(names)} for exercise, names in self.aliases],
            "variants": [finding.to_json() for finding in self.findings],
            "cases": [
                {"name": case.name, "about": case.about, "complaints": list(case.complaints)} for case in self.cases
            ],
        }


def sum_naming(audits: Sequence[AssignmentAudit]) -> Naming | None:
    """Add up how well mistakes were named."""
    each = [naming for audit in audits if (naming := audit.naming)]
    if not each:
        return None
    return Naming(
        right=sum(naming.right for naming in each),
        unknown=sum(naming.unknown for naming in each),
        wrong=tuple(finding for naming in each for finding in naming.wrong),
    )


def describe_audit(audits: Sequence[AssignmentAudit], *, seconds: float) -> dict[str, Any]:
    """Return an audit as JSON data: what audit.json holds."""
    return {
        "schema": AUDIT_SCHEMA,
        "seconds": round(seconds, 1),
        "clean": all(audit.is_clean for audit in audits),
        "assignments": [audit.to_json() for audit in audits],
    }


def fate_name(fate: Fate) -> Message:
    """Return the name of a fate as people read it."""
    names = {
        Fate.KILLED: say("killed"),
        Fate.BONUS: say("only a bonus check sees it"),
        Fate.EQUIVALENT: say("equivalent"),
        Fate.ACCEPTED: say("accepted by its author"),
        Fate.SURVIVED: say("survived"),
    }
    return names[fate]
