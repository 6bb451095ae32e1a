"""Code cells are found in any notebook; what is none is told of."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.errors import SubmissionError
from autograder.submissions.notebooks import MOST_CELLS, read_code_cells

CELL = '{"cell_type": "code"}'


def read(notebook: object) -> list[str]:
    """Read the code cells of JSON data."""
    return read_code_cells(json.dumps(notebook), "kim.ipynb")


def test_only_code_cells_count_in_their_order() -> None:
    """Text, raw and unknown cells are passed over; a text may be a list of lines."""
    cells: list[Any] = [
        {"cell_type": "markdown", "source": "# Title"},
        {"cell_type": "code", "source": ["x = 1\n", "y = 2"], "outputs": [], "metadata": {}},
        {"cell_type": "raw", "source": "no"},
        {"cell_type": "code", "source": "z = 3\r\n"},
    ]
    assert read({"cells": cells, "nbformat": 4}) == ["x = 1\ny = 2", "z = 3\n"]


def test_notebooks_of_older_versions_are_read() -> None:
    """Version 3 keeps its cells in worksheets and calls the text input."""
    cells = [{"cell_type": "code", "input": ["x = 1"]}, {"cell_type": "heading", "source": "T"}]
    assert read({"nbformat": 3, "worksheets": [{"cells": cells}, {"cells": cells}]}) == ["x = 1", "x = 1"]


def test_damaged_cells_lose_nothing_of_the_others() -> None:
    """Wrong types anywhere are passed over; a cell without a type is told by its outputs."""
    cells: list[Any] = [
        None,
        3,
        "x",
        [],
        {},
        {"cell_type": 7, "source": "no"},
        {"cell_type": "code"},
        {"cell_type": "code", "source": {"a": 1}},
        {"cell_type": "Code", "source": ["a = 1\n", 5, None, "b = 2"]},
        {"outputs": [], "source": "c = 3"},
    ]
    assert read({"cells": cells, "metadata": 5, "nbformat": "four"}) == ["", "", "a = 1\nb = 2", "c = 3"]


def test_half_characters_and_nul_bytes_are_taken_out() -> None:
    """JSON can hold what no text file can."""
    text = '{"cells": [{"cell_type": "code", "source": "a = \'\\ud800\\u0000\\ufeff\'"}]}'
    assert read_code_cells(text, "x.ipynb") == ["a = '\ufffd'"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "is empty"),
        (" \n", "is empty"),
        ('{"cells": [\n{"cell_type"', "wrong at line 2"),
        ("<<<<<<< HEAD", "damaged notebook"),
        ("[]", "no cells"),
        ("3", "no cells"),
        ("{}", "no cells"),
        ('{"cells": {}}', "no cells"),
        ('{"worksheets": [[]]}', "no cells"),
        ("[" * 200_000, "beyond all bounds"),
        ('{"a":' * 200_000, "beyond all bounds"),
        (f'{{"cells": [{"{}, " * 9}{",".join([CELL] * (MOST_CELLS + 1))}]}}', f"more than {MOST_CELLS}"),
    ],
)
def test_what_is_no_notebook_is_told_of(text: str, reason: str) -> None:
    """The sentence says what is wrong with the file."""
    with pytest.raises(SubmissionError, match=reason):
        read_code_cells(text, "kim.ipynb")


def test_numbers_without_end_cost_nothing() -> None:
    """A million digits, NaN and infinity in the metadata are no reason to refuse."""
    text = '{"metadata": {"n": %s, "x": NaN, "y": -Infinity}, "cells": []}' % ("9" * 1_000_000)
    assert read_code_cells(text, "kim.ipynb") == []


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["cells", "worksheets", "cell_type", "source", "input", "outputs", "metadata", "nbformat"]),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)


@settings(max_examples=300, deadline=None)
@given(JSON)
def test_any_json_is_read_or_refused(data: object) -> None:
    """Whatever the shape, the answer is a list of texts or a SubmissionError."""
    try:
        sources = read(data)
    except SubmissionError:
        return
    assert all(source.encode().decode() == source for source in sources)
