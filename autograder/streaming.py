"""The judging process: it streams submissions through collected checks.

`autograder.judge` starts it and feeds it by a pipe, one JSON text a line: jobs in,
results out. A student's kernel that starts it names a port instead, and is asked
for the calls as well (`autograder.sandbox.live`). pytest collects once; a loop of
our own then runs the collected checks on one submission after another.
"""

from __future__ import annotations

import gc
import json
import math
import os
import time
from collections.abc import Callable, Generator, Iterable, Iterator
from pathlib import Path
from typing import IO, Any, Final

import pytest

from autograder import pytest_plugin
from autograder.assignments import Assignment
from autograder.checks.evidence import Evidence
from autograder.desk import Desk, Work
from autograder.diagnosis import Diagnosis
from autograder.errors import AutograderError, CourseError, SandboxError
from autograder.messages import Message, say
from autograder.pytest_plugin import Check, assignment_of, check_of, outcome_of, scene_of
from autograder.results import CheckResult, ExerciseResult, Note, SubmissionResult, Verdict
from autograder.sandbox.faults import killed
from autograder.sandbox.live import Kernel
from autograder.sandbox.session import ATTEMPTS
from autograder.submissions.sources import Cell, Submission

GUARD: Final = 30
"""A judge that is silent for this many times the time limit of a submission, on the wall, is given up."""
_INI: Final = Path(__file__).with_name("judge.ini")
_UNUSED: Final = (
    *("cacheprovider", "doctest", "faulthandler", "junitxml", "logging", "pastebin", "stepwise", "threadexception"),
    *("unraisableexception", "warnings"),
)
"""Plugins of pytest's own that cost time at each check and give a judge nothing."""
_DIGITS: Final = 6
"""Decimals of points: sums of thirds must not show their rounding."""


class Boundary(pytest.Item):
    """A last "next item", so that module fixtures end with a submission and session fixtures don't."""

    def runtest(self) -> None:
        """Never run: it only marks the end."""
        raise AssertionError


