"""Values: to JSON data and raw buffers, and back."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Final

import numpy as np

from autograder.wire.bounds import (
    MAX_BUFFERS,
    MAX_DEPTH,
    MAX_INT_BITS,
    MAX_NAME,
    MAX_ODD_KEYS,
    MAX_VALUES,
    Malformed,
)

_DTYPES: Final = {np.dtype(code).str for code in "? i1 i2 i4 i8 u1 u2 u4 u8 f2 f4 f8 c8 c16".split()}
_JSON_INT: Final = 1 << 63


class Opaque:
    """A value that stays on the other side.

    Attributes
    ----------
    number : int
        What the other side knows it by.
    kind : str
        The name of its type, for messages.
    """

    __slots__ = ("kind", "number")

    def __init__(self, number: int, kind: str) -> None:
        self.number = number
        self.kind = kind


def encode(value: object, buffers: list[Any], keep: Callable[[object], Opaque] | None = None) -> Any:
    """Turn a value into JSON data, putting array bytes into `buffers`.

    Parameters
    ----------
    value : object
        What to send.
    buffers : list
        Receives the raw bytes that the JSON data refers to by index.
    keep : callable, optional
        Called with a value that can't travel; returns the `Opaque` that stands for it.

    Raises
    ------
    Malformed
        If the value is nested too deeply, too large, or can't travel and `keep` is missing.
    """
    return _Encoder(buffers, keep).encode(value, 0)


class _Encoder:
    def __init__(self, buffers: list[Any], keep: Callable[[object], Opaque] | None) -> None:
        self._buffers = buffers
        self._keep = keep
        self._values = 0

    def encode(self, value: object, depth: int) -> Any:
        self._values += 1
        if depth > MAX_DEPTH or self._values > MAX_VALUES:
            raise Malformed("the value is nested too deeply or has too many parts")
        if value is None or value is True or value is False:
            return value
        if isinstance(value, np.generic) and value.dtype.str in _DTYPES:
            return ["s", value.dtype.str, self.encode(value.item(), depth)]
        if isinstance(value, np.ndarray):
            return self._array(value)
        encoded = self._number_or_text(value)
        return encoded if encoded is not None else self._container(value, depth + 1)

    def _number_or_text(self, value: object) -> Any:
        if isinstance(value, int):
            if -_JSON_INT <= value < _JSON_INT:
                return int(value)
            if value.bit_length() > MAX_INT_BITS:
                raise Malformed("the integer is too large")
            return ["i", hex(value)]
        if isinstance(value, float):
            return float(value) if math.isfinite(value) else ["f", repr(float(value))]
        if isinstance(value, str):
            # Lone surrogates can't be written as UTF-8.
            return str(value).encode("utf-8", "replace").decode("utf-8")
        if isinstance(value, complex):
            return ["c", repr(value.real), repr(value.imag)]
        return None

    def _container(self, value: object, depth: int) -> Any:
        if isinstance(value, list):
            return ["l", *[self.encode(item, depth) for item in value]]
        if isinstance(value, tuple):
            return ["t", *[self.encode(item, depth) for item in value]]
        if isinstance(value, dict):
            return ["d", *[[self.encode(key, depth), self.encode(item, depth)] for key, item in value.items()]]
        if isinstance(value, bytes | bytearray):
            self._buffers.append(bytes(value))
            return ["b", len(self._buffers) - 1]
        if value is Ellipsis:
            return ["e"]
        if isinstance(value, slice):
            return ["z", *[self.encode(part, depth) for part in (value.start, value.stop, value.step)]]
        return self._opaque(value)

    def _array(self, value: np.ndarray) -> Any:
        array = np.asarray(value)
        if array.dtype.str not in _DTYPES:
            native = array.dtype.newbyteorder("=")
            if native.str not in _DTYPES:
                return self._opaque(value)
            array = array.astype(native)
        if array.nbytes > MAX_BUFFERS:
            raise Malformed("the array is too large")
        # ascontiguousarray makes a 0-d array 1-d: the shape is taken first.
        shape = list(array.shape)
        flat = np.ascontiguousarray(array).reshape(-1)
        self._buffers.append(flat.view(np.uint8).data if flat.size else b"")
        return ["a", array.dtype.str, shape, len(self._buffers) - 1]

    def _opaque(self, value: object) -> Any:
        if isinstance(value, Opaque):
            opaque = value
        elif self._keep is None:
            raise Malformed(f"a value of type {type(value).__name__[:MAX_NAME]} can't be sent")
        else:
            opaque = self._keep(value)
        return ["o", opaque.number, opaque.kind[:MAX_NAME]]


def decode(data: Any, buffers: list[memoryview], find: Callable[[Opaque], object] | None = None) -> Any:
    """Turn JSON data and buffers back into a value.

    Parameters
    ----------
    data : object
        What `json.loads` gave.
    buffers : list of memoryview
        The raw bytes of the frame.
    find : callable, optional
        Called with an `Opaque` to look up what it stands for; the `Opaque` itself is returned without it.

    Raises
    ------
    Malformed
        If the data breaks any rule of the language.
    """
    return _Decoder(buffers, find).decode(data, 0)


class _Decoder:
    def __init__(self, buffers: list[memoryview], find: Callable[[Opaque], object] | None) -> None:
        self._buffers = buffers
        self._find = find
        self._values = 0

    def decode(self, data: Any, depth: int) -> Any:
        self._values += 1
        if depth > MAX_DEPTH or self._values > MAX_VALUES:
            raise Malformed("too many values, or too deep")
        kind = type(data)
        if data is None or kind is bool or kind is str or kind is float:
            return data
        if kind is int:
            if not -_JSON_INT <= data < _JSON_INT:
                raise Malformed("integer out of range")
            return data
        if kind is not list or not data or type(data[0]) is not str:
            raise Malformed("not a value")
        tag, parts = data[0], data[1:]
        method = self._BY_TAG.get(tag)
        if method is None:
            raise Malformed("unknown tag")
        return method(self, parts, depth + 1)

    def _list(self, parts: list[Any], depth: int) -> list[Any]:
        return [self.decode(part, depth) for part in parts]

    def _tuple(self, parts: list[Any], depth: int) -> tuple[Any, ...]:
        return tuple(self._list(parts, depth))

    def _dict(self, parts: list[Any], depth: int) -> dict[Any, Any]:
        decoded = {}
        odd = 0
        for pair in parts:
            if type(pair) is not list or len(pair) != 2:  # noqa: PLR2004 - a key and a value
                raise Malformed("bad pair")
            key = self.decode(pair[0], depth)
            odd += type(key) is not str
            if odd > MAX_ODD_KEYS:
                raise Malformed("too many keys that are not texts")
            try:
                decoded[key] = self.decode(pair[1], depth)
            except TypeError:
                raise Malformed("bad key") from None
        return decoded

    def _float(self, parts: list[Any], _depth: int) -> float:
        if len(parts) != 1 or parts[0] not in ("nan", "inf", "-inf"):
            raise Malformed("bad float")
        return float(parts[0])

    def _int(self, parts: list[Any], _depth: int) -> int:
        if len(parts) != 1 or type(parts[0]) is not str or len(parts[0]) > MAX_INT_BITS // 4 + 4:
            raise Malformed("bad integer")
        try:
            return int(parts[0], 16)
        except ValueError:
            raise Malformed("bad integer") from None

    def _complex(self, parts: list[Any], _depth: int) -> complex:
        if len(parts) != 2 or not all(type(part) is str and len(part) < MAX_NAME for part in parts):  # noqa: PLR2004
            raise Malformed("bad complex")
        try:
            return complex(float(parts[0]), float(parts[1]))
        except ValueError:
            raise Malformed("bad complex") from None

    def _bytes(self, parts: list[Any], _depth: int) -> bytes:
        return bytes(self._buffer(parts[0] if len(parts) == 1 else None))

    def _ellipsis(self, parts: list[Any], _depth: int) -> Any:
        if parts:
            raise Malformed("bad ellipsis")
        return Ellipsis

    def _slice(self, parts: list[Any], depth: int) -> slice:
        if len(parts) != 3:  # noqa: PLR2004 - start, stop, step
            raise Malformed("bad slice")
        return slice(*[self.decode(part, depth) for part in parts])

    def _array(self, parts: list[Any], _depth: int) -> Any:
        if len(parts) != 3:  # noqa: PLR2004 - dtype, shape, buffer
            raise Malformed("bad array")
        code, shape, index = parts
        if type(code) is not str or code not in _DTYPES or type(shape) is not list or len(shape) > 32:  # noqa: PLR2004
            raise Malformed("bad array")
        if not all(type(length) is int and 0 <= length <= MAX_BUFFERS for length in shape):
            raise Malformed("bad shape")
        data, dtype = self._buffer(index), np.dtype(code)
        if math.prod(shape) * dtype.itemsize != len(data):
            raise Malformed("shape and data disagree")
        try:
            return (np.frombuffer(data, dtype) if len(data) else np.empty(0, dtype)).reshape(shape)
        except ValueError:
            raise Malformed("bad shape") from None

    def _scalar(self, parts: list[Any], depth: int) -> Any:
        if len(parts) != 2 or type(parts[0]) is not str or parts[0] not in _DTYPES:  # noqa: PLR2004 - dtype, value
            raise Malformed("bad scalar")
        item = self.decode(parts[1], depth)
        if type(item) not in (bool, int, float, complex):
            raise Malformed("bad scalar")
        try:
            return np.dtype(parts[0]).type(item)
        except (TypeError, OverflowError, ValueError):
            raise Malformed("bad scalar") from None

    def _opaque(self, parts: list[Any], _depth: int) -> object:
        if len(parts) != 2 or type(parts[0]) is not int or type(parts[1]) is not str:  # noqa: PLR2004
            raise Malformed("bad reference")
        opaque = Opaque(parts[0], "".join(c for c in parts[1][:MAX_NAME] if c.isprintable()))
        return self._find(opaque) if self._find else opaque

    def _buffer(self, index: Any) -> memoryview:
        if type(index) is not int or not 0 <= index < len(self._buffers):
            raise Malformed("bad buffer")
        return self._buffers[index]

    _BY_TAG: Final[dict[str, Callable[[_Decoder, list[Any], int], Any]]] = {
        "l": _list,
        "t": _tuple,
        "d": _dict,
        "f": _float,
        "i": _int,
        "c": _complex,
        "b": _bytes,
        "e": _ellipsis,
        "z": _slice,
        "a": _array,
        "s": _scalar,
        "o": _opaque,
    }
