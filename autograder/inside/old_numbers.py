"""Arrays of one entry that count as numbers, as they did in numpy until 2.3.

Much homework says `float(loss)` or `w[0] = step` where these are columns of one
row. numpy used to allow it; since 2.4 it refuses, and work that is right where it
was written would crash here. The names that numpy dropped can be put back as
attributes; how an array becomes a number is fixed in its C type, so it is its
slots that are set, to those that Python gives a class with `__float__` and
`__int__`: the methods put beside them then answer, and may raise as any method may.
"""

from __future__ import annotations

import ctypes
import gc
import sys
from collections.abc import Callable
from typing import Any, Final

import numpy as np

_WORD: Final = ctypes.sizeof(ctypes.c_void_p)
# tp_as_number is the tenth field after the size of a variable object.
_AS_NUMBER: Final = object.__basicsize__ + (1 + 9) * _WORD
# nb_int and nb_float among the fields of PyNumberMethods.
_SLOTS: Final = {"__int__": 16, "__float__": 18}


class _NumberLike:
    """Its slots call the methods of whatever type they are put into."""

    def __int__(self) -> int:
        return 0

    def __float__(self) -> float:
        return 0.0


def accept_single_entries() -> None:
    """Let `float` and `int` take arrays that hold one number, where this numpy refuses."""
    if sys.implementation.name != "cpython" or _is_accepted():
        return
    (methods,) = gc.get_referents(vars(np.ndarray))
    for name in _SLOTS:
        methods[name] = _convert_by(vars(np.ndarray)[name])
    for kind in (np.ndarray, np.matrix):
        for place in _SLOTS.values():
            _slots_of(kind)[place] = _slots_of(_NumberLike)[place]
        ctypes.pythonapi.PyType_Modified(ctypes.py_object(kind))


def _is_accepted() -> bool:
    try:
        return float(np.ones(1)) == 1.0
    except TypeError:
        return False


def _convert_by(old: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def convert(array: Any) -> Any:
        return old(np.asarray(array).reshape(()) if array.ndim and array.size == 1 else array)

    return convert


def _slots_of(kind: type) -> Any:
    address = ctypes.c_void_p.from_address(id(kind) + _AS_NUMBER).value
    if address is None:
        raise RuntimeError(f"{kind.__name__} has no number slots")
    return ctypes.cast(address, ctypes.POINTER(ctypes.c_void_p))
