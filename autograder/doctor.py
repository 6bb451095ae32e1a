"""What this machine offers: for `autograder doctor`."""

from __future__ import annotations

import os
import platform
import sys
from itertools import groupby
from typing import TYPE_CHECKING, Final

from autograder.assignments import find_course
from autograder.errors import CourseError
from autograder.messages import Message, join, say
from autograder.reports.sheet import Fact, Section
from autograder.sandbox.levels import LAYERS, LEVELS, Probe, Standing, meaning_of, meaning_of_layer, probe

if TYPE_CHECKING:
    from pathlib import Path

PACKAGES: Final = ("dl-autograder", "numpy", "pytest", "click", "rich", "jupytext", "nbformat", "nbgrader")
THREADS: Final = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")


def examine(course: Path | None = None) -> list[Section]:
    """Look at the machine, the installation and the course.

    Parameters
    ----------
    course : Path, optional
        Where to look for the course.

    Returns
    -------
    list of Section
        What was found, to be printed.
    """
    return [*_isolation(), _machine(), _versions(), _course(course)]


def count_cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _isolation() -> list[Section]:
    found = probe()
    facts = []
    # Levels that can't be had for one reason share a line.
    for _, group in groupby(LEVELS, key=lambda level: found.levels[level].reason["en"] + _layers(found.levels[level])):
        levels = list(group)
        standing = found.levels[levels[0]]
        told = join(standing.reason, _plain(f"({_layers(standing)})")) if standing.layers else standing.reason
        facts.append(Fact(", ".join(map(str, levels)), told, good=standing.available and levels != [0]))
    standing = found.levels[found.best]
    layers = [
        Fact(layer, meaning_of_layer(layer))
        if layer in standing.layers
        else Fact(layer, say("missing: {layer}", layer=meaning_of_layer(layer)), good=False)
        for layer in LAYERS
    ]
    title = say("Isolation: level {level} is the best here", level=found.best)
    return [
        Section(title, tuple(facts), meaning_of(found.best)),
        Section(say("What level {level} is made of here", level=found.best), tuple(layers), _advice(found)),
    ]


def _layers(standing: Standing) -> str:
    return ", ".join(standing.layers)


def _advice(found: Probe) -> Message:
    """Say what the best level means for grading."""
    if found.best == 0:
        return say(
            "`autograder grade` refuses to grade here unless you ask for --isolation 0, which is for code that you "
            "trust as your own. Grade others' work on Linux; a virtual machine will do."
        )
    enough = say("This is enough to grade others' work.")
    if found.best == 1:
        return join(enough, say("But an exercise that reads data would find none; that takes level 2."))
    if found.best == 2:  # noqa: PLR2004 - Landlock and seccomp
        return join(enough, say("Code that writes files will fail: it has no folder for them."))
    if "landlock" not in found.levels[found.best].layers:
        return join(enough, say("Landlock would be one more wall behind the others."))
    return enough


def _machine() -> Section:
    settings = [f"{name}={os.environ[name]}" for name in THREADS if name in os.environ]
    return Section(
        say("Machine"),
        (
            Fact("system", _plain(f"{platform.system()} {platform.release()} {platform.machine()}")),
            Fact("python", _plain(f"{platform.python_version()} ({sys.executable})")),
            Fact("cores", _plain(str(count_cores()))),
            Fact("BLAS", _threads(settings)),
        ),
    )


def _threads(settings: list[str]) -> Message:
    here = ", ".join(settings) or say("nothing set")
    return say("one thread in every process that grades; in this shell: {settings}", settings=here)


def _versions() -> Section:
    # It reads mail headers for that, and brings a package to do so.
    from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415

    facts = []
    for name in PACKAGES:
        try:
            facts.append(Fact(name, _plain(version(name))))
        except PackageNotFoundError:
            facts.append(Fact(name, say("not installed")))
    return Section(say("Versions"), tuple(facts))


def _course(start: Path | None) -> Section:
    try:
        course = find_course(start)
    except CourseError as error:
        return Section(say("Course"), (Fact("-", error.message, good=False),))
    facts = [Fact("folder", _plain(str(course.root)))]
    for name in course.names:
        try:
            facts.append(Fact(name, course.assignment(name).title))
        except CourseError as error:
            facts.append(Fact(name, error.message, good=False))
    return Section(say("Course"), tuple(facts))


def _plain(text: str) -> Message:
    return {"en": text, "ko": text}
