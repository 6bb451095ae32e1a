"""What a student reads after the public checks: one line a check, and help where one did not pass."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from rich.padding import Padding
from rich.text import Text

from autograder.messages import Language, Message, say
from autograder.reports.summary import why_ungraded
from autograder.reports.terminal import clean, mark, speak, verdict_name
from autograder.results import CheckResult, SubmissionResult, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.console import Console


def print_checks(
    console: Console,
    result: SubmissionResult,
    sentences: Mapping[str, Message],
    *,
    language: Language,
) -> None:
    """Print a line a check, in the order of the exercises.

    Parameters
    ----------
    result : SubmissionResult
        Of the public checks alone.
    sentences : mapping of str to Message
        What each check checks, by its id.
    """
    title = Text(clean(", ".join(result.files)), style="bold")
    console.print(title.append(f"  {clean(result.assignment)}", style="not bold dim"))
    if result.status != "graded":
        console.print(Text(speak(why_ungraded(result), language), style="red"))
    for exercise, checks in groupby(result.checks, key=lambda check: check.exercise):
        console.print()
        console.print(Text(clean(exercise), style="bold"))
        for check in checks:
            _print_check(console, check, sentences.get(check.id), language)
    if result.notes:
        console.print()
        for note in result.notes:
            console.print(Padding(Text(speak(note.message, language), style="dim"), (0, 0, 0, 2), expand=False))
    passed = sum(check.verdict is Verdict.PASSED for check in result.checks)
    console.print()
    ending = say("{passed} of {total} public checks passed", passed=passed, total=len(result.checks))
    console.print(Text(speak(ending, language), style="bold green" if passed == len(result.checks) else "bold"))
    console.print(Text(speak(_walls(result), language), style="dim"))


def _print_check(console: Console, check: CheckResult, sentence: Message | None, language: Language) -> None:
    told = speak(check.message, language) if check.message else ""
    line = speak(sentence, language) if sentence else clean(check.id)
    console.print(Padding(mark(check.verdict, console).append(f" {line}", style="default"), (0, 0, 0, 2), expand=False))
    if check.verdict is not Verdict.PASSED:
        # The message begins with the sentence of the check, which stands above already.
        rest = told.removeprefix(line).strip() or speak(verdict_name(check.verdict), language)
        console.print(Padding(Text(rest, style="yellow"), (0, 0, 0, 4), expand=False))


def _walls(result: SubmissionResult) -> Message:
    if result.isolation.level == 0:
        return say("Your code ran without walls (isolation level 0): run only files that you trust this way.")
    return say("Your code ran behind walls (isolation level {level}).", level=result.isolation.level)
