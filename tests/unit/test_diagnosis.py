"""Which mistake an account points at: made-up statements, so that every rule can be seen alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from types import ModuleType

import numpy as np
import pytest

from autograder.checks import CheckFailed, assert_close, assert_gradient, assert_unchanged, check, testimony
from autograder.checks.relations import find_factors
from autograder.checks.testimony import MOST_ENTRIES, MOST_STATEMENTS, Account, Statement, conclude, conclude_passed
from autograder.diagnosis.lineup import Lineup, Named
from autograder.diagnosis.matching import Agreement, compare_accounts
from autograder.diagnosis.scripts import Script
from autograder.diagnosis.suspects import Case, Role
from autograder.messages import Message

RIGHT = np.array([2.0, -3.0, 5.0])
PASSED = Account((), passed=True)


def compared(actual: object, expected: object = RIGHT, *, what: str = "dW", rtol: float = 1e-12) -> Statement:
    """State a wrong comparison."""
    wanted = np.asarray(expected, dtype=float)
    numbers = np.asarray(actual, dtype=float)
    tolerance = rtol * np.abs(wanted)
    return Statement(
        "compared", what, right=False, value=numbers, expected=wanted, tolerance=tolerance, factors={"N": 7}
    )


def failed(*statements: Statement, mistakes: tuple[str, ...] = ()) -> Account:
    """Let a check end after these statements."""
    return Account((*statements, Statement("ended", "CheckFailed", right=False, value=("", (3,)))), mistakes)


def crashed(kind: str, text: str) -> Account:
    """Let a check end by an exception of the student's code."""
    fault = ValueError("ours")
    fault.trace = (kind, text)  # type: ignore[attr-defined]
    return conclude([], fault, __file__)


class Played:
    """What the checks see of a variant, without running anything."""

    def __init__(self, *seen: Account) -> None:
        self._seen = seen

    def account_at(self, place: int) -> Account:
        """Return it."""
        return self._seen[place]

    def cost_at(self, place: int) -> float:
        """Let the checks be tried from the last to the first."""
        return -float(place)


def sentence(text: str) -> Message:
    """Make a message."""
    return {"en": text, "ko": text}


def role(mistake: str, *seen: Account, named: bool = True) -> Role:
    """Make a variant of that mistake."""
    return Role(mistake, sentence(f"It is {mistake}."), named, Played(*seen))  # type: ignore[arg-type]


def name(
    case: Sequence[Account], *roles: Role, sentences: Sequence[str] = (), practice: Sequence[int] = ()
) -> list[Named]:
    """Name what explains a case of several checks."""
    seen = dict(enumerate(case))
    reference = Played(*[PASSED] * len(case))
    lineup = Lineup(roles, reference, {each: sentence(f"It is {each}.") for each in sentences})  # type: ignore[arg-type]
    return lineup.name(
        Case(
            {place: told for place, told in seen.items() if not told.passed},
            {place: told for place, told in seen.items() if told.passed},
            frozenset(practice),
        )
    )


def ids(named: Sequence[Named]) -> list[tuple[str, ...]]:
    """Return the mistakes, with their aliases, in order."""
    return [(each.mistake.id, *each.mistake.aliases) for each in named]


WRONG = failed(compared([1.7, 0.3, -8.1]))
OTHER = failed(compared([4.4, 0.9, 1.3]))


def test_the_variant_with_the_same_numbers_is_named() -> None:
    """One of several wrong variants gives what the student gave."""
    named = name([WRONG, PASSED], role("a", OTHER, PASSED), role("b", WRONG, PASSED))
    assert ids(named) == [("b",)]
    assert named[0].mistake.sure
    assert named[0].sentence == sentence("It is b.")


def test_numbers_agree_as_far_as_the_student_could_compute_them() -> None:
    """float32 has fewer digits, and an answer that is a thousand times too large is so much less precise."""
    theirs = np.array([1.7, 0.3, -8.1]) * 1000
    single = failed(compared(theirs.astype(np.float32), rtol=64 * 6e-8))
    assert ids(name([single], role("a", failed(compared(theirs))))) == [("a",)]
    assert not name([failed(compared(theirs * (1 + 1e-7)))], role("a", failed(compared(theirs))))


def test_a_variant_that_fails_what_the_student_passes_is_not_meant() -> None:
    """The same wrong numbers in one check don't outweigh a contradiction in another."""
    assert not name([WRONG, PASSED], role("a", WRONG, OTHER))


