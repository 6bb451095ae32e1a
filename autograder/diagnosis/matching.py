"""Whether a check saw the same of a student's code as of a wrong variant: statement beside statement."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, Final

import numpy as np

from autograder.checks.relations import agrees, find_factors
from autograder.checks.testimony import Flat

if TYPE_CHECKING:
    from collections.abc import Iterable

    from autograder.checks.relations import Factor
    from autograder.checks.testimony import Account, Statement
    from autograder.checks.values import Floats

NEAR: Final = 1e-6
"""Relative distance of answers that have no tolerance of their own: float32 may have taken part."""
_ALL_DIGITS: Final = 1e-12
"""Relative distance of float64 numbers that were computed in two ways."""
_PRECISE: Final = 1e-5
"""A comparison that allows for more than this, relative to its numbers, tells no factor from chance."""


class Agreement(IntEnum):
    """How far two accounts of one check agree."""

    NONE = 0
    WEAK = 1
    """The same, but nothing that many mistakes could not lead to: 0, NaN, nothing, an exception."""
    STRONG = 2
    """The same wrong numbers."""


def compare_accounts(seen: Account, known: Account, right: Account) -> Agreement:
    """Compare what a check saw of a student's code with what it saw of a variant.

    Parameters
    ----------
    seen, known : Account
        Of the student, on whom the check failed, and of the variant.
    right : Account
        Of the reference: what is the same there tells nothing of a mistake.

    Returns
    -------
    Agreement
        None unless every statement is the same.
    """
    pairs = [] if known.passed else _pair(seen, known)
    if not pairs or not all(_is_same(mine, theirs) for mine, theirs in pairs):
        return Agreement.NONE
    if any(_tells(mine, theirs) for mine, theirs in pairs) or _answers_tell(seen, known, right):
        return Agreement.STRONG
    return Agreement.WEAK


def gives_same_answers(seen: Account, known: Account) -> bool:
    """Tell whether all that came back to the check is the same too, whether it was judged or not."""
    mine, theirs = _answers(seen), _answers(known)
    return len(mine) == len(theirs) and all(map(_is_near, mine, theirs))


def shares_digits(seen: Account, known: Account) -> int:
    """Compare the numbers of a check that passed beyond its tolerance.

    Returns
    -------
    int
        0 where the variant's numbers are the right ones to the last digit; else 1 where the student's are the same as
        the variant's, and -1 where they are not.
    """
    found = 0
    for mine, theirs in zip(_compared(seen), _compared(known), strict=False):
        if mine.what != theirs.what:
            return 0
        if not _has_all_digits_of(theirs.value, theirs.expected):
            if not _has_all_digits_of(mine.value, theirs.value):
                return -1
            found = 1
    return found


def _compared(testimony: Account) -> list[Statement]:
    return [statement for statement in testimony.statements if statement.kind == "compared"]


def _has_all_digits_of(mine: Floats | None, theirs: Floats | None) -> bool:
    if mine is None or theirs is None or mine.shape != theirs.shape:
        return mine is theirs
    largest = float(np.max(np.abs(theirs), initial=0.0))
    return agrees(mine, theirs, np.full(mine.shape, _ALL_DIGITS * largest))


def find_common_factors(seen: Account, known: Account | None) -> dict[str, Factor]:
    """Find the factors that lead from a variant's numbers to the student's, in all that a check compared.

    Parameters
    ----------
    seen : Account
        Of the student.
    known : Account or None
        Of the variant; None is the reference.

    Returns
    -------
    dict of str to Factor
        By name; empty where anything else is wrong, or the numbers can't tell.
    """
    if any(not statement.right and statement.kind != "compared" for statement in _evidence(seen)[:-1]):
        return {}
    found: dict[str, Factor] | None = None
    for mine, theirs in _pair_with_right(seen) if known is None or known.passed else _pair(seen, known):
        if mine.right or mine.kind == "ended":
            if theirs is not None and theirs.right != mine.right:
                return {}
            continue
        factors = _factors_between(mine, theirs)
        found = factors if found is None else {name: found[name] for name in found if name in factors}
        if not found:
            return {}
    return found or {}


def _factors_between(mine: Statement, theirs: Statement | None) -> dict[str, Factor]:
    base = mine.expected if theirs is None or theirs.right else theirs.value
    if mine.kind != "compared" or (theirs is not None and theirs.kind != "compared"):
        return {}
    if mine.value is None or base is None or base.shape != mine.value.shape:
        return {}
    if not np.all(np.isfinite(mine.value)) or not np.all(np.isfinite(base)):
        return {}
    tolerance = _tolerance_for(mine, base)
    if float(np.max(tolerance, initial=0.0)) > _PRECISE * float(np.max(np.abs(base), initial=0.0)):
        return {}
    return {factor.name: factor for factor in find_factors(mine.value, base, tolerance, mine.factors)}


def _pair_with_right(seen: Account) -> list[tuple[Statement, None]]:
    return [(statement, None) for statement in _evidence(seen)]


def _pair(seen: Account, known: Account) -> list[tuple[Statement, Statement]]:
    """Put the statements side by side; nothing where they don't speak of the same things."""
    mine, theirs = _evidence(seen), _evidence(known)
    pairs = list(zip(mine, theirs, strict=False))
    alike = len(mine) == len(theirs) and all((a.kind, a.what) == (b.kind, b.what) for a, b in pairs)
    return pairs if alike else []


