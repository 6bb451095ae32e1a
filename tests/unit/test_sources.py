"""What students hand in is read as it is; what can't be read says why."""

from __future__ import annotations

import io
import json
import os
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.assignments import Assignment, Exercise, Limits
from autograder.errors import SubmissionError
from autograder.submissions import Submission, candidate_at, read_submission
from autograder.submissions.candidates import Candidate
from autograder.submissions.files import LARGEST, File
from autograder.submissions.sources import MOST_TOLD

ASSIGNMENT = Assignment(
    "sums",
    Path("sums"),
    {"en": "Sums", "ko": "합"},
    (Exercise("Add", 5, ("plus",)), Exercise("Sub", 5)),
    ("sums.py", "sums.ipynb"),
    Limits(),
)
ADD = "def Add(a, b):\n    return a + b\n"
SUB = "def Sub(a, b):\n    return a - b\n"
STUB = "def Add(a, b):\n    raise NotImplementedError\ndef Sub(a, b):\n    raise NotImplementedError\n"


def notebook(*sources: str) -> bytes:
    """Make a notebook of code cells."""
    cells = [{"cell_type": "code", "source": source, "metadata": {}, "outputs": []} for source in sources]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()


def pack(**members: bytes | str) -> bytes:
    """Make a zip; in names, `__` stands for a dot and `___` for a slash."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name.replace("___", "/").replace("__", "."), data)
    return buffer.getvalue()


def read(files: dict[str, bytes | str]) -> Submission:
    """Read files that one student handed in."""
    handed_in = []
    for name, content in files.items():
        data = content.encode() if isinstance(content, str) else content
        handed_in.append(File(name, len(data), 0.0, data))
    return read_submission(Candidate("kim", "sums", tuple(handed_in)), ASSIGNMENT)


def kinds(submission: Submission) -> list[str]:
    """Return the kinds of a submission's notes."""
    return [note.kind for note in submission.notes]


def refusal(files: dict[str, bytes | str]) -> str:
    """Return why files are refused, in English."""
    with pytest.raises(SubmissionError) as caught:
        read(files)
    return str(caught.value)


# --- one file ---------------------------------------------------------------------------------------------------------


def test_a_python_file_is_one_cell() -> None:
    """Its text is as handed in, and nothing needs to be said."""
    submission = read({"sums.py": ADD})
    assert (submission.student, submission.assignment, submission.files) == ("kim", "sums", ("sums.py",))
    assert [(cell.name, cell.source) for cell in submission.cells] == [("sums.py", ADD)]
    assert submission.modules == {}
    assert submission.notes == ()


def test_a_notebook_is_its_code_cells() -> None:
    """Cells are counted as the student sees them; empty ones are left out."""
    submission = read({"sums.ipynb": notebook("x = 1", "", "%matplotlib inline\nimport numpy", "%%bash\nls", ADD)})
    assert [cell.name for cell in submission.cells] == ["cell 1", "cell 3", "cell 5"]
    assert submission.cells[1].source == "pass\nimport numpy"
    (note,) = submission.notes
    assert note.kind == "magic"
    assert "%matplotlib inline, %%bash" in note.message["en"]


def test_a_notebook_that_writes_modules_brings_them_along() -> None:
    """A %%writefile cell is what a later cell imports."""
    submission = read({"sums.ipynb": notebook("%%writefile common/add.py\n" + ADD, "from common.add import Add")})
    assert [cell.name for cell in submission.cells] == ["cell 2"]
    assert submission.modules["common.add"][0].source == "\n" + ADD


def test_shell_lines_in_a_python_file_do_nothing() -> None:
    """Exports of Colab hold them."""
    submission = read({"sums.py": '# -*- coding: utf-8 -*-\n"""Colab"""\n!pip install x\n' + ADD})
    assert submission.cells[0].source.splitlines()[2] == "pass"
    assert kinds(submission) == ["magic"]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("sums.py", notebook(ADD)),
        ("sums.ipynb", ADD),
        ("sums.txt", ADD),
        ("sums.py.txt", ADD),
        ("sums", ADD),
        ("sums.ipynb.txt", notebook(ADD)),
    ],
)
def test_a_file_is_read_by_its_content(name: str, data: bytes | str) -> None:
    """A wrong suffix costs nothing and is noted."""
    submission = read({name: data})
    assert ADD in [cell.source for cell in submission.cells]
    assert kinds(submission) == ["format"]


