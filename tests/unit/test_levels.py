"""Levels of isolation: what is chosen, and what is said about it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from autograder.errors import IsolationError
from autograder.inside.packages import package_folders
from autograder.messages import Message
from autograder.sandbox import levels, reasons

NO_NAMESPACES = {
    "4": {"what": "root", "number": 1},
    "3": {"what": "unshare", "number": 1},
    "2": {"layers": ["landlock", "seccomp", "rlimits"]},
    "1": {"layers": ["seccomp", "rlimits"]},
}
NOTHING = {
    "4": {"what": "unshare", "number": 1},
    "3": {"what": "mount_setattr", "number": 38},
    "2": {"what": "landlock_create_ruleset", "number": 95},
    "1": {"what": "prctl", "number": 22},
}


@pytest.fixture(autouse=True)
def _forgetful() -> Iterator[None]:
    for known in (levels.probe, levels._probe_best):
        known.cache_clear()
    yield
    for known in (levels.probe, levels._probe_best):
        known.cache_clear()


def pretend(monkeypatch: pytest.MonkeyPatch, trials: dict[str, Any]) -> None:
    """Make the trial come out like this, on whatever system the tests run."""
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(levels, "_try_levels", lambda *_how: trials)
    monkeypatch.setattr(reasons, "look_around", lambda: reasons.Surroundings(is_filtered=True))


def is_said(message: Message, words: str) -> bool:
    """Tell whether a message has something to say in both languages, and these English words."""
    return words in message["en"] and bool(message["ko"])


def test_auto_takes_the_best(monkeypatch: pytest.MonkeyPatch) -> None:
    """The highest level that stood in the trial is chosen."""
    pretend(monkeypatch, NO_NAMESPACES)
    assert levels.choose("auto") == 2
    assert levels.probe().levels[2].layers == ("landlock", "seccomp", "rlimits")


def test_a_lower_level_can_be_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """A number is taken as it is where it is available, 0 always."""
    pretend(monkeypatch, NO_NAMESPACES)
    assert [levels.choose(1), levels.choose(0)] == [1, 0]


@pytest.mark.parametrize(
    ("level", "words"), [(4, "needs root"), (3, "This container"), (5, "from 0 to 4"), (-1, "no isolation")]
)
def test_what_is_not_there_is_refused(monkeypatch: pytest.MonkeyPatch, level: int, words: str) -> None:
    """A level that can't be had is an error that says why."""
    pretend(monkeypatch, NO_NAMESPACES)
    with pytest.raises(IsolationError) as caught:
        levels.choose(level)
    assert is_said(caught.value.message, words)


