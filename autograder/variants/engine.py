"""All wrong variants of a solution: the catalogue's first, then those of the operators, each once."""

from __future__ import annotations

import ast
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from autograder.messages import Message, join, say
from autograder.variants import (  # noqa: F401 - they register their operators
    algebra,
    arrays,
    calls,
    constants,
    control,
    names,
    reductions,
    state,
)
from autograder.variants.catalogue import Entry
from autograder.variants.code import Change, Code, Definition, Edit, overlap, splice
from autograder.variants.fitting import Fitting
from autograder.variants.operators import OPERATORS, Operator
from autograder.variants.sameness import Lines, Sameness


@dataclass(frozen=True)
class Variant:
    """A solution with one mistake in it, sometimes with two.

    Attributes
    ----------
    id : str
        Unique within an assignment, and stable: ``Loss/sum_not_mean#1``.
    exercise : str
        Where the mistake is.
    mistake : str
        The id of the catalogue's entry, or of the operator.
    message : Message
        What to tell the student.
    named : bool
        True from the catalogue, False from an operator.
    """

    id: str
    exercise: str
    mistake: str
    message: Message
    named: bool
    solution: str = field(repr=False)
    change: Change = field(repr=False)

    @property
    def text(self) -> str:
        """The whole solution with the mistake in it; made when asked for, since there are hundreds of them."""
        return splice(self.solution, self.change)

    @property
    def line(self) -> int:
        """Where the mistake is, in the solution's file."""
        return self.solution.count("\n", 0, min(edit.start for edit in self.change)) + 1

    @property
    def before(self) -> str:
        """The right code, for authors only."""
        return "\n".join(before for before, _ in self._lines())

    @property
    def after(self) -> str:
        """The wrong code, for authors only."""
        return "\n".join(after for _, after in self._lines())

    def _lines(self) -> Iterator[tuple[str, str]]:
        """Yield the lines that change, and what they become."""
        edits = sorted(self.change, key=lambda edit: edit.start)
        while edits:
            start = self.solution.rfind("\n", 0, edits[0].start) + 1
            end = self._end_of_line(edits[0].end)
            together = [edits.pop(0)]
            while edits and edits[0].start <= end:
                end = self._end_of_line(edits[0].end)
                together.append(edits.pop(0))
            shifted = (Edit(edit.start - start, edit.end - start, edit.new) for edit in together)
            before = self.solution[start:end]
            yield before.strip(), splice(before, shifted).strip()

    def _end_of_line(self, position: int) -> int:
        end = self.solution.find("\n", position)
        return len(self.solution) if end < 0 else end


def make_variants(
    text: str, exercises: Sequence[str], catalogue: Sequence[Entry], *, pairs: bool = True
) -> list[Variant]:
    """Make all wrong variants of a solution.

    Parameters
    ----------
    text : str
        The solution.
    exercises : sequence of str
        The definitions that may be varied.
    catalogue : sequence of Entry
        The mistakes that its author knows.
    pairs : bool
        Whether to make two mistakes at once, where that is sensible.

    Returns
    -------
    list of Variant
        Always the same ones in the same order. No two are the same program,
        and none is the solution.

    Raises
    ------
    CourseError
        If a form of the catalogue doesn't fit the solution.
    """
    code = Code(text, exercises)
    makers = {definition.name: _Maker(code, definition) for definition in code.definitions}
    for entry in catalogue:
        if entry.exercise in makers:
            makers[entry.exercise].add_entry(entry)
    for maker in makers.values():
        maker.add_slips(pairs=pairs)
    variants = [variant for maker in makers.values() for variant in maker.variants]
    return sorted(variants, key=lambda variant: not variant.named)


@dataclass(frozen=True)
class _Slip:
    """A change that an operator found: the n-th in its place, and one of several ways to err at a node."""

    operator: Operator
    place: str
    number: int
    way: int
    change: Change

    @property
    def where(self) -> str:
        return f"{self.operator.id}@{self.place.rpartition('.')[2]}:{self.number}"


