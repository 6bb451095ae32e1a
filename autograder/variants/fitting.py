"""What the forms of a catalogue change in a solution, also where they start from another way to write it."""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass

from autograder.messages import Message, say
from autograder.variants.catalogue import Form
from autograder.variants.code import Change, Code, Definition, Edit, Named, overlap, splice


@dataclass(frozen=True)
class Solved:
    """A right way to write an exercise, and what it changes in the solution."""

    code: Code
    definition: Definition
    change: Change


class Fitting:
    """Fits forms to one exercise of a solution.

    Parameters
    ----------
    code : Code
        The solution.
    definition : Definition
        The exercise in it.
    """

    def __init__(self, code: Code, definition: Definition) -> None:
        self._text = code.text
        self._solved: dict[Form | None, Solved] = {None: Solved(code, definition, ())}

    def change_of(self, form: Form) -> Change:
        """Return the edits that make a mistake in the solution.

        Raises
        ------
        CourseError
            If the form, or its base, doesn't fit the solution.
        """
        start = self.solved(form.base)
        return _follow(start.change, _edits(form, start.code, start.definition), start.code.text)

    def solved(self, base: Form | None) -> Solved:
        """Return what a base makes of the solution; many forms ask for the same one.

        Raises
        ------
        CourseError
            If the base doesn't fit the solution.
        """
        if base is not None and base not in self._solved:
            change = self.change_of(base)
            name = self._solved[None].definition.name
            try:
                code = Code(splice(self._text, change), [name])
            except SyntaxError:
                base.refuse(say("with this change the solution is no longer Python"))
            if not code.definitions:
                base.refuse(say("with this change the solution no longer defines {exercise}", exercise=name))
            self._solved[base] = Solved(code, code.definitions[0], change)
        return self._solved[base]


def _edits(form: Form, code: Code, definition: Definition) -> Change:
    return tuple(_definitions(form, code, definition) if form.code else _replacements(form, code, definition))


def _replacements(form: Form, code: Code, definition: Definition) -> list[Edit]:
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
    return edits


def _not_once(find: str, times: int, exercise: str) -> Message:
    if not times:
        return say("{text!r} does not stand in the solution of {exercise}", text=find, exercise=exercise)
    return say(
        "{text!r} stands {times} times in the solution of {exercise}; take in more of what is around it",
        text=find,
        times=times,
        exercise=exercise,
    )


def _definitions(form: Form, code: Code, definition: Definition) -> list[Edit]:
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
    if overlap(edit for edit in edits if edit.start < edit.end):  # methods more all come to the same end
        form.table.refuse("code", say("defines the same thing twice"))
    return edits


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


def _follow(first: Change, second: Change, between: str) -> Change:
    """Join two changes, of which the second was made in the text that the first had left."""
    edits = []
    longer = 0
    for start, end, growth in _areas(first, second):
        inside = (Edit(edit.start - start, edit.end - start, edit.new) for edit in second if start <= edit.start <= end)
        edits.append(Edit(start - longer, end - longer - growth, splice(between[start:end], inside)))
        longer += growth
    return tuple(edits)


def _areas(first: Change, second: Change) -> Iterator[tuple[int, int, int]]:
    """Yield where either change touches the text between them, and how much longer the first has made it there."""
    row = [(edit.start, edit.end, 0) for edit in second]
    longer = 0
    for edit in sorted(first, key=lambda edit: (edit.start, edit.end)):
        growth = len(edit.new) - (edit.end - edit.start)
        row.append((edit.start + longer, edit.end + longer + growth, growth))
        longer += growth
    row.sort()
    start, end, growth = row[0]
    for area in row[1:]:
        if area[0] > end:
            yield start, end, growth
            start, end, growth = area
        else:
            end, growth = max(end, area[1]), growth + area[2]
    yield start, end, growth
