"""`autograder audit`: what becomes of variants and cases, what is told, and the exit code."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.audit.conftest import SOLUTION, Audited, audit, write_case, write_course

ALL_RIGHT = {"double": "passed", "mean_error": "passed", "Scale": "passed"}
PATIENCE_S = 60.0
ENDLESS = """
[[mistakes]]
id = "endless"
exercise = "double"
en = "Look at the loop."
ko = "반복문을 보세요."
[[mistakes.forms]]
code = '''
def double(x):
    while True:
        pass
'''
"""


@pytest.fixture(scope="module")
def weak(tmp_path_factory: pytest.TempPathFactory) -> Audited:
    """Audit hidden checks that are too weak, beside acceptances and cases of all kinds."""
    root = tmp_path_factory.mktemp("weak")
    folder = write_course(root, weak=True)
    write_case(folder, "right_style", SOLUTION, ALL_RIGHT, "score = 7.0")
    write_case(folder, "wrong_verdict", SOLUTION, {**ALL_RIGHT, "double": "failed"}, "score = 5.0")
    write_case(folder, "right_but_fails", SOLUTION, {**ALL_RIGHT, "double": "failed"})
    write_case(folder, "unreadable", SOLUTION, {"double": "passed"})
    (folder / "audit.toml").write_text(
        """
[[accepted]]
variant = "double/triple#1"
reason.en = "Three is for <b>later</b>."
reason.ko = "세 배는 나중에 배워요."
[[accepted]]
variant = "mean_error/sum#1"
reason = "a check sees it by now"
[[accepted]]
variant = "double/gone#1"
reason = "the catalogue had it once"
""",
        encoding="utf-8",
    )
    return audit(root)


@pytest.fixture(scope="module")
def strong(tmp_path_factory: pytest.TempPathFactory) -> Audited:
    """Audit hidden checks that see every mistake."""
    root = tmp_path_factory.mktemp("strong")
    folder = write_course(root, weak=False)
    write_case(folder, "right_style", SOLUTION, ALL_RIGHT, "score = 7.0")
    return audit(root, "tiny")


# --- what becomes of variants -----------------------------------------------------------------------------------------


def test_a_variant_that_no_check_sees_survives(weak: Audited) -> None:
    """A check that only asks for zeros lets a square through, and that ends with 1."""
    assert weak.status == 1
    assert weak.fate("double/square#1") == "survived"
    assert "double/square#1  survived" in weak.printed


def test_a_survivor_comes_with_the_smallest_input(weak: Audited) -> None:
    """One entry is enough, and 1 is the roundest number on which a double and a square differ."""
    witness = weak.finding("double/square#1")["witness"]
    assert witness == {"code": "double(np.array([1.]))", "expected": "np.array([2.])", "got": "np.array([1.])"}
    for line in (witness["code"], "reference: np.array([2.])", "variant: np.array([1.])"):
        assert line in weak.printed


def test_the_reason_tells_what_kind_of_question_is_missing(weak: Audited) -> None:
    """An input that no check has, or a side of the answer at which no check looks."""
    assert weak.finding("double/square#1")["reason"]["en"] == "The checks never ask this."


def test_the_smallest_input_of_an_object_is_a_few_lines(weak: Audited) -> None:
    """The object has a name, what is needed before the answer stands there, and numbers are as round as can be."""
    finding = weak.finding("Scale/no_dout#1")
    assert finding["witness"] == {
        "code": "scale = Scale(1.0)\nscale.forward(np.array([[0.]]))\nscale.backward(np.array([[0.]]))",
        "expected": "np.array([[0.]])",
        "got": "np.array([[1.]])",
    }


def test_a_variant_that_answers_the_same_is_equivalent(weak: Audited, strong: Audited) -> None:
    """It is listed with how many questions were asked, and is nothing left to do."""
    for audited in (weak, strong):
        finding = audited.finding("double/added#1")
        assert finding["fate"] == "equivalent"
        assert finding["reason"]["en"].startswith("The same answers to ")


def test_a_variant_that_costs_no_points_is_a_bonus(weak: Audited) -> None:
    """Only the check of 0 points sees it, which is told."""
    assert weak.fate("double/decimals#1") == "bonus"
    assert weak.finding("double/decimals#1")["check"] == "test_double_of_a_whole_number"


def test_killed_variants_name_the_check(weak: Audited) -> None:
    """Also one that never ends."""
    for variant in ("mean_error/sum#1", "mean_error/forever#1"):
        assert weak.fate(variant) == "killed"
        assert weak.finding(variant)["check"] == "test_mean_error"


def test_checks_that_see_everything_are_clean(strong: Audited) -> None:
    """Equivalent and bonus variants leave nothing to do, and that ends with 0."""
    assert strong.status == 0, strong.printed
    assert strong.data["clean"]
    assert strong.printed.splitlines()[-2].startswith("Clean: 7 variants")


# --- acceptances ------------------------------------------------------------------------------------------------------


def test_an_author_may_accept_a_survivor(weak: Audited) -> None:
    """It is listed with the author's reason."""
    assert weak.fate("double/triple#1") == "accepted"
    assert weak.finding("double/triple#1")["reason"]["ko"] == "세 배는 나중에 배워요."


