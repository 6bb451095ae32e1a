"""What a report looks like: safe HTML that any page can show, plain text, and small pictures."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from autograder.checks.evidence import MOST_ENTRIES, show_curve, show_entries
from autograder.messages import Language, Message, say
from autograder.notebook.display import Report, Sentence
from autograder.notebook.pictures import draw
from autograder.results import CheckResult, Isolation, Note, SubmissionResult, Verdict
from tests.notebook.conftest import Notebook

HOSTILE = "<script>alert(1)</script>\x1b[31m\"'&`<b>`\u202e]]>"


def message(text: str) -> Message:
    """Say the same in both languages."""
    return {"en": text, "ko": text}


def report(*checks: CheckResult, notes: tuple[Note, ...] = (), exercises: tuple[str, ...] = ()) -> Report:
    """Make a report of some checks."""
    result = SubmissionResult("", "tiny", (), "", "graded", 0.0, 0.0, Isolation(0, ()), 0.0, checks=checks, notes=notes)
    return Report(result, {"test_a": say("text"), "test_b": message("It doubles.")}, exercises)


def failed(text: str | None, verdict: Verdict = Verdict.FAILED, **more: Any) -> CheckResult:
    """Make a check that did not pass."""
    told = None if text is None else message(f"It doubles. {text}")
    return CheckResult("test_b", "double", hidden=False, verdict=verdict, points=0, max_points=0, message=told, **more)


def elements(html: str) -> Iterator[ET.Element]:
    """Parse a page, which fails where it is not well formed, and yield its elements."""
    yield from ET.fromstring(f"<page>{html}</page>").iter()


def require_harmless(html: str) -> None:
    """Fail where a page could run, load or clash with anything."""
    for element in elements(html):
        assert element.tag.rpartition("}")[2] in set(
            "page div span b code table tbody tr td svg rect path polyline circle text".split()
        )
        for name, value in element.attrib.items():
            assert not name.startswith("on")
            assert name not in {"id", "class", "href", "src"}
            assert "url(" not in value
            assert not re.search(r"https?:", value)


@pytest.mark.parametrize("language", ["en", "ko"])
def test_nothing_of_a_students_reaches_the_page_as_markup(language: Language) -> None:
    """Names, messages, notes and labels are text wherever they stand."""
    evidence = [
        *show_entries(np.ones(4), np.zeros(4), np.array([True, False, True, False]), what=HOSTILE),
        *show_entries(np.ones((20, 20)), np.zeros((20, 20)), np.ones((20, 20), bool), what=HOSTILE),
        *show_curve({0: 1.0, 1: 2.0}, {0: 1.0, 1: 3.0}, what=HOSTILE),
    ]
    shown = report(failed(HOSTILE, evidence=tuple(evidence)), notes=(Note("name", message(HOSTILE)),))
    html = shown.as_html(language)
    require_harmless(html)
    require_harmless(Sentence(message(HOSTILE)).as_html(language))
    assert "\x1b" not in html + shown.as_text(language)
    assert "\u202e" not in html + shown.as_text(language)


def test_code_in_a_sentence_is_set_as_code() -> None:
    """What stands between backticks."""
    html = Sentence(message("Write `double` & return.")).as_html("en")
    codes = [element.text for element in elements(html) if element.tag == "code"]
    assert codes == ["double"]
    assert "&amp; return." in html


def test_a_report_names_what_passes_and_what_to_look_at() -> None:
    """The sentence of the check stands above what was found, and once."""
    passed = CheckResult("test_a", "double", hidden=False, verdict=Verdict.PASSED, points=0, max_points=0)
    text = report(passed, failed("double(x) is off.")).as_text("en")
    assert text == ("double\n  ✓ text\n  ✗ It doubles.\n      double(x) is off.\n\n1 of 2 public checks passed.")
    assert "double(x) is off." in report(failed("double(x) is off.")).as_html("en")


def test_an_exercise_without_a_public_check_is_said() -> None:
    """It is not praised for nothing."""
    shown = report(exercises=("main",))
    assert "no public check" in shown.as_text("en")
    assert "the hidden ones will tell" in shown.as_text("en")


@pytest.mark.parametrize("verdict", [verdict for verdict in Verdict if verdict is not Verdict.PASSED])
def test_every_verdict_can_be_shown(verdict: Verdict) -> None:
    """Also one without a message."""
    for text in (None, "Why."):
        shown = report(failed(text, verdict))
        require_harmless(shown.as_html("ko"))
        assert "0 of 1 public checks passed." in shown.as_text("en")
        assert not shown.is_fine


def test_small_arrays_are_shown_by_their_numbers() -> None:
    """Each entry; those that are off with what is expected, also where both look alike at first."""
    wrong = np.array([[False, True], [True, False]])
    actual, expected = np.array([[1.0, 2.0], [np.nan, 4.0]]), np.array([[1.0, 2.00001], [3.0, 4.0]])
    (evidence,) = show_entries(actual, expected, wrong, what="W1")
    html = draw(evidence, "en")
    cells = ["".join(element.itertext()) for element in elements(html) if element.tag == "td"]
    assert cells == ["1", "22.00001", "NaN3", "4"]
    assert "W1" in html


def test_larger_arrays_are_shown_by_squares() -> None:
    """One for each entry, those that are off in another colour."""
    wrong = np.zeros((5, 3, 4), dtype=bool)
    wrong[2, 1] = True
    (evidence,) = show_entries(
        np.ones(wrong.shape), np.ones(wrong.shape), np.repeat(wrong, 2, axis=2)[..., :4], what="x"
    )
    assert evidence["shape"] == [15, 4]
    (evidence,) = show_entries(np.ones((10, 12)), np.ones((10, 12)), np.eye(10, 12, dtype=bool), what="x")
    squares = [element.attrib["fill"] for element in elements(draw(evidence, "en")) if element.tag.endswith("rect")]
    assert len(squares) == 120
    assert sorted(map(squares.count, set(squares))) == [10, 110]


@pytest.mark.parametrize("size", [0, 1, 3, MOST_ENTRIES + 1])
def test_too_small_and_too_large_arrays_have_no_picture(size: int) -> None:
    """A sentence says as much, or a page would be full."""
    assert not show_entries(np.ones(size), np.zeros(size), np.ones(size, bool), what="x")


def test_a_curve_stands_beside_the_expected_one() -> None:
    """A line through what was printed, a ring where it should pass; steep ones by their logarithms."""
    (evidence,) = show_curve({0: 40.0, 100: 4.0, 200: 0.4}, {0: 40.0, 200: 0.2}, what="loss")
    html = draw(evidence, "en")
    (line,) = [element for element in elements(html) if element.tag.endswith("polyline")]
    places = [tuple(map(float, point.split(","))) for point in line.attrib["points"].split()]
    assert len([element for element in elements(html) if element.tag.endswith("circle")]) == 2
    assert "logarithmic" in html
    # Ten times less is one step down, each time the same.
    steps = np.diff([y for _, y in places])
    assert np.allclose(steps, steps[0], atol=0.2)


@pytest.mark.parametrize(
    "values", [[np.nan, np.inf], [1.0, np.nan, 2.0], [0.0, 0.0], [-1.0, 1e300], [1e-320, 1.0], [5.0, 5.0]]
)
def test_odd_curves_do_no_harm(values: list[float]) -> None:
    """NaN has no place in a picture, and a flat line has no height."""
    for evidence in show_curve(dict(enumerate(values)), {0: 1.0, 1: 1.0}, what="loss"):
        html = draw(evidence, "ko")
        require_harmless(html) if html else None
        assert "nan" not in html.lower().replace("nan<", "")


def test_long_curves_are_thinned() -> None:
    """A picture needs no thousand points."""
    (evidence,) = show_curve({i: float(i) for i in range(5000)}, {0: 0.0, 1: 1.0}, what="loss")
    assert len(evidence["actual"]) < 300


def test_pictures_come_with_a_check(solved: Notebook) -> None:
    """Which entries are off, and the curve of the losses, from the student's own numbers."""
    solved.run("def double(x):\n    y = 2 * x\n    y[3] = 9\n    return y")
    html = solved.check("double").html
    cells = ["".join(element.itertext()) for element in elements(html) if element.tag == "td"]
    assert cells[:5] == ["2", "4", "6", "98", "10"]
    solved.run("def main():\n    for i in range(4): print(i, 'loss', 8 * 0.3 ** i)")
    page = solved.check("main")
    require_harmless(page.html)
    assert "polyline" in page.html
    assert "polyline" not in page.text
