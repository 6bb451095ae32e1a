"""The vocabulary of graders: what an author may say about a student's answer.

Every assertion takes the answer first and names after it by keyword, fetches
what still lies in the student's process, and raises `CheckFailed` with a
sentence in every language.
"""

from __future__ import annotations

from autograder.checks.close import assert_close, assert_finite, assert_keys, assert_scalar, assert_shape
from autograder.checks.failures import CheckFailed, check
from autograder.checks.gradients import assert_gradient
from autograder.checks.printouts import read_numbers, read_records
from autograder.checks.state import assert_same_again, assert_unchanged
from autograder.checks.trajectories import assert_trajectory
from autograder.checks.values import fetch, took_single

__all__ = [
    "CheckFailed",
    "assert_close",
    "assert_finite",
    "assert_gradient",
    "assert_keys",
    "assert_same_again",
    "assert_scalar",
    "assert_shape",
    "assert_trajectory",
    "assert_unchanged",
    "check",
    "fetch",
    "read_numbers",
    "read_records",
    "took_single",
]