def test_acceptances_that_accept_nothing_are_told(weak: Audited) -> None:
    """A check sees the variant by now, or it is gone."""
    assert [told["en"] for told in weak.tiny["stale"]] == [
        "audit.toml accepts mean_error/sum#1, which needs it no more: killed",
        "audit.toml accepts double/gone#1, which is no variant",
    ]


# --- cases ------------------------------------------------------------------------------------------------------------


def test_cases_must_come_out_as_written(weak: Audited) -> None:
    """Verdict and score are compared; one that can't be read is broken as well."""
    complaints = {case["name"]: [told["en"] for told in case["complaints"]] for case in weak.tiny["cases"]}
    assert complaints["right_style"] == []
    assert complaints["wrong_verdict"] == ["double: passed, expected failed.", "score: 7.0, expected 5.0"]
    assert "a case whose name begins with right_ must pass" in complaints["right_but_fails"][0]
    assert "mean_error: is missing" in complaints["unreadable"][0]
    assert "tiny/cases/wrong_verdict  did not come out as written" in weak.printed


# --- the page ---------------------------------------------------------------------------------------------------------


def test_the_page_shows_survivors_and_is_escaped(weak: Audited) -> None:
    """What an author writes is text, and nothing in the page runs or is fetched."""
    assert "double/square#1" in weak.page
    assert "double(np.array([1.]))" in weak.page
    assert "&lt;b&gt;later&lt;/b&gt;" in weak.page
    assert "<script" not in weak.page
    assert "http://" not in weak.page
    assert "https://" not in weak.page


# --- bad input --------------------------------------------------------------------------------------------------------


def test_what_cant_be_audited_leaves_the_others(tmp_path: Path) -> None:
    """Each has its sentence, the rest is audited, and the end is 2."""
    folder = write_course(tmp_path, weak=False)
    for name in ("broken_catalogue", "no_solution", "fails_itself"):
        shutil.copytree(folder, folder.parent / name)
        (folder.parent / name / "tiny.py").rename(folder.parent / name / f"{name}.py")
    (folder.parent / "broken_catalogue" / "mistakes.toml").write_text("[[mistakes", encoding="utf-8")
    (folder.parent / "no_solution" / "no_solution.py").unlink()
    hidden = folder.parent / "fails_itself" / "test_hidden.py"
    hidden.write_text(hidden.read_text("utf-8").replace("reference.double(x)", "reference.double(x) + 1"), "utf-8")
    audited = audit(tmp_path, "tiny", "tinny", "broken_catalogue", "no_solution", "fails_itself")
    problems = {one["name"]: [told["en"] for told in one["problems"]] for one in audited.data["assignments"]}
    assert audited.status == 2
    assert problems["tiny"] == []
    assert audited.fate("double/square#1") == "killed"
    assert problems["tinny"] == ["there is no assignment 'tinny'; did you mean tiny?"]
    assert "mistakes.toml: is not valid TOML" in problems["broken_catalogue"][0]
    assert "no_solution.py to audit" in problems["no_solution"][0]
    assert "the reference solution does not pass test_double" in problems["fails_itself"][0]


def test_nothing_to_audit_ends_with_2(tmp_path: Path) -> None:
    """A name that nobody has needs no judge."""
    write_course(tmp_path, weak=False)
    audited = audit(tmp_path, "nothing_like_it")
    assert audited.status == 2
    assert "there is no assignment 'nothing_like_it'" in audited.printed


# --- the end ----------------------------------------------------------------------------------------------------------


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL], ids=lambda number: number.name)
def test_an_interrupted_run_leaves_no_process(tmp_path: Path, number: signal.Signals) -> None:
    """Whatever ends the command ends its judges too."""
    folder = write_course(tmp_path, weak=True)
    (folder / "mistakes.toml").write_text(ENDLESS, encoding="utf-8")
    command = [sys.executable, "-m", "autograder", "audit", "--course", str(tmp_path), "--isolation", "0"]
    with subprocess.Popen([*command, "--jobs", "2", "--out", str(tmp_path / "out")], cwd=tmp_path) as running:
        left = wait_for(lambda: started_by(running.pid), 3)
        running.send_signal(number)
        running.wait(PATIENCE_S)
    assert wait_for(lambda: [pid for pid in left if not is_running(pid)], len(left))
    if number is signal.SIGINT:
        assert running.returncode == 130


def wait_for(look: Callable[[], list[int]], count: int) -> list[int]:
    """Look until there are so many."""
    until = time.monotonic() + PATIENCE_S
    while len(found := look()) < count:
        assert time.monotonic() < until, found
        time.sleep(0.02)
    return found


def started_by(pid: int) -> list[int]:
    """Return the processes that a process has started, whichever of its threads did, and theirs."""
    children = [
        int(child) for task in Path(f"/proc/{pid}/task").glob("*/children") for child in task.read_text("ascii").split()
    ]
    return [one for child in children for one in (child, *started_by(child))]


def is_running(pid: int) -> bool:
    """Say whether a process is there and has not ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_bytes().rsplit(b")", 1)[1].split()[0] not in {b"Z", b"X"}
    except OSError:
        return False
