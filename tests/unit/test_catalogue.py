"""A catalogue is read whole, and what is wrong with it is told by file, entry and expectation."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.errors import CourseError
from autograder.variants import MISTAKES, load_catalogue, make_variants

SOLUTION = '''import numpy as np


def total(x):
    """Add up."""
    ### BEGIN SOLUTION
    y = x + 1
    return np.sum(y) + np.max(y)
    ### END SOLUTION


class Layer:
    """A layer."""

    def __init__(self):
        self.x = None

    def forward(self, x):
        self.x = x
        return 2 * x


# the end
'''
EXERCISES = ["total", "Layer"]
TEXTS = 'en = "Look at the sum."\nko = "합을 살펴보세요."'


def load(tmp_path: Path, text: str) -> list[tuple[str, str]]:
    """Load a catalogue and apply it; returns ids and changed lines of its variants."""
    path = tmp_path / MISTAKES
    path.write_text(text, encoding="utf-8")
    found = make_variants(SOLUTION, EXERCISES, load_catalogue(path, EXERCISES))
    return [(variant.id, variant.after) for variant in found if variant.named]


def entry(forms: str, name: str = "wrong", exercise: str = "total") -> str:
    """Return an entry of a catalogue."""
    return f'[[mistakes]]\nid = "{name}"\nexercise = "{exercise}"\n{TEXTS}\n{forms}\n'


def code(text: str) -> str:
    """Return a form that defines something."""
    return f"[[mistakes.forms]]\ncode = '''\n{text}\n'''"


def test_no_file_is_an_empty_catalogue(tmp_path: Path) -> None:
    """An assignment does without a catalogue."""
    assert load_catalogue(tmp_path / MISTAKES, EXERCISES) == []


def test_forms_find_and_replace(tmp_path: Path) -> None:
    """A form changes one place, or several at once; an empty replacement takes away."""
    forms = """forms = [
      { find = "np.sum(", replace = "np.mean(" },
      { find = ["x + 1", "np.max(y)"], replace = ["x", "0"] },
      { find = " + np.max(y)", replace = "" },
      { find = "    return np.sum(y) + np.max(y)\\n    ### END SOLUTION\\n", replace = "    return y\\n" },
    ]"""
    assert load(tmp_path, entry(forms)) == [
        ("total/wrong#1", "return np.mean(y) + np.max(y)"),
        ("total/wrong#2", "y = x\nreturn np.sum(y) + 0"),
        ("total/wrong#3", "return np.sum(y)"),
        ("total/wrong#4", "return y"),
    ]


def test_forms_define(tmp_path: Path) -> None:
    """Code replaces the exercise, or methods of it, or adds one; its indentation is its author's."""
    everything = entry(
        "\n".join(
            [
                code("    class Layer:\n        def forward(self, x):\n            return x"),
                code("def forward(self, x):\n    return 3 * x\n\ndef extra(self):\n    return 1"),
            ]
        ),
        exercise="Layer",
    )
    path = tmp_path / MISTAKES
    path.write_text(everything, encoding="utf-8")
    first, second = (
        variant.text for variant in make_variants(SOLUTION, EXERCISES, load_catalogue(path, EXERCISES)) if variant.named
    )
    head, tail = SOLUTION.partition("class Layer:")[0], "\n\n\n# the end\n"
    assert first == f"{head}class Layer:\n    def forward(self, x):\n        return x{tail}"
    before = SOLUTION.partition("    def forward")[0]
    assert (
        second
        == f"{before}    def forward(self, x):\n        return 3 * x\n    def extra(self):\n        return 1{tail}"
    )


def test_code_may_add_several_methods(tmp_path: Path) -> None:
    """All of them come to the end of the class, in their order."""
    new = code("def one(self):\n    return 1\n\ndef two(self):\n    return 2")
    assert load(tmp_path, entry(new, exercise="Layer")) == [
        (
            "Layer/wrong#1",
            "return 2 * x\n    def one(self):\n        return 1\n    def two(self):\n        return 2",
        )
    ]


