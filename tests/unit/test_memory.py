"""What checks saw of variants is on disk as it was, or not there at all."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from autograder.checks.testimony import Account, Flat, Statement
from autograder.diagnosis.memory import Memory, Part
from autograder.messages import Message

SENTENCE: Message = {"en": "It is a.", "ko": "a예요."}
PARTS = [Part("Loss/a#1", "a", SENTENCE, named=True), Part("Loss/swap@Loss:1", "swap", SENTENCE, named=False)]
ROW = np.array([1.5, -0.0, np.nan, np.inf, 5e-324])
ACCOUNT = Account(
    (
        Statement("compared", "dW", right=False, value=ROW, expected=ROW + 1, tolerance=ROW * ROW, factors={"N": 7}),
        Statement("compared", "db", right=True),
        Statement("refused", "y", right=False, value=Flat("row 1 None", np.empty(0))),
        Statement("answered", "call", right=True, value=Flat("numbers (5,)", ROW)),
        Statement("required", "line\nbreak \udc80", right=False),
        Statement("ended", "ValueError", right=False, value=("text", (3, 4))),
    ),
    ("a", "b"),
)


def remember(path: Path, *entries: tuple[str, int, Account], key: str = "key") -> Memory:
    """Write a file."""
    memory = Memory(path, key)
    memory.learn(PARTS)
    for who, place, account in entries:
        memory.keep(who, place, account, 0.25)
    memory.save()
    return memory


def assert_same(found: tuple[Account, float] | None, expected: Account) -> None:
    """Compare to the last bit."""
    assert found is not None
    account, seconds = found
    assert seconds == 0.25
    assert (account.mistakes, account.passed) == (expected.mistakes, expected.passed)
    assert len(account.statements) == len(expected.statements)
    for mine, theirs in zip(account.statements, expected.statements, strict=True):
        assert repr(mine) == repr(theirs)
        for one, two in zip(arrays_of(mine), arrays_of(theirs), strict=True):
            assert one.tobytes() == two.tobytes()


def arrays_of(statement: Statement) -> list[NDArray[np.float64]]:
    """Return the arrays that a statement holds."""
    parts = (statement.value, statement.expected, statement.tolerance)
    found = (part.numbers if isinstance(part, Flat) else part for part in parts)
    return [part for part in found if isinstance(part, np.ndarray)]


def test_an_account_comes_back_as_it_was(tmp_path: Path) -> None:
    """To the bit, whatever a statement may hold; and which variants there are."""
    path = tmp_path / "new" / "Loss"
    passed = Account((), passed=True)
    remember(path, ("Loss/a#1", 0, ACCOUNT), ("Loss/a#1", 12, passed), ("", 0, ACCOUNT))
    memory = Memory(path, "key")
    assert memory.parts == PARTS
    assert_same(memory.recall("Loss/a#1", 0), ACCOUNT)
    assert_same(memory.recall("Loss/a#1", 12), passed)
    assert_same(memory.recall("", 0), ACCOUNT)
    assert memory.recall("Loss/a#1", 1) is None
    assert memory.recall("Loss/b#1", 0) is None


def test_judges_that_run_at_once_add_to_each_other(tmp_path: Path) -> None:
    """Both began without the file; what is equal is written once."""
    path = tmp_path / "Loss"
    early = Memory(path, "key")
    remember(path, ("one", 0, ACCOUNT))
    size = path.stat().st_size
    early.keep("two", 3, ACCOUNT, 0.25)
    early.save()
    memory = Memory(path, "key")
    assert_same(memory.recall("one", 0), ACCOUNT)
    assert_same(memory.recall("two", 3), ACCOUNT)
    assert path.stat().st_size < 1.5 * size


def test_what_depends_on_something_else_is_not_read(tmp_path: Path) -> None:
    """And is written anew."""
    path = tmp_path / "Loss"
    remember(path, ("one", 0, ACCOUNT))
    assert Memory(path, "other").recall("one", 0) is None
    remember(path, ("two", 0, ACCOUNT), key="other")
    assert Memory(path, "other").recall("one", 0) is None
    assert_same(Memory(path, "other").recall("two", 0), ACCOUNT)


def test_a_damaged_file_is_not_read(tmp_path: Path) -> None:
    """Wherever a byte is wrong, missing or too many."""
    path = tmp_path / "Loss"
    remember(path, ("one", 0, ACCOUNT))
    whole = path.read_bytes()
    flipped = [whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :] for place in range(len(whole))]
    for damaged in (b"", b"\n", whole[:-8], whole + bytes(8), whole[:70], *flipped):
        path.write_bytes(damaged)
        memory = Memory(path, "key")
        assert memory.parts == []
        assert memory.recall("one", 0) is None


def test_what_a_killed_judge_left_is_swept_away(tmp_path: Path) -> None:
    """Half of a file of up to 64 MiB does not stay for good."""
    (tmp_path / ".Loss.123.new").touch()
    remember(tmp_path / "Loss", ("one", 0, ACCOUNT))
    assert [path.name for path in tmp_path.iterdir()] == ["Loss"]


def test_where_nothing_can_be_written_nothing_fails(tmp_path: Path) -> None:
    """The folder may be a file, or the file a folder."""
    (tmp_path / "file").touch()
    remember(tmp_path / "file" / "Loss", ("one", 0, ACCOUNT))
    (tmp_path / "Loss").mkdir()
    remember(tmp_path / "Loss", ("one", 0, ACCOUNT))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["Loss", "file"]


@pytest.mark.parametrize("value", [{"a": 1}, "text", np.arange(3), np.ones((2, 2)), object()])
def test_what_has_no_form_is_not_kept(tmp_path: Path, value: object) -> None:
    """All else still is."""
    path = tmp_path / "Loss"
    odd = Account((Statement("answered", "call", right=True, value=value),))
    remember(path, ("odd", 0, odd), ("one", 0, ACCOUNT))
    memory = Memory(path, "key")
    assert memory.recall("odd", 0) is None
    assert_same(memory.recall("one", 0), ACCOUNT)
