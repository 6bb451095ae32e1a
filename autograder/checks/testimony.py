"""What a check saw, statement by statement: the same check is run on wrong variants, and the two are compared.

Whoever wants to know listens; else nothing is noted. All of it stays in the
judge: numbers of hidden inputs are among it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from autograder.checks.relations import NamedFactors
    from autograder.checks.values import Floats

MOST_STATEMENTS: Final = 256
"""Statements of one check that are noted; what a student's code can multiply must end somewhere."""
MOST_ENTRIES: Final = 2048
"""Entries of an array that are kept; of a larger one every second, third, … entry."""
_FEW: Final = 64
_MOST_PARTS: Final = 128
_TOO_LARGE: Final = 1 << 63
_DEEPEST: Final = 8
_LONGEST_TEXT: Final = 300
# What a text quotes is mostly a name of the student's own; types are Python's.
_QUOTED: Final = re.compile(
    r"'(?!(?:int|float|str|list|tuple|dict|bool|NoneType|function|method|type|numpy\.\w+)')[^']*'"
)

Kind = Literal["compared", "refused", "kept", "repeated", "required", "answered", "ended"]


@dataclass(frozen=True)
class Statement:
    """Something that a check saw.

    Attributes
    ----------
    kind : str
        ``compared``: numbers beside the right ones; ``refused``: an answer that can't be compared; ``kept``: something
        that a call must leave alone; ``repeated``: an answer to a question that was asked before; ``required``: a
        condition; ``answered``: what came back from the student's code; ``ended``: how the check failed.
    what : str
        What the check calls it.
    right : bool
        Whether it was as it should be.
    value : object
        What there was.
    expected, tolerance : ndarray of float64, optional
        Of a comparison: the right numbers, and how far rounding may lead away from them.
    factors : mapping of str to float
        Sizes by which the numbers may be off.
    """

    kind: Kind
    what: str
    right: bool
    value: Any = None
    expected: Floats | None = None
    tolerance: Floats | None = None
    factors: NamedFactors = field(default_factory=dict)


@dataclass(frozen=True)
class Account:
    """What a check saw.

    Attributes
    ----------
    statements : tuple of Statement
        In their order; of a check that passed only the comparisons of few numbers.
    mistakes : tuple of str
        Mistakes that the check has recognized itself.
    passed : bool
        Whether the check passed.
    """

    statements: tuple[Statement, ...]
    mistakes: tuple[str, ...] = ()
    passed: bool = False


@dataclass(frozen=True)
class Flat:
    """Plain data as a description of its form and one row of numbers, both of bounded length."""

    form: str
    numbers: Floats


_ODD: Final = frozenset({"refused", "kept", "repeated"})
_HEARD: Final[ContextVar[list[Statement] | None]] = ContextVar("statements", default=None)
_WORDLESS: Final[ContextVar[bool]] = ContextVar("wordless", default=False)


@contextmanager
def listening(*, wordless: bool = False) -> Iterator[list[Statement]]:
    """Note what is stated meanwhile; `wordless` where nobody reads how a check explains a failure."""
    heard: list[Statement] = []
    tokens = _HEARD.set(heard), _WORDLESS.set(wordless)
    try:
        yield heard
    finally:
        _HEARD.reset(tokens[0])
        _WORDLESS.reset(tokens[1])


def is_wordless() -> bool:
    """Tell whether finding the words for a failure can be left out: it takes longer than all else."""
    return _WORDLESS.get()


@contextmanager
def unheard() -> Iterator[None]:
    """Let nothing be noted that is stated meanwhile."""
    token = _HEARD.set(None)
    try:
        yield
    finally:
        _HEARD.reset(token)


def state(kind: Kind, what: str, value: Any = None, *, right: bool, **more: Any) -> None:
    """Note a statement where somebody listens; see `Statement`.

    What came from a student's code may be large, and the check may go on to change it: a small copy is kept.
    """
    heard = _HEARD.get()
    if heard is not None and len(heard) < MOST_STATEMENTS:
        is_odd = kind in _ODD and not right
        heard.append(Statement(kind, what, right, flatten(value) if kind == "answered" or is_odd else value, **more))


