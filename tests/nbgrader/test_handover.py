"""A course that is set up for our assignments grades an ordinary one by its own tests."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

import pytest

from tests.nbgrader.ordinary_course import ALL, HONEST, NUMBER, SECRET, Nbgrader, hand_in, make_course, scores

ROOT: Final = Path(__file__).parents[2]
HANDED_OVER: Final = """
from pathlib import Path
from autograder.adapters.nbgrader.config import configure
c = get_config()
configure(c, Path(__file__).parent)
c.RunInSandbox.cell_s = 2
"""


@pytest.fixture(scope="module")
def handed_over(tmp_path_factory: pytest.TempPathFactory, nbgrader: Nbgrader) -> Path:
    """Grade an assignment that has no settings of ours in a course that is set up for ours."""
    root = tmp_path_factory.mktemp("mixed")
    (root / "solutions" / "sums").mkdir(parents=True)
    shutil.copy(ROOT / "solutions" / "layers" / "assignment.toml", root / "solutions" / "sums")
    course = make_course(root, nbgrader, source_folder="solutions", config=HANDED_OVER)
    hand_in(course, "right", {})
    hand_in(course, "wrong", HONEST["wrong_and_partly_right"])
    hand_in(course, "hangs", {"square": "import time\ntime.sleep(10 ** 6)"})
    nbgrader(course, "autograde", "ps1")
    nbgrader(course, "generate_feedback", "ps1")
    return course


def test_an_assignment_that_is_none_of_ours_is_run_in_the_sandbox(handed_over: Path) -> None:
    """The course's own set-up grades it by its own tests, without a word in the settings."""
    found = scores(handed_over)
    assert found["right"] == ALL
    assert found["wrong"] == {**ALL, "square_test": 0.0, "sort_test": 2.0, "rows_test": 0.0}
    assert found["hangs"] == {**ALL, **dict.fromkeys((name for name in ALL if name != "essay"), 0.0)}


def test_feedback_shows_no_hidden_test(handed_over: Path) -> None:
    """Sentences, errors and points reach the students; hidden tests and paths don't."""
    for student in ("right", "wrong", "hangs"):
        page = (handed_over / "feedback" / student / "ps1" / "problem.html").read_text(encoding="utf-8")
        assert not [word for word in (NUMBER, SECRET, "HIDDEN", str(handed_over)) if word in page]
    assert "had ended the process" in page
