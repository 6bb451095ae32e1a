"""Every layout gives the same submissions; nobody's work is lost without a word."""

from __future__ import annotations

import io
import os
import sys
import zipfile
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autograder.assignments import Course, find_course
from autograder.errors import SubmissionError, UnknownAssignment
from autograder.submissions import Found, candidate_at, find_submissions, read_submission

if TYPE_CHECKING:
    from pathlib import Path

SETTINGS = """
[title]
en = "Title"
ko = "제목"
[[exercises]]
name = "Add"
points = 10
"""
ADD = "def Add(a, b):\n    return a + b\n"


@pytest.fixture
def course(tmp_path: Path) -> Course:
    """Make a course of two assignments, `sums` and `products`."""
    for name in "sums", "products":
        folder = tmp_path / "course" / "solutions" / name
        folder.mkdir(parents=True)
        (folder / "assignment.toml").write_text(SETTINGS, encoding="utf-8")
    return find_course(tmp_path / "course")


def lay(root: Path, *names: str, **contents: str) -> Path:
    """Write files under a folder; a name that ends with a slash is an empty folder."""
    for name in names:
        path = root / name
        if name.endswith("/"):
            path.mkdir(parents=True)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(contents.get(name.rsplit("/", 1)[-1].replace(".", "_"), ADD))
    return root


def packed(root: Path, path: Path) -> Path:
    """Pack what is under a folder."""
    with zipfile.ZipFile(path, "w") as archive:
        for file in sorted(root.rglob("*")):
            archive.write(file, file.relative_to(root))
    return path


def told(found: Found) -> list[tuple[str, str, list[str]]]:
    """Return student, assignment and files of each candidate."""
    return [(one.student, one.assignment, [file.name for file in one.files]) for one in found.candidates]


def ignored(found: Found) -> list[tuple[str, str]]:
    """Return kind and English sentence of what was left out."""
    return [(note.kind, note.message["en"]) for note in found.ignored]


LAYOUTS: dict[str, tuple[list[str], str | None]] = {
    "nbgrader": (["kim/sums/sums.py", "kim/sums/timestamp.txt", "lee/sums/sums.py"], None),
    "nbgrader, of all": (["kim/sums/sums.py", "kim/products/products.py", "lee/sums/sums.py"], "sums"),
    "nbgrader in a folder": (["submitted/kim/sums/sums.py", "submitted/lee/sums/sums.py"], None),
    "a folder an assignment": (["sums/kim.py", "sums/lee.ipynb"], None),
    "a folder an assignment and a student": (["sums/kim/x.py", "sums/lee/sums.py"], None),
    "flat": (["kim.py", "lee.ipynb"], "sums"),
    "flat, zips": (["kim.zip", "lee.py"], "sums"),
    "a folder a student": (["kim/sums.py", "kim/common/f.py", "lee/homework.ipynb"], "sums"),
    "a folder a student, named files": (["kim/sums.py", "lee/sums.ipynb"], None),
    "flat with a template": (
        ["kim.py", "lee.py", "README.md", "roster.csv", ".DS_Store", "__pycache__/kim.pyc"],
        "sums",
    ),
}


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("archive", [False, True])
def test_layouts_give_students_and_assignments(tmp_path: Path, course: Course, layout: str, archive: bool) -> None:  # noqa: FBT001
    """A folder and a zip of it give the same."""
    names, assignment = LAYOUTS[layout]
    path = lay(tmp_path / "class", *names)
    if archive:
        path = packed(path, tmp_path / "class.zip")
    found = find_submissions([path], course, assignment)
    assert [(student, name) for student, name, _ in told(found)] == [("kim", "sums"), ("lee", "sums")]
    assert all(files and "timestamp.txt" not in files for _, _, files in told(found))


