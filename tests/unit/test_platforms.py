"""Names of learning platforms: read as the platforms write them, and nobody taken for another."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.submissions.attempts import Clues, Work, take_out
from autograder.submissions.platforms import HandedIn, as_id, original, recognise, title_key, titled

MOMENT = datetime(2026, 3, 1, 10, 20, 30)  # noqa: DTZ001 - platforms don't tell their zone
KNOWN = {name: name for name in ("gradient_descent.py", "gradient_descent.ipynb")}
TITLES = {title_key(name): name for name in ("gradient_descent", "layers")}
RECEIPT = "Name: {name} ({login})\nAssignment: HW\nDate Submitted: Sunday, March 1, 2026 10:20:30 AM KST\n"


def sort(files: dict[str, str], *, unpacked: bool = False) -> tuple[list[Work[str]], list[str]]:
    """Sort files, given by path and content; the later is the newer."""
    order = list(files)
    clues = Clues[str](KNOWN, TITLES, lambda path: files[path].encode(), lambda path: float(order.index(path)))
    return take_out(order, lambda path: path, clues, unpacked=unpacked)


def told(works: list[Work[str]]) -> list[tuple[str, dict[str, str]]]:
    """Return who handed in what."""
    return [(work.student, work.files) for work in works]


NAMES: dict[str, HandedIn | None] = {
    "kimminji_12345_67890_gradient_descent.ipynb": HandedIn(
        "Canvas", "12345", "kimminji", "gradient_descent.ipynb", "12345", order=67890
    ),
    "kimminji_LATE_12345_67890_gradient_descent-1.ipynb": HandedIn(
        "Canvas", "12345", "kimminji", "gradient_descent-1.ipynb", "12345", late=True, order=67890
    ),
    "김민지_LATE_12345_67890_경사 하강법 (1).ipynb": HandedIn(
        "Canvas", "12345", "김민지", "경사 하강법 (1).ipynb", "12345", late=True, order=67890
    ),
    "team_a_12345_67890_2026_gd_1_2222.py": HandedIn(
        "Canvas", "12345", "team_a", "2026_gd_1_2222.py", "12345", order=67890
    ),
    "20261234_12345_67890_a.py": HandedIn("Canvas", "12345", "20261234", "a.py", "12345", order=67890),
    "anon_Ab3dE_67890_2026_gd.ipynb": HandedIn("Canvas", "anon_Ab3dE", "", "2026_gd.ipynb", order=67890),
    "LATE_anon_Ab3dE_67890_a.py": HandedIn("Canvas", "anon_Ab3dE", "", "a.py", late=True, order=67890),
    "kimminji_12345_text.html": HandedIn("Canvas", "12345", "kimminji", "", "12345", kind="text"),
    "kimminji_LATE_12345_link.html": HandedIn("Canvas", "12345", "kimminji", "", "12345", late=True, kind="text"),
    "Kim Minji_123_assignsubmission_file_/gd.ipynb": HandedIn(
        "Moodle", "Kim Minji_123", "Kim Minji", "gd.ipynb", "123"
    ),
    "Kim Minji_123_assignsubmission_file/src/gd.py": HandedIn(
        "Moodle", "Kim Minji_123", "Kim Minji", "src/gd.py", "123"
    ),
    "김 민지_123_assignsubmission_file_gd_1.py": HandedIn("Moodle", "김 민지_123", "김 민지", "gd_1.py", "123"),
    "Participant_123_assignsubmission_file_gd.py": HandedIn("Moodle", "Participant_123", "Participant", "gd.py", "123"),
    "Default group_assignsubmission_file_gd.py": HandedIn("Moodle", "Default group", "Default group", "gd.py"),
    "Kim_123_assignsubmission_onlinetext_/onlinetext.html": HandedIn(
        "Moodle", "Kim_123", "Kim", "onlinetext.html", "123", kind="text"
    ),
    "Homework 1_kim01_attempt_2026-03-01-10-20-30_gd.ipynb": HandedIn(
        "Blackboard",
        "kim01",
        "Homework 1_kim01",
        "gd.ipynb",
        title="Homework 1",
        moment=MOMENT,
    ),
    "HW_kim01_attempt_2026-03-01-10-20-30.txt": HandedIn(
        "Blackboard", "kim01", "HW_kim01", "", title="HW", moment=MOMENT, kind="receipt"
    ),
    # other people's names
    "kim.py": None,
    "kim_2026.py": None,
    "week_3_1_kim.py": None,
    "kim/gradient_descent.py": None,
    "kim/lee_12345_67890_a.py": None,
    "HW_kim01_attempt_2026-13-01-10-20-30_gd.ipynb": None,
    "kim_attempt_2.py": None,
    "kim01_attempt_2026-03-01-10-20-30_gd.ipynb": None,
    "assignsubmission_file_gd.py": None,
    "week_3_2026_layers/kim.py": None,
}


@pytest.mark.parametrize("name", NAMES)
def test_names_are_read_as_platforms_write_them(name: str) -> None:
    """Who, what, when and how late, as far as a name tells."""
    assert recognise([name]) == [NAMES[name]]


def test_a_student_can_not_hand_in_for_another_by_a_name() -> None:
    """What the platform wrote stands first, and a forged name comes after it."""
    forged = {
        "lee_111_5555_kim_222_6666_gradient_descent.py": "111",
        "HW_lee_attempt_2026-03-01-10-20-30_HW_kim_attempt_2027-03-01-10-20-30_gd.py": "lee",
        "Lee_111_assignsubmission_file_/Kim_222_assignsubmission_file_/gd.py": "Lee_111",
        "Lee_111_assignsubmission_file_Kim_222_assignsubmission_file_gd.py": "Lee_111",
    }
    for name, student in forged.items():
        (found,) = recognise([name])
        assert found is not None
        assert found.student == student


def test_a_number_of_an_attachment_belongs_to_one_file() -> None:
    """Dates in the names of a flat folder don't make one student of a class."""
    works, rest = sort({"hw_2026_1001_kim.py": "a", "hw_2026_1001_lee.py": "b"})
    assert (works, rest) == ([], ["hw_2026_1001_kim.py", "hw_2026_1001_lee.py"])
    works, _ = sort({"kim_12_34567_gd.py": "a", "kim_12_34567_gd (1).py": "a"})
    assert [work.student for work in works] == ["12"]


