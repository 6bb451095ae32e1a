"""Reading numbers and tables from text that a program printed, in whatever format and language.

The text is a student's, so every step is linear in its length: no expression
here can be made to backtrack, and a literal of a thousand digits is no number.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Final, NamedTuple

from autograder.checks.labels import (
    ASIDE,
    ITERATION_AFTER,
    ITERATION_BEFORE,
    ITERATION_SHORT,
    SECONDS,
    collect_groups,
    collect_labels,
    reduce_word,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

# Digits glued to letters belong to a label (w0, float64), unless a decimal point follows (loss39.8).
_TOKEN: Final = re.compile(
    r"""
    (?P<word>[^\W\d]+(?:\d+[^\W\d]+)*(?:\d+(?!\d|\.\d))?(?:\[\d{1,3}\])?)
    |(?P<number>(?:[1-9]\d{0,2}(?:[,_]\d{3})+(?!\d)|\d+)(?:\.\d*)?(?:[eE][-+]?\d+)?|\.\d+(?:[eE][-+]?\d+)?)
    |(?P<slash>/)
    """,
    re.VERBOSE,
)
# Colours, the bars and rates of tqdm, dates and times of a logger. Every repetition has an end or a stop.
_NOISE: Final = re.compile(
    r"""
    \x1b\[[0-9;]*[A-Za-z]
    |(?<!\d)\d{1,3}%\|[^|\r\n]*\|
    |(?<!\d)\d{1,3}(?::\d\d){1,2}<(?:\d{1,3}(?::\d\d){1,2}|\?)
    |(?<![\d.])[\d.?]{1,12}\ ?(?:it/s|s/it)
    |(?<!\d)\d{4}-\d\d-\d\d(?!\d)
    |(?<!\d)\d{1,2}:\d\d:\d\d(?:[.,]\d{1,6})?(?!\d)
    """,
    re.VERBOSE,
)
# A counter glued to its label is no label with a number, as w0 is.
_GLUED: Final = re.compile(rf"((?:{'|'.join(ITERATION_BEFORE)})(?:ation)?)[_#]?(?=\d)", re.IGNORECASE)
LONGEST_NUMBER: Final = 400
# A thousand iterations that each print everything are some 15,000 words and numbers.
_MOST_TOKENS: Final = 50_000
_LARGEST_EXPONENT: Final = 400
_MINUS: Final = "-\u2212"
_NOT_FINITE: Final = frozenset({"nan", "inf", "infinity"})

_SHORTEST_STEM: Final = 3
_LONGEST_LABEL: Final = 3


class Number(NamedTuple):
    """A number as it was printed.

    Attributes
    ----------
    value : float
        What it says; may be NaN or inf.
    decimals : int
        Place of its last digit: 2 for ``1.25`` and 6 for ``1.2e-05``.
    digits : int
        How many significant digits it has.
    whole : bool
        Written without a point or an exponent, as a counter is.
    """

    value: float
    decimals: int
    digits: int
    whole: bool


@dataclass
class Record:
    """What was printed about one iteration.

    Attributes
    ----------
    iteration : int or None
        The iteration that the text names, None where it names none.
    values : dict of str to Number
        The numbers by column; a column may be missing.
    """

    iteration: int | None
    values: dict[str, Number] = field(default_factory=dict)


class _Token(NamedTuple):
    """A word, as `reduce_word` reduces it, or a number."""

    word: str
    number: Number | None
    bracketed: bool


def read_numbers(text: str) -> list[Number]:
    """Read every number of a text, in order.

    Digits in labels such as ``w0`` are none, nor is the total in ``100/1000``.

    Parameters
    ----------
    text : str
        Anything that a program printed.

    Returns
    -------
    list of Number
        The numbers as they were written.
    """
    return [token.number for line in _read_lines(text) for token in line if token.number is not None]


def read_records(text: str, columns: Sequence[str]) -> list[Record]:
    """Read a printed table: lines, labelled or not, one or several an iteration.

    Parameters
    ----------
    text : str
        What was printed.
    columns : sequence of str
        Names of the columns in their usual order, such as ``("loss", "w0", "w1")``.
        Labels in the text that resemble them say which number is which; numbers
        without a label are taken in this order.

    Returns
    -------
    list of Record
        In the order of the text; whatever else was printed may stand between.
    """
    return [Record(record.iteration, dict(record.values)) for record in _read_records(text, tuple(columns))]


@lru_cache(maxsize=4)  # several checks in a row look at the same text
def _read_records(text: str, columns: tuple[str, ...]) -> list[Record]:
    reader = _Reader(columns)
    for line in _read_lines(text):
        reader.read_line(line)
    return [record for record in reader.records if record.values]


def _read_lines(text: str) -> Iterator[list[_Token]]:
    left = _MOST_TOKENS
    for line in _GLUED.sub(r"\1 ", _NOISE.sub(" ", text)).splitlines():
        tokens = list(islice(_read_tokens(line), left))
        left -= len(tokens)
        if tokens:
            yield tokens


def _read_tokens(line: str) -> Iterator[_Token]:
    after_slash = after_number = False
    for match in _TOKEN.finditer(line):
        kind, start = match.lastgroup, match.start()
        if kind == "slash":
            after_slash = after_number
            continue
        number = _read_number(match[0], _sign_before(line, start), is_word=kind == "word")
        before = line[start - 1 : start]
        # 100/1000: the total is not a number of the run.
        if not (after_slash and number is not None and number.whole):
            yield _Token(reduce_word(match[0]) if number is None else "", number, before == "[")
        after_number, after_slash = number is not None, False


def _sign_before(line: str, start: int) -> float:
    """Read a minus that belongs to the number: not the hyphen of ``loss-0.3`` or the rule ``---``."""
    if start == 0 or line[start - 1] not in _MINUS:
        return 1.0
    before = line[start - 2] if start > 1 else " "
    return 1.0 if before.isalnum() or before in ")]._-\u2212" else -1.0


def _read_number(text: str, sign: float, *, is_word: bool) -> Number | None:
    if is_word:
        return Number(sign * float(text), 0, 0, whole=False) if text.casefold() in _NOT_FINITE else None
    if len(text) > LONGEST_NUMBER:
        return None
    plain = text.replace(",", "").replace("_", "").lower()
    mantissa, _, exponent = plain.partition("e")
    whole_part, point, fraction = mantissa.partition(".")
    shift = max(-_LARGEST_EXPONENT, min(_LARGEST_EXPONENT, int(exponent or 0)))
    digits = len((whole_part + fraction).lstrip("0"))
    return Number(sign * float(plain), len(fraction) - shift, digits, whole=not point and not exponent and sign > 0)


class _Reader:
    """Puts the tokens of one line after another into records."""

    def __init__(self, columns: tuple[str, ...]) -> None:
        self.columns = columns
        self.order: Sequence[str] = columns
        self.labels = collect_labels(columns)
        self.groups = collect_groups(columns)
        self.pending: list[str] = []
        self.records: list[Record] = [Record(None)]

    def read_line(self, line: list[_Token]) -> None:
        named = {index: found for index in range(len(line)) if (found := self._find_label(line, index))}
        counter = _find_counter(
            line, [column for found in named.values() for column in found], min(named, default=None)
        )
        iteration = None
        if counter is not None:
            number = line[counter].number
            iteration = int(number.value) if number is not None else None
            if iteration != self.records[-1].iteration:
                self.records.append(Record(iteration))
                self.pending = []
        aside, before_was_number = False, True
        for index, token in enumerate(line):
            if index in named:
                # Labels in a row wait together: "w0, w1 : 0.1, 0.2".
                kept = [] if before_was_number else [name for name in self.pending if name not in named[index]]
                self.pending = [*kept, *named[index]]
                aside, before_was_number = False, False
            elif token.number is None:
                aside = aside or ASIDE.match(token.word) is not None
            elif index != counter:
                before_was_number = True
                if not aside and not (index + 1 < len(line) and line[index + 1].word in SECONDS):
                    self._put(token.number, iteration)
        if len(self.pending) > 1 and all(token.number is None for token in line):
            self.order = [*self.pending, *(column for column in self.columns if column not in self.pending)]

    def _put(self, number: Number, iteration: int | None) -> None:
        record = self.records[-1]
        if self.pending:
            column = self.pending.pop(0)
        else:
            column = next((name for name in self.order if name not in record.values), self.order[0])
        if column in record.values:
            record = Record(iteration)
            self.records.append(record)
        record.values[column] = number

    def _find_label(self, line: list[_Token], index: int) -> list[str] | None:
        """Return the columns that the words from here name."""
        words = [token.word for token in line[index : index + _LONGEST_LABEL]]
        if not words[0]:
            return None
        for length in range(len(words), 0, -1):
            if all(words[:length]) and (column := self.labels.get("".join(words[:length]))):
                return [column]
        if words[0] in self.groups:
            return list(self.groups[words[0]])
        column = next(
            (name for stem, name in self.labels.items() if len(stem) >= _SHORTEST_STEM and stem in words[0]), None
        )
        if column is None and not words[0].isascii():
            column = next((name for stem, name in self.labels.items() if not stem.isascii() and stem in words[0]), None)
        return None if column is None else [column]


def _find_counter(line: list[_Token], labels: list[str], first_label: int | None) -> int | None:
    """Find the number of the line that counts iterations; None where there is none."""
    numbers = [index for index, token in enumerate(line) if token.number is not None]
    for index in numbers:
        number = line[index].number
        if number is None or not number.whole:
            continue
        before = line[index - 1].word if index else ""
        after = line[index + 1].word if index + 1 < len(line) else ""
        if before.startswith(ITERATION_BEFORE) or before in ITERATION_SHORT or after.startswith(ITERATION_AFTER):
            return index
    if not numbers or not (first := line[numbers[0]]).number or not first.number.whole:
        return None
    if first_label is not None and first_label < numbers[0]:
        return numbers[0] if len(numbers) > len(labels) else None
    # The row [0] of a printed column vector is a value.
    return None if first.bracketed and len(numbers) == 1 else numbers[0]