def test_a_class_of_several_assignments_comes_in_course_order(tmp_path: Path, course: Course) -> None:
    """By assignment as in the course, then by student."""
    path = lay(tmp_path / "class", "lee/sums/a.py", "kim/sums/a.py", "kim/products/a.py")
    assert [(s, a) for s, a, _ in told(find_submissions([path], course))] == [
        ("kim", "products"),
        ("kim", "sums"),
        ("lee", "sums"),
    ]


def test_an_unknown_assignment_folder_is_told_of_and_the_rest_goes_on(tmp_path: Path, course: Course) -> None:
    """The sentence names the folder and what there is."""
    path = lay(tmp_path / "class", "kim/sums/a.py", "kim/essay/a.py", "lee/essay/a.py")
    found = find_submissions([path], course)
    assert told(found) == [("kim", "sums", ["a.py"])]
    kinds = ignored(found)
    assert [kind for kind, _ in kinds] == ["unknown_assignment", "unknown_assignment"]
    assert "kim/essay" in kinds[0][1]
    assert "products, sums" in kinds[0][1]


def test_a_student_without_files_is_not_lost(tmp_path: Path, course: Course) -> None:
    """An empty folder is a submission that can't be read."""
    found = find_submissions([lay(tmp_path / "class", "kim/sums/", "lee/sums/a.py", "park/sums/.DS_Store")], course)
    assert told(found) == [("kim", "sums", []), ("lee", "sums", ["a.py"]), ("park", "sums", [])]
    with pytest.raises(SubmissionError, match="nothing was handed in"):
        read_submission(found.candidates[0], course.assignment("sums"))


@pytest.mark.parametrize(
    ("names", "target", "assignment"),
    [
        (["kim.py"], "kim.py", "sums"),
        (["kim.py.txt"], "kim.py.txt", "sums"),
        (["kim/sums.py"], "kim/sums.py", None),
        (["kim/Sums.ipynb"], "kim/Sums.ipynb", None),
        (["kim/sums/sums.py"], "kim/sums/sums.py", None),
        (["sums/kim.py"], "sums/kim.py", None),
        (["kim/sums.py", "kim/common/f.py"], "kim", None),
        (["kim/sums.py", "kim/more.py"], "kim", "sums"),
        (["kim/sums/sums.py", "kim/sums/more.py"], "kim/sums", None),
        (["kim/sums/work.ipynb", "kim/sums/timestamp.txt"], "kim/sums", None),
        (["kim/sums/work.ipynb", "kim/sums/timestamp.txt"], "kim", None),
    ],
)
def test_one_file_or_folder_is_one_submission(
    tmp_path: Path, course: Course, names: list[str], target: str, assignment: str | None
) -> None:
    """Student and assignment are told by names around it."""
    lay(tmp_path / "in", *names, more_py="x = 1", f_py="y = 2")
    found = find_submissions([tmp_path / "in" / target], course, assignment)
    assert [(student, name) for student, name, _ in told(found)] == [("kim", "sums")]


@pytest.mark.parametrize(("member", "assignment"), [("sums.py", None), ("homework.py", "sums"), ("kim/sums.py", None)])
def test_a_zip_of_one_student_is_named_after_them(
    tmp_path: Path, course: Course, member: str, assignment: str | None
) -> None:
    """The name of the zip is the student's."""
    path = packed(lay(tmp_path / "in", member), tmp_path / "kim.zip")
    found = find_submissions([path], course, assignment)
    assert [(student, name) for student, name, _ in told(found)] == [("kim", "sums")]
    assert read_submission(found.candidates[0], course.assignment("sums")).cells[0].source == ADD


def test_several_assignments_of_one_student_are_told_by_their_names(tmp_path: Path, course: Course) -> None:
    """A student's own folder."""
    found = find_submissions([lay(tmp_path / "kim", "sums.py", "products.ipynb")], course)
    assert told(found) == [("kim", "products", ["products.ipynb"]), ("kim", "sums", ["sums.py"])]


