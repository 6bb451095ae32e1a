"""SECURITY.md: each promise names its tests, and they are there."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[2]
TEXT: Final = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
TESTED: Final = TEXT.partition("## How it is tested")[2].partition("\n## ")[0]


def rows(text: str) -> list[list[str]]:
    """Return the rows of the tables in a text, without headings."""
    lines = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| ")]
    return [cells for cells in lines if cells[0] not in {"promise", "4"}]


def test_every_promise_of_a_level_names_its_tests() -> None:
    """What a level adds is what is tested of it, line for line."""
    promised = [cells[0] for cells in rows(TEXT.partition("## What each level adds")[2].partition("\n## ")[0])]
    by_level, _, _ = TESTED.partition("The rest, file by file")
    assert promised
    assert [cells[0] for cells in rows(by_level)] == promised
    for promise, tests in rows(by_level):
        assert re.search(r"`test_\w+`", tests), promise


def test_every_row_leads_to_tests() -> None:
    """No promise goes without a file, a folder or a function that holds it."""
    for cells in rows(TESTED):
        assert re.search(r"\]\(tests/|`test_\w+`", cells[-1]), cells[0]


@pytest.mark.parametrize("name", sorted(set(re.findall(r"`(test_\w+)`", TEXT))))
def test_a_named_test_is_there(name: str) -> None:
    """A test that is renamed or dropped takes its promise with it, or leaves it to another."""
    walls = (ROOT / "tests" / "sandbox" / "test_walls.py").read_text(encoding="utf-8")
    assert f"\ndef {name}(" in walls


def test_no_tests_of_walls_are_passed_over() -> None:
    """Every file of tests of the sandbox stands in the tables."""
    named = set(re.findall(r"\]\((tests/[\w/]+\.py)\)", TESTED))
    assert {path.relative_to(ROOT).as_posix() for path in (ROOT / "tests" / "sandbox").glob("test_*.py")} <= named
