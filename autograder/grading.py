"""The pipeline on one page: files → submissions → judges → records.

::

    found ──read──▶ Submission ──fingerprint──▶ unchanged? ──▶ kept
                                                    │ no
                                                    ▼
                                     executor: a judge a thread ──▶ Records.add
"""

from __future__ import annotations

from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from autograder.errors import AutograderError, CourseError, SubmissionError
from autograder.fingerprints import fingerprint
from autograder.messages import Message, say
from autograder.results import ExerciseResult, Isolation, Note, Status, SubmissionResult
from autograder.submissions import read_submission
from autograder.submissions.slimming import slimmed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from concurrent.futures import Executor

    from autograder.assignments import Assignment, Course
    from autograder.records import Key, Records
    from autograder.submissions import Candidate, Submission

TICK_S: Final = 0.2  # between two looks at whether to stop


@dataclass(frozen=True)
class Work:
    """One submission on its way through the pipeline.

    Attributes
    ----------
    isolation : Isolation
        What a result says where no student code was run.
    sha256 : str
        Fingerprint of everything that the result depends on.
    submission : Submission or None
        None where it was refused.
    refused : (status, Message) or None
        Why no judge will see it.
    """

    candidate: Candidate
    assignment: Assignment
    isolation: Isolation
    sha256: str
    submission: Submission | None = None
    refused: tuple[Status, Message] | None = None

    @property
    def key(self) -> Key:
        """Student and assignment."""
        return self.candidate.student, self.candidate.assignment

    def without_grade(self, status: Status, message: Message) -> SubmissionResult:
        """Return the result of a submission that no judge has graded, and why."""
        notes = self.submission.notes if self.submission else self.candidate.notes
        return SubmissionResult(
            student=self.candidate.student,
            assignment=self.assignment.name,
            files=tuple(file.name for file in self.candidate.files),
            sha256=self.sha256,
            status=status,
            score=0.0 if status == "unreadable" else None,
            max_score=self.assignment.max_score,
            isolation=self.isolation,
            exercises=tuple(ExerciseResult(one.name, 0.0, float(one.points)) for one in self.assignment.exercises),
            notes=(*notes, Note(status, message)),
        )


class ClassRun:
    """Grades a class; whatever one submission does, the others are graded.

    Parameters
    ----------
    records : Records
        Where results are kept; each is on the disk before the next is taken.
    pool : Executor
        Runs `grade`, any number at a time.
    grade : callable
        Grades one submission: `Panel.grade`.
    isolation : Isolation
        What a result says where no student code was run.
    fresh : bool
        Grade also what has not changed.
    tell : callable
        Is told each result, and whether it was kept from an earlier run.
    enter : callable
        Is given each submission with its result, new or kept, once that is on the disk.

    Attributes
    ----------
    graded, kept : list of (student, assignment)
        What this run graded, and what had not changed since an earlier one.
    stopped : bool
        Whether Ctrl-C ended the run early.
    """

    def __init__(
        self,
        *,
        records: Records,
        pool: Executor,
        grade: Callable[[Submission], SubmissionResult],
        isolation: Isolation,
        fresh: bool = False,
        tell: Callable[[SubmissionResult, bool], None] = lambda _result, _kept: None,
        enter: Callable[[Work, SubmissionResult], None] = lambda _work, _result: None,
    ) -> None:
        self.graded: list[Key] = []
        self.kept: list[Key] = []
        self.stopped = False
        self._records, self._pool, self._grade = records, pool, grade
        self._isolation, self._fresh, self._tell, self._enter = isolation, fresh, tell, enter
        self._waiting: dict[Future[SubmissionResult], Work] = {}
        self._again: set[Key] = set()

    def stop(self) -> None:
        """End soon: submissions that are being graded are let go, those that ended are kept."""
        self.stopped = True

    def grade(self, candidates: Iterable[Candidate], assignments: Mapping[str, Assignment], *, ahead: int = 8) -> None:
        """Grade submissions until there are no more, or `stop`.

        Parameters
        ----------
        candidates : iterable of Candidate
            What `find_submissions` found.
        assignments : mapping of str to Assignment
            Those of the candidates, by name.
        ahead : int
            How many submissions are held in memory at a time.

        Raises
        ------
        OutputError
            If a result can't be written; what was written before is kept.
        """
        try:
            for candidate in candidates:
                if self.stopped:
                    break
                self._take(prepare(candidate, assignments[candidate.assignment], self._isolation))
                while len(self._waiting) >= ahead and not self.stopped:
                    self._collect(TICK_S)
            while self._waiting and not self.stopped:
                self._collect(TICK_S)
            self._collect(0.0)
        finally:
            for future in self._waiting:
                future.cancel()

    def _take(self, work: Work) -> None:
        before = None if self._fresh else self._records.results.get(work.key)
        if before and before.sha256 == work.sha256 and before.status != "grader_error":
            self.kept.append(work.key)
            self._enter(work, before)
            self._tell(before, True)  # noqa: FBT003
        elif work.refused:
            self._record(work, work.without_grade(*work.refused))
        else:
            self._submit(work)

    def _collect(self, patience_s: float) -> None:
        for future in wait(self._waiting, patience_s, return_when=FIRST_COMPLETED).done:
            work = self._waiting.pop(future)
            result = result_of(future, work)
            if result.status == "graded" or result.checks:
                self._record(work, result)
            elif self.stopped:
                pass  # Ctrl-C reaches judges too: their end is no fault to be remembered
            elif work.key in self._again:
                self._record(work, result)
            else:
                # A judge that was killed from outside must not cost a grade; one that
                # the submission brings down falls a second time.
                self._again.add(work.key)
                self._submit(work)

    def _submit(self, work: Work) -> None:
        if work.submission:
            self._waiting[self._pool.submit(self._grade, work.submission)] = work

    def _record(self, work: Work, result: SubmissionResult) -> None:
        self._records.add(result)
        self.graded.append(result.key)
        self._enter(work, result)
        self._tell(result, False)  # noqa: FBT003


