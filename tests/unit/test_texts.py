"""Any editor's bytes become text; what is no text is called by its name."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.errors import SubmissionError
from autograder.submissions.texts import decode, foreign_kind

KOREAN = "# 경사 하강법: 손실을 구해요\ndef Loss(f_x, y):\n    return ((y - f_x) ** 2).mean()  # 평균\n"
JAPANESE = "# これはソフトマックス関数です。かならずベクトルで計算する\ndef softmax(a):\n    return a  # あいうえお\n"


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (KOREAN.encode("utf-8-sig"), "UTF-8 (BOM)"),
        (KOREAN.encode("cp949"), "CP949"),
        (KOREAN.encode("euc-kr"), "CP949"),
        (KOREAN.encode("utf-16"), "UTF-16"),
        (codecs.BOM_UTF16_BE + KOREAN.encode("utf-16-be"), "UTF-16"),
        (KOREAN.encode("utf-16-le"), "UTF-16"),
        (KOREAN.encode("utf-16-be"), "UTF-16"),
        (KOREAN.encode("utf-32"), "UTF-32"),
    ],
)
def test_korean_is_read_in_every_encoding(data: bytes, encoding: str) -> None:
    """The text is the same, and a note says how it was read."""
    text = decode(data, "kim.py")
    assert text.text == KOREAN
    assert [note.kind for note in text.notes] == ["encoding"]
    assert encoding in text.notes[0].message["en"]


@pytest.mark.parametrize(("codec", "label"), [("shift_jis", "Shift-JIS"), ("euc_jp", "EUC-JP")])
def test_japanese_is_told_by_its_kana(codec: str, label: str) -> None:
    """The Korean code page accepts these bytes too, but they read as kana."""
    text = decode(JAPANESE.encode(codec), "x.py")
    assert text.text == JAPANESE
    assert label in text.notes[0].message["en"]


def test_plain_utf8_needs_no_note() -> None:
    """Korean, Japanese and mojibake in UTF-8 are simply text."""
    mojibake = KOREAN.encode().decode("latin-1")
    for source in KOREAN, JAPANESE, mojibake, "x = 1":
        assert decode(source.encode(), "x.py") == decode(source.encode(), "y.py")
        assert decode(source.encode(), "x.py").notes == ()


def test_a_cookie_is_believed_where_the_bytes_are_not_utf8() -> None:
    """PEP 263 names encodings that could not be guessed."""
    source = "#!/usr/bin/python\n# -*- coding: koi8-r -*-\n# привет\nx = 1\n"
    assert decode(source.encode("koi8-r"), "x.py").text == source
    stale = "# coding: euc-kr\n# 안녕\n"
    assert decode(stale.encode(), "x.py").text == stale


@pytest.mark.parametrize(
    "cookie", ["rot13", "unicode_escape", "zlib", "hex", "idna", "no-such", "utf-7", "../x", "mbcs"]
)
def test_a_cookie_that_is_no_encoding_of_text_is_passed_over(cookie: str) -> None:
    """Codecs that unpack or rewrite are never used."""
    data = f"# coding: {cookie}\n".encode() + b"x = '\xe9!'\n"
    assert decode(data, "x.py").text == f"# coding: {cookie}\nx = 'é!'\n"


def test_a_broken_byte_does_not_change_the_encoding() -> None:
    """UTF-8 with a damaged character is still read as UTF-8."""
    data = KOREAN.encode().replace("평".encode(), b"\xed\x8f", 1)
    text = decode(data, "x.py")
    assert "경사 하강법" in text.text
    assert "damaged" in text.notes[0].message["en"]


def test_line_ends_and_invisible_characters_are_set_right() -> None:
    """CRLF, CR, NUL, Ctrl-Z and stray byte order marks would each stop Python."""
    text = decode(b"a = 1\r\nb = 2\rc\0 = 3\n\xef\xbb\xbfd = 4\n\x1a", "x.py")
    assert text.text == "a = 1\nb = 2\nc = 3\nd = 4\n"
    assert len(text.notes) == 1


def test_form_feeds_and_quotes_stay() -> None:
    """What Python itself accepts or refuses is left to Python."""
    source = "\fx = 1\n\ty = “smart”\n"
    assert decode(source.encode(), "x.py").text == source


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_text_or_refused(data: bytes) -> None:
    """Nothing but a SubmissionError comes out, and the text has one kind of line end."""
    try:
        text = decode(data, "x.py").text
    except SubmissionError:
        return
    assert not {"\r", "\0", "\ufeff"} & set(text)
    assert text.encode().decode() == text


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"%PDF-1.7", "a PDF document"),
        (b"\x89PNG\r\n\x1a\n", "a picture"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "a picture"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Word or HWP document"),
        (b"PK\3\4" + bytes(26) + b"[Content_Types].xml", "an office document (Word, HWP, PowerPoint…)"),
        (b"PK\3\4" + bytes(26) + b"mimetypeapplication/hwp+zip", "an office document (Word, HWP, PowerPoint…)"),
        (b"PK\3\4" + bytes(26) + b"kim.py", "a zip archive"),
        (b"Rar!\x1a\7", "an archive that is not a zip"),
        (b"\x1f\x8b\x08", "an archive that is not a zip"),
        (b"\xa7\r\r\n\0\0\0\0", "a program or compiled Python"),
        (b"<!DOCTYPE html>", "a web page or formatted text"),
        (b"\n<html>", "a web page or formatted text"),
        (b"{\\rtf1", "a web page or formatted text"),
    ],
)
def test_a_file_that_is_no_text_is_called_by_its_kind(head: bytes, kind: str) -> None:
    """The first bytes tell."""
    named = foreign_kind(head)
    assert named
    assert named["en"] == kind


@pytest.mark.parametrize(
    "head",
    [b"", b"import numpy as np", b"def ftype(x): ...", b"{}", b"#\r\n", b"\xef\xbb\xbfx = 1", b"PK = 3", b"MZ = 1"],
)
def test_text_has_no_foreign_kind(head: bytes) -> None:
    """Python and JSON are left to their readers."""
    assert foreign_kind(head) is None