class Stream:
    """The pytest plugin that pulls submissions through the collected checks.

    Parameters
    ----------
    jobs : iterator of dict
        Each a submission and the exercises to judge.
    send : callable
        Takes what came of each, as JSON data.
    evidence : bool
        Send along what a picture can show: for a judge of public checks alone.
    names_mistakes : bool
        Say which mistake is behind a failure.
    """

    def __init__(
        self,
        desk: Desk,
        jobs: Iterator[dict[str, Any]],
        send: Callable[[dict[str, Any]], None],
        *,
        evidence: bool,
        names_mistakes: bool,
    ) -> None:
        self._desk = desk
        self._jobs = jobs
        self._send = send
        self._evidence = evidence
        self._names_mistakes = names_mistakes
        self._brief = False
        self._diagnoses: dict[str, Diagnosis] = {}
        self._checks: dict[str, Check] = {}
        self._outcomes: dict[str, CheckResult] = {}
        self._died: SandboxError | None = None
        self.error: Message | None = None

    def pytest_configure(self, config: pytest.Config) -> None:
        """Hand our desk to the fixtures."""
        config.stash[pytest_plugin.DESK] = self._desk

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> pytest.TestReport | None:
        """Note the verdict; a light report stands in for pytest's, which costs milliseconds a failure."""
        error = call.excinfo.value if call.excinfo else None
        if call.when == "call" or error:
            self._outcomes[item.nodeid] = self._note(self._checks[item.nodeid], error, call)
        return pytest.TestReport(
            item.nodeid,
            item.location,
            {},
            "failed" if error else "passed",
            None,
            call.when,  # type: ignore[arg-type]
            start=call.start,
            stop=call.stop,
            duration=call.duration,
        )

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Judge submissions until there are no more jobs."""
        _mute(session.config)
        if session.testsfailed:
            raise session.Interrupted("the checks can't be collected")
        boundary = Boundary.from_parent(session, name="boundary")
        by_folder: dict[Path, list[pytest.Item]] = {}
        for item in session.items:
            check = check_of(item)
            if check:
                self._checks[item.nodeid] = check
                by_folder.setdefault(item.path.parent, []).append(item)
        assignments = {folder.name: assignment_of(session.config, folder) for folder in by_folder}
        for folder, items in by_folder.items():
            items.sort(key=lambda item: self._place(item, assignments[item.path.parent.name]))
            try:
                self._prepare(assignments[folder.name], items)
            except CourseError as error:
                self.error = error.message
                raise session.Interrupted(str(error)) from error
        # All that was loaded stays until the end.
        gc.freeze()
        gc.enable()
        patience_s = GUARD * max((assignment.limits.total_s for assignment in assignments.values()), default=1)
        self._send({"ready": True, "patience_s": patience_s})
        for job in self._jobs:
            submission = _submission_of(job["submission"])
            assignment = assignments[submission.assignment]
            brief = job.get("brief", False)
            items = [
                item
                for item in by_folder[assignment.folder]
                if not job["exercises"] or self._checks[item.nodeid].exercise in job["exercises"]
                if not brief or self._checks[item.nodeid].hidden
            ]
            self._brief = brief
            self._send({**self._judge(submission, assignment, items, boundary, session), "patience_s": patience_s})
        session.testsfailed = 0
        for diagnosis in self._diagnoses.values():
            diagnosis.save()
        return True

    def _prepare(self, assignment: Assignment, items: list[pytest.Item]) -> None:
        """Load what may be wrong with a course before a submission asks for it."""
        if not self._desk.has_reference(assignment):
            return
        reference = self._desk.reference(assignment)
        if self._names_mistakes:
            scenes = [
                scene_of(item, self._checks[item.nodeid], reference)
                for item in items
                if isinstance(item, pytest.Function)
            ]
            self._diagnoses[assignment.name] = Diagnosis(assignment, scenes)

    def _place(self, item: pytest.Item, assignment: Assignment) -> int:
        names = [exercise.name for exercise in assignment.exercises]
        exercise = self._checks[item.nodeid].exercise
        return names.index(exercise) if exercise in names else len(names)

    def _judge(
        self,
        submission: Submission,
        assignment: Assignment,
        items: list[pytest.Item],
        boundary: Boundary,
        session: pytest.Session,
    ) -> dict[str, Any]:
        """Judge a submission; anew where the walls failed or a process was killed, which says nothing of a student."""
        reason: Message | None = None
        for attempt in range(1, ATTEMPTS + 1):
            try:
                work = self._desk.begin(submission, assignment)
                result = self._try(work, items, boundary, session, is_last=attempt == ATTEMPTS)
            except SandboxError as error:
                reason = error.message
            except AutograderError as error:
                return {"error": error.message}
            else:
                return {"result": result.to_json()}
            finally:
                self._desk.clear()
        return {"error": reason}

    def _try(
        self, work: Work, items: list[pytest.Item], boundary: Boundary, session: pytest.Session, *, is_last: bool
    ) -> SubmissionResult:
        wall, cpu = time.perf_counter(), time.process_time()
        self._outcomes, self._died = {}, None
        for item, following in zip(items, [*items[1:], boundary], strict=True):
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            # pytest collects what a test printed for its report: it would show up in the next student's.
            item._report_sections.clear()  # noqa: SLF001
            item.user_properties.clear()
            session.shouldfail = session.shouldstop = False
            if work.was_killed and not is_last:
                self._died = killed()
            if self._died or (self._brief and self._costs_points(item)):
                # Fixtures of the file end here, as they do after the last check.
                item.config.hook.pytest_runtest_teardown(item=item, nextitem=boundary)
                break
        if self._died:
            raise self._died
        work.close()
        diagnosis = None if self._brief else self._diagnoses.get(work.assignment.name)
        if diagnosis:
            self._outcomes = diagnosis.name_all(self._outcomes, work)
        return self._result(work, time.perf_counter() - wall, time.process_time() - cpu)

    def _costs_points(self, item: pytest.Item) -> bool:
        outcome = self._outcomes[item.nodeid]
        return outcome.max_points > 0 and outcome.verdict is not Verdict.PASSED

    def _note(self, check: Check, error: BaseException | None, call: pytest.CallInfo[None]) -> CheckResult:
        verdict, message = Verdict.PASSED, None
        evidence: tuple[Evidence, ...] = ()
        if isinstance(error, SandboxError):
            self._died = error
        if error:
            outcome = outcome_of(error, check)
            evidence = outcome.evidence if self._evidence else ()
            # A fixture of the grader's that fails says nothing of the student, unless it called him.
            failed_outside = call.when != "call" and outcome.verdict is Verdict.FAILED
            verdict, message = Verdict.GRADER_ERROR if failed_outside else outcome.verdict, outcome.message
        return CheckResult(
            id=check.name,
            exercise=check.exercise,
            hidden=check.hidden,
            verdict=verdict,
            points=check.points if verdict is Verdict.PASSED else 0.0,
            max_points=check.points,
            message=message,
            wall_s=call.duration,
            evidence=evidence,
        )

    def _result(self, work: Work, wall_s: float, cpu_s: float) -> SubmissionResult:
        submission = work.submission
        outcomes = tuple(self._outcomes.values())
        exercises = []
        for name in dict.fromkeys(check.exercise for check in outcomes):
            checks = [check for check in outcomes if check.exercise == name]
            exercises.append(
                ExerciseResult(
                    name, _sum(check.points for check in checks), _sum(check.max_points for check in checks)
                ),
            )
        failed = any(check.verdict is Verdict.GRADER_ERROR for check in outcomes)
        return SubmissionResult(
            student=submission.student,
            assignment=submission.assignment,
            files=submission.files,
            sha256=submission.sha256,
            status="grader_error" if failed else "graded",
            score=None if failed else _sum(exercise.score for exercise in exercises),
            max_score=_sum(exercise.max_score for exercise in exercises),
            isolation=work.isolation,
            wall_s=wall_s,
            cpu_s=cpu_s + work.cpu_s,
            exercises=tuple(exercises),
            checks=outcomes,
            notes=work.notes,
        )


class _Pipes:
    """Jobs and results as one JSON text a line."""

    def __init__(self, jobs: IO[bytes], results: IO[bytes]) -> None:
        self._jobs = jobs
        self._results = results

    def jobs(self) -> Iterator[dict[str, Any]]:
        for line in self._jobs:
            yield json.loads(line)

    def send(self, message: dict[str, Any]) -> None:
        try:
            self._results.write(json.dumps(message).encode() + b"\n")
            self._results.flush()
        except BrokenPipeError:
            # Whoever asked was killed: there is nobody to tell, and what this process has started ends with it.
            os._exit(1)


class _Mute:
    """Stands for pytest's terminal reporter, which would keep every report; messages of `assert` ask for its writer."""

    def __init__(self, reporter: Any) -> None:
        self._tw = reporter._tw  # noqa: SLF001 - pytest offers no other way to it


