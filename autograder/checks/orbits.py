"""Repeating rules: where a training loop is after so many updates, for many rules at once.

Most rules of simple models are affine, `state -> A·state + b`. These are found out
by trying, and then run side by side, or a hundred updates in one matrix power.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Final

import numpy as np

from autograder.checks.values import Floats

Step = Callable[[Floats], Floats]

# A rule that bends is far further off its tangent than rounding.
_AFFINE_APART: Final = 1e-9


class Orbits:
    """Rules, each repeated from one start or from anywhere.

    Parameters
    ----------
    steps : sequence of callable
        Each takes a state, shape (n,), to the next.
    start : ndarray of float64, shape (n,)
        Where `states` starts.
    length : int
        How many updates `states` holds.
    """

    def __init__(self, steps: Sequence[Step], start: Floats, length: int) -> None:
        self.steps = steps
        with np.errstate(all="ignore"):
            self.maps = [_find_affine(step, start.size) for step in steps]
            self.states = self._follow(start, length)

    def _follow(self, start: Floats, length: int) -> Floats:
        """Run all rules from the start; shape (1 + updates, rules, n)."""
        states = np.empty((length + 1, len(self.steps), start.size))
        states[0] = start
        affine = [rule for rule, matrix in enumerate(self.maps) if matrix is not None]
        if affine:
            matrices = np.array([self.maps[rule] for rule in affine])
            homogeneous = np.tile(np.append(start, 1.0), (len(affine), 1))[..., None]
            for update in range(1, length + 1):
                homogeneous = matrices @ homogeneous
                states[update, affine] = homogeneous[:, :-1, 0]
        for rule, step in enumerate(self.steps):
            if self.maps[rule] is None:
                for update in range(1, length + 1):
                    states[update, rule] = step(states[update - 1, rule])
        return states

    def advance(self, rule: int, states: Floats, counts: Iterable[int]) -> Floats:
        """Repeat a rule from each state, shape (lines, n), each as often as its number says."""
        advanced: Floats = states.copy()
        for line, count in enumerate(counts):
            if self.maps[rule] is not None:
                power = self._power(rule, int(count))
                advanced[line] = power[:-1, :-1] @ states[line] + power[:-1, -1]
            else:
                for _ in range(count):
                    advanced[line] = self.steps[rule](advanced[line])
        return advanced

    @lru_cache(maxsize=4096)  # noqa: B019 - an author makes these once, and they live as long as the process
    def _power(self, rule: int, count: int) -> Floats:
        return np.asarray(np.linalg.matrix_power(np.asarray(self.maps[rule]), count), dtype=np.float64)


def _find_affine(step: Step, size: int) -> Floats | None:
    """Return the homogeneous matrix of an affine rule, shape (n + 1, n + 1); None of any other."""
    shift = np.asarray(step(np.zeros(size)), dtype=np.float64)
    columns = [step(unit) - shift for unit in np.eye(size)]
    matrix = np.block([[np.column_stack(columns), shift[:, None]], [np.zeros((1, size)), np.ones((1, 1))]])
    drawn = np.random.default_rng(0).normal(size=(3, size)) * [[1.0], [10.0], [100.0]]
    # Both ways: a rule with absolute values is straight on either side.
    for tried in (*drawn, *-drawn):
        found = step(tried)
        if np.any(np.abs(matrix[:-1, :-1] @ tried + shift - found) > _AFFINE_APART * (1 + np.abs(found))):
            return None
    return matrix
