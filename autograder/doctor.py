"""What this machine offers: for `autograder doctor`."""

from __future__ import annotations

import os
import platform
import sys
from typing import TYPE_CHECKING, Final

from autograder.assignments import find_course
from autograder.errors import CourseError
from autograder.messages import Message, join, say
from autograder.reports.sheet import Fact, Section
from autograder.sandbox.levels import LEVELS, meaning_of, meaning_of_layer, probe

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
    return [_isolation(), _machine(), _versions(), _course(course)]


def count_cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _isolation() -> Section:
    found = probe()
    facts = []
    for level in LEVELS:
        standing = found.levels[level]
        reason = standing.reason
        if standing.available and level:
            reason = join(reason, _plain(f"({', '.join(standing.layers)})"))
        facts.append(Fact(str(level), reason, good=standing.available and level > 0))
    facts += [Fact(layer, meaning_of_layer(layer)) for layer in found.levels[found.best].layers]
    return Section(
        say("Isolation: level {level} is the best here", level=found.best),
        tuple(facts),
        meaning_of(found.best),
    )


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
