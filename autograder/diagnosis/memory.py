"""What checks saw of wrong variants, kept on disk: to try them takes seconds, to read it milliseconds.

One file an exercise, beside the graders, in a folder that no release and no
repository takes along. It begins with a hash of everything that it depends on
and one of itself: what is of another state or damaged is not read.
"""

from __future__ import annotations

import contextlib
import json
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from autograder.checks.testimony import Account, Flat, Statement
from autograder.replacing import replace_file, sweep

if TYPE_CHECKING:
    from collections.abc import Iterable

    from autograder.checks.values import Floats
    from autograder.messages import Message

MOST_BYTES: Final = 64 << 20
"""A larger file is neither written nor read."""
_NUMBERS: Final = np.dtype("<f8")


@dataclass(frozen=True)
class Part:
    """A wrong variant, without its text.

    Attributes
    ----------
    id : str
        The variant's.
    mistake : str
        Its id.
    message : Message
        The sentence for the student.
    named : bool
        True from the catalogue, False from an operator.
    """

    id: str
    mistake: str
    message: Message
    named: bool


class Memory:
    """What checks saw of the variants of one exercise: in this judge, and in those before it.

    Parameters
    ----------
    path : Path
        The file; that it can't be read or written is no failure.
    key : str
        Hash of everything that the accounts depend on.
    """

    def __init__(self, path: Path, key: str) -> None:
        self._path = path
        self._key = key
        self._stored = _read(path, key)
        self._parts = self._stored.parts
        self._new: dict[tuple[str, int], tuple[Account, float]] = {}

    @property
    def parts(self) -> list[Part]:
        """The variants, in their order; none where nobody has made them yet."""
        return self._parts

    def learn(self, parts: Iterable[Part]) -> None:
        """Keep which variants there are."""
        self._parts = list(parts)

    def recall(self, who: str, place: int) -> tuple[Account, float] | None:
        """Return what a check saw of a variant, and how many seconds that took; None where nobody has tried it."""
        try:
            number, seconds = self._stored.seen[who][str(place)]
            return self._stored.account(number), float(seconds)
        except (LookupError, TypeError, ValueError):
            return None

    def keep(self, who: str, place: int, account: Account, seconds: float) -> None:
        """Keep what a check saw, until `save`."""
        self._new[who, place] = account, seconds

    def save(self) -> None:
        """Write what is new beside what others have written meanwhile."""
        if not self._new:
            return
        writer = _Writer(_read(self._path, self._key))
        for (who, place), (account, seconds) in self._new.items():
            # What has no form here is tried again by the next judge.
            with contextlib.suppress(TypeError, ValueError):
                writer.add(who, place, account, seconds)
        self._new.clear()
        content = writer.content(self._key, self._parts)
        if len(content) <= MOST_BYTES:
            with contextlib.suppress(OSError):
                self._path.parent.mkdir(exist_ok=True)
                # Another judge that is writing this very moment tries again what it has seen, or the next one does.
                sweep(self._path)
                replace_file(self._path, content)


@dataclass(frozen=True)
class _Stored:
    """What was read: accounts stay text, and numbers bytes, until somebody asks.

    Attributes
    ----------
    seen : dict
        By variant and place: the number of the account, and seconds.
    lines : list of bytes
        The accounts as JSON; the same one is there once, and names rows by their numbers.
    starts : list of int
        Where each row of numbers starts; at last, where the last one ends.
    """

    parts: list[Part] = field(default_factory=list)
    seen: dict[str, dict[str, tuple[int, float]]] = field(default_factory=dict)
    lines: list[bytes] = field(default_factory=list)
    starts: list[int] = field(default_factory=lambda: [0])
    numbers: bytes = b""

    def account(self, number: int) -> Account:
        statements, mistakes, passed = json.loads(self.lines[number])
        return Account(tuple(map(self._statement, statements)), tuple(mistakes), passed)

    def row(self, number: int) -> bytes:
        return self.numbers[self.starts[number] : self.starts[number + 1]]

    def _statement(self, data: list[Any]) -> Statement:
        kind, what, right, value, expected, tolerance, factors = data
        return Statement(kind, what, right, self._value(value), self._value(expected), self._value(tolerance), factors)

    def _value(self, data: Any) -> Any:
        if isinstance(data, int):
            return self._array(data)
        if isinstance(data, list):
            return Flat(data[0], self._array(data[1]))
        return (data["text"], tuple(data["lines"])) if data else None

    def _array(self, number: int) -> Floats:
        return np.frombuffer(self.row(number), _NUMBERS).astype(np.float64)


def _read(path: Path, key: str) -> _Stored:
    try:
        with path.open("rb") as file:
            head, _, body = file.read(MOST_BYTES).partition(b"\n")
        if head != _head(key, body):
            return _Stored()
        line, _, rest = body.partition(b"\n")
        index = json.loads(line)
        size = index["lines"]
        return _Stored(
            [Part(*part) for part in index["parts"]],
            index["seen"],
            rest[:size].splitlines(),
            [0, *accumulate(index["rows"])],
            rest[size:],
        )
    except (OSError, LookupError, TypeError, ValueError):
        return _Stored()


def _head(key: str, body: bytes) -> bytes:
    return f"{key} {sha256(body).hexdigest()}".encode()


class _Writer:
    """Adds accounts to what was read; each different one, and each different row of numbers, is written once."""

    def __init__(self, stored: _Stored) -> None:
        self._seen = stored.seen
        self._lines = {line: number for number, line in enumerate(stored.lines)}
        self._rows = {stored.row(number): number for number in range(len(stored.starts) - 1)}

    def add(self, who: str, place: int, account: Account, seconds: float) -> None:
        data = [list(map(self._statement, account.statements)), account.mistakes, account.passed]
        # Sizes that numbers may be off by are numpy's now and then.
        line = json.dumps(data, separators=(",", ":"), default=float).encode()
        number = self._lines.setdefault(line, len(self._lines))
        self._seen.setdefault(who, {})[str(place)] = number, round(seconds, 6)

    def content(self, key: str, parts: Iterable[Part]) -> bytes:
        lines = b"".join(line + b"\n" for line in self._lines)
        index = {
            "parts": [(part.id, part.mistake, part.message, part.named) for part in parts],
            "seen": self._seen,
            "lines": len(lines),
            "rows": list(map(len, self._rows)),
        }
        body = b"".join([json.dumps(index, separators=(",", ":")).encode(), b"\n", lines, *self._rows])
        return _head(key, body) + b"\n" + body

    def _statement(self, told: Statement) -> list[Any]:
        arrays = [None if array is None else self._row(array) for array in (told.expected, told.tolerance)]
        return [told.kind, told.what, told.right, self._value(told.value), *arrays, dict(told.factors)]

    def _value(self, value: Any) -> Any:
        if value is None:
            return None
        if isinstance(value, Flat):
            return [value.form, self._row(value.numbers)]
        if isinstance(value, np.ndarray):
            return self._row(value)
        text, lines = value
        return {"text": text, "lines": lines}

    def _row(self, array: Floats) -> int:
        if array.dtype != np.float64 or array.ndim != 1:
            raise TypeError(array.dtype)
        return self._rows.setdefault(array.astype(_NUMBERS).tobytes(), len(self._rows))
