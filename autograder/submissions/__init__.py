"""What students handed in: found, opened, read as text. Nothing is run here."""

from __future__ import annotations

from autograder.submissions.candidates import Candidate
from autograder.submissions.layouts import Found, candidate_at, find_submissions
from autograder.submissions.sources import Cell, Submission, read_submission

__all__ = [
    "Candidate",
    "Cell",
    "Found",
    "Submission",
    "candidate_at",
    "find_submissions",
    "read_submission",
]
