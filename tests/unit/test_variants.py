"""Wrong variants of a solution: all different, all Python, and always the same."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from autograder.assignments import Assignment, find_course
from autograder.variants import MISTAKES, Entry, Variant, load_catalogue, make_variants
from autograder.variants.code import Code, Edit, overlap, splice
from autograder.variants.sameness import Sameness

COURSE = find_course(Path(__file__).parents[2])
NUMPY = "import numpy as np\n\n\n"
SUMS = f'''{NUMPY}def given(x):
    return 2 * np.mean(x)


def total(x: np.ndarray = np.zeros(1 + 1)) -> float:
    """Return 2 * np.sum(x), or raise: 1 + 1."""
    label = f"합 {{x + 1}}"  # 한글 뒤에서도 자리가 맞아야 해요: 2 * 3
    if x is None:
        raise ValueError("no " + "array" * 2)
    한글, y = "합계", np.sum(x - 1)
    return 3 * y, np.mean(x), label, 한글


print(total(np.ones(3)) + 1)
'''


def variants_of(text: str, *exercises: str, pairs: bool = True) -> list[Variant]:
    """Make the variants of a text that has no catalogue."""
    return make_variants(text, exercises, [], pairs=pairs)


def of_course(assignment: Assignment) -> list[Variant]:
    """Make the variants of a solution of our course."""
    exercises = [exercise.name for exercise in assignment.exercises]
    catalogue = load_catalogue(assignment.folder / MISTAKES, exercises)
    return make_variants(assignment.reference.read_text(encoding="utf-8"), exercises, catalogue)


@pytest.fixture(scope="module", params=COURSE.names)
def assignment(request: pytest.FixtureRequest) -> Assignment:
    """Return each assignment of our course."""
    return COURSE.assignment(request.param)


@pytest.fixture(scope="module")
def variants(assignment: Assignment) -> list[Variant]:
    """Return the variants of an assignment."""
    return of_course(assignment)


@cache
def tree_of(part: str) -> str:
    """Compile a definition, or a method of a class, and return its tree."""
    head, end = ("if 1:\n", "") if part.startswith(" ") else ("", "    pass" if part.startswith("class") else "")
    tree = ast.parse(f"{head}{part}\n{end}")
    compile(tree, "variant", "exec")
    return ast.dump(tree)


def test_every_variant_of_the_course_is_a_program_of_its_own(assignment: Assignment, variants: list[Variant]) -> None:
    """All compile, and no two of an exercise are the same program."""
    text = assignment.reference.read_text(encoding="utf-8")
    code = Code(text, [exercise.name for exercise in assignment.exercises])
    regions = {definition.node.name: code.region(definition) for definition in code.definitions}
    seen = set()
    for variant in variants:
        start, end = regions[variant.exercise]
        # Method by method: nearly all of them come again and again.
        changed = variant.text[start : end - len(text)]
        parts = re.split(r"(?m)^(?=    def )", changed) if changed.startswith("class") else [changed]
        seen.add((variant.exercise, *(tree_of(part) for part in parts)))
    assert len(seen) == len(variants)


def test_ids_are_unique_and_tell_exercise_and_mistake(variants: list[Variant]) -> None:
    """An id names one variant of an assignment."""
    assert len({variant.id for variant in variants}) == len(variants)
    for variant in variants:
        assert variant.id.startswith(f"{variant.exercise}/")
        assert variant.named == ("#" in variant.id)


def test_all_else_stays_as_its_author_wrote_it(assignment: Assignment, variants: list[Variant]) -> None:
    """Only the definition of the exercise is changed, and the line is one of it."""
    text = assignment.reference.read_text(encoding="utf-8")
    code = Code(text, [exercise.name for exercise in assignment.exercises])
    regions = {definition.node.name: code.region(definition) for definition in code.definitions}
    for variant in variants:
        start, end = regions[variant.exercise]
        assert variant.text.startswith(text[:start])
        assert variant.text.endswith(text[end:])
        assert text[:start].count("\n") < variant.line <= text[:end].count("\n")


def test_the_same_solution_gives_the_same_variants(assignment: Assignment, variants: list[Variant]) -> None:
    """Variants come in the same order every time, those of the catalogue first."""
    assert of_course(assignment) == variants
    assert [variant.named for variant in variants] == sorted((variant.named for variant in variants), reverse=True)


def test_the_course_has_thousands_of_variants() -> None:
    """The operators alone make at least 2,000 of them."""
    total = 0
    for assignment in map(COURSE.assignment, COURSE.names):
        exercises = [exercise.name for exercise in assignment.exercises]
        total += len(variants_of(assignment.reference.read_text(encoding="utf-8"), *exercises))
    assert total >= 2000


def test_docstrings_messages_and_annotations_are_no_code() -> None:
    """Nothing is varied that no check can see, nor what stands in a text."""
    for variant in variants_of(SUMS, "total"):
        assert '"""Return 2 * np.sum(x), or raise: 1 + 1."""' in variant.text
        assert 'raise ValueError("no " + "array" * 2)' in variant.text
        assert 'f"합 {x + 1}"' in variant.text
        assert "x: np.ndarray = " in variant.text


def test_columns_count_letters_not_bytes() -> None:
    """Code behind Korean letters is changed where it stands."""
    lines = {variant.after for variant in variants_of(SUMS, "total")}
    assert '한글, y = "합계", np.mean(x - 1)' in lines
    assert '한글, y = "합계", np.sum(x + 1)' in lines


def test_an_exercise_that_is_not_there_has_no_variants() -> None:
    """A name that the solution does not define is passed over."""
    assert variants_of(SUMS, "missing") == []


def test_the_last_of_two_definitions_counts() -> None:
    """Where a name is defined twice, what Python will call is varied."""
    text = "def f(x):\n    return x + 1\n\n\ndef f(x):\n    return x - 1\n"
    found = variants_of(text, "f")
    assert found
    assert {variant.line for variant in found} == {6}


def test_a_variant_shows_what_changes() -> None:
    """Authors see the lines before and after."""
    text = f"{NUMPY}def f(x):\n    y = x.copy()\n    return np.mean(y)\n"
    chosen = next(variant for variant in variants_of(text, "f") if variant.mistake == "mean_to_sum")
    assert (chosen.id, chosen.line) == ("f/mean_to_sum@f:1", 6)
    assert (chosen.before, chosen.after) == ("return np.mean(y)", "return np.sum(y)")
    assert not chosen.named


def test_a_method_is_told_with_its_class() -> None:
    """The sentence names the place as students call it."""
    text = f"{NUMPY}class Layer:\n    def forward(self, x):\n        return np.sum(x)\n"
    chosen = next(variant for variant in variants_of(text, "Layer") if variant.mistake == "sum_to_mean")
    assert chosen.id == "Layer/sum_to_mean@forward:1"
    assert all("`Layer.forward`" in sentence for sentence in (chosen.message["en"], chosen.message["ko"]))


def test_a_mistake_is_made_everywhere_too() -> None:
    """Who forgets a factor once forgets it in the next line again."""
    text = f"{NUMPY}def f(x, y):\n    return -2 * np.mean(x), -2 * np.mean(y)\n"
    lines = [variant.after for variant in variants_of(text, "f") if variant.mistake == "factor_dropped"]
    assert "return np.mean(x), np.mean(y)" in lines


def test_pairs_are_two_mistakes_in_two_statements() -> None:
    """Two different mistakes are made at once, and told one after the other."""
    text = f"{NUMPY}def f(x):\n    y = 2 * x\n    return np.mean(y)\n"
    found = [variant for variant in variants_of(text, "f") if variant.mistake == "factor_dropped+mean_to_sum"]
    assert [variant.after for variant in found] == ["y = 2\nreturn np.sum(y)", "y = x\nreturn np.sum(y)"]
    singles = {variant.mistake: variant.message["en"] for variant in variants_of(text, "f", pairs=False)}
    assert found[0].message["en"] == f"{singles['factor_dropped']} {singles['mean_to_sum']}"
    assert not any("+" in mistake for mistake in singles)


def catalogue(tmp_path: Path, forms: str, exercise: str = "f") -> list[Entry]:
    """Load a catalogue with one mistake."""
    path = tmp_path / MISTAKES
    head = f'[[mistakes]]\nid = "known"\nexercise = "{exercise}"\nen = "Look."\nko = "보세요."\n'
    path.write_text(f"{head}forms = [{forms}]\n", encoding="utf-8")
    return load_catalogue(path, [exercise])


def test_the_catalogue_has_the_first_word(tmp_path: Path) -> None:
    """A mistake that the author knows keeps the author's name and sentence, also in a pair."""
    text = f"{NUMPY}def f(x):\n    y = 2 * x\n    return np.mean(y)\n"
    entries = catalogue(tmp_path, '{ find = "np.mean(y)", replace = "(np.sum(y))" }')
    found = make_variants(text, ["f"], entries)
    assert (found[0].id, found[0].mistake, found[0].named) == ("f/known#1", "known", True)
    assert found[0].message == {"en": "Look.", "ko": "보세요."}
    assert not any(variant.mistake == "mean_to_sum" for variant in found)
    assert any(variant.mistake == "factor_dropped+known" for variant in found)


