"""What is safe to print, and how it looks: text, marks and sentences in a terminal."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Final

from rich.text import Text

from autograder.messages import Language, Message, say
from autograder.results import Verdict

if TYPE_CHECKING:
    from rich.console import Console

# Cc: control characters, escape sequences begin with one; Cs: half of a surrogate pair,
# which no terminal can take; Cf: among them those that turn the direction of writing.
UNPRINTABLE: Final = frozenset({"Cc", "Cs", "Cf", "Zl", "Zp"})
REPLACEMENT: Final = "\N{REPLACEMENT CHARACTER}"

# mark, mark where the terminal is not UTF-8, style
MARKS: Final = {
    Verdict.PASSED: ("✓", "+", "green"),
    Verdict.FAILED: ("✗", "x", "red"),
    Verdict.MISSING: ("○", "o", "yellow"),
    Verdict.CRASHED: ("!", "!", "magenta"),
    Verdict.TIMED_OUT: ("∞", "t", "magenta"),
    Verdict.OUT_OF_MEMORY: ("M", "M", "magenta"),
    Verdict.MALFORMED: ("?", "?", "magenta"),
    Verdict.GRADER_ERROR: ("E", "E", "bold red"),
}


def clean(text: str) -> str:
    """Make a text that a student wrote fit for one line of a terminal.

    Parameters
    ----------
    text : str
        Anything: file names, exception texts, prints.

    Returns
    -------
    str
        The text with white space collapsed and without characters that steer a terminal.
    """
    return "".join(
        REPLACEMENT if unicodedata.category(character) in UNPRINTABLE else character
        for character in " ".join(text.split())
    )


def mark(verdict: Verdict, console: Console) -> Text:
    """Return the one-column sign of a verdict, coloured."""
    sign, plain, style = MARKS[verdict]
    return Text(sign if speaks_unicode(console) else plain, style=style)


def bar(share: float, width: int, console: Console) -> Text:
    """Draw a share of a whole.

    Parameters
    ----------
    share : float
        0 to 1.
    width : int
        Columns.
    """
    full = round(min(max(share, 0.0), 1.0) * width)
    sign, rest = ("━", "─") if speaks_unicode(console) else ("#", ".")
    style = "green" if share >= 0.85 else "yellow" if share >= 0.5 else "red"  # noqa: PLR2004 (colours only)
    return Text.assemble((sign * full, style), (rest * (width - full), "dim"))


def speaks_unicode(console: Console) -> bool:
    """Tell whether signs outside ASCII reach the reader."""
    return console.encoding.lower().startswith("utf")


def speak(message: Message, language: Language) -> str:
    """Return the sentence of a message in one language, fit for a terminal."""
    return clean(message[language])


def verdict_name(verdict: Verdict) -> Message:
    """Return the name of a verdict as people read it."""
    names = {
        Verdict.PASSED: say("passed"),
        Verdict.FAILED: say("failed"),
        Verdict.MISSING: say("missing"),
        Verdict.CRASHED: say("crashed"),
        Verdict.TIMED_OUT: say("timed out"),
        Verdict.OUT_OF_MEMORY: say("out of memory"),
        Verdict.MALFORMED: say("unusable answer"),
        Verdict.GRADER_ERROR: say("grader error"),
    }
    return names[verdict]
