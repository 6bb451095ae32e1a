"""Levels of isolation: which ones this machine offers, what they mean, and which to use."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import sysconfig
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal

from autograder.errors import IsolationError
from autograder.messages import Message, say
from autograder.sandbox.reasons import why_not

LEVELS: Final = (4, 3, 2, 1, 0)
LAYERS: Final = ("namespaces", "uid", "landlock", "seccomp", "rlimits")
WITHOUT_WALLS: Final = LAYERS[4:] if importlib.util.find_spec("resource") else ()
"""What stands at level 0: on Windows there is no more than a clock."""
PROBE_S: Final = 20.0
"""Seconds that trying all levels may take; it takes a tenth of one."""

ISOLATED: Final = ("-s", "-S", *(("-B",) if sys.dont_write_bytecode else ()))
"""Options of a Python that is given an environment of ours: not -I, which would not read PYTHONHASHSEED from it."""
_PROBE: Final = Path(__file__).parents[1] / "inside" / "probe.py"


@dataclass(frozen=True)
class Standing:
    """How one level stands here.

    Attributes
    ----------
    available : bool
        It was raised and entered in a trial.
    layers : tuple of str
        What stood in the trial, of `LAYERS`.
    reason : Message
        Why it can't be had, or that it can.
    """

    available: bool
    layers: tuple[str, ...]
    reason: Message


@dataclass(frozen=True)
class Probe:
    """What this machine offers.

    Attributes
    ----------
    best : int
        The highest level available.
    levels : dict of int to Standing
        Every level that was tried.
    """

    best: int
    levels: dict[int, Standing]


def meaning_of(level: int) -> Message:
    """Say in plain words what a level does for the grader's machine."""
    return {
        4: say(
            "Student code runs as a user of its own, on a small disk of its own that shows it Python, numpy and the "
            "exercise's data, without network or other processes; it makes listed system calls only."
        ),
        3: say(
            "Student code runs on a small disk of its own that shows it Python, numpy and the exercise's data, without "
            "network or other processes; it makes listed system calls only."
        ),
        2: say(
            "Student code can open Python, numpy and the exercise's data and nothing else; it can write no file and "
            "has no network. It can still learn that a file exists and how large it is, and which processes run."
        ),
        1: say(
            "Student code can open no file at all and has no network; "
            "it can't import what is not loaded already, nor read an exercise's data."
        ),
        0: say(
            "Student code is limited in time, and in memory where the system offers that: it can read, change and send "
            "whatever you can. Not isolated against hostile code."
        ),
    }[level]


def meaning_of_layer(layer: str) -> Message:
    """Say in plain words what one layer of the walls does."""
    return {
        "namespaces": say("a disk, a network and a list of processes of its own"),
        "uid": say("a user of its own for each submission"),
        "landlock": say("a list of the files that may be opened, held by the kernel"),
        "seccomp": say("a list of the system calls that may be made, held by the kernel"),
        "rlimits": say("limits of CPU time and size of files; macOS keeps to none of memory")
        if sys.platform == "darwin"
        else say("limits of memory, CPU time and size of files"),
    }[layer]


@cache
def probe() -> Probe:
    """Try every level on this machine, once per process.

    Returns
    -------
    Probe
        What stands; level 0 always does.
    """
    trials = _try_levels() if sys.platform.startswith("linux") else {}
    levels = {level: _standing(level, trials.get(str(level), {})) for level in LEVELS}
    return Probe(best=max(level for level, standing in levels.items() if standing.available), levels=levels)


@cache
def _probe_best() -> Probe:
    """Try levels from the top until one stands: of the others nobody has asked."""
    if not sys.platform.startswith("linux"):
        return probe()
    trials = _try_levels("first")
    levels = {level: _standing(level, trials.get(str(level), {})) for level in LEVELS if str(level) in trials}
    best = max((level for level, standing in levels.items() if standing.available), default=0)
    return Probe(best, levels) if best else probe()


def layers_of(level: int) -> tuple[str, ...]:
    """Return what a level is made of here, as it stood in its trial."""
    known = _probe_best().levels
    return (known[level] if level in known else probe().levels[level]).layers


def choose(requested: Literal["auto"] | int) -> int:
    """Return the level to grade at.

    Parameters
    ----------
    requested : "auto" or int
        "auto" is the best that there is, and never 0: that has to be asked for by its number.

    Raises
    ------
    IsolationError
        The level is not available, or there is none but 0.
    """
    if requested == "auto":
        found = _probe_best()
        if found.best == 0:
            raise IsolationError(
                say(
                    "This machine can't isolate student code: {reason} "
                    "Use --isolation 0 only for code that you trust as your own.",
                    reason=found.levels[1].reason,
                )
            )
        return found.best
    if requested not in LEVELS:
        raise IsolationError(say("There is no isolation level {level}: levels go from 0 to 4.", level=requested))
    if requested > 0 and not (standing := probe().levels[requested]).available:
        raise IsolationError(
            say("Isolation level {level} is not available: {reason}", level=requested, reason=standing.reason)
        )
    return requested


def readable_paths() -> tuple[str, ...]:
    """Return what student code has to read on any machine: the standard library, numpy and system libraries.

    Returns
    -------
    tuple of str
        Absolute paths that exist. Other installed packages lie below some of them: the walls leave those out.
    """
    architecture = sysconfig.get_config_var("MULTIARCH") or ""
    own_libraries = sysconfig.get_config_var("LIBDIR") or ""
    places = [
        str(Path(os.__file__).parent),
        sysconfig.get_config_var("DESTSHARED") or "",
        # Some Pythons bring their libraries; of the system's, only the folders of this architecture are needed.
        own_libraries if Path(own_libraries) not in {Path("/usr/lib"), Path("/lib")} else "",
        *(f"{root}/{architecture}" for root in ("/lib", "/usr/lib") if architecture),
        *("/lib64", "/usr/lib64"),
    ]
    numpy = importlib.util.find_spec("numpy")
    if numpy and numpy.origin:
        package = Path(numpy.origin).parent
        places += [str(package), str(package.with_name("numpy.libs"))]
    return tuple(dict.fromkeys(place for place in places if place and Path(place).exists()))


def _try_levels(*how: str) -> dict[str, Any]:
    """Try them in a process of its own with a clean environment: namespaces need one without threads."""
    command = [sys.executable, *ISOLATED, str(_PROBE), *how]
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter and our own file
            command, env={}, cwd="/", stdin=subprocess.DEVNULL, capture_output=True, timeout=PROBE_S, check=True
        )
        found: dict[str, Any] = json.loads(done.stdout)["levels"]
    except (OSError, subprocess.SubprocessError, ValueError, KeyError) as error:
        return {str(level): {"what": f"{_PROBE.name}: {type(error).__name__}", "number": 0} for level in LEVELS}
    return found


def _standing(level: int, trial: dict[str, Any]) -> Standing:
    if level == 0:
        return Standing(available=True, layers=WITHOUT_WALLS, reason=say("It is always there."))
    if "layers" in trial:
        layers = tuple(trial["layers"])
        if level > 2 and "landlock" not in layers:  # noqa: PLR2004
            reason = say("It was tried here and it stands, but without Landlock: level 2 says why.")
        else:
            reason = say("It was tried here and it stands.")
        return Standing(available=True, layers=layers, reason=reason)
    return Standing(available=False, layers=(), reason=why_not(level, trial))