@pytest.mark.parametrize("codec", ["cp949", "utf-16", "utf-8-sig", "utf-16-le"])
def test_every_encoding_gives_the_same_text(codec: str) -> None:
    """The text is the student's, and a note tells the encoding."""
    source = "# 덧셈 함수예요\n" + ADD
    submission = read({"sums.py": source.encode(codec)})
    assert submission.cells[0].source == source
    assert kinds(submission) == ["encoding"]
    twin = read({"sums.ipynb": notebook(source).decode().encode(codec)})
    assert twin.cells[0].source == source


@pytest.mark.parametrize("text", ["", "\n\n", "# nothing yet\n", "\ufeff"])
def test_a_file_without_code_is_graded_with_a_note(text: str) -> None:
    """There is nothing in it, and that is the student's answer."""
    assert "empty" in kinds(read({"sums.py": text}))
    assert "empty" in kinds(read({"sums.ipynb": notebook(text)}))


def test_names_and_bytes_make_the_hash() -> None:
    """It changes with either, and not with the order or the time."""
    first = read({"sums.py": ADD, "more.py": SUB})
    assert first.sha256 == read({"more.py": SUB, "sums.py": ADD}).sha256
    others = [{"sums.py": ADD, "more.py": SUB + "\n"}, {"sums.py": ADD, "less.py": SUB}, {"sums.py": ADD}]
    assert first.sha256 not in {read({**other}).sha256 for other in others}


# --- several files ----------------------------------------------------------------------------------------------------


def test_the_entry_is_told_by_its_name_and_the_others_can_be_imported() -> None:
    """Other files become modules, by the names under which the entry would import them."""
    submission = read(
        {
            "sums.py": ADD + SUB,
            "more.py": "x = 1",
            "common/__init__.py": "",
            "common/f.py": "y = 2",
            "a-b.py": "",
            "n.txt": "hi",
        }
    )
    assert [cell.name for cell in submission.cells] == ["sums.py"]
    assert sorted(submission.modules) == ["common", "common.f", "more"]
    assert submission.notes == ()


def test_modules_are_found_from_the_folder_of_the_entry() -> None:
    """A chapter's folder with its own modules beside the common ones."""
    submission = read({"ch1/sums.py": ADD + SUB, "ch1/more.py": "x = 1", "more.py": "x = 2", "common/f.py": "y = 2"})
    assert submission.modules["more"][0].source == "x = 1"
    assert {"ch1.more", "common.f"} <= submission.modules.keys()


def test_the_first_form_is_graded_where_both_are_done() -> None:
    """The assignment's order decides, and a note names both."""
    submission = read({"sums.ipynb": notebook(ADD, SUB), "sums.py": ADD + SUB})
    assert [cell.name for cell in submission.cells] == ["sums.py"]
    (note,) = submission.notes
    assert note.kind == "duplicate"
    assert "sums.py, sums.ipynb" in note.message["en"]


@pytest.mark.parametrize("name", ["sums.ipynb", "my_work.ipynb"])
def test_an_untouched_stub_does_not_hide_the_work(name: str) -> None:
    """Who works in the notebook hands in the stub beside it, and nothing is to be said about that."""
    submission = read({"sums.py": STUB, name: notebook(ADD, SUB)})
    assert [cell.name for cell in submission.cells] == ["cell 1", "cell 2"]
    assert kinds(submission) == []


def test_without_a_known_name_the_file_that_defines_most_is_graded() -> None:
    """Definitions are looked for in the text, whatever their spelling."""
    submission = read({"a.py": "x = 1", "b.py": "def plus(a, b): ...\ndef sub(a, b): ...\n", "c.py": "import b"})
    assert [cell.name for cell in submission.cells] == ["b.py"]


def test_a_file_an_exercise_is_put_together() -> None:
    """What the entry lacks and doesn't import is read from the others; the entry comes last."""
    submission = read({"add.ipynb": notebook(ADD), "sub.ipynb": notebook("x = 1", SUB)})
    assert [cell.name for cell in submission.cells] == ["sub.ipynb: cell 1", "sub.ipynb: cell 2", "cell 1"]
    assert kinds(submission) == ["part"]
    imported = read({"sums.py": ADD + "from sub import Sub\n", "sub.py": SUB})
    assert [cell.name for cell in imported.cells] == ["sums.py"]
    assert imported.notes == ()