def test_of_several_uploads_the_newest_counts_and_it_is_said() -> None:
    """Canvas appends a number to a name that is taken; the number of the attachment tells which is newer."""
    files = {
        "kim_12_67899_gradient_descent-10.ipynb": "new",
        "kim_12_67890_gradient_descent.ipynb": "old",
        "kim_12_67895_notes.txt": "x",
        "lee_LATE_13_67891_gradient descent (2).py": "y",
    }
    works, rest = sort(files)
    assert rest == []
    assert told(works) == [
        (
            "12",
            {"notes.txt": "kim_12_67895_notes.txt", "gradient_descent.ipynb": "kim_12_67899_gradient_descent-10.ipynb"},
        ),
        ("13", {"gradient_descent.py": "lee_LATE_13_67891_gradient descent (2).py"}),
    ]
    notes = {note.kind: note.message["en"] for note in works[0].notes}
    assert notes["platform"] == "on Canvas: kim"
    assert "gradient_descent-10.ipynb counts, the newest; gradient_descent.ipynb came before" in notes["duplicate"]
    assert [note.kind for note in works[1].notes] == ["platform", "late"]


def test_a_later_attempt_replaces_all_of_an_earlier_one() -> None:
    """Blackboard's attempts are told by their times, whatever the files are called."""
    files = {
        "HW_kim01_attempt_2026-03-02-09-00-00_gradient_descent.py": "new",
        "HW_kim01_attempt_2026-03-01-10-20-30_gradient_descent.ipynb": "old",
        "HW_kim01_attempt_2026-03-01-10-20-30.txt": "",
        "HW_kim01_attempt_2026-03-03-09-00-00.txt": "",
    }
    works, _ = sort(files)
    assert told(works) == [
        ("kim01", {"gradient_descent.py": "HW_kim01_attempt_2026-03-02-09-00-00_gradient_descent.py"})
    ]
    (note,) = works[0].notes
    assert "gradient_descent.ipynb (2026-03-01 10:20:30) came before" in note.message["en"]


def test_a_download_that_is_there_twice_is_not_two_attempts() -> None:
    """The same content is no news; another content is, and the newer one counts."""
    name = "Kim_123_assignsubmission_file_/gradient_descent.py"
    for second, kinds in (b"same", []), (b"other", ["duplicate"]):
        clues = Clues[tuple[float, bytes]](KNOWN, TITLES, lambda download: download[1], lambda download: download[0])
        works, _ = take_out([(2.0, second), (1.0, b"same")], lambda _: name, clues)
        assert [(work.student, work.files) for work in works] == [("Kim_123", {"gradient_descent.py": (2.0, second)})]
        assert [note.kind for note in works[0].notes] == kinds


def test_a_typed_text_is_told_where_no_file_came_with_it() -> None:
    """Onlinetext beside a file is clutter; alone it is all that there is."""
    works, rest = sort(
        {
            "Kim_1_assignsubmission_onlinetext_/onlinetext.html": "",
            "Kim_1_assignsubmission_file_/gradient_descent.py": "",
            "Lee_2_assignsubmission_onlinetext_/onlinetext.html": "",
            "park_3_text.html": "",
        }
    )
    assert rest == []
    assert [(work.student, list(work.files), [note.kind for note in work.notes]) for work in works] == [
        ("3", [], ["platform", "text"]),
        ("Kim_1", ["gradient_descent.py"], []),
        ("Lee_2", [], ["text"]),
    ]


