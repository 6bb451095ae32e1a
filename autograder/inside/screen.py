"""What a cell shows: text of both streams, values and figures, in the order in which they come."""

from __future__ import annotations

import io
from typing import Final

MOST_PIECES: Final = 200
"""Pieces of output of one cell; neighbours of one stream are one piece."""


class Screen:
    """What a cell shows, in the order in which it shows it, up to a bound.

    Parameters
    ----------
    limit : int
        Characters of text.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self.clear()

    def clear(self) -> None:
        """Forget everything."""
        self._pieces: list[tuple[str, list[str | bytes]]] = []
        self._size = 0
        self._cut = False

    def write(self, kind: str, text: str) -> None:
        """Show text; what one stream says in a row stays together."""
        kept = text[: self._limit - self._size]
        self._cut |= len(kept) < len(text)
        self._size += len(kept)
        if kept and self._pieces and self._pieces[-1][0] == kind in ("stdout", "stderr"):
            self._pieces[-1][1].append(kept)
        elif kept:
            self.add(kind, kept)

    def add(self, kind: str, data: str | bytes) -> None:
        """Show a piece of its own."""
        if len(self._pieces) < MOST_PIECES:
            self._pieces.append((kind, [data]))
        else:
            self._cut = True

    def take(self) -> tuple[list[list[object]], bool]:
        """Return the pieces as kinds and bytes, and whether something was cut."""
        pieces: list[list[object]] = []
        for kind, parts in self._pieces:
            joined = b"".join(part if isinstance(part, bytes) else part.encode("utf-8", "replace") for part in parts)
            pieces.append([kind, joined])
        return pieces, self._cut


class Stream(io.TextIOBase):
    """Stands for stdout or stderr."""

    encoding = "utf-8"

    def __init__(self, name: str, screen: Screen) -> None:
        self._name = name
        self._screen = screen

    def writable(self) -> bool:
        """Say that this is a stream to print to."""
        return True

    def write(self, text: str) -> int:
        """Show the text."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        self._screen.write(self._name, text)
        return len(text)
