"""pytest is the judge: fixtures, markers, and what the end of a check means.

A grader is an ordinary pytest file. Its checks use `student` (the submission
behind the wall), `reference` (the solution, on this side) and `rng`.
"""

from __future__ import annotations

import contextlib
import inspect
import math
import zlib
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from autograder.messages import Message, join, say
from autograder.results import Note, Verdict

if TYPE_CHECKING:
    import types

    import numpy as np

    from autograder.assignments import Assignment
    from autograder.checks.evidence import Evidence
    from autograder.checks.testimony import Statement
    from autograder.desk import Desk, Work
    from autograder.diagnosis import Scene
    from autograder.published import Run
    from autograder.sandbox.remotes import Asked
    from autograder.sandbox.student import Student

CHECK_FILES: Final = ("test_public.py", "test_hidden.py")
DESK: Final = pytest.StashKey["Desk"]()
_SOUND: Final = pytest.StashKey[bool]()
_ASSIGNMENTS: Final = pytest.StashKey[dict[Path, "Assignment"]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of a run on one submission."""
    group = parser.getgroup("autograder")
    group.addoption(
        "--submission", metavar="PATH", help="the submission to judge (default: the file beside the checks)"
    )
    group.addoption(
        "--isolation", default="auto", metavar="LEVEL", help="isolation level, 4 to 0 (default: the best there is)"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Register the markers."""
    for marker in (
        "exercise(name): the exercise that a check judges",
        "points(n): what a check is worth; 0 for practice",
        "leans_on(name, ...): exercises that a right solution calls; the reference answers for those that are wrong",
        "mistakes(id, ...): mistakes of the catalogue that a check can show",
    ):
        config.addinivalue_line("markers", marker)
    config.stash[_ASSIGNMENTS] = {}


def pytest_unconfigure(config: pytest.Config) -> None:
    """End what student code runs in."""
    desk = config.stash.get(DESK, None)
    if desk:
        desk.close()


@dataclass(frozen=True)
class Check:
    """What the markers and the docstring of a test function say.

    Attributes
    ----------
    name : str
        The function's name.
    sentence : Message
        What the student reads.
    siblings : tuple of str
        Exercises that a right solution calls.
    """

    name: str
    exercise: str
    points: float
    hidden: bool
    sentence: Message
    siblings: tuple[str, ...]


def check_of(item: pytest.Item) -> Check | None:
    """Return what an item says of itself, or None where it is an ordinary test.

    Raises
    ------
    pytest.UsageError
        If it is a check and its markers are missing or wrong.
    """
    if item.path.name not in CHECK_FILES or not isinstance(item, pytest.Function):
        return None
    if item.cls is not None:
        raise pytest.UsageError(
            f"{item.nodeid}: a check is a function; a class would keep its state between submissions"
        )
    exercise = _only_argument(item, "exercise", str)
    points = float(_only_argument(item, "points", (int, float)))
    if not 0 <= points < math.inf:
        raise pytest.UsageError(f"{item.nodeid}: points must be a number from 0 up, got {points}")
    siblings = item.get_closest_marker("leans_on")
    return Check(
        name=item.name,
        exercise=exercise,
        points=points,
        hidden=item.path.name == "test_hidden.py",
        sentence=_sentence(item),
        siblings=tuple(siblings.args) if siblings else (),
    )


def pytest_collection_modifyitems(config: pytest.Config, items: Sequence[pytest.Item]) -> None:
    """Refuse checks without points or exercise, and points that don't add up."""
    hidden: dict[Path, dict[str, float]] = {}
    seen: dict[tuple[Path, str], str] = {}
    for item in items:
        check = check_of(item)
        if check:
            other = seen.setdefault((item.path.parent, item.name), item.nodeid)
            if other != item.nodeid:
                raise pytest.UsageError(f"{item.nodeid}: the name stands for another check already, {other}")
        if check and check.hidden:
            sums = hidden.setdefault(item.path.parent, {})
            sums[check.exercise] = sums.get(check.exercise, 0.0) + check.points
    if not any(config.getoption(name, None) for name in ("keyword", "markexpr", "deselect", "lf")) and not _names_one(
        config
    ):
        for folder, sums in hidden.items():
            _compare_points(folder, sums, config)


def pytest_report_collectionfinish(config: pytest.Config, items: Sequence[pytest.Item]) -> list[str]:
    """Name the files that are checked, where pytest was not told."""
    if config.getoption("--submission"):
        return []
    folders = dict.fromkeys(item.path.parent for item in items if check_of(item))
    names = []
    for folder in folders:
        # A course that can't be read is said by the first check that asks for it.
        with contextlib.suppress(Exception):
            names.append(_file_at_hand(assignment_of(config, folder)).name)
    return [f"autograder: {', '.join(names)}"] if names else []


@pytest.fixture
def student(request: pytest.FixtureRequest) -> Student:
    """Return the submission, behind the wall."""
    desk = _desk(request.config)
    if desk.work is None:
        desk.begin(*_submission_at_hand(request))
    assert desk.work is not None
    return desk.work.student()


@pytest.fixture
def reference(request: pytest.FixtureRequest) -> types.ModuleType:
    """Return the reference solution, in this process."""
    return _desk(request.config).reference(assignment_of(request.config, request.path.parent))


@pytest.fixture
def rng(request: pytest.FixtureRequest) -> np.random.Generator:
    """Return a generator that is the same for a check each time."""
    return _generator(request.node.name)


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, Any, Any]:
    """Judge a check again, with the reference answering for the siblings that are wrong."""
    check = check_of(pyfuncitem)
    if check is None:
        return (yield)
    from autograder.checks import testimony  # noqa: PLC0415 - see _generator
    from autograder.rehearsal import settle  # noqa: PLC0415

    settle()
    given: dict[str, Any] = pyfuncitem.funcargs
    if "student" in given:
        given["student"].draw_from(given.get("rng"))
    desk = pyfuncitem.config.stash.get(DESK, None)
    with testimony.listening() as heard, _own_time_of(desk.work if desk else None):
        try:
            result = yield
            _refuse_figures(pyfuncitem, check, desk, frozenset())
        except (KeyboardInterrupt, pytest.exit.Exception, pytest.skip.Exception):
            raise
        except BaseException as error:
            work = desk.work if desk else None
            if work is None:
                raise
            fault = _blame(error, check, pyfuncitem, work, given.get("student"))
            if outcome_of(fault, check).verdict is Verdict.GRADER_ERROR:
                raise
            wrong = frozenset(work.wrong.intersection(check.siblings) if work.has_reference else ())
            if wrong:
                heard.clear()
                return _judge_again(pyfuncitem, check, work, wrong, heard)
            work.wrong.add(check.exercise)
            work.heard[check.name] = testimony.conclude(_heard_of(heard, fault), error, str(pyfuncitem.path))
            if fault is error:
                raise
            raise fault from error
        if desk and desk.work:
            desk.work.heard[check.name] = testimony.conclude_passed(heard)
        return result