def test_given_files_are_nobodys_answer() -> None:
    """The public checks come back with many submissions."""
    submission = read({"sums.py": ADD, "test_public.py": "def Sub(): ...", "timestamp.txt": "2024-01-01 10:00:00"})
    assert [cell.name for cell in submission.cells] == ["sums.py"]
    assert submission.modules == {}


def test_names_that_differ_in_case_only_are_told_of() -> None:
    """A zip can hold both, a disk often can't."""
    submission = read({"SUMS.py": STUB, "sums.py": ADD})
    assert submission.cells[0].source == ADD
    assert kinds(submission) == ["duplicate"]
    assert "SUMS.py, sums.py" in submission.notes[0].message["en"]


def test_a_broken_file_beside_the_work_costs_nothing() -> None:
    """It is noted."""
    submission = read({"sums.py": ADD, "old.ipynb": "{", "picture.py": b"\x89PNG\r\n\x1a\n"})
    assert kinds(submission) == ["file", "file"]


# --- zips -------------------------------------------------------------------------------------------------------------


def test_a_zip_is_read_like_a_folder() -> None:
    """Its members are the files; what was handed in is the zip."""
    submission = read({"kim.zip": pack(hw___sums__py=ADD, hw___more__py="x = 1")})
    assert submission.files == ("kim.zip",)
    assert [cell.name for cell in submission.cells] == ["sums.py"]
    assert "more" in submission.modules


def test_a_zip_in_a_zip_stays_closed() -> None:
    """One wrapping is understood; more is a bomb."""
    inner = pack(sums__py=ADD)
    assert kinds(read({"kim.zip": pack(sums__py=ADD, inner__zip=inner)})) == ["file"]
    assert "empty" in refusal({"kim.zip": pack(inner__zip=inner)})


def test_a_broken_zip_is_refused_unless_the_work_lies_beside_it() -> None:
    """Nothing else is lost through it."""
    assert "damaged" in refusal({"kim.zip": "no zip"})
    assert kinds(read({"kim.zip": "no zip", "sums.py": ADD})) == ["file"]


def test_a_zip_of_bombs_is_not_unpacked() -> None:
    """Members that are no source are never opened, sources only up to a size."""
    big = b"\0" * (LARGEST + 1)
    assert read({"kim.zip": pack(sums__py=ADD, data__bin=big)}).cells
    assert "too large" in refusal({"kim.zip": pack(sums__py=big)})


def test_what_is_read_in_all_is_bounded() -> None:
    """Many large files are not all read."""
    cell = {"cell_type": "code", "source": "x = 1", "outputs": ["#" * (LARGEST - 200)]}
    part = json.dumps({"cells": [cell]})
    submission = read({"kim.zip": pack(a__py=ADD, **{f"m{n}__ipynb": part for n in range(6)})})
    assert kinds(submission) == ["file"]
    assert "too much was handed in" in submission.notes[0].message["en"]


def test_what_lies_beside_the_work_does_not_use_up_its_room() -> None:
    """The assignment's own file is read first, whatever its name comes after."""
    cell = {"cell_type": "code", "source": "x = 1", "outputs": ["#" * (LARGEST - 200)]}
    part = json.dumps({"cells": [cell]})
    submission = read({**{f"a{n}.ipynb": part for n in range(6)}, "sums.py": ADD})
    assert submission.cells[0].source == ADD


def test_a_command_that_names_no_file_writes_none() -> None:
    """Not even where what stands for the name is a sign that isn't one."""
    for name in "\f", "\x1c", "\u2028":
        assert read({"sums.ipynb": notebook(f"%%writefile {name}\nx = 1", ADD)}).modules == {}


def test_a_submission_says_of_few_files_that_they_are_broken() -> None:
    """Who packs a thousand of them gets no thousand sentences."""
    submission = read({"sums.py": ADD, **{f"{n}.ipynb": "{" for n in range(99)}})
    assert kinds(submission) == ["file"] * MOST_TOLD


