"""What is printed around the tables of a run: its heading, what is missing, and the end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from rich.padding import Padding
from rich.text import Text

from autograder.messages import Language, Message, say
from autograder.reports.summary import mean_of, why_ungraded
from autograder.reports.terminal import clean, speak

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from rich.console import Console

    from autograder.results import Isolation, Note, SubmissionResult

MOST_LEFT_OUT: Final = 5  # files named one by one that were not taken for submissions


@dataclass(frozen=True)
class Totals:
    """What a run did.

    Attributes
    ----------
    found, graded, kept : int
        Submissions in all, graded by this run, and kept from an earlier one.
    seconds : float
        On the wall.
    stopped : bool
        Ctrl-C ended it early.
    """

    found: int
    graded: int
    kept: int
    seconds: float
    stopped: bool = False


def print_heading(console: Console, isolation: Isolation, *, found: Message, language: Language) -> None:
    """Say what is about to be graded, and behind which walls."""
    _line(console, found, language, "bold")
    layers = ", ".join(isolation.layers)
    _line(console, say("isolation level {level}: {layers}", level=isolation.level, layers=layers), language, "dim")


def print_ungraded(console: Console, results: Sequence[SubmissionResult], *, language: Language) -> None:
    """List what has no grade: why, and who can act."""
    missing = [result for result in results if result.status != "graded"]
    if not missing:
        return
    console.print()
    _line(console, say("Could not be graded"), language, "bold red")
    for result in missing:
        console.print(Text(f"  {clean(f'{result.student} / {result.assignment}')}", style="bold"))
        _line(console, why_ungraded(result), language, "", indent=4)
        who = (
            say("ask the student to hand it in again; until then it has 0 points")
            if result.status == "unreadable"
            else say("for the author of the checks; no score until then, and the next run grades it again")
        )
        _line(console, who, language, "dim", indent=4)


def print_left_out(
    console: Console,
    problems: Sequence[Note],
    harmless: Sequence[Note],
    *,
    language: Language,
) -> None:
    """List what was not graded because nobody can say what it is.

    Parameters
    ----------
    problems : sequence of Note
        What the person at the keyboard should act on.
    harmless : sequence of Note
        Files that are most likely no submissions.
    """
    if problems:
        console.print()
        _line(console, say("Left out: please have a look"), language, "bold red")
        for note in problems:
            _line(console, note.message, language, "", indent=2)
    if harmless:
        console.print()
        for note in harmless[:MOST_LEFT_OUT]:
            _line(console, note.message, language, "dim", indent=2)
        if len(harmless) > MOST_LEFT_OUT:
            _line(console, say("and {count} more", count=len(harmless) - MOST_LEFT_OUT), language, "dim", indent=2)


def print_gradebook(console: Console, notes: Sequence[Note], *, language: Language) -> None:
    """List what is not in a gradebook, or not as one would expect."""
    if not notes:
        return
    console.print()
    _line(console, say("Gradebook: please have a look"), language, "bold red")
    for note in notes:
        _line(console, note.message, language, "", indent=2)


def print_ending(
    console: Console,
    results: Sequence[SubmissionResult],
    totals: Totals,
    written: Sequence[Path | str],
    *,
    language: Language,
) -> None:
    """Print the sum of a run in a few lines: the last thing on the screen.

    Parameters
    ----------
    results : sequence of SubmissionResult
        Of this run, those that were kept among them.
    written : sequence of Path or str
        Where the results are.
    """
    console.print()
    if totals.stopped:
        left = totals.found - totals.graded - totals.kept
        rest = say("Stopped. {left} are left: the same command goes on from here.", left=left)
        _line(console, rest, language, "bold")
    ungraded = sum(result.status != "graded" for result in results)
    parts = [say("{count} graded", count=len(results) - ungraded)]
    if totals.kept:
        parts.append(say("{count} of all kept, since nothing changed", count=totals.kept))
    if ungraded:
        parts.append(say("{count} could not be graded", count=ungraded))
    shares = [result.score / result.max_score for result in results if result.score is not None and result.max_score]
    if shares:
        parts.append(say("mean {share} of the points", share=f"{mean_of(shares):.0%}"))
    console.print(Text(", ".join(speak(part, language) for part in parts), style="bold"))
    if totals.graded:
        cpu_s = sum(result.cpu_s for result in results) / len(results)
        _line(
            console,
            say(
                "{seconds} s, {rate} submissions/s, {cpu} CPU s each",
                seconds=f"{totals.seconds:.1f}",
                rate=f"{totals.graded / max(totals.seconds, 1e-3):.1f}",
                cpu=f"{cpu_s:.3f}",
            ),
            language,
            "dim",
        )
    files = speak(say("written: {files}", files=", ".join(map(str, written))), language)
    console.print(Text(files, style="dim"), soft_wrap=True)  # a path that is broken can't be copied


def _line(console: Console, message: Message, language: Language, style: str, indent: int = 0) -> None:
    console.print(Padding(Text(speak(message, language), style=style), (0, 0, 0, indent), expand=False))