def test_a_check_that_got_no_answer_says_nothing() -> None:
    """What timed out is in neither group, and is no contradiction."""
    lineup = Lineup([role("a", WRONG, PASSED)], Played(PASSED, PASSED), {})  # type: ignore[arg-type]
    assert ids(lineup.name(Case({0: WRONG}, {}))) == [("a",)]


ZERO = failed(compared([0.0, 0.0, 0.0]))
NAN = failed(compared([np.nan] * 3))
NOTHING = failed(Statement("refused", "dW", right=False, value=testimony.flatten(None)))


@pytest.mark.parametrize("answer", [ZERO, NAN, NOTHING, crashed("TypeError", "unsupported operand")])
def test_an_answer_that_tells_little_names_only_what_stands_alone(answer: Account) -> None:
    """Nothing, 0, NaN and exceptions come of many mistakes."""
    assert ids(name([answer], role("a", answer), role("b", WRONG))) == [("a",)]
    assert not name([answer], role("a", answer), role("b", answer))
    assert not name([answer], role("a", answer, named=False))


def test_exceptions_are_compared_without_the_names_that_students_choose() -> None:
    """Type, wording and numbers count; what is quoted does not, but for Python's own types."""
    mine = crashed("ValueError", "operands of 'mine' have shapes (4,3) (5,)")
    assert compare_accounts(mine, crashed("ValueError", "operands of 'x' have shapes (4,3) (5,)"), PASSED)
    assert not compare_accounts(mine, crashed("ValueError", "operands of 'x' have shapes (4,3) (6,)"), PASSED)
    assert not compare_accounts(mine, crashed("TypeError", "operands of 'x' have shapes (4,3) (5,)"), PASSED)
    none = crashed("TypeError", "'NoneType' object is not callable")
    assert not compare_accounts(none, crashed("TypeError", "'float' object is not callable"), PASSED)


def test_mistakes_that_look_the_same_are_named_together() -> None:
    """Up to three; more would help nobody."""
    named = name([WRONG], role("a", WRONG), role("b", WRONG), role("b", WRONG))
    assert ids(named) == [("a", "b")]
    assert not named[0].mistake.sure
    assert named[0].sentence is not None
    assert named[0].sentence["en"].endswith("(1) It is a. (2) It is b.")
    assert not name([WRONG], *(role(each, WRONG) for each in "abcd"))


def test_the_catalogue_wins_over_the_operators() -> None:
    """An author's name for a mistake is better than a general one."""
    assert ids(name([WRONG], role("general", WRONG, named=False), role("own", WRONG))) == [("own",)]
    assert ids(name([WRONG], role("general", WRONG, named=False))) == [("general",)]


@pytest.mark.parametrize(
    ("factor", "expected"),
    [(7.0, "times_N"), (1 / 7, "over_N"), (2.0, "twice"), (0.5, "half"), (-1.0, "opposite_sign")],
)
def test_a_factor_of_the_right_answer_is_named(factor: float, expected: str) -> None:
    """The check itself tells it in words, so there is no sentence beside."""
    named = name([failed(compared(factor * RIGHT)), failed(compared(factor * RIGHT[:2], RIGHT[:2]))])
    assert ids(named) == [(expected,)]
    assert named[0].sentence is None


def test_a_factor_must_be_the_same_in_all_failures() -> None:
    """Twice here and half there is no factor."""
    assert not name([failed(compared(2 * RIGHT)), failed(compared(RIGHT / 2))])


def test_a_factor_is_chance_where_the_tolerance_is_wide() -> None:
    """Of numbers to three digits every tenth fits some factor."""
    assert not name([failed(compared(2 * RIGHT, rtol=1e-3))])


def test_a_factor_of_a_wrong_variant_is_named_with_it() -> None:
    """Half of what the variant gives, and passing what it passes."""
    half = failed(compared(np.array([1.7, 0.3, -8.1]) / 2))
    named = name([half, PASSED], role("a", WRONG, PASSED), role("b", OTHER, PASSED))
    assert ids(named) == [("a",)]
    assert named[0].sentence is not None
    assert "half" in named[0].sentence["en"]
    assert not name([half, PASSED], role("a", WRONG, OTHER))


def test_two_independent_mistakes_are_each_named_where_they_show() -> None:
    """No variant explains everything, but each explains one check and contradicts none."""
    named = name([WRONG, OTHER, PASSED], role("a", WRONG, PASSED, PASSED), role("b", PASSED, OTHER, PASSED))
    assert ids(named) == [("a",), ("b",)]
    assert [each.places for each in named] == [{0}, {1}]


