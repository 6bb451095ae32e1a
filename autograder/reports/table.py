"""The tables that end a run: one line a student, one line an exercise."""

from __future__ import annotations

from collections.abc import Mapping
from string import ascii_uppercase
from typing import TYPE_CHECKING, Final

from rich import box
from rich.cells import cell_len
from rich.table import Table
from rich.text import Text

from autograder.messages import Language, Message, say
from autograder.reports.summary import AssignmentSummary, ExerciseSummary, summarize, why_ungraded
from autograder.reports.terminal import bar, clean, mark, speak, speaks_unicode, verdict_name
from autograder.results import SubmissionResult, Verdict

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from rich.console import Console

BAR: Final = 10  # columns
WIDE: Final = 100  # columns of a terminal that has room for bars and long names
NAME: Final = (18, 28)  # columns of a name, in a narrow and in a wide terminal
SHORTEST_REASON: Final = 16  # columns below which a reason says nothing
MOST_MISTAKES: Final = 5  # of one exercise
GAP: Final = 2  # columns between two cells: padding and divider

Sentences = Mapping[tuple[str, bool, str], Message]
"""What each check checks, by assignment, whether it is hidden, and its id."""


def print_class(
    console: Console,
    results: Sequence[SubmissionResult],
    *,
    language: Language,
    titles: Mapping[str, Message],
    sentences: Sentences,
    kept: Collection[tuple[str, str]] = (),
) -> None:
    """Print a table of the students of each assignment, then one of all exercises.

    Parameters
    ----------
    results : sequence of SubmissionResult
        The class, in the order to be shown.
    titles : mapping of str to Message
        Titles of the assignments.
    sentences : mapping
        What each check checks; a message begins with it, and here it takes too much room.
    kept : collection of (student, assignment)
        Those that were not graded again, because nothing changed.
    """
    summaries = summarize(results)
    for letter, summary in zip(letters(summaries), summaries, strict=True):
        title = Text(f"{letter}  {clean(summary.name)}".strip(), style="bold")
        if summary.name in titles:
            title.append(f"  {speak(titles[summary.name], language)}", style="not bold dim")
        console.print()
        console.print(title, overflow="ellipsis", no_wrap=True)
        console.print(student_table(summary, console, language=language, sentences=sentences, kept=kept))
    console.print()
    console.print(Text(speak(say("Exercises"), language), style="bold"))
    console.print(exercise_table(summaries, console, language=language))
    console.print(legend(results, console, language=language, kept=bool(kept)))
    _print_mistakes(console, summaries, language)
    if len(summaries) > 1:
        console.print()
        console.print(Text(speak(say("Students"), language), style="bold"))
        console.print(total_table(summaries, console, language=language))


def _print_mistakes(console: Console, summaries: Sequence[AssignmentSummary], language: Language) -> None:
    """Name the mistakes that several students make: what to speak about in class."""
    shared = [
        (exercise.name, [(name, count) for name, count in exercise.mistakes.items() if count > 1])
        for summary in summaries
        for exercise in summary.exercises
    ]
    if not any(mistakes for _, mistakes in shared):
        return
    console.print()
    console.print(Text(speak(say("Mistakes that several make"), language), style="bold"))
    for exercise, mistakes in shared:
        if mistakes:
            told = ", ".join(f"{name} {count}" for name, count in mistakes[:MOST_MISTAKES])
            line = Text(f"  {clean(exercise)}: ").append(clean(told), style="dim")
            console.print(line, overflow="ellipsis", no_wrap=True)


def student_table(
    summary: AssignmentSummary,
    console: Console,
    *,
    language: Language,
    sentences: Sentences,
    kept: Collection[tuple[str, str]] = (),
) -> Table:
    """Build the table of one assignment: points, a mark an exercise, and what to look at first."""
    wide = console.width >= WIDE
    student, points, look = (
        speak(message, language) for message in (say("student"), say("points"), say("what to look at first"))
    )
    names = [clean(result.student) for result in summary.results]
    numbers = " ".join(str(number) for number in range(1, len(summary.exercises) + 1))
    widths = [min(max(map(cell_len, [student, *names])), NAME[wide]), max(cell_len(points), 5)]
    widths += [*[BAR] * wide, len(numbers), *[1] * bool(kept)]
    table = _table(console)
    table.add_column(student, no_wrap=True, overflow="ellipsis", width=widths[0])
    table.add_column(points, justify="right", no_wrap=True, width=widths[1])
    if wide:
        table.add_column("", width=BAR, no_wrap=True)
    table.add_column(numbers, no_wrap=True, width=len(numbers))
    if kept:
        table.add_column("", width=1)
    room = console.width - sum(widths) - GAP * len(widths)
    if room >= SHORTEST_REASON:
        table.add_column(look, no_wrap=True, overflow="ellipsis", max_width=room)
    for name, result in zip(names, summary.results, strict=True):
        share = (result.score or 0.0) / result.max_score if result.max_score else 0.0
        cells = [Text(name), _points(result.score)]
        cells += [bar(share, BAR, console)] * wide
        cells += [_marks(result, summary.exercises, console)]
        cells += [Text("=" if result.key in kept else "", style="dim")] * bool(kept)
        cells += [_reason(result, sentences, language)] * (room >= SHORTEST_REASON)
        table.add_row(*cells)
    return table


