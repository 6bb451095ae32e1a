"""What a person sees while a class is graded."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from autograder.messages import Language, Message, say
from autograder.reports.terminal import clean, speak

if TYPE_CHECKING:
    from types import TracebackType

    from rich.console import Console
    from rich.progress import Progress
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
        self._bar: Progress | None = None
        if console.is_terminal and total > 1:
            from autograder.reports.bar import make_bar  # noqa: PLC0415 - of no use elsewhere, and slow to import

            self._bar = make_bar(console, language)
            self._task = self._bar.add_task("", total=total, last="", rate=None)

    def __enter__(self) -> Self:
        """Show it."""
        if self._bar:
            self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Take the bar away; the tables follow."""
        if self._bar:
            self._bar.stop()

    def tell(self, result: SubmissionResult, kept: bool) -> None:  # noqa: FBT001 (a callback's signature)
        """Count one submission that ended."""
        self._ended += 1
        self._graded += not kept
        rate = self._graded / max(time.monotonic() - self._start, 1e-3) if self._graded else None
        if self._bar:
            last = clean(result.student)[:LONGEST_NAME]
            self._bar.update(self._task, completed=self._ended, last=last, rate=rate)
        elif self._ended * PLAIN_LINES // self._total > (self._ended - 1) * PLAIN_LINES // self._total:
            count = say("{ended} of {total} submissions", ended=self._ended, total=self._total)
            speed = "" if rate is None else "  " + speak(pace(rate), self._language)
            self._console.print(speak(count, self._language) + speed, markup=False, highlight=False)


def pace(rate: float) -> Message:
    """Say how fast it goes, in submissions a second."""
    return say("{rate} submissions/s", rate=f"{rate:.1f}")
