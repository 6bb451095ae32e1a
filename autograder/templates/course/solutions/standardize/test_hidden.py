"""Hidden checks: they give the points. Their docstrings are what a student reads where one fails."""

from __future__ import annotations

import pytest

from autograder.checks import assert_agrees, assert_unchanged


def standardize(module, x):
    """Use the student's function, and the reference's, in the same way."""
    return module.standardize(x)


def draw_table(rng):
    """Five columns that differ in mean and in scale, and more rows than columns."""
    return rng.normal(loc=[-3.0, 0.0, 0.5, 2.0, 40.0], scale=[0.5, 3.0, 1.0, 0.2, 7.0], size=(8, 5))


@pytest.mark.exercise("standardize")
@pytest.mark.points(6)
def test_every_column_is_standardized(student, reference, rng):
    """In each column, the mean is subtracted and the result divided by the standard deviation.

    열마다 평균을 빼고 표준편차로 나누어야 해요.
    """
    assert_agrees(student, reference, standardize, draw_table(rng))


@pytest.mark.exercise("standardize")
@pytest.mark.points(2)
def test_a_column_of_equal_entries_becomes_zeros(student, reference, rng):
    """A column whose entries are all equal becomes zeros.

    값이 모두 같은 열은 0이 되어야 해요.
    """
    x = draw_table(rng)
    x[:, 2] = 4.0
    assert_agrees(student, reference, standardize, x)


@pytest.mark.exercise("standardize")
@pytest.mark.points(2)
def test_the_table_is_left_as_it_was(student, rng):
    """The given table keeps its entries.

    받은 표의 값은 그대로여야 해요.
    """
    x = draw_table(rng)
    seen = student.observe(student.standardize, x)
    assert_unchanged((x,), seen.arguments, what=("x",))