def test_operators_have_no_vote() -> None:
    """A mistake that no author thought of is named only where it explains everything."""
    assert not name([WRONG, OTHER], role("a", WRONG, PASSED, named=False))


def test_a_variant_that_fails_differently_has_no_vote() -> None:
    """The same numbers in two checks are chance where a third saw others."""
    assert not name([WRONG, OTHER], role("a", WRONG, WRONG))
    assert not name([WRONG, WRONG, OTHER], role("a", WRONG, WRONG, WRONG))
    assert ids(name([WRONG, WRONG, OTHER], role("a", WRONG, WRONG, PASSED))) == [("a",)]


def test_an_operator_needs_the_same_wrong_numbers_everywhere() -> None:
    """That the other check saw the same 0 is no evidence for a mistake that no author knows."""
    assert not name([WRONG, ZERO], role("general", WRONG, ZERO, named=False))
    assert ids(name([WRONG, OTHER], role("general", WRONG, OTHER, named=False))) == [("general",)]
    assert ids(name([WRONG, ZERO], role("own", WRONG, ZERO))) == [("own",)]


def test_practice_alone_has_no_vote_where_the_points_are_explained() -> None:
    """What cost points is known, so another mistake isn't looked for where nothing is lost."""
    case = [OTHER, replace(WRONG, mistakes=("b",))]
    alone = role("a", OTHER, PASSED)
    assert ids(name(case, alone, sentences=["b"], practice=[0])) == [("b",)]
    assert ids(name(case, alone, sentences=["b"])) == [("b",), ("a",)]
    assert ids(name([OTHER, WRONG], alone, practice=[0])) == [("a",)]


def test_a_check_may_know_the_mistake_itself() -> None:
    """Where no variant explains it; and of several that do, it chooses."""
    told = replace(WRONG, mistakes=("b",))
    assert ids(name([told], role("z", OTHER), sentences=["b"])) == [("b",)]
    assert ids(name([told], role("a", WRONG), role("b", WRONG), sentences=["a", "b"])) == [("b",)]
    assert not name([replace(WRONG, mistakes=("unknown",))])


def test_digits_beyond_the_tolerance_tell_mistakes_apart() -> None:
    """Both lead to NaN at 0; in a check that passes only one of them has the student's last digits."""

    def passing(shift: float) -> Account:
        statement = compared(RIGHT * (1 + shift), rtol=1e-6)
        return conclude_passed([replace(statement, right=True)])

    case = [NAN, passing(1e-8)]
    assert ids(name(case, role("inside", NAN, passing(1e-8)), role("outside", NAN, passing(3e-8)))) == [("inside",)]


def test_what_was_changed_counts_and_not_into_what() -> None:
    """An argument that is spoiled in another way is spoiled all the same, but tells less."""
    mine, theirs = (
        failed(Statement("kept", "x", right=False, value=testimony.flatten([value]))) for value in (3.5, 4.5)
    )
    assert compare_accounts(mine, theirs, PASSED) is Agreement.WEAK
    assert compare_accounts(mine, mine, PASSED) is Agreement.STRONG
    elsewhere = failed(Statement("kept", "t", right=False, value=testimony.flatten([3.5])))
    assert compare_accounts(mine, elsewhere, PASSED) is Agreement.NONE


def test_other_answers_than_the_references_tell_a_mistake() -> None:
    """The condition of the check says only that it is wrong; what came back says how."""

    def probed(value: float) -> list[Statement]:
        return [Statement("answered", "probe", right=True, value=testimony.flatten([value]))]

    def refused(value: float) -> Account:
        return failed(*probed(value), Statement("required", "", right=False))

    right = conclude_passed(probed(1.5), with_answers=True)
    assert compare_accounts(refused(2.5), refused(2.5), right) is Agreement.STRONG
    assert compare_accounts(refused(2.5), refused(3.5), right) is Agreement.WEAK
    assert compare_accounts(refused(1.5), refused(1.5), right) is Agreement.WEAK


# what is heard


def hear(*actions: object) -> Account:
    """Run what a check does, until it fails."""
    with testimony.listening() as heard:
        try:
            for action in actions:
                action()  # type: ignore[operator]
        except CheckFailed as error:
            return conclude(heard, error, __file__)
    return conclude_passed(heard)


