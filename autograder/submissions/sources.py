"""A candidate becomes a submission: the text that is graded, and what to say of it."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from autograder.errors import SubmissionError
from autograder.messages import Message, say
from autograder.results import Note
from autograder.submissions.archives import MOST_MEMBERS, list_archive, read_file, read_head
from autograder.submissions.candidates import SOURCES, Candidate, listed
from autograder.submissions.files import LARGEST, LARGEST_ARCHIVE, File
from autograder.submissions.magics import neutralise, neutralise_cell
from autograder.submissions.names import fold, is_given, meant, printable, suffix
from autograder.submissions.notebooks import looks_like_notebook, read_code_cells
from autograder.submissions.texts import HEAD, decode, foreign_kind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from autograder.assignments import Assignment

MOST_SOURCES: Final = 300
"""Files of one submission that are read."""
MOST_CODE: Final = 2 * 2**20
"""Characters of Python in one file; a person writes some ten thousand."""
MOST_TOLD: Final = 20
"""Files that a submission's notes say can't be read."""
_DEFINITION: Final = re.compile(r"^[ \t]*(?:(?:async[ \t]+)?def|class)[ \t]+(\w+)|^(\w+)[ \t]*=(?!=)", re.MULTILINE)
_UNTOUCHED: Final = "raise NotImplementedError"
# What released notebooks hold themselves is no command of the student's.
_RELEASED: Final = re.compile(r"%{1,2}(?:check\b|(?:re)?load_ext[ \t]+autograder\b)")
_CODE_LINE: Final = re.compile(r"^[ \t\f]*[^#\s]", re.MULTILINE)


@dataclass(frozen=True)
class Cell:
    """A piece of Python text that is run by itself.

    Attributes
    ----------
    name : str
        What a traceback calls it: ``kim.py`` or ``cell 3``.
    source : str
        Python text; its lines have the numbers of the student's file or cell.
    """

    name: str
    source: str


@dataclass(frozen=True)
class Submission:
    """What one student handed in for one assignment, as text.

    Attributes
    ----------
    files : tuple of str
        Names as handed in, relative.
    cells : tuple of Cell
        The work itself, in order.
    modules : dict of str to tuple of Cell
        Other files that were handed in, by the dotted name that imports them.
    notes : tuple of Note
        What had to be done to read it; costs nothing.
    sha256 : str
        Of the names and raw bytes.
    """

    student: str
    assignment: str
    files: tuple[str, ...]
    cells: tuple[Cell, ...]
    modules: dict[str, tuple[Cell, ...]]
    notes: tuple[Note, ...]
    sha256: str


@dataclass
class _Source:
    """One file that was read."""

    file: File
    cells: tuple[Cell, ...]
    notes: list[Note]
    commands: list[str]
    written: dict[str, tuple[Cell, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        texts = [cell.source for cell in self.cells]
        self.defined = {meant(a or b) for text in texts for a, b in _DEFINITION.findall(text)}
        self.untouched = sum(text.count(_UNTOUCHED) for text in texts)

    @property
    def stem(self) -> str:
        return self.file.parts[-1].rsplit(".", 1)[0]

    def defines(self, wanted: Sequence[set[str]]) -> int:
        """Count the exercises that stand in it, worked on or not."""
        return sum(not names.isdisjoint(self.defined) for names in wanted)

    def imports(self, name: str) -> bool:
        pattern = re.compile(rf"^[ \t]*(?:import|from)[ \t][^\n]*\b{re.escape(name)}\b", re.MULTILINE)
        return any(pattern.search(cell.source) for cell in self.cells)


def read_submission(candidate: Candidate, assignment: Assignment) -> Submission:
    """Read what a student handed in; nothing of it is run.

    Parameters
    ----------
    candidate : Candidate
        The files.
    assignment : Assignment
        Tells the files of the work from others by their names and by the
        exercises that they define.

    Raises
    ------
    SubmissionError
        If there is nothing that could be graded; the message says why.
    """
    try:
        return _read(candidate, assignment)
    except (RecursionError, MemoryError) as fault:
        raise SubmissionError(say("it is nested or filled beyond all bounds")) from fault


def _read(candidate: Candidate, assignment: Assignment) -> Submission:
    notes = list(candidate.notes)
    files = _without_copies(_without_archives(candidate.files, notes), notes)
    sources, sha256 = _read_sources(files, assignment, notes)
    wanted = [{meant(name) for name in (exercise.name, *exercise.also)} for exercise in assignment.exercises]
    entry, *others = _ranked(sources, assignment, wanted)
    parts = _other_parts(entry, others, wanted)
    used = [*parts, entry]
    notes.extend(note for source in used for note in source.notes)
    notes.extend(_choice_notes(entry, parts, others, wanted))
    own = (command for source in used for command in source.commands if not _RELEASED.match(command))
    commands = dict.fromkeys(printable(command, 40) for command in own)
    if commands:
        text = say("notebook commands were left out: {commands}", commands=listed(list(commands)))
        notes.append(Note("magic", text))
    cells = _cells(entry, parts)
    if not any(_CODE_LINE.search(cell.source) for cell in cells):
        notes.append(Note("empty", say("{file} holds no code", file=entry.file.name)))
    return Submission(
        student=candidate.student,
        assignment=candidate.assignment,
        files=tuple(file.name for file in candidate.files),
        cells=cells,
        modules=_modules(entry, others),
        notes=tuple(notes),
        sha256=sha256,
    )


def _cells(entry: _Source, parts: list[_Source]) -> tuple[Cell, ...]:
    # The entry comes last: where a name is defined twice, its definition counts.
    others = [replace(cell, name=f"{source.file.name}: {cell.name}") for source in parts for cell in source.cells]
    return (*others, *entry.cells)


# --- from files to texts ----------------------------------------------------------------------------------------------


def _without_archives(files: Sequence[File], notes: list[Note]) -> list[File]:
    """Put the files of a zip in its place; a zip inside a zip stays closed."""
    archives = [file for file in files if suffix(file.name) == ".zip" and not file.problem]
    opened = [file for file in files if file not in archives]
    closed: list[str] = []
    faults: list[Message] = []
    room = LARGEST_ARCHIVE
    for file in archives:
        # A student's zip in the zip of a class is held in memory as long as its files are read.
        room -= file.size if file.member else 0
        if room < 0 or len(opened) > MOST_MEMBERS:
            faults.append(_too_much())
            break
        try:
            inside = list_archive(read_file(file, LARGEST_ARCHIVE) if file.member else file.place, file.name)
        except SubmissionError as fault:
            faults.append(fault.message)
            continue
        closed += [member.name for member in inside if suffix(member.name) == ".zip"]
        opened += [member for member in inside if suffix(member.name) != ".zip" and not member.is_empty_folder]
    if faults and not any(suffix(file.name) in SOURCES for file in opened):
        raise SubmissionError(faults[0])
    if closed:
        notes.append(Note("file", say("{file} is a zip inside a zip and was not opened", file=listed(closed))))
    notes.extend(Note("file", fault) for fault in faults[:MOST_TOLD])
    return opened


def _too_much() -> Message:
    return say("too much was handed in to read all of it")


def _without_copies(files: list[File], notes: list[Note]) -> list[File]:
    """Keep the newest of files whose names differ at most in case, which one disk could not hold."""
    groups: dict[str, list[File]] = {}
    for file in files:
        groups.setdefault(fold(file.name), []).append(file)
    kept = []
    for group in groups.values():
        best = max(enumerate(group), key=lambda pair: (not pair[1].problem, pair[1].modified, pair[0]))[1]
        kept.append(best)
        if len(group) > 1:
            names = listed([file.name for file in group])
            text = say(
                "{files}: the same name more than once; the newest was read, {used}", files=names, used=best.name
            )
            notes.append(Note("duplicate", text))
    return kept


def _read_sources(files: list[File], assignment: Assignment, notes: list[Note]) -> tuple[list[_Source], str]:
    """Read what may hold the work; returns it with the hash of names and raw bytes."""
    # What else was handed in must not use up the room of the work.
    entry = set(map(fold, assignment.entry))
    files = sorted(files, key=lambda file: (fold(file.parts[-1]) not in entry, len(file.parts), file.name))
    handed_in = [file for file in files if suffix(file.name) in SOURCES and not is_given(file.parts[-1])]
    # A text without the name of a program is one only where nothing else was handed in.
    named = [file for file in handed_in if suffix(file.name) in {".py", ".ipynb", ".pyw"}]
    digest = hashlib.sha256("\0".join(f"{file.name}\0{file.size}" for file in files).encode("utf-8", "replace"))
    sources = []
    # Only what they say: an exception keeps what was read when it was raised.
    faults: list[Message] = []
    room = LARGEST_ARCHIVE
    for file in (named or handed_in)[:MOST_SOURCES]:
        room -= 0 if file.problem or file.size > LARGEST else file.size
        if room < 0:
            faults.append(_too_much())
            break
        try:
            data = read_file(file)
            digest.update(hashlib.sha256(data).digest())
            sources.append(_read_source(file, data))
        except SubmissionError as fault:
            faults.append(fault.message)
    if not sources:
        raise SubmissionError(faults[0] if faults else _nothing(files))
    notes.extend(Note("file", fault) for fault in faults[:MOST_TOLD])
    return sources, digest.hexdigest()


def _nothing(files: list[File]) -> Message:
    """Say what was handed in where no source file was."""
    for file in files[:MOST_SOURCES]:
        try:
            kind = foreign_kind(read_head(file, HEAD))
        except SubmissionError as fault:
            return fault.message
        if kind:
            return _foreign(file, kind)
    if files:
        names = listed([file.name for file in files])
        return say("there is no .py or .ipynb file among what was handed in ({files})", files=names)
    return say("nothing was handed in: the folder or the zip archive is empty")


def _foreign(file: File, kind: Message) -> Message:
    return say("{file} looks like {kind}: hand in the .py or .ipynb file itself", file=file.name, kind=kind)


def _read_source(file: File, data: bytes) -> _Source:
    """Read one file by its content; where its name says something else, that is noted."""
    kind = foreign_kind(data)
    if kind:
        raise SubmissionError(_foreign(file, kind))
    text = decode(data, file.name)
    notes = list(text.notes)
    named = suffix(file.name) == ".ipynb"
    if looks_like_notebook(text.text, named=named):
        if not named:
            notes.append(Note("format", say("{file} was read as a notebook, which it is", file=file.name)))
        return _from_notebook(file, read_code_cells(text.text, file.name), notes)
    if named:
        notes.append(Note("format", say("{file} was read as Python: it is not a notebook", file=file.name)))
    elif suffix(file.name) not in {".py", ".pyw"}:
        notes.append(Note("format", say("{file} was read as Python", file=file.name)))
    _refuse_endless(file, len(text.text))
    neutral = neutralise(text.text)
    return _Source(file, (Cell(file.parts[-1], neutral.source),), notes, list(neutral.commands))


def _refuse_endless(file: File, size: int) -> None:
    if size > MOST_CODE:
        raise SubmissionError(
            say(
                "{file} holds {size:.1f} MB of code, more than {most:.0f} MB",
                file=file.name,
                size=size / 2**20,
                most=MOST_CODE / 2**20,
            ),
        )


def _from_notebook(file: File, texts: list[str], notes: list[Note]) -> _Source:
    _refuse_endless(file, sum(map(len, texts)))
    cells = []
    commands: list[str] = []
    written: dict[str, tuple[Cell, ...]] = {}
    for number, text in enumerate(texts, 1):
        neutral = neutralise_cell(text)
        commands.extend(neutral.commands)
        if neutral.written:
            target, body = neutral.written
            name = _module_name(tuple(target.split("/")))
            if name:
                written[name] = (Cell(printable(target), neutralise(body).source),)
        if neutral.source.strip():
            cells.append(Cell(f"cell {number}", neutral.source))
    return _Source(file, tuple(cells), notes, commands, written)


# --- which file is the work -------------------------------------------------------------------------------------------


def _ranked(sources: list[_Source], assignment: Assignment, wanted: list[set[str]]) -> list[_Source]:
    """Sort sources: the work first.

    The assignment's own names come first, in its order, unless such a file
    is the untouched stub and the work lies in another one: a student who works
    in the notebook hands in the stub beside it as it was.
    """
    order = {fold(name): index for index, name in enumerate(assignment.entry)}

    def key(source: _Source) -> tuple[object, ...]:
        index = order.get(fold(source.file.parts[-1]), len(order))
        defined = source.defines(wanted)
        score = defined - source.untouched
        rank = 2 if score <= 0 else int(index == len(order))
        return rank, not defined, -score, index, len(source.file.parts), source.file.name

    return sorted(sources, key=key)


def _other_parts(entry: _Source, others: list[_Source], wanted: list[set[str]]) -> list[_Source]:
    """Find the files that define what the entry lacks: some hand in a file an exercise."""
    missing = [names for names in wanted if names.isdisjoint(entry.defined)]
    parts = []
    for source in others:
        found = [names for names in missing if not names.isdisjoint(source.defined)]
        if found and not entry.imports(source.stem):
            parts.append(source)
            missing = [names for names in missing if names not in found]
    return parts


def _choice_notes(
    entry: _Source,
    parts: list[_Source],
    others: list[_Source],
    wanted: list[set[str]],
) -> Iterator[Note]:
    if parts:
        names = listed([source.file.name for source in parts])
        text = say(
            "{files} define more of the exercises and were graded together with {used}",
            files=names,
            used=entry.file.name,
        )
        yield Note("part", text)
    rivals = [
        source.file.name
        for source in others
        if source not in parts and source.defines(wanted) > source.untouched and not entry.imports(source.stem)
    ]
    if rivals:
        text = say(
            "{files} answer the same exercises: {used} was graded",
            files=listed([entry.file.name, *rivals]),
            used=entry.file.name,
        )
        yield Note("duplicate", text)


def _modules(entry: _Source, others: list[_Source]) -> dict[str, tuple[Cell, ...]]:
    """Name the other files as the work would import them: from beside it, or from the top folder."""
    beside = entry.file.parts[:-1]
    modules: dict[str, tuple[Cell, ...]] = {}
    for source in others:
        if suffix(source.file.name) in {".py", ".pyw"}:
            parts = source.file.parts
            name = _module_name(parts)
            if name:
                modules.setdefault(name, source.cells)
            near = _module_name(parts[len(beside) :]) if beside == parts[: len(beside)] else None
            if near:
                modules[near] = source.cells
        modules.update(source.written)
    return {**modules, **entry.written}


def _module_name(parts: tuple[str, ...]) -> str | None:
    """Return the dotted name that imports a file; None where nothing can."""
    stem = parts[-1].rsplit(".", 1)[0]
    names = [part for part in (*parts[:-1], *([] if stem == "__init__" else [stem])) if part != "."]
    return ".".join(names) if names and all(name.isidentifier() for name in names) else None
