"""The catalogue of an assignment: mistakes that its author knows, in `solutions/<name>/mistakes.toml`.

An entry names the mistake, tells the student what to look at, and shows one or
more ways in which it is made, each as a change of the solution.
"""

from __future__ import annotations

import ast
import re
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NoReturn

from autograder.messages import Message, say
from autograder.settings import Table, load_toml
from autograder.variants.code import Change, Code, Definition, Edit, Named, overlap

MISTAKES: Final = "mistakes.toml"
_SNAKE_CASE: Final = re.compile(r"[A-Za-z][A-Za-z0-9]*(_[A-Za-z0-9]+)*")  # `W1_uses_dz1`: symbols keep their case


@dataclass(frozen=True)
class Form:
    """One way in which a mistake is made.

    Attributes
    ----------
    finds, replacements : tuple of str
        What to look for in the definition of the exercise, and what stands there instead.
    code : str
        Definitions to put in its place; empty where there are `finds`.
    table : Table
        Where it is written, to say what is wrong with it.
    """

    finds: tuple[str, ...]
    replacements: tuple[str, ...]
    code: str
    table: Table


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
    table.close("mistakes")
    entries: list[Entry] = []
    for values in table.tables("mistakes"):
        entry = _read_entry(values, exercises)
        if any((known.id, known.exercise) == (entry.id, entry.exercise) for known in entries):
            values.refuse(
                "id", say("{exercise} has a mistake {name!r} already", exercise=entry.exercise, name=entry.id)
            )
        entries.append(entry)
    return entries


def change_of(form: Form, code: Code, definition: Definition) -> Change:
    """Return the edits that make a mistake in the solution.

    Raises
    ------
    CourseError
        If the form doesn't fit the solution.
    """
    if form.code:
        return _definitions(form, code, definition)
    start, end = code.region(definition)
    inside = code.text[start:end]
    edits = []
    for find, new in zip(form.finds, form.replacements, strict=True):
        times = inside.count(find)
        if times != 1:
            form.table.refuse("find", _not_once(find, times, definition.name))
        at = start + inside.index(find)
        edits.append(Edit(at, at + len(find), new))
    if overlap(edits):
        form.table.refuse("find", say("two of the texts overlap; join them to one"))
    return tuple(edits)


def refuse(form: Form, reason: Message) -> NoReturn:
    """Say what is wrong with a form.

    Raises
    ------
    CourseError
        Always.
    """
    form.table.refuse("code" if form.code else "replace", reason)


def _read_entry(values: Table, exercises: Sequence[str]) -> Entry:
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
    return Entry(name, exercise, message, tuple(_read_form(form) for form in values.tables("forms")))


def _read_form(table: Table) -> Form:
    table.close("find", "replace", "code")
    given: dict[str, Any] = table.values
    if ("code" in given) == ("find" in given) or ("code" in given and "replace" in given):
        table.refuse("find", say("expected either find and replace, or code"))
    if "code" in given:
        return Form((), (), textwrap.dedent(table.text("code")), table)
    finds, replacements = _texts(table, "find"), _texts(table, "replace")
    if len(finds) != len(replacements):
        table.refuse("replace", say("expected {count} texts, one for each find", count=len(finds)))
    if not all(finds):
        table.refuse("find", say("expected a text that stands in the solution"))
    return Form(finds, replacements, "", table)


def _texts(table: Table, key: str) -> tuple[str, ...]:
    value = table.values.get(key)
    texts = [value] if isinstance(value, str) else value
    if not isinstance(texts, list) or not texts or not all(isinstance(text, str) for text in texts):
        table.refuse(key, say("expected a text or a list of texts"))
    return tuple(texts)


def _not_once(find: str, times: int, exercise: str) -> Message:
    if not times:
        return say("{text!r} does not stand in the solution of {exercise}", text=find, exercise=exercise)
    return say(
        "{text!r} stands {times} times in the solution of {exercise}; take in more of what is around it",
        text=find,
        times=times,
        exercise=exercise,
    )


def _definitions(form: Form, code: Code, definition: Definition) -> Change:
    try:
        new = Code(form.code, ())
    except (SyntaxError, ValueError) as fault:
        form.table.refuse("code", say("is not Python: {reason}", reason=fault))
    edits = []
    for node in new.tree.body:
        replaced = _place_of(node, definition, form)
        text = textwrap.indent(new.of(node), " " * (replaced or definition.node.body[-1]).col_offset).lstrip()
        if replaced is None:
            edits.append(code.after(definition.node.body[-1], text))
        else:
            edits.append(Edit(*code.span(replaced), text))
    if not edits:
        form.table.refuse("code", say("expected at least one definition"))
    if overlap(edits):
        form.table.refuse("code", say("defines the same thing twice"))
    return tuple(edits)


def _place_of(node: ast.stmt, definition: Definition, form: Form) -> Named | None:
    """Return what a definition of the form replaces; None if it is a method more."""
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and node.name == definition.name:
        return definition.node
    if isinstance(node, ast.FunctionDef) and isinstance(definition.node, ast.ClassDef):
        methods = (part for part in definition.node.body if isinstance(part, ast.FunctionDef))
        return next((method for method in methods if method.name == node.name), None)
    return form.table.refuse(
        "code",
        say("may only define {exercise}, or methods of it if it is a class", exercise=definition.name),
    )
