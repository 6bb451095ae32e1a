"""The pipeline: whatever one submission does, the others are graded, once, and kept."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from autograder import fingerprints, panel
from autograder.assignments import Course, find_course
from autograder.errors import CourseError, OutputError
from autograder.grading import ClassRun, load_assignments
from autograder.panel import Panel
from autograder.pool import finish
from autograder.records import RESULTS, SUMMARY, Records, read_results
from autograder.results import CheckResult, ExerciseResult, Isolation, SubmissionResult, Verdict
from autograder.submissions import find_submissions, read_submission

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from autograder.submissions import Submission

WALLS = Isolation(2, ("landlock", "seccomp", "rlimits"))
SETTINGS = """\
[title]
en = "{name}"
ko = "{name}"
[[exercises]]
name = "answer"
points = 10
"""


def grade_by_length(submission: Submission) -> SubmissionResult:
    """Stand in for a judge: one point a character, at most ten."""
    text = "".join(cell.source for cell in submission.cells)
    if "grader raises" in text:
        error = "the grader raised"
        raise RuntimeError(error)
    points = float(min(len(text), 10))
    verdict = Verdict.PASSED if points == 10 else Verdict.FAILED
    return SubmissionResult(
        student=submission.student,
        assignment=submission.assignment,
        files=submission.files,
        sha256=submission.sha256,
        status="graded",
        score=points,
        max_score=10.0,
        isolation=WALLS,
        wall_s=time.monotonic(),
        exercises=(ExerciseResult("answer", points, 10.0),),
        checks=(CheckResult("test_answer", "answer", hidden=True, verdict=verdict, points=points, max_points=10.0),),
    )


@pytest.fixture
def course(tmp_path: Path) -> Course:
    """Make a course of two assignments, the second of which comes first by its letter."""
    return make_course(tmp_path / "course")


def make_course(root: Path) -> Course:
    """Write a course of two assignments."""
    for name in ("zeros", "ones"):
        folder = root / "solutions" / name
        folder.mkdir(parents=True)
        (folder / "assignment.toml").write_text(SETTINGS.format(name=name))
        (folder / "test_hidden.py").write_text("")
    (root / "solutions" / "course.toml").write_text('assignments = ["zeros", "ones"]')
    return find_course(root)


@pytest.fixture
def submitted(tmp_path: Path) -> Path:
    """Hand in some work."""
    return hand_in(tmp_path / "submitted", 4)


def hand_in(folder: Path, students: int) -> Path:
    """Write a class of students who hand in both assignments."""
    for number in range(students):
        for name in ("zeros", "ones"):
            path = folder / f"s{number:03d}" / name / f"{name}.py"
            path.parent.mkdir(parents=True)
            path.write_text("answer = " + "1" * (number % 5))
    return folder


def run(
    course: Course,
    submitted: Path,
    out: Path,
    *,
    grade: Callable[[Submission], SubmissionResult] = grade_by_length,
    fresh: bool = False,
    jobs: int = 2,
    tell: Callable[[SubmissionResult, bool], None] = lambda _result, _kept: None,
) -> ClassRun:
    """Grade a folder as the command does, with a stand-in for judges."""
    found = find_submissions([submitted], course)
    assignments, notes = load_assignments(found.candidates, course)
    assert not notes
    with Records(out) as records, ThreadPoolExecutor(jobs) as pool:
        grading = ClassRun(records=records, pool=pool, grade=grade, isolation=WALLS, fresh=fresh, tell=tell)
        grading.grade(found.candidates, assignments)
        finish(records, grading, course, jobs=jobs, wall_s=1.0)
    return grading


def lines(out: Path) -> list[dict[str, Any]]:
    """Read results.jsonl without timings."""
    read = [json.loads(line) for line in (out / RESULTS).read_text("utf-8").splitlines()]
    return [{name: value for name, value in line.items() if name not in {"wall_s", "cpu_s"}} for line in read]


def test_results_stand_in_the_order_of_the_course(course: Course, submitted: Path, tmp_path: Path) -> None:
    """Assignments come in course order, students by name, whoever was graded first."""
    run(course, submitted, tmp_path / "graded")
    keys = [(line["assignment"], line["student"]) for line in lines(tmp_path / "graded")]
    assert keys == [(name, f"s{number:03d}") for name in ("zeros", "ones") for number in range(4)]


def test_a_rerun_grades_nothing_and_ends_with_the_same_file(course: Course, submitted: Path, tmp_path: Path) -> None:
    """What has not changed is kept, byte by byte."""
    run(course, submitted, tmp_path / "graded")
    before = (tmp_path / "graded" / RESULTS).read_bytes()
    again = run(course, submitted, tmp_path / "graded")
    assert (len(again.graded), len(again.kept)) == (0, 8)
    assert (tmp_path / "graded" / RESULTS).read_bytes() == before


def test_what_changed_is_graded_again(course: Course, submitted: Path, tmp_path: Path) -> None:
    """A new text of one submission, or a new grader of one assignment, is noticed."""
    run(course, submitted, tmp_path / "graded")
    (submitted / "s001" / "ones" / "ones.py").write_text("answer = 2")
    assert run(course, submitted, tmp_path / "graded").graded == [("s001", "ones")]


def test_new_graders_grade_again(course: Course, submitted: Path, tmp_path: Path) -> None:
    """The fingerprint of one assignment's graders says nothing of another's."""
    run(course, submitted, tmp_path / "graded")
    (course.root / "solutions" / "ones" / "test_hidden.py").write_text("# sterner now")
    fingerprints._hash_graders.cache_clear()
    again = run(course, submitted, tmp_path / "graded")
    assert {name for _, name in again.graded} == {"ones"}
    assert {name for _, name in again.kept} == {"zeros"}


def test_fresh_grades_everything_and_nothing_twice(course: Course, submitted: Path, tmp_path: Path) -> None:
    """With fresh all are graded; the file has each once."""
    run(course, submitted, tmp_path / "graded")
    again = run(course, submitted, tmp_path / "graded", fresh=True)
    assert (len(again.graded), len(again.kept)) == (8, 0)
    assert len(lines(tmp_path / "graded")) == 8


def test_results_of_others_are_kept(course: Course, submitted: Path, tmp_path: Path) -> None:
    """Students who are not in this run keep their results."""
    run(course, submitted, tmp_path / "graded")
    run(course, submitted / "s000", tmp_path / "graded", fresh=True)
    assert len(lines(tmp_path / "graded")) == 8


def test_a_grader_that_raises_costs_nobody_else(course: Course, submitted: Path, tmp_path: Path) -> None:
    """Its submission has no score and the reason, the others are graded, and the next run tries again."""
    (submitted / "s002" / "ones" / "ones.py").write_text("'grader raises'")
    run(course, submitted, tmp_path / "graded")
    results = read_results(tmp_path / "graded" / RESULTS)
    failed = results.pop(("s002", "ones"))
    assert (failed.status, failed.score, failed.max_score) == ("grader_error", None, 10.0)
    assert "the grader raised" in failed.notes[-1].message["en"]
    assert {result.status for result in results.values()} == {"graded"}
    assert run(course, submitted, tmp_path / "graded").graded == [("s002", "ones")]


def test_a_judge_that_was_killed_costs_no_grade(course: Course, submitted: Path, tmp_path: Path) -> None:
    """Its submission is given to another judge, once."""
    killed: list[str] = []

    def grade(submission: Submission) -> SubmissionResult:
        if submission.assignment == "ones" and submission.student not in killed:
            killed.append(submission.student)
            return replace(grade_by_length(submission), status="grader_error", score=None, checks=())
        return grade_by_length(submission)

    run(course, submitted, tmp_path / "graded", grade=grade)
    assert len(killed) == 4
    assert {result.status for result in read_results(tmp_path / "graded" / RESULTS).values()} == {"graded"}


def test_an_unreadable_submission_scores_0_and_says_why(course: Course, submitted: Path, tmp_path: Path) -> None:
    """A file that holds no text is told apart from one that was graded, and kept by a rerun."""
    (submitted / "s003" / "zeros" / "zeros.py").write_bytes(b"PK\x03\x04" + bytes(500))
    run(course, submitted, tmp_path / "graded")
    result = read_results(tmp_path / "graded" / RESULTS)["s003", "zeros"]
    assert (result.status, result.score, result.max_score) == ("unreadable", 0.0, 10.0)
    assert result.notes[-1].kind == "unreadable"
    assert not run(course, submitted, tmp_path / "graded").graded


def test_a_class_without_two_files_of_one_name_grades_each_once(course: Course, tmp_path: Path) -> None:
    """A student who is there twice gets one result, and a note."""
    for layout in ("a", "b"):
        hand_in(tmp_path / layout, 1)
    found = find_submissions([tmp_path / "a", tmp_path / "b"], course)
    assert [candidate.student for candidate in found.candidates] == ["s000", "s000"]
    assert len({(candidate.student, candidate.assignment) for candidate in found.candidates}) == 2
    assert all(candidate.notes for candidate in found.candidates)


def test_stopping_keeps_what_is_done(course: Course, submitted: Path, tmp_path: Path) -> None:
    """Ctrl-C lets the rest go; the next run grades only the rest."""
    running: list[ClassRun] = []

    def grade(submission: Submission) -> SubmissionResult:
        if submission.student == "s002":
            running[0].stop()
        return grade_by_length(submission)

    found = find_submissions([submitted], course)
    assignments, _ = load_assignments(found.candidates, course)
    with Records(tmp_path / "graded") as records, ThreadPoolExecutor(1) as pool:
        running.append(ClassRun(records=records, pool=pool, grade=grade, isolation=WALLS))
        running[0].grade(found.candidates, assignments, ahead=1)
    stopped = running[0]
    assert stopped.stopped
    assert 2 <= len(stopped.graded) < 8
    rest = run(course, submitted, tmp_path / "graded")
    assert sorted(rest.kept) == sorted(stopped.graded)
    assert len(lines(tmp_path / "graded")) == 8


def test_a_result_that_comes_of_a_stopped_judge_is_not_kept(course: Course, submitted: Path, tmp_path: Path) -> None:
    """Ctrl-C may reach the judges first; their fault is not written down."""
    running: list[ClassRun] = []

    def grade(submission: Submission) -> SubmissionResult:
        running[0].stop()
        return replace(grade_by_length(submission), status="grader_error", score=None, checks=())

    found = find_submissions([submitted], course)
    assignments, _ = load_assignments(found.candidates, course)
    with Records(tmp_path / "graded") as records, ThreadPoolExecutor(1) as pool:
        running.append(ClassRun(records=records, pool=pool, grade=grade, isolation=WALLS))
        running[0].grade(found.candidates, assignments)
    assert not running[0].graded


def test_a_full_disk_ends_the_run_with_what_was_written(
    course: Course,
    submitted: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The error comes out, results that were written stay, and the next run goes on."""
    count = 0
    write = Records.add

    def fail(records: Records, result: SubmissionResult) -> None:
        nonlocal count
        count += 1
        if count > 3:
            raise OutputError("the disk is full")
        write(records, result)

    with monkeypatch.context() as patch:
        patch.setattr(Records, "add", fail)
        with pytest.raises(OutputError):
            run(course, submitted, tmp_path / "graded")
    assert len(read_results(tmp_path / "graded" / RESULTS)) == 3
    assert len(run(course, submitted, tmp_path / "graded").kept) == 3


