"""Every sentence of the engine is there in both languages, and its fields agree."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterator
from pathlib import Path

import polib
import pytest

import autograder
from autograder.messages import Message, join, say
from autograder.sandbox import explaining

PACKAGE = Path(autograder.__file__).parent
CATALOGUE = {entry.msgid: entry.msgstr for entry in polib.pofile(str(PACKAGE / "locale" / "ko.po"))}


def sentences() -> Iterator[str]:
    """Yield the sentences that the engine's source can say: literals handed to `say`, and tables of them."""
    for path in PACKAGE.rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "say" and node.args:
                yield from (
                    part.value
                    for part in ast.walk(node.args[0])
                    if isinstance(part, ast.Constant) and isinstance(part.value, str)
                )


SAID = sorted({*sentences(), *(sentence for _, sentence in explaining.KNOWN)})


def fields(text: str) -> set[str]:
    """Return the names of the fields of a template."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("sentence", SAID)
def test_every_sentence_has_a_translation(sentence: str) -> None:
    """What the engine says in English, the catalogue says in Korean."""
    assert CATALOGUE.get(sentence)


@pytest.mark.parametrize(("english", "korean"), CATALOGUE.items())
def test_a_translation_has_the_fields_of_its_sentence(english: str, korean: str) -> None:
    """A translation fills in the same values, and is not the English again."""
    assert fields(english) == fields(korean)
    if any(letter.isalpha() for letter in "".join(part for part, *_ in string.Formatter().parse(english))):
        assert english != korean


def test_a_translation_leaves_particles_open() -> None:
    """Right after a field stand both forms of a particle: which one fits, its value decides."""
    settled = re.compile(r"\}[`'\"]?(?:[을를은는과와가로이]|으로|예요|이에요|이?라[고는서]|이?[여어]야)(?=[\s.,:;]|$)")
    assert not [korean for korean in CATALOGUE.values() if settled.search(korean)]


def test_a_message_within_a_message_follows_the_language() -> None:
    """A message can be a value of another."""
    inner: Message = {"en": "apple", "ko": "사과"}
    assert say("{fruit}!", fruit=inner) == {"en": "apple!", "ko": "사과!"}
    assert join(inner, None, inner, by="-") == {"en": "apple-apple", "ko": "사과-사과"}


def test_braces_of_a_student_are_only_text() -> None:
    """A value with braces is not a template."""
    assert say("{text}", text="{text.__class__}")["en"] == "{text.__class__}"