def total_table(summaries: Sequence[AssignmentSummary], console: Console, *, language: Language) -> Table:
    """Build the table of all students: points of each assignment, and the share of all that were to be had."""
    scores = {result.key: result for summary in summaries for result in summary.results}
    students = sorted({student for student, _ in scores})
    head = speak(say("student"), language)
    width = min(max(cell_len(clean(name)) for name in [head, *students]), NAME[console.width >= WIDE])
    table = _table(console)
    table.add_column(head, no_wrap=True, overflow="ellipsis", width=width)
    for letter in letters(summaries):
        table.add_column(letter, justify="right", no_wrap=True)
    table.add_column("", width=BAR, no_wrap=True)
    table.add_column("%", justify="right", no_wrap=True)
    for student in students:
        mine = [scores.get((student, summary.name)) for summary in summaries]
        scored = [result for result in mine if result and result.score is not None]
        most = sum(result.max_score for result in scored)
        share = sum(result.score or 0.0 for result in scored) / most if most else 0.0
        cells = [_points(result.score) if result else Text("") for result in mine]
        table.add_row(Text(clean(student)), *cells, bar(share, BAR, console), Text(f"{share:.0%}"))
    return table


def letters(summaries: Sequence[AssignmentSummary]) -> list[str]:
    """Return a short name of each assignment, where there are several: a letter."""
    if len(summaries) == 1:
        return [""]
    return [ascii_uppercase[place] if place < len(ascii_uppercase) else str(place) for place in range(len(summaries))]


def exercise_table(summaries: Sequence[AssignmentSummary], console: Console, *, language: Language) -> Table:
    """Build the table of all exercises: how many got which verdict, and mean points."""
    seen = {verdict for summary in summaries for exercise in summary.exercises for verdict in exercise.verdicts}
    verdicts = [verdict for verdict in Verdict if verdict in seen]
    table = _table(console)
    table.add_column("", justify="right", no_wrap=True)
    table.add_column(speak(say("exercise"), language), no_wrap=True, overflow="ellipsis", ratio=1)
    for verdict in verdicts:
        table.add_column(mark(verdict, console), justify="right", no_wrap=True)
    table.add_column(speak(say("pass"), language), width=BAR, no_wrap=True)
    table.add_column("%", justify="right", no_wrap=True)
    table.add_column(speak(say("mean points"), language), justify="right", no_wrap=True)
    for letter, summary in zip(letters(summaries), summaries, strict=True):
        mean = "-" if summary.mean is None else f"{summary.mean:.2f} / {summary.max_score:g}"
        table.add_row(letter, clean(summary.name), *[""] * len(verdicts), "", "", mean, style="bold")
        for number, exercise in enumerate(summary.exercises, start=1):
            table.add_row(*_exercise_cells(number, exercise, verdicts, console))
        table.add_section()
    return table


def legend(results: Sequence[SubmissionResult], console: Console, *, language: Language, kept: bool = False) -> Text:
    """Say what the marks that occur mean."""
    seen = {
        result.verdict_of(exercise.name)
        for result in results
        if result.status == "graded"
        for exercise in result.exercises
    }
    parts = []
    for verdict in Verdict:
        if verdict in seen:
            name = f" {speak(verdict_name(verdict), language)}"
            parts.append(mark(verdict, console).append(name, style="not bold default dim"))
    if kept:
        parts.append(Text(f"= {speak(say('kept: nothing changed'), language)}", style="dim"))
    return Text("   ").join(parts)


def _table(console: Console) -> Table:
    style = box.SIMPLE_HEAD if speaks_unicode(console) else box.ASCII2
    return Table(box=style, pad_edge=False, padding=(0, 1, 0, 0), header_style="dim", show_edge=False)


def _points(points: float | None) -> Text:
    if points is None:
        return Text("-", style="dim")
    # Two decimals only where there are any: partial credit comes in quarters.
    text = f"{points:.2f}"
    return Text(text.removesuffix("0") if text.endswith("0") else text)


def _marks(result: SubmissionResult, exercises: Sequence[ExerciseSummary], console: Console) -> Text:
    if result.status != "graded":
        return Text("")
    return Text(" ").join(mark(result.verdict_of(exercise.name), console) for exercise in exercises)


def _reason(result: SubmissionResult, sentences: Sentences, language: Language) -> Text:
    """Return what to look at first: why there is no grade, or the first check that did not pass.

    A bonus that was missed comes after what cost points.
    """
    if result.status != "graded":
        return Text(speak(why_ungraded(result), language), style="red")
    left = [check for check in result.checks if check.verdict is not Verdict.PASSED]
    if not left:
        return Text("")
    check = min(left, key=lambda check: result.verdict_of(check.exercise) is Verdict.PASSED)
    told = speak(check.message or verdict_name(check.verdict), language)
    sentence = sentences.get((result.assignment, check.hidden, check.id))
    found = told.removeprefix(speak(sentence, language)).strip() if sentence else told
    return Text(clean(check.exercise), style="bold").append(f": {found or told}", style="not bold")


def _exercise_cells(
    number: int,
    exercise: ExerciseSummary,
    verdicts: Sequence[Verdict],
    console: Console,
) -> list[Text]:
    counts = [exercise.verdicts.get(verdict, 0) for verdict in verdicts]
    rate = exercise.pass_rate
    none = Text("-", style="dim")
    return [
        Text(str(number), style="dim"),
        Text(clean(exercise.name)),
        *(Text(str(count)) if count else none for count in counts),
        Text("") if rate is None else bar(rate, BAR, console),
        none if rate is None else Text(f"{rate:.0%}"),
        none if exercise.mean is None else Text(f"{exercise.mean:.2f} / {exercise.max_score:g}"),
    ]
