"""The language that both sides of the wall speak.

A frame is a fixed header, a JSON text and raw array buffers. The decoder is
written for a hostile sender: a closed set of tags and dtypes, exact types, and
bounds on bytes, depth and number of values before anything is built. Nothing
is ever unpickled, so that a forged frame can only be another answer.

Values that both sides know: None, bool, int, float, complex, str, bytes, list,
tuple, dict, slice, Ellipsis, numpy arrays and scalars of plain dtypes. Anything
else is opaque: it stays where it lives and only a number for it travels.
"""

from __future__ import annotations

from autograder.wire.bounds import (
    LOCKED_IN,
    MAX_ANSWER,
    MAX_DEPTH,
    MAX_HEADER,
    MAX_INT_BITS,
    MAX_NAME,
    MAX_VALUES,
    Closed,
    Malformed,
)
from autograder.wire.frames import Channel
from autograder.wire.values import Opaque, decode, encode

__all__ = [
    "LOCKED_IN",
    "MAX_ANSWER",
    "MAX_DEPTH",
    "MAX_HEADER",
    "MAX_INT_BITS",
    "MAX_NAME",
    "MAX_VALUES",
    "Channel",
    "Closed",
    "Malformed",
    "Opaque",
    "decode",
    "encode",
]
