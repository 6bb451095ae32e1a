"""What a result looks like in a notebook: points that nbgrader reads, sentences that people read."""

from __future__ import annotations

import re
from dataclasses import replace

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.adapters.nbgrader.markup import is_inert
from autograder.adapters.nbgrader.outputs import (
    MOST_FINDINGS,
    comment,
    grade_output,
    message_output,
    needs_a_person,
    notes_html,
    points_of,
)
from autograder.messages import Message, say
from autograder.results import CheckResult, ExerciseResult, Isolation, Note, SubmissionResult, Verdict

EVIL = "<script>alert(1)</script>"


def message(text: str) -> Message:
    """Return the same text in both languages, told apart."""
    return {"en": f"en {text}", "ko": f"ko {text}"}


def check(name: str, verdict: Verdict, points: float, text: str | None = None, most: float = 1.0) -> CheckResult:
    """Return a check of the exercise Loss."""
    told = message(text) if text else None
    return CheckResult(name, "Loss", hidden=True, verdict=verdict, points=points, max_points=most, message=told)


def result(*checks: CheckResult, status: str = "graded", score: float | None = None) -> SubmissionResult:
    """Return the result of a submission with the exercise Loss."""
    earned = sum(one.points for one in checks) if score is None else score
    most = sum(one.max_points for one in checks) or 2.0
    return SubmissionResult(
        student="student01",
        assignment="gradient_descent",
        files=("gradient_descent.ipynb",),
        sha256="",
        status=status,  # type: ignore[arg-type]
        score=None if status == "grader_error" else earned,
        max_score=most,
        isolation=Isolation(4, ()),
        exercises=(ExerciseResult("Loss", earned, most),),
        checks=checks,
    )


PASSED = check("a", Verdict.PASSED, 1.0)
FAILED = check("b", Verdict.FAILED, 0.0, "it is half of what it should be")


def html_of(output: dict[str, object]) -> str:
    """Return what people see of an output."""
    data = output["data"]
    assert isinstance(data, dict)
    return str(data["text/html"])


def test_the_plain_text_is_the_points_and_nothing_else() -> None:
    """A number is what nbgrader reads, and it gives full marks for anything else."""
    output = grade_output(result(PASSED, FAILED), "Loss", 2.0)
    assert output["data"]["text/plain"] == "1.0"
    assert "1 / 2" in html_of(output)
    cell = nbformat.v4.new_code_cell("%check Loss", outputs=[nbformat.from_dict(output)])
    nbformat.validate(nbformat.v4.new_notebook(cells=[cell]))


@pytest.mark.parametrize(("most", "points"), [(2.0, 1.0), (4.0, 2.0), (1.0, 0.5), (0.0, 0.0), (3.0, 1.5)])
def test_points_are_scaled_to_what_the_gradebook_gives(most: float, points: float) -> None:
    """An assignment whose points have changed since it was released keeps its shares."""
    assert points_of(result(PASSED, FAILED), "Loss", most) == points


@given(
    score=st.floats(allow_nan=False, min_value=-10, max_value=1e9),
    most=st.floats(min_value=0, max_value=1e9),
    worth=st.floats(min_value=0, max_value=1e9),
)
def test_points_are_never_more_than_there_are(score: float, most: float, worth: float) -> None:
    """More than the maximum would make nbgrader refuse the submission."""
    whole = replace(result(PASSED), exercises=(ExerciseResult("Loss", score, worth),))
    output = grade_output(whole, "Loss", most)
    assert 0 <= float(output["data"]["text/plain"]) <= most


def test_an_exercise_that_was_not_judged_has_no_points() -> None:
    """A missing result never scores."""
    output = grade_output(result(PASSED), "main", 4.0)
    assert output["data"]["text/plain"] == "0.0"
    assert "No check judges this exercise." in html_of(output)


def test_a_fault_of_ours_is_no_score_and_asks_for_a_person() -> None:
    """What our side did not manage is told apart from what a student did not."""
    broken = result(PASSED, check("b", Verdict.GRADER_ERROR, 0.0, "/srv/course/test_hidden.py"), status="grader_error")
    assert needs_a_person(broken, "Loss")
    page = html_of(grade_output(broken, "Loss", 2.0))
    assert "the fault is ours" in page
    assert "/srv" not in page
    assert "/srv" not in str(comment(broken, "Loss"))
    assert not needs_a_person(result(PASSED, FAILED), "Loss")


def test_only_the_exercise_that_a_fault_concerns_asks_for_a_person() -> None:
    """An exercise all of whose checks ended keeps its points."""
    other = replace(check("c", Verdict.GRADER_ERROR, 0.0, "x"), exercise="main")
    broken = replace(result(PASSED, other, status="grader_error"), exercises=(ExerciseResult("Loss", 1.0, 1.0),))
    assert not needs_a_person(broken, "Loss")
    assert points_of(broken, "Loss", 2.0) == 2.0
    assert needs_a_person(broken, "main")


