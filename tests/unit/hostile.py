"""Files such as nobody should hand in, made of a few random bytes.

A `Script` turns bytes into choices, so that one draw of hypothesis makes a whole
file: mostly something good that was damaged, since noise gets no further than the
first line of a reader.
"""

from __future__ import annotations

import copy
import io
import json
import struct
import warnings
import zipfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Final, TypeVar

T = TypeVar("T")

ADD: Final = "def Add(a, b):\n    return a + b\n"
PARTS: Final = [
    *("kim", "lee", "Kim", "sums", "products", "sums.py", "SUMS.PY", "a.py", "b.ipynb", "c.zip", "d.txt", "e", "f.pdf"),
    *("..", ".", "", " ", "C:", "\\", ".git", "__MACOSX", "timestamp.txt", "test_public.py", "n" * 255 + ".py"),
    *("\x1b[31m", "\u202eyp.sums", "\0.py", "김.py", "\u1100\u1175\u11b7.py", "\udcff.py", "con.py", "=1+1.py"),
    *("kim_LATE_12_67890_sums-1.py", "Kim_1_assignsubmission_file_", "HW_kim_attempt_2026-03-01-10-20-30_sums.py"),
    *("HW_kim_attempt_2026-03-01-10-20-30.txt", "HW_kim_attempt_9999-99-99-99-99-99_a.py", "anon_Ab3dE_67890_x.py"),
]
"""Parts of names of files."""
LINES: Final = [
    *(ADD, "def Sub(a, b): raise NotImplementedError", "class plus: pass", "async def Add(): ...", "x = 1"),
    *(
        "%matplotlib inline",
        "%%bash",
        "%%writefile a/b.py",
        "%%writefile ../../sums.py",
        "%%writefile \f",
        "%%time",
        "!ls",
        "?x",
        "x??",
    ),
    *("x = !ls", "%time x = 1", "pip install torch", "%cd \\", "import a, b", "from a import *", "!rm {x} \\", "%%!"),
    *("'''", '"""', "(", "[", "}", "\\", "#", "    ", "\t", "if x:", "\tx", "        y", "f'{x!r:{y}}'", "@x", "\f"),
    *(
        "# -*- coding: euc-kr -*-",
        "# coding: rot13",
        "김",
        "\U0001d4b3 = 1",
        "\x1a",
        "\0",
        "\ufeff",
        "\r",
        "\x85",
        "\u2028",
        "0x",
    ),
    *(
        "from __future__ import braces",
        "lambda: (yield)",
        "1" * 5000,
        "-" * 300,
        "(" * 300,
        "\\N{DIGIT ONE}",
        "?\u202e",
    ),
]
"""Lines of Python, of notebooks and of neither."""
NASTY: Final[list[Any]] = [
    *(None, True, -1, 0, 2**63, 1e308, -1e308, float("nan"), float("inf"), "", "code", "Code", "\ud800", "\0", [], {}),
    *([[[[[]]]]], {"a": {"b": []}}, ["x = 1\n", 5, None], "x" * 300, {"cell_type": "code"}, "</script>", "\u202e"),
]
"""Values in places where something else should be."""
KEYS: Final = [
    *("cells", "worksheets", "cell_type", "source", "input", "code", "outputs", "metadata", "nbgrader", "attachments"),
    *(
        "grade_id",
        "grade",
        "solution",
        "locked",
        "task",
        "points",
        "schema_version",
        "id",
        "level",
        "nbformat",
        "\ud800",
    ),
]
_WIDE: Final = 0xFFFFFFFF
_SETTINGS: Final = """
[title]
en = "Title"
ko = "제목"
[[exercises]]
name = "Add"
also = ["plus"]
points = 10
"""
_NUMBERS: Final = [
    b"\0",
    b"\xff",
    b"\xff\xff\xff\xff",
    b"\xff\xff\xff\x7f",
    b"\0\0\0\0",
    b"\xff" * 8,
    b"PK\5\6",
    b"PK\6\6",
]
_CODECS: Final = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp949", "shift_jis", "latin-1"]


