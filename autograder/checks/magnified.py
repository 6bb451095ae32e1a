"""An array that knows the size of what was added up: it goes through numpy like any other and brings S along.

Beside each value it holds its magnitude: the same formula with every subtraction
an addition and every value its absolute value (`roundings` has the rules).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextvars import ContextVar
from functools import partial
from typing import Any, Final

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

from autograder.checks.roundings import RULES, multiply

LEFT: ContextVar[dict[float, float]] = ContextVar("LEFT")
"""Magnitudes by value of numbers that became plain ones, as in ``np.array([a, b])``: a value finds its own again."""


class Untraceable(Exception):
    """It can't be told what a number was made of."""


class Magnified(NDArrayOperatorsMixin):
    """Values and their magnitudes, two arrays of one shape.

    Parameters
    ----------
    value : ndarray of float
        What plain numpy would hold.
    magnitude : ndarray of float
        S of each entry.
    """

    def __init__(self, value: Any, magnitude: Any) -> None:
        self.value = np.asarray(value)
        self.magnitude = np.asarray(magnitude)

    # A reference may ask whether it was given an array.
    __class__ = property(lambda _: np.ndarray)

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, out: Any = None, **options: Any) -> Any:
        if method == "reduce" and ufunc in _REDUCTIONS:
            return self.__array_function__(_REDUCTIONS[ufunc], (), inputs, {"axis": 0, **options})
        if method != "__call__" or options or (out and len(out) > 1):
            raise Untraceable(f"{ufunc.__name__}.{method}")
        if ufunc in _YES_OR_NO:
            value = ufunc(*map(_value, inputs))
            return value if out is None else _store(out[0], value, np.abs(value))
        rule = RULES.get(ufunc)
        if rule is None:
            raise Untraceable(ufunc.__name__)
        values = [_value(item) for item in inputs]
        value = ufunc(*values)
        with np.errstate(all="ignore"):
            magnitude = rule(value, *values, *map(magnitude_of, inputs))
        return _wrap(value, magnitude) if out is None else _store(out[0], value, magnitude)

    def __array_function__(self, function: Any, _: Any, args: Any, options: Any) -> Any:
        name = function.__name__
        if options.get("out") is not None:
            raise Untraceable(name)
        if name in _VALUE_ONLY:
            return function(*_map(args, _value), **_map(options, _value))
        if name in _PRODUCTS:
            return _multiply_arrays(function, *args, **options)
        if name in _SUMS or name in _MOVES:
            return _run_twice(function, args, options, sums=name in _SUMS)
        if name in _OWN:
            return _OWN[name](function, *args, **options)
        raise Untraceable(name)

    def __getattr__(self, name: str) -> Any:
        if name in _VALUE_ONLY:
            return getattr(self.value, name)
        if name in _SUMS or name in _MOVES:

            def ask(array: Any, *args: Any, **options: Any) -> Any:
                return getattr(array, name)(*args, **options)

            return lambda *args, **options: _run_twice(ask, (self, *args), options, sums=name in _SUMS)
        if name in _OWN or name in _PRODUCTS:
            return lambda *args, **options: getattr(np, name)(self, *args, **options)
        raise AttributeError(name)

    @property
    def T(self) -> Magnified:  # noqa: N802 - numpy's name
        """Return the transposed view."""
        return Magnified(self.value.T, self.magnitude.T)

    def __getitem__(self, key: Any) -> Any:
        return _wrap(self.value[key], self.magnitude[key])

    def __setitem__(self, key: Any, item: Any) -> None:
        self.value[key] = _value(item)
        self.magnitude[key] = magnitude_of(item)

    def __len__(self) -> int:
        return len(self.value)

    def __iter__(self) -> Iterator[Any]:
        return map(_wrap, self.value, self.magnitude)

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        # Whole numbers are exact, such as those of one-hot rows.
        if np.any(self.value != np.round(self.value)):
            left = LEFT.get()
            for value, magnitude in zip(self.value.ravel().tolist(), self.magnitude.ravel().tolist(), strict=True):
                left[value] = max(left.get(value, 0.0), magnitude)
        return np.array(self.value, dtype=dtype)

    def __float__(self) -> float:
        return float(self.__array__())

    def item(self, *place: Any) -> Any:
        """Return one entry as a plain number."""
        return self.__array__().item(*place)

    def tolist(self) -> Any:
        """Return the entries as plain numbers."""
        return self.__array__().tolist()

    def fill(self, item: Any) -> None:
        """Set every entry."""
        self[...] = item

    def __int__(self) -> int:
        return int(self.value)

    def __bool__(self) -> bool:
        return bool(self.value)

    def __copy__(self) -> Magnified:
        return Magnified(self.value.copy(), self.magnitude.copy())

    def __deepcopy__(self, _: Any) -> Magnified:
        return self.__copy__()

    def __round__(self, digits: int = 0) -> Any:
        return np.round(self, digits)

    def __format__(self, form: str) -> str:
        return format(self.value[()], form)

    def __repr__(self) -> str:
        return repr(self.value[()])


def _value(item: Any) -> Any:
    return item.value if type(item) is Magnified else item