def test_the_summary_counts_all_that_is_on_file(course: Course, submitted: Path, tmp_path: Path) -> None:
    """summary.json speaks of the whole file and, apart, of this run."""
    run(course, submitted, tmp_path / "graded")
    run(course, submitted / "s000", tmp_path / "graded")
    summary = json.loads((tmp_path / "graded" / SUMMARY).read_text("utf-8"))
    assert (summary["submissions"], summary["students"], summary["statuses"]) == (8, 4, {"graded": 8})
    assert summary["run"]["kept"] == 2
    assert [entry["name"] for entry in summary["assignments"]] == ["zeros", "ones"]
    exercise = summary["assignments"][0]["exercises"][0]
    assert exercise["name"] == "answer"
    assert exercise["verdicts"] == {"passed": 3, "failed": 1}
    assert exercise["pass_rate"] == 0.75


def test_wrong_settings_of_one_assignment_leave_the_others(course: Course, submitted: Path) -> None:
    """An assignment.toml that can't be read is a note, not the end of the class."""
    (course.root / "solutions" / "ones" / "assignment.toml").write_text("title = 3")
    found = find_submissions([submitted], course)
    assignments, notes = load_assignments(found.candidates, course)
    assert list(assignments) == ["zeros"]
    assert len(notes) == 1


