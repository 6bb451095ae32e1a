"""What a check asks, and the paths it asks by: the same for a submission and for trusted code."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.checks import testimony
from autograder.sandbox.faults import StudentFault, unreadable_answer


@dataclass(frozen=True)
class Observed:
    """A call and what could be seen of it.

    Attributes
    ----------
    value : object
        What it returned.
    arguments : tuple
        The positional arguments as they are after the call.
    printed : str
        What it printed.
    """

    value: Any
    arguments: tuple[Any, ...]
    printed: str


class Asked:
    """What a check asks: a submission behind the wall, or trusted code (`autograder.rehearsal`).

    Attribute access gives a `Remote`: ``student.Loss(f_x, y)`` calls the
    function with copies of the arguments.
    """

    def __init__(self) -> None:
        self._once: dict[object, tuple[Any, StudentFault | None]] = {}
        self._rng: np.random.Generator | None = None

    def __getattr__(self, name: str) -> Remote:
        if name.startswith("_"):
            raise AttributeError(name)
        return Remote(self, name)

    def has(self, remote: Remote, name: str) -> bool:
        """Say whether something of the student's has an attribute, leniently spelt."""
        return self._request("has", remote, ("attr", name)) is True

    def once(self, key: object, function: Callable[[], Any]) -> Any:
        """Call a function once for this submission; later, replay what it returned or how it failed."""
        if key not in self._once:
            with testimony.unheard(), self._seeded_by(key):
                try:
                    self._once[key] = function(), None
                except StudentFault as fault:
                    self._once[key] = None, fault
        value, replayed = self._once[key]
        if replayed:
            raise replayed.with_traceback(None)
        testimony.state("answered", "once", value, right=True)
        return value

    def draw_from(self, rng: np.random.Generator | None) -> None:
        """Name the generator that the check at hand draws from."""
        self._rng = rng

    @contextmanager
    def _seeded_by(self, key: object) -> Iterator[None]:
        """Let what is asked once not depend on the check that happens to ask first."""
        if self._rng is None:
            yield
            return
        generator = self._rng.bit_generator
        before = generator.state
        generator.state = np.random.default_rng(zlib.crc32(repr(key).encode())).bit_generator.state
        try:
            yield
        finally:
            generator.state = before

    def _request(
        self, op: str, remote: Remote, *more: tuple[str, object], values: object = None, **fields: object
    ) -> Any:
        """Ask for one thing on a path; what can't come back as plain data is wrapped by `_wrap`."""
        raise NotImplementedError

    def _wrap(self, value: Any) -> Any:
        raise NotImplementedError


class Remote:
    """A path to something of the student's; nothing travels until it is used.

    Calling it calls it there; ``remote[key] = value`` and ``remote.name = value``
    assign there; iterating gives the keys of a dict or the indices of a list.
    Comparing it, or asking whether it is true, fetches it: of what isn't plain
    data nothing can be said, and the check ends as ``malformed``.
    """

    def __init__(self, student: Asked, root: Any, steps: tuple[tuple[str, object], ...] = ()) -> None:
        object.__setattr__(self, "_student", student)
        object.__setattr__(self, "_path", (root, steps))

    def __getattr__(self, name: str) -> Remote:
        if name.startswith("__"):
            raise AttributeError(name)
        return _step(self, "attr", name)

    def __getitem__(self, key: object) -> Remote:
        return _step(self, "item", key)

    def __setattr__(self, name: str, value: object) -> None:
        _use(self, "set", values=[name, value], how="attr")

    def __setitem__(self, key: object, value: object) -> None:
        _use(self, "set", values=[key, value], how="item")

    def __call__(self, *args: object, **kwargs: object) -> Any:
        """Call it there with copies of the arguments."""
        return _use(self, "call", values=[args, kwargs])

    def __iter__(self) -> Iterator[Any]:
        keys = _use(self, "keys")
        return iter(keys if isinstance(keys, list) else [])

    def __bool__(self) -> bool:
        return bool(_plain(self))

    def __eq__(self, other: object) -> Any:
        return _plain(self) == other

    def __ne__(self, other: object) -> Any:
        return _plain(self) != other

    # As with all that is compared by what it holds at the time.
    __hash__ = None  # type: ignore[assignment]

    def __autograder_fetch__(self) -> Any:
        """Return the value as plain data; a `Remote` again where it is opaque."""
        return _use(self, "get")

    def __repr__(self) -> str:
        root, steps = path_of(self)
        return (root if isinstance(root, str) else f"<{root}>") + "".join(
            f".{key}" if how == "attr" else f"[{key!r}]" for how, key in steps
        )


def path_of(remote: Remote) -> tuple[Any, tuple[tuple[str, Any], ...]]:
    """Return where a path starts, a name or an object, and the steps that lead on."""
    path: tuple[Any, tuple[tuple[str, Any], ...]] = object.__getattribute__(remote, "_path")
    return path


def _plain(remote: Remote) -> Any:
    value = remote.__autograder_fetch__()
    if isinstance(value, Remote):
        raise unreadable_answer()
    return value


def _step(remote: Remote, how: str, key: object) -> Remote:
    root, steps = path_of(remote)
    return Remote(object.__getattribute__(remote, "_student"), root, (*steps, (how, key)))


def _use(remote: Remote, op: str, *, values: object = None, **fields: object) -> Any:
    student = object.__getattribute__(remote, "_student")
    answer = student._wrap(student._request(op, remote, values=values, **fields))  # noqa: SLF001 - one thing in two classes
    testimony.state("answered", op, answer, right=True)
    return answer
