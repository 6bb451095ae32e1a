"""A judge names the mistake behind a failure, from a catalogue and from what it makes of the solution itself."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.errors import CourseError
from autograder.judge import Judge
from autograder.results import FOR_AUTHORS, CheckResult, Mistake, SubmissionResult, Verdict
from autograder.sandbox.levels import choose
from autograder.submissions import Submission
from tests.plugin.test_judge import submission

RIGHT_DOUBLE = "def double(x):\n    return x + x\n"
RIGHT_MAIN = "def main(x):\n    return double(x) + 1\n"
CATALOGUE = """
[[mistakes]]
id = "squared"
exercise = "double"
en = "Is that the square?"
ko = "제곱이 아닌가요?"
forms = [{ find = "2 * x", replace = "x * x" }]

[[mistakes]]
id = "no_return"
exercise = "double"
en = "Is the return missing?"
ko = "return을 빠뜨렸나요?"
forms = [{ find = "return 2 * x", replace = "2 * x" }]

[[mistakes]]
id = "offset_forgotten"
exercise = "main"
en = "Something has to be added."
ko = "더할 것이 있어요."
forms = [{ find = " + offset()", replace = "" }]

[[mistakes]]
id = "doubled_at_the_end"
exercise = "main"
en = "What is doubled, and what is added after that?"
ko = "무엇을 두 배로 하고 무엇을 나중에 더하나요?"
forms = [{ find = "double(x) + offset()", replace = "double(x + offset())" }]
"""
TWICE = '''

@pytest.mark.exercise("double")
@pytest.mark.points(0)
def test_double_of_many(student, reference, rng):
    """It doubles many.

    여러 수를 두 배로 만들어요.
    """
    x = rng.normal(size=(4, 5))
    assert_close(student.double(x), reference.double(x), what="double(x)")


@pytest.mark.exercise("main")
@pytest.mark.points(0)
def test_main_answers(student):
    """It answers.

    답을 해요.
    """
    student.main(1.0)
'''


@pytest.fixture
def named_course(course: Path) -> Path:
    """Add a catalogue and more checks to the tiny course."""
    (course / "mistakes.toml").write_text(CATALOGUE, encoding="utf-8")
    with (course / "test_hidden.py").open("a", encoding="utf-8") as file:
        file.write(TWICE)
    return course


@pytest.fixture
def judge(named_course: Path) -> Iterator[Judge]:
    """Start a judge of it."""
    made = Judge([named_course], level=choose("auto"))
    yield made
    made.close()


def checks_of(result: SubmissionResult) -> dict[str, CheckResult]:
    """Return the checks by their names."""
    return {check.id: check for check in result.checks}


def test_the_mistake_of_the_catalogue_is_named_once_in_full(judge: Judge) -> None:
    """In the first check that shows it and in the first that costs points; the next one only refers to it."""
    checks = checks_of(
        judge.grade(submission(f"import numpy as np\ndef double(x):\n    return np.square(x)\n{RIGHT_MAIN}"))
    )
    assert {check.mistake for check in checks.values() if check.exercise == "double"} == {Mistake("squared", sure=True)}
    for name in ("test_double_of_three", "test_double"):
        message = checks[name].message
        assert message is not None
        assert ". Is that the square? double(" in message["en"]
        assert ". 제곱이 아닌가요? double(" in message["ko"]
    again = checks["test_double_of_many"].message
    assert again is not None
    assert ". This comes from the same mistake. double(" in again["en"]
    assert checks["test_main"].verdict is Verdict.PASSED


def test_a_follow_on_error_is_not_taken_for_a_mistake(judge: Judge) -> None:
    """With a wrong sibling, a right exercise passes, and a wrong one is named for what is wrong in itself."""
    wrong = "def double(x):\n    return x * x\n"
    right = judge.grade(submission(wrong + RIGHT_MAIN))
    assert checks_of(right)["test_main"].verdict is Verdict.PASSED
    told = [note.message["en"] for note in right.notes if note.kind == "oracle"]
    assert told == [
        "`main` was judged with a right `double` in place of yours: what is wrong there costs nothing here."
    ]
    both = checks_of(judge.grade(submission(f"{wrong}def main(x):\n    return double(x)\n")))
    assert both["test_double"].mistake == Mistake("squared", sure=True)
    main = both["test_main"]
    assert main.mistake == Mistake("offset_forgotten", sure=True)
    assert main.message is not None
    assert main.message["en"].startswith("It doubles and adds one. Something has to be added. main(x) is not")
    assert main.message["en"].endswith("Everything else in `main` is right.")


def test_a_factor_and_nothing_at_all_are_named(judge: Judge) -> None:
    """Where no variant fits; and what returns nothing is named, because only one mistake does that."""
    factor = checks_of(judge.grade(submission("def double(x):\n    return 16 * x\n")))
    assert factor["test_double"].mistake == Mistake("times_8", sure=True)
    nothing = checks_of(judge.grade(submission("def double(x):\n    x + x\n")))
    assert nothing["test_double"].mistake == Mistake("no_return", sure=True)


@pytest.mark.parametrize(
    "body", ["return 2.0 * x + 0.1 * abs(x)", "return y", "return 'x' * 5_000_000", "while True: pass"]
)
def test_what_nobody_thought_of_has_no_name(judge: Judge, body: str) -> None:
    """The message is then the one of the check alone."""
    checks = checks_of(judge.grade(submission(f"def double(x):\n    {body}\n{RIGHT_MAIN}")))
    assert [check.mistake for check in checks.values()] == [None] * len(checks)
    assert checks["test_double"].verdict is not Verdict.PASSED


def test_a_name_does_not_depend_on_who_was_graded_before(judge: Judge, named_course: Path) -> None:
    """In a class or alone, the result is the same to the byte."""
    texts = ["return x * x", "return x", "x + x", "return 3 * x", "return x + x", "return -x", "return x * x"]
    works = [submission(f"def double(x):\n    {text}\n{RIGHT_MAIN}") for text in texts]

    together = [plain(judge.grade(work)) for work in works]
    for work, result in zip(works, together, strict=True):
        assert grade_alone(named_course, work) == result


def grade_alone(folder: Path, work: Submission) -> object:
    """Let a judge grade nothing else."""
    alone = Judge([folder], level=choose("auto"))
    result = plain(alone.grade(work))
    alone.close()
    return result


def plain(result: SubmissionResult) -> object:
    """Leave out what a clock said."""
    data = result.to_json()
    return {**data, "wall_s": 0, "cpu_s": 0, "checks": [{**check, "wall_s": 0} for check in data["checks"]]}


def test_what_earlier_judges_saw_changes_no_result(named_course: Path) -> None:
    """Nothing is tried twice; and a file that is damaged, or of another catalogue, is as good as none."""
    work = submission(f"def double(x):\n    return x * x\n{RIGHT_MAIN}")
    first = grade_alone(named_course, work)
    # What was changed a moment ago may have been read before and after.
    assert not list((named_course / "__pycache__").glob("*.understudies"))
    for path in named_course.rglob("*"):
        os.utime(path, (1e9, 1e9))
    assert grade_alone(named_course, work) == first
    (seen,) = (named_course / "__pycache__").glob("*.understudies")
    content = seen.read_bytes()
    assert grade_alone(named_course, work) == first
    assert seen.read_bytes() == content
    seen.write_bytes(content[:-9] + bytes([content[-9] ^ 1]) + content[-8:])
    assert grade_alone(named_course, work) == first
    assert seen.read_bytes() != content
    (named_course / "mistakes.toml").write_text(CATALOGUE.replace("the square?", "a square?"), encoding="utf-8")
    assert "Is that a square?" in str(grade_alone(named_course, work))


def test_a_check_with_other_fixtures_is_not_rehearsed(named_course: Path) -> None:
    """Such a fixture may hold what one student answered, which is no variant's answer."""
    hidden = named_course / "test_hidden.py"
    text = hidden.read_text(encoding="utf-8")
    fixture = "\n\n@pytest.fixture\ndef answer(student):\n    return student.double(3.0)\n"
    text = text.replace("def test_double(student, reference, rng)", "def test_double(answer, student, reference, rng)")
    hidden.write_text(text + fixture, encoding="utf-8")
    judge = Judge([named_course], level=choose("auto"))
    checks = checks_of(judge.grade(submission(f"def double(x):\n    return x * x\n{RIGHT_MAIN}")))
    judge.close()
    assert checks["test_double"].mistake is None
    assert checks["test_double_of_many"].mistake == Mistake("squared", sure=True)


