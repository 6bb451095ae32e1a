"""Beside the notebook, students receive stub, public checks and README, and no line of an answer."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from autograder.assignments import Assignment, Exercise, Limits, find_course
from autograder.errors import CourseError
from autograder.releasing import companions, data_files, secrets_of, stub_text

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


def test_beside_the_notebook_go_stub_checks_and_readme(assignment: Assignment) -> None:
    """The stub is the solution without its solutions, and the checks are as they are."""
    texts = companions(assignment)
    assert list(texts) == ["sums.py", "test_public.py", "README.md"]
    assert texts["sums.py"] == stub_text(SOLUTION)
    assert texts["test_public.py"] == PUBLIC


def test_the_readme_tells_how_to_work_in_two_languages(assignment: Assignment) -> None:
    """Title, exercises with points, the ways to check and to hand in, and the data."""
    readme = companions(assignment)["README.md"]
    for said in (
        "# Sums · 합\n",
        "| `Add` | 10 |",
        "`%check Add`",
        "`pytest`",
        "`nbgrader submit sums`",
        "**제출하기.**",
    ):
        assert said in readme
    assert "source_data" not in readme


def test_the_data_that_the_text_names_go_to_the_students(assignment: Assignment, tmp_path: Path) -> None:
    """Data that only submissions may read besides stay where they are."""
    for name in "digits", "letters":
        (tmp_path / "source_data" / name).mkdir(parents=True)
        (tmp_path / "source_data" / name / "all.csv").write_text("1\n")
    folders = tuple(tmp_path / "source_data" / name for name in ("digits", "letters"))
    reading = dataclasses.replace(assignment, data=folders)
    assert data_files(reading) == {}
    assignment.reference.write_text(f"# read source_data/digits\n{SOLUTION}", encoding="utf-8")
    assert data_files(reading) == {"source_data/digits/all.csv": folders[0] / "all.csv"}
    assert companions(reading)["README.md"].count("`source_data/digits`") == 2


@pytest.mark.parametrize(
    ("name", "line", "reason"),
    [
        ("test_public.py", "    total = np.add(a, b)", "line of a solution"),
        ("sums.py", "# total = np.add(a, b)", "line of a solution"),
        ("sums.py", "# - Write `total = np.add(a, b)` here.", "line of a solution"),
        ("sums.py", "# assert student.Add(17, 25) == reference.Add(17, 25)", "line of a hidden check"),
        ("test_public.py", "# ### BEGIN SOLUTION", "marker of a solution"),
    ],
)
def test_an_answer_that_would_be_handed_out_is_refused(
    assignment: Assignment, name: str, line: str, reason: str
) -> None:
    """The sentence names the file and the line."""
    path = assignment.folder / name
    path.write_text(f"{path.read_text(encoding='utf-8')}\n{line}\n", encoding="utf-8")
    with pytest.raises(CourseError, match=rf"{name}: th.*{reason}"):
        companions(assignment)


def test_an_answer_in_the_title_is_refused(assignment: Assignment) -> None:
    """The README is searched like the rest."""
    slip = dataclasses.replace(assignment, title={"en": "`total = np.add(a, b)`", "ko": "합"})
    with pytest.raises(CourseError, match=r"README\.md: this line of a solution"):
        companions(slip)


def test_given_code_may_be_repeated_in_a_solution(assignment: Assignment) -> None:
    """A line that students receive anyway is no secret."""
    assignment.reference.write_text(
        SOLUTION + "\ndef given(a, b):\n    total = np.add(a, b)\n    return total\n", encoding="utf-8"
    )
    assert companions(assignment)
    assert secrets_of(assignment).solution == {"self.kept = np.array(x)"}


@pytest.mark.parametrize("name", ["sums.py", "test_public.py", "test_hidden.py"])
def test_a_missing_file_is_told_of(assignment: Assignment, name: str) -> None:
    """The author is told which one."""
    (assignment.folder / name).unlink()
    with pytest.raises(CourseError, match=name.replace(".", r"\.")):
        companions(assignment)


@pytest.mark.parametrize("name", find_course().names)
def test_every_bundled_assignment_can_be_released(name: str) -> None:
    """The course hands out no answer, and each stub is Python."""
    stub = companions(find_course().assignment(name))[f"{name}.py"]
    compile(stub, f"{name}.py", "exec")
    assert "raise NotImplementedError" in stub
