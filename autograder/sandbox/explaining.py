"""An exception of the student's, in a sentence that helps and can't carry anything out.

The text of an exception is the student's to choose, and a hidden input could
be put into it. So only messages of Python and numpy that are known here are
retold, and of their parts only names that the submission itself contains, and
small numbers.
"""

from __future__ import annotations

import builtins
import re
from typing import Final

from autograder.messages import Message, join, say

_NUMBER: Final = r"\d{1,2}"
_SHAPE: Final = rf"\((?:{_NUMBER},? ?){{0,5}}\)"
_LONGEST_TEXT: Final = 500
"""Characters of an exception's text that are looked at: they are the student's to choose, and looking takes time."""
_MOST_DIGITS: Final = 12
"""Digits that one sentence may repeat: shapes and indices have fewer, and a hidden input written as one has more."""
_FIGURES: Final = f"{_NUMBER}|{_SHAPE}"
_MOST_WORDS: Final = 3
_NAME: Final = r"[^\W\d]\w{0,60}"
# Where a machine keeps its files is nobody's affair; what a file is called may help.
_FOLDERS: Final = re.compile(r"(?<![\w.)\]])/(?:[^\s/'\"<>:;,()\[\]]+/)+")
_TYPES: Final = frozenset(
    "int float str list tuple dict set bool complex bytes NoneType function method module type slice range ellipsis "
    "ndarray generator builtin_function_or_method numpy float64 float32 int64 zip map enumerate".split(),
)
_ERRORS: Final = frozenset(
    name for name in dir(builtins) if name.endswith(("Error", "Exception", "Exit", "Interrupt", "Iteration"))
) | {
    "AxisError",
    "LinAlgError",
    "UFuncTypeError",
    "_UFuncNoLoopError",
    "_UFuncBinaryResolutionError",
}


def _pattern(text: str) -> re.Pattern[str]:
    for letter, what in (("<name>", _NAME), ("<other>", _NAME), ("<type>", r"[\w.]{1,60}"), ("<kind>", r"[\w.]{1,60}")):
        text = text.replace(letter, f"(?P{letter}{what})")
    for group in ("shape", "shape2"):
        text = text.replace(f"<{group}>", f"(?P<{group}>{_SHAPE})")
    for group in ("n", "m", "k"):
        text = text.replace(f"<{group}>", f"(?P<{group}>{_NUMBER})")
    return re.compile(text)


