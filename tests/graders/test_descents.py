"""The wrong descents of the first assignment, typed as loops: what was printed tells nearly all of them apart."""

from __future__ import annotations

import importlib.util
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autograder.checks import CheckFailed, Dynamics, assert_trajectory
from autograder.variants import MISTAKES, load_catalogue
from tests.graders.conftest import COURSE

FOLDER = COURSE.assignment("gradient_descent").folder

POINTS = [(1.0, 3.1), (2.0, 4.9), (3.0, 7.2), (4.0, 8.9)]
Pair = tuple[Any, Any]
Slopes = Callable[[Any, Any], Pair]


def load_checks() -> Any:
    """Load the hidden checks as a module."""
    spec = importlib.util.spec_from_file_location("hidden_checks_of_descents", FOLDER / "test_hidden.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


HIDDEN = load_checks()
DESCENT: Dynamics = HIDDEN.DESCENT
EXPECTED = [[row[name] for name in ("i", "loss", "w0", "w1")] for row in HIDDEN.TRAJECTORY["printed"]]


def slopes(a: Any, b: Any) -> Pair:
    """Return the right slopes."""
    g0 = g1 = a * 0
    for x, y in POINTS:
        g0 = g0 - (y - (a + b * x)) / 2
        g1 = g1 - (y - (a + b * x)) * x / 2
    return g0, g1


def times(factor: float) -> Slopes:
    """Return slopes that are off by a factor."""
    return lambda a, b: (slopes(a, b)[0] * factor, slopes(a, b)[1] * factor)


def new_w0(a: Any, b: Any) -> Pair:
    """Measure the slope of w1 where w0 has moved already."""
    g0 = slopes(a, b)[0]
    return g0, slopes(a - g0 / 1000, b)[1]


def new_w1(a: Any, b: Any) -> Pair:
    """Measure the slope of w0 where w1 has moved already."""
    g1 = slopes(a, b)[1]
    return slopes(a, b - g1 / 1000)[0], g1


RULES: dict[str, Slopes] = {
    "lr_off: ten times": times(10),
    "lr_off: a tenth": times(0.1),
    "lr_off: five times": times(5),
    "lr_off: a hundred times": times(100),
    "no_learning_rate": times(1000),
    "forgot_2": times(0.5),
    "forgot_N": times(4),
    "div_n_minus_1": times(4 / 3),
    "ascent_sign": times(-1),
    "w0_uphill": lambda a, b: (-slopes(a, b)[0], slopes(a, b)[1]),
    "w1_uphill": lambda a, b: (slopes(a, b)[0], -slopes(a, b)[1]),
    "w0_not_updated": lambda a, b: (0, slopes(a, b)[1]),
    "w1_not_updated": lambda a, b: (slopes(a, b)[0], 0),
    "g1_without_X": lambda a, b: (slopes(a, b)[0], slopes(a, b)[0]),
    "g0_with_X": lambda a, b: (slopes(a, b)[1], slopes(a, b)[1]),
    "grads_swapped": lambda a, b: slopes(a, b)[::-1],
    "x_outside_mean": lambda a, b: (slopes(a, b)[0], slopes(a, b)[0] * 2.5),
    "swapped_w": lambda a, b: slopes(b, a),
    "w0_left_out": lambda a, b: slopes(a * 0, b),
    "w1_left_out": lambda a, b: slopes(a, b * 0),
    "gradient_once": lambda a, b: slopes(a * 0, b * 0),
    "w1_uses_new_w0": new_w0,
    "w0_uses_new_w1": new_w1,
}


def squares(a: Any, b: Any) -> Any:
    """Return the sum of the squared errors."""
    return sum((y - (a + b * x)) ** 2 for x, y in POINTS)


LOSSES: dict[str, Callable[[Any, Any], Any]] = {
    "sum_not_mean": squares,
    "half_mean": lambda a, b: squares(a, b) / 8,
    "half_sum": lambda a, b: squares(a, b) / 2,
    "rmse": lambda a, b: (squares(a, b) / 4) ** 0.5,
    "mae": lambda a, b: sum(abs(y - (a + b * x)) for x, y in POINTS) / 4,
}
MOMENTS = {"prints_before_update": (0, 0), "loss_before": (0, 1), "w_before": (1, 0), "print99": (100, 100)}


def descend(
    slopes_at: Slopes = slopes,
    loss: Callable[[Any, Any], Any] = lambda a, b: squares(a, b) / 4,
    moment: tuple[int, int] = (1, 1),
    *,
    kind: Callable[[float], Any] = np.float64,
    start: Pair = (0, 0),
    places: str = ".3f",
) -> str:
    """Return what such a descent prints."""
    way = [(kind(start[0]), kind(start[1]))]
    with np.errstate(all="ignore"):
        for _ in range(1000):
            a, b = way[-1]
            g0, g1 = slopes_at(a, b)
            way.append((kind(a - kind(0.001) * kind(g0)), kind(b - kind(0.001) * kind(g1))))
        lines = []
        for i in range(0, 1000, 100):
            a, b = way[i + moment[1]]
            value = kind(loss(*way[i + moment[0]]))
            lines.append(f"{i}번째 loss : {value:{places}}\n{i}번째 w0, w1 : {a:{places}}, {b:{places}}\n\n")
    return "".join(lines)


def name(printed: str) -> tuple[str, ...]:
    """Return the mistakes that the printed trajectory is failed for."""
    with pytest.raises(CheckFailed) as caught:
        assert_trajectory(printed, EXPECTED, what="main()", dynamics=DESCENT)
    return caught.value.mistakes


PRINTED: dict[str, dict[str, Any]] = {
    "in full": {"kind": np.float64, "places": ""},
    "three decimals": {"kind": np.float64, "places": ".3f"},
    "float32": {"kind": np.float32, "places": ""},
    "float32, three decimals": {"kind": np.float32, "places": ".3f"},
}
START = np.random.default_rng(4).normal(size=(3, 2)) * 2


def test_every_name_is_in_the_catalogue() -> None:
    """What the descents are called has a sentence for the student."""
    entries = load_catalogue(FOLDER / MISTAKES, ["Loss", "gradient_descent", "main"])
    known = {entry.id for entry in entries if entry.exercise == "main"}
    names = {name for name, _ in [*DESCENT.rules, *DESCENT.losses, *DESCENT.moments]} | {DESCENT.other_start}
    assert names - {None} <= known


@pytest.mark.parametrize("way", PRINTED)
def test_wrong_descents_are_told_apart(way: str) -> None:
    """Every wrong rule, loss and moment of printing gets its own name, from three decimals too."""
    how = PRINTED[way]
    found = {rule: name(descend(slopes_at, **how)) for rule, slopes_at in RULES.items()}
    found |= {loss: name(descend(loss=formula, **how)) for loss, formula in LOSSES.items()}
    found |= {moment: name(descend(moment=when, **how)) for moment, when in MOMENTS.items()}
    assert len(found) > 29
    assert found == {mistake: (mistake.partition(":")[0],) for mistake in found}
    # Only this pair moves alike: with four points, the sum without its 2 is twice the mean with it.
    assert name(descend(times(2), **how)) == ("lr_off", "forgot_N_and_2")


@pytest.mark.parametrize("way", PRINTED)
@pytest.mark.parametrize("start", START, ids=str)
def test_wrong_descents_from_an_unknown_start(way: str, start: Any) -> None:
    """A wrong rule is named whatever w0 and w1 it starts from, and never another one in its place."""
    found = {rule: name(descend(slopes_at, start=start, **PRINTED[way])) for rule, slopes_at in RULES.items()}
    # At a hundred times the rate nothing moves any more from line to line, or all is infinite.
    settled = {"lr_off: a hundred times", "no_learning_rate"}
    for rule, names in found.items():
        assert rule.partition(":")[0] in names or (rule in settled and not names), (rule, names)
    assert sum(len(names) == 1 for names in found.values()) >= len(RULES) - len(settled) - 1
    assert "other_start" in name(descend(start=start, **PRINTED[way]))


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("moment", MOMENTS)
def test_the_rule_is_named_where_two_things_are_wrong(rule: str, moment: str) -> None:
    """A wrong rule is the one to mention, also where the loss or the moment of printing is wrong too."""
    names = name(descend(RULES[rule], LOSSES["rmse"], MOMENTS[moment], places=""))
    assert names in {(), (rule.partition(":")[0],)}
    assert names or "rate" in rule or "hundred" in rule or MOMENTS[moment] in {(0, 0), (100, 100)}


def shrinking(a: Any, b: Any, count: list[int] = [0]) -> Pair:  # noqa: B006 - counts the calls
    """Walk ever more slowly: a rule that nobody has named."""
    count[0] += 1
    return times(1 / (1 + count[0] / 500))(a, b)


@pytest.mark.parametrize(
    "printed",
    {
        "an unknown rule": descend(shrinking),
        "an unknown factor": descend(times(1.37)),
        "an unknown loss": descend(loss=lambda a, b: squares(a, b) / 7),
        "an unknown moment": descend(moment=(37, 37)),
        "the best line at once": "".join(
            f"{i}번째 loss : 0.017\n{i}번째 w0, w1 : 1.1, 1.97\n" for i in range(0, 1000, 100)
        ),
        "zeros": "".join(f"{i}번째 loss : 0.000\n{i}번째 w0, w1 : 0.000, 0.000\n" for i in range(0, 1000, 100)),
        "one line": descend(times(0.5)).split("\n\n")[0],
        "a number out of line": descend(times(0.5))
        .replace("0.0060", "0.0070")
        .replace("w0, w1 : 0.006", "w0, w1 : 0.016"),
    }.values(),
)
def test_no_name_is_better_than_a_wrong_one(printed: str) -> None:
    """Where no rule runs through all lines, none is named."""
    assert name(printed) == ()


def test_where_a_descent_ends_names_its_rule() -> None:
    """The returned line alone tells which rule led there, if one did."""
    for rule, slopes_at in RULES.items():
        a, b = np.zeros(2)
        with np.errstate(all="ignore"):
            for _ in range(1000):
                g0, g1 = slopes_at(a, b)
                a, b = a - 0.001 * g0, b - 0.001 * g1
        if math.isfinite(a) and rule != "lr_off: a hundred times":
            assert DESCENT.name_state(np.array([a, b]), 1000, rtol=2e-5) == (rule.partition(":")[0],), rule
    # The best line is where many rules come to rest.
    slope, intercept = np.polyfit([x for x, _ in POINTS], [y for _, y in POINTS], 1)
    assert DESCENT.name_state(np.array([intercept, slope]), 1000, rtol=2e-5) == ()
    assert DESCENT.name_state(np.array([0.5, 0.5]), 1000, rtol=2e-5) == ()
