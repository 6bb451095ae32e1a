"""Simple relations between an answer and what it should be: half of it, N times, transposed.

A wrong name is worse than none, so a relation is claimed only where every entry
agrees with it to rounding error.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

import numpy as np

from autograder.messages import Message, join, say

if TYPE_CHECKING:
    from autograder.checks.values import Floats

NamedFactors = Mapping[str, float]

_WHOLE_FACTORS: Final = (3, 4, 5, 6, 8, 10)
# An entry this many tolerances large can tell one factor from another.
_TELLING: Final = 100.0


def name_factor(
    actual: Floats, expected: Floats, tolerance: Floats, named: NamedFactors | None = None
) -> Message | None:
    """Name the one factor that leads from the right answer to the wrong one.

    Parameters
    ----------
    actual, expected : ndarray of float64
        Of one shape, finite.
    tolerance : ndarray of float64
        Largest rounding error of each entry, absolute, of the same shape.
    named : mapping of str to float, optional
        Sizes that may have come in by mistake, such as ``{"N": 5}``.

    Returns
    -------
    Message or None
        A clause that follows "is"; None where no simple factor fits every entry.
    """
    factors = find_factors(actual, expected, tolerance, named)
    if not factors and not np.any(actual) and np.any(np.abs(expected) > _TELLING * tolerance):
        return say("nothing but 0")
    return join(*(factor.message for factor in factors), by=" / ") if factors else None


@dataclass(frozen=True)
class Factor:
    """A factor that people come up with by mistake.

    Attributes
    ----------
    name : str
        What it is: ``times_N``, ``half``, ``opposite_sign``, …
    value : float
        The factor itself, dimensionless.
    clause : callable
        Makes the clause that follows "is": there are many factors, and one is spoken of.
    """

    name: str
    value: float
    clause: Callable[[], Message]

    @property
    def message(self) -> Message:
        """The clause in every language."""
        return self.clause()


def find_factors(
    actual: Floats, expected: Floats, tolerance: Floats, named: NamedFactors | None = None
) -> list[Factor]:
    """Find the simple factors that lead from one array to another.

    Parameters
    ----------
    actual, expected, tolerance, named
        As in `name_factor`.

    Returns
    -------
    list of Factor
        Several only where sizes happen to be equal; a named size hides the plain number that it is.
    """
    if not np.any(np.abs(expected) > _TELLING * tolerance) or not np.any(actual):
        return []
    first = np.unravel_index(np.argmax(np.abs(expected)), expected.shape)

    def fits(factor: float) -> bool:
        # One entry rules out nearly every factor at once.
        reach = tolerance[first] * max(1.0, abs(factor))
        return abs(actual[first] - factor * expected[first]) <= reach and agrees(
            actual, factor * expected, tolerance * max(1.0, abs(factor))
        )

    twins = [factor for factor in _named_factors(named or {}) if fits(factor.value)]
    return twins or next(([factor] for factor in _plain_factors() if fits(factor.value)), [])


def agrees(actual: Floats, wanted: Floats, tolerance: Floats) -> bool:
    """Tell whether every entry agrees to its tolerance."""
    return bool(np.all(np.abs(actual - wanted) <= tolerance))


def _named_factors(named: NamedFactors) -> Iterator[Factor]:
    for name, size in named.items():
        yield from _with_both_signs(_factors_of(name, float(size)))


def _plain_factors() -> Iterator[Factor]:
    yield Factor("opposite_sign", -1.0, lambda: say("right in size, but of the opposite sign"))
    yield from _with_both_signs(_plain_sizes())


def _with_both_signs(factors: Iterable[Factor]) -> Iterator[Factor]:
    for factor in factors:
        yield factor
        yield Factor(f"minus_{factor.name}", -factor.value, partial(_opposite, factor))


def _opposite(factor: Factor) -> Message:
    return say("{size}, and of the opposite sign", size=factor.message)


def _plain_sizes() -> Iterator[Factor]:
    yield Factor("twice", 2.0, lambda: say("exactly twice what it should be"))
    yield Factor("half", 0.5, lambda: say("exactly half of what it should be"))
    for whole in _WHOLE_FACTORS:
        yield Factor(f"times_{whole}", whole, partial(_times, whole))
        yield Factor(f"over_{whole}", 1 / whole, partial(_over, whole))


def _times(factor: str | int) -> Message:
    return say("exactly {factor} times what it should be", factor=factor)


def _over(factor: int) -> Message:
    return say("exactly 1/{factor} of what it should be", factor=factor)


def _factors_of(name: str, size: float) -> Iterator[Factor]:
    if size <= 1:
        return
    yield Factor(
        f"times_{name}",
        size,
        lambda: say("exactly {name} times what it should be (is the division by {name} missing?)", name=name),
    )
    yield Factor(
        f"over_{name}",
        1 / size,
        lambda: say("exactly 1/{name} of what it should be (is it divided by {name} once too often?)", name=name),
    )
    for slug, factor, text in (
        (f"times_2{name}", 2 * size, f"2·{name}"),
        (f"times_half_{name}", size / 2, f"{name}/2"),
        (f"twice_over_{name}", 2 / size, f"2/{name}"),
        (f"over_2{name}", 0.5 / size, f"1/(2·{name})"),
    ):
        # N/2 is 2 where N is 4: the plain name is the likelier one.
        if factor not in {0.5, 1.0, 2.0}:
            yield Factor(slug, factor, partial(_times, text))
    if size > 2:  # noqa: PLR2004 - from two samples, N - 1 divides by 1
        yield Factor(
            f"over_{name}_minus_1",
            size / (size - 1),
            lambda: say("what a division by {name} - 1 in place of {name} gives", name=name),
        )


def name_arrangement(actual: Floats, expected: Floats, tolerance: Floats) -> Message | None:
    """Recognize the right numbers in wrong places; a clause that follows "is", or None."""
    relative = np.max(tolerance) / max(float(np.max(np.abs(expected))), float(np.min(tolerance)), 1e-300)

    def fits(found: Floats, wanted: Floats) -> bool:
        # In its wrong place a small number must not profit from the tolerance of a large one.
        return agrees(found, wanted, np.maximum(np.min(tolerance), relative * np.abs(wanted)))

    if expected.ndim == 2 and expected.shape[0] == expected.shape[1] and fits(actual, expected.T):  # noqa: PLR2004
        return say("transposed")
    if actual.size > 1 and actual.ndim == 1 and fits(actual, expected[::-1]):
        return say("in reversed order")
    if actual.size > 1 and fits(np.sort(actual, axis=None), np.sort(expected, axis=None)):
        return say("right in its numbers, but they stand in other places")
    return None
