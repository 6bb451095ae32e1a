"""Public checks: students get them too, so they never use the reference."""

from __future__ import annotations

import numpy as np
import pytest

from autograder.checks import assert_close


@pytest.mark.exercise("standardize")
@pytest.mark.points(0)
def test_the_worked_example(student):
    """The column 1, 3, 5 becomes about -1.22, 0, 1.22.

    열 1, 3, 5는 약 -1.22, 0, 1.22가 돼요.
    """
    z = student.standardize(np.array([[1.0], [3.0], [5.0]]))
    assert_close(z, [[-1.2247449], [0.0], [1.2247449]], what="standardize(x)", rtol=1e-6)
