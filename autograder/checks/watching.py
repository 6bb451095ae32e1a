"""A submission that is looked at while it is used, to see which inputs a call changes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from autograder.checks.state import assert_unchanged
from autograder.checks.values import fetch, is_remote


class Watch:
    """Looks at the inputs after every call.

    Parameters
    ----------
    student : Student
        The submission.
    names : sequence of str
        What messages call the inputs.
    """

    def __init__(self, student: Any, names: tuple[str, ...]) -> None:
        self._student = student
        self._names = names
        self._given: list[tuple[str, Any, Any]] = []
        self._after: list[tuple[str, Any, Any]] = []

    def remember(self, inputs: tuple[Any, ...], given: tuple[Any, ...]) -> None:
        """Look out for these copies of the inputs."""
        self._given += zip(self._names, inputs, given, strict=True)

    def over(self, thing: Any) -> Any:
        """Return something of the student's, watched."""
        return Watched(self, thing) if thing is self._student or is_remote(thing) else thing

    def call(self, function: Any, args: tuple[Any, ...], options: dict[str, Any]) -> Any:
        """Call a function of the student's and note what became of the inputs."""
        seen = self._student.observe(function, *map(bare, args), **{name: bare(item) for name, item in options.items()})
        for item, after in zip(args, seen.arguments, strict=True):
            self._after += [(name, before, after) for name, before, one in self._given if one is item]
        return self.over(seen.value)

    def assert_unchanged(self) -> None:
        """Fail if a call changed one of the inputs.

        Raises
        ------
        CheckFailed
            With the name of the first that was changed.
        """
        __tracebackhide__ = True
        for name, before, after in self._after:
            assert_unchanged(before, after, what=name)


class Watched:
    """The student's module or something of it, used as if nobody were looking."""

    def __init__(self, watch: Watch, thing: Any) -> None:
        object.__setattr__(self, "_watched", (watch, thing))

    def __getattr__(self, name: str) -> Any:
        watch, thing = object.__getattribute__(self, "_watched")
        found = getattr(thing, name)
        return watch.over(found) if is_remote(found) else _barely(found)

    def __setattr__(self, name: str, item: Any) -> None:
        setattr(bare(self), name, bare(item))

    def __getitem__(self, key: Any) -> Any:
        watch, thing = object.__getattribute__(self, "_watched")
        return watch.over(thing[key])

    def __setitem__(self, key: Any, item: Any) -> None:
        bare(self)[key] = bare(item)

    def __iter__(self) -> Iterator[Any]:
        return iter(bare(self))

    def __call__(self, *args: Any, **options: Any) -> Any:
        """Call it there, and look at the inputs afterwards."""
        watch, thing = object.__getattribute__(self, "_watched")
        return watch.call(thing, args, options)

    def __autograder_fetch__(self) -> Any:
        """Return the value as plain data."""
        return fetch(bare(self))


def bare(thing: Any) -> Any:
    """Return what is watched; anything else as it is."""
    return object.__getattribute__(thing, "_watched")[1] if type(thing) is Watched else thing


def _barely(method: Callable[..., Any]) -> Callable[..., Any]:
    """Let a method of the submission, such as ``has``, have what is watched as it is."""
    return lambda *args, **options: method(*map(bare, args), **options)
