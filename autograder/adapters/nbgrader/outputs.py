"""What a result looks like in a notebook: points that nbgrader reads, and sentences that people read.

Nothing here knows of nbgrader or of files: a `SubmissionResult` goes in, plain
data of the notebook format comes out.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from autograder.messages import LANGUAGES, Language, Message, say
from autograder.results import FOR_AUTHORS, CheckResult, Note, SubmissionResult, Verdict
from autograder.submissions.names import printable

MOST_FINDINGS: Final = 10
LONGEST: Final = 1000
"""Characters of one sentence; there is no limit to what a student's name of a function may hold."""
MARK: Final = "▸"
"""Begins each line of a comment of ours, which tells it from a person's."""

Sentences = Mapping[str, Message]
"""What each check checks, by its id: `autograder.sentences.read_sentences`."""

_CODE: Final = re.compile(r"`([^`]+)`")
# A formula must not be made of two dollars that stand in a student's text.
_PLAIN: Final = 'class="tex2jax_ignore mathjax_ignore"'
_QUIET: Final = 'style="color: #777"'
_BARE: Final = 'style="list-style: none; padding-left: 0"'
_ITEM: Final = 'style="margin-bottom: 8px"'


def points_of(result: SubmissionResult, exercise: str, max_points: float) -> float:
    """Return the points that a grade cell gets.

    Parameters
    ----------
    exercise : str
        The one that the cell shows.
    max_points : float
        What the gradebook gives for it; where that is not what the checks add up
        to, the points are scaled.

    Returns
    -------
    float
        Between 0 and `max_points`; 0 for an exercise that the result does not hold.
    """
    for one in result.exercises:
        if one.name == exercise and one.max_score > 0 and one.score > 0:
            share = min(one.score / one.max_score, 1.0)
            return min(one.score, max_points) if one.max_score == max_points else share * max_points
    return 0.0


def needs_a_person(result: SubmissionResult, exercise: str) -> bool:
    """Say whether a fault of ours stands where the exercise's points should."""
    if result.status != "grader_error":
        return False
    return not _checks(result, exercise) or result.verdict_of(exercise) is Verdict.GRADER_ERROR


def grade_output(
    result: SubmissionResult,
    exercise: str,
    max_points: float,
    languages: Sequence[Language] = LANGUAGES,
    *,
    sentences: Sentences | None = None,
) -> dict[str, Any]:
    """Return the one output of a grade cell.

    Parameters
    ----------
    exercise, max_points
        As for `points_of`.
    languages : sequence of {"en", "ko"}
        In which the sentences are written, in this order.
    sentences : mapping of str to Message, optional
        Tells what a check checks from what it found, so that the latter stands out.

    Returns
    -------
    dict
        An ``execute_result`` of notebook format 4. Its plain text is the points, a
        number and nothing else, as nbgrader reads them; its HTML is for people.
    """
    blocks = {language: list(_told(result, exercise, language, sentences or {})) for language in languages}
    return _output(points_of(result, exercise, max_points), max_points, blocks)


def message_output(
    points: float, max_points: float, messages: Sequence[Message], languages: Sequence[Language] = LANGUAGES
) -> dict[str, Any]:
    """Return the output of a grade cell of which there is only something to say.

    Parameters
    ----------
    messages : sequence of Message
        What to say, in order.
    """
    blocks = {language: [_paragraph(message[language]) for message in messages] for language in languages}
    return _output(points, max_points, blocks)


def comment(result: SubmissionResult, exercise: str, languages: Sequence[Language] = LANGUAGES) -> str | None:
    """Return what to look at first, for the comment on an answer; None where all is right.

    Returns
    -------
    str or None
        Plain text, a line a language, that no renderer takes for HTML.
    """
    message = _first(result, exercise)
    if message is None:
        return None
    lines = dict.fromkeys(f"{MARK} {_line(message[language])}" for language in languages)
    # What can't begin a tag shows as it is, in a page and in a text field alike.
    return re.sub(r"<(?=[A-Za-z/!?])", "< ", "\n\n".join(lines))


def notes_html(notes: Iterable[Note], languages: Sequence[Language] = LANGUAGES) -> str | None:
    """Return what there is to remark on a submission, as one block of HTML; None where there is nothing.

    Parameters
    ----------
    notes : iterable of Note
        They cost nothing.
    """
    # A note that is told twice, by a file and by a cell, is told once.
    messages = list({note.message["en"]: note.message for note in notes if note.kind != FOR_AUTHORS}.values())
    if not messages:
        return None
    told = messages[: 2 * MOST_FINDINGS]
    if len(messages) > len(told):
        told.append(say("and {count} more", count=len(messages) - len(told)))
    title = say("Notes on your submission")
    blocks = {
        language: [
            f"<p><b>{html.escape(title[language])}</b></p>",
            f"<ul>{''.join(f'<li>{_fit(message[language])}</li>' for message in told)}</ul>",
        ]
        for language in languages
    }
    return _box("", blocks)


