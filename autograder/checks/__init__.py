"""The vocabulary of graders: what an author may say about a student's answer.

`assert_agrees` says most of it. Every other assertion takes the answer first and names after it by keyword, fetches
what still lies in the student's process, and raises `CheckFailed` with a
sentence in every language.
"""

from __future__ import annotations

from autograder.checks.agreement import assert_agrees, between
from autograder.checks.close import assert_close, assert_finite, assert_keys, assert_scalar, assert_shape
from autograder.checks.derivatives import assert_gradient_of, differentiate
from autograder.checks.dynamics import Dynamics
from autograder.checks.failures import CheckFailed, check
from autograder.checks.gradients import assert_gradient
from autograder.checks.magnitudes import magnitudes_of
from autograder.checks.printouts import read_numbers, read_records
from autograder.checks.state import assert_same_again, assert_unchanged
from autograder.checks.testimony import unheard
from autograder.checks.trajectories import assert_trajectory
from autograder.checks.values import fetch, took_single

__all__ = [
    "CheckFailed",
    "Dynamics",
    "assert_agrees",
    "assert_close",
    "assert_finite",
    "assert_gradient",
    "assert_gradient_of",
    "assert_keys",
    "assert_same_again",
    "assert_scalar",
    "assert_shape",
    "assert_trajectory",
    "assert_unchanged",
    "between",
    "check",
    "differentiate",
    "fetch",
    "magnitudes_of",
    "read_numbers",
    "read_records",
    "took_single",
    "unheard",
]
