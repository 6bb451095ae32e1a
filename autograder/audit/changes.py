"""Other inputs for the questions of a check: smaller, larger, rounder, at the edges.

What an array means is kept where it can be told: labels stay labels, rows that
are one-hot stay one-hot, probabilities still add up to 1. All axes of one length
are of one kind, so they change together, and so does a number that says that length.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any, Final

import numpy as np

from autograder.audit.scenes import Ask, Scene

MOST_LENGTHS: Final = 6
LONGEST: Final = 1000
"""Whole numbers up to this may be the length of something."""
MOST_LEAVES: Final = 8
"""Arrays of a scene that are changed one at a time."""
_NEAR: Final = 1e-6

Leaf = Any
Change = Callable[[Leaf], Leaf]


def list_changes(scene: Scene) -> Iterator[Scene]:
    """Yield the same questions with other inputs, in a fixed order, each once."""
    seen = {_print_of(scene)}
    for changed in _all_changes(scene):
        mark = _print_of(changed)
        if mark not in seen:
            seen.add(mark)
            yield changed


def _all_changes(scene: Scene) -> Iterator[Scene]:
    for length in lengths_of(scene):
        for new in (1, 2, length + 1):
            if new != length:
                yield resize(scene, length, new)
    for change in RANKS:
        yield change_leaves(scene, change)
    for change in VALUES:
        yield change_values(scene, change)
    free = [place for place, leaf in enumerate(leaves_of(scene)) if is_free(leaf)]
    for place in free[:MOST_LEAVES]:
        for change in (np.zeros_like, np.negative, _thousandfold):
            yield change_one(scene, place, change)
    yield change_leaves(scene, _to_single)
    for change in _PROBABILITIES:
        yield change_leaves(scene, partial(_changed_if, adds_up, change))
    yield without_keywords(scene)
    yield twice(scene)


def lengths_of(scene: Scene) -> list[int]:
    """Return the lengths of axes, and whole numbers that may be one, longest first."""
    found: set[int] = set()
    for leaf in leaves_of(scene):
        found.update(leaf.shape if isinstance(leaf, np.ndarray) else [leaf] if isinstance(leaf, int) else [])
    return sorted((length for length in found if 0 < length <= LONGEST), reverse=True)[:MOST_LENGTHS]


def resize(scene: Scene, length: int, new: int) -> Scene:
    """Give all axes of one length another one: entries are left out, or come again."""

    def change(leaf: Leaf) -> Leaf:
        if isinstance(leaf, int) and not isinstance(leaf, bool):
            return new if leaf == length else leaf
        if not isinstance(leaf, np.ndarray) or length not in leaf.shape:
            return leaf
        resized = leaf
        for axis, size in enumerate(leaf.shape):
            if size == length:
                resized = np.take(resized, np.arange(new) % length, axis=axis)
        if _is_one_hot(leaf):
            hot = leaf.argmax(axis=-1)
            for axis, size in enumerate(leaf.shape[:-1]):
                hot = np.take(hot, np.arange(new) % length, axis=axis) if size == length else hot
            return np.eye(resized.shape[-1], dtype=leaf.dtype)[hot % resized.shape[-1]]
        return normalised(resized) if adds_up(leaf) else resized

    return change_leaves(scene, change)


def change_values(scene: Scene, change: Change) -> Scene:
    """Change every array and number that may be any number."""
    return change_leaves(scene, partial(_changed_if, is_free, change))


def change_one(scene: Scene, place: int, change: Change) -> Scene:
    """Change one of all arrays and numbers, by its place among them."""
    count = itertools.count()
    return change_leaves(scene, partial(_changed_if, lambda _leaf: next(count) == place, change))


def put_one(scene: Scene, place: int, new: Leaf) -> Scene:
    """Put something else in the place of one of all arrays and numbers."""
    return change_one(scene, place, lambda _leaf: new)


def without_keywords(scene: Scene) -> Scene:
    """Leave everything out that has a name."""
    return tuple(replace(ask, kwargs={}) for ask in scene)


def twice(scene: Scene) -> Scene:
    """Ask each question a second time."""
    return tuple(one for ask in scene for one in ((ask,) if ask.makes else (ask, ask)))


def leaves_of(scene: Scene) -> list[Leaf]:
    """List all arrays and numbers that are handed over."""
    found: list[Leaf] = []

    def note(leaf: Leaf) -> Leaf:
        found.append(leaf)
        return leaf

    change_leaves(scene, note)
    return found


def change_leaves(scene: Scene, change: Change) -> Scene:
    """Change every array and number that is handed over."""
    return tuple(_changed(ask, change) for ask in scene)


def _print_of(scene: Scene) -> tuple[object, ...]:
    """Return what tells scenes apart that were made from one."""
    leaves = (
        (leaf.dtype.str, leaf.shape, leaf.tobytes()) if isinstance(leaf, np.ndarray) else (type(leaf), leaf)
        for leaf in leaves_of(scene)
    )
    return (len(scene), *(len(ask.kwargs) for ask in scene), *leaves)


def _changed(ask: Ask, change: Change) -> Ask:
    if ask.op == "set":
        key, value = ask.args
        return replace(ask, args=(key, _map(value, change)))
    return replace(ask, args=_map(ask.args, change), kwargs=_map(ask.kwargs, change))


def _map(value: Any, change: Change) -> Any:
    if type(value) in (list, tuple):
        return type(value)(_map(item, change) for item in value)
    if isinstance(value, dict):
        return {key: _map(item, change) for key, item in value.items()}
    if isinstance(value, np.ndarray | np.number | int | float) and not isinstance(value, bool):
        return change(value)
    return value


def _changed_if(fits: Callable[[Leaf], bool], change: Change, leaf: Leaf) -> Leaf:
    return _as_before(change(leaf), leaf) if fits(leaf) else leaf


def _as_before(changed: Leaf, leaf: Leaf) -> Leaf:
    """Return what numpy made of a number of Python's as such a number."""
    return changed if isinstance(leaf, np.ndarray) else type(leaf)(changed)