def test_a_template_among_students_is_no_class(tmp_path: Path, course: Course) -> None:
    """A flat folder that also holds the assignment's file stays a flat folder."""
    found = find_submissions([lay(tmp_path / "class", "kim.py", "lee.py", "sums.py")], course, "sums")
    assert [student for student, _, _ in told(found)] == ["kim", "lee", "sums"]
    found = find_submissions([lay(tmp_path / "other", "kim/a.py", "lee/a.py", "sums.py")], course, "sums")
    assert [student for student, _, _ in told(found)] == ["kim", "lee", "sums"]


def test_without_an_assignment_the_sentence_says_what_to_do(tmp_path: Path, course: Course) -> None:
    """Files that tell nothing are named, with the option that helps."""
    found = find_submissions([lay(tmp_path / "class", "kim.py", "lee.py", "notes.md")], course)
    assert told(found) == []
    assert dict(ignored(found))["no_assignment"].startswith(
        "kim.py, lee.py: which assignment is it? Name it with --assignment"
    )


def test_a_course_of_one_assignment_needs_no_name(tmp_path: Path) -> None:
    """There is no other that could be meant."""
    folder = tmp_path / "course" / "solutions" / "sums"
    folder.mkdir(parents=True)
    (folder / "assignment.toml").write_text(SETTINGS, encoding="utf-8")
    found = find_submissions([lay(tmp_path / "class", "kim.py")], find_course(tmp_path / "course"))
    assert told(found) == [("kim", "sums", ["kim.py"])]


def test_an_assignment_that_does_not_exist_is_refused(tmp_path: Path, course: Course) -> None:
    """Before anything is looked at."""
    with pytest.raises(UnknownAssignment):
        find_submissions([tmp_path], course, "sum")


def test_documents_are_submissions_and_lists_are_not(tmp_path: Path, course: Course) -> None:
    """A student who hands in a PDF gets a sentence; a roster gets none."""
    names = ["kim.pdf", "lee.docx", "park.txt", "names.txt", "roster.csv", "feedback.html", "choi", "requirements.txt"]
    found = find_submissions([lay(tmp_path / "class", *names, names_txt="kim\nlee\n")], course, "sums")
    assert [student for student, _, _ in told(found)] == ["choi", "kim", "lee", "park"]
    assert [kind for kind, _ in ignored(found)] == ["not_a_submission"] * 3


# --- learning platforms -----------------------------------------------------------------------------------------------

PLATFORMS: dict[str, tuple[list[str], list[str]]] = {
    "Canvas": (["kimminji_LATE_12_67890_sums-1.py", "lee_13_67891_Sums (2).ipynb", "park_14_text.html"], ["12", "13"]),
    "Moodle": (
        [
            "Kim Minji_1_assignsubmission_file_/sums.py",
            "Kim Minji_1_assignsubmission_onlinetext_/onlinetext.html",
            "이 서준_2_assignsubmission_file_/src/sums.ipynb",
        ],
        ["Kim Minji_1", "이 서준_2"],
    ),
    "Moodle, flat": (
        ["Kim_1_assignsubmission_file_sums.py", "Lee_2_assignsubmission_file_sums.ipynb"],
        ["Kim_1", "Lee_2"],
    ),
    "Blackboard": (
        [
            "HW 1_kim01_attempt_2026-03-01-10-20-30_sums.py",
            "HW 1_kim01_attempt_2026-03-01-10-20-30.txt",
            "HW 1_lee01_attempt_2026-03-01-10-20-31_sums.ipynb",
        ],
        ["kim01", "lee01"],
    ),
}


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("place", ["class", "class/download"])
@pytest.mark.parametrize("archive", [False, True])
def test_downloads_of_learning_platforms_are_sorted(
    tmp_path: Path,
    course: Course,
    platform: str,
    place: str,
    archive: bool,  # noqa: FBT001
) -> None:
    """As a folder or a zip, also with a folder around it: by student, and by the names that the course knows."""
    names, students = PLATFORMS[platform]
    lay(tmp_path / place, *names)
    path = packed(tmp_path / "class", tmp_path / "class.zip") if archive else tmp_path / "class"
    found = find_submissions([path], course)
    assert told(found) == [(students[0], "sums", ["sums.py"]), (students[1], "sums", ["sums.ipynb"])]


