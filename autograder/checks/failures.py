"""How a check fails, and the plainest check of all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from autograder.checks import testimony

if TYPE_CHECKING:
    from collections.abc import Sequence

    from autograder.checks.evidence import Evidence
    from autograder.messages import Message


class CheckFailed(AssertionError):
    """The student's answer is not right.

    Parameters
    ----------
    message : Message or None
        What a student may read on a hidden check: places, shapes, counts and
        simple relations, never a number of the run or an expected value. None
        where the docstring of the check says it all.
    detail : Message or None
        The same with values and expectations, for public checks and for plain
        pytest; `message` where there is nothing to add.
    evidence : sequence of dict
        What a picture can show of it; for public checks only, as `detail` is.
    mistakes : sequence of str
        Mistakes of the catalogue that the check has recognized itself; several where it can't tell which.
    """

    def __init__(
        self,
        message: Message | None,
        detail: Message | None = None,
        *,
        evidence: Sequence[Evidence] = (),
        mistakes: Sequence[str] = (),
    ) -> None:
        self.message = message
        self.detail = message if detail is None else detail
        self.evidence = tuple(evidence)
        self.mistakes = tuple(mistakes)
        super().__init__("" if self.detail is None else self.detail["en"])


def check(condition: object, message: Message | None = None) -> None:
    """Fail unless `condition` is plainly true.

    Parameters
    ----------
    condition : bool
        True or ``np.True_`` pass. Anything else fails, also what Python would
        call truthy: an array or a text from a student is no answer to yes or no.
    message : Message or None
        What the student reads beside the docstring of the check.

    Raises
    ------
    CheckFailed
        If the condition is not true.
    """
    __tracebackhide__ = True
    is_true = isinstance(condition, (bool, np.bool_)) and bool(condition)
    testimony.state("required", message["en"] if message else "", right=is_true)
    if not is_true:
        raise CheckFailed(message)
