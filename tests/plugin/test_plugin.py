"""Graders are ordinary pytest files: run on one submission, and refused where they are wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

RIGHT = "def double(x):\n    return x + x\n\ndef main(x):\n    return double(x) + 1\n"


def run(pytester: pytest.Pytester, *arguments: object) -> pytest.RunResult:
    """Run pytest in a process of its own, as an instructor does."""
    return pytester.runpytest_subprocess("--import-mode=importlib", "-p", "no:cacheprovider", *map(str, arguments))


def submit(folder: Path, source: str) -> Path:
    """Write a submission."""
    path = folder / "kim.py"
    path.write_text(source, encoding="utf-8")
    return path


def test_one_submission_by_plain_pytest(pytester: pytest.Pytester, course: Path) -> None:
    """`pytest test_hidden.py --submission kim.py` judges one file."""
    result = run(pytester, course / "test_hidden.py", "--submission", submit(course, RIGHT))
    result.assert_outcomes(passed=2)


def test_a_wrong_sibling_costs_once(pytester: pytest.Pytester, course: Path) -> None:
    """What leans on a wrong sibling is judged with the reference in its place."""
    kim = submit(course, RIGHT.replace("x + x", "x * x"))
    result = run(pytester, course / "test_hidden.py", "--submission", kim)
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*FAILED*test_double*"])


def test_an_own_bug_is_not_hidden_by_a_wrong_sibling(pytester: pytest.Pytester, course: Path) -> None:
    """A second mistake costs by itself."""
    kim = submit(course, RIGHT.replace("x + x", "x * x").replace("+ 1", "+ 2"))
    run(pytester, course / "test_hidden.py", "--submission", kim).assert_outcomes(failed=2)


def test_the_file_beside_the_checks_is_the_default(pytester: pytest.Pytester, course: Path, tmp_path: Path) -> None:
    """A student runs `pytest` in the assignment's folder, with nothing secret around."""
    folder = tmp_path / "assignments" / "tiny"
    folder.mkdir(parents=True)
    (folder / "test_public.py").write_bytes((course / "test_public.py").read_bytes())
    (folder / "tiny.py").write_text(RIGHT, encoding="utf-8")
    run(pytester, folder).assert_outcomes(passed=1)
    (folder / "tiny.py").write_text("def double(x):\n    return 0\n", encoding="utf-8")
    result = run(pytester, folder)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*double(3)*"])


def test_a_fault_of_the_student_is_the_failure(pytester: pytest.Pytester, course: Path) -> None:
    """A crash in the submission is told with its place, not as a traceback of ours."""
    result = run(pytester, course / "test_hidden.py", "--submission", submit(course, "def double(x):\n    return y\n"))
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(["*line 2 of kim.py*`y` is not defined*"])


def test_a_missing_submission_is_said(pytester: pytest.Pytester, course: Path) -> None:
    """A path that leads nowhere is the operator's to mend."""
    result = run(pytester, course / "test_hidden.py", "--submission", course / "nobody.py")
    assert result.ret != 0
    result.stdout.fnmatch_lines(["*nobody.py*"])


REFUSED = {
    "no points": ("@pytest.mark.points(2)\n", "", "*exactly one @pytest.mark.points*"),
    "no exercise": ('@pytest.mark.exercise("double")\n', "", "*exactly one @pytest.mark.exercise*"),
    "two points": ("@pytest.mark.points(2)\n", "@pytest.mark.points(1)\n@pytest.mark.points(1)\n", "*exactly one*"),
    "negative points": ("points(2)", "points(-2)", "*points must be*"),
    "not a number": ("points(2)", "points('2')", "*exactly one*"),
    "one language": ("\n\n    두 배로 만들어요.\n    ", "", "*docstring*Korean*"),
    "points that don't add up": ("points(2)", "points(1)", "*hidden checks of double add up to 1 points*says 2*"),
    "an unknown exercise": ('exercise("double")', 'exercise("treble")', "*add up*"),
}


@pytest.mark.parametrize(("old", "new", "told"), REFUSED.values(), ids=REFUSED)
def test_a_careless_grader_is_refused(pytester: pytest.Pytester, course: Path, old: str, new: str, told: str) -> None:
    """A check without points, exercise or sentence is an error at collection."""
    hidden = course / "test_hidden.py"
    text = hidden.read_text(encoding="utf-8")
    assert old in text
    hidden.write_text(text.replace(old, new, 1), encoding="utf-8")
    result = run(pytester, hidden, "--submission", submit(course, RIGHT))
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([told])


def test_a_class_of_checks_is_refused(pytester: pytest.Pytester, course: Path) -> None:
    """A test class would keep its state from one submission to the next."""
    hidden = course / "test_hidden.py"
    text = '\nclass TestMore:\n    def test_it(self, student):\n        """A.\n\n        가.\n        """\n'
    hidden.write_text(hidden.read_text(encoding="utf-8") + text, encoding="utf-8")
    result = run(pytester, hidden, "--submission", submit(course, RIGHT))
    result.stderr.fnmatch_lines(["*a check is a function*"])


def test_ordinary_tests_are_left_alone(pytester: pytest.Pytester) -> None:
    """Other people's test files notice nothing of the plugin."""
    pytester.makepyfile(test_other="class TestIt:\n    def test_one(self):\n        assert 1 == 1\n")
    run(pytester).assert_outcomes(passed=1)
