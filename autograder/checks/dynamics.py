"""Naming the mistake behind a printed trajectory: the one wrong rule that runs through all its numbers.

A training loop repeats a rule, and now and then prints where it stands. An author
names the wrong rules, losses and moments of printing. Each combination predicts a
table, and only one with which every printed line agrees is named. Where none starts
from the given state, each rule is restarted from each line to predict the next one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from autograder.checks.orbits import Orbits, Step
from autograder.checks.values import Floats

if TYPE_CHECKING:
    from autograder.checks.printouts import Record
    from autograder.checks.tables import Format, Table

Loss = Callable[[Floats], float]
Moment = tuple[int, int]

_AFTER: Final = (1, 1)
# More names than these help nobody.
_MOST_NAMES: Final = 3
# From so many lines that move, chance predicts no next one.
_FEWEST_MOVES: Final = 2
# float32 ends here: a run in it prints inf where one in float64 still goes on.
_LARGEST_SINGLE: Final = 3e38


class _Claim(NamedTuple):
    """One way to explain a printout: mistakes in the rule, in the moment of printing, in the loss."""

    rule: str | None
    moment: str | None = None
    loss: str | None = None

    @property
    def main(self) -> str | None:
        """The one to mention: a wrong rule spoils every number, a wrong loss one column."""
        return self.rule or self.moment or self.loss


class _Printed(NamedTuple):
    """What was printed: iterations (lines,), states (lines, n), losses (lines,); how far each may be off.

    `slack` is half a unit of the last place of each number, `rtol` relative; the loss stands first in both.
    """

    iterations: NDArray[np.int64]
    states: Floats
    losses: Floats | None
    slack: Floats
    rtol: Floats

    @property
    def reach(self) -> Floats:
        """How far each printed state may be from the true one."""
        return self.slack[:, 1:] + self.rtol[1:] * np.abs(self.states)


class Dynamics:
    """A training loop, and the ways in which people get it wrong.

    Parameters
    ----------
    start : sequence of float
        Where the right loop starts, n numbers: those of the columns after the loss.
    step : callable
        The right rule: one iteration, from a state to the next, both of shape (n,).
    loss : callable
        The right loss of a state: the first column of the table.
    iterations : int
        How often the loop repeats the rule.
    rules : iterable of (str, callable)
        Wrong rules, each with the id of its mistake; an id may have several.
    losses : iterable of (str, callable)
        Wrong losses likewise.
    moments : mapping of str to (int, int)
        Wrong moments of printing: how many updates more than the iteration says
        were made for the loss, and how many for the state, when they were printed.
        Right is (1, 1), after the update; (0, 0) is before it.
    other_start : str, optional
        The id for the right rule from another start.
    """

    def __init__(
        self,
        *,
        start: Sequence[float],
        step: Step,
        loss: Loss,
        iterations: int,
        rules: Iterable[tuple[str, Step]] = (),
        losses: Iterable[tuple[str, Loss]] = (),
        moments: Mapping[str, Moment] | None = None,
        other_start: str | None = None,
    ) -> None:
        self.start = np.asarray(start, dtype=np.float64)
        self.iterations = iterations
        self.rules: list[tuple[str | None, Step]] = [(None, step), *rules]
        self.losses: list[tuple[str | None, Loss]] = [(None, loss), *losses]
        self.moments: list[tuple[str | None, Moment]] = [(None, _AFTER), *(moments or {}).items()]
        self.other_start = other_start

    def name(self, records: Sequence[Record], table: Table, formats: Mapping[str, Format]) -> tuple[str, ...]:
        """Name the mistake that explains every printed line.

        Parameters
        ----------
        records : sequence of Record
            What was read.
        table : Table
            What is expected: the loss, then the numbers of the state.
        formats : mapping of str to Format
            How each column was printed.

        Returns
        -------
        tuple of str
            The id, or those that can't be told apart from what was printed; empty
            where nothing explains it, or too much.
        """
        printed = _arrange(records, table, formats, self.iterations)
        if printed is None or printed.states.shape[1] != self.start.size:
            return ()
        with np.errstate(all="ignore"):
            return _pick(self._run_from_start(printed)) or _pick(self._restart(printed))

    def name_state(self, state: Floats, updates: int, *, rtol: float) -> tuple[str, ...]:
        """Name the wrong rules that lead from the given start to this state in so many updates.

        Parameters
        ----------
        state : ndarray of float64, shape (n,)
            Where the loop ended.
        updates : int
            How many updates led there: at least 1, and not more than `iterations`.
        rtol : float
            Relative tolerance, dimensionless.

        Returns
        -------
        tuple of str
            As `name` returns them.
        """
        states = self._orbits.states
        with np.errstate(all="ignore"):
            fits = _agree(state, states[updates], 0.0, rtol).all(axis=-1)
            # Who solves the equations ends where the right rule rests, as all do that have come to rest there.
            solved = _agree(state, self.rules[0][1](state), 0.0, rtol).all()
            rests = _agree(states[updates - 1], states[updates], 0.0, rtol).all(axis=-1)
        return _pick(_Claim(self.rules[rule][0]) for rule in np.flatnonzero(fits & ~(rests & solved)))

    @cached_property
    def _orbits(self) -> Orbits:
        beyond = max(max(moment) for _, moment in self.moments)
        return Orbits([step for _, step in self.rules], self.start, self.iterations + beyond)

    def _run_from_start(self, printed: _Printed) -> Iterator[_Claim]:
        """Compare with every run from the given start."""
        states = self._orbits.states
        for moment, (at_loss, at_state) in self.moments:
            if printed.iterations[-1] + max(at_loss, at_state) >= len(states):
                continue
            predicted = np.moveaxis(states[printed.iterations + at_state], 1, 0)
            agree = _agree(printed.states, predicted, printed.slack[:, 1:], printed.rtol[1:])
            for rule in np.flatnonzero(agree.all(axis=(1, 2))):
                passed = states[printed.iterations + at_loss, rule]
                for name in self._match_losses(printed, passed, np.zeros_like(passed)):
                    yield _Claim(self.rules[rule][0], moment, name)

    def _restart(self, printed: _Printed) -> Iterator[_Claim]:
        """Let each rule predict every line from the one before."""
        moves = np.abs(np.diff(printed.states, axis=0)) > printed.reach[1:] + printed.reach[:-1]
        if np.count_nonzero(moves.any(axis=1)) < _FEWEST_MOVES or not np.all(np.isfinite(printed.states)):
            return
        lags = {at_loss - at_state: moment for moment, (at_loss, at_state) in reversed(self.moments)}
        for rule, (name, _) in enumerate(self.rules):
            if self._predicts_states(printed, rule):
                mistake = name if rule else self._blame_start(printed)
                for lag, moment in lags.items():
                    yield from (_Claim(mistake, moment, other) for other in self._find_losses(printed, rule, lag))

    def _predicts_states(self, printed: _Printed, rule: int) -> bool:
        gaps, last = np.diff(printed.iterations), len(printed.iterations) - 1
        # One line rules out nearly every rule.
        for lines in (slice(0, 1), slice(1, last)):
            states, away = self._advance(rule, printed.states[lines], printed.reach[lines], gaps[lines])
            following = slice(lines.start + 1, lines.stop + 1)
            slack = printed.slack[following, 1:] + away
            if not _agree(printed.states[following], states, slack, printed.rtol[1:]).all():
                return False
        return True

    def _find_losses(self, printed: _Printed, rule: int, lag: int) -> list[str | None]:
        """Find which losses were printed, if they are those of so many updates after the states beside them."""
        first, states, away = 0, printed.states, printed.reach
        if lag < 0:
            first, states, away = 1, states[:-1], away[:-1]
        counts = np.full(len(states), lag) + (np.diff(printed.iterations) if lag < 0 else 0)
        if np.any(counts < 0):
            return []
        return self._match_losses(printed, *self._advance(rule, states, away, counts), first)

    def _match_losses(self, printed: _Printed, states: Floats, away: Floats, first: int = 0) -> list[str | None]:
        """Tell which losses were printed of states that may be so far off, from a line on."""
        lines = range(first, len(printed.iterations))
        return [
            name
            for name, loss in self.losses
            # One line rules out nearly every loss.
            if all(_has_losses(printed, loss, states[at], away[at], lines[at]) for at in (slice(0, 1), slice(1, None)))
        ]

    def _advance(self, rule: int, states: Floats, reach: Floats, counts: NDArray[Any]) -> tuple[Floats, Floats]:
        """Repeat a rule from printed states, and tell how far their rounding may carry the result."""
        advanced = self._orbits.advance(rule, states, counts)
        shaken = [self._orbits.advance(rule, moved, counts) - advanced for moved in _shake(states, reach)]
        return advanced, np.sum(np.abs(shaken), axis=0)

    def _blame_start(self, printed: _Printed) -> str | None:
        """Return the id for another start, unless the printed states lie on the right way."""
        near = _agree(printed.states[0], self._orbits.states[:, 0], printed.slack[0, 1:], printed.rtol[1:])
        return None if near.all(axis=1).any() else self.other_start


def _agree(actual: Floats, predicted: Floats, slack: Floats | float, rtol: Floats | float) -> NDArray[np.bool_]:
    near = np.abs(actual - predicted) <= slack + rtol * np.abs(predicted)
    lost = ~np.isfinite(actual) & ~(np.abs(predicted) <= _LARGEST_SINGLE)
    return np.asarray(near | lost)


def _has_losses(printed: _Printed, loss: Loss, states: Floats, away: Floats, lines: Sequence[int]) -> bool:
    """Tell whether the losses of these lines are those of states that may be so far off."""
    if printed.losses is None:
        return True
    predicted = _evaluate(loss, states)
    extra = sum((np.abs(_evaluate(loss, moved) - predicted) for moved in _shake(states, away)), np.zeros(len(states)))
    return bool(_agree(printed.losses[lines], predicted, printed.slack[lines, 0] + extra, printed.rtol[0]).all())


def _evaluate(loss: Loss, states: Floats) -> Floats:
    return np.array([loss(state) for state in states], dtype=np.float64)


def _shake(states: Floats, reach: Floats) -> Iterator[Floats]:
    """Move one number of every state after another by its reach."""
    for place in range(states.shape[1]):
        moved = states.copy()
        moved[:, place] += reach[:, place]
        yield moved


def _pick(claims: Iterable[_Claim]) -> tuple[str, ...]:
    """Name what is wrong by the claims that need the fewest mistakes."""
    by_count: dict[int, dict[str, None]] = {}
    for claim in claims:
        count = sum(part is not None for part in claim)
        by_count.setdefault(count, {}).update({} if claim.main is None else {claim.main: None})
    names = tuple(by_count[min(by_count)]) if by_count else ()
    return names if len(names) <= _MOST_NAMES else ()


def _arrange(
    records: Sequence[Record], table: Table, formats: Mapping[str, Format], iterations: int
) -> _Printed | None:
    """Put what was printed into arrays, line by line with its iteration; None where that can't be told."""
    loss, *columns = table.columns
    losses = any(loss in record.values for record in records)
    wanted = [loss, *columns] if losses else columns
    lines = [record for record in records if all(column in record.values for column in wanted)]
    named: dict[int, Record] = {}
    for line in lines:
        if line.iteration is not None:
            named.setdefault(line.iteration, line)
    when = list(table.iterations)
    if set(named) >= set(when) and list(named) == sorted(named):
        when, lines = list(named), list(named.values())
    elif len(lines) == iterations:
        when = list(range(iterations))
    elif len(lines) != len(when):
        return None
    values = np.array([[line.values[column].value for column in wanted] for line in lines])
    slack = np.array([[formats[column].tolerance(line.values[column], 0.0) for column in wanted] for line in lines])
    if not losses:
        slack = np.column_stack([np.zeros(len(lines)), slack])
    return _Printed(
        np.array(when),
        values[:, 1:] if losses else values,
        values[:, 0] if losses else None,
        slack,
        np.array([formats[column].rtol for column in table.columns]),
    )
