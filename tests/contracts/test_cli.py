"""The command: what it accepts, what it says, and its exit codes."""

from __future__ import annotations

import errno
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click
import pytest
from click.testing import CliRunner, Result

from autograder import cli, pool
from autograder.assignments import Course, find_course
from autograder.demo import build_class
from autograder.errors import CourseError, OutputError, SandboxError
from autograder.messages import say
from autograder.records import RESULTS, SUMMARY, Records, read_results
from autograder.results import CheckResult, ExerciseResult, Isolation, SubmissionResult, Verdict
from autograder.sandbox import levels
from autograder.sandbox.levels import probe

if TYPE_CHECKING:
    from collections.abc import Sequence

    from autograder.submissions import Submission

ROOT = Path(__file__).parents[2]
COMMANDS = sorted(cli.main.commands)
CASES = ROOT / "solutions" / "gradient_descent" / "cases"
walls = pytest.mark.skipif(probe().best == 0, reason="this machine has no walls")


class FakeJudge:
    """Gives everybody full marks, at once."""

    def __init__(self, folders: Sequence[Path], *, level: int, hidden: bool = True) -> None:
        self.folders, self.level, self.hidden = folders, level, hidden

    def grade(self, submission: Submission, *, exercises: Sequence[str] = (), brief: bool = False) -> SubmissionResult:
        """Grade without looking; one name makes it fail."""
        del exercises, brief
        if submission.student == "unlucky":
            error = "the grader raised"
            raise ZeroDivisionError(error)
        return SubmissionResult(
            student=submission.student,
            assignment=submission.assignment,
            files=submission.files,
            sha256=submission.sha256,
            status="graded",
            score=10.0,
            max_score=10.0,
            isolation=Isolation(self.level, ("rlimits",)),
            exercises=(ExerciseResult("Loss", 10.0, 10.0),),
            checks=(CheckResult("test_a", "Loss", hidden=True, verdict=Verdict.PASSED, points=10.0, max_points=10.0),),
        )

    def close(self) -> None:
        """Do nothing."""


@pytest.fixture(autouse=True)
def _place(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "Judge", FakeJudge)


@pytest.fixture
def submitted(tmp_path: Path) -> Path:
    """Hand in the work of two students."""
    for student in ("kim", "lee"):
        path = tmp_path / "submitted" / student / "gradient_descent" / "gradient_descent.py"
        path.parent.mkdir(parents=True)
        path.write_text("def Loss(f_x, y):\n    return 0\n")
    return tmp_path / "submitted"


def call(*arguments: str | Path) -> Result:
    """Run the command in this process."""
    return CliRunner().invoke(cli.main, [str(argument) for argument in arguments], prog_name="autograder")


def grade(*arguments: str | Path) -> Result:
    """Run `autograder grade` on the bundled course without walls, which every machine offers."""
    return call("grade", *arguments, "--course", ROOT, "--isolation", "0", "--jobs", "2")


# --- help and documents -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(command: str) -> None:
    """Help says what a command does and explains each option."""
    result = call(command, "--help")
    assert result.exit_code == 0
    assert result.output.startswith(f"Usage: autograder {command}")
    for parameter in cli.main.commands[command].params:
        if isinstance(parameter, click.Option):
            assert parameter.help, parameter.name


@pytest.mark.parametrize("readme", ["README.md", "README.ko.md"])
@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_documented(command: str, readme: str) -> None:
    """A command that no README mentions is a command that nobody finds."""
    assert f"autograder {command}" in (ROOT / readme).read_text("utf-8")


def test_the_contract_of_grade() -> None:
    """The options that other tools rely on are there."""
    options = {name for parameter in cli.main.commands["grade"].params for name in parameter.opts}
    assert {"paths", "--assignment", "--course", "--out", "--jobs", "--isolation", "--fresh", "--lang"} <= options


def test_help_shows_examples_and_the_version_is_told() -> None:
    """The first thing that a newcomer types helps."""
    assert "autograder grade submitted/" in call("--help").output
    assert call("--version").output.startswith("autograder, version ")


