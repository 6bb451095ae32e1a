"""The wire carries plain data whole, and refuses everything else."""

from __future__ import annotations

import contextlib
import json
import math
import struct
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from autograder import wire

PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text()
    | st.binary()
    | st.complex_numbers(allow_nan=False),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.tuples(inner, inner)
        | st.dictionaries(st.text(max_size=5) | st.integers(), inner, max_size=4)
    ),
    max_leaves=12,
)


def there_and_back(value: object) -> Any:
    """Send a value through a channel made of a buffer."""
    stream = bytearray()

    def write(view: memoryview) -> int:
        stream.extend(view[:7])
        return min(7, len(view))

    def read(view: memoryview) -> int:
        count = min(len(view), len(stream), 5)
        view[:count] = stream[:count]
        del stream[:count]
        return count

    buffers: list[Any] = []
    channel = wire.Channel(read, write)
    channel.send({"value": wire.encode(value, buffers)}, buffers)
    message, received = channel.receive()
    return wire.decode(message["value"], received)


def frame(header: bytes, body: bytes = b"", *, magic: bytes = b"AGW1", length: int | None = None) -> wire.Channel:
    """Make a channel that holds one frame."""
    data = struct.pack("<4sIQ", magic, len(header) if length is None else length, len(body)) + header + body
    stream = bytearray(data)

    def read(view: memoryview) -> int:
        count = min(len(view), len(stream))
        view[:count] = stream[:count]
        del stream[:count]
        return count

    return wire.Channel(read, len)


@given(PLAIN)
@settings(max_examples=150, deadline=None)
def test_plain_data_arrives_as_it_was(value: object) -> None:
    """What is sent is what arrives, types included."""
    arrived = there_and_back(value)
    assert arrived == value
    assert type(arrived) is type(value)


@given(
    hnp.arrays(
        hnp.floating_dtypes(sizes=(16, 32, 64), endianness="=") | hnp.integer_dtypes(endianness="="),
        hnp.array_shapes(min_dims=0, min_side=0),
    )
)
@settings(max_examples=80, deadline=None)
def test_arrays_arrive_as_they_were(array: np.ndarray) -> None:
    """Dtype, shape and bits of an array survive, and it can be written to."""
    arrived = there_and_back(array)
    np.testing.assert_array_equal(arrived, array)
    assert arrived.dtype == array.dtype
    assert arrived.shape == array.shape
    assert arrived.flags.writeable


@pytest.mark.parametrize("value", [np.float32(1.5), np.float64("nan"), np.int8(-3), np.bool_(1), np.complex64(1 + 2j)])
def test_numpy_scalars_keep_their_dtype(value: np.generic) -> None:
    """A numpy scalar arrives as the same kind of scalar."""
    arrived = there_and_back(value)
    assert type(arrived) is type(value)
    assert arrived == value or (math.isnan(arrived) and np.isnan(value))


@pytest.mark.parametrize(
    "value", [slice(1, None, 2), Ellipsis, (slice(None), 0), np.array(3.0), {"W1": np.ones((2, 0))}]
)
def test_indices_and_odd_shapes_arrive(value: object) -> None:
    """Slices, ellipses, 0-d and empty arrays can be sent."""
    arrived = there_and_back(value)
    assert repr(arrived) == repr(value)


def test_a_subclass_arrives_as_plain_data() -> None:
    """An array of a subclass is an array over here."""
    assert type(there_and_back(np.ma.masked_array([1.0, 2.0]))) is np.ndarray


def test_a_lone_surrogate_does_not_break_the_frame() -> None:
    """Text that UTF-8 can't write is sent with a replacement."""
    assert there_and_back("a\udcffb") == "a?b"


@pytest.mark.parametrize("value", [object(), np.array([object()]), {1, 2}, lambda: None, np.array(["a"])])
def test_opaque_values_need_a_keeper(value: object) -> None:
    """What isn't plain data doesn't travel by itself."""
    with pytest.raises(wire.Malformed):
        wire.encode(value, [])