def test_auto_never_means_unprotected(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where only level 0 is there, it has to be asked for by its number."""
    pretend(monkeypatch, NOTHING)
    with pytest.raises(IsolationError) as caught:
        levels.choose("auto")
    assert is_said(caught.value.message, "--isolation 0")
    assert levels.choose(0) == 0


def test_every_reason_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """What failed is named in words."""
    pretend(monkeypatch, NOTHING)
    told = {level: standing.reason for level, standing in levels.probe().levels.items()}
    for level, words in {
        4: "container",
        3: "older than Linux 5.12",
        2: "switched off",
        1: "seccomp",
        0: "always",
    }.items():
        assert is_said(told[level], words)


def test_missing_landlock_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Namespaces stand without Landlock, and it is said that it is missing."""
    pretend(monkeypatch, {**NO_NAMESPACES, "3": {"layers": ["namespaces", "seccomp", "rlimits"]}})
    assert levels.choose("auto") == 3
    assert is_said(levels.probe().levels[3].reason, "without Landlock")


def test_an_unknown_machine_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where system calls are not known, the machine is named."""
    pretend(monkeypatch, {str(level): {"what": "linux on riscv64", "number": 38} for level in (4, 3, 2, 1)})
    assert is_said(levels.probe().levels[2].reason, "riscv64")


def test_other_systems_have_level_0_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """On other systems nothing is tried, and it is said that only Linux has walls."""
    monkeypatch.setattr(sys, "platform", "darwin")
    found = levels.probe()
    assert found.best == 0
    assert is_said(found.levels[4].reason, "Only Linux")


@pytest.mark.parametrize("source", ["raise SystemExit(3)", "print('{')", "print('{}')"])
def test_a_trial_that_fails_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, source: str) -> None:
    """A probe that crashes or talks nonsense offers nothing and stops nothing."""
    probe = tmp_path / "probe.py"
    probe.write_text(source)
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(levels, "_PROBE", probe)
    found = levels.probe()
    assert found.best == 0
    assert is_said(found.levels[1].reason, "The trial failed")


def test_the_probe_is_run_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process tries the machine once."""
    pretend(monkeypatch, NO_NAMESPACES)
    first = levels.probe()
    pretend(monkeypatch, NOTHING)
    assert levels.probe() is first


def test_lower_levels_are_tried_only_where_somebody_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    """The best level is found without trying those below it; of these the whole trial tells."""
    asked: list[tuple[str, ...]] = []

    def tell(*how: str) -> dict[str, Any]:
        asked.append(how)
        known = NO_NAMESPACES if not how else {level: NO_NAMESPACES[level] for level in ("4", "3", "2")}
        return dict(known)

    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(levels, "_try_levels", tell)
    assert levels.choose("auto") == 2
    assert levels.layers_of(2) == ("landlock", "seccomp", "rlimits")
    assert asked == [("first",)]
    assert "seccomp" in levels.layers_of(1)
    assert asked == [("first",), ()]


@pytest.mark.skipif(sys.platform != "linux", reason="walls are Linux's")
def test_a_trial_ends_at_the_first_level_that_stands() -> None:
    """What is found first is the best of all, with the same layers."""
    found = levels._try_levels("first")
    best = levels.probe().best
    assert [level for level, trial in found.items() if "layers" in trial] == ([str(best)] if best else [])
    assert found.get(str(best), {}).get("layers", []) == list(levels.probe().levels[best].layers if best else [])


@pytest.mark.parametrize("level", levels.LEVELS)
def test_every_level_has_a_meaning(level: int) -> None:
    """Each level says what it means."""
    assert is_said(levels.meaning_of(level), "Student code")


def test_every_layer_has_a_meaning() -> None:
    """Each layer says what it is."""
    for layer in levels.LAYERS:
        assert is_said(levels.meaning_of_layer(layer), "of")


def test_macos_is_not_said_to_bound_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its limits are told without the one that it takes and does not keep to."""
    monkeypatch.setattr(sys, "platform", "darwin")
    assert is_said(levels.meaning_of_layer("rlimits"), "none of memory")


def test_probing_needs_no_numpy() -> None:
    """The level is known before numpy is loaded."""
    code = "import sys; from autograder.sandbox import levels; levels.probe(); raise SystemExit('numpy' in sys.modules)"
    root = str(Path(levels.__file__).parents[2])
    subprocess.run([sys.executable, "-c", code], check=True, cwd=root, env={**os.environ, "PYTHONPATH": root})


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux has these walls")
def test_this_machine_has_walls() -> None:
    """On Linux some level above 0 stands, and root has the highest."""
    found = levels.probe()
    assert found.best >= 1
    if os.geteuid() == 0:
        assert found.best == 4


def test_readable_is_what_numpy_and_the_standard_library_need() -> None:
    """They are there, as absolute paths that exist, and no folder of packages is."""
    paths = levels.readable_paths()
    assert str(Path(np.__file__).parent) in paths
    assert str(Path(os.__file__).parent) in paths
    assert all(Path(path).is_absolute() and Path(path).exists() for path in paths)
    assert not [path for path in paths if Path(path).name in {"site-packages", "dist-packages"}]


def test_package_folders_are_found(tmp_path: Path) -> None:
    """Packages lie in a Python's folder or one deeper; elsewhere nobody looks."""
    found = ["site-packages", "python3/dist-packages", "python3.12/site-packages"]
    for folder in [*found, "python3.12/json", "other/site-packages", "python3.12/json/site-packages"]:
        (tmp_path / folder).mkdir(parents=True)
    assert package_folders(str(tmp_path)) == sorted(str(tmp_path / folder) for folder in found)
    assert package_folders(str(tmp_path / "nowhere")) == []
