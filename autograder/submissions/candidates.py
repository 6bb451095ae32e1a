"""What was found for one student, and the choice where more than one thing was."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from autograder.errors import SubmissionError
from autograder.messages import say
from autograder.results import Note
from autograder.submissions.archives import read_head
from autograder.submissions.files import LARGEST
from autograder.submissions.names import suffix

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from autograder.submissions.files import File

SOURCES: Final = (".py", ".ipynb", ".pyw", ".txt", "")
"""Suffixes of files that may hold Python."""


@dataclass(frozen=True)
class Candidate:
    """What one student handed in for one assignment, not yet read.

    Attributes
    ----------
    files : tuple of File
        Named relative to the student's folder; empty where the folder was.
    notes : tuple of Note
        What is to be said on the result.
    timestamp : File or None
        nbgrader's note of when it was handed in.
    """

    student: str
    assignment: str
    files: tuple[File, ...]
    notes: tuple[Note, ...] = ()
    timestamp: File | None = None


@dataclass(frozen=True)
class Offer:
    """One place where a candidate was found.

    Attributes
    ----------
    label : str
        What messages call the place.
    source : int
        Which of the paths that the operator named it came from.
    """

    candidate: Candidate
    label: str
    source: int


def best_of(offers: Sequence[Offer], entry: Sequence[str]) -> Candidate:
    """Choose among what one student handed in for one assignment, and say so.

    Parameters
    ----------
    offers : sequence of Offer
        In the order in which they were found.
    entry : sequence of str
        The names of the assignment's files; the first form is preferred.
    """
    if len(offers) == 1:
        return offers[0].candidate
    kinds = list(dict.fromkeys(map(suffix, entry)))
    forms = {kind: len(kinds) - index for index, kind in enumerate(kinds)}
    best = max(enumerate(offers), key=lambda pair: (*_merit(pair[1], offers, forms), pair[0]))[1]
    note = say(
        "handed in more than once ({files}): {used} was graded",
        files=listed([offer.label for offer in offers]),
        used=best.label,
    )
    # Which copy is graded must not change how the student's name is spelled in the results.
    student = min(offer.candidate.student for offer in offers)
    return replace(best.candidate, student=student, notes=(*best.candidate.notes, Note("duplicate", note)))


def _merit(offer: Offer, offers: Sequence[Offer], forms: Mapping[str, int]) -> tuple[float, ...]:
    """Rank copies: readable, worked on, the form that the assignment prefers, the newest.

    The form counts only between `kim.py` and `kim.ipynb` of one folder: who
    hands in again later may have changed the form.
    """
    files = [file for file in offer.candidate.files if not file.problem]
    stubs = [peek(file).count(b"raise NotImplementedError") for file in files if suffix(file.name) in SOURCES]
    together = len({other.source for other in offers}) == 1
    form = max((forms.get(suffix(file.name), 0) for file in files), default=0) if together else 0
    return bool(files), -min(stubs, default=0), form, max((file.modified for file in files), default=0.0)


def peek(file: File, most: int = LARGEST) -> bytes:
    """Return a file's first bytes, or none where it can't be read: that is told when it is graded."""
    try:
        return read_head(file, min(most, file.size))
    except SubmissionError:
        return b""


def listed(names: Sequence[str], most: int = 5) -> str:
    """Write names one after another, not more than a few."""
    return ", ".join(names[:most]) + (f", … (+{len(names) - most})" if len(names) > most else "")
