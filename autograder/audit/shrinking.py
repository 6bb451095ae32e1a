"""The smallest input that tells a variant from the reference."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

import numpy as np

from autograder.audit.changes import adds_up, is_free, leaves_of, lengths_of, normalised, put_one, resize
from autograder.audit.scenes import Scene

MOST_TRIES: Final = 400
MOST_ENTRIES: Final = 12
"""Entries of an array that are tried one by one."""
SHORT: Final = 4
"""Lengths up to this are tried."""

Accepts = Callable[[Scene], bool]


def shrink(scene: Scene, differs: Accepts) -> Scene:
    """Make a scene smaller as long as it still tells two apart: fewest questions, fewest entries, roundest numbers.

    Parameters
    ----------
    differs : callable
        Whether a scene tells them apart, at its last question.
    """
    left = MOST_TRIES

    def accepts(candidate: Scene) -> bool:
        nonlocal left
        left -= 1
        return left >= 0 and differs(candidate)

    for step in (_without_questions, _with_shorter_axes, _with_shorter_axes, _with_rounder_numbers):
        scene = step(scene, accepts)
    return scene


def _without_questions(scene: Scene, accepts: Accepts) -> Scene:
    for place in range(len(scene) - 2, -1, -1):
        shorter = scene[:place] + scene[place + 1 :]
        if accepts(shorter):
            scene = shorter
    return scene


def _with_shorter_axes(scene: Scene, accepts: Accepts) -> Scene:
    for length in lengths_of(scene):
        shorter = (resize(scene, length, new) for new in range(1, min(length, SHORT + 1)))
        scene = next(filter(accepts, shorter), scene)
    return scene


def _with_rounder_numbers(scene: Scene, accepts: Accepts) -> Scene:
    for place in range(len(leaves_of(scene))):
        rounder = (put_one(scene, place, new) for new in _rounder(leaves_of(scene)[place]))
        scene = next(filter(accepts, rounder), scene)
        scene = _with_rounder_entries(scene, place, accepts)
    return scene


def _with_rounder_entries(scene: Scene, place: int, accepts: Accepts) -> Scene:
    leaf = leaves_of(scene)[place]
    if not isinstance(leaf, np.ndarray) or not is_free(leaf) or leaf.size > MOST_ENTRIES:
        return scene
    for entry in range(leaf.size):
        rounder = (put_one(scene, place, new) for new in _with_rounder_entry(leaves_of(scene)[place], entry))
        scene = next(filter(accepts, rounder), scene)
    return scene


def _rounder(leaf: Any) -> Iterator[Any]:
    """Yield rounder numbers in the place of others, the roundest first."""
    if adds_up(leaf):
        yield np.full_like(leaf, 1 / leaf.shape[-1])
        for decimals in (1, 2):
            yield normalised(np.round(leaf, decimals))
    elif is_free(leaf):
        yield from (np.zeros_like(leaf), np.ones_like(leaf))
        if isinstance(leaf, np.ndarray):
            yield np.arange(1.0, leaf.size + 1).reshape(leaf.shape).astype(leaf.dtype)
        for decimals in (0, 1, 2):
            yield np.round(leaf, decimals)


def _with_rounder_entry(leaf: np.ndarray, entry: int) -> Iterator[np.ndarray]:
    for value in (0.0, 1.0):
        if leaf.flat[entry] == value:
            return
        changed = leaf.copy()
        changed.flat[entry] = value
        yield changed
