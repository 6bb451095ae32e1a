"""Ten thousand files that nobody should hand in: each is read, or refused by an error of our own."""

from __future__ import annotations

import ast
import contextlib
import json
import struct
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import numpy as np
import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from autograder import wire
from autograder.adapters.nbgrader.cells import expected_cells, from_submission, restore
from autograder.adapters.nbgrader.shapes import new_cell, new_notebook, read_notebook
from autograder.assignments import find_course
from autograder.errors import SubmissionError
from autograder.inside.parsing import parse_cell
from autograder.submissions import Cell, Submission, find_submissions, read_submission
from autograder.submissions.archives import list_archive, read_file, read_head
from autograder.submissions.candidates import Candidate
from autograder.submissions.files import File
from autograder.submissions.magics import neutralise, neutralise_cell
from autograder.submissions.names import printable
from autograder.submissions.notebooks import read_code_cells
from autograder.submissions.slimming import slimmed
from autograder.submissions.texts import decode, foreign_kind
from tests.unit import hostile
from tests.unit.hostile import Script

SEED: Final = 20_260_105


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """Make a course."""
    return hostile.write_course(tmp_path)


def assert_can_travel(text: str) -> None:
    """Assert that a text can be written to any file, and run."""
    assert text.encode().decode() == text
    assert not {"\0", "\r", "\ufeff"} & set(text)


def assert_sound(submission: Submission) -> None:
    """Assert that a submission is such as the rest of the house takes it for."""
    for cells in submission.cells, *submission.modules.values():
        for cell in cells:
            assert cell.name.isprintable()
            assert_can_travel(cell.source)
    for module in submission.modules:
        assert all(part.isidentifier() for part in module.split("."))
    for note in submission.notes:
        assert all(note.message.values())
        json.dumps(note.message, ensure_ascii=False).encode()


# --- what is looked at ------------------------------------------------------------------------------------------------


def look_at_files(script: Script, root: Path) -> None:
    """Read files that one student handed in."""
    files = []
    for _ in range(script.below(4)):
        data = hostile.content(script)
        name = printable(hostile.name(script)) or "x"
        files.append(File(name, len(data), float(script.below(3)), data))
    candidate = Candidate("kim", "sums", tuple(map(slimmed, files)))
    with contextlib.suppress(SubmissionError):
        assert_sound(read_submission(candidate, find_course(root).assignment("sums")))


def look_at_archives(script: Script, _: Path) -> None:
    """List a zip, and read what is in it."""
    with contextlib.suppress(SubmissionError):
        for file in list_archive(hostile.archive(script), "kim.zip"):
            assert file.name.replace("/", "_").isprintable()
            assert not file.name.startswith("/")
            assert ".." not in file.parts
            with contextlib.suppress(SubmissionError):
                assert len(read_head(file, 9)) <= 9
                assert len(read_file(file)) == file.size


def look_at_classes(script: Script, root: Path) -> None:
    """Sort the zip of a class."""
    course = find_course(root)
    (root / "class.zip").write_bytes(hostile.archive(script, inside=2))
    found = find_submissions([root / "class.zip"], course, script.one_of([None, "sums"]))
    keys = [(one.student, one.assignment) for one in found.candidates]
    assert len(set(keys)) == len(keys)
    for candidate in found.candidates:
        assert candidate.student.isprintable()
        assert candidate.student.strip() not in {"", ".."}
        with contextlib.suppress(SubmissionError):
            assert_sound(read_submission(candidate, course.assignment(candidate.assignment)))


def look_at_notebooks(script: Script, _: Path) -> None:
    """Read a notebook for grading, and for nbgrader."""
    data = hostile.notebook(script)
    with contextlib.suppress(SubmissionError):
        text = decode(data, "kim.ipynb").text
        for source in read_code_cells(text, "kim.ipynb"):
            assert_can_travel(source)
        notebook = read_notebook(text)
        released = [
            new_cell("code", hostile.ADD, {"grade_id": "Add_answer", "solution": True, "schema_version": 3}),
            new_cell("code", "%check Add", {"grade_id": "Add", "grade": True, "locked": True, "points": 2}),
        ]
        expected = expected_cells(new_notebook(released))
        if notebook is None:
            return
        whole, notes = restore(notebook, expected)
        json.dumps([whole, [note.message for note in notes]], ensure_ascii=False).encode()
        graded = [cell["metadata"].get("nbgrader", {}) for cell in whole["cells"]]
        assert [cell["grade_id"] for cell in graded if cell.get("grade")] == ["Add"]