def prepare(candidate: Candidate, assignment: Assignment, isolation: Isolation) -> Work:
    """Read a submission and hash what its result depends on; what can't be read says why."""
    try:
        candidate = replace(candidate, files=tuple(map(slimmed, candidate.files)))
        submission = read_submission(candidate, assignment)
    except SubmissionError as error:
        # Reading it again costs nothing; the reason alone tells whether anything changed.
        names = sorted(file.name for file in candidate.files)
        sha256 = fingerprint(repr((names, error.message)), assignment)
        return Work(candidate, assignment, isolation, sha256, refused=("unreadable", error.message))
    except Exception as error:  # noqa: BLE001 (the boundary: one file that our reader can't take costs nobody else)
        sha256 = fingerprint(repr(error), assignment)
        return Work(candidate, assignment, isolation, sha256, refused=("grader_error", _our_fault(error)))
    return Work(candidate, assignment, isolation, fingerprint(submission.sha256, assignment), submission)


def result_of(future: Future[SubmissionResult], work: Work) -> SubmissionResult:
    """Return what a judge answered; a fault of ours becomes a result without a score."""
    try:
        result = future.result()
    except AutograderError as error:
        return work.without_grade("grader_error", error.message)
    except Exception as error:  # noqa: BLE001 (the boundary: whatever a judge does, the batch goes on)
        return work.without_grade("grader_error", _our_fault(error))
    if result.status == "grader_error" and not result.checks:
        bare = work.without_grade("grader_error", say("no reason was given"))
        result = replace(bare, wall_s=result.wall_s, notes=result.notes or bare.notes)
    return replace(result, student=work.key[0], assignment=work.key[1], sha256=work.sha256)


def _our_fault(error: Exception) -> Message:
    return say("this is a fault of autograder: {error}", error=f"{type(error).__name__}: {error}")


def load_assignments(candidates: Iterable[Candidate], course: Course) -> tuple[dict[str, Assignment], list[Note]]:
    """Read the settings of the assignments that occur.

    Returns
    -------
    assignments : dict of str to Assignment
        Those that can be read.
    notes : list of Note
        What is wrong with the others: their submissions can't be graded.
    """
    assignments: dict[str, Assignment] = {}
    notes = []
    for name in dict.fromkeys(candidate.assignment for candidate in candidates):
        try:
            assignments[name] = course.assignment(name)
        except CourseError as error:
            notes.append(Note("course", error.message))
    return assignments, notes