def test_a_return_that_is_only_indented_is_a_mistake(tmp_path: Path) -> None:
    """The classic return in the loop is another program, though its statement is the same."""
    text = "def f(x):\n    total = 0\n    for y in x:\n        total += y\n    return total\n"
    (known, *_) = make_variants(
        text, ["f"], catalogue(tmp_path, '{ find = "return total", replace = "    return total" }')
    )
    assert known.text == text.replace("    return", "        return")


WAITING = f"""{NUMPY}def f(x, limit):
    rounds = 0
    step = x - 1
    while rounds < limit:
        step = step * 2
        x = x + step
        rounds += 1
        if x > 100 * limit:
            break
    return x
"""


def test_what_ends_a_loop_is_never_touched() -> None:
    """No variant can run for ever: tests of loops, what they count, and ways out stay."""
    kept = ["while rounds < limit:", "        rounds += 1\n", "        if x > 100 * limit:\n            break\n"]
    found = variants_of(WAITING, "f")
    assert found
    for variant in found:
        assert all(line in variant.text for line in kept)


ROUNDS = """def f(it, x):
    while not it.finished:
        x[it.index] = x[it.index] + 1
        it.iternext()
    return x
"""


def test_an_iterator_always_goes_on() -> None:
    """The step of an iterator is not left out, not moved and not called differently."""
    for variant in variants_of(ROUNDS, "f"):
        assert "        it.iternext()\n    " in variant.text


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("return (x + 1)", "return x + 1"),
        ("y: int = 1", "y = 1"),
        ("'''Text.'''\n    return x", "return x"),
        ("pass\n    return x", "return x"),
        ("if x:\n        pass\n    return x", "if x:\n        'text'\n    return x"),
    ],
)
def test_programs_are_the_same_however_they_are_written(one: str, two: str) -> None:
    """Parentheses, annotations, docstrings and pass make no difference."""
    assert lines_of(one) == lines_of(two)


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("if x:\n        y = 1\n    z = 2", "if x:\n        y = 1\n        z = 2"),
        ("if x:\n        y = 1\n    else:\n        z = 2", "if x:\n        y = 1\n        z = 2"),
        ("return x + 1", "return x - 1"),
        ("for i in x:\n        y = 1", "for i in y:\n        y = 1"),
        ("return 1", "return 1.0"),
    ],
)
def test_other_programs_are_not_the_same(one: str, two: str) -> None:
    """What runs otherwise is another program."""
    assert lines_of(one) != lines_of(two)


