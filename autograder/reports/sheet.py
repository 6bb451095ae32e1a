"""A sheet of facts in sections: what `autograder doctor` prints."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from autograder.reports.terminal import clean, speak

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from autograder.messages import Language, Message


@dataclass(frozen=True)
class Fact:
    """One line of a sheet.

    Attributes
    ----------
    good : bool or None
        Whether it is as it should be; None where it is neither.
    """

    name: str
    value: Message
    good: bool | None = None


@dataclass(frozen=True)
class Section:
    """Some facts under a title, and a sentence on what they mean."""

    title: Message
    facts: tuple[Fact, ...]
    remark: Message | None = None


def print_sheet(console: Console, sections: Sequence[Section], *, language: Language) -> None:
    """Print sections of facts."""
    for section in sections:
        console.print(Text(speak(section.title, language), style="bold"))
        table = Table.grid(padding=(0, 2))
        table.add_column(no_wrap=True)
        table.add_column()
        for fact in section.facts:
            style = {True: "green", False: "yellow", None: ""}[fact.good]
            table.add_row(Text(clean(fact.name), style="dim"), Text(speak(fact.value, language), style=style))
        console.print(Padding(table, (0, 0, 0, 2), expand=False))
        if section.remark:
            console.print(Padding(Text(speak(section.remark, language)), (0, 0, 0, 2), expand=False))
        console.print()
