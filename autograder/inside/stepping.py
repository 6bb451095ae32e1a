"""Notices that a function works out differences where a derivative was asked for.

Whoever differentiates by steps moves every number by itself, over a loop that
may be anywhere: in the function, in one that it calls, on the numbers
themselves or on copies. Whoever derives a formula never does. So nothing is
said of how often anything is called or how long it takes, which loops do
rightly: the arrays are looked at while the function runs. A step into the
complex plane is a difference too, and exact to the last digit; it fits into
one expression that leaves no array to look at, so the names in the code that
ran are looked at too. Code that stands in the file and doesn't run says
nothing.
"""

from __future__ import annotations

import functools
import sys
import threading
import types
from collections import Counter
from collections.abc import Callable, Collection
from contextlib import suppress
from typing import Any, Final

import numpy as np

STRIDES: Final = ((250, 1), (2_500, 5), (60_000, 40))
"""Up to so many lines, one in so many is looked at: a step lasts as long as a forward pass, and looking takes time."""
CALLS: Final = 2
"""Calls of each function, and reads of each attribute, that are watched: what they are shows at the first."""
SHARE: Final = 0.5
"""More than this share of an array's entries must have been moved one by one; a loop over rows moves one in each."""
LONGEST: Final = 0.1
"""Of a step. What a loop that derives a formula puts into an array of zeros is as large as it comes out."""
FEWEST: Final = 3
ROUNDING: Final = 1e-6
"""Of a step that was the same for all entries."""
LARGEST: Final = 4096
"""Entries of an array that is looked at."""
MOST_ARRAYS: Final = 24
DEEPEST: Final = 3
FLAT: Final = 8
"""Entries from which on an array with one axis may be all parameters in one row."""
COMPLEX: Final = frozenset({"complex", "complex64", "complex128", "csingle", "cdouble", "clongdouble"})
"""Names that lead into the complex plane; alone they may only ask what something is."""
IMAGINARY: Final = frozenset({"imag", "angle"})
"""Names that lead out of it with a slope."""
BLINDING: Final = frozenset({"settrace", "f_trace", "f_trace_lines"})
"""Names that no homework needs, and that end the looking."""
EVALUATED: Final = "<string>"
"""Where Python says that the text comes from which `eval` and `exec` are given."""
_Work = tuple[str, str]
_SIMPLE: Final = (type, types.ModuleType, types.FunctionType, str, bytes, float, int)


class Base:
    """An array that a function starts from, and which of its entries were moved one by one.

    Parameters
    ----------
    live : ndarray of float
        The array itself: it may be moved in its place.
    """

    def __init__(self, live: np.ndarray[Any, Any]) -> None:
        self._base = live.copy()
        self.shape = live.shape
        self.size = live.size
        self._is_telling = np.count_nonzero(live) > live.size // 2
        self._may_be_unit = live.ndim > 1 and min(live.shape) > 1
        self._moved: set[int] = set()
        self._units: dict[float, set[int]] = {}
        self._shifts: list[float] = []

    def compare(self, array: np.ndarray[Any, Any]) -> bool:
        """Look at the array or a copy, or at a step by itself; say whether it is clear what goes on."""
        changed = array != self._base
        count = np.count_nonzero(changed)
        if not count:
            return False
        if count == 1 and self._is_telling:
            self._moved.add(int(np.argmax(changed)))
        if self._may_be_unit and np.count_nonzero(array) == 1:
            place = int(np.argmax(array != 0))
            step = abs(float(array.flat[place]))
            if step <= LONGEST:
                self._units.setdefault(step, set()).add(place)
        most = max(map(len, (self._moved, *self._units.values())))
        is_walked = most >= FEWEST and most > SHARE * self.size
        return is_walked or (count == self.size and self._is_shifted(array))

    def _is_shifted(self, array: np.ndarray[Any, Any]) -> bool:
        """Entries that don't depend on one another can be moved all at once: to one side, and to the other."""
        shift = array - self._base
        step = float(shift.flat[0])
        if not np.ptp(shift) <= ROUNDING * abs(step) or not np.ptp(self._base):
            return False
        self._shifts.append(step)
        return any(abs(step + other) <= ROUNDING * abs(step) for other in self._shifts)


