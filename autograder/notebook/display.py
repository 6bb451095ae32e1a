"""What a check found, as a student reads it in a notebook: HTML, and plain text where there is none.

The HTML leans on nothing: no script, no class, no link, no identifier. It takes
its colours from the page, light or dark, and adds a green and a red that can be
read on both. All that a student may have chosen is escaped.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final, Protocol

from autograder.messages import Language, Message, say
from autograder.notebook.pictures import GREEN, MUTED, RED, draw
from autograder.reports.terminal import MARKS, clean, verdict_name
from autograder.results import CheckResult, SubmissionResult, Verdict

_CODE: Final = re.compile(r"`([^`]+)`")
_BOX: Final = (
    "font-family: var(--jp-content-font-family, system-ui, sans-serif); font-size: 14px; line-height: 1.5;"
    " max-width: 60em; padding: 2px 0"
)
_MONO: Final = "font-family: var(--jp-code-font-family, ui-monospace, monospace); font-size: 0.93em"
_COLOURS: Final = {Verdict.PASSED: GREEN, Verdict.MISSING: MUTED}


class Shown(Protocol):
    """Something that can be shown in a notebook."""

    @property
    def is_fine(self) -> bool:
        """Whether nothing is left to do."""

    def as_html(self, language: Language) -> str:
        """Return it for a browser."""

    def as_text(self, language: Language) -> str:
        """Return it for a terminal."""


@dataclass(frozen=True)
class Sentence:
    """One sentence, such as why nothing could be checked."""

    message: Message
    is_fine: bool = False

    def as_html(self, language: Language) -> str:
        """Return it for a browser."""
        return f'<div style="{_BOX}">{_rich(self.message[language])}</div>'

    def as_text(self, language: Language) -> str:
        """Return it for a terminal."""
        return clean(self.message[language])


@dataclass(frozen=True)
class Report:
    """What the public checks found.

    Attributes
    ----------
    sentences : mapping of str to Message
        What each check checks, by its id.
    exercises : sequence of str
        What was asked for; some of it may have no public check.
    """

    result: SubmissionResult
    sentences: Mapping[str, Message]
    exercises: Sequence[str]

    @property
    def is_fine(self) -> bool:
        """Whether every check passed."""
        return all(check.verdict is Verdict.PASSED for check in self.result.checks)

    def as_html(self, language: Language) -> str:
        """Return it for a browser."""
        parts = [self._exercise_in_html(block, language) for block in self._blocks()]
        parts += [_line_in_html(note.message[language], MUTED) for note in self.result.notes]
        ending = " ".join(message[language] for message in self._ending())
        colour = GREEN if self.is_fine else "inherit"
        parts.append(f'<div style="margin-top: 6px; color: {colour}">{_rich(ending)}</div>')
        return f'<div style="{_BOX}">{"".join(parts)}</div>'

    def as_text(self, language: Language) -> str:
        """Return it for a terminal."""
        lines: list[str] = []
        for block in self._blocks():
            lines.append(block.title)
            for line in block.lines(self.sentences, language):
                lines.append(f"  {MARKS[line.verdict][0]} {line.sentence}".rstrip())
                lines += [f"      {line.found}"] if line.found else []
            lines.append("")
        lines += [clean(note.message[language]) for note in self.result.notes]
        lines.append(" ".join(message[language] for message in self._ending()))
        return "\n".join(lines)

    def _blocks(self) -> list[_Block]:
        groups = groupby(self.result.checks, key=lambda check: check.exercise)
        blocks = [_Block(exercise, tuple(checks)) for exercise, checks in groups]
        checked = {block.exercise for block in blocks}
        return [*blocks, *(_Block(name, ()) for name in self.exercises if name not in checked)]

    def _ending(self) -> list[Message]:
        checks = self.result.checks
        passed = sum(check.verdict is Verdict.PASSED for check in checks)
        counted = say("{passed} of {total} public checks passed.", passed=passed, total=len(checks))
        if not checks:
            return [say("There is no public check for this: the hidden ones will tell.")]
        return [counted, say("Hidden checks give the points.")] if self.is_fine else [counted]

    def _exercise_in_html(self, block: _Block, language: Language) -> str:
        lines = block.lines(self.sentences, language)
        rows = "".join(_row(line, language) for line in lines)
        title = (
            f'<code style="{_MONO}; font-weight: 600; background: none; padding: 0">{html.escape(block.title)}</code>'
        )
        return f'<div style="margin-top: 4px">{title}{rows}</div>'


@dataclass(frozen=True)
class _Line:
    """One line of a block: a check, or several that have the same to say."""

    verdict: Verdict
    sentence: str
    found: str
    checks: tuple[CheckResult, ...] = ()


@dataclass(frozen=True)
class _Block:
    """An exercise and its checks."""

    exercise: str
    checks: tuple[CheckResult, ...]

    @property
    def title(self) -> str:
        return clean(self.exercise)

    def lines(self, sentences: Mapping[str, Message], language: Language) -> list[_Line]:
        """Return a line for each check; one for all where nothing could be called."""
        if not self.checks:
            return [_Line(Verdict.MISSING, say("no public check")[language], "")]
        lines = [_line_of(check, sentences, language) for check in self.checks]
        if len({line.found for line in lines}) == 1 and all(line.verdict is Verdict.MISSING for line in lines):
            return [_Line(Verdict.MISSING, lines[0].found, "")]
        return lines


def _line_of(check: CheckResult, sentences: Mapping[str, Message], language: Language) -> _Line:
    sentence = clean(sentences[check.id][language] if check.id in sentences else check.id)
    told = clean(check.message[language]) if check.message else ""
    # The message begins with the sentence of the check, which stands above already.
    found = told.removeprefix(sentence).strip()
    if check.verdict is not Verdict.PASSED and not found:
        found = verdict_name(check.verdict)[language] if check.verdict is not Verdict.FAILED else ""
    return _Line(check.verdict, sentence, found, (check,))


def _row(line: _Line, language: Language) -> str:
    colour = _COLOURS.get(line.verdict, RED)
    mark = f'<span style="color: {colour}; font-weight: 700; flex: none; width: 1.2em">{MARKS[line.verdict][0]}</span>'
    inner = f"<div>{_rich(line.sentence)}</div>"
    if line.found:
        inner += (
            f'<div style="border-left: 3px solid {RED}; padding-left: 8px; margin: 2px 0">{_rich(line.found)}</div>'
        )
    inner += "".join(draw(evidence, language) for check in line.checks for evidence in check.evidence)
    return f'<div style="display: flex; margin-left: 0.4em">{mark}<div>{inner}</div></div>'


def _line_in_html(text: str, colour: str) -> str:
    return f'<div style="color: {colour}; margin-top: 4px">{_rich(text)}</div>'


def _rich(text: str) -> str:
    """Escape a sentence; what stands between backticks is code."""
    escaped = html.escape(clean(text))
    return _CODE.sub(lambda found: f'<code style="{_MONO}; background: none; padding: 0">{found[1]}</code>', escaped)