def magnitude_of(item: Any) -> Any:
    """Return S of what takes part in an operation; a number that nothing was done to is its own.

    Raises
    ------
    Untraceable
        If numbers have become plain ones, and this array may have been made of them.
    """
    if type(item) is Magnified:
        return item.magnitude
    magnitude = np.abs(item, dtype=np.float64)
    left = LEFT.get()
    if not left or np.result_type(item).kind != "f":
        return magnitude
    known = np.array([left.get(value, -1.0) for value in np.ravel(item).tolist()]).reshape(np.shape(item))
    if known.ndim and np.any((known < 0) & (item != np.round(item))):
        raise Untraceable("an array")
    return np.maximum(known, magnitude)


def _wrap(value: Any, magnitude: Any) -> Any:
    # Masks, places and counts are exact.
    return Magnified(value, magnitude) if value.dtype.kind == "f" else value


def _store(target: Any, value: Any, magnitude: Any) -> Any:
    target[...] = Magnified(value, np.broadcast_to(magnitude, np.shape(value)))
    return target


def _map(items: Any, change: Callable[[Any], Any]) -> Any:
    """Change every array in arguments that may be lists of arrays."""
    if isinstance(items, (list, tuple)):
        return type(items)(_map(item, change) for item in items)
    if isinstance(items, dict):
        return {key: _map(item, change) for key, item in items.items()}
    return change(items)


def _run_twice(function: Any, args: Any, options: Any, *, sums: bool) -> Any:
    """Run a function that only adds, multiplies and moves, on the values and on the magnitudes."""

    def magnify(item: Any) -> Any:
        # Whole numbers of a function that moves are axes and places.
        takes_part = isinstance(item, (float, Magnified)) or (
            isinstance(item, np.ndarray) and (item.dtype.kind == "f" or (sums and item.dtype.kind == "i"))
        )
        return magnitude_of(item) if takes_part else item

    value = function(*_map(args, _value), **_map(options, _value))
    magnitude = function(*_map(args, magnify), **_map(options, magnify))
    if isinstance(value, (list, tuple)):
        return type(value)(map(_wrap, value, magnitude))
    return _wrap(value, magnitude)


def _multiply_arrays(function: Any, a: Any, b: Any, **options: Any) -> Any:
    product = partial(function, **options)
    value_a, value_b = (np.asarray(_value(item)) for item in (a, b))
    magnitude = multiply(product, value_a, value_b, magnitude_of(a), magnitude_of(b))
    return _wrap(product(value_a, value_b), magnitude)


_YES_OR_NO: Final = {
    *(np.greater, np.greater_equal, np.less, np.less_equal, np.equal, np.not_equal),
    *(np.isnan, np.isinf, np.isfinite, np.signbit, np.logical_not, np.logical_and, np.logical_or),
}
_REDUCTIONS: Final[Mapping[Any, Any]] = {np.add: np.sum, np.multiply: np.prod, np.maximum: np.max, np.minimum: np.min}

# Functions and methods by name.
_VALUE_ONLY: Final = frozenset(
    "shape ndim size dtype argmax argmin argsort argwhere nonzero flatnonzero count_nonzero any all searchsorted"
    " isclose allclose array_equal iscomplexobj isrealobj result_type".split()
)
_PRODUCTS: Final = frozenset("dot vdot inner outer tensordot convolve kron".split())
_SUMS: Final = frozenset("sum mean prod cumsum einsum trace average".split())
_MOVES: Final = frozenset(
    "reshape ravel flatten transpose swapaxes moveaxis squeeze expand_dims copy astype concatenate stack vstack hstack"
    " column_stack split array_split hsplit vsplit append repeat tile roll flip take take_along_axis delete insert"
    " atleast_1d atleast_2d broadcast_to broadcast_arrays diag diagonal triu tril pad round around".split()
)


def _select(function: Any, x: Any, axis: Any = None, **options: Any) -> Any:
    """Carry what belongs to the largest or smallest entries."""
    if options.keys() - {"keepdims"}:
        raise Untraceable(function.__name__)
    reached = function(x.value, axis=axis, keepdims=True)
    magnitude = np.max(np.where(x.value == reached, x.magnitude, 0.0), axis=axis, **options)
    return _wrap(function(x.value, axis=axis, **options), magnitude)


def _where(_: Any, condition: Any, *both: Any) -> Any:
    condition = _value(condition)
    if not both:
        return np.where(condition)
    return _wrap(np.asarray(np.where(condition, *map(_value, both))), np.where(condition, *map(magnitude_of, both)))


def _clip(_: Any, x: Any, low: Any = None, high: Any = None) -> Any:
    x = x if low is None else np.maximum(x, low)
    return x if high is None else np.minimum(x, high)


def _fill(function: Any, like: Any, *args: Any, **options: Any) -> Any:
    value = function(_value(like), *map(_value, args), **options)
    return _wrap(value, np.abs(value))


def _vary(_: Any, x: Any, axis: Any = None, *, keepdims: bool = False) -> Any:
    away = x - np.mean(x, axis=axis, keepdims=True)
    return np.mean(away * away, axis=axis, keepdims=keepdims)


def _norm(_: Any, x: Any, axis: Any = None, *, keepdims: bool = False) -> Any:
    return np.sqrt(np.sum(x * x, axis=axis, keepdims=keepdims))


_OWN: Final[Mapping[str, Callable[..., Any]]] = {
    **dict.fromkeys(("max", "min", "amax", "amin"), _select),
    **dict.fromkeys(("zeros_like", "ones_like", "empty_like", "full_like"), _fill),
    "where": _where,
    "clip": _clip,
    "var": _vary,
    "std": lambda function, *args, **options: np.sqrt(_vary(function, *args, **options)),
    "norm": _norm,
}