# Each pattern is a message of Python's or numpy's own (several versions); the sentence retells it.
KNOWN: Final = tuple(
    (_pattern(text), sentence)
    for text, sentence in (
        (r"name '<name>' is not defined", "`{name}` is not defined."),
        (r"local variable '<name>' (?:referenced|where)", "`{name}` is used before it has a value."),
        (r"free variable '<name>' referenced", "`{name}` is used before it has a value."),
        (r"module '<type>' has no attribute '<name>'", "The module `{type}` has no `{name}`."),
        (r"'<type>' object has no attribute '<name>'", "A value of type `{type}` has no attribute `{name}`."),
        (
            r"missing \d+ required (?:positional|keyword-only) arguments?: '<name>'",
            "The argument `{name}` is missing in a call.",
        ),
        (
            r"takes (?:from \d+ to )?<n> positional arguments? but <m> (?:was|were) given",
            "A function that takes {n} arguments got {m} (`self` counts).",
        ),
        (r"<name>\(\) takes no arguments", "`{name}` takes no arguments: is `__init__` spelt right?"),
        (
            r"got an unexpected keyword argument '<name>'",
            "A function got a keyword argument `{name}` that it doesn't have.",
        ),
        (
            r"unsupported operand type\(s\) for [^:]{1,12}: '<type>' and '<kind>'",
            "Values of type `{type}` and `{kind}` can't be combined like that.",
        ),
        (r"'<type>' object is not callable", "A value of type `{type}` is called like a function."),
        (
            r"'<type>' object is not (?:subscriptable|iterable)",
            "A value of type `{type}` is used like a list or an array.",
        ),
        (
            r"'<type>' object does not support item assignment",
            "A value of type `{type}` can't be changed entry by entry.",
        ),
        (r"cannot unpack non-iterable <type> object", "A single `{type}` is unpacked into several names."),
        (
            r"operands could not be broadcast together with shapes <shape> <shape2>",
            "The shapes {shape} and {shape2} don't fit together.",
        ),
        (
            r"could not broadcast input array from shape <shape> into shape <shape2>",
            "An array of shape {shape} doesn't fit into shape {shape2}.",
        ),
        (r"shapes <shape> and <shape2> not aligned", "The shapes {shape} and {shape2} don't fit in a matrix product."),
        (r"matmul: .*\(size <n> is different from <m>\)", "In a matrix product the inner sizes {n} and {m} differ."),
        (r"matmul: Input operand \d does not have enough dimensions", "A matrix product got a plain number."),
        (
            r"cannot reshape array of size <n> into shape <shape>",
            "An array with {n} entries can't get the shape {shape}.",
        ),
        (r"setting an array element with a sequence", "An array was put where one number belongs."),
        (
            r"only (?:length-1|size-1|0-dimensional) arrays can be converted",
            "An array was used where one number is needed.",
        ),
        (
            r"truth value of an array with more than one element",
            "An array with several entries was used as a condition.",
        ),
        (r"not enough values to unpack \(expected <n>, got <m>\)", "{n} values were expected and {m} came back."),
        (r"too many values to unpack \(expected <n>", "More than {n} values came back."),
        (
            r"index -?<n> is out of bounds for axis <m> with size <k>",
            "The index {n} is outside of axis {m}, which has {k} entries.",
        ),
        (
            r"too many indices for array: array is <n>-dimensional, but <m> were indexed",
            "An array with {n} axes was given {m} indices.",
        ),
        (r"axis -?<n> is out of bounds for array of dimension <m>", "There is no axis {n} in an array with {m} axes."),
        (r"(?:list|tuple|string) index out of range", "An index is past the end."),
        (r"arrays used as indices must be of integer", "An index must be an integer."),
        (r"only integers, slices", "An index must be an integer."),
        (r"maximum recursion depth exceeded", "A function calls itself without end."),
        (r"(?:division|divide) by zero", "It divides by zero."),
        (r"^'<name>'$", "There is no entry `{name}`."),
        (
            r"output array is read-only|assignment destination is read-only",
            "It writes into an array that may only be read.",
        ),
        (
            r"[Nn]o such file or directory|Operation not permitted|Permission denied",
            "It uses a file that isn't there while grading.",
        ),
        (
            r"Cannot cast ufunc '?\w+'? output from dtype\('<type>'\) to dtype\('<kind>'\)",
            "A result of type `{type}` can't be stored as `{kind}`.",
        ),
    )
)


def explain_exception(error: str, text: str, place: Message | None, source: str) -> tuple[Message, Message]:
    """Retell an exception that a submission raised.

    Parameters
    ----------
    error, text : str
        Its type and text, as the student's process reported them.
    place : Message, optional
        Where in the submission it was raised.
    source : str
        The submission's text.

    Returns
    -------
    message, detail : Message
        The first holds nothing that the submission chose to say; the second adds the exception's own text.
    """
    if error not in _ERRORS and not _is_name_in(error, source):
        error = "Exception"
    text = text[:_LONGEST_TEXT]
    told = _retell(text, source)
    shown = printable(_FOLDERS.sub("", text))
    head = say("It stopped with `{error}` ({place}).", error=error, place=place)
    if place is None:
        head = say("It stopped with `{error}`.", error=error)
    quoted: Message | None = {"en": f"({shown})", "ko": f"({shown})"} if shown else None
    return join(head, told), join(head, told, quoted)


def printable(text: str, limit: int = 200) -> str:
    """Return the text on one line, without control characters, and not longer than `limit` characters."""
    line = "".join(character if character.isprintable() else " " for character in text[: 2 * limit])
    line = " ".join(line.split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


def _retell(text: str, source: str) -> Message | None:
    for pattern, sentence in KNOWN:
        found = pattern.search(text)
        if found:
            parts = found.groupdict()
            told = [part for part in parts.values() if re.fullmatch(_FIGURES, part)]
            digits = sum(character.isdigit() for part in told for character in part)
            if digits <= _MOST_DIGITS and all(_may_be_said(part, source) for part in parts.values()):
                return say(sentence, **parts)
            return None
    return None


def _may_be_said(part: str, source: str) -> bool:
    if re.fullmatch(_FIGURES, part):
        return True
    words = part.split(".")
    return len(words) <= _MOST_WORDS and all(word in _TYPES or _is_name_in(word, source) for word in words)


def _is_name_in(word: str, source: str) -> bool:
    return re.fullmatch(_NAME, word) is not None and re.search(rf"\b{word}\b", source) is not None