def test_underscores_in_user_names_don_t_make_one_of_two_students() -> None:
    """Receipts tell where the name begins; without them whoever might be meant is kept apart."""
    names = [f"HW_{login}_attempt_2026-03-01-10-20-30" for login in ("kim_01", "lee_01")]
    files = {f"{name}_gradient_descent.py": name for name in names}
    works, _ = sort(files)
    assert [work.student for work in works] == ["HW_kim_01", "HW_lee_01"]
    assert [[note.kind for note in work.notes] for work in works] == [["ambiguous"], ["ambiguous"]]
    receipts = {f"{name}.txt": RECEIPT.format(name="K (2) L", login=name[3:9]) for name in names}
    works, _ = sort({**files, **receipts})
    assert [(work.student, work.told.title, work.notes) for work in works] == [
        ("kim_01", "HW", ()),
        ("lee_01", "HW", ()),
    ]


def test_one_number_under_two_names_is_two_people() -> None:
    """Who calls themselves like another's name and number takes nobody's place."""
    works, _ = sort({"kim_12_67890_gradient_descent.py": "a", "lee_12_67891_6789_gradient_descent.py": "b"})
    assert [work.student for work in works] == ["kim_12", "lee_12"]
    assert all("gives several people the same 12" not in str(work.notes[1]) for work in works)
    assert {note.kind for work in works for note in work.notes} == {"platform", "ambiguous"}


def test_one_student_in_two_assignments_is_one_student() -> None:
    """Titles that the course knows don't count as a part of a name."""
    works, _ = sort(
        {
            "gradient_descent_kim01_attempt_2026-03-01-10-20-30_a.py": "",
            "Layers_kim01_attempt_2026-03-01-10-20-30_a.py": "",
        }
    )
    assert [(work.student, titled(work.told.title, TITLES)) for work in works] == [
        ("kim01", "layers"),
        ("kim01", "gradient_descent"),
    ]


def test_a_folder_around_a_download_is_looked_through() -> None:
    """Zips often hold one folder with everything in it; with one student's names in it, it may be anybody's own."""
    names = ["all/kim_12_67890_gradient_descent.py", "all/lee_13_67891_gradient_descent.py"]
    works, rest = sort({**dict.fromkeys(names, ""), "all/roster.csv": "b"})
    assert told(works) == [("12", {"gradient_descent.py": names[0]}), ("13", {"gradient_descent.py": names[1]})]
    assert rest == ["all/roster.csv"]
    assert sort({names[0]: "", "all/roster.csv": ""}) == ([], [names[0], "all/roster.csv"])


def test_a_student_s_zip_may_have_been_unpacked() -> None:
    """Its name is the name of a folder then, and the files are inside."""
    path = "kim_12_67890_homework/src/gradient_descent.ipynb"
    works, _ = sort({path: "a", "lee_13_67891_homework/util.py": "b"}, unpacked=True)
    assert told(works) == [
        ("12", {"gradient_descent.ipynb": path}),
        ("13", {"util.py": "lee_13_67891_homework/util.py"}),
    ]


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("gradient_descent.ipynb", "gradient_descent.ipynb"),
        ("Gradient_Descent-1.ipynb", "gradient_descent.ipynb"),
        ("gradient descent (2).py", "gradient_descent.py"),
        ("gradient-descent-1 (1).py", "gradient_descent.py"),
        ("homework/gradient_descent.py", "gradient_descent.py"),
        ("gradient_descent_2.py", "gradient_descent_2.py"),
        ("src/util-1.py", "src/util-1.py"),
        ("README", "README"),
    ],
)
def test_what_was_appended_to_a_name_is_taken_off(file: str, name: str) -> None:
    """Where that makes it the name of one of the assignment's files, and only there."""
    assert original(file, KNOWN) == name


@pytest.mark.parametrize(
    ("title", "assignment"),
    [
        ("gradient_descent", "gradient_descent"),
        ("Gradient Descent", "gradient_descent"),
        ("gradebook_2026-DL_gradient5fdescent", "gradient_descent"),
        ("DL 2026-layers", "layers"),
        ("gradebook_2026-DL_gradient20descent", "gradient_descent"),
        ("Homework 1", None),
        ("", None),
    ],
)
def test_titles_tell_assignments(title: str, assignment: str | None) -> None:
    """As platforms spell and encode them."""
    assert titled(title, TITLES) == assignment


@given(st.text(min_size=1, max_size=30), st.text(min_size=1, max_size=30))
def test_ids_fit_a_folder_and_stay_different(one: str, other: str) -> None:
    """Nothing in them means something in a path, a pattern or a command."""
    ids = [as_id(text) for text in (one, other)]
    assert not set("".join(ids)) & set("/\\*?[]{}+'\"\n")
    assert not any(name.startswith((".", "-", " ")) or name.endswith((".", " ")) for name in ids)


def test_ids_of_different_names_differ() -> None:
    """Replacing signs would make one of two students."""
    assert len({as_id(name) for name in ("a+b", "a_b", "a/b", "a b", "a%2bb", ".a_b", "-a_b")}) == 7
