"""A release holds the stub and the public checks, and no line of an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from autograder.assignments import Assignment, Exercise, Limits, find_course
from autograder.errors import CourseError, OutputError
from autograder.releasing import stub_text, write_release

if TYPE_CHECKING:
    from pathlib import Path

SOLUTION = '''# %% [markdown]
# Add two numbers.
# 두 수를 더해요.

# %%
def Add(a, b):
    """Sum."""
    ### BEGIN SOLUTION
    total = np.add(a, b)
    return total
    ### END SOLUTION


class Node:
    def forward(self, x):
        ### BEGIN SOLUTION
        self.kept = np.array(x)
        ### END SOLUTION
'''
PUBLIC = "def test_add(student):\n    assert student.Add(1, 2) == 3\n"
HIDDEN = "def test_add(student, reference, rng):\n    assert student.Add(17, 25) == reference.Add(17, 25)\n"


@pytest.fixture
def assignment(tmp_path: Path) -> Assignment:
    """Make an assignment whose three files are in place."""
    folder = tmp_path / "solutions" / "sums"
    folder.mkdir(parents=True)
    (folder / "sums.py").write_text(SOLUTION, encoding="utf-8")
    (folder / "test_public.py").write_text(PUBLIC)
    (folder / "test_hidden.py").write_text(HIDDEN)
    return Assignment("sums", folder, {"en": "Sums", "ko": "합"}, (Exercise("Add", 10),), ("sums.py",), Limits())


def test_each_solution_becomes_a_stub_at_its_indentation() -> None:
    """The regions are replaced; all other lines stay as they are."""
    stub = stub_text(SOLUTION)
    assert '    """Sum."""\n    # YOUR CODE HERE\n    raise NotImplementedError\n' in stub
    assert stub.endswith("    def forward(self, x):\n        # YOUR CODE HERE\n        raise NotImplementedError\n")
    assert "두 수를 더해요" in stub
    assert "total" not in stub
    assert "SOLUTION" not in stub
    compile(stub, "stub", "exec")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("x = 1\n### BEGIN SOLUTION\ny = 2\n", "line 2: ### BEGIN SOLUTION has no ### END SOLUTION"),
        ("x = 1\n### END SOLUTION\n", "line 2: ### END SOLUTION has no ### BEGIN SOLUTION"),
        ("### BEGIN SOLUTION\n### BEGIN SOLUTION\n### END SOLUTION\n", "line 2: ### BEGIN SOLUTION stands inside"),
        ("### BEGIN SOLUTION\nx = 1\n# %%\n### END SOLUTION\n", "line 1: ### BEGIN SOLUTION is not closed"),
        ("# begin solution\nx = 1\n# end solution\n", "line 1: '# begin solution' is not a marker"),
        ("x = 1  ### BEGIN SOLUTION\n", "is not a marker"),
        ("### BEGIN HIDDEN TESTS\nassert 1\n", "is not a marker"),
    ],
)
def test_markers_that_do_not_pair_up_are_refused(text: str, reason: str) -> None:
    """A slip in a marker would hand out a solution: the line is named."""
    with pytest.raises(CourseError) as caught:
        stub_text(text)
    assert reason in str(caught.value)


def test_a_release_is_the_stub_and_the_public_checks(assignment: Assignment, tmp_path: Path) -> None:
    """Two files are written, with the same bytes each time."""
    written = write_release(assignment, tmp_path / "assignments")
    assert [path.relative_to(tmp_path).as_posix() for path in written] == [
        "assignments/sums/sums.py",
        "assignments/sums/test_public.py",
    ]
    before = [path.read_bytes() for path in written]
    assert before == [stub_text(SOLUTION).encode(), PUBLIC.encode()]
    assert [path.read_bytes() for path in write_release(assignment, tmp_path / "assignments")] == before


@pytest.mark.parametrize(
    ("name", "line", "reason"),
    [
        ("test_public.py", "    total = np.add(a, b)", "line of a solution"),
        ("sums.py", "# total = np.add(a, b)", "line of a solution"),
        ("sums.py", "# assert student.Add(17, 25) == reference.Add(17, 25)", "line of a hidden check"),
    ],
)
def test_a_release_with_an_answer_in_it_is_refused(
    assignment: Assignment, tmp_path: Path, name: str, line: str, reason: str
) -> None:
    """Nothing is written where a line of a solution or a hidden check would be handed out."""
    path = assignment.folder / name
    path.write_text(f"{path.read_text(encoding='utf-8')}\n{line}\n", encoding="utf-8")
    with pytest.raises(CourseError, match=reason):
        write_release(assignment, tmp_path / "assignments")
    assert not (tmp_path / "assignments").exists()


def test_given_code_may_be_repeated_in_a_solution(assignment: Assignment, tmp_path: Path) -> None:
    """A line that students receive anyway is no secret."""
    path = assignment.reference
    path.write_text(SOLUTION + "\ndef given(a, b):\n    total = np.add(a, b)\n", encoding="utf-8")
    assert write_release(assignment, tmp_path / "assignments")


def test_a_missing_file_and_a_bad_folder_are_told_of(assignment: Assignment, tmp_path: Path) -> None:
    """The author is told which file is missing, the operator which folder can't be written."""
    (tmp_path / "taken").write_text("")
    with pytest.raises(OutputError, match="taken"):
        write_release(assignment, tmp_path / "taken")
    assignment.hidden_checks.unlink()
    with pytest.raises(CourseError, match=r"test_hidden\.py"):
        write_release(assignment, tmp_path / "assignments")


@pytest.mark.parametrize("name", find_course().names)
def test_every_bundled_assignment_can_be_released(name: str, tmp_path: Path) -> None:
    """The course hands out no answer, and each stub is Python."""
    stub, checks = write_release(find_course().assignment(name), tmp_path)
    compile(stub.read_text(encoding="utf-8"), stub.name, "exec")
    assert "raise NotImplementedError" in stub.read_text(encoding="utf-8")
    assert checks.read_bytes()