def test_a_platform_s_title_tells_the_assignment(tmp_path: Path, course: Course) -> None:
    """Also the name of its zip, and nothing goes to another assignment than it was handed in for."""
    names = [f"{title}_kim01_attempt_2026-03-01-10-20-30_homework.py" for title in ("Sums", "gradebook_DL_products")]
    path = lay(tmp_path / "class", *names)
    both = [("kim01", "products", ["homework.py"]), ("kim01", "sums", ["homework.py"])]
    assert told(find_submissions([path], course)) == both
    assert told(find_submissions([path], course, "sums")) == both[1:]
    lay(tmp_path / "zip", "kim_12_67890_homework.py")
    path = packed(tmp_path / "zip", tmp_path / "DL-Sums-7890.zip")
    assert told(find_submissions([path], course)) == [("12", "sums", ["homework.py"])]


def test_what_a_platform_tells_is_noted(tmp_path: Path, course: Course) -> None:
    """The name, the lateness, and what a newer file replaced."""
    path = lay(tmp_path / "class", "kim_LATE_12_67891_sums-1.py", "kim_LATE_12_67890_sums.py", "park_14_text.html")
    found = find_submissions([path], course, "sums")
    assert told(found) == [("12", "sums", ["sums.py"]), ("14", "sums", [])]
    assert [note.kind for note in found.candidates[0].notes] == ["platform", "late", "duplicate"]
    assert [note.kind for note in found.candidates[1].notes] == ["platform", "text"]
    assert read_submission(found.candidates[0], course.assignment("sums")).notes[:3] == found.candidates[0].notes


def test_files_of_a_platform_and_others_are_all_sorted(tmp_path: Path, course: Course) -> None:
    """Who handed in by mail lies beside the download."""
    path = lay(tmp_path / "sums", "kim_12_67890_homework.py", "lee.py", "Park_3_assignsubmission_file_/work.py")
    assert [one.student for one in find_submissions([path], course).candidates] == ["12", "lee", "Park_3"]


def test_one_file_or_folder_of_a_platform_is_one_submission(tmp_path: Path, course: Course) -> None:
    """Named by itself, it has the same student as among the others."""
    lay(tmp_path, "kim_12_67890_homework.py", "Park_3_assignsubmission_file_/sums.py")
    found = find_submissions([tmp_path / "kim_12_67890_homework.py"], course, "sums")
    assert told(found) == [("12", "sums", ["homework.py"])]
    found = find_submissions([tmp_path / "Park_3_assignsubmission_file_"], course)
    assert told(found) == [("Park_3", "sums", ["sums.py"])]


def test_names_inside_another_layout_are_a_student_s_own(tmp_path: Path, course: Course) -> None:
    """Who works on a file downloaded from Canvas hands in for nobody else."""
    path = lay(tmp_path / "class", "lee/sums/kim_12_67890_sums.py", "park/sums/Kim_1_assignsubmission_file_/sums.py")
    assert [one.student for one in find_submissions([path], course).candidates] == ["lee", "park"]


# --- the same student twice -------------------------------------------------------------------------------------------


def test_two_forms_of_one_student_are_one_submission(tmp_path: Path, course: Course) -> None:
    """The assignment's first form is graded, and a note names both."""
    found = find_submissions([lay(tmp_path / "class", "kim.ipynb", "kim.py")], course, "sums")
    (candidate,) = found.candidates
    assert [file.name for file in candidate.files] == ["kim.py"]
    (note,) = candidate.notes
    assert note.kind == "duplicate"
    assert "kim.ipynb" in note.message["en"]
    assert "kim.py was graded" in note.message["en"]


