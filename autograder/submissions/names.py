"""Names of files and students: shown safely, compared without surprises."""

from __future__ import annotations

import os
import unicodedata
from typing import Final

LONGEST: Final = 240
"""Characters of a name that are shown; a zip member may have 65,535."""

_CLUTTER: Final = {"__pycache__", "__macosx", "thumbs.db", "desktop.ini", "feedback", "icon\r", "$recycle.bin"}
_GIVEN: Final = {
    "test_public.py",
    "test_hidden.py",
    "conftest.py",
    "timestamp.txt",
    "requirements.txt",
    "expected.toml",
}
_ABOUT: Final = {"readme", "license", "licence", "makefile", "dockerfile", "changelog"}
_PACKAGING: Final = (".txt", ".py", ".ipynb", ".zip", ".tar", ".tgz", ".tar.gz", ".gz", ".pyw")


def printable(text: str, longest: int = LONGEST) -> str:
    r"""Return a name that can be shown anywhere.

    Control and direction characters become escapes such as ``\x1b``, a name
    that is not UTF-8 is read as the Korean code page that Windows uses, and
    what is too long is cut. Letters are composed (NFC): macOS stores 김 as three
    characters, and it must be the same student as the 김 of another file.
    """
    try:
        text.encode()
    except UnicodeEncodeError:
        text = _decoded(text)
    shown = "".join(
        char if char.isprintable() else char.encode("unicode_escape", "backslashreplace").decode("ascii")
        for char in unicodedata.normalize("NFC", text[: longest + 1])
    )
    return shown if len(text) <= longest else f"{shown[:longest]}…"


def _decoded(text: str) -> str:
    try:
        raw = os.fsencode(text)
    except UnicodeEncodeError:  # surrogates that stand for no byte, as JSON may hold them
        return text.encode("utf-8", "replace").decode()
    try:
        return raw.decode("cp949")
    except UnicodeDecodeError:
        return raw.decode("utf-8", "backslashreplace")


def fold(name: str) -> str:
    """Return what two spellings of one name have in common."""
    return unicodedata.normalize("NFC", name).casefold()


def is_clutter(name: str) -> bool:
    """Whether one part of a path is left behind by a tool and was not handed in."""
    return name.startswith(".") or fold(name) in _CLUTTER


def is_given(name: str) -> bool:
    """Whether a file comes with an assignment or a submission and is nobody's answer."""
    return fold(name) in _GIVEN or fold(name).split(".")[0] in _ABOUT


def suffix(name: str) -> str:
    """Return the last suffix of a name in lower case, with its dot."""
    return os.path.splitext(name)[1].lower()  # noqa: PTH122 - a name of a zip member is no path of this machine


def bare(name: str) -> str:
    """Return a file's name without folders and packaging: ``a/kim.py.txt`` is ``kim``."""
    stem = name.rsplit("/", 1)[-1]
    while suffix(stem) in _PACKAGING:
        stem = stem[: -len(suffix(stem))]
    if suffix(stem) and suffix(stem)[1:].isalnum() and stem == name.rsplit("/", 1)[-1]:
        stem = stem[: -len(suffix(stem))]
    return stem.strip() or "unnamed"


def meant(name: str) -> str:
    """Return a Python name without what students vary: case and underscores."""
    return name.replace("_", "").lower()