@contextlib.contextmanager
def _own_time_of(work: Work | None) -> Iterator[None]:
    """Bound what one check of a submission may cost this process: its answers may be made to be slow to look at."""
    from autograder.sandbox.clocks import cpu_limit  # noqa: PLC0415 - see _generator
    from autograder.sandbox.faults import Exhausting  # noqa: PLC0415
    from autograder.sandbox.student import OWN  # noqa: PLC0415

    if work is None:
        yield
        return
    try:
        with cpu_limit(OWN * work.assignment.limits.total_s, Exhausting, clock="PROF"):
            yield
    except Exhausting:
        work.start_over()
        raise


def _judge_again(item: pytest.Function, check: Check, work: Work, wrong: frozenset[str], heard: list[Statement]) -> Any:
    from autograder.checks import testimony  # noqa: PLC0415 - see _generator

    student = work.student(wrong)
    told = say(
        "`{exercise}` was judged with a right {names} in place of yours: what is wrong there costs nothing here.",
        exercise=check.exercise,
        names=", ".join(f"`{name}`" for name in sorted(wrong)),
    )
    student.notes.append(Note("oracle", told))
    try:
        result = run_check(item, student, item.funcargs)
        _refuse_figures(item, check, work.desk, wrong)
    except BaseException as error:
        work.wrong.add(check.exercise)
        fault = _blame(error, check, item, work, student)
        work.heard[check.name] = testimony.conclude(_heard_of(heard, fault), error, str(item.path))
        if fault is error:
            raise
        raise fault from error
    work.heard[check.name] = testimony.conclude_passed(heard)
    return result


