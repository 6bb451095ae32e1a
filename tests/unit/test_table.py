"""What a person reads: tables that fit the terminal, and nothing that steers it."""

from __future__ import annotations

import json
from io import BytesIO, StringIO, TextIOWrapper
from typing import TYPE_CHECKING

import pytest
from rich.cells import cell_len
from rich.console import Console

from autograder.messages import Message, say
from autograder.reports.checks import print_checks
from autograder.reports.closing import Totals, print_ending, print_left_out, print_ungraded
from autograder.reports.progress import LiveProgress
from autograder.reports.summary import describe_class, summarize
from autograder.reports.table import print_class
from autograder.reports.terminal import clean
from autograder.results import CheckResult, ExerciseResult, Isolation, Note, SubmissionResult, Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from autograder.messages import Language

SENTENCE: Message = {"en": "The loss is the mean.", "ko": "손실은 평균이에요."}
FOUND: Message = {
    "en": "The loss is the mean. Loss(f_x, y) = 6, expected 2",
    "ko": "손실은 평균이에요. Loss(f_x, y) = 6인데 2여야 해요",
}
EVIL = "kim\x1b[2J\x1b]0;owned\x07\u202eevil [red]x[/red]\ud800"


def result(
    student: str,
    verdicts: Sequence[Verdict],
    *,
    assignment: str = "gradient_descent",
    message: Message = FOUND,
) -> SubmissionResult:
    """Make a result of exercises worth 2 points each."""
    names = [f"exercise_{number}" for number in range(1, len(verdicts) + 1)]
    points = [2.0 if verdict is Verdict.PASSED else 0.0 for verdict in verdicts]
    return SubmissionResult(
        student=student,
        assignment=assignment,
        files=("a.py",),
        sha256="0" * 64,
        status="graded",
        score=sum(points),
        max_score=2.0 * len(names),
        isolation=Isolation(2, ("landlock", "seccomp", "rlimits")),
        wall_s=0.1,
        cpu_s=0.05,
        exercises=tuple(ExerciseResult(name, score, 2.0) for name, score in zip(names, points, strict=True)),
        checks=tuple(
            CheckResult(
                id=f"test_{name}",
                exercise=name,
                hidden=True,
                verdict=verdict,
                points=score,
                max_points=2.0,
                message=None if verdict is Verdict.PASSED else message,
            )
            for name, score, verdict in zip(names, points, verdicts, strict=True)
        ),
    )


def unreadable(student: str) -> SubmissionResult:
    """Make a result of a file that could not be read."""
    return SubmissionResult(
        student=student,
        assignment="gradient_descent",
        files=("a.docx",),
        sha256="0" * 64,
        status="unreadable",
        score=0.0,
        max_score=4.0,
        isolation=Isolation(2, ()),
        exercises=(ExerciseResult("exercise_1", 0.0, 2.0), ExerciseResult("exercise_2", 0.0, 2.0)),
        notes=(Note("unreadable", {"en": "this is a Word document", "ko": "워드 문서예요"}),),
    )


CLASS = [
    result("kim01", [Verdict.PASSED, Verdict.PASSED]),
    result("lee02", [Verdict.FAILED, Verdict.PASSED]),
    result("박지은" * 9, [Verdict.MISSING, Verdict.TIMED_OUT]),
    unreadable("choi04"),
]


def show(
    results: Sequence[SubmissionResult],
    width: int = 80,
    language: Language = "en",
    *,
    kept: Sequence[tuple[str, str]] = (),
) -> str:
    """Print a class as a terminal of some width would show it."""
    stream = StringIO()
    print_class(
        Console(file=stream, width=width),
        results,
        language=language,
        titles={"gradient_descent": {"en": "By hand", "ko": "직접 구현하기"}},
        sentences={("gradient_descent", True, "test_exercise_1"): SENTENCE},
        kept=kept,
    )
    return stream.getvalue()


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("width", [40, 60, 80, 100, 120, 200])
def test_no_line_is_wider_than_the_terminal(width: int, language: Language) -> None:
    """Tables fit, also with Korean, whose letters are two columns wide."""
    lines = show([*CLASS, *(result("a", [Verdict.PASSED], assignment=f"other_{n}") for n in range(2))], width, language)
    assert max(map(cell_len, lines.splitlines())) <= width


def test_the_row_of_a_student_says_points_marks_and_what_to_look_at() -> None:
    """The sentence of the check is left out: every row would begin with it."""
    row = next(line for line in show(CLASS).splitlines() if "lee02" in line)
    assert row.split(maxsplit=4) == ["lee02", "2.0", "✗", "✓", "exercise_1: Loss(f_x, y) = 6, expected 2"]
    korean = next(line for line in show(CLASS, 120, "ko").splitlines() if "lee02" in line)
    assert korean.rstrip().endswith("exercise_1: Loss(f_x, y) = 6인데 2여야 해요")


def test_the_row_of_an_exercise_counts_verdicts() -> None:
    """Each verdict that occurs has a column; the mean is over all that have a score."""
    row = next(line for line in show(CLASS).splitlines() if line.startswith("1") and "exercise_1" in line)
    assert row.split() == ["1", "exercise_1", "1", "1", "1", "-", "━━━───────", "33%", "0.50", "/", "2"]


def test_what_was_kept_is_marked() -> None:
    """A rerun shows which results it did not make anew."""
    lines = show(CLASS, kept=[CLASS[0].key]).splitlines()
    assert " = " in next(line for line in lines if "kim01" in line)
    assert " = " not in next(line for line in lines if "choi04" in line)
    assert "kept" in lines[-1]