def is_free(leaf: Leaf) -> bool:
    """Say whether it may be any number: no label, no probability."""
    if isinstance(leaf, np.ndarray):
        return leaf.dtype.kind == "f" and leaf.size > 0 and not _is_one_hot(leaf) and not adds_up(leaf)
    return isinstance(leaf, float | np.floating)


def _is_one_hot(leaf: Leaf) -> bool:
    return (
        isinstance(leaf, np.ndarray)
        and leaf.ndim > 0
        and leaf.shape[-1] > 1
        and bool(np.isin(leaf, (0, 1)).all())
        and bool((leaf.sum(axis=-1) == 1).all())
    )


def adds_up(leaf: Leaf) -> bool:
    """Say whether it may well be probabilities."""
    return (
        isinstance(leaf, np.ndarray)
        and leaf.dtype.kind == "f"
        and leaf.ndim > 0
        and leaf.shape[-1] > 1
        and not _is_one_hot(leaf)
        and bool((leaf >= 0).all())
        and bool((np.abs(leaf.sum(axis=-1) - 1) < _NEAR).all())
    )


def normalised(rows: np.ndarray) -> np.ndarray:
    """Make rows add up to 1 again."""
    total = rows.sum(axis=-1, keepdims=True)
    return np.where(total > 0, rows / np.where(total > 0, total, 1), 1 / rows.shape[-1]).astype(rows.dtype)


def _thousandfold(leaf: Leaf) -> Leaf:
    return leaf * 1000


def _tiny(leaf: Leaf) -> Leaf:
    return leaf * 1e-8


def _with_a_zero(leaf: Leaf) -> Leaf:
    if not isinstance(leaf, np.ndarray) or not leaf.ndim:
        return leaf
    changed = leaf.copy()
    changed.flat[0] = 0
    return changed


def _first_again(leaf: Leaf) -> Leaf:
    return np.broadcast_to(leaf[:1], leaf.shape).copy() if isinstance(leaf, np.ndarray) and leaf.ndim else leaf


def _shifted(leaf: Leaf) -> Leaf:
    return leaf + 1000


def _to_single(leaf: Leaf) -> Leaf:
    return leaf.astype(np.float32) if isinstance(leaf, np.ndarray) and leaf.dtype.kind == "f" else leaf


def _sure_of_the_first(leaf: Leaf) -> Leaf:
    return np.broadcast_to(np.eye(leaf.shape[-1])[0], leaf.shape).astype(leaf.dtype)


def _sure_of_the_last(leaf: Leaf) -> Leaf:
    return np.broadcast_to(np.eye(leaf.shape[-1])[-1], leaf.shape).astype(leaf.dtype)


def _even(leaf: Leaf) -> Leaf:
    return np.full_like(leaf, 1 / leaf.shape[-1])


def _as_rows(leaf: Leaf) -> Leaf:
    return np.stack([leaf, leaf[::-1]]) if isinstance(leaf, np.ndarray) and leaf.ndim == 1 and leaf.size else leaf


def _first_row(leaf: Leaf) -> Leaf:
    return leaf[0] if isinstance(leaf, np.ndarray) and leaf.ndim > 1 and len(leaf) else leaf


RANKS: Final[tuple[Change, ...]] = (_as_rows, _first_row)
VALUES: Final[tuple[Change, ...]] = (
    np.zeros_like,
    np.ones_like,
    np.negative,
    np.rint,
    np.abs,
    _with_a_zero,
    _first_again,
    _thousandfold,
    _shifted,
    _tiny,
)
_PROBABILITIES: Final[tuple[Change, ...]] = (_sure_of_the_first, _sure_of_the_last, _even)
