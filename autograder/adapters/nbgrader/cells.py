"""The cells of a submitted notebook, recognised and repaired.

Plain data of the notebook format goes in and comes out; nothing here imports
nbgrader, and nothing is lost to one bad cell. The grade is that of the submission
as it was handed in: these cells only show it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from autograder.adapters.nbgrader.markup import harmless
from autograder.adapters.nbgrader.shapes import MADE, Data, new_cell, new_notebook, percent_cells, repaired, source_of
from autograder.adapters.nbgrader.source import answer_id
from autograder.messages import Message, say
from autograder.results import Note
from autograder.submissions import Cell
from autograder.submissions.candidates import listed
from autograder.submissions.names import meant, printable

KIND: Final = "cell"
"""Of the notes on what had to be done."""
_DEFINITION: Final = re.compile(r"^(?:(?:async[ \t]+)?def|class)[ \t]+(\w+)|^(\w+)[ \t]*=(?!=)", re.MULTILINE)
# What formgrader calls the fields of a cell.
_FIELDS: Final = ("", "-comment", "_extra_credit")
# Released without them, and in the gradebook with them.
_HIDDEN: Final = re.compile(r"^[^\n]*BEGIN HIDDEN TESTS.*?END HIDDEN TESTS[^\n]*\n?", re.MULTILINE | re.DOTALL)
_ANSWER: Final = answer_id("")
_ROLES: Final = ("grade", "solution", "locked", "task")


def expected_cells(released: Data) -> list[Data]:
    """Return the cells of a released (or source) notebook that nbgrader knows, in order.

    Parameters
    ----------
    released : dict
        Notebook of format 4.

    Returns
    -------
    list of dict
        New cells of those that have a `grade_id` and a role, with complete metadata.
    """
    plain = dict.fromkeys(_ROLES, False)
    known = ((cell, cell["metadata"].get("nbgrader", {})) for cell in released["cells"])
    return [
        new_cell(cell["cell_type"], source_of(cell), {**plain, **metadata})
        for cell, metadata in known
        if any(metadata.get(role) for role in _ROLES)
    ]


def restore(notebook: Any, expected: Sequence[Data]) -> tuple[Data, list[Note]]:
    """Recognise and repair the cells of a submitted notebook.

    Parameters
    ----------
    notebook : dict
        What was read from the file, whatever it holds.
    expected : sequence of dict
        `expected_cells` of what was released.

    Returns
    -------
    notebook : dict
        Valid notebook of format 4.5 without outputs; each graded cell stands in it exactly
        once, locked cells have their own text, and no cell has metadata but its own.
    notes : list of Note
        What had to be done; nothing of a notebook that was made here.
    """
    made = isinstance(notebook, dict) and MADE in notebook.get("metadata", {})
    whole = repaired(notebook) or new_notebook(())
    work = _Restoring(whole["cells"], {_id(cell): cell for cell in expected})
    work.read_claims()
    for name, cell in work.expected.items():
        work.place(name, cell)
    cells = work.assembled()
    taken = frozenset(f"{name}{field}" for name in work.expected for field in _FIELDS)
    for cell in cells:
        if cell["cell_type"] == "markdown" and not cell["metadata"].get("nbgrader", {}).get("locked"):
            cell["source"] = harmless(cell["source"], taken, frozenset(cell.get("attachments", ())))
    return new_notebook(cells), [] if made else list(work.notes())


def from_submission(pieces: Iterable[Cell], expected: Sequence[Data]) -> Data:
    """Build a notebook that shows a submission that is none: a `.py` file, several files, or nothing readable.

    Parameters
    ----------
    pieces : iterable of Cell
        `Submission.cells`; none where nothing could be read.
    expected : sequence of dict
        As for `restore`.
    """
    return restore(new_notebook(percent_cells(pieces)), expected)[0]


def shows(notebook: Data, pieces: Iterable[str]) -> bool:
    """Say whether a notebook holds certain texts as code cells.

    Parameters
    ----------
    notebook : dict
        Valid, of format 4.5.
    pieces : iterable of str
        White space at their ends doesn't count.
    """
    held = {cell["source"].strip() for cell in notebook["cells"] if cell["cell_type"] == "code"}
    return all(piece.strip() in held for piece in pieces)


@dataclass
class _Restoring:
    """One notebook at work.

    Attributes
    ----------
    cells : list of dict
        The student's, in order.
    expected : dict of str to dict
        What must be there, by `grade_id`.
    places : dict of str to int
        Which of the student's cells was recognised as which.
    missing : list of str
        What none of the student's cells was recognised as.
    """

    cells: list[Data]
    expected: dict[str, Data]
    claims: list[Data | None] = field(default_factory=list)
    places: dict[str, int] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    told: dict[str, list[str]] = field(default_factory=dict)

    def read_claims(self) -> None:
        """Take nbgrader's metadata away from every cell: what they claim to be is kept apart."""
        for cell in self.cells:
            claim = cell["metadata"].pop("nbgrader", None)
            self.claims.append(claim)
            if not claim:
                continue
            name = _claimed(claim)
            if name not in self.expected and (claim.get("grade") or claim.get("solution") or claim.get("locked")):
                self._tell("forged", printable(name or "?", 40))

    def place(self, name: str, cell: Data) -> None:
        """Find the student's cell that is an expected one, and give it back its metadata."""
        claimants = [place for place, claim in enumerate(self.claims) if claim and _claimed(claim) == name]
        if len(claimants) > 1:
            self._tell("twice", name)
        role = cell["metadata"]["nbgrader"]
        answers = role["solution"]
        found = self._answer(claimants, cell) if answers else self._locked(claimants, cell)
        if found is None:
            self.missing.append(name)
            if _is_graded(cell):
                self._tell("missing", name)
            return
        self.places[name] = found
        claim = self.claims[found] or {}
        if found not in claimants:
            self._tell("recognised", name)
        elif (
            _role(claim) != _role(role)
            or claim.get("cell_type", cell["cell_type"]) != cell["cell_type"]
            or self.cells[found]["cell_type"] != cell["cell_type"]
            or (not answers and _foreign(self.cells[found], cell))
        ):
            self._tell("changed", name)

    def assembled(self) -> list[Data]:
        """Return the cells with everything in its place."""
        recognised = {place: name for name, place in self.places.items()}
        after: dict[int, list[Data]] = {}
        for absent in self.missing:
            cell = self.expected[absent]
            if _is_graded(cell):
                after.setdefault(self._position(absent), []).append(_copied(cell))
        whole = after.get(-1, [])
        for place, cell in enumerate(self.cells):
            name = recognised.get(place)
            whole.extend(_mended(cell, self.expected[name]) if name else [cell])
            whole.extend(after.get(place, []))
        return whole

    def notes(self) -> Iterable[Note]:
        """Yield what had to be done, a sentence a kind."""
        sentences = {
            "missing": _missing,
            "recognised": _recognised,
            "twice": _twice,
            "changed": _changed,
            "forged": _forged,
        }
        for kind, sentence in sentences.items():
            if names := list(dict.fromkeys(self.told.get(kind, ()))):
                yield Note(KIND, sentence(listed(names)))

    def _tell(self, kind: str, name: str) -> None:
        # An exercise's answer and its points are one thing to people; of a cell that is only locked nobody asks.
        exercise = name.removesuffix(_ANSWER)
        name = exercise if exercise in self.expected else name
        if name in self.expected and not _is_graded(self.expected[name]):
            return
        self.told.setdefault(kind, []).append(name)

    def _locked(self, claimants: list[int], cell: Data) -> int | None:
        """Find a cell that students should have left as it was."""
        known = {cell["source"].strip(), _HIDDEN.sub("", cell["source"]).strip()}
        same = [place for place, own in enumerate(self.cells) if own["source"].strip() in known]
        order = (*(place for place in claimants if place in same), *claimants, *same)
        return next((place for place in order if self._free(place)), None)

    def _answer(self, claimants: list[int], cell: Data) -> int | None:
        """Find the cell with an answer: the one that says so, unless it is untouched and another defines the same."""
        wanted = _defined(cell["source"])
        stub = cell["source"].strip()
        defining = [
            place
            for place, own in enumerate(self.cells)
            if wanted and not wanted.isdisjoint(_defined(own["source"])) and own["cell_type"] == "code"
        ]
        worked = [place for place in defining if self.cells[place]["source"].strip() != stub]
        claimed = [place for place in claimants if self.cells[place]["source"].strip() != stub]
        told = [place for place in claimed if place in worked] or claimed
        order = (*reversed(told), *reversed(worked), *reversed(claimants), *reversed(defining))
        return next((place for place in order if self._free(place)), None)

    def _free(self, place: int) -> bool:
        return place not in self.places.values()

    def _position(self, name: str) -> int:
        """Return after which of the student's cells a missing one goes."""
        order = list(self.expected)
        before = order[: order.index(name)]
        answer = f"{name}{_ANSWER}"
        if answer in self.expected:
            wanted = _defined(self.expected[answer]["source"])
            defining = [place for place, own in enumerate(self.cells) if not wanted.isdisjoint(_defined(own["source"]))]
            if answer in self.places or defining:
                return self.places.get(answer, max(defining, default=-1))
        return next((self.places[other] for other in reversed(before) if other in self.places), len(self.cells) - 1)