def write_course(root: Path) -> Path:
    """Write a course of two assignments, `sums` and `products`; return its folder."""
    for assignment in "sums", "products":
        folder = root / "solutions" / assignment
        folder.mkdir(parents=True)
        (folder / "assignment.toml").write_text(_SETTINGS, encoding="utf-8")
    return root


# --- zips, byte by byte -----------------------------------------------------------------------------------------------


def pack(*members: tuple[str, bytes | str]) -> bytes:
    """Make a zip of names and contents."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, data in members:
            archive.writestr(member, data)
    return buffer.getvalue()


def raw_zip(members: Iterable[tuple[bytes, bytes, int, int]], *, together: bool = False) -> bytes:
    """Make a zip of deflated members as they are.

    Parameters
    ----------
    members : iterable of (name, deflated, size, crc)
        The last two are what the zip says, whatever is true.
    together : bool
        All lie in the same place, that of the first.
    """
    body, table, count = bytearray(), bytearray(), 0
    for member, packed, size, crc in members:
        offset = 0 if together else len(body)
        if not (together and count):
            body += struct.pack("<4s5H3L2H", b"PK\3\4", 20, 0, 8, 0, 33, crc, len(packed), size, 0, 0) + packed
        table += table_entry(member, packed=len(packed), size=size, crc=crc, offset=offset)
        count += 1
    return bytes(body + table) + short_end(min(count, 0xFFFF), len(table), len(body))


def table_entry(member: bytes = b"a.py", *, packed: int = 0, size: int = 1, crc: int = 0, offset: int = 0) -> bytes:
    """Return a line of a zip's table of contents; where the file is may be a number of 64 bits."""
    wide = struct.pack("<HHQ", 1, 8, offset) if offset >= _WIDE else b""
    sizes = (crc, packed, size, len(member), len(wide), 0, 0, 0, 0, min(offset, _WIDE))
    return struct.pack("<4s6H3L5H2L", b"PK\1\2", 20, 20, 0, 8, 0, 33, *sizes) + member + wide


def short_end(count: int, size: int, offset: int, *, disks: bytes = bytes(4)) -> bytes:
    """Return the end of a zip, which says where its table of contents is."""
    return struct.pack("<4s4s2H2LH", b"PK\5\6", disks, count, count, min(size, _WIDE), min(offset, _WIDE), 0)


def wide_end(count: int, size: int, offset: int) -> bytes:
    """Return the end of a large zip, behind which stands one that tells nothing."""
    return (
        struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, count, count, size, offset)
        + struct.pack("<4sLQL", b"PK\6\7", 0, (offset + size) % 2**64, 1)
        + short_end(1, 99, 0)
    )


# --- choices ----------------------------------------------------------------------------------------------------------


class Script:
    """Choices, made by bytes one after another; by zeros where there are no more.

    Parameters
    ----------
    data : bytes
        Any.
    """

    def __init__(self, data: bytes) -> None:
        self._data = iter(data)

    def below(self, bound: int) -> int:
        """Choose a number."""
        number = next(self._data, 0)
        return (number if bound <= 256 else number << 8 | next(self._data, 0)) % bound

    def one_of(self, things: Sequence[T]) -> T:
        """Choose one of some things."""
        return things[self.below(len(things))]

    def some_of(self, things: Sequence[T], most: int) -> list[T]:
        """Choose up to so many things."""
        return [self.one_of(things) for _ in range(self.below(most + 1))]

    def rest(self) -> bytes:
        """Return the bytes that nothing was chosen by."""
        return bytes(self._data)


def damaged(script: Script, data: bytes) -> bytes:
    """Cut, double, overwrite or fill in a few bytes, more often than not near the end, where a zip has its contents."""
    raw = bytearray(data)
    for _ in range(script.below(4)):
        place = script.below(len(raw) + 1)
        place = place if script.below(2) else max(0, len(raw) - 1 - script.below(120))
        new = script.one_of(_NUMBERS)
        how = script.below(5)
        if how == 0:
            raw[place : place + len(new)] = new
        elif how == 1:
            raw[place:place] = new
        elif how == 2:
            raw[place : place + 1] = bytes([script.below(256)])
        elif how == 3:
            del raw[place : place + script.below(60)]
        else:
            raw[place:place] = raw[place : place + script.below(120)]
    return bytes(raw)