def _heard_of(heard: list[Statement], fault: BaseException) -> list[Statement]:
    """Leave out what a library's answers looked like: they are no mistake of the catalogue's."""
    from autograder.sandbox.faults import Borrowed  # noqa: PLC0415 - see _generator

    return [] if isinstance(fault, Borrowed) else heard


def _refuse_figures(item: pytest.Function, check: Check, desk: Desk | None, oracles: frozenset[str]) -> None:
    """Fail a check that gives points for figures which are written into the code."""
    work = desk.work if desk else None
    if not (check.points and desk and work and work.has_reference and work.assignment.rules.published):
        return
    from autograder.sandbox.faults import written_in  # noqa: PLC0415 - see _generator

    if work.is_written_in(check.exercise, lambda: _runs_like(item, check, work), oracles):
        raise written_in(check.exercise)


def _runs_like(item: pytest.Function, check: Check, work: Work) -> Iterator[Run]:
    """Yield the checks that give points for the same exercise, to be run on any student."""
    reference = work.desk.reference(work.assignment)
    for other in item.session.items:
        its = check_of(other)
        if other.path == item.path and its and its.points and its.exercise == check.exercise:
            assert isinstance(other, pytest.Function)
            scene = scene_of(other, its, reference)
            if scene.run:
                yield scene.run


def _blame(
    error: BaseException, check: Check, item: pytest.Function, work: Work, student: Student | None
) -> BaseException:
    """Tell a grader that is broken from one that stumbled over an answer: that one passes on the reference.

    An exercise that leaves its work to a library fails by that, whatever came of it.
    """
    from autograder.errors import AutograderError  # noqa: PLC0415 - see _generator
    from autograder.sandbox.faults import Borrowed, unreadable_answer  # noqa: PLC0415

    ours = not isinstance(error, Exception) or isinstance(error, AutograderError | OSError)
    if not ours and student and student.used:
        return Borrowed(student.used)
    if ours or outcome_of(error, check).verdict is not Verdict.GRADER_ERROR or not work.has_reference:
        return error
    if _SOUND not in item.stash:
        item.stash[_SOUND] = _passes_on_the_reference(item, work)
    return unreadable_answer() if item.stash[_SOUND] else error


def _passes_on_the_reference(item: pytest.Function, work: Work) -> bool:
    from autograder.errors import SandboxError  # noqa: PLC0415 - see _generator
    from autograder.sandbox.faults import killed  # noqa: PLC0415

    student = work.desk.solution(work.assignment)
    try:
        run_check(item, student, item.funcargs)
    except SandboxError:
        # It tells nothing of the check, and what is found here is believed for good.
        raise
    except Exception as error:
        student.close()
        if student.was_killed:
            raise killed() from error
        # Whatever else it is, the check is broken.
        return False
    finally:
        student.close()
    return True


@dataclass(frozen=True)
class Outcome:
    """The verdict of a check, the sentence for the student, and of a public check what a picture can show."""

    verdict: Verdict
    message: Message
    evidence: tuple[Evidence, ...] = ()


def outcome_of(error: BaseException, check: Check) -> Outcome:
    """Say what an exception that ended a check means."""
    from autograder.checks import CheckFailed  # noqa: PLC0415 - see _generator
    from autograder.sandbox.explaining import printable  # noqa: PLC0415
    from autograder.sandbox.faults import StudentFault  # noqa: PLC0415

    if isinstance(error, StudentFault | CheckFailed):
        verdict = error.verdict if isinstance(error, StudentFault) else Verdict.FAILED
        found = error.message if check.hidden else error.detail
        shown = error.evidence if isinstance(error, CheckFailed) and not check.hidden else ()
        return Outcome(verdict, join(check.sentence, found), shown)
    if isinstance(error, AssertionError):
        return Outcome(Verdict.FAILED, check.sentence)
    told = say(
        "The check itself failed, and that is not the student's fault: {error}",
        error=f"{type(error).__name__}: {printable(str(error))}",
    )
    return Outcome(Verdict.GRADER_ERROR, told)


def assignment_of(config: pytest.Config, folder: Path) -> Assignment:
    """Return the assignment whose checks lie in a folder."""
    from autograder.assignments import load_assignment  # noqa: PLC0415 - see _generator

    known = config.stash[_ASSIGNMENTS]
    if folder not in known:
        known[folder] = load_assignment(folder)
    return known[folder]