class FakeJudge:
    """A judge of some assignments that can't use the graders of `ones`."""

    made = 0

    def __init__(self, names: Sequence[str]) -> None:
        self.names = names
        self.closed = False
        FakeJudge.made += 1

    def grade(self, submission: Submission, *, exercises: Sequence[str] = (), brief: bool = False) -> SubmissionResult:
        """Refuse, if graders are broken."""
        del exercises, brief
        if "ones" in self.names:
            raise CourseError("the checks can't be used")
        return grade_by_length(submission)

    def close(self) -> None:
        """Note the end."""
        self.closed = True


def test_broken_graders_of_one_assignment_leave_the_others(course: Course, submitted: Path, tmp_path: Path) -> None:
    """Where one judge of all assignments can't start, each assignment gets its own, and a broken one is asked once."""
    FakeJudge.made = 0
    judges = Panel(["zeros", "ones"], FakeJudge)
    run(course, submitted, tmp_path / "graded", grade=judges.grade, jobs=1)
    judges.close()
    statuses = {key: result.status for key, result in read_results(tmp_path / "graded" / RESULTS).items()}
    assert {status for (_, name), status in statuses.items() if name == "zeros"} == {"graded"}
    assert {status for (_, name), status in statuses.items() if name == "ones"} == {"grader_error"}
    assert FakeJudge.made == 3


