"""The inputs of a check: what they are called, how large they are, and further batches made of them."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np

_FEWEST_ROWS: Final = 4


def vary(inputs: tuple[Any, ...]) -> list[tuple[Any, ...]]:
    """Make the batches A, B, one row, three rows, and A again.

    Parameters
    ----------
    inputs : tuple
        The batch A. Arrays as long as the first one are taken apart by rows; all else goes with every batch.

    Returns
    -------
    list of tuple
        B has the rows of A in another order, those of each input in one of its own.

    Raises
    ------
    ValueError
        If there are fewer than 4 rows.
    """
    rows = next((len(item) for item in inputs if isinstance(item, np.ndarray) and item.ndim), 0)
    if rows < _FEWEST_ROWS:
        raise ValueError(f"to see what is kept from batch to batch, give inputs of at least {_FEWEST_ROWS} rows")

    def pick(choose: Callable[[int], Any]) -> tuple[Any, ...]:
        return tuple(
            item[choose(place)] if isinstance(item, np.ndarray) and item.ndim and len(item) == rows else item
            for place, item in enumerate(inputs)
        )

    backwards = np.arange(rows)[::-1]
    return [
        inputs,
        pick(lambda place: np.roll(backwards, place)),
        pick(lambda _: slice(1, 2)),
        pick(lambda _: slice(-3, None)),
        inputs,
    ]


def names_of(use: Callable[..., Any], count: int) -> tuple[str, ...]:
    """Return what messages call the inputs: the names that a use gives to them, after the module or object.

    Parameters
    ----------
    use : callable
        Takes a module or object, and the inputs.
    count : int
        How many inputs there are.
    """
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    names = [name for name, parameter in inspect.signature(use).parameters.items() if parameter.kind in kinds][1:]
    return tuple([*names, *(f"inputs[{place}]" for place in range(len(names), count))][:count])


def sizes_of(inputs: tuple[Any, ...], names: Sequence[str]) -> dict[str, float]:
    """Name the sizes of the inputs' axes, by which a wrong answer may be off.

    Returns
    -------
    dict of str to float
        N is the number of rows; another size is called by what it is, as in ``x.shape[1]``. Of equal sizes, the first.
    """
    sizes: dict[str, float] = {}
    for item, name in zip(inputs, names, strict=True):
        shape = item.shape if isinstance(item, np.ndarray) else ()
        for axis, size in enumerate(shape):
            plain = f"{name}.shape[{axis}]" if len(shape) > 1 else f"len({name})"
            if size > 1 and size not in sizes.values():
                sizes["N" if len(shape) > 1 and not axis and "N" not in sizes else plain] = size
    return sizes