def _copied(cell: Data) -> Data:
    metadata = dict(cell["metadata"]["nbgrader"])
    return new_cell(cell["cell_type"], cell["source"], metadata)


def _mended(cell: Data, expected: Data) -> list[Data]:
    """Return a recognised cell as it must be; a student's own lines in a locked cell are kept before it."""
    whole = _copied(expected)
    whole["id"] = cell["id"]
    if expected["metadata"]["nbgrader"]["solution"]:
        whole["source"] = cell["source"]
        if "attachments" in cell and whole["cell_type"] == "markdown":
            whole["attachments"] = cell["attachments"]
        return [whole]
    kept = [new_cell("code", cell["source"])] if cell["cell_type"] == "code" and _foreign(cell, expected) else []
    return [*kept, whole]


def _id(cell: Data) -> str:
    name: str = cell["metadata"]["nbgrader"]["grade_id"]
    return name


def _claimed(claim: Data) -> str | None:
    name = claim.get("grade_id")
    return name if isinstance(name, str) else None


def _is_graded(cell: Data) -> bool:
    metadata = cell["metadata"]["nbgrader"]
    return bool(metadata["grade"] or metadata.get("task"))


def _role(metadata: Data) -> tuple[object, ...]:
    """Return what a cell is to nbgrader, which takes any test for locked and no answer."""
    grade, solution, locked, task = (metadata.get(key, False) is True for key in _ROLES)
    points = metadata.get("points") if grade or task else None
    worth = float(points) if isinstance(points, int | float) and not isinstance(points, bool) else points
    return grade, solution, not solution and (grade or locked), task, worth


def _foreign(cell: Data, expected: Data) -> bool:
    """Say whether a cell holds lines that the released one doesn't; what hidden tests it held is not asked of it."""
    known = {line.strip() for line in expected["source"].split("\n")}
    return any(line.strip() not in known for line in cell["source"].split("\n") if line.strip())


def _defined(source: str) -> set[str]:
    return {meant(a or b) for a, b in _DEFINITION.findall(source)}


def _missing(names: str) -> Message:
    return say("These cells were missing from the notebook and were put back: {names}.", names=names)


def _recognised(names: str) -> Message:
    return say("These cells had lost nbgrader's marks and were recognised by what they hold: {names}.", names=names)


def _twice(names: str) -> Message:
    return say("These cells stood in the notebook more than once: {names}.", names=names)


def _changed(names: str) -> Message:
    return say(
        "nbgrader's marks or the locked text of these cells differed from the assignment's and were restored: {names}.",
        names=names,
    )


def _forged(names: str) -> Message:
    return say("These marks of nbgrader's are none of this assignment's and were taken away: {names}.", names=names)