def _evidence(testimony: Account) -> list[Statement]:
    return [statement for statement in testimony.statements if statement.kind != "answered"]


def _answers(testimony: Account) -> list[Statement]:
    return [statement for statement in testimony.statements if statement.kind == "answered"]


def _is_same(mine: Statement, theirs: Statement) -> bool:
    if mine.right or theirs.right:
        return mine.right == theirs.right
    if mine.kind == "compared":
        return _has_same_numbers(mine, theirs)
    if isinstance(mine.value, Flat):
        # Whatever is left of something that should have been left alone: that it was changed is the mistake.
        return mine.kind == "kept" or _is_near(mine, theirs)
    return bool(mine.value == theirs.value)


def _has_same_numbers(mine: Statement, theirs: Statement) -> bool:
    if mine.value.shape != theirs.value.shape:
        return False
    return _are_close(mine.value, theirs.value, _tolerance_for(mine, theirs.value))


def _tolerance_for(mine: Statement, numbers: Floats) -> Floats:
    """Scale the tolerance with the numbers: what is N times as large is N times as far off by rounding."""
    assert mine.expected is not None
    assert mine.tolerance is not None
    finite = np.abs(numbers[np.isfinite(numbers)])
    largest = float(np.max(np.abs(mine.expected), initial=0.0))
    growth = max(1.0, float(np.max(finite, initial=0.0)) / largest) if largest else 1.0
    # Where the right number is 0 its tolerance may be 0, and a wrong one there is rounded as the others are.
    relative = float(np.max(mine.tolerance, initial=0.0)) / (largest or 1.0)
    with np.errstate(all="ignore"):
        return np.maximum(mine.tolerance * growth, relative * np.abs(numbers))


def _is_near(mine: Statement, theirs: Statement) -> bool:
    a, b = mine.value, theirs.value
    if not isinstance(a, Flat) or not isinstance(b, Flat) or a.form != b.form or a.numbers.shape != b.numbers.shape:
        return False
    largest = float(np.max(np.abs(b.numbers), initial=0.0, where=np.isfinite(b.numbers)))
    return _are_close(a.numbers, b.numbers, np.full(a.numbers.shape, NEAR * largest))


def _are_close(mine: Floats, theirs: Floats, tolerance: Floats) -> bool:
    odd = ~np.isfinite(theirs)
    if not np.array_equal(mine[odd], theirs[odd], equal_nan=True):
        return False
    return agrees(mine[~odd], theirs[~odd], tolerance[~odd])


def has_something_to_tell(seen: Account, right: Account) -> bool:
    """Tell whether what a check saw that failed could identify a mistake: wrong numbers, or others than usual."""
    if any(_tells(statement, statement) for statement in _evidence(seen)):
        return True
    return any(_differs_tellingly(mine, usual) for mine, usual in zip(_answers(seen), _answers(right), strict=False))


def _tells(mine: Statement, theirs: Statement) -> bool:
    """Whether the same wrong numbers are such that few mistakes lead to them."""
    if mine.right or mine.kind in {"required", "ended"}:
        return False
    if isinstance(mine.value, Flat):
        return _are_telling(mine.value.numbers) and _is_near(mine, theirs)
    # What can't be told from 0 is as good as 0.
    return _are_telling(mine.value if mine.tolerance is None else mine.value[np.abs(mine.value) > mine.tolerance])


def _are_telling(numbers: Floats) -> bool:
    finite = numbers[np.isfinite(numbers)]
    return bool(np.any((finite != 0) & (finite != 1)))


def _answers_tell(seen: Account, known: Account, right: Account) -> bool:
    """Whether an answer that is another one than the reference's is the same for both."""
    if not gives_same_answers(seen, known):
        return False
    return any(
        _differs_tellingly(theirs, usual) for theirs, usual in zip(_answers(known), _answers(right), strict=False)
    )


def _differs_tellingly(given: Statement, usual: Statement) -> bool:
    """Whether an answer is another one than the reference's, in numbers that few mistakes lead to."""
    mine, theirs = given.value.numbers, usual.value.numbers
    if _is_near(given, usual):
        return False
    # Arguments that came back as they went are no part of the mistake.
    return _are_telling(mine[mine != theirs] if mine.shape == theirs.shape else mine)


def recognized(testimonies: Iterable[Account]) -> list[tuple[str, ...]]:
    """Return the mistakes that checks have recognized themselves: those that all of them name, or what each does."""
    named = [testimony.mistakes for testimony in testimonies if testimony.mistakes]
    common = tuple(name for name in named[0] if all(name in other for other in named)) if named else ()
    return [common] if common else list(dict.fromkeys(named))