def test_several_assignments_end_with_a_table_of_totals() -> None:
    """Who handed in several things is summed up in one row."""
    text = show([result("kim01", [Verdict.PASSED]), result("kim01", [Verdict.FAILED], assignment="layers")])
    assert text.splitlines()[-1].split() == ["kim01", "2.0", "0.0", "━━━━━─────", "50%"]


def test_nothing_that_a_student_wrote_steers_the_terminal() -> None:
    """Escape sequences, markup and turned writing arrive as harmless text in every place."""
    evil: Message = {"en": EVIL, "ko": EVIL}
    bad = result(EVIL, [Verdict.FAILED], assignment=EVIL, message=evil)
    stream = StringIO()
    console = Console(file=stream, width=200, force_terminal=False)
    stream.write(show([bad], 200))
    print_checks(console, bad, {"test_exercise_1": evil}, language="en")
    print_left_out(console, [Note("x", evil)], [Note("y", evil)], language="en")
    print_ungraded(console, [unreadable(EVIL)], language="en")
    with LiveProgress(1, console, "en") as progress:
        progress.tell(bad, kept=False)
    text = stream.getvalue()
    assert not {"\x1b", "\x07", "\u202e", "\ud800"} & set(text)
    assert "[red]x[/red]" in text


@pytest.mark.parametrize("bad", ["\x1b[31m", "\x9b31m", "a\rb", "\u2066", "\u2028x", "\ud83d"])
def test_clean_leaves_no_control_character(bad: str) -> None:
    """One line in, one printable line out."""
    assert all(character.isprintable() or character == "\N{REPLACEMENT CHARACTER}" for character in clean(bad))


def test_a_terminal_without_unicode_gets_plain_signs() -> None:
    """An old Korean or ASCII terminal loses no table."""
    for encoding in ("cp949", "ascii"):
        stream = TextIOWrapper(BytesIO(), encoding=encoding, errors="strict" if encoding == "cp949" else "replace")
        print_class(Console(file=stream, width=80), CLASS, language="ko", titles={}, sentences={})
        stream.flush()
        assert b"#" in stream.buffer.getvalue()


def test_what_has_no_grade_says_why_and_who_can_act() -> None:
    """A student's file is the student's to mend, a failing check its author's."""
    broken = result("han", [Verdict.GRADER_ERROR], message={"en": "ZeroDivisionError", "ko": "ZeroDivisionError"})
    broken = SubmissionResult(**{**broken.__dict__, "status": "grader_error", "score": None})
    stream = StringIO()
    print_ungraded(Console(file=stream, width=100), [*CLASS, broken], language="en")
    text = stream.getvalue()
    assert "  choi04 / gradient_descent\n    this is a Word document" in text
    assert "ask the student" in text
    assert "test_exercise_1: ZeroDivisionError" in text
    assert "author of the checks" in text
    assert "kim01" not in text


def test_the_ending_sums_up_the_run() -> None:
    """The last lines say how many, how good, how fast, and where it is written."""
    stream = StringIO()
    totals = Totals(found=6, graded=3, kept=1, seconds=2.0, stopped=True)
    print_ending(Console(file=stream, width=100), CLASS, totals, [], language="en")
    text = stream.getvalue()
    assert "Stopped. 2 are left" in text
    assert "3 graded, 1 of all kept, since nothing changed, 1 could not be graded, mean 38% of the points" in text
    assert "1.5 submissions/s" in text


def test_progress_without_a_terminal_is_a_few_lines() -> None:
    """A log file gets about ten lines, whatever the number of submissions."""
    stream = StringIO()
    with LiveProgress(300, Console(file=stream, width=80), "en") as progress:
        for _ in range(300):
            progress.tell(CLASS[0], kept=False)
    lines = stream.getvalue().splitlines()
    assert len(lines) == 10
    assert lines[-1].startswith("300 of 300 submissions")


def test_progress_in_a_terminal_shows_rate_and_time_left() -> None:
    """The bar tells how fast it goes and when it ends."""
    stream = StringIO()
    console = Console(file=stream, width=100, force_terminal=True, color_system=None, legacy_windows=False)
    with LiveProgress(4, console, "en") as progress:
        progress.tell(CLASS[0], kept=True)
        progress.tell(CLASS[1], kept=False)
        assert progress._bar
        progress._bar.refresh()
    assert "2/4" in stream.getvalue()
    assert "submissions/s" in stream.getvalue()
    assert "left" in stream.getvalue()


def test_public_checks_show_the_sentence_once_and_what_was_found() -> None:
    """What passed is one line; what did not pass is explained below it."""
    stream = StringIO()
    checked = result("kim", [Verdict.FAILED, Verdict.PASSED])
    sentences = {"test_exercise_1": SENTENCE, "test_exercise_2": say("It works.")}
    print_checks(Console(file=stream, width=100), checked, sentences, language="en")
    lines = [line.strip() for line in stream.getvalue().splitlines()]
    assert "✗ The loss is the mean." in lines
    assert "Loss(f_x, y) = 6, expected 2" in lines
    assert "✓ It works." in lines
    assert "1 of 2 public checks passed" in lines


def test_the_summary_of_a_class_is_json_without_nan() -> None:
    """A class of which nobody has a score is described as well."""
    lost = SubmissionResult(**{**CLASS[3].__dict__, "status": "grader_error", "score": None})
    for results in ([], [lost], CLASS):
        json.dumps(describe_class(results), allow_nan=False)
    assert summarize([lost])[0].mean is None
    assert summarize([lost])[0].exercises[0].pass_rate is None
