"""A small course in a temporary folder, for pytest to run on."""

from __future__ import annotations

from pathlib import Path

import pytest

SOLUTION = '''
def offset():
    """Given."""
    return 1


def double(x):
    ### BEGIN SOLUTION
    return 2 * x
    ### END SOLUTION


def main(x):
    ### BEGIN SOLUTION
    return double(x) + offset()
    ### END SOLUTION
'''
SETTINGS = """
entry = ["tiny.py"]
[title]
en = "Tiny"
ko = "작은 과제"
[[exercises]]
name = "double"
points = 2
[[exercises]]
name = "main"
points = 3
[limits]
call_s = 1
total_s = 4
"""
HIDDEN = '''
import pytest
from autograder.checks import assert_close

@pytest.mark.exercise("double")
@pytest.mark.points(2)
def test_double(student, reference, rng):
    """It doubles.

    두 배로 만들어요.
    """
    x = rng.normal(size=3)
    assert_close(student.double(x), reference.double(x), what="double(x)")

@pytest.mark.exercise("main")
@pytest.mark.points(3)
@pytest.mark.leans_on("double")
def test_main(student, reference, rng):
    """It doubles and adds one.

    두 배로 만들고 1을 더해요.
    """
    x = rng.normal()
    assert_close(student.main(x), reference.main(x), what="main(x)")
'''
PUBLIC = '''
import pytest
from autograder.checks import assert_close

@pytest.mark.exercise("double")
@pytest.mark.points(0)
def test_double_of_three(student):
    """Twice 3 is 6.

    3의 두 배는 6이에요.
    """
    assert_close(student.double(3.0), 6.0, what="double(3)")
'''


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """Write the course; return its one assignment's folder."""
    folder = tmp_path / "solutions" / "tiny"
    folder.mkdir(parents=True)
    for name, text in {
        "tiny.py": SOLUTION,
        "assignment.toml": SETTINGS,
        "test_hidden.py": HIDDEN,
        "test_public.py": PUBLIC,
    }.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder
