"""Frames: a fixed header, a JSON text, and raw buffers, over two byte streams."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from typing import Any, Final

from autograder.wire.bounds import MAX_BUFFERS, MAX_HEADER, MAX_VALUES, Closed, Malformed

_HEAD: Final = struct.Struct("<4sIQ")
_MAGIC: Final = b"AGW1"
_AHEAD: Final = 1 << 13
"""Bytes that are read at a time, so that a frame without large arrays comes in one piece."""
_SMALL: Final = 1 << 15
"""Bytes of array data that are copied so that one write does: a call into the system costs more."""


class Channel:
    """Frames over two byte streams.

    Parameters
    ----------
    read : callable
        ``read(view)`` fills part of a writable memoryview and returns the number of bytes, 0 at the end.
        It decides how long to wait, and raises to give up.
    write : callable
        ``write(view)`` returns the number of bytes taken; likewise.
    most : int
        Bytes of array data that a frame may bring.
    """

    def __init__(
        self, read: Callable[[memoryview], int], write: Callable[[memoryview], int], *, most: int = MAX_BUFFERS
    ) -> None:
        self._most = most
        self._read = read
        self._write = write
        self._ahead = bytearray(_AHEAD)
        self._rest = memoryview(b"")

    def send(self, message: dict[str, Any], buffers: list[Any]) -> None:
        """Write one frame.

        Raises
        ------
        Malformed
            If the frame would be larger than the other side accepts; nothing is written then.
        Closed
            If the other side has gone.
        """
        lengths = [len(buffer) for buffer in buffers]
        header = json.dumps([lengths, message], separators=(",", ":"), allow_nan=False).encode()
        if len(header) > MAX_HEADER or sum(lengths) > MAX_BUFFERS:
            raise Malformed("the message is too large")
        head = _HEAD.pack(_MAGIC, len(header), sum(lengths)) + header
        if sum(lengths) <= _SMALL:
            head, buffers = b"".join((head, *buffers)), []
        self._write_all(head)
        for buffer in buffers:
            self._write_all(buffer)

    def receive(self) -> tuple[Any, list[memoryview]]:
        """Read one frame: the message (JSON data, of any shape) and its buffers.

        Raises
        ------
        Malformed
            If the bytes aren't a frame within the bounds.
        Closed
            If the stream ends.
        """
        magic, header_length, total = _HEAD.unpack(self._read_exactly(_HEAD.size))
        if magic != _MAGIC or header_length > MAX_HEADER or total > self._most:
            raise Malformed("not a frame")
        lengths, message = _parse_header(bytes(self._read_exactly(header_length)))
        if sum(lengths) != total:
            raise Malformed("buffers and total disagree")
        data = memoryview(self._read_exactly(total))
        buffers, start = [], 0
        for length in lengths:
            buffers.append(data[start : start + length])
            start += length
        return message, buffers

    def _write_all(self, data: Any) -> None:
        view = memoryview(data)
        while view:
            view = view[self._write(view) :]

    def _read_exactly(self, count: int) -> bytearray:
        data = bytearray(count)
        view = memoryview(data)
        while view:
            if not self._rest and len(view) >= _AHEAD:
                got = self._read_some(view)
            else:
                if not self._rest:
                    ahead = memoryview(self._ahead)
                    self._rest = ahead[: self._read_some(ahead)]
                got = min(len(view), len(self._rest))
                view[:got] = self._rest[:got]
                self._rest = self._rest[got:]
            view = view[got:]
        return data

    def _read_some(self, view: memoryview) -> int:
        got = self._read(view)
        if not got:
            raise Closed("the stream ended")
        return got


def _parse_header(text: bytes) -> tuple[list[int], Any]:
    if text.count(b"[") + text.count(b"{") > MAX_VALUES:
        raise Malformed("too many values")
    try:
        parsed = json.loads(text, parse_constant=_refuse_constant, parse_int=_parse_int)
    except (ValueError, RecursionError):
        raise Malformed("bad header") from None
    if type(parsed) is not list or len(parsed) != 2 or type(parsed[0]) is not list:  # noqa: PLR2004
        raise Malformed("bad header")
    lengths = parsed[0]
    if not all(type(length) is int and length >= 0 for length in lengths):
        raise Malformed("bad lengths")
    return lengths, parsed[1]


def _refuse_constant(name: str) -> None:
    raise Malformed(f"{name} is not JSON")


def _parse_int(digits: str) -> int:
    # Parsing takes quadratic time: longer numbers travel as hexadecimal, within a bound.
    if len(digits) > 20:  # noqa: PLR2004 - the digits of 64 bits and a sign
        raise Malformed("integer out of range")
    return int(digits)
