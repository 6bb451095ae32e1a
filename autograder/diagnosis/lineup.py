"""The wrong variants of one exercise, and which of them a submission's failures point at."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from autograder.diagnosis.matching import recognized
from autograder.diagnosis.suspects import (
    MOST_ALIASES,
    Case,
    Role,
    Suspect,
    choose_scaled,
    choose_vote,
    choose_whole,
    common_factors,
)
from autograder.messages import Message, join, say
from autograder.results import Mistake

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from autograder.diagnosis.understudies import Understudy


@dataclass(frozen=True)
class Named:
    """A mistake, or a few that can't be told apart.

    Attributes
    ----------
    sentence : Message or None
        What to tell the student; None where the checks say it themselves.
    places : frozenset of int
        The failed checks that it explains.
    """

    mistake: Mistake
    sentence: Message | None
    places: frozenset[int]


@dataclass(frozen=True)
class Lineup:
    """All that a submission's failures in one exercise may point at.

    Attributes
    ----------
    roles : sequence of Role
        The wrong variants, those of the catalogue first.
    reference : Understudy
        The right solution.
    sentences : mapping of str to Message
        What the catalogue says of its mistakes.
    """

    roles: Sequence[Role]
    reference: Understudy
    sentences: Mapping[str, Message]

    def name(self, case: Case) -> list[Named]:
        """Name what explains the failures, the main mistake first; nothing where nothing is certain."""
        every = frozenset(case.failed)
        claims = [
            claim
            for names in recognized(case.failed.values())
            if (claim := [name for name in names if name in self.sentences])
        ]
        whole = _prefer(choose_whole(self.roles, case, self.reference), {name for claim in claims for name in claim})
        if whole:
            return [_named(whole, every)]
        factors = common_factors(case, None)
        if factors:
            return [Named(_mistake(list(factors)), None, every)]
        # Where a check has recognized the mistake, a multiple of another one is chance.
        scaled = None if claims else choose_scaled(self.roles, case, self.reference)
        if scaled:
            role, factor = scaled
            more = say("Even with that set right, the result would be {relation}.", relation=factor.message)
            return [Named(Mistake(role.mistake, sure=True), join(role.message, more), every)]
        return list(self._name_some(case, every, claims))

    def _name_some(self, case: Case, every: frozenset[int], claims: Sequence[Sequence[str]]) -> Iterator[Named]:
        """Name mistakes that explain some of the failures each, until nothing is left that costs points or fits."""
        open_ = every
        for claim in claims:
            places = frozenset(place for place in open_ if set(claim) & set(case.failed[place].mistakes))
            if places and len(claim) <= MOST_ALIASES:
                yield Named(_mistake(claim), word_all(self.sentences[name] for name in claim), places)
                open_ -= places
        while open_ and (open_ == every or open_ - case.practice):
            found = choose_vote(self.roles, case, self.reference, open_)
            if not found:
                return
            places = open_.intersection(*(suspect.explained for suspect in found))
            yield _named(found, places)
            open_ -= places


def _prefer(suspects: list[Suspect], claimed: Collection[str]) -> list[Suspect]:
    """Of several mistakes, keep those that the checks have recognized themselves."""
    return [suspect for suspect in suspects if suspect.role.mistake in claimed] or suspects


def _named(suspects: Sequence[Suspect], places: frozenset[int]) -> Named:
    names = [suspect.role.mistake for suspect in suspects]
    return Named(_mistake(names), word_all(suspect.role.message for suspect in suspects), places)


def _mistake(names: Sequence[str]) -> Mistake:
    return Mistake(names[0], sure=len(names) == 1, aliases=tuple(names[1:]))


def word_all(sentences: Iterable[Message]) -> Message:
    """Put what several mistakes have to say into one message."""
    different = list({sentence["en"]: sentence for sentence in sentences}.values())
    if len(different) == 1:
        return different[0]
    choices = [join({"en": f"({number})", "ko": f"({number})"}, text) for number, text in enumerate(different, 1)]
    return join(say("One of these is behind it:"), *choices)