class Moves:
    """The arrays that a function starts from, and how they, or copies of them, were moved while it ran.

    Parameters
    ----------
    roots : object
        What it was given.
    """

    def __init__(self, roots: object) -> None:
        self._live = [array for array in _arrays_in(roots) if array.dtype.kind == "f" and array.size >= FEWEST]
        self._known = set(map(id, self._live))
        self._bases = [Base(array) for array in self._live]
        self._rows: dict[tuple[types.CodeType, str, int], Base] = {}
        self._codes: set[types.CodeType] = set()
        self._names: set[str] = set()
        self.found = False

    def read(self, code: types.CodeType) -> None:
        """Look at the numbers and names in code that runs."""
        if code in self._codes:
            return
        self._codes.add(code)
        self._names.update(code.co_names, (text for text in code.co_consts if isinstance(text, str)))
        self.found |= any(isinstance(constant, complex) for constant in code.co_consts)
        self.found |= bool(self._names & BLINDING or (self._names & COMPLEX and self._names & IMAGINARY))

    def look(self, frame: types.FrameType) -> None:
        """Look at the arrays as they are now, and at what a frame holds."""
        code = frame.f_code
        for base, array in zip(self._bases, self._live, strict=True):
            self.found |= base.compare(array)
        for name, value in frame.f_locals.items():
            if isinstance(value, complex | np.complexfloating):
                self.found |= value.imag != 0
            for array in _arrays_in(value):
                if id(array) not in self._known:
                    self._consider(code, name, array)

    def _consider(self, code: types.CodeType, name: str, array: np.ndarray[Any, Any]) -> None:
        if array.dtype.kind == "c":
            self.found |= bool(np.any(array.imag))
            return
        is_known = False
        for base in self._bases:
            if array.shape == base.shape:
                is_known = True
                self.found |= base.compare(array)
            elif array.shape[1:] == base.shape and len(array) <= 2 * base.size:
                # All steps at once: a copy of the array for each.
                for copy in array:
                    self.found |= base.compare(copy)
        if not is_known and array.ndim == 1 and array.size >= FLAT:
            row = self._rows.setdefault((code, name, array.size), Base(array))
            self.found |= row.compare(array)


class Watch:
    """Watches some functions while they run.

    Parameters
    ----------
    files : collection of str
        Names of the files whose code may do their work.
    """

    def __init__(self, files: Collection[str] = ()) -> None:
        self._files = {*files, EVALUATED}
        self._is_looking = False
        self._looks: Counter[_Work] = Counter()
        self._last: tuple[_Work, Moves] | None = None
        self._called: set[_Work] = set()
        self._found: set[_Work] = set()

    def over(
        self, name: str, function: Callable[..., Any], owner: object = None, attribute: str = ""
    ) -> Callable[..., Any]:
        """Return a function that does the same and is watched at its first calls.

        Parameters
        ----------
        name : str
            What is said to work out differences.
        function : callable
            Does its work.
        owner : object
            What the function starts from beside its arguments.
        attribute : str
            Which attribute of the owner it reads, where it does no more.
        """
        work = name, attribute

        @functools.wraps(function)
        def watched(*args: Any, **kwargs: Any) -> Any:
            self._called.add(work)
            if self._looks[work] >= CALLS or work in self._found or self._is_looking:
                return function(*args, **kwargs)
            self._looks[work] += 1
            self._last = work, Moves((owner, *args, *kwargs.values()))
            return self._look_at(*self._last, function, *args, **kwargs)

        return watched

    def finish(self, function: Callable[..., Any], *args: Any) -> Any:
        """Do what is left to do with an answer, such as to run through it: what was watched till then still is."""
        last, self._last = self._last, None
        return self._look_at(*last, function, *args) if last else function(*args)

    def broken(self) -> str:
        """Return a function that was called since this was asked last and works out differences; "" for none."""
        called, self._called, self._last = self._called, set(), None
        return min(called & self._found, default=("", ""))[0]

    def _look_at(self, work: _Work, moves: Moves, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        trace = _Trace(self._files, moves)
        before, self._is_looking = (sys.gettrace(), threading.gettrace()), True
        sys.settrace(trace)
        threading.settrace(trace)
        try:
            answer = function(*args, **kwargs)
            # Only who calls back from too deep ends the looking without wanting to.
            moves.found |= sys.gettrace() is not trace and not trace.is_too_deep
            return answer
        finally:
            sys.settrace(before[0])
            threading.settrace(before[1])
            self._is_looking = False
            if moves.found:
                self._found.add(work)


class _Trace:
    """Looks on while code of some files runs, line by line."""

    def __init__(self, files: Collection[str], moves: Moves) -> None:
        self._files = files
        self._moves = moves
        self._lines = 0
        self.is_too_deep = False

    def __call__(self, frame: types.FrameType, event: str, argument: Any) -> Any:
        del argument
        if frame.f_code.co_filename not in self._files or self._moves.found:
            return None
        try:
            if event == "call":
                self._moves.read(frame.f_code)
            self._lines += 1
            stride = next((stride for most, stride in STRIDES if self._lines <= most), 0)
            if stride and self._lines % stride == 0:
                self._moves.look(frame)
        except RecursionError:
            self.is_too_deep = True
            return None
        except Exception:  # noqa: BLE001 - what can't be looked at is not held against anybody
            return self
        return self if stride else None


def _arrays_in(values: object) -> list[np.ndarray[Any, Any]]:
    """Return the arrays of numbers that a value is made of, as far as it is plain to see."""
    found: list[np.ndarray[Any, Any]] = []
    _gather(values, found, 0)
    return found


def _gather(value: Any, found: list[np.ndarray[Any, Any]], depth: int) -> None:
    if len(found) >= MOST_ARRAYS or depth > DEEPEST:
        return
    if type(value) is np.ndarray:
        if value.dtype.kind in "fc" and 0 < value.size <= LARGEST:
            found.append(value)
    elif type(value) in (list, tuple) and len(value) <= MOST_ARRAYS:
        for item in value:
            _gather(item, found, depth + 1)
    elif isinstance(value, dict):
        for item in list(dict.values(value))[:MOST_ARRAYS]:
            _gather(item, found, depth + 1)
    elif not isinstance(value, _SIMPLE):
        with suppress(AttributeError):
            _gather(dict(object.__getattribute__(value, "__dict__")), found, depth)