def lines_of(body: str) -> tuple[str, ...]:
    """Return what a function with this body is compared by."""
    code = Code(f"def f(x):\n    {body}\n", ["f"])
    return Sameness(code, code.definitions[0]).lines


REWRITES: list[tuple[str, Callable[[str], str]]] = [
    ("in a statement", lambda text: text.replace("a = 1", "a = (2)")),
    ("in a header", lambda text: text.replace("if x:", "if not x:")),
    ("in an elif", lambda text: text.replace("elif y:", "elif not y:")),
    ("in the arguments", lambda text: text.replace("y=0", "y=1")),
    ("a line more", lambda text: text.replace("a = 1\n", "a = 1\n            b = 3\n")),
    ("a line deeper", lambda text: text.replace("        return a", "            return a")),
    ("out of its block", lambda text: text.replace("            c = 3", "        c = 3")),
]


@pytest.mark.parametrize(("name", "rewrite"), REWRITES, ids=[name for name, _ in REWRITES])
def test_a_change_is_compared_as_the_whole_program_would_be(name: str, rewrite: Callable[[str], str]) -> None:
    """Looking only at the statements that change comes to the same as reading everything again."""
    text = (
        "class K:\n    def f(self, x, y=0):\n        if x:\n            a = 1\n        elif y:\n            a = 2\n"
        "        else:\n            a = 3\n            c = 3\n        return a\n"
    )
    new = rewrite(text)
    start = next(at for at, letter in enumerate(text) if letter != new[at])
    end = next(at for at in range(len(text), 0, -1) if text[at - 1] != new[at - 1 - len(text)])
    end = max(end, start, start + len(text) - len(new))
    change = (Edit(start, end, new[start : len(new) - (len(text) - end)]),)
    assert splice(text, change) == new, name
    code, again = Code(text, ["K"]), Code(new, ["K"])
    assert Sameness(code, code.definitions[0]).changed(change) == Sameness(again, again.definitions[0]).lines


def test_a_change_that_is_no_python_has_no_statements() -> None:
    """What cannot be read is told from what is the same."""
    code = Code("def f(x):\n    return x\n", ["f"])
    at = code.text.index("return")
    assert Sameness(code, code.definitions[0]).changed((Edit(at, at + 6, "return return"),)) is None


def test_edits_that_overlap_are_seen() -> None:
    """Two edits of the same place get into one another's way."""
    assert overlap([Edit(0, 3, ""), Edit(2, 4, "")])
    assert overlap([Edit(1, 1, "a"), Edit(1, 2, "b")])
    assert not overlap([Edit(0, 2, ""), Edit(2, 4, "")])
