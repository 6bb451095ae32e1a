"""The reference answers a child's questions about siblings: numbers go back, and what it may cost is bounded."""

from __future__ import annotations

import sys
import types
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any, Final

import numpy as np

from autograder import wire
from autograder.sandbox.clocks import cpu_limit

ORACLE_CPU_S: Final = 2.0
"""CPU seconds that the reference may spend on one question, which the child chose."""
ORACLE_MB: Final = 512
"""MiB that it may take for it, on top of what this process has."""
SMALL: Final = 4096
"""Entries of all arguments together of which nothing larger than `ORACLE_MB` can be made: 128 MiB is each with each."""
MOST_CLASSES: Final = 256
"""Whole numbers up to this are labels, or small data."""
MAX_QUESTIONS: Final = 100_000
MAX_KEPT: Final = 1_000
"""Objects of the reference's that are kept for later questions."""


class Oracles:
    """The reference's answers to a child's questions about siblings: data, methods of its objects, nothing else."""

    def __init__(self, reference: object, names: frozenset[str]) -> None:
        self._reference = reference
        self._names = names
        self._kept: list[object] = []
        self._asked = 0

    def answer(self, question: Any, args: Any, kwargs: Any) -> object:
        """Answer one question.

        Raises
        ------
        LookupError
            If it may not be asked, or too much was.
        Exception
            Whatever the reference raises on arguments that the child chose.
        """
        self._asked += 1
        if self._asked > MAX_QUESTIONS or type(question) is not dict:
            raise LookupError(question)
        target = self._target(question)
        # Setting the limit takes longer than most answers.
        memory = nullcontext() if _are_small(args) and not kwargs else _memory_limit(ORACLE_MB)
        # Memory outermost: whatever moment the time is up at, it is given back.
        with memory, cpu_limit(ORACLE_CPU_S, TimeoutError), np.errstate(all="ignore"):
            if question.get("do") == "call":
                return target(*args, **kwargs)
            name = question.get("attribute")
            if type(name) is not str or name.startswith("_"):
                raise LookupError(name)
            return getattr(target, name)

    def keep(self, value: object) -> wire.Opaque:
        """Keep an object of the reference's for later questions, and return what stands for it.

        Raises
        ------
        LookupError
            If the child may not have it, or has too many.
        """
        # Methods and instances of the reference's own classes: through any other object code could be reached.
        owner = value.__self__ if isinstance(value, types.MethodType) else value
        if type(owner).__module__ != getattr(self._reference, "__name__", None):
            raise LookupError(type(value).__name__)
        if len(self._kept) >= MAX_KEPT:
            raise LookupError(MAX_KEPT)
        self._kept.append(value)
        return wire.Opaque(len(self._kept) - 1, type(value).__name__)

    def _target(self, question: dict[str, Any]) -> Any:
        number = question.get("number")
        if type(number) is int and 0 <= number < len(self._kept):
            return self._kept[number]
        name = question.get("name")
        if type(name) is not str or name not in self._names:
            raise LookupError(name)
        return getattr(self._reference, name)


def _are_small(values: Any) -> bool:
    """Whether nothing large can be made of the arguments: few numbers, and no large whole one to count to."""
    if type(values) is not list:
        return False
    arrays = [value for value in values if type(value) is np.ndarray]
    numbers = [value for value in values if isinstance(value, float | np.floating)]
    return (
        len(arrays) + len(numbers) == len(values)
        # An empty array may still be a thousand million rows long.
        and sum(max(array.size, *array.shape, 1) for array in arrays) <= SMALL
        and all(array.dtype.kind == "f" or (array.dtype.kind == "i" and _are_labels(array)) for array in arrays)
    )


def _are_labels(array: np.ndarray[Any, Any]) -> bool:
    return bool(np.all(np.abs(array) <= MOST_CLASSES))


@contextmanager
def _memory_limit(megabytes: int) -> Iterator[None]:
    """Small arguments can make a huge result: a column and a row of 30,000 each broadcast to 7 GB."""
    if not sys.platform.startswith("linux"):
        yield
        return
    import resource  # noqa: PLC0415 - not every system has it

    previous = resource.getrlimit(resource.RLIMIT_AS)
    in_use = int(Path("/proc/self/statm").read_bytes().split()[0]) * resource.getpagesize()
    bounds = [bound for bound in (*previous, in_use + (megabytes << 20)) if bound != resource.RLIM_INFINITY]
    resource.setrlimit(resource.RLIMIT_AS, (min(bounds), previous[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, previous)
