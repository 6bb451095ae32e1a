"""What a person sees while a class is graded."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, SpinnerColumn, Task, TextColumn
from rich.text import Text

from autograder.messages import Language, Message, say
from autograder.reports.terminal import clean, speak

if TYPE_CHECKING:
    from types import TracebackType

    from rich.console import Console
    from typing_extensions import Self

    from autograder.results import SubmissionResult

PLAIN_LINES: Final = 10  # lines that a whole run prints where there is no terminal
LONGEST_NAME: Final = 24  # columns


class LiveProgress:
    """A bar with rate and time left in a terminal, a few plain lines elsewhere.

    Parameters
    ----------
    total : int
        Number of submissions.
    console : Console
        Where to show it: standard error, so that tables can be piped.
    """

    def __init__(self, total: int, console: Console, language: Language) -> None:
        self._total, self._console, self._language = total, console, language
        self._ended = self._graded = 0
        self._start = time.monotonic()
        self._live = console.is_terminal and total > 1
        self._bar = Progress(
            SpinnerColumn(),
            BarColumn(bar_width=None),
            MofNCompleteColumn(),
            _Rate(language),
            _TimeLeft(language),
            TextColumn("{task.fields[last]}", style="dim", markup=False),
            console=console,
            transient=True,
        )
        self._task = self._bar.add_task("", total=total, last="", rate=None)

    def __enter__(self) -> Self:
        """Show it."""
        if self._live:
            self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Take the bar away; the tables follow."""
        if self._live:
            self._bar.stop()

    def tell(self, result: SubmissionResult, kept: bool) -> None:  # noqa: FBT001 (a callback's signature)
        """Count one submission that ended."""
        self._ended += 1
        self._graded += not kept
        rate = self._graded / max(time.monotonic() - self._start, 1e-3) if self._graded else None
        if self._live:
            last = clean(result.student)[:LONGEST_NAME]
            self._bar.update(self._task, completed=self._ended, last=last, rate=rate)
        elif self._ended * PLAIN_LINES // self._total > (self._ended - 1) * PLAIN_LINES // self._total:
            count = say("{ended} of {total} submissions", ended=self._ended, total=self._total)
            pace = "" if rate is None else "  " + speak(_pace(rate), self._language)
            self._console.print(speak(count, self._language) + pace, markup=False, highlight=False)


class _Rate(ProgressColumn):
    """Submissions a second."""

    def __init__(self, language: Language) -> None:
        self._language = language
        super().__init__()

    def render(self, task: Task) -> Text:
        rate = task.fields["rate"]
        return Text("" if rate is None else speak(_pace(rate), self._language), style="cyan")


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


def _pace(rate: float) -> Message:
    return say("{rate} submissions/s", rate=f"{rate:.1f}")
