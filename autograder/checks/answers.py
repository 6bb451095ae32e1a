"""What the reference answers, with the magnitudes of its terms: worked out once for all submissions of a class.

The inputs of a check are the same for every submission, since its generator is
seeded by its name. So an answer is kept, and found again by everything that it
depends on: code, what the code has caught from around it, and every number.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import FunctionType, ModuleType
from typing import Any, Final

import numpy as np

from autograder.checks.magnitudes import copy_of, run_on_magnitudes

_MOST_BYTES: Final = 64 << 20
_DEEPEST: Final = 8

Use = Callable[..., Any]


@dataclass(frozen=True)
class Answer:
    """An answer of the reference.

    Attributes
    ----------
    result : object
        Numbers and arrays, in lists, tuples and dicts.
    magnitudes : object
        S of each of its entries, in the same structure; None where it is unknown.
    """

    result: Any
    magnitudes: Any


class _Unknown(Exception):
    """It can't be told what an answer depends on."""


class _Kept:
    """Answers by what they depend on; the one that was not asked for the longest time goes first."""

    def __init__(self) -> None:
        self._answers: OrderedDict[Any, tuple[Answer, int]] = OrderedDict()
        self._bytes = 0

    def find(self, key: Any, make: Callable[[], Answer]) -> Answer:
        if key not in self._answers:
            answer = make()
            _freeze([answer.result, answer.magnitudes])
            self._answers[key] = answer, _weigh([key, answer.result, answer.magnitudes])
            self._bytes += self._answers[key][1]
            while self._bytes > _MOST_BYTES:
                self._bytes -= self._answers.popitem(last=False)[1][1]
            return answer
        self._answers.move_to_end(key)
        return self._answers[key][0]


_KEPT: Final = _Kept()


def answer_of(reference: Any, make: Use | None, use: Use, inputs: tuple[Any, ...], *, exact: bool) -> Answer:
    """Ask the reference.

    Parameters
    ----------
    reference : module
        The reference solution.
    make : callable or None
        Makes the object that is used, from the reference; the reference itself is used where it is None.
    use : callable
        Uses it: takes the object and the inputs.
    inputs : tuple
        Copied before they are handed in.
    exact : bool
        Whether magnitudes are wanted.

    Returns
    -------
    Answer
        Not to be changed: others get the same.
    """

    def run(*args: Any) -> Any:
        return use(reference if make is None else make(reference), *args)

    def ask() -> Answer:
        result, magnitudes = run_on_magnitudes(run, *inputs) if exact else (run(*copy_of(inputs)), None)
        # What belongs to an object of the reference may change with it.
        return Answer(copy_of(result), magnitudes)

    try:
        key = (id(reference), exact, *(_trace(part) for part in (make, use, inputs)))
    except _Unknown:
        return ask()
    # The reference is held by its answer's key, so that no other module gets its place in memory.
    return _KEPT.find((reference, key), ask)


def _trace(item: Any, depth: int = 0) -> Any:
    """Reduce something to what tells it from everything else."""
    if depth > _DEEPEST:
        raise _Unknown
    if item is None or isinstance(item, (bool, int, float, complex, str, bytes, np.generic)):
        return type(item), repr(item)
    if type(item) is np.ndarray and not item.dtype.hasobject:
        return item.shape, item.dtype.str, item.tobytes()
    if isinstance(item, (list, tuple)):
        return type(item), *(_trace(one, depth + 1) for one in item)
    if isinstance(item, dict):
        return dict, *((_trace(key), _trace(one, depth + 1)) for key, one in item.items())
    if isinstance(item, FunctionType):
        caught = [cell.cell_contents for cell in item.__closure__ or ()]
        return item.__code__, id(item.__globals__), _trace([caught, item.__defaults__, item.__kwdefaults__], depth + 1)
    if isinstance(item, (ModuleType, type)):
        return item
    raise _Unknown


def _weigh(item: Any) -> int:
    """Return about how many bytes something holds."""
    if isinstance(item, Mapping):
        return sum(map(_weigh, item.values()))
    if isinstance(item, (list, tuple)):
        return sum(map(_weigh, item))
    return item.nbytes if isinstance(item, np.ndarray) else len(item) if isinstance(item, bytes) else 0


def _freeze(result: Any) -> None:
    if isinstance(result, Mapping):
        _freeze(list(result.values()))
    elif isinstance(result, (list, tuple)):
        for item in result:
            _freeze(item)
    elif isinstance(result, np.ndarray):
        result.setflags(write=False)
