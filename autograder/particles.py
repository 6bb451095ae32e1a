"""Korean particles, whose form depends on how the word before them is read: W1을, C를.

What stands before one is often an identifier or a number. Digits are read in Korean, single letters by their names,
words in the Latin alphabet by their endings; where these don't tell, both forms stay as they are.
"""

from __future__ import annotations

import re
from enum import Enum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

PAIRS: Final = {
    "을(를)": ("을", "를"),
    "이(가)": ("이", "가"),
    "은(는)": ("은", "는"),
    "와(과)": ("과", "와"),
    "(으)로": ("으로", "로"),
    "이에요(예요)": ("이에요", "예요"),
    "이어야(여야)": ("이어야", "여야"),
    "(이)": ("이", ""),
}
"""Particles as a translation writes them: the form after a final consonant, and the one after a vowel."""


class Ending(Enum):
    """The sound that a word ends in."""

    VOWEL = "vowel"
    RIEUL = "rieul"
    CONSONANT = "consonant"


_PAIR: Final = re.compile(f"({'|'.join(map(re.escape, PAIRS))})")
_SILENT: Final = "`'\"()[]{}<>,._* \N{LEFT SINGLE QUOTATION MARK}\N{RIGHT SINGLE QUOTATION MARK}“”"
_WORD: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_LONGEST_ACRONYM: Final = 3
_SYLLABLES: Final = range(ord("가"), ord("힣") + 1)
_FINALS: Final = 28
_FINAL_RIEUL: Final = 8
_OF_RIEUL: Final = frozenset("178lr")
# A final 0 is the one of 영, 십, 백, 천 or 만.
_OF_CONSONANTS: Final = frozenset("036mn")
# bit is 비트 and fit is 핏; lib may be 립 or 리브.
_UNSURE: Final = re.compile(r".*(?:bit|set|eck|[iu]b|[aeiou]pp|(?!out|ook)[aeiou]{2}[bpkt]|(?<!o)[aeiou]k|(?<!i)c|q)")
_RIEUL: Final = re.compile(r".*(?:l|.le)")  # label, sample
_CONSONANT: Final = re.compile(
    r""".*(?:[mn]|ng|[aeiouy][^aeiou]*[mn]e  # sum, function, string, name
    |[aeiou][pt]|[aeo]b|ype|ic|ck|ook)       # step, output, prob, type, numeric, callback, notebook""",
    re.VERBOSE,
)


def fill(template: str, values: Mapping[str, object]) -> str:
    """Fill in a Korean template, and let its particles fit what stands before them.

    Parameters
    ----------
    template : str
        A sentence with ``{name}`` fields and the particles of `PAIRS`.
    values : mapping of str to object
        What the fields stand for; particles within are only text.

    Returns
    -------
    str
        The sentence. Both forms stay where the word before doesn't say which one is right.
    """
    text = ""
    for piece in _PAIR.split(template):
        text += _choose(piece, find_ending(text)) if piece in PAIRS else piece.format(**values)
    return text


def find_ending(text: str) -> Ending | None:
    """Find the sound that the last word of a text ends in, looking through brackets and quotes.

    Returns
    -------
    Ending or None
        None where nobody can be sure.
    """
    text = text.rstrip(_SILENT)
    if not text:
        return None
    last = text[-1]
    if ord(last) in _SYLLABLES:
        final = (ord(last) - _SYLLABLES.start) % _FINALS
        return Ending.RIEUL if final == _FINAL_RIEUL else Ending.CONSONANT if final else Ending.VOWEL
    if not last.isascii() or not last.isalnum():
        return None
    if last.isdigit():
        return _end_of_letter(last)
    word = _WORD.findall(text)[-1]
    is_spelled = len(word) == 1 or (word.isupper() and len(word) <= _LONGEST_ACRONYM)
    if is_spelled or not set("aeiou") & set(word.lower()):
        return _end_of_letter(last.lower())
    return _end_of_word(word.lower())


def _choose(pair: str, ending: Ending | None) -> str:
    if ending is None:
        return pair
    after_consonant, after_vowel = PAIRS[pair]
    is_open = ending is Ending.VOWEL or (ending is Ending.RIEUL and pair == "(으)로")
    return after_vowel if is_open else after_consonant


def _end_of_letter(letter: str) -> Ending:
    if letter in _OF_RIEUL:
        return Ending.RIEUL
    return Ending.CONSONANT if letter in _OF_CONSONANTS else Ending.VOWEL


def _end_of_word(word: str) -> Ending | None:
    if _UNSURE.fullmatch(word):
        return None
    if _RIEUL.fullmatch(word):
        return Ending.RIEUL
    return Ending.CONSONANT if _CONSONANT.fullmatch(word) else Ending.VOWEL