@pytest.fixture
def submissions(course: Course, submitted: Path) -> list[Submission]:
    """Return a class as text."""
    found = find_submissions([submitted], course, "zeros")
    assignments, _ = load_assignments(found.candidates, course)
    return [read_submission(candidate, assignments["zeros"]) for candidate in found.candidates]


class SlowJudge(FakeJudge):
    """Waits until another judge has work as well, but not forever."""

    together = threading.Barrier(2)

    def grade(self, submission: Submission, *, exercises: Sequence[str] = (), brief: bool = False) -> SubmissionResult:
        """Grade while another one grades."""
        del brief
        with suppress(threading.BrokenBarrierError):
            self.together.wait(10)
        return super().grade(submission, exercises=exercises)


def grade_with(judges: Panel, submissions: Sequence[Submission]) -> list[SubmissionResult]:
    """Grade with two threads, and close the panel."""
    try:
        with ThreadPoolExecutor(2) as pool:
            return list(pool.map(judges.grade, submissions))
    finally:
        judges.close()


def test_two_judges_grade_at_a_time(submissions: list[Submission]) -> None:
    """Two threads never talk to one judge at a time, and closing ends all."""
    judges: list[FakeJudge] = []

    def make(names: Sequence[str]) -> FakeJudge:
        judges.append(SlowJudge(names))
        return judges[-1]

    SlowJudge.together = threading.Barrier(2)
    assert len(grade_with(Panel(["zeros"], make), submissions[:2])) == 2
    assert len(judges) == 2
    assert all(judge.closed for judge in judges)


def test_a_small_class_keeps_one_judge_busy(submissions: list[Submission]) -> None:
    """Where one judge is to start, the second thread waits until it is free."""
    FakeJudge.made = 0
    results = grade_with(Panel(["zeros"], FakeJudge, at_once=1), submissions)
    assert [result.student for result in results] == [submission.student for submission in submissions]
    assert FakeJudge.made == 1


def test_work_that_waits_gets_a_judge(submissions: list[Submission], monkeypatch: pytest.MonkeyPatch) -> None:
    """After a while, what waits for the only judge gets another one."""
    monkeypatch.setattr(panel, "GROWTH_S", 0.05)
    SlowJudge.together = threading.Barrier(2)
    FakeJudge.made = 0
    grade_with(Panel(["zeros"], SlowJudge, at_once=1), submissions[:2])
    assert FakeJudge.made == 2
    assert not SlowJudge.together.broken


KILLED = """
import sys, time
from pathlib import Path
sys.path.insert(0, sys.argv[1])
import test_grading as t
course = t.find_course(Path(sys.argv[2]))
def grade(submission):
    time.sleep(0.002)
    return t.grade_by_length(submission)
print("ready", flush=True)
t.run(course, Path(sys.argv[3]), Path(sys.argv[4]), grade=grade)
"""


@pytest.mark.skipif(os.name != "posix", reason="kills by signal")
def test_a_killed_run_loses_nothing_and_grades_nothing_twice(course: Course, tmp_path: Path) -> None:
    """SIGKILL at several instants; every result on file survives, and the last run ends with the same file."""
    submitted = hand_in(tmp_path / "class", 60)
    run(course, submitted, tmp_path / "whole")
    out = tmp_path / "graded"
    arguments = [sys.executable, "-c", KILLED, str(Path(__file__).parent), str(course.root), str(submitted), str(out)]
    before = 0
    for wait_s in (0.02, 0.05, 0.09):
        process = subprocess.Popen(arguments, stdout=subprocess.PIPE)
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(wait_s)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        kept = len(read_results(out / RESULTS)) if (out / RESULTS).exists() else 0
        assert kept >= before
        before = kept
    last = run(course, submitted, out)
    assert len(last.kept) >= before
    assert lines(out) == lines(tmp_path / "whole")
