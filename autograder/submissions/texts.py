"""Bytes to text: whatever editor and system a student's file comes from."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from autograder.errors import SubmissionError
from autograder.messages import Message, say
from autograder.results import Note

if TYPE_CHECKING:
    from collections.abc import Callable

_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8", "UTF-8 (BOM)"),
    (codecs.BOM_UTF32_LE, "utf-32-le", "UTF-32"),
    (codecs.BOM_UTF32_BE, "utf-32-be", "UTF-32"),
    (codecs.BOM_UTF16_LE, "utf-16-le", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16-be", "UTF-16"),
)
_COOKIE: Final = re.compile(rb"^[ \t\f]*#[^\n\r]*?coding[:=][ \t]*([-\w.]+)")
# Only these are believed when a file names its own encoding: Python also knows "codecs" that unpack or execute.
_NAMEABLE: Final = re.compile(
    r"utf-8|cp949|euc_kr|johab|iso2022_kr|cp932|shift_jis\w*|euc_jp|euc_jis\w*|iso2022_jp|gbk|gb2312|gb18030|big5|cp950"
    r"|iso8859-\d+|cp125\d|cp437|cp850|koi8-[ru]|mac-roman",
)
_KANA: Final = re.compile("[\u3041-\u3096\u30a1-\u30fa]")
_CONTROL: Final = dict.fromkeys((*range(9), 0x0B, *range(0x0E, 0x1A), *range(0x1B, 0x20)))
_SAMPLE: Final = 200_000
"""Characters of a text by which its language is told."""


@dataclass(frozen=True)
class Text:
    r"""Decoded text with ``\n`` line ends, and what had to be done for it."""

    text: str
    notes: tuple[Note, ...]


def decode(data: bytes, name: str) -> Text:
    """Turn the bytes of a source file into text.

    Parameters
    ----------
    data : bytes
        The whole file.
    name : str
        How messages call it.

    Raises
    ------
    SubmissionError
        If the bytes are no text.
    """
    text, encoding = _decode(data)
    damage = len(text) - len(text.translate(_CONTROL))
    if damage > max(4, len(text) // 50):
        raise SubmissionError(
            say("{file} is not text: hand in the .py or .ipynb file itself", file=name),
        )
    notes = []
    if encoding != "UTF-8":
        notes.append(Note("encoding", say("{file} was read as {encoding}", file=name, encoding=encoding)))
    # Python refuses a NUL or a stray byte order mark anywhere; an old DOS editor ends its files with Ctrl-Z.
    clean = text.replace("\0", "").replace("\ufeff", "").rstrip("\x1a")
    if len(clean) < len(text):
        notes.append(Note("encoding", say("invisible characters were left out of {file}", file=name)))
    return Text(clean.replace("\r\n", "\n").replace("\r", "\n"), tuple(notes))


def _decode(data: bytes) -> tuple[str, str]:
    """Try a strict list of codecs in order.

    A detector that guesses from statistics is slow and needs more text than
    the few Korean comments of a homework; strict decoders of UTF-8 and CP949
    hardly ever accept each other's bytes.
    """
    for bom, codec, label in _BOMS:
        if data.startswith(bom):
            return data[len(bom) :].decode(codec, "replace"), label
    wide = _utf16_without_bom(data)
    if wide:
        return data.decode(wide, "replace"), "UTF-16"
    try:
        return data.decode("utf-8"), "UTF-8"
    except UnicodeDecodeError:
        pass
    # Before every other encoding: UTF-8 with a broken byte (a cut, a joined file) is still UTF-8.
    lossy = data.decode("utf-8", "replace")
    lost = lossy.count("\ufffd")
    if _beyond_ascii(lossy) > 11 * lost:
        return lossy, "UTF-8 (damaged)"
    return _decode_named(data) or _decode_east_asian(data) or (data.decode("latin-1"), "Latin-1")


def _utf16_without_bom(data: bytes) -> str | None:
    sample = data[:4096]
    half = len(sample) // 2
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    if half and odd > half * 0.3 and even < half * 0.05:
        return "utf-16-le"
    if half and even > half * 0.3 and odd < half * 0.05:
        return "utf-16-be"
    return None


def _decode_named(data: bytes) -> tuple[str, str] | None:
    for line in data[:500].splitlines()[:2]:
        found = _COOKIE.match(line)
        if not found:
            continue
        try:
            codec = codecs.lookup(found[1].decode("ascii")).name
            if _NAMEABLE.fullmatch(codec):
                return data.decode(codec), codec.upper()
        except (LookupError, ValueError):
            return None
    return None


def _decode_east_asian(data: bytes) -> tuple[str, str] | None:
    """Prefer Korean, unless only a Japanese reading makes sense.

    CP949 accepts much of Shift-JIS and EUC-JP (as rare syllables), which are
    told by their kana; Korean bytes hardly ever read as kana of many kinds.
    """
    readings: dict[str, str] = {}
    for codec, label in ("cp949", "CP949"), ("cp932", "Shift-JIS"), ("euc_jp", "EUC-JP"):
        try:
            readings[label] = data.decode(codec)
        except UnicodeDecodeError:
            continue
    for label in "Shift-JIS", "EUC-JP":
        sample = readings.get(label, "")[:_SAMPLE]
        kana = _KANA.findall(sample)
        if len(set(kana)) >= 4 and len(kana) > 0.2 * _beyond_ascii(sample):  # noqa: PLR2004
            return readings[label], label
    return next(((text, label) for label, text in readings.items()), None)


def _beyond_ascii(text: str) -> int:
    return len(text) - len(text.encode("ascii", "ignore"))


_KINDS: Final[tuple[tuple[re.Pattern[bytes], Callable[[], Message]], ...]] = (
    (re.compile(rb"%PDF"), lambda: say("a PDF document")),
    (
        re.compile(rb"\x89PNG|\xff\xd8\xff|GIF8[79]a|BM.{4}\0\0\0\0|\0.{3}ftyp(?:heic|mif1)", re.DOTALL),
        lambda: say("a picture"),
    ),
    (re.compile(rb"\xd0\xcf\x11\xe0"), lambda: say("an old Word or HWP document")),
    (
        re.compile(rb"PK\x03\x04.{26}(?:mimetype|\[Content_Types\]|_rels/|docProps/|word/)", re.DOTALL),
        lambda: say("an office document (Word, HWP, PowerPoint…)"),
    ),
    (re.compile(rb"PK(?:\x03\x04|\x05\x06)"), lambda: say("a zip archive")),
    (
        re.compile(rb"Rar!|7z\xbc\xaf|\x1f\x8b|BZh\d1AY|\xfd7zXZ|.{257}ustar", re.DOTALL),
        lambda: say("an archive that is not a zip"),
    ),
    (
        re.compile(rb"\x7fELF|MZ.\0|\xcf\xfa\xed\xfe|.\r\r\n.?\0", re.DOTALL),
        lambda: say("a program or compiled Python"),
    ),
    (re.compile(rb"SQLite format 3"), lambda: say("a database")),
    (re.compile(rb"\0.{3}ftyp|\x1aE\xdf\xa3", re.DOTALL), lambda: say("a video")),
    (re.compile(rb"\s*(?:<!doctype|<html|<\?xml|\{\\rtf)", re.IGNORECASE), lambda: say("a web page or formatted text")),
)


HEAD: Final = 512
"""Bytes by which the kind of a file is told."""


def foreign_kind(head: bytes) -> Message | None:
    """Name the kind of a file that is neither Python text nor a notebook.

    Parameters
    ----------
    head : bytes
        Its beginning, at least `HEAD` bytes where it has them.

    Returns
    -------
    Message or None
        E.g. "a PDF document"; None where it may be text.
    """
    return next((name() for pattern, name in _KINDS if pattern.match(head[:HEAD])), None)