# --- refused ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ({}, "nothing was handed in"),
        ({"sums.ipynb": ""}, "is empty: save the notebook"),
        ({"sums.ipynb": notebook(ADD)[:-20]}, "damaged notebook"),
        ({"sums.ipynb": '{"a": 1}'}, "has no cells"),
        ({"sums.py": b"%PDF-1.4 ..."}, "looks like a PDF document"),
        ({"report.pdf": b"%PDF-1.4 ..."}, "looks like a PDF document"),
        ({"report.docx": pack(**{"[Content_Types]__xml": "x"})}, "office document"),
        ({"sums.ipynb": "<!DOCTYPE html><html>"}, "a web page"),
        ({"sums.py": bytes(range(256)) * 9}, "is not text"),
        ({"sums.py": "x = 1\n" * 400_000}, "of code, more than 2 MB"),
        ({"sums.ipynb": notebook("x = 1\n" * 400_000)}, "of code, more than 2 MB"),
        ({"data.csv": "1,2"}, "there is no .py or .ipynb file"),
        ({"kim.zip": pack()}, "nothing was handed in"),
        ({"sums.py": pack(a__py=ADD)}, "a zip archive"),
    ],
)
def test_what_can_not_be_graded_says_why(files: dict[str, bytes | str], reason: str) -> None:
    """One clear sentence for the student."""
    assert reason in refusal(files)


def test_huge_files_links_pipes_and_folders_are_refused_at_once(tmp_path: Path) -> None:
    """None is opened, none blocks."""
    huge = tmp_path / "huge.py"
    with huge.open("wb") as stream:
        stream.truncate(LARGEST + 1)
    link = tmp_path / "deep" / "link.py"
    link.parent.mkdir()
    link.symlink_to("/etc/passwd")
    (tmp_path / "folder" / "kim.py").mkdir(parents=True)
    os.mkfifo(tmp_path / "pipe.py")
    reasons = {
        huge: "too large",
        link.parent: "is a link",
        tmp_path / "pipe.py": "a device or a pipe",
        tmp_path / "folder": "nothing was handed in",
    }
    if Path("/dev/zero").exists():
        reasons[Path("/dev/zero")] = "a device or a pipe"
    for path, reason in reasons.items():
        with pytest.raises(SubmissionError, match=reason):
            read_submission(candidate_at(path, "sums"), ASSIGNMENT)


def test_every_refusal_is_said_in_two_languages() -> None:
    """The student reads the sentence in their own."""
    with pytest.raises(SubmissionError) as caught:
        read({})
    assert set(caught.value.message) == {"en", "ko"}


# --- anything at all --------------------------------------------------------------------------------------------------

SEEDS = [
    ADD.encode(),
    notebook("%matplotlib inline\n" + ADD, "%%bash\nls", SUB),
    pack(sums__py=ADD, a___b__py=SUB),
    STUB.encode("utf-16"),
    "# 덧셈\nx = 1\n".encode("cp949"),
    b"!ls\nx = '''\n%d\n'''\n",
    b'{"cells": [',
    b"",
]
NAMES = [
    "sums.py",
    "sums.ipynb",
    "kim.zip",
    "a.txt",
    "b",
    "c/d.py",
    "x.pdf",
    "SUMS.py",
    "\udcff.py",
    "n\0.py",
    "..",
    "c/__init__.py",
]


@st.composite
def contents(draw: st.DrawFn) -> bytes:
    """Draw bytes: anything, or something good that was damaged."""
    if draw(st.booleans()):
        return draw(st.binary(max_size=200))
    data = bytearray(draw(st.sampled_from(SEEDS)))
    for _ in range(draw(st.integers(0, 5))):
        position = draw(st.integers(0, len(data)))
        data[position : position + draw(st.integers(0, 3))] = draw(st.binary(max_size=3))
    return bytes(data)


@settings(max_examples=400, deadline=None)
@given(st.dictionaries(st.sampled_from(NAMES), contents(), max_size=4))
def test_anything_is_read_or_refused(files: dict[str, bytes | str]) -> None:
    """Whatever is handed in, nothing but a SubmissionError comes out."""
    try:
        submission = read(files)
    except SubmissionError as fault:
        assert all(fault.message.values())  # noqa: PT017 - either way out is right
        return
    for cells in submission.cells, *submission.modules.values():
        for cell in cells:
            assert cell.source.encode().decode() == cell.source
            assert "\0" not in cell.source