BASES = """
[bases.loop]
find = ["y = x + 1", "np.sum(y)"]
replace = ["y = x", "sum(v + 1 for v in y)"]

[bases.named]
base = "loop"
find = "    return sum"
replace = "    both = 1\\n    return both * sum"
"""


def test_a_form_may_start_from_another_right_way(tmp_path: Path) -> None:
    """Its texts are looked up in what the base makes of the solution, and all ends up in one change."""
    forms = """forms = [
      { find = "x + 1", replace = "x + 2" },
      { base = "loop", find = "v + 1", replace = "v" },
      { base = "loop", find = ["y = x", "np.max(y)"], replace = ["y = x[1:]", "0"] },
      { base = "named", find = "both = 1", replace = "both = 2" },
      { base = "named", find = "both = 1\\n    return both * sum(v + 1", replace = "return 3 * sum(v" },
    ]"""
    path = tmp_path / MISTAKES
    path.write_text(entry(forms) + BASES, encoding="utf-8")
    found = [v for v in make_variants(SOLUTION, EXERCISES, load_catalogue(path, EXERCISES)) if v.named]
    body = SOLUTION[SOLUTION.index("    y = x + 1") : SOLUTION.index("    ### END")]
    assert [v.text for v in found] == [
        SOLUTION.replace(body, new)
        for new in (
            "    y = x + 2\n    return np.sum(y) + np.max(y)\n",
            "    y = x\n    return sum(v for v in y) + np.max(y)\n",
            "    y = x[1:]\n    return sum(v + 1 for v in y) + 0\n",
            "    y = x\n    both = 2\n    return both * sum(v + 1 for v in y) + np.max(y)\n",
            "    y = x\n    return 3 * sum(v for v in y) + np.max(y)\n",
        )
    ]


def test_the_same_id_may_serve_two_exercises(tmp_path: Path) -> None:
    """Ids are unique within an exercise."""
    text = entry('forms = [{ find = "x + 1", replace = "x" }]') + entry(
        'forms = [{ find = "2 * x", replace = "x" }]', exercise="Layer"
    )
    assert [name for name, _ in load(tmp_path, text)] == ["total/wrong#1", "Layer/wrong#1"]