def test_help_imports_nothing_heavy() -> None:
    """Help comes at once."""
    heavy = "numpy", "pytest", "rich", "nbformat", "jupytext", "polib"
    code = (
        "import sys; from autograder.cli import main\n"
        "try: main(['--help'])\n"
        f"except SystemExit: print([name for name in {heavy} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_python_m_autograder_is_the_same_command() -> None:
    """Where the script is not on the path, the module is."""
    done = subprocess.run([sys.executable, "-m", "autograder", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("autograder, version ")


# --- grade ------------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("_at_once")
def test_grade_writes_results_and_ends_with_0(submitted: Path, tmp_path: Path) -> None:
    """The default folder is `graded/` in the current one; the level is told."""
    result = grade(submitted)
    assert result.exit_code == 0, result.output
    assert sorted(path.name for path in (tmp_path / "graded").iterdir()) == [RESULTS, SUMMARY]
    assert "isolation level 0: rlimits" in result.stderr
    assert "2 graded" in result.stdout


@pytest.mark.usefixtures("_at_once")
def test_grading_again_keeps_what_did_not_change(submitted: Path, tmp_path: Path) -> None:
    """A rerun says so and leaves the file as it is; --fresh grades anew."""
    grade(submitted)
    before = (tmp_path / "graded" / RESULTS).read_bytes()
    again = grade(submitted)
    assert again.exit_code == 0
    assert "2 of all kept" in again.stdout
    assert (tmp_path / "graded" / RESULTS).read_bytes() == before
    assert "kept" not in grade(submitted, "--fresh").stdout


@pytest.mark.usefixtures("_at_once")
def test_a_grader_that_raises_ends_with_2(submitted: Path, tmp_path: Path) -> None:
    """The others are graded, and the reason is told."""
    shutil.copytree(submitted / "kim", submitted / "unlucky")
    result = grade(submitted)
    assert result.exit_code == 2
    assert "unlucky / gradient_descent" in result.stdout
    assert "the grader raised" in result.stdout
    statuses = [one.status for one in read_results(tmp_path / "graded" / RESULTS).values()]
    assert statuses == ["graded", "graded", "grader_error"]


@pytest.mark.usefixtures("_at_once")
def test_an_unreadable_submission_ends_with_2(submitted: Path, tmp_path: Path) -> None:
    """It has 0 points and a note, and the student can act."""
    (submitted / "kim" / "gradient_descent" / "gradient_descent.py").unlink()
    result = grade(submitted)
    assert result.exit_code == 2
    assert "ask the student to hand it in again" in result.stdout
    unread = read_results(tmp_path / "graded" / RESULTS)["kim", "gradient_descent"]
    assert (unread.status, unread.score, unread.notes[-1].kind) == ("unreadable", 0.0, "unreadable")


@pytest.mark.usefixtures("_at_once")
def test_a_folder_of_an_unknown_assignment_ends_with_2_and_the_rest_is_graded(submitted: Path) -> None:
    """It is named with the assignments that there are."""
    shutil.copytree(submitted / "kim" / "gradient_descent", submitted / "kim" / "gradient_decsent")
    result = grade(submitted)
    assert result.exit_code == 2
    assert "gradient_decsent" in result.stdout
    assert "2 graded" in result.stdout


def test_an_unknown_assignment_is_met_with_close_names(submitted: Path) -> None:
    """A slip of the hand is met with what was meant."""
    result = grade(submitted, "--assignment", "gradient_decent")
    assert result.exit_code == 2
    assert result.stderr.startswith("autograder: ")
    assert "did you mean gradient_descent" in result.stderr


def test_a_missing_path_is_a_sentence(tmp_path: Path) -> None:
    """A path that is not there is named; nothing was graded, and nothing written."""
    result = grade("nowhere")
    assert result.exit_code == 2
    assert "nowhere" in result.output
    assert "Traceback" not in result.output
    assert not (tmp_path / "graded").exists()


def test_an_empty_folder_is_met_with_the_layouts(tmp_path: Path) -> None:
    """Who hands over an empty folder reads which folders are understood."""
    (tmp_path / "empty").mkdir()
    result = grade("empty")
    assert result.exit_code == 2
    assert "<student>/<assignment>/<files>" in result.stderr
    assert not (tmp_path / "graded").exists()


@pytest.mark.usefixtures("_at_once")
def test_a_student_who_is_there_twice_is_graded_once(submitted: Path, tmp_path: Path) -> None:
    """One result, and a line that says what was chosen: two students may go by one name."""
    other = tmp_path / "late" / "kim" / "gradient_descent"
    shutil.copytree(submitted / "kim" / "gradient_descent", other)
    outcome = grade(submitted, tmp_path / "late")
    assert outcome.exit_code == 0
    assert "kim / gradient_descent: handed in more than once" in outcome.output
    assert len((tmp_path / "graded" / RESULTS).read_text("utf-8").splitlines()) == 2


@pytest.mark.usefixtures("_at_once")
def test_a_read_only_folder_is_refused_before_anything_is_graded(
    submitted: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The sentence names the folder and --out."""
    (tmp_path / "graded").mkdir()
    if os.name == "posix" and os.geteuid() != 0:
        (tmp_path / "graded").chmod(0o500)
    else:  # root writes anywhere but on a read-only file system

        def refuse(_path: Path) -> None:
            raise OSError(errno.EROFS, os.strerror(errno.EROFS))

        monkeypatch.setattr(Path, "touch", refuse)
    result = grade(submitted)
    (tmp_path / "graded").chmod(0o700)
    assert result.exit_code == 2
    assert "may not be written" in result.stderr
    assert "--out" in result.stderr
    assert not list((tmp_path / "graded").iterdir())


@pytest.mark.usefixtures("_at_once")
def test_a_full_disk_ends_with_2_and_keeps_what_was_written(
    submitted: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What came before is on file, and the sentence says what to do."""
    write = Records.add

    def fail(records: Records, result: SubmissionResult) -> None:
        if records.results:
            raise OutputError(say("the disk is full"))
        write(records, result)

    monkeypatch.setattr(Records, "add", fail)
    result = grade(submitted)
    assert result.exit_code == 2
    assert result.stderr.splitlines()[-1] == "autograder: the disk is full"
    assert len(read_results(tmp_path / "graded" / RESULTS)) == 1


def test_no_walls_are_refused_unless_asked_for_by_name(submitted: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`auto` never means level 0."""
    none = levels.Probe(0, {level: levels.Standing(level == 0, ("rlimits",), say("no")) for level in levels.LEVELS})
    monkeypatch.setattr(levels, "_probe_best", lambda: none)
    result = call("grade", submitted, "--course", ROOT)
    assert result.exit_code == 2
    assert "--isolation 0" in result.stderr


@pytest.mark.usefixtures("_at_once")
def test_no_walls_are_said_in_plain_words(submitted: Path) -> None:
    """Who asks for level 0 reads what that means."""
    assert "not isolated against hostile code" in " ".join(grade(submitted).stderr.lower().split())


def test_an_unexpected_error_is_our_fault(submitted: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No traceback, but how to see one."""

    def fail(*_arguments: object, **_options: object) -> None:
        error = "what was that"
        raise LookupError(error)

    monkeypatch.setattr("autograder.runs.find_submissions", fail)
    result = grade(submitted)
    assert result.exit_code == 2
    assert "this is a fault of autograder" in result.stderr
    assert "--traceback" in result.stderr
    assert "Traceback" not in result.output
    shown = call("--traceback", "grade", submitted, "--course", ROOT, "--isolation", "0")
    assert isinstance(shown.exception, LookupError)


def test_a_folder_without_a_course_is_a_sentence(submitted: Path) -> None:
    """A course that was named is never swapped for another one."""
    result = call("grade", submitted, "--course", submitted)
    assert result.exit_code == 2
    assert result.stderr.startswith("autograder: ")
    assert "solutions/" in result.stderr


@pytest.mark.usefixtures("_at_once")
def test_the_language_is_the_locales_or_the_option(submitted: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A Korean locale reads Korean; --lang outweighs it."""
    monkeypatch.setenv("LANG", "ko_KR.UTF-8")
    assert "선형 회귀" in grade(submitted).stdout
    assert "Linear regression" in grade(submitted, "--lang", "en").stdout
    monkeypatch.setenv("LC_ALL", "C")
    assert "Linear regression" in grade(submitted).stdout


@walls
def test_right_and_wrong_work_is_graded_for_real(tmp_path: Path) -> None:
    """Walls, judge and graders together: from files to points."""
    for case in ("right_loops", "wrong_loss_sum"):
        shutil.copy(CASES / case / "gradient_descent.py", tmp_path / f"{case}.py")
    names = [tmp_path / "right_loops.py", tmp_path / "wrong_loss_sum.py"]
    result = call("grade", *names, "--assignment", "gradient_descent", "--course", ROOT, "--out", tmp_path / "out")
    assert result.exit_code == 0, result.output
    scores = {key[0]: one.score for key, one in read_results(tmp_path / "out" / RESULTS).items()}
    assert scores == {"right_loops": 10.0, "wrong_loss_sum": 8.0}
    summary = json.loads((tmp_path / "out" / SUMMARY).read_text("utf-8"))
    assert summary["isolation"][0]["level"] == probe().best


# --- the other commands -----------------------------------------------------------------------------------------------


def test_check_tells_passed_not_passed_and_could_not(tmp_path: Path) -> None:
    """Exit status 0, 1 and 2; what did not pass is explained."""
    level = str(min(probe().best, 2))
    options = ("--course", ROOT, "--assignment", "gradient_descent", "--isolation", level)
    right = call("check", CASES / "right_loops" / "gradient_descent.py", "Loss", *options)
    assert right.exit_code == 0, right.output
    wrong = call("check", CASES / "wrong_loss_sum" / "gradient_descent.py", "loss", *options)
    assert wrong.exit_code == 1, wrong.output
    assert "3 times" in wrong.stdout
    assert f"isolation level {level}" in wrong.stdout
    assert call("check", tmp_path / "nowhere.py", *options).exit_code == 2
    unknown = call("check", CASES / "right_loops" / "gradient_descent.py", "Lose", *options)
    assert unknown.exit_code == 2
    assert "did you mean Loss" in unknown.stderr


def test_check_finds_the_checks_beside_the_file(tmp_path: Path) -> None:
    """A student has a notebook, test_public.py and no course."""
    folder = tmp_path / "gradient_descent"
    folder.mkdir()
    shutil.copy(CASES / "right_loops" / "gradient_descent.py", folder / "my_work.py")
    shutil.copy(ROOT / "solutions" / "gradient_descent" / "test_public.py", folder)
    result = call("check", folder / "my_work.py", "Loss", "--isolation", "0")
    assert result.exit_code == 0, result.output
    assert "without walls" in result.stdout


def test_check_in_a_course_never_runs_checks_that_a_student_handed_in(
    submitted: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What lies beside a submission is the student's, and checks run on our side of the wall."""
    trap = submitted / "kim" / "gradient_descent" / "test_public.py"
    trap.write_text("raise SystemExit('the trap was sprung')")
    monkeypatch.chdir(ROOT)
    result = call("check", trap.with_name("gradient_descent.py"), "Loss", "--isolation", "0")
    assert result.exit_code == 1, result.output
    (submitted / "kim" / "x").mkdir()
    shutil.copy(trap, submitted / "kim" / "x" / "test_public.py")
    (submitted / "kim" / "x" / "any.py").write_text("")
    assert call("check", submitted / "kim" / "x" / "any.py", "--isolation", "0").exit_code == 2


def test_check_without_any_checks_says_what_to_do(submitted: Path) -> None:
    """It names --assignment."""
    path = submitted / "any.py"
    path.write_text("")
    result = call("check", path)
    assert result.exit_code == 2
    assert "--assignment" in result.stderr


def test_the_sample_class_is_a_class(tmp_path: Path) -> None:
    """At least 24 submissions, the same each time, and nothing that tells the verdict."""
    course = find_course(ROOT)
    for folder in ("a", "b"):
        assert build_class(course, tmp_path / folder) >= 24
    names = [
        sorted(str(path.relative_to(tmp_path / folder)) for path in (tmp_path / folder).rglob("*")) for folder in "ab"
    ]
    assert names[0] == names[1]
    assert not any("expected.toml" in name for name in names[0])


@pytest.mark.usefixtures("_at_once")
def test_demo_ends_with_what_to_try_next(tmp_path: Path) -> None:
    """It works in any folder, leaves nothing there, and ends well even though some files can't be read."""
    result = call("demo", "--course", ROOT, "--isolation", "0", "--out", tmp_path / "out")
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines()[-1].startswith("Now your own class: autograder grade")
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_course_without_a_sample_class_says_so(tmp_path: Path) -> None:
    """A course of one's own has no demo yet."""
    with pytest.raises(CourseError, match="demo = true"):
        build_class(Course(tmp_path, ()), tmp_path)


def test_doctor_names_the_level_and_what_is_installed() -> None:
    """What a person sends along with a question."""
    result = call("doctor", "--course", ROOT)
    assert result.exit_code == 0, result.output
    for word in (f"level {probe().best}", "numpy", "nbgrader", "cores", "gradient_descent"):
        assert word in result.stdout


def test_doctor_works_without_a_course(tmp_path: Path) -> None:
    """A machine can be examined before there is a course."""
    result = call("doctor", "--course", tmp_path)
    assert result.exit_code == 0
    assert "no course" in result.stdout


def test_release_writes_what_students_receive(tmp_path: Path) -> None:
    """A stub and the public checks; the files are named."""
    source = ROOT / "solutions" / "gradient_descent"
    copy = tmp_path / "course" / "solutions" / "gradient_descent"
    shutil.copytree(source, copy, ignore=shutil.ignore_patterns("cases"))
    result = call("release", "--course", tmp_path / "course")
    assert result.exit_code == 0, result.output
    released = tmp_path / "course" / "assignments" / "gradient_descent"
    assert (released / "test_public.py").exists()
    assert "gradient_descent.py" in result.stdout
    assert call("release", "layers", "--course", tmp_path / "course").exit_code == 2


def test_our_own_errors_speak_the_readers_language(monkeypatch: pytest.MonkeyPatch) -> None:
    """An error carries both languages; one is printed."""

    def fail(_start: object) -> None:
        raise SandboxError({"en": "in English", "ko": "한국어로"})

    monkeypatch.setattr("autograder.doctor.examine", fail)
    assert call("doctor").stderr == "autograder: in English\n"
    assert call("doctor", "--lang", "ko").stderr == "autograder: 한국어로\n"
