"""What `autograder doctor` says of a machine: which walls stand, which don't, and what that means."""

from __future__ import annotations

import sys

import pytest

from autograder import doctor
from autograder.reports.sheet import Section
from autograder.sandbox import levels
from autograder.sandbox.levels import LEVELS, Probe

WALLS = {4: levels.LAYERS, 3: levels.LAYERS, 2: levels.LAYERS[2:], 1: levels.LAYERS[3:], 0: levels.LAYERS[4:]}


def examined(monkeypatch: pytest.MonkeyPatch, best: int, *missing: str) -> tuple[Section, Section]:
    """Return what is said of a machine whose best level is this one, with layers missing everywhere."""
    trials = {
        str(level): {"layers": [name for name in WALLS[level] if name not in missing]}
        if level <= best
        else {"what": "prctl", "number": 22}
        for level in LEVELS[:-1]
    }
    standing = {level: levels._standing(level, trials.get(str(level), {})) for level in LEVELS}
    monkeypatch.setattr(doctor, "probe", lambda: Probe(best, standing))
    isolation, layers, *_ = doctor.examine()
    return isolation, layers


@pytest.mark.parametrize(
    ("best", "words"),
    [(4, "enough"), (3, "enough"), (2, "no folder"), (1, "reads data would find none"), (0, "refuses to grade")],
)
def test_the_best_level_is_put_into_words(monkeypatch: pytest.MonkeyPatch, best: int, words: str) -> None:
    """What can be graded at that level is said, and what can't."""
    isolation, layers = examined(monkeypatch, best)
    assert f"level {best}" in isolation.title["en"]
    assert layers.remark
    assert words in layers.remark["en"]
    assert layers.remark["ko"] != layers.remark["en"]


@pytest.mark.parametrize("best", LEVELS)
def test_every_layer_is_told_to_stand_or_to_be_missing(monkeypatch: pytest.MonkeyPatch, best: int) -> None:
    """No wall is passed over in silence."""
    _, layers = examined(monkeypatch, best)
    assert [fact.name for fact in layers.facts] == list(levels.LAYERS)
    missing = {fact.name for fact in layers.facts if fact.value["en"].startswith("missing")}
    assert missing == set(levels.LAYERS) - set(WALLS[best])
    assert {fact.name for fact in layers.facts if fact.good is False} == missing


def test_levels_without_landlock_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """Namespaces alone are enough, and it is not hidden that a wall behind them is missing."""
    isolation, layers = examined(monkeypatch, 4, "landlock")
    assert "without Landlock" in isolation.facts[0].value["en"]
    assert layers.remark
    assert "one more wall" in layers.remark["en"]


def test_one_reason_is_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is no Linux, one line says so for all levels that need it."""
    monkeypatch.setattr(sys, "platform", "win32")
    found = {level: levels._standing(level, {}) for level in LEVELS}
    monkeypatch.setattr(doctor, "probe", lambda: Probe(0, found))
    isolation = doctor.examine()[0]
    assert [fact.name for fact in isolation.facts] == ["4, 3, 2, 1", "0"]
    assert "Windows" in isolation.facts[0].value["en"]
    assert not any(fact.good for fact in isolation.facts)


def test_a_level_says_what_it_is_made_of(monkeypatch: pytest.MonkeyPatch) -> None:
    """Levels with other layers are lines of their own."""
    isolation, _ = examined(monkeypatch, 3)
    assert [fact.name for fact in isolation.facts] == ["4", "3", "2", "1", "0"]
    assert "namespaces" in isolation.facts[1].value["en"]
