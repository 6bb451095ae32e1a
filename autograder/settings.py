"""Settings files: TOML whose every wrong value is named by file and key."""

from __future__ import annotations

import difflib
import math
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from autograder.errors import CourseError
from autograder.messages import LANGUAGES, Message, say

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


def load_toml(path: Path) -> dict[str, Any]:
    """Read a file of the author's.

    Raises
    ------
    CourseError
        If it can't be read or is not TOML.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as fault:
        text = say("{file}: can't be read: {reason}", file=path, reason=fault.strerror)
    except (ValueError, RecursionError) as fault:  # tomllib's error and a wrong encoding are both ValueError
        text = say("{file}: is not valid TOML: {reason}", file=path, reason=fault)
    raise CourseError(text)


@dataclass(frozen=True)
class Table:
    """A table of a settings file that knows its place, to say where a value is wrong.

    Each of the methods that read a key raises `CourseError` where the value is not what it must be.
    """

    path: Path
    place: str
    values: dict[str, Any]

    def refuse(self, key: str, reason: Message) -> NoReturn:
        """Say what is wrong with a key."""
        key = f"{self.place}.{key}".strip(".")
        raise CourseError(say("{file}: {key}: {reason}", file=self.path, key=key, reason=reason))

    def close(self, *known: str) -> None:
        """Refuse keys that nobody reads: most likely they are misspelt."""
        for key in self.values:
            if key not in known:
                near = difflib.get_close_matches(key, known, n=1) or [", ".join(known)]
                self.refuse(key, say("is not a key of this table; expected {known}", known=near[0]))

    def _expect(self, key: str, expected: Message) -> NoReturn:
        if key not in self.values:
            self.refuse(key, say("is missing; expected {expected}", expected=expected))
        self.refuse(key, say("expected {expected}, got {value!r}", expected=expected, value=self.values[key]))

    def text(self, key: str) -> str:
        """Read a text that is not empty."""
        value = self.values.get(key)
        if not isinstance(value, str) or not value.strip():
            self._expect(key, say("a text"))
        return value

    def texts(self, key: str, default: tuple[str, ...] | None = None) -> tuple[str, ...]:
        """Read a list of texts, each of which stands there once."""
        value = self.values.get(key, default)
        if not isinstance(value, (list, tuple)) or not all(isinstance(item, str) for item in value):
            self._expect(key, say("a list of texts"))
        if len(set(value)) < len(value):
            self.refuse(key, say("an entry stands there twice"))
        return tuple(value)

    def number(self, key: str) -> float:
        """Read a finite number from 0 up."""
        value = self.values.get(key)
        if not isinstance(value, (int, float)) or isinstance(value, bool) or not 0 <= value < math.inf:
            self._expect(key, say("a number that is not negative"))
        return value

    def whole(self, key: str) -> int:
        """Read a whole number from 0 up."""
        value = self.values.get(key)
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            self._expect(key, say("a whole number that is not negative"))
        return value

    def truth(self, key: str, *, default: bool) -> bool:
        """Read true or false."""
        value = self.values.get(key, default)
        if not isinstance(value, bool):
            self._expect(key, say("true or false"))
        return value

    def message(self, key: str) -> Message:
        """Read a text, or a table with one in each language."""
        if isinstance(self.values.get(key), dict):
            inner = self.table(key)
            inner.close(*LANGUAGES)
            return {"en": inner.text("en"), "ko": inner.text("ko")}
        told = self.text(key)
        return {"en": told, "ko": told}

    def table(self, key: str) -> Table:
        """Read a table."""
        value = self.values.get(key)
        if not isinstance(value, dict):
            self._expect(key, say("a table"))
        return Table(self.path, f"{self.place}.{key}".strip("."), value)

    def tables(self, key: str) -> list[Table]:
        """Read a list of tables, at least one."""
        value = self.values.get(key)
        if not isinstance(value, list) or not value or not all(isinstance(item, dict) for item in value):
            self._expect(key, say("at least one [[{key}]] table", key=key))
        return [Table(self.path, f"{self.place}.{key}[{index}]".strip("."), item) for index, item in enumerate(value)]