def _desk(config: pytest.Config) -> Desk:
    from autograder.desk import Desk  # noqa: PLC0415 - see _generator
    from autograder.sandbox.levels import choose  # noqa: PLC0415

    if DESK not in config.stash:
        asked = config.getoption("--isolation")
        config.stash[DESK] = Desk(level=choose(int(asked) if asked.isdecimal() else asked))
    return config.stash[DESK]


def _submission_at_hand(request: pytest.FixtureRequest) -> tuple[Any, Assignment]:
    from autograder.errors import AutograderError  # noqa: PLC0415 - see _generator
    from autograder.submissions import candidate_at, read_submission  # noqa: PLC0415

    assignment = assignment_of(request.config, request.path.parent)
    named = request.config.getoption("--submission")
    path = Path(named) if named else _file_at_hand(assignment)
    try:
        return read_submission(candidate_at(path, assignment.name), assignment), assignment
    except AutograderError as error:
        raise pytest.UsageError(str(error)) from error


def _file_at_hand(assignment: Assignment) -> Path:
    """Return the file beside the checks that is worked in: students receive a notebook and a .py of the same stubs."""
    places = [assignment.folder / name for name in assignment.entry]
    there = [place for place in places if place.is_file()]
    if not there or (assignment.folder / "assignment.toml").exists():
        return (there or places)[0]
    return min(there, key=lambda place: (place.read_bytes().count(b"NotImplementedError"), -place.stat().st_mtime))


def run_check(item: pytest.Function, student: Asked, given: Mapping[str, Any]) -> Any:
    """Run a check on another student: it asks the same questions, and all else that it needs is given."""
    from autograder.rehearsal import settle  # noqa: PLC0415 - see _generator

    rng = _generator(item.name)
    student.draw_from(rng)
    settle()
    arguments = {**given, "student": student, "rng": rng}
    return item.obj(**{name: arguments[name] for name in inspect.signature(item.obj).parameters})


def scene_of(item: pytest.Function, check: Check, reference: types.ModuleType) -> Scene:
    """Return what a diagnosis needs to run a check on trusted code."""
    from autograder.diagnosis import Scene  # noqa: PLC0415 - see _generator

    cases = item.callspec.params if hasattr(item, "callspec") else {}
    # Another fixture may hold what this one student answered.
    is_free = {"student", "reference", "rng", "request", *cases}.issuperset(item.fixturenames)
    given = {**cases, "reference": reference}
    run = partial(run_check, item, given=given) if is_free else None
    return Scene(check.name, check.exercise, check.points > 0, str(item.path), run, check.sentence)


def _generator(name: str) -> np.random.Generator:
    import numpy as np  # noqa: PLC0415 - every pytest run imports this module

    return np.random.default_rng(zlib.crc32(name.encode()))


def _only_argument(item: pytest.Item, marker: str, kind: type | tuple[type, ...]) -> Any:
    found = list(item.iter_markers(marker))
    if len(found) != 1 or len(found[0].args) != 1 or not isinstance(found[0].args[0], kind):
        raise pytest.UsageError(
            f"{item.nodeid}: a check needs exactly one @pytest.mark.{marker}(...), got {len(found)}"
        )
    return found[0].args[0]


def _sentence(item: pytest.Function) -> Message:
    paragraphs = [" ".join(part.split()) for part in (inspect.getdoc(item.obj) or "").split("\n\n")]
    if len(paragraphs) < 2 or not all(paragraphs[:2]):  # noqa: PLR2004 - two languages
        raise pytest.UsageError(
            f"{item.nodeid}: the docstring must say what is checked, in English and, after an empty line, in Korean"
        )
    return {"en": paragraphs[0], "ko": paragraphs[1]}


def _names_one(config: pytest.Config) -> bool:
    return any("::" in argument for argument in config.args)


def _compare_points(folder: Path, sums: dict[str, float], config: pytest.Config) -> None:
    assignment = assignment_of(config, folder)
    expected = {exercise.name: exercise.points for exercise in assignment.exercises}
    for name in {**sums, **expected}:
        if not math.isclose(sums.get(name, 0.0), expected.get(name, -1.0)):
            told = f"{folder}: the hidden checks of {name} add up to {sums.get(name, 0.0):g} points"
            raise pytest.UsageError(f"{told}, assignment.toml says {expected.get(name, 'nothing')}")
