"""What an author reads after an audit: a table of the exercises, then every survivor with its smallest input."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from rich import box
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from autograder.messages import Language, Message, join, say
from autograder.reports.findings import AssignmentAudit, Fate, Finding, Naming, fate_name
from autograder.reports.terminal import clean, speak, speaks_unicode

if TYPE_CHECKING:
    from rich.console import Console

COLUMNS: Final = (Fate.KILLED, Fate.BONUS, Fate.EQUIVALENT, Fate.ACCEPTED, Fate.SURVIVED)
STYLES: Final = {Fate.KILLED: "green", Fate.SURVIVED: "bold red"}


def print_audit(console: Console, audits: Sequence[AssignmentAudit], *, language: Language) -> None:
    """Print the table, and then all that is left to do."""
    console.print(_table(console, audits, language))
    for audit in audits:
        for message in audit.problems:
            _heading(console, audit.name, say("could not be audited"), language)
            _line(console, message, language, "red", indent=2)
        for case in audit.broken_cases:
            _heading(console, f"{audit.name}/cases/{case.name}", say("did not come out as written"), language)
            for complaint in case.complaints:
                _line(console, complaint, language, "", indent=2)
        for finding in audit.of(Fate.SURVIVED):
            _print_survivor(console, audit, finding, language)
        for message in audit.stale:
            _heading(console, audit.name, say("an acceptance that accepts nothing"), language)
            _line(console, message, language, "", indent=2)
    for audit in audits:
        _print_names(console, audit, language)


def _table(console: Console, audits: Sequence[AssignmentAudit], language: Language) -> Table:
    style = box.SIMPLE_HEAD if speaks_unicode(console) else box.ASCII2
    table = Table(box=style, pad_edge=False, padding=(0, 1, 0, 0), header_style="dim", show_edge=False)
    heads = [say("all"), *map(short_fate_name, COLUMNS), say("cases")]
    table.add_column(speak(say("assignment"), language), no_wrap=True, overflow="ellipsis")
    for head in heads:
        table.add_column(speak(head, language), justify="right", no_wrap=True)
    for audit in audits:
        table.add_row(Text(clean(audit.name), style="bold"), *_cells(audit, ""), _cases(audit))
        for exercise in audit.exercises:
            table.add_row(Text(clean(exercise), style="dim"), *_cells(audit, exercise), "")
        table.add_section()
    return table


def _cells(audit: AssignmentAudit, exercise: str) -> list[Text]:
    counts = [len(audit.of(fate, exercise=exercise)) for fate in COLUMNS]
    shown = [
        Text(str(count), style=STYLES.get(fate, "") if count else "dim")
        for fate, count in zip(COLUMNS, counts, strict=True)
    ]
    return [Text(str(sum(counts))), *shown]


def _cases(audit: AssignmentAudit) -> Text:
    right = len(audit.cases) - len(audit.broken_cases)
    return Text(f"{right}/{len(audit.cases)}", style="bold red" if audit.broken_cases else "green")


def _print_survivor(console: Console, audit: AssignmentAudit, finding: Finding, language: Language) -> None:
    variant = finding.variant
    _heading(console, variant.id, fate_name(Fate.SURVIVED), language)
    _line(console, describe_place(audit, finding), language, "dim", indent=2)
    for sign, lines, style in (("-", variant.before, "red"), ("+", variant.after, "green")):
        for line in lines.splitlines():
            _verbatim(console, Text(f"  {sign} {_code(line)}", style=style))
    if finding.reason:
        _line(console, finding.reason, language, "", indent=2)
    if finding.witness:
        _line(console, say("The smallest input that would have caught it:"), language, "bold", indent=2)
        for line in finding.witness.code.splitlines():
            _verbatim(console, Text(f"    {_code(line)}", style="cyan"))
        answers = say("reference"), say("variant")
        for told, answer in zip(answers, (finding.witness.expected, finding.witness.got), strict=True):
            _verbatim(
                console, Text(f"    {speak(told, language)}: ", style="dim").append(clean(answer), style="not dim")
            )
    _line(console, what_to_do(audit, finding), language, "yellow", indent=2)


def describe_place(audit: AssignmentAudit, finding: Finding) -> Message:
    """Say where a variant differs from the solution."""
    return say("{file}, line {line}", file=f"{audit.name}.py", line=finding.variant.line)


def what_to_do(audit: AssignmentAudit, finding: Finding) -> Message:
    """Say where a check is missing."""
    return say(
        "Add a hidden check of {exercise} to solutions/{name}/test_hidden.py that asks this, or accept the variant in"
        " solutions/{name}/audit.toml with a reason.",
        exercise=finding.variant.exercise,
        name=audit.name,
    )


def describe_work(audits: Sequence[AssignmentAudit]) -> Message:
    """Sum up what is left to do."""
    parts = []
    if count := sum(len(audit.of(Fate.SURVIVED)) for audit in audits):
        parts.append(say("survivors: {count}", count=count))
    if count := sum(len(audit.broken_cases) for audit in audits):
        parts.append(say("broken cases: {count}", count=count))
    if count := sum(len(audit.stale) for audit in audits):
        parts.append(say("stale acceptances: {count}", count=count))
    if count := sum(len(audit.problems) for audit in audits):
        parts.append(say("problems: {count}", count=count))
    return join(*parts, by=" · ") if parts else say("The hidden checks see every wrong variant.")


def describe_naming(naming: Naming) -> Message:
    """Say how well the judge names the catalogue's mistakes."""
    return say(
        "{right} of {total} of the catalogue's variants were named rightly, {unknown} got no name, {wrong} a wrong one",
        right=naming.right,
        total=naming.total,
        unknown=naming.unknown,
        wrong=len(naming.wrong),
    )


def _print_names(console: Console, audit: AssignmentAudit, language: Language) -> None:
    naming = audit.naming
    if not naming:
        return
    _heading(console, audit.name, say("mistakes that were named"), language)
    _line(console, describe_naming(naming), language, "", indent=2)
    for finding in naming.wrong:
        got = say("{variant}: named {names}", variant=finding.variant.id, names=", ".join(finding.named))
        _line(console, got, language, "red", indent=4)
    for exercise, names in audit.aliases:
        same = say("not told apart in {exercise}: {names}", exercise=exercise, names=", ".join(names))
        _line(console, same, language, "dim", indent=2)


def short_fate_name(fate: Fate) -> Message:
    """Return a name of a fate that fits the head of a column."""
    return {
        Fate.KILLED: say("killed"),
        Fate.BONUS: say("bonus"),
        Fate.EQUIVALENT: say("equal"),
        Fate.ACCEPTED: say("accepted"),
        Fate.SURVIVED: say("survived"),
    }[fate]


def _heading(console: Console, name: str, told: Message, language: Language) -> None:
    console.print()
    console.print(Text(clean(name), style="bold").append(f"  {speak(told, language)}", style="not bold dim"))


def _code(line: str) -> str:
    """Return a line of code fit for a terminal, with its indentation."""
    return " " * (len(line) - len(line.lstrip())) + clean(line)


def _verbatim(console: Console, line: Text) -> None:
    """Print what is to be copied: the terminal may break it, we don't."""
    console.print(line, soft_wrap=True)


def _line(console: Console, message: Message, language: Language, style: str, indent: int = 0) -> None:
    console.print(Padding(Text(speak(message, language), style=style), (0, 0, 0, indent), expand=False))
