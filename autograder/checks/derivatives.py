"""Gradients where no reference has one: measured on a function that is known to be right.

A complex step gives a derivative to rounding error: ``f(x + ihv).imag / h`` has no
difference in it that could lose digits, so h may be as small as one likes. Where
f can't do with complex numbers, differences over h and 2h are taken, and how far
they are apart tells how good they are.

References
----------
W. Squire and G. Trapp, Using complex variables to estimate derivatives of real functions, SIAM Review 40 (1998).
L. F. Richardson, The deferred approach to the limit, Phil. Trans. R. Soc. A 226 (1927).
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from autograder.checks.close import assert_shape, match_keys
from autograder.checks.differences import ROUNDINGS
from autograder.checks.gradients import assert_gradient
from autograder.checks.values import (
    UNIT_DOUBLE,
    UNIT_SINGLE,
    Floats,
    fit_shape,
    is_remote,
    read_numbers_of,
    took_single,
)

if TYPE_CHECKING:
    from autograder.checks.relations import NamedFactors

_TINY_STEP: Final = 1e-30
_STEP: Final = 1e-5
_MOST_ENTRIES: Final = 256
_DIRECTIONS: Final = 3
_SEED: Final = 1927
# Room for the terms of an entry, which may be larger than what is left of them.
_ROOM_DOUBLE: Final = 64
_ROOM_SINGLE: Final = 4

Function = Callable[[Any], Any]


def assert_gradient_of(
    actual: Any,
    f: Function,
    x: Any,
    *,
    what: str,
    named_factors: NamedFactors | None = None,
    single: bool = False,
) -> None:
    """Fail unless a gradient is that of a function, for exercises whose reference has none.

    In small arrays each entry is looked at. In large ones the slopes in some random
    directions are: a single wrong entry shows in them, though not which it is.

    Parameters
    ----------
    actual : object
        The student's gradient: an array, or a dict of arrays by parameter.
    f : callable
        ``f(x)`` is a number. Never the student's own function, or a wrong loss would make a right gradient wrong.
    x : array_like or mapping of str to array_like
        Where the gradient is asked for.
    what : str
        How messages call the gradient; a parameter's name stands alone.
    named_factors : mapping of str to float, optional
        Sizes that a wrong gradient may be off by, such as ``{"N": 6}``.
    single : bool
        Whether float32 took part where the gradient can't show it.

    Raises
    ------
    CheckFailed
        If it is missing, not numbers, of another shape, not finite or off.
    TypeError
        If the function is the student's.
    """
    __tracebackhide__ = True
    if is_remote(f):
        raise TypeError("a gradient is judged by a function of the grader's or of the reference, not by the student's")
    points = _points(x)
    alone = not isinstance(x, Mapping)
    answers = {"": actual} if alone else match_keys(actual, points, what=what)
    slopes = {name: _Slopes(_restrict(f, x, name), point) for name, point in points.items()}
    for turn in range(_DIRECTIONS):
        judged = {
            name: slope.judge(answers[name], turn, what=what if alone else name, single=single)
            for name, slope in slopes.items()
            if not (turn and slope.by_entry)
        }
        found, wanted, tolerance = ({name: part[place] for name, part in judged.items()} for place in range(3))
        if alone and judged:
            found, wanted, tolerance = found[""], wanted[""], tolerance[""]
        if judged:
            assert_gradient(found, wanted, what=what, scale=tolerance, rtol=1.0, named_factors=named_factors)


def differentiate(f: Function, x: Any) -> Any:
    """Differentiate a function with respect to every entry.

    Parameters
    ----------
    f : callable
        ``f(x)`` is a number; exact where it is made of smooth functions of numpy.
    x : array_like or mapping of str to array_like
        Where.

    Returns
    -------
    ndarray of float64 or dict of ndarray
        The gradient, in the form of `x`.
    """
    found = {}
    for name, point in _points(x).items():
        slopes = _Slopes(_restrict(f, x, name), point)
        found[name] = np.array([slopes.along(one)[0] for one in _units(point)]).reshape(point.shape)
    return found if isinstance(x, Mapping) else found[""]


class _Slopes:
    """The slopes of a function at a point."""

    def __init__(self, f: Function, point: Floats) -> None:
        self._f = f
        self._point = point
        rng = np.random.default_rng(_SEED)
        draws = rng.normal(size=(_DIRECTIONS, *point.shape))
        # Gaussian, since gradients of a softmax cancel along directions of equal entries.
        self._directions = [draw / np.linalg.norm(draw) for draw in draws]
        self.by_entry = point.size <= _MOST_ENTRIES
        self._complex = self._takes_complex()

    def judge(self, actual: Any, turn: int, *, what: str, single: bool) -> tuple[Any, Any, Any]:
        """Return what was found, what is expected and how far it may be off: arrays, or a number along a direction."""
        __tracebackhide__ = True
        low = single or took_single(actual)
        rounding = ROUNDINGS * (UNIT_SINGLE * _ROOM_SINGLE if low else UNIT_DOUBLE * _ROOM_DOUBLE)
        if self.by_entry:
            measured = np.array([self.along(one) for one in _units(self._point)]).reshape(*self._point.shape, 2)
            wanted, error = measured[..., 0], measured[..., 1]
            return actual, wanted, error + rounding * np.max(np.abs(wanted), initial=0.0)
        array = fit_shape(read_numbers_of(actual, what=what).array, self._point.shape)
        if array is None:
            assert_shape(actual, self._point.shape, what=what)
            raise AssertionError
        direction = self._directions[turn]
        slope, apart = self.along(direction)
        with np.errstate(all="ignore"):
            terms = array * direction
            return np.sum(terms), slope, apart + rounding * min(np.sum(np.abs(terms)), np.finfo(float).max)

    def along(self, direction: Floats) -> tuple[float, float]:
        """Return the slope along a direction, and how far it may be off."""
        return (self._step_aside(direction), 0.0) if self._complex else self._step_both_ways(direction)

    def _step_aside(self, direction: Floats) -> float:
        return complex(np.reshape(self._f(self._point + 1j * _TINY_STEP * direction), ())).imag / _TINY_STEP

    def _step_both_ways(self, direction: Floats) -> tuple[float, float]:
        h = _STEP * max(1.0, float(np.max(np.abs(self._point), initial=0.0)))
        near, far = ([self._value(self._point + sign * step * direction) for sign in (1, -1)] for step in (h, 2 * h))
        slope, rough = (near[0] - near[1]) / (2 * h), (far[0] - far[1]) / (4 * h)
        lost = ROUNDINGS * UNIT_DOUBLE * max(map(abs, [*near, *far])) / h
        return (4 * slope - rough) / 3, abs(slope - rough) + lost

    def _value(self, x: Floats) -> float:
        return float(np.reshape(self._f(x), ()))

    def _takes_complex(self) -> bool:
        """Try it: a function may raise, or lose the imaginary part on its way and say nothing."""
        direction = self._directions[0]
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                slope = self._step_aside(direction)
        except Exception:  # noqa: BLE001 - whatever it is, differences are left
            return False
        measured, error = self._step_both_ways(direction)
        return bool(abs(slope - measured) <= error)


def _points(x: Any) -> dict[str, Floats]:
    parts = x if isinstance(x, Mapping) else {"": x}
    return {name: np.array(part, dtype=np.float64) for name, part in parts.items()}


def _restrict(f: Function, x: Any, name: str) -> Function:
    """Let only one parameter of several vary."""
    return (lambda part: f({**x, name: part})) if isinstance(x, Mapping) else f


def _units(point: Floats) -> list[Floats]:
    return list(np.eye(point.size).reshape(point.size, *point.shape))