def look_at_texts(script: Script, _: Path) -> None:
    """Decode a text, and show it as a notebook."""
    data = hostile.source(script)
    foreign_kind(data)
    with contextlib.suppress(SubmissionError):
        text = decode(data, "kim.py").text
        assert_can_travel(text)
        json.dumps(from_submission([Cell("kim.py", text)], []), ensure_ascii=False).encode()


def look_at_commands(script: Script, _: Path) -> None:
    """Switch off the commands of a cell: lines stay where they were, and Python stays as it was."""
    text = hostile.text(script).replace("\r", "\n")
    neutral = neutralise(text)
    assert neutral.source.count("\n") == text.count("\n")
    neutralise_cell(text)
    if parses(text):
        assert neutral.source == text


def look_at_statements(script: Script, _: Path) -> None:
    """Take a cell apart; what is Python is kept whole."""
    text = hostile.text(script).replace("\0", "")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        statements, error = parse_cell("cell 1", text)
        if parses(text):
            assert error is None
            assert len(statements) == len(ast.parse(text).body)


def look_at_frames(script: Script, _: Path) -> None:
    """Receive a frame and decode the value in it."""
    values: list[Any] = [
        [1, 2.5, None, "김", (True, 1j), b"x", 2**70, float("nan")],
        {"a": np.arange(6.0).reshape(2, 3), "b": np.float32(1.5), 3: slice(None, 2), (1, 2): ...},
        [[[[np.zeros((0, 3))]]], np.array(1) > 0, -(2**63)],
    ]
    buffers: list[Any] = []
    encoded = json.dumps(wire.encode(script.one_of(values), buffers))
    for _change in range(script.below(4)):
        place = script.below(len(encoded))
        new = script.one_of(
            ["9" * 30, "-1", '"a"', '"|O"', "[", "]", "1e999", "null", '"s","<f2",1e300', '["i","0x"]', ""]
        )
        encoded = encoded[:place] + new + encoded[place + script.below(9) :]
    lengths = [len(buffer) for buffer in buffers] if script.below(4) else script.some_of([0, 1, 2**40, 48], 3)
    header = json.dumps(lengths).join(("[", f",{encoded}]")).encode()
    stream = struct.pack("<4sIQ", b"AGW1", len(header), sum(lengths)) + header + b"".join(map(bytes, buffers))
    stream = hostile.damaged(script, stream) if script.below(2) else stream
    rest = bytearray(stream)

    def read(view: memoryview) -> int:
        count = min(len(view), len(rest), 1 + script.below(999))
        view[:count] = rest[:count]
        del rest[:count]
        return count

    with contextlib.suppress(wire.Malformed, wire.Closed), np.errstate(all="ignore"):
        message, received = wire.Channel(read, len, most=2**20).receive()
        wire.encode(wire.decode(message, received), [], lambda _: wire.Opaque(0, "kept"))


def parses(text: str) -> bool:
    """Say whether a text is Python."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            ast.parse(text)
        except (SyntaxError, ValueError, MemoryError, RecursionError):
            return False
    return True


RUNS: Final[dict[Callable[[Script, Path], None], int]] = {
    look_at_files: 2000,
    look_at_archives: 2000,
    look_at_classes: 1000,
    look_at_notebooks: 1500,
    look_at_texts: 1000,
    look_at_commands: 1000,
    look_at_statements: 500,
    look_at_frames: 1500,
}
"""How many inputs each of them is given."""


def test_the_inputs_are_ten_thousand() -> None:
    """So many are promised."""
    assert sum(RUNS.values()) >= 10_000


@pytest.mark.parametrize("look_at", RUNS, ids=lambda look_at: look_at.__name__)
def test_anything_is_read_or_refused(course: Path, look_at: Callable[[Script, Path], None]) -> None:
    """Whatever comes, nothing but an error of our own comes out, and what is read is sound."""
    ran = 0

    @seed(SEED)
    @settings(max_examples=RUNS[look_at], database=None, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.binary(min_size=48, max_size=160))
    def each(data: bytes) -> None:
        nonlocal ran
        ran += 1
        look_at(Script(data), course)

    each()
    assert ran >= RUNS[look_at]