def test_what_could_not_be_read_says_why() -> None:
    """Each grade cell of an unreadable submission tells the reason."""
    reason = say("{file} is a damaged notebook", file="kim.ipynb")
    unread = replace(result(status="unreadable", score=0.0), notes=(Note("unreadable", reason),))
    output = grade_output(unread, "Loss", 2.0)
    assert output["data"]["text/plain"] == "0.0"
    assert "kim.ipynb is a damaged notebook" in html_of(output)
    assert "damaged" in str(comment(unread, "Loss"))
    assert not needs_a_person(unread, "Loss")


def test_what_is_right_has_no_comment() -> None:
    """A comment says what to look at first, so there is none where there is nothing."""
    assert comment(result(PASSED), "Loss") is None


def test_a_comment_begins_with_what_cost_points() -> None:
    """Practice comes after what counts."""
    practice = check("p", Verdict.FAILED, 0.0, "practice", most=0.0)
    assert comment(result(practice, FAILED), "Loss", ["en"]) == "▸ en it is half of what it should be"
    assert comment(result(practice, PASSED), "Loss", ["en"]) == "▸ en practice"


@pytest.mark.parametrize(("languages", "there"), [(["en"], "en"), (["ko"], "ko"), (["en", "ko"], "enko")])
def test_sentences_are_in_the_languages_that_were_asked_for(languages: list[str], there: str) -> None:
    """A class may read one language or both."""
    page = html_of(grade_output(result(FAILED), "Loss", 1.0, languages))  # type: ignore[arg-type]
    for language in ("en", "ko"):
        assert (f"{language} it is half" in page) == (language in there)


def test_what_a_check_asks_for_stands_apart_from_what_it_found() -> None:
    """With the sentences of the checks, findings that several share are told once."""
    asked = {"a": message("asks one."), "b": message("asks two.")}
    checks = [replace(FAILED, id=name, message=also(asked[name], "It is half.")) for name in asked]
    page = html_of(grade_output(result(*checks), "Loss", 2.0, ["en"], sentences=asked))
    assert page.count("It is half.") == 1
    assert "asks one. (0 / 1)" in page
    assert "asks two. (0 / 1)" in page


def also(sentence: Message, found: str) -> Message:
    """Return a message as the judge makes it: what is asked for, and what was found."""
    return {"en": f"{sentence['en']} {found}", "ko": f"{sentence['ko']} {found}"}


def test_what_is_not_written_is_told_once() -> None:
    """Of a missing function every check would say the same."""
    asked = {"a": message("asks one."), "b": message("asks two.")}
    unwritten = check("a", Verdict.MISSING, 0.0)
    missing = [replace(unwritten, id=name, message=also(asked[name], "`Loss` isn't written yet.")) for name in asked]
    page = html_of(grade_output(result(*missing), "Loss", 2.0, ["en"], sentences=asked))
    assert page.count("written yet") == 1
    assert "<code>Loss</code>" in page
    assert "asks" not in page


def test_nothing_that_a_student_wrote_becomes_active() -> None:
    """Names of functions, files and exceptions are text."""
    evil = result(check("a", Verdict.CRASHED, 0.0, f"{EVIL} `{EVIL}` $x$ \x1b[31m" + "x" * 5000))
    output = grade_output(evil, "Loss", 1.0)
    page = html_of(output)
    assert "<script" not in page
    assert "\x1b" not in page
    assert "tex2jax_ignore" in page
    assert is_inert(page)
    assert len(page) < 5000
    assert "<script" not in str(comment(evil, "Loss"))
    notes = notes_html([Note("name", message(f"{EVIL} was taken for `{EVIL}`"))])
    assert notes
    assert is_inert(notes)


def test_a_page_stays_small_whatever_went_wrong() -> None:
    """A hundred findings are cut, and it is said that there are more."""
    many = [check(f"c{number}", Verdict.FAILED, 0.0, f"finding {number}") for number in range(100)]
    page = html_of(grade_output(result(*many), "Loss", 100.0, ["en"]))
    assert page.count("finding") == MOST_FINDINGS
    assert f"and {100 - MOST_FINDINGS} more" in page


def test_notes_are_told_once_and_only_where_there_are_any() -> None:
    """A submission of which there is nothing to say has no block of notes."""
    assert notes_html([]) is None
    twice = [Note("a", message("x")), Note("b", message("x"))]
    page = str(notes_html(twice, ["en"]))
    assert len(re.findall("en x", page)) == 1


def test_a_message_alone_has_its_points_too() -> None:
    """A cell of which there is only something to say has an explicit score all the same."""
    output = message_output(0.5, 2.0, [message("look")])
    assert output["data"]["text/plain"] == "0.5"
    assert "en look" in html_of(output)
    assert is_inert(html_of(output))
