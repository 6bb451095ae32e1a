"""A bar that moves in a terminal, with rate and time left."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, SpinnerColumn, Task, TextColumn
from rich.text import Text

from autograder.messages import Language, Message, say
from autograder.reports.terminal import speak

if TYPE_CHECKING:
    from rich.console import Console


def make_bar(console: Console, language: Language, pace: Callable[[float], Message]) -> Progress:
    """Make a bar whose tasks have the fields `last`, a text, and `rate`, how many a second or None."""
    return Progress(
        SpinnerColumn(),
        BarColumn(bar_width=None),
        MofNCompleteColumn(),
        _Rate(language, pace),
        _TimeLeft(language),
        TextColumn("{task.fields[last]}", style="dim", markup=False),
        console=console,
        transient=True,
    )


class _Rate(ProgressColumn):
    """How many a second."""

    def __init__(self, language: Language, pace: Callable[[float], Message]) -> None:
        self._language, self._pace = language, pace
        super().__init__()

    def render(self, task: Task) -> Text:
        rate = task.fields["rate"]
        return Text("" if rate is None else speak(self._pace(rate), self._language), style="cyan")


class _TimeLeft(ProgressColumn):
    """Seconds until the end, by the pace so far."""

    max_refresh = 0.5

    def __init__(self, language: Language) -> None:
        self._language = language
        super().__init__()

    def render(self, task: Task) -> Text:
        rate = task.fields["rate"]
        if rate is None or task.remaining is None:
            return Text("")
        seconds = round(task.remaining / rate)
        return Text(speak(say("{time} left", time=f"{seconds // 60}:{seconds % 60:02d}"), self._language))