def conclude(heard: list[Statement], error: BaseException, file: str) -> Account:
    """Make the statements of a check that failed small and final.

    Parameters
    ----------
    heard : list of Statement
        In their order.
    error : BaseException
        What ended the check.
    file : str
        Where the check stands: the lines of that file that the error went through belong to it.

    Returns
    -------
    Account
        Its last statement is of the kind ``ended``.
    """
    ending = _ending(error, file, told=any(not statement.right for statement in heard))
    return Account((*map(_condense, heard), ending), getattr(error, "mistakes", ()))


def conclude_passed(heard: list[Statement], *, with_answers: bool = False) -> Account:
    """Keep of a check that passed what may tell one right-looking answer from another, as digits beyond the tolerance.

    Parameters
    ----------
    with_answers : bool
        Whether to keep what came back as well.
    """
    kept = {"compared", "answered"} if with_answers else {"compared"}
    return Account(tuple(_condense(statement) for statement in heard if statement.kind in kept), passed=True)


def _ending(error: BaseException, file: str, *, told: bool) -> Statement:
    trace: tuple[str, str] | None = getattr(error, "trace", None)
    verdict = getattr(error, "verdict", None)
    if trace:
        what, text = trace[0], _QUOTED.sub("''", trace[1][:_LONGEST_TEXT])
    elif verdict is not None:
        what, text = str(verdict), ""
    else:
        message = getattr(error, "message", None)
        what, text = type(error).__name__, "" if told or not message else str(message["en"])
    return Statement("ended", what, right=False, value=(text, _lines_in(error, file)))


def _lines_in(error: BaseException, file: str) -> tuple[int, ...]:
    lines = []
    step = error.__traceback__
    while step is not None:
        if step.tb_frame.f_code.co_filename == file:
            lines.append(step.tb_lineno)
        step = step.tb_next
    return tuple(lines[:_DEEPEST])


def _condense(statement: Statement) -> Statement:
    if isinstance(statement.value, Flat):
        return statement
    if statement.kind == "compared" and (not statement.right or np.size(statement.value) <= _FEW):
        value, expected, tolerance = (
            None if array is None else thin(np.asarray(array))
            for array in (statement.value, statement.expected, statement.tolerance)
        )
        return replace(statement, value=value, expected=expected, tolerance=tolerance)
    return replace(statement, value=None, expected=None, tolerance=None)


def thin(array: NDArray[Any]) -> Floats:
    """Return the entries in one row, no more than `MOST_ENTRIES` of them."""
    step = -(-array.size // MOST_ENTRIES) or 1
    return array.ravel()[::step].astype(np.float64)


def flatten(value: Any) -> Flat:
    """Describe plain data of any form."""
    forms: list[str] = []
    rows: list[Floats] = []
    _gather(value, forms, rows, 0)
    return Flat(" ".join(forms), thin(np.concatenate(rows)) if rows else np.empty(0))


def _gather(value: Any, forms: list[str], rows: list[Floats], depth: int) -> None:
    if len(forms) >= _MOST_PARTS or depth > _DEEPEST:
        return
    if isinstance(value, Mapping):
        forms.append(f"dict {len(value)}")
        for key, item in islice(value.items(), _MOST_PARTS):
            forms.append(repr(key[:_LONGEST_TEXT]) if isinstance(key, str) else "key")
            _gather(item, forms, rows, depth + 1)
    elif isinstance(value, (list, tuple)):
        # Whether numbers come as a list or as a tuple tells nothing of a mistake.
        forms.append(f"row {len(value)}")
        if all(type(item) is float for item in value):
            rows.append(thin(np.array(value, dtype=np.float64)))
            return
        for item in islice(value, _MOST_PARTS):
            _gather(item, forms, rows, depth + 1)
    elif isinstance(value, (bool, np.bool_)) or value is None:
        forms.append(str(value))
    elif isinstance(value, str):
        forms.append(repr(value[:_LONGEST_TEXT]))
    elif _is_numbers(value):
        array = np.asarray(value)
        forms.append(f"numbers {array.shape}")
        rows.append(thin(array))
    else:
        forms.append("thing")


def _is_numbers(value: object) -> bool:
    if isinstance(value, int):
        return abs(value) < _TOO_LARGE
    return isinstance(value, float) or (isinstance(value, (np.ndarray, np.number)) and value.dtype.kind in "iufb")
