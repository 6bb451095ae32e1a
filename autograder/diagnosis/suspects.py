"""Which wrong variants behave like a student's code, over all checks of an exercise."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from autograder.diagnosis.matching import (
    Agreement,
    compare_accounts,
    find_common_factors,
    gives_same_answers,
    has_something_to_tell,
    shares_digits,
)
from autograder.diagnosis.understudies import Understudy

if TYPE_CHECKING:
    from autograder.checks.relations import Factor
    from autograder.checks.testimony import Account
    from autograder.messages import Message

MOST_ALIASES: Final = 3
"""More mistakes that could be meant help nobody."""


_PASSED_BY: Final = 10
"""A check that the student passed rules out one variant in so many; one that failed rules out nearly all."""


@dataclass(frozen=True)
class Case:
    """One exercise of one submission.

    Attributes
    ----------
    failed : mapping of int to Account
        What checks saw that failed, by their place among the checks of the exercise.
    passed : mapping of int to Account
        Those that passed. Checks that got no answer are in neither.
    practice : frozenset of int
        Those that give no points.
    """

    failed: Mapping[int, Account]
    passed: Mapping[int, Account]
    practice: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Role:
    """A wrong variant and the understudy that plays it.

    Attributes
    ----------
    mistake : str
        Its id.
    message : Message
        The sentence for the student.
    named : bool
        True from the catalogue, False from an operator.
    """

    mistake: str
    message: Message
    named: bool
    understudy: Understudy


@dataclass(frozen=True)
class Suspect:
    """A mistake that would explain some failures.

    Attributes
    ----------
    explained : mapping of int to Agreement
        The checks that saw the same of the variant.
    likeness : pair of int
        In how many checks that passed the digits beyond all tolerance are the variant's, minus those where they are
        not; in how many of the explained ones all answers are the same, whether they were judged or not.
    """

    role: Role
    explained: Mapping[int, Agreement]
    likeness: tuple[int, int]

    @property
    def is_strong(self) -> bool:
        """Whether wrong numbers speak for it."""
        return _speaks_at(self, self.explained) or self.likeness[0] > 0


def examine(role: Role, case: Case, reference: Understudy, *, wholly: bool) -> Suspect | None:
    """Hold a variant against a case.

    Parameters
    ----------
    wholly : bool
        Whether it has to explain every failure.

    Returns
    -------
    Suspect or None
        None where it fails a check in which the student passes or fails in another way, or explains too little.
        What an operator made explains only what sees the same wrong numbers.
    """
    explained: dict[int, Agreement] = {}
    least = Agreement.WEAK if role.named else Agreement.STRONG
    answers = digits = 0
    untried = set(case.failed)
    for place in _in_order(case, reference):
        if not untried and not explained:
            return None
        untried.discard(place)
        known = role.understudy.account_at(place)
        if place in case.passed:
            if not known.passed:
                return None
            digits += shares_digits(case.passed[place], known)
            continue
        seen = case.failed[place]
        agreement = compare_accounts(seen, known, reference.account_at(place))
        if agreement >= least:
            explained[place] = agreement
            answers += gives_same_answers(seen, known)
        elif wholly or not known.passed:
            return None
    return Suspect(role, explained, (digits, answers)) if explained else None


def _in_order(case: Case, reference: Understudy) -> list[int]:
    """Order the checks so that most variants are out early and cheaply; what comes out is the same in any order."""
    failed = {place: reference.cost_at(place) for place in case.failed}
    passed = {place: reference.cost_at(place) * _PASSED_BY for place in case.passed}
    return sorted(failed | passed, key=(failed | passed).__getitem__)


def choose_whole(roles: Sequence[Role], case: Case, reference: Understudy) -> list[Suspect]:
    """Find the mistakes of which each would explain every failure; several where nothing tells them apart.

    The catalogue's mistakes win over the operators'. Where nothing telling speaks for anybody, only a mistake
    of the catalogue that stands alone is named.
    """
    for tier in _tiers(roles) if _tells_everywhere(case, reference) else _tiers(roles)[:1]:
        found = [suspect for role in tier if (suspect := examine(role, case, reference, wholly=True))]
        strong = _apart([suspect for suspect in found if suspect.is_strong])
        if strong:
            return strong if len(strong) <= MOST_ALIASES else []
        if found:
            return _alone(found)
    return []


def _tells_everywhere(case: Case, reference: Understudy) -> bool:
    """Whether what an operator made could explain it all: hundreds need not be asked where none can."""
    return all(has_something_to_tell(seen, reference.account_at(place)) for place, seen in case.failed.items())


def choose_vote(roles: Sequence[Role], case: Case, reference: Understudy, open_: frozenset[int]) -> list[Suspect]:
    """Find the mistakes that explain most of the failures that are still open, and contradict nothing.

    Only those of the catalogue: a few failures alone are too little to name what no author has thought of.
    """
    found = (examine(role, case, reference, wholly=False) for role in _tiers(roles)[0])
    named = [suspect for suspect in found if suspect and open_ & suspect.explained.keys()]
    strong = [suspect for suspect in named if _speaks_at(suspect, open_)]
    if not strong:
        return _alone(named)
    best = max(len(open_ & suspect.explained.keys()) for suspect in strong)
    strong = [suspect for suspect in strong if len(open_ & suspect.explained.keys()) == best]
    # Independent mistakes may explain as many each: the one that shows first comes first.
    first = min(min(open_ & suspect.explained.keys()) for suspect in strong)
    chosen = _apart([suspect for suspect in strong if first in suspect.explained])
    return chosen if len(chosen) <= MOST_ALIASES else []


def choose_scaled(roles: Sequence[Role], case: Case, reference: Understudy) -> tuple[Role, Factor] | None:
    """Find the one mistake of the catalogue of which the student's numbers are a multiple.

    Among hundreds of an operator's making one is a multiple by chance.
    """
    case = replace(case, failed=dict(sorted(case.failed.items(), key=lambda item: reference.cost_at(item[0]))))
    found: dict[tuple[str, str], tuple[Role, Factor]] = {}
    for role in _tiers(roles)[0]:
        factors = common_factors(case, role.understudy)
        if factors and all(role.understudy.account_at(place).passed for place in case.passed):
            found |= {(role.mistake, name): (role, factor) for name, factor in factors.items()}
    return next(iter(found.values())) if len(found) == 1 else None


def common_factors(case: Case, understudy: Understudy | None) -> dict[str, Factor]:
    """Find the factors that lead from a variant to the student in every failed check; None is the reference."""
    common: dict[str, Factor] | None = None
    for place, seen in case.failed.items():
        factors = find_common_factors(seen, understudy.account_at(place) if understudy else None)
        common = factors if common is None else {name: common[name] for name in common if name in factors}
        if not common:
            return {}
    return common or {}


def _tiers(roles: Iterable[Role]) -> tuple[list[Role], list[Role]]:
    every = list(roles)
    return [role for role in every if role.named], [role for role in every if not role.named]


def _apart(suspects: Sequence[Suspect]) -> list[Suspect]:
    """Keep one suspect of each mistake, of those whose answers are the most like the student's."""
    most = max((suspect.likeness for suspect in suspects), default=None)
    return list({suspect.role.mistake: suspect for suspect in suspects if suspect.likeness == most}.values())


def _alone(suspects: Sequence[Suspect]) -> list[Suspect]:
    """Where nothing telling speaks for anybody, only a mistake of the catalogue that stands alone is named."""
    is_one = len({suspect.role.mistake for suspect in suspects}) == 1
    return list(suspects[:1]) if is_one and suspects[0].role.named else []


def _speaks_at(suspect: Suspect, places: Iterable[int]) -> bool:
    return any(suspect.explained.get(place) is Agreement.STRONG for place in places)