def test_a_diagnosis_that_fails_costs_nothing(named_course: Path) -> None:
    """A form that does not fit the solution is told to the author; verdicts and points stand."""
    (named_course / "mistakes.toml").write_text(CATALOGUE.replace('find = "2 * x"', 'find = "7 * x"'), encoding="utf-8")
    judge = Judge([named_course], level=choose("auto"))
    result = judge.grade(submission(f"def double(x):\n    return x * x\n{RIGHT_MAIN}"))
    judge.close()
    assert result.status == "graded"
    assert result.score == 3
    assert checks_of(result)["test_double"].mistake is None
    assert [note.kind for note in result.notes if note.kind != "oracle"] == [FOR_AUTHORS]


def test_a_catalogue_that_cannot_be_read_is_said_at_once(named_course: Path) -> None:
    """Before any submission is judged."""
    (named_course / "mistakes.toml").write_text("[[mistakes]]\nid = 3\n", encoding="utf-8")
    judge = Judge([named_course], level=choose("auto"))
    with pytest.raises(CourseError, match=r"mistakes\.toml"):
        judge.start()


def test_public_checks_alone_name_no_mistakes(named_course: Path) -> None:
    """A student's own machine has no solution; where there is one, it is no different."""
    judge = Judge([named_course], level=choose("auto"), hidden=False)
    result = judge.grade(submission("def double(x):\n    return x * x\n"))
    judge.close()
    assert [check.mistake for check in result.checks] == [None]


def test_an_enormous_answer_does_not_stop_the_diagnosis(judge: Judge) -> None:
    """It is judged as ever, and the next submission is named."""
    huge = "import numpy as np\ndef double(x):\n    return [np.ones((300, 300))] * 40\n"
    assert checks_of(judge.grade(submission(huge)))["test_double"].mistake is None
    again = checks_of(judge.grade(submission("def double(x):\n    return x * x\n")))
    assert again["test_double"].mistake == Mistake("squared", sure=True)
