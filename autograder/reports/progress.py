"""What a person sees while a class is graded."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Counted:
    """The words for what is counted.

    Attributes
    ----------
    so_far : callable
        Says how many of how many ended.
    pace : callable
        Says how many there are a second.
    """

    so_far: Callable[[int, int], Message]
    pace: Callable[[float], Message]


def _so_far(ended: int, total: int) -> Message:
    return say("{ended} of {total} submissions", ended=ended, total=total)


def _pace(rate: float) -> Message:
    return say("{rate} submissions/s", rate=f"{rate:.1f}")


SUBMISSIONS: Final = Counted(_so_far, _pace)


class LiveProgress:
    """A bar with rate and time left in a terminal, a few plain lines elsewhere.

    Parameters
    ----------
    total : int
        How many there are.
    console : Console
        Where to show it: standard error, so that tables can be piped.
    counted : Counted
        The words for what is counted.
    """

    def __init__(self, total: int, console: Console, language: Language, *, counted: Counted = SUBMISSIONS) -> None:
        self._total, self._console, self._language, self._counted = total, console, language, counted
        self._ended = self._graded = 0
        self._start = time.monotonic()
        self._bar: Progress | None = None
        if console.is_terminal and total > 1:
            from autograder.reports.bar import make_bar  # noqa: PLC0415 - of no use elsewhere, and slow to import

            self._bar = make_bar(console, language, counted.pace)
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
        self.count(result.student, kept=kept)

    def count(self, name: str, *, kept: bool = False) -> None:
        """Count one thing that ended; what was kept does not count for the pace."""
        self._ended += 1
        self._graded += not kept
        rate = self._graded / max(time.monotonic() - self._start, 1e-3) if self._graded else None
        if self._bar:
            last = clean(name)[:LONGEST_NAME]
            self._bar.update(self._task, completed=self._ended, last=last, rate=rate)
        elif self._ended * PLAIN_LINES // self._total > (self._ended - 1) * PLAIN_LINES // self._total:
            count = speak(self._counted.so_far(self._ended, self._total), self._language)
            speed = "" if rate is None else "  " + speak(self._counted.pace(rate), self._language)
            self._console.print(count + speed, markup=False, highlight=False)