class _Maker:
    """Makes the variants of one exercise."""

    def __init__(self, code: Code, definition: Definition) -> None:
        self.variants: list[Variant] = []
        self._code = code
        self._definition = definition
        self._fitting = Fitting(code, definition)
        self._sameness = Sameness(code, definition)
        self._seen: dict[Lines, Variant | None] = {self._sameness.lines: None}

    def add_entry(self, entry: Entry) -> None:
        """Add the forms of a mistake that the author knows."""
        for number, form in enumerate(entry.forms, 1):
            change = self._fitting.change_of(form)
            right = self._sameness.changed(self._fitting.solved(form.base).change)
            self._seen.setdefault(right or (), None)
            lines = self._sameness.changed(change)
            if lines is None:
                form.refuse(say("with this change the solution is no longer Python"))
            if lines in self._seen:
                form.refuse(_known(self._seen[lines]))
            self._keep(lines, f"{entry.id}#{number}", entry.id, entry.message, change, named=True)

    def add_slips(self, *, pairs: bool) -> None:
        """Add what the operators find: once, everywhere in a function, and two at once."""
        slips = list(self._slips())
        for slip in slips:
            self._add(slip.where, slip.operator.id, self._message(slip), slip.change)
        for slip, change in _everywhere(slips):
            self._add(f"{slip.where}+", slip.operator.id, self._message(slip), change)
        if pairs:
            self._add_pairs([slip for slip in slips if slip.operator.pairs])

    def _add_pairs(self, slips: list[_Slip]) -> None:
        """Add two mistakes at once, in different statements of a function, under the names that each has alone."""
        touched = {slip: self._sameness.statements(slip.change) for slip in slips}
        known = {slip: self._seen.get(self._sameness.changed(slip.change) or ()) for slip in slips}
        for one, two in combinations((slip for slip in slips if touched[slip] and known[slip]), 2):
            first, last = known[one], known[two]
            if one.place == two.place and one.operator is not two.operator and not touched[one] & touched[two]:
                assert first is not None
                assert last is not None
                message = join(first.message, last.message)
                self._add(
                    f"{one.where}+{two.where}", f"{first.mistake}+{last.mistake}", message, one.change + two.change
                )

    def _slips(self) -> Iterator[_Slip]:
        nodes = defaultdict(list)
        for node in self._definition.nodes:
            nodes[type(node)].append(node)
        for operator in OPERATORS:
            counts: Counter[str] = Counter()
            for node in (node for kind in operator.kinds for node in nodes[kind]):
                place = self._place(node)
                for way, found in enumerate(operator.find(node, self._code)):
                    counts[place] += 1
                    yield _Slip(operator, place, counts[place], way, (found,) if isinstance(found, Edit) else found)

    def _add(self, where: str, mistake: str, message: Message, change: Change) -> None:
        lines = self._sameness.changed(change)
        if lines is not None and lines not in self._seen:
            self._keep(lines, where, mistake, message, change, named=False)

    def _keep(self, lines: Lines, where: str, mistake: str, message: Message, change: Change, *, named: bool) -> None:
        name = self._definition.name
        variant = Variant(f"{name}/{where}", name, mistake, message, named, self._code.text, change)
        self._seen[lines] = variant
        self.variants.append(variant)

    def _message(self, slip: _Slip) -> Message:
        return slip.operator.sentence(slip.place)

    def _place(self, node: ast.AST) -> str:
        """Return how students call the place: ``Relu.forward`` for a method, the name of a function."""
        function = self._code.function(node)
        if function is None or function is self._definition.node:
            return self._definition.name
        return f"{self._definition.name}.{function.name}"


def _known(same: Variant | None) -> Message:
    if same is None:
        return say("with this change the solution does the same as before")
    return say("makes the same program as {name}", name=same.id)


def _everywhere(slips: Iterable[_Slip]) -> Iterator[tuple[_Slip, Change]]:
    """Yield the changes that make the same mistake all over a function: people who err once err again."""
    groups: dict[tuple[str, str, int], list[_Slip]] = {}
    for slip in slips:
        groups.setdefault((slip.operator.id, slip.place, slip.way), []).append(slip)
    for group in groups.values():
        change: Change = ()
        for slip in group:
            if not overlap(change + slip.change):
                change += slip.change
        if change != group[0].change:
            yield group[0], change
