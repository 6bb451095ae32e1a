"""What both sides agree on: the bounds of a frame, and how one breaks them."""

from __future__ import annotations

from typing import Final

MAX_HEADER: Final = 1 << 20
"""Bytes of JSON in a frame."""
MAX_BUFFERS: Final = 1 << 27
"""Bytes of array data in a frame."""
MAX_ANSWER: Final = 1 << 25
"""Bytes of array data in a frame of the student's: no exercise has so large an answer, and looking at it costs time."""
MAX_DEPTH: Final = 24
MAX_VALUES: Final = 50_000
MAX_INT_BITS: Final = 4096
MAX_ODD_KEYS: Final = 256
"""Keys of a dict that are not texts: whoever sends can make their hashes collide."""
MAX_NAME: Final = 80
LOCKED_IN: Final = b"."
"""What a child behind walls says before any frame; whatever else it says first is what kept it from its walls."""


class Malformed(Exception):
    """A frame or a value breaks the rules above."""


class Closed(Exception):
    """The other side has gone."""
