"""The catalogue of an assignment: mistakes that its author knows, in `solutions/<name>/mistakes.toml`.

An entry names the mistake, tells the student what to look at, and shows one or
more ways in which it is made, each as a change of the solution::

    [[mistakes]]
    id = "not_averaged"
    exercise = "loss"
    en = "..."
    ko = "..."
    forms = [
      { find = "np.mean(", replace = "np.sum(" },
      { base = "loop", find = "total / len(x)", replace = "total" },
    ]

    [bases.loop]
    code = '''
    def loss(x): ...
    '''

A form finds texts and replaces them, or its `code` defines the exercise or
methods of it. A base is another right way to solve the exercise, written like a
form: the forms that name it make their mistake in there. A base may name one
that stands above it.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NoReturn

from autograder.messages import Message, say
from autograder.settings import Table, load_toml

MISTAKES: Final = "mistakes.toml"
_SNAKE_CASE: Final = re.compile(r"[A-Za-z][A-Za-z0-9]*(_[A-Za-z0-9]+)*")  # `W1_uses_dz1`: symbols keep their case


@dataclass(frozen=True, eq=False)
class Form:
    """One way in which a mistake is made, or a base: one in which none is.

    Attributes
    ----------
    finds, replacements : tuple of str
        What to look for in the definition of the exercise, and what stands there instead.
    code : str
        Definitions to put in its place; empty where there are `finds`.
    table : Table
        Where it is written, to say what is wrong with it.
    base : Form or None
        The change that comes first; None where the solution itself is changed.
    """

    finds: tuple[str, ...]
    replacements: tuple[str, ...]
    code: str
    table: Table
    base: Form | None

    def refuse(self, reason: Message) -> NoReturn:
        """Say what is wrong with what it makes of a solution.

        Raises
        ------
        CourseError
            Always.
        """
        self.table.refuse("code" if self.code else "replace", reason)


@dataclass(frozen=True)
class Entry:
    """A mistake that the author knows.

    Attributes
    ----------
    message : Message
        What to tell the student.
    """

    id: str
    exercise: str
    message: Message
    forms: tuple[Form, ...]


def load_catalogue(path: Path, exercises: Sequence[str]) -> list[Entry]:
    """Read a catalogue; there is none where there is no file.

    Parameters
    ----------
    path : Path
        A `mistakes.toml`.
    exercises : sequence of str
        The exercises of the assignment.

    Raises
    ------
    CourseError
        If an entry is wrong: which one, and what is expected.
    """
    if not path.exists():
        return []
    table = Table(path, "", load_toml(path))
    table.close("bases", "mistakes")
    bases = _read_bases(table)
    entries: list[Entry] = []
    for values in table.tables("mistakes"):
        entry = _read_entry(values, exercises, bases)
        if any((known.id, known.exercise) == (entry.id, entry.exercise) for known in entries):
            values.refuse(
                "id", say("{exercise} has a mistake {name!r} already", exercise=entry.exercise, name=entry.id)
            )
        entries.append(entry)
    return entries


def _read_bases(table: Table) -> Mapping[str, Form]:
    bases: dict[str, Form] = {}
    if "bases" in table.values:
        tables = table.table("bases")
        for name in tables.values:
            bases[name] = _read_form(tables.table(name), bases)
    return bases


def _read_entry(values: Table, exercises: Sequence[str], bases: Mapping[str, Form]) -> Entry:
    values.close("id", "exercise", "en", "ko", "forms")
    name, exercise = values.text("id"), values.text("exercise")
    # From here on a message can name the mistake, which is easier to find than its number.
    values = Table(values.path, f"{values.place} ({name})", values.values)
    if not _SNAKE_CASE.fullmatch(name):
        values.refuse("id", say("expected words joined by _, such as {example}", example="forgot_mean"))
    if exercise not in exercises:
        values.refuse(
            "exercise",
            say(
                "the assignment has no exercise {name!r}; there are: {names}", name=exercise, names=", ".join(exercises)
            ),
        )
    message: Message = {"en": values.text("en").strip(), "ko": values.text("ko").strip()}
    return Entry(name, exercise, message, tuple(_read_form(form, bases) for form in values.tables("forms")))


def _read_form(table: Table, bases: Mapping[str, Form]) -> Form:
    table.close("base", "find", "replace", "code")
    given: dict[str, Any] = table.values
    base = _base(table, bases) if "base" in given else None
    if ("code" in given) == ("find" in given) or ("code" in given and "replace" in given):
        table.refuse("find", say("expected either find and replace, or code"))
    if "code" in given:
        return Form((), (), textwrap.dedent(table.text("code")), table, base)
    finds, replacements = _texts(table, "find"), _texts(table, "replace")
    if len(finds) != len(replacements):
        table.refuse("replace", say("expected {count} texts, one for each find", count=len(finds)))
    if not all(finds):
        table.refuse("find", say("expected a text that stands in the solution"))
    return Form(finds, replacements, "", table, base)


def _base(table: Table, bases: Mapping[str, Form]) -> Form:
    name = table.text("base")
    if name not in bases:
        table.refuse(
            "base", say("there is no [bases.{name}] above; there are: {names}", name=name, names=", ".join(bases))
        )
    return bases[name]


def _texts(table: Table, key: str) -> tuple[str, ...]:
    value = table.values.get(key)
    texts = [value] if isinstance(value, str) else value
    if not isinstance(texts, list) or not texts or not all(isinstance(text, str) for text in texts):
        table.refuse(key, say("expected a text or a list of texts"))
    return tuple(texts)
