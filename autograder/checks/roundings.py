"""How magnitudes pass through the functions of numpy that work entry by entry.

A rule takes the result, the operands and their magnitudes. To first order in the
rounding unit u, an entry is off by a small multiple of u·S where S is what the
rules say: a sum adds up the magnitudes of its terms, and a smooth function f
carries ``abs(f'(x))·S + abs(f(x))``, the error that came in and that of its own
rounding.

References
----------
N. J. Higham, Accuracy and Stability of Numerical Algorithms, 2nd ed., SIAM 2002, section 3.3: running error analysis.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np


def _add(_: Any, *both: Any) -> Any:
    return both[2] + both[3]


def multiply(product: Callable[..., Any], a: Any, b: Any, size_a: Any, size_b: Any) -> Any:
    """Carry magnitudes through a product of numbers or arrays.

    Parameters
    ----------
    product : callable
        Takes two arrays and is linear in each, as `numpy.dot` is.
    a, b, size_a, size_b : array_like
        Factors and their magnitudes.

    Returns
    -------
    ndarray of float64
        The magnitudes of the product. With factors that nothing was done to, the product of absolute values.
    """
    a = np.abs(a)
    magnitude = product(a, size_b)
    excess = size_a - a
    return magnitude + product(excess, np.abs(b)) if np.any(excess) else magnitude


def _divide(quotient: Any, _: Any, b: Any, size_a: Any, size_b: Any) -> Any:
    return (size_a + np.abs(quotient) * (size_b - np.abs(b))) / np.abs(b)


def _raise(power: Any, a: Any, b: Any, size_a: Any, size_b: Any) -> Any:
    if np.all(b == np.round(b)) and np.all(b >= 0):
        return size_a**b
    grown = np.where(size_b > np.abs(b), np.abs(np.log(np.abs(a))) * size_b, 0.0)
    return np.abs(power) * (np.abs(b / a) * size_a + grown + 1)


def _choose(chosen: Any, a: Any, b: Any, size_a: Any, size_b: Any) -> Any:
    return np.maximum(np.where(chosen == a, size_a, 0.0), np.where(chosen == b, size_b, 0.0))


def _smooth(y: Any, slope: Any, size: Any) -> Any:
    # A slope is infinite where nothing came in, as of the square root at 0.
    return np.where(size > 0, np.abs(slope) * size, 0.0) + np.abs(y)


def _sloping(slope: Callable[[Any], Any]) -> Callable[[Any, Any, Any], Any]:
    """Make the rule of a function from its slope at x."""
    return lambda y, x, size: _smooth(y, slope(x), size)


def _telling(slope: Callable[[Any], Any]) -> Callable[[Any, Any, Any], Any]:
    """Make the rule of a function whose value tells its slope."""
    return lambda y, _, size: _smooth(y, slope(y), size)


RULES: Final[Mapping[Any, Callable[..., Any]]] = {
    np.add: _add,
    np.subtract: _add,
    np.multiply: lambda _, *pair: multiply(np.multiply, *pair),
    np.matmul: lambda _, *pair: multiply(np.matmul, *pair),
    np.divide: _divide,
    np.power: _raise,
    np.float_power: _raise,
    np.square: lambda *taken: taken[2] ** 2,
    np.maximum: _choose,
    np.minimum: _choose,
    **dict.fromkeys((np.negative, np.positive, np.absolute, np.fabs, np.conjugate), lambda *taken: taken[2]),
    **dict.fromkeys((np.sign, np.floor, np.ceil, np.trunc, np.rint), lambda *taken: np.abs(taken[0])),
    np.exp: _telling(lambda y: y),
    np.exp2: _telling(lambda y: y * np.log(2)),
    np.expm1: _telling(lambda y: y + 1),
    np.log: _sloping(lambda x: 1 / x),
    np.log2: _sloping(lambda x: 1 / (x * np.log(2))),
    np.log10: _sloping(lambda x: 1 / (x * np.log(10))),
    np.log1p: _sloping(lambda x: 1 / (1 + x)),
    np.sqrt: _telling(lambda y: 0.5 / y),
    np.reciprocal: _telling(lambda y: y * y),
    np.tanh: _telling(lambda y: 1 - y * y),
    np.sinh: _sloping(np.cosh),
    np.cosh: _sloping(np.sinh),
    np.sin: _sloping(np.cos),
    np.cos: _sloping(np.sin),
    np.arctan: _sloping(lambda x: 1 / (1 + x * x)),
}
"""The rule of each such function."""