# --- what to say ------------------------------------------------------------------------------------------------------


def _first(result: SubmissionResult, exercise: str) -> Message | None:
    if needs_a_person(result, exercise):
        return our_fault()
    if result.status == "unreadable":
        return _reason(result)
    left = [check for check in _checks(result, exercise) if check.verdict is not Verdict.PASSED and check.message]
    if not left:
        return None
    # What cost points comes before practice.
    return next((check for check in left if check.points < check.max_points), left[0]).message


def _reason(result: SubmissionResult) -> Message:
    """Return why a submission could not be read."""
    return result.notes[-1].message if result.notes else say("no reason was given")


def our_fault() -> Message:
    """Return what is said where nothing is the student's fault."""
    return say("This could not be graded: the fault is ours, and costs you nothing. Your instructor will look at it.")


def _checks(result: SubmissionResult, exercise: str) -> list[CheckResult]:
    return [check for check in result.checks if check.exercise == exercise]


# --- HTML -------------------------------------------------------------------------------------------------------------


def _told(result: SubmissionResult, exercise: str, language: Language, sentences: Sentences) -> Iterator[str]:
    """Yield what there is to say of an exercise, in one language."""
    checks = _checks(result, exercise)
    if needs_a_person(result, exercise):
        yield _paragraph(our_fault()[language])
    elif result.status == "unreadable":
        yield _paragraph(_reason(result)[language])
    elif not checks:
        yield _paragraph(say("No check judges this exercise.")[language])
    left = [check for check in checks if check.verdict not in {Verdict.PASSED, Verdict.GRADER_ERROR}]
    if left:
        yield f"<ul {_BARE}>{''.join(_findings(left, language, sentences))}</ul>"
    passed = sum(check.verdict is Verdict.PASSED for check in checks)
    if passed:
        told = say("All {count} checks passed.", count=passed)
        if passed < len(checks):
            told = say("{count} of {total} checks passed.", count=passed, total=len(checks))
        yield _paragraph(f"✓ {told[language]}")


def _findings(left: Sequence[CheckResult], language: Language, sentences: Sentences) -> Iterator[str]:
    """Yield an item a finding, with the checks that found the same together."""
    groups: dict[str, list[CheckResult]] = {}
    for check in left:
        groups.setdefault(_found(check, sentences)[language], []).append(check)
    for found, checks in list(groups.items())[:MOST_FINDINGS]:
        lines = [f"✗ {_fit(found)}"]
        # Of what has not been written, every check would say the same.
        if checks[0].verdict is not Verdict.MISSING:
            lines += [_asked(check, language, sentences) for check in checks[:MOST_FINDINGS] if check.id in sentences]
        yield f"<li {_ITEM}>{'<br>'.join(lines)}</li>"
    if len(groups) > MOST_FINDINGS:
        yield f"<li>{_fit(say('and {count} more', count=len(groups) - MOST_FINDINGS)[language])}</li>"


def _asked(check: CheckResult, language: Language, sentences: Sentences) -> str:
    """Return what a check asks for, and what it is worth."""
    worth = f" ({check.points:g} / {check.max_points:g})" if check.max_points else ""
    return f"<span {_QUIET}>{_fit(sentences[check.id][language])}{worth}</span>"


def _found(check: CheckResult, sentences: Sentences) -> Message:
    """Return what a check found: its message begins with what it asks for."""
    message = check.message or say("It did not pass.")
    sentence = sentences.get(check.id)
    if not sentence:
        return message
    return {
        "en": message["en"].removeprefix(sentence["en"]).strip() or message["en"],
        "ko": message["ko"].removeprefix(sentence["ko"]).strip() or message["ko"],
    }


def _output(points: float, max_points: float, blocks: Mapping[Language, Sequence[str]]) -> dict[str, Any]:
    colour = "#3c763d" if points >= max_points else "#a94442" if points <= 0 else "#8a6d3b"
    score = f'<p><b style="color: {colour}">{_short(points)} / {_short(max_points)}</b></p>'
    return {
        "output_type": "execute_result",
        "execution_count": None,
        "metadata": {},
        "data": {"text/plain": repr(float(points)), "text/html": _box(score, blocks)},
    }


def _box(head: str, blocks: Mapping[Language, Sequence[str]]) -> str:
    """Put a block a language below one another: nobody has to read every sentence twice."""
    texts = dict.fromkeys("".join(lines) for lines in blocks.values())
    return f"<div {_PLAIN}>{head}{''.join(f'<div>{text}</div>' for text in texts)}</div>"


def _short(points: float) -> str:
    return f"{round(points, 2):g}"


def _paragraph(text: str) -> str:
    return f"<p>{_fit(text)}</p>"


def _fit(text: str) -> str:
    """Return a text as HTML; what stands between backquotes is code."""
    return _CODE.sub(r"<code>\1</code>", html.escape(_line(text)))


def _line(text: str) -> str:
    return printable(" ".join(text.split()), LONGEST)