def name(script: Script) -> str:
    """Make the name of a file, with folders."""
    return "/".join([script.one_of(PARTS), *script.some_of(PARTS, 3)])


def text(script: Script) -> str:
    """Make a text of lines."""
    return script.one_of(["\n", "\n", "\r\n", "\r", ""]).join(script.some_of(LINES, 8))


def source(script: Script) -> bytes:
    """Make a file of text in some encoding, or in none."""
    data = text(script).encode(script.one_of(_CODECS), "replace")
    return damaged(script, data) if script.below(2) else data + script.rest()


def _cell(script: Script) -> dict[str, Any]:
    nbgrader = {
        "grade_id": script.one_of(["Add", "Add_answer", "Sub", "\ud800", "__proto__"]),
        "grade": bool(script.below(2)),
        "solution": bool(script.below(2)),
        "locked": bool(script.below(2)),
        "points": script.one_of([2, -1, 1e308, float("nan"), 10**19]),
        "cell_type": "code",
    }
    cell: dict[str, Any] = {
        "cell_type": script.one_of(["code", "code", "markdown", "raw", "heading", "html"]),
        "metadata": {"nbgrader": nbgrader} if script.below(2) else {},
        "source": text(script),
        "outputs": [],
        "attachments": {"a.png": {"image/png": "AAAA"}},
    }
    for _ in range(script.below(3)):
        holder = script.one_of([cell, cell["metadata"] if isinstance(cell["metadata"], dict) else cell, nbgrader])
        holder[script.one_of(KEYS)] = copy.deepcopy(script.one_of(NASTY))
    return cell


def notebook_data(script: Script) -> Any:
    """Make what the JSON of a notebook may hold, with nbgrader's metadata, tampered with."""
    cells = [_cell(script) for _ in range(script.below(5))]
    cells += copy.deepcopy([script.one_of(cells or NASTY) for _ in range(script.below(2))])
    notebook: dict[str, Any] = {"nbformat": 4, "metadata": {}, "cells": cells}
    if script.below(4) == 0:
        notebook = {"nbformat": 3, "worksheets": [notebook, script.one_of(NASTY)]}
    for _ in range(script.below(2)):
        notebook[script.one_of(KEYS)] = copy.deepcopy(script.one_of(NASTY))
    return script.one_of([notebook, notebook, notebook, [notebook], script.one_of(NASTY)])


def notebook(script: Script) -> bytes:
    """Make the file of a notebook."""
    data = json.dumps(notebook_data(script), ensure_ascii=bool(script.below(2)))
    data = data.replace('"cell_type"', '"source"', script.below(2))  # a key twice
    data = data.replace("true", "9" * 5000, script.below(2))
    return damaged(script, data.encode(script.one_of(_CODECS[:3]), "replace"))


def archive(script: Script, inside: int = 1) -> bytes:
    """Make a zip; `inside` is how many may stand in it one in another."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as packed, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of names that stand in it twice
        for _ in range(script.below(5)):
            info = zipfile.ZipInfo(name(script).replace("\udcff", "\x7f") or "x")
            info.compress_type = script.one_of([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2])
            info.external_attr = script.one_of([0o100644, 0o120777, 0o040755, 0o060644]) << 16
            packed.writestr(info, content(script, inside - 1))
    data = buffer.getvalue()
    if script.below(3) == 0:  # the form for large archives, with numbers of our own
        number = script.one_of([0, 1, len(data), 2**31, 2**63 - 1, 2**63, 2**64 - 1])
        entry = table_entry(offset=number)
        data += entry + wide_end(script.below(3), script.one_of([len(entry), len(entry), number]), len(data))
    return damaged(script, data)


def content(script: Script, inside: int = 1) -> bytes:
    """Make any file."""
    makers: list[Callable[[Script], bytes]] = [source, source, notebook, notebook, Script.rest, lambda _: ADD.encode()]
    if inside > 0:
        makers += [lambda script: archive(script, inside)] * 2
    return script.one_of(makers)(script)
