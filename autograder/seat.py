"""Where a person sits: the language, and the two streams of a terminal."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import cached_property
from io import TextIOWrapper
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from rich.console import Console

    from autograder.messages import Language, Message


@dataclass
class Seat:
    """Where the person sits: the language, and the two streams."""

    language: Language

    @cached_property
    def out(self) -> Console:
        """Standard output, for tables."""
        return _console(sys.stdout)

    @cached_property
    def err(self) -> Console:
        """Standard error, for progress and complaints."""
        return _console(sys.stderr)

    def tell(self, message: Message) -> None:
        """Print a sentence to standard output."""
        self.out.print(_fit(message, self.language), markup=False, highlight=False, soft_wrap=True)

    def complain(self, message: Message) -> None:
        """Print a sentence to standard error."""
        self.err.print(f"autograder: {_fit(message, self.language)}", markup=False, highlight=False, soft_wrap=True)


def _console(stream: TextIO) -> Console:
    from rich.console import Console  # noqa: PLC0415 - help must come without it

    if isinstance(stream, TextIOWrapper):
        # A terminal that lacks a sign shows another one; it is no reason to lose a table.
        stream.reconfigure(errors="replace")
    return Console(file=stream, highlight=False)


def _fit(message: Message, language: Language) -> str:
    from autograder.reports.terminal import speak  # noqa: PLC0415 - likewise

    return speak(message, language)