def test_deep_and_long_values_are_refused_by_the_sender() -> None:
    """A nest or a list beyond the bounds is refused before it is sent."""
    nest: list[Any] = []
    for _ in range(100):
        nest = [nest]
    for value in (nest, list(range(wire.MAX_VALUES + 1)), 1 << (wire.MAX_INT_BITS + 1)):
        with pytest.raises(wire.Malformed):
            wire.encode(value, [])


HOSTILE = [
    ["x"],
    [],
    [1],
    {"a": 1},
    ["a", "<f8", [3], 0],
    ["a", "<f8", [-1], 0],
    ["a", "<f8", [2**40, 2**40], 0],
    ["a", "|O", [1], 0],
    ["a", "<f8", "3", 0],
    ["a", "<f8", [1] * 64, 0],
    ["a", "<f8", [1], 5],
    ["a", "<f8", [1], True],
    ["a", ["<f8"], [1], 0],
    ["s", "<f8", ["l"]],
    ["s", "|i1", 1000],
    ["s", "|O", 1],
    ["s", "<f8", "1"],
    ["f", "1e5"],
    ["f", 3],
    ["i", "9" * 5000],
    ["i", "zz"],
    ["c", "1"],
    ["c", "x", "y"],
    ["b", 9],
    ["b"],
    ["e", 1],
    ["z", 1],
    ["o", "1", "x"],
    ["o", 1.0, "x"],
    ["d", [1]],
    ["d", [["l"], 1]],
    ["d", 3],
    2**64,
]


@pytest.mark.parametrize("data", HOSTILE, ids=repr)
def test_a_forged_value_is_refused(data: object) -> None:
    """Whatever breaks the language is malformed, and nothing else is raised."""
    with pytest.raises(wire.Malformed):
        wire.decode(data, [memoryview(b"\0" * 8 * 2)])


def test_a_deep_value_is_refused() -> None:
    """The receiver counts depth and values by itself."""
    data: Any = None
    for _ in range(wire.MAX_DEPTH + 2):
        data = ["l", data]
    with pytest.raises(wire.Malformed):
        wire.decode(data, [])


@pytest.mark.parametrize(
    "header",
    [
        b"",
        b"nonsense",
        b"[[0]]",
        b"[[0],1,2]",
        b'{"a":1}',
        b"[[-1],1]",
        b"[[1.5],1]",
        b"[[5],1]",
        b"[[true],1]",
        b"[[], NaN]",
        b"[[], Infinity]",
        b"[[], " + b"9" * 5000 + b"]",
        b"[[]," + b"[" * 10_000 + b"]" * 10_000 + b"]",
        b"[[]," + b"[" * (wire.MAX_VALUES + 1) + b"]" * (wire.MAX_VALUES + 1) + b"]",
        b"\xff\xfe",
    ],
)
def test_a_forged_header_is_refused(header: bytes) -> None:
    """A header that isn't one is malformed."""
    with pytest.raises(wire.Malformed):
        frame(header).receive()


def test_wrong_magic_and_huge_claims_are_refused() -> None:
    """A frame must start as ours do and stay within the bounds."""
    good = json.dumps([[], 1]).encode()
    with pytest.raises(wire.Malformed):
        frame(good, magic=b"XXXX").receive()
    with pytest.raises(wire.Malformed):
        frame(good, length=wire.MAX_HEADER + 1).receive()
    with pytest.raises(wire.Closed):
        frame(good, length=len(good) + 1).receive()


@given(st.binary(max_size=64))
@settings(max_examples=200, deadline=None)
def test_garbage_raises_only_what_it_may(garbage: bytes) -> None:
    """No bytes make the receiver raise anything but its own errors."""
    with contextlib.suppress(wire.Malformed, wire.Closed):
        frame(garbage, garbage).receive()
