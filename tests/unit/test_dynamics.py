"""Tests of naming the rule behind a printed run, whatever the model is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

from autograder.checks import CheckFailed, Dynamics, assert_trajectory
from autograder.checks.orbits import Orbits

Step = Callable[[Any], Any]


def heun(w: Any) -> Any:
    """Fall for a moment, with a drag that bends the rule."""
    return w + 0.1 * (1 - w * np.abs(w))


def euler(w: Any) -> Any:
    """Fall for a moment, with a linear drag."""
    return w + 0.1 * (1 - w)


def make(**more: Any) -> Dynamics:
    """Make the dynamics of the falling body, with its mistakes."""
    return Dynamics(
        start=(0.0,),
        step=heun,
        loss=lambda w: float(w[0] ** 2),
        iterations=30,
        rules=[("linear", euler), ("twice", lambda w: w + 0.2 * (1 - w * np.abs(w))), ("free", lambda w: w + 0.1)],
        losses=[("energy", lambda w: float(w[0] ** 2) / 2)],
        moments={"before": (0, 0), "late": (0, 1)},
        **more,
    )


def run(step: Step, start: float = 0.0, moment: Sequence[int] = (1, 1), loss: float = 1.0) -> str:
    """Return what the loop prints at every fifth iteration."""
    way = [np.array([start])]
    for _ in range(40):
        way.append(step(way[-1]))
    return "".join(
        f"step {i}: energy {loss * way[i + moment[0]][0] ** 2:.8f}, v {way[i + moment[1]][0]:.8f}\n"
        for i in range(0, 30, 5)
    )


def expected() -> list[list[float]]:
    """Return the right table."""
    way = [np.zeros(1)]
    for _ in range(30):
        way.append(heun(way[-1]))
    return [[i, way[i + 1][0] ** 2, way[i + 1][0]] for i in range(0, 30, 5)]


def names(printed: str, dynamics: Dynamics | None = None) -> tuple[str, ...]:
    """Return what a printout is failed for."""
    with pytest.raises(CheckFailed) as caught:
        assert_trajectory(printed, expected(), what="fall()", columns=("energy", "v"), dynamics=dynamics or make())
    return caught.value.mistakes


def test_rules_that_bend_are_followed_too() -> None:
    """Rules, losses and moments are named for any model, and a rule before all else."""
    assert names(run(euler)) == ("linear",)
    assert names(run(lambda w: w + 0.2 * (1 - w * np.abs(w)))) == ("twice",)
    assert names(run(heun, loss=0.5)) == ("energy",)
    assert names(run(heun, moment=(0, 0))) == ("before",)
    assert names(run(euler, loss=0.5, moment=(0, 1))) == ("linear",)


def test_rules_are_restarted_from_every_line() -> None:
    """Without the start, the next line tells; the right rule from elsewhere is a mistake only where it has a name."""
    assert names(run(euler, start=3.0)) == ("linear",)
    assert names(run(heun, start=3.0)) == ()
    assert names(run(heun, start=3.0), make(other_start="elsewhere")) == ("elsewhere",)
    assert names(run(euler, start=3.0, moment=(0, 1))) == ("linear",)


def test_what_moves_no_more_has_no_name() -> None:
    """Where nothing moves from line to line, or too few lines were printed, every rule would do."""
    assert names("".join(f"step {i}: energy 4.00, v 2.00\n" for i in range(0, 30, 5))) == ()
    assert names("step 0: energy 0.5, v 0.7\nstep 5: energy 0.6, v 0.8\n") == ()


def test_numbers_without_losses_or_labels() -> None:
    """The loss may be missing, and lines may be counted by their position or printed at every iteration."""
    rows = [line.split("v ")[1] for line in run(euler).splitlines()]
    assert names("".join(f"v {row}\n" for row in rows)) == ("linear",)
    way = [np.zeros(1)]
    for _ in range(30):
        way.append(euler(way[-1]))
    assert names("".join(f"energy {w[0] ** 2:.7f} v {w[0]:.7f}\n" for w in way[1:])) == ("linear",)


def test_more_than_three_names_are_none() -> None:
    """What half a catalogue explains is not explained."""
    many = Dynamics(
        start=(0.0,),
        step=heun,
        loss=lambda w: float(w[0] ** 2),
        iterations=30,
        rules=[(f"rule {number}", euler) for number in range(4)],
    )
    assert names(run(euler), many) == ()


@pytest.mark.parametrize("size", [1, 3])
def test_orbits_are_what_repeating_gives(size: int) -> None:
    """Affine rules in matrix powers end where the loop ends, and others are not taken for affine."""
    rng = np.random.default_rng(size)
    matrix, shift = rng.normal(size=(size, size)) / size, rng.normal(size=size)
    steps: list[Step] = [lambda w: matrix @ w + shift, np.sin, lambda w: np.abs(w) * 0.5]
    start = rng.normal(size=size)
    orbits = Orbits(steps, start, 20)
    assert [known is not None for known in orbits.maps] == [True, False, False]
    for rule, step in enumerate(steps):
        state = start
        for update in range(20):
            np.testing.assert_allclose(orbits.states[update, rule], state, rtol=1e-12)
            state = step(state)
        np.testing.assert_allclose(orbits.advance(rule, start[None], [20])[0], state, rtol=1e-12)