GOOD = 'forms = [{ find = "x + 1", replace = "x" }]'
WRONG = {
    "not TOML": ("[[mistakes]", "is not valid TOML"),
    "no entries": ("mistakes = 3", "mistakes: expected at least one [[mistakes]] table"),
    "unknown table": ("[mistake]", "mistake: is not a key of this table; expected mistakes"),
    "unknown key": (entry(f"{GOOD}\nkr = 'x'"), "mistakes[0].kr: is not a key of this table"),
    "no id": (f"[[mistakes]]\nexercise = 'total'\n{TEXTS}\n{GOOD}", "mistakes[0].id: is missing"),
    "id of words": (entry(GOOD, name="two words"), "mistakes[0] (two words).id: expected words joined by _"),
    "unknown exercise": (entry(GOOD, exercise="Sum"), "has no exercise 'Sum'; there are: total, Layer"),
    "twice": (entry(GOOD) + entry(GOOD), "mistakes[1].id: total has a mistake 'wrong' already"),
    "no Korean": (entry(GOOD).replace("ko =", "# ko ="), "mistakes[0] (wrong).ko: is missing"),
    "empty English": (entry(GOOD).replace("Look at the sum.", " "), "mistakes[0] (wrong).en: expected a text"),
    "no forms": (entry(""), "mistakes[0] (wrong).forms: is missing"),
    "empty form": (entry("forms = [{}]"), "(wrong).forms[0].find: expected either find and replace, or code"),
    "both": (
        entry('forms = [{ find = "x", replace = "y", code = "z" }]'),
        "forms[0].find: expected either find and replace, or code",
    ),
    "replace alone": (entry('forms = [{ replace = "y" }]'), "expected either find and replace, or code"),
    "find alone": (entry('forms = [{ find = "x + 1" }]'), "forms[0].replace: expected a text or a list of texts"),
    "empty find": (entry('forms = [{ find = "", replace = "y" }]'), "forms[0].find: expected a text that stands"),
    "a number": (entry('forms = [{ find = 1, replace = "y" }]'), "forms[0].find: expected a text or a list"),
    "uneven": (
        entry('forms = [{ find = ["x + 1", "np.max"], replace = "x" }]'),
        "forms[0].replace: expected 2 texts, one for each find",
    ),
    "not found": (
        entry('forms = [{ find = "x + 2", replace = "x" }]'),
        "mistakes[0] (wrong).forms[0].find: 'x + 2' does not stand in the solution of total",
    ),
    "found outside": (entry('forms = [{ find = "2 * x", replace = "x" }]'), "does not stand in the solution of total"),
    "found twice": (
        entry('forms = [{ find = "(y)", replace = "(x)" }]'),
        "'(y)' stands 2 times in the solution of total; take in more",
    ),
    "overlap": (
        entry('forms = [{ find = ["x + 1", "+ 1"], replace = ["x", ""] }]'),
        "forms[0].find: two of the texts overlap",
    ),
    "no Python left": (
        entry('forms = [{ find = "x + 1", replace = "x +" }]'),
        "forms[0].replace: with this change the solution is no longer Python",
    ),
    "nothing changes": (
        entry('forms = [{ find = "x + 1", replace = "(x + 1)" }]'),
        "forms[0].replace: with this change the solution does the same as before",
    ),
    "the same again": (
        entry('forms = [{ find = "x + 1", replace = "x" }, { find = "x + 1", replace = "(x)" }]'),
        "forms[1].replace: makes the same program as total/wrong#1",
    ),
    "unknown base": (
        entry('forms = [{ base = "while", find = "x", replace = "y" }]') + BASES,
        "forms[0].base: there is no [bases.while] above; there are: loop, named",
    ),
    "base below": (entry(GOOD) + BASES.replace("loop]", "last]"), "bases.named.base: there is no [bases.loop] above"),
    "base without find": (entry(GOOD) + "[bases.loop]", "bases.loop.find: expected either find and replace, or code"),
    "base not found": (
        entry('forms = [{ base = "loop", find = "v", replace = "y" }]') + BASES.replace("np.sum(y)", "np.sum(z)"),
        "bases.loop.find: 'np.sum(z)' does not stand in the solution of total",
    ),
    "base no Python": (
        entry('forms = [{ base = "loop", find = "v", replace = "y" }]') + BASES.replace('"y = x"', '"y = "'),
        "bases.loop.replace: with this change the solution is no longer Python",
    ),
    "base of something else": (
        entry('forms = [{ base = "b", find = "x", replace = "y" }]')
        + '[bases.b]\nfind = "def total"\nreplace = "def other"',
        "bases.b.replace: with this change the solution no longer defines total",
    ),
    "only the base": (
        entry('forms = [{ base = "loop", find = "y = x", replace = "y = (x)" }]') + BASES,
        "forms[0].replace: with this change the solution does the same as before",
    ),
    "the second of the second": (
        entry(GOOD) + entry('forms = [{ find = "+ 1", replace = "- 1" }, { find = "+ 1", replace = "+" }]', "other"),
        "mistakes[1] (other).forms[1].replace: with this change the solution is no longer Python",
    ),
    "broken code": (entry(code("def total(x) return x")), "forms[0].code: is not Python: "),
    "no code": (entry('forms = [{ code = " " }]'), "forms[0].code: expected a text"),
    "a comment": (entry(code("# nothing")), "forms[0].code: expected at least one definition"),
    "another definition": (entry(code("def sums(x):\n    return x")), "forms[0].code: may only define total"),
    "a statement": (entry(code("x = 3"), exercise="Layer"), "forms[0].code: may only define Layer, or methods of it"),
    "defined twice": (
        entry(code("def total(x):\n    return x\n\ndef total(x):\n    return 1")),
        "forms[0].code: defines the same thing twice",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_catalogue_is_told(tmp_path: Path, name: str) -> None:
    """The message names the file, the entry and what is expected."""
    text, expected = WRONG[name]
    with pytest.raises(CourseError) as caught:
        load(tmp_path, text)
    assert expected in str(caught.value)
    assert str(caught.value).startswith(str(tmp_path / MISTAKES))
    assert caught.value.message["ko"] != caught.value.message["en"]
