"""Every sentence in two languages.

The English text is the key; the Korean one comes from the catalogue
`locale/ko.po`. Both are made at once, since a result is read by people of
either language.
"""

from __future__ import annotations

import contextlib
import locale
import os
from functools import cache
from pathlib import Path
from typing import Final, Literal, TypedDict

from autograder import particles

Language = Literal["en", "ko"]
LANGUAGES: Final[tuple[Language, ...]] = ("en", "ko")


class Message(TypedDict):
    """One sentence in every language."""

    en: str
    ko: str


def say(text: str, /, **values: object) -> Message:
    """Make a message from an English template.

    Parameters
    ----------
    text : str
        An English sentence with ``{name}`` fields: the key of the catalogue.
    **values : object
        What the fields stand for; a `Message` is filled in per language.

    Returns
    -------
    Message
        The sentence in every language; English where a translation is missing.
    """
    return {
        "en": text.format(**{name: _spoken(value, "en") for name, value in values.items()}),
        "ko": particles.fill(_korean().get(text, text), {name: _spoken(value, "ko") for name, value in values.items()}),
    }


def join(*messages: Message | None, by: str = " ") -> Message:
    """Put several messages one after another, language by language."""
    present = [message for message in messages if message]
    return {
        "en": by.join(message["en"] for message in present),
        "ko": by.join(message["ko"] for message in present),
    }


def language_of_locale() -> Language:
    """Return the language that the user of this machine has set; English where it is none of ours."""
    named = next(filter(None, (os.environ.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))), "")
    if not named:  # Windows has its settings elsewhere
        with contextlib.suppress(ValueError):
            named = locale.getlocale()[0] or ""
    return "ko" if named.lower().startswith("ko") else "en"


def in_locale(message: Message) -> str:
    """Return a message in the language of the locale, for logs of other programs."""
    return message[language_of_locale()]


def _spoken(value: object, language: Language) -> object:
    if isinstance(value, dict) and value.keys() == set(LANGUAGES):
        return value[language]
    return value


@cache
def _korean() -> dict[str, str]:
    # polib reads the catalogue as it is: there is no compiled copy that could lag behind.
    import polib  # noqa: PLC0415

    path = Path(__file__).with_name("locale") / "ko.po"
    return {entry.msgid: entry.msgstr for entry in polib.pofile(str(path)) if entry.msgstr}
