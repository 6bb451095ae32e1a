"""The page of an audit: self-contained HTML, without scripts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from jinja2 import Environment, PackageLoader

from autograder.messages import Language, Message, say
from autograder.reports.audits import (
    COLUMNS,
    describe_naming,
    describe_place,
    describe_work,
    short_fate_name,
    what_to_do,
)
from autograder.reports.findings import AssignmentAudit, Fate, Finding, Naming, fate_name, sum_naming

_ENVIRONMENT: Final = Environment(
    # Code and names of the author's stand in it, and what variants answer: all of it is text.
    loader=PackageLoader("autograder.reports", "templates"),
    autoescape=True,
    trim_blocks=True,
)


@dataclass(frozen=True)
class Tile:
    """A number that sums up."""

    value: str
    label: str
    bad: bool = False


@dataclass(frozen=True)
class Part:
    """An assignment or an exercise, as a row of the table."""

    name: str
    fates: dict[Fate, int]

    @property
    def total(self) -> int:
        """How many variants there are."""
        return sum(self.fates.values())

    def count(self, fate: Fate) -> int:
        """How many met a fate."""
        return self.fates[fate]


@dataclass(frozen=True)
class Group:
    """Variants of one fate that one may want to look through."""

    title: str
    about: str
    findings: list[tuple[AssignmentAudit, Finding]]


def render_audit(audits: Sequence[AssignmentAudit], *, seconds: float, language: Language) -> str:
    """Return the page of an audit.

    Parameters
    ----------
    seconds : float
        How long it took.
    """
    naming = sum_naming(audits)
    return _ENVIRONMENT.get_template("audit.html").render(
        language=language,
        words={name: message[language] for name, message in _words().items()},
        clean=all(audit.is_clean for audit in audits),
        verdict=describe_work(audits)[language],
        audits=audits,
        fates=COLUMNS,
        heads={fate: short_fate_name(fate)[language] for fate in COLUMNS},
        meanings={fate: _meaning_of(fate)[language] for fate in COLUMNS},
        tiles=list(_tiles(audits, naming, language)),
        parts=[(audit, list(_parts(audit))) for audit in audits],
        survivors=_all_of(audits, Fate.SURVIVED),
        broken=[(audit, case) for audit in audits for case in audit.broken_cases],
        groups=list(_groups(audits, language)),
        named=describe_naming(naming)[language] if naming else "",
        misnamed=[(audit, one) for audit in audits if audit.naming for one in audit.naming.wrong],
        aliases=[(audit, *alias) for audit in audits for alias in audit.aliases],
        where=lambda audit, finding: describe_place(audit, finding)[language],
        todo=lambda audit, finding: what_to_do(audit, finding)[language],
        footer=say("{seconds} seconds", seconds=f"{seconds:.0f}")[language],
    )


def _words() -> dict[str, Message]:
    return {
        "title": say("Audit of the hidden checks"),
        "lead": say(
            "The solution was changed in all the ways in which people err. Each of these wrong variants was judged as"
            " a submission is: a hidden check must see it."
        ),
        "problems": say("Could not be audited"),
        "survivors": say("Variants that survived"),
        "smallest": say("The smallest input that would have caught it:"),
        "broken": say("Cases that did not come out as written"),
        "stale": say("Acceptances that accept nothing"),
        "overview": say("Exercise by exercise"),
        "more": say("To look through"),
        "assignment": say("assignment"),
        "variants": say("variants"),
        "cases": say("cases"),
        "reference": say("reference"),
        "variant": say("variant"),
        "named": say("Mistakes that were named"),
        "aliases": say("not told apart in"),
    }


def _meaning_of(fate: Fate) -> Message:
    return {
        Fate.KILLED: say("killed: a check that gives points sees it"),
        Fate.BONUS: say("bonus: only a check that gives no points sees it"),
        Fate.EQUIVALENT: say("equivalent: it answers everything as the reference does"),
        Fate.ACCEPTED: say("accepted: its author says that it lies outside the exercise"),
        Fate.SURVIVED: say("survived: no check sees it, though it is wrong"),
    }[fate]


def _tiles(audits: Sequence[AssignmentAudit], naming: Naming | None, language: Language) -> Iterator[Tile]:
    total = sum(len(audit.findings) for audit in audits)
    yield Tile(f"{total:,}", say("wrong variants")[language])
    for fate in COLUMNS:
        count = len(_all_of(audits, fate))
        if count or fate in {Fate.KILLED, Fate.SURVIVED}:
            yield Tile(f"{count:,}", fate_name(fate)[language], bad=fate is Fate.SURVIVED and count > 0)
    cases = sum(len(audit.cases) for audit in audits)
    broken = sum(len(audit.broken_cases) for audit in audits)
    if cases:
        yield Tile(f"{cases - broken:,}", say("of {total} cases as written", total=cases)[language], bad=broken > 0)
    if naming:
        share = naming.right / naming.total
        yield Tile(f"{share:.0%}", say("mistakes named rightly")[language], bad=bool(naming.wrong))


def _parts(audit: AssignmentAudit) -> Iterator[Part]:
    for name, exercise in ((audit.name, ""), *((exercise, exercise) for exercise in audit.exercises)):
        yield Part(name, {fate: len(audit.of(fate, exercise=exercise)) for fate in Fate})


def _all_of(audits: Sequence[AssignmentAudit], fate: Fate) -> list[tuple[AssignmentAudit, Finding]]:
    return [(audit, finding) for audit in audits for finding in audit.of(fate)]


def _groups(audits: Sequence[AssignmentAudit], language: Language) -> Iterator[Group]:
    abouts = {
        Fate.EQUIVALENT: say(
            "They are no mistakes: to every question that the checks ask, with many other inputs too, they gave the"
            " reference's answer. The reasons tell how many were asked."
        ),
        Fate.ACCEPTED: say("The author gives the reason in audit.toml; the input shows what they answer otherwise."),
        Fate.BONUS: say("They cost a student nothing."),
    }
    for fate, about in abouts.items():
        name = fate_name(fate)[language]
        yield Group(name[:1].upper() + name[1:], about[language], _all_of(audits, fate))
