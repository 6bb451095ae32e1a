"""Simple relations between an answer and what it should be: half of it, N times, transposed.

A wrong name is worse than none, so a relation is claimed only where every entry
agrees with it to rounding error.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
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
    if not np.any(np.abs(expected) > _TELLING * tolerance):
        return None
    if not np.any(actual):
        return say("nothing but 0")
    first = np.unravel_index(np.argmax(np.abs(expected)), expected.shape)

    def fits(factor: float) -> bool:
        # One entry rules out nearly every factor at once.
        reach = tolerance[first] * max(1.0, abs(factor))
        return abs(actual[first] - factor * expected[first]) <= reach and agrees(
            actual, factor * expected, tolerance * max(1.0, abs(factor))
        )

    # Two sizes that happen to be equal are named together.
    twins = [text for factor, text in _named_factors(named or {}) if fits(factor)]
    if twins:
        return join(*twins, by=" / ")
    return next((text for factor, text in _plain_factors() if fits(factor)), None)


def agrees(actual: Floats, wanted: Floats, tolerance: Floats) -> bool:
    """Tell whether every entry agrees to its tolerance."""
    return bool(np.all(np.abs(actual - wanted) <= tolerance))


def _named_factors(named: NamedFactors) -> Iterator[tuple[float, Message]]:
    for sign, dress in _SIGNS:
        for name, size in named.items():
            for factor, text in _factors_of(name, float(size)):
                yield sign * factor, dress(text)


def _plain_factors() -> Iterator[tuple[float, Message]]:
    yield -1.0, say("right in size, but of the opposite sign")
    for sign, dress in _SIGNS:
        yield sign * 2.0, dress(say("exactly twice what it should be"))
        yield sign * 0.5, dress(say("exactly half of what it should be"))
        for whole in _WHOLE_FACTORS:
            yield sign * whole, dress(say("exactly {factor} times what it should be", factor=whole))
            yield sign / whole, dress(say("exactly 1/{factor} of what it should be", factor=whole))


def _factors_of(name: str, size: float) -> Iterator[tuple[float, Message]]:
    if size <= 1:
        return
    yield size, say("exactly {name} times what it should be (is the division by {name} missing?)", name=name)
    yield 1 / size, say("exactly 1/{name} of what it should be (is it divided by {name} once too often?)", name=name)
    for factor, text in (
        (2 * size, f"2·{name}"),
        (size / 2, f"{name}/2"),
        (2 / size, f"2/{name}"),
        (0.5 / size, f"1/(2·{name})"),
    ):
        # N/2 is 2 where N is 4: the plain name is the likelier one.
        if factor not in {0.5, 1.0, 2.0}:
            yield factor, say("exactly {factor} times what it should be", factor=text)
    if size > 2:  # noqa: PLR2004 - from two samples, N - 1 divides by 1
        yield size / (size - 1), say("what a division by {name} - 1 in place of {name} gives", name=name)


def _as_it_is(text: Message) -> Message:
    return text


def _opposite(text: Message) -> Message:
    return say("{size}, and of the opposite sign", size=text)


_SIGNS: Final[tuple[tuple[float, Callable[[Message], Message]], ...]] = ((1.0, _as_it_is), (-1.0, _opposite))


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