def test_of_two_forms_the_one_that_was_worked_on_is_graded(tmp_path: Path, course: Course) -> None:
    """An untouched stub beside the notebook is not the work."""
    stub = "def Add(a, b):\n    raise NotImplementedError\n"
    found = find_submissions([lay(tmp_path / "class", "kim.ipynb", "kim.py", kim_py=stub)], course, "sums")
    assert told(found) == [("kim", "sums", ["kim.ipynb"])]


def test_of_two_places_the_newest_is_graded(tmp_path: Path, course: Course) -> None:
    """Handing in again replaces what was there, whichever folder is named first."""
    first, second = lay(tmp_path / "one", "kim.py"), lay(tmp_path / "two", "kim.ipynb")
    os.utime(first / "kim.py", (2e9, 2e9))
    for paths in [first, second], [second, first]:
        found = find_submissions(paths, course, "sums")
        assert told(found) == [("kim", "sums", ["kim.py"])]
        assert "one/kim.py was graded" in found.candidates[0].notes[0].message["en"]


@pytest.mark.skipif(sys.platform != "linux", reason="the disk must tell case apart")
def test_names_that_differ_in_case_or_composition_are_one_student(tmp_path: Path, course: Course) -> None:
    """Another system could not hold both; neither goes without a word."""
    lay(tmp_path / "class", "Kim.py", "kim.py", "\u1100\u1175\u11b7.py", "김.py")
    for path in tmp_path / "class", packed(tmp_path / "class", tmp_path / "class.zip"):
        found = find_submissions([path], course, "sums")
        assert [student for student, _, _ in told(found)] == ["Kim", "김"]
        assert all("duplicate" in {note.kind for note in one.notes} for one in found.candidates)


# --- hostile places ---------------------------------------------------------------------------------------------------


def test_links_and_pipes_are_submissions_that_can_not_be_read(tmp_path: Path, course: Course) -> None:
    """They are neither followed nor opened, and the others are graded."""
    path = lay(tmp_path / "class", "kim.py", "folder.py/")
    (path / "link.py").symlink_to("/etc/passwd")
    (path / "loop").symlink_to(path)
    os.mkfifo(path / "pipe.py")
    found = find_submissions([path], course, "sums")
    reasons = {}
    for candidate in found.candidates:
        try:
            read_submission(candidate, course.assignment("sums"))
        except SubmissionError as fault:
            reasons[candidate.student] = str(fault)
    assert sorted(one.student for one in found.candidates) == ["folder", "kim", "link", "pipe"]
    assert "is a link" in reasons["link"]
    assert "pipe" in reasons["pipe"]
    assert "nothing was handed in" in reasons["folder"]
    assert "kim" not in reasons
    assert "loop is a link" in ignored(found)[0][1]


@pytest.mark.skipif(sys.platform != "linux", reason="the disk must take any bytes as a name")
@pytest.mark.parametrize(
    ("raw", "student"),
    [
        ("김".encode("cp949"), "김"),
        (b"a\x1b[31m\xc2\x9b\n", "a\\x1b[31m\\x9b\\n"),
        (b"\xff\xfe", "\\xff\\xfe"),
        (b"x" * 200, "x" * 117 + "…"),
    ],
)
def test_strange_names_are_made_printable(tmp_path: Path, course: Course, raw: bytes, student: str) -> None:
    """Names in other encodings, with control characters, or far too long."""
    (tmp_path / "class").mkdir()
    (tmp_path / "class" / os.fsdecode(raw + b".py")).write_text(ADD)
    (candidate,) = find_submissions([tmp_path / "class"], course, "sums").candidates
    assert candidate.student.isprintable()
    assert candidate.student.encode()
    assert candidate.student[:100] == student[:100]
    assert read_submission(candidate, course.assignment("sums")).cells