def test_checks_state_what_they_saw() -> None:
    """Comparisons part by part, conditions, and what had to stay as it was."""
    gradients = {"W": RIGHT, "b": RIGHT * 2}

    def judge() -> None:
        check(condition=True)
        assert_gradient(gradients, {"W": RIGHT, "b": RIGHT}, what="gradient", named_factors={"N": 3})

    heard = hear(judge)
    told = [(statement.kind, statement.what, statement.right) for statement in heard.statements]
    assert told == [
        ("required", "", True),
        ("compared", "W", True),
        ("compared", "b", False),
        ("ended", "CheckFailed", False),
    ]
    assert heard.statements[2].factors == {"N": 3}
    np.testing.assert_array_equal(heard.statements[2].value, RIGHT * 2)
    changed = hear(lambda: assert_unchanged((RIGHT, RIGHT), (RIGHT, -RIGHT), what=("x", "t")))
    assert [(each.kind, each.what) for each in changed.statements] == [("kept", "t"), ("ended", "CheckFailed")]
    shape = hear(lambda: assert_close([1.0, 2.0], 1.0, what="Loss(y, t)"))
    assert [each.kind for each in shape.statements] == ["refused", "ended"]


def test_without_a_listener_nothing_is_kept() -> None:
    """And what is done unheard is not noted either."""
    testimony.state("required", "", right=True)
    with testimony.listening() as heard, testimony.unheard():
        check(condition=True)
    assert heard == []


def test_what_is_heard_is_bounded() -> None:
    """However much a student's code gives back."""
    huge = np.ones((1000, 1000))
    with testimony.listening() as heard:
        for _ in range(2 * MOST_STATEMENTS):
            testimony.state("answered", "call", [huge] * 5, right=True)
    assert len(heard) == MOST_STATEMENTS
    seen = conclude(heard[:1], CheckFailed(None), __file__).statements[0].value
    assert seen.numbers.size <= MOST_ENTRIES
    nested: object = 1.0
    for _ in range(1000):
        nested = [nested]
    assert testimony.flatten([nested, {"a": "x" * 10**6}, [1] * 10**5]).numbers.size <= MOST_ENTRIES


def test_a_wordless_check_looks_for_no_words() -> None:
    """A rehearsal's failures are read by nobody."""
    with testimony.listening(wordless=True), pytest.raises(CheckFailed) as failure:
        assert_close(2 * RIGHT, RIGHT, what="dW")
    assert failure.value.message is None


def test_factors_have_names_of_their_own() -> None:
    """Sizes that are equal are all named."""
    found = find_factors(RIGHT * 5, RIGHT, np.full(3, 1e-12), {"N": 5, "C": 5})
    assert [factor.name for factor in found] == ["times_N", "times_C"]
    assert not find_factors(RIGHT * 0, RIGHT, np.full(3, 1e-12))


# scripts

SOLUTION = """\
import math

SIDE = 3


def area():
    return SIDE**2


def twice():
    return 2 * area()


RESULT = twice()
"""


@pytest.mark.parametrize(
    ("find", "change", "expected"),
    [
        ("SIDE**2", "SIDE", 6),
        ("SIDE = 3", "SIDE = 4", 32),
        ("2 * area()", "area()\n\n\ndef more():\n    return 1", 9),
        ("def area():\n    return SIDE**2\n\n\n", "area = lambda: 10\n", 20),
        ("import math", "import math", 18),
    ],
)
def test_a_script_runs_a_variant_as_a_whole(find: str, change: str, expected: int) -> None:
    """Only the changed statement is compiled, but everything is run in its order."""
    text = SOLUTION.replace(find, change)
    module = Script(SOLUTION).prepare(text)()
    assert isinstance(module, ModuleType)
    assert expected == module.RESULT


def test_a_script_that_speaks_of_the_future_is_one_piece() -> None:
    """Such an import changes how all that follows is compiled."""
    text = "from __future__ import annotations\n\n\ndef f(x: unknown):\n    return 1\n"
    assert Script(text).prepare(text.replace("return 1", "return 2"))().f(0) == 2


def test_an_answer_is_noted_small_and_as_it_came() -> None:
    """Large answers of a student's code don't pile up in the judge, and what the check does to one is not noted."""
    answer = np.ones(4 * MOST_ENTRIES)
    with testimony.listening() as heard:
        testimony.state("answered", "probe", answer, right=True)
        testimony.state("refused", "dW", answer, right=False)
        answer[...] = 7
    for statement in heard:
        assert statement.value.numbers.size == MOST_ENTRIES
        assert not np.any(statement.value.numbers == 7)