def _mute(config: pytest.Config) -> None:
    reporter = config.pluginmanager.unregister(name="terminalreporter")
    config.pluginmanager.register(_Mute(reporter), "terminalreporter")


def _sum(points: Iterable[float]) -> float:
    return round(math.fsum(points), _DIGITS)


def _submission_of(data: dict[str, Any]) -> Submission:
    cells = tuple(Cell(**cell) for cell in data["cells"])
    modules = {name: tuple(Cell(**cell) for cell in group) for name, group in data["modules"].items()}
    notes = tuple(Note(**note) for note in data["notes"])
    return Submission(**{**data, "files": tuple(data["files"]), "cells": cells, "modules": modules, "notes": notes})


class _Complaints:
    """Keeps what pytest says while it collects, for the author of the graders."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    @pytest.hookimpl(wrapper=True)
    def pytest_collection_modifyitems(self) -> Generator[None, None, None]:
        """Note what our own plugin refuses."""
        try:
            return (yield)
        except pytest.UsageError as error:
            self.lines.append(str(error))
            raise

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(
        self, collector: pytest.Collector
    ) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
        """Note a file that can't be collected."""
        report = yield
        if report.failed:
            reason = report.longreprtext.strip().splitlines()[-1].removeprefix("E").strip()
            self.lines.append(f"{collector.path}: {reason}")
        return report


def main() -> None:
    """Be a judge: the first line of stdin says of what."""
    jobs, results = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    null = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1):
        os.dup2(null, standard)
    settings = json.loads(jobs.readline())
    names = ("test_public.py", "test_hidden.py") if settings["hidden"] else ("test_public.py",)
    files = [Path(folder, name) for folder in settings["folders"] for name in names]
    kernel = Kernel(**settings["kernel"]) if "kernel" in settings else None
    desk = Desk(level=settings["level"], backend=settings["backend"], kernel=kernel)
    line = kernel or _Pipes(jobs, results)
    stream = Stream(
        desk,
        line.jobs(),
        line.send,
        evidence=not settings["hidden"],
        names_mistakes=settings.get("names_mistakes", False),
    )
    complaints = _Complaints()
    arguments = ["-c", str(_INI), "--rootdir", str(_INI.parent), "-q", "-s", "-p", "autograder.pytest_plugin"]
    arguments += [word for name in _UNUSED for word in ("-p", f"no:{name}")]
    try:
        status = pytest.main(
            [*arguments, *(str(file) for file in files if file.exists())], plugins=[stream, complaints]
        )
    finally:
        desk.close()
    if status is not pytest.ExitCode.OK:
        reason = "; ".join(complaints.lines) or f"pytest: {status!r}"
        line.send({"error": stream.error or say("the checks can't be used: {reason}", reason=reason)})


if __name__ == "__main__":
    main()