def test_a_name_that_leads_out_of_a_class_zip_takes_nobodys_place(tmp_path: Path, course: Course) -> None:
    """An honest submission of that name is graded; alone, the bad one is told of."""
    with zipfile.ZipFile(tmp_path / "class.zip", "w") as archive:
        archive.writestr("../kim.py", "evil")
        archive.writestr("kim.py", ADD)
        archive.writestr("/srv/lee.py", "evil")
    found = find_submissions([tmp_path / "class.zip"], course, "sums")
    assert [one.student for one in found.candidates] == ["kim", "lee"]
    assert read_submission(found.candidates[0], course.assignment("sums")).cells[0].source == ADD
    with pytest.raises(SubmissionError, match="leads out"):
        read_submission(found.candidates[1], course.assignment("sums"))


def test_zips_in_a_class_zip_are_students(tmp_path: Path, course: Course) -> None:
    """A learning platform packs what students packed."""
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("homework/sums.py", ADD)
    lay(tmp_path / "class", "lee.py")
    (tmp_path / "class" / "kim.zip").write_bytes(inner.getvalue())
    found = find_submissions([packed(tmp_path / "class", tmp_path / "class.zip")], course, "sums")
    assert [one.student for one in found.candidates] == ["kim", "lee"]
    for candidate in found.candidates:
        assert read_submission(candidate, course.assignment("sums")).cells[0].source == ADD


def test_a_path_that_can_not_be_read_is_told_of(tmp_path: Path, course: Course) -> None:
    """A missing folder, a broken zip: the other paths are graded."""
    (tmp_path / "class.zip").write_bytes(b"no zip")
    good = lay(tmp_path / "good", "kim/sums/a.py")
    found = find_submissions([tmp_path / "missing", tmp_path / "class.zip", good], course)
    assert told(found) == [("kim", "sums", ["a.py"])]
    assert [kind for kind, _ in ignored(found)] == ["unreadable", "unreadable"]


def test_a_broken_zip_of_one_student_is_a_submission(tmp_path: Path, course: Course) -> None:
    """Where it is known what it is for, it gets a result that says why."""
    (tmp_path / "kim.zip").write_bytes(b"no zip")
    found = find_submissions([tmp_path / "kim.zip"], course, "sums")
    with pytest.raises(SubmissionError, match="damaged"):
        read_submission(found.candidates[0], course.assignment("sums"))


def test_a_candidate_can_be_made_of_any_path(tmp_path: Path) -> None:
    """A file or a folder, whatever its layout, with a name for its student."""
    lay(tmp_path / "case", "sums.py", "expected.toml")
    candidate = candidate_at(tmp_path / "case", "sums")
    assert (candidate.student, [file.name for file in candidate.files]) == ("case", ["sums.py"])
    candidate = candidate_at(tmp_path / "case" / "sums.py", "sums", student="me")
    assert (candidate.student, candidate.assignment) == ("me", "sums")


PARTS = st.sampled_from(
    ["kim", "lee", "sums", "products", "a.py", "sums.py", "b.ipynb", "c.zip", "..", "", "x.txt", ".git", "\x1b", "김"]
)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(PARTS, min_size=1, max_size=5), max_size=6), st.sampled_from([None, "sums"]))
def test_any_zip_is_sorted(tmp_path: Path, course: Course, trees: list[list[str]], assignment: str | None) -> None:
    """Whatever the names, each candidate has a student, an assignment and safe names, and reading never crashes."""
    with zipfile.ZipFile(tmp_path / "any.zip", "w") as archive:
        for name in sorted({"/".join(parts) for parts in trees} - {""}):
            archive.writestr(name, ADD)
    found = find_submissions([tmp_path / "any.zip"], course, assignment)
    keys = [(one.student, one.assignment) for one in found.candidates]
    assert len(set(keys)) == len(keys)
    for candidate in found.candidates:
        assert candidate.student.isprintable()
        assert candidate.student not in {"", ".."}
        assert candidate.assignment in {assignment} - {None} or course.names
        try:
            read_submission(candidate, course.assignment(candidate.assignment))
        except SubmissionError:
            continue
