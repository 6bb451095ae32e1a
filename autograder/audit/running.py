"""One run of `autograder audit`, from what was asked for to the exit code."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.audit.auditing import count_trials, list_unseen, make_plans, prove_unseen, try_plans
from autograder.doctor import count_cores
from autograder.messages import Language, Message, say
from autograder.records import make_folder, write_whole
from autograder.reports.audits import describe_work, print_audit
from autograder.reports.closing import print_heading
from autograder.reports.findings import AssignmentAudit, describe_audit
from autograder.reports.pages import render_audit
from autograder.reports.progress import Counted, LiveProgress
from autograder.results import Isolation
from autograder.sandbox.levels import choose, layers_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from autograder.assignments import Course
    from autograder.seat import Seat

CLEAN, LEFT_TO_DO, NOT_AUDITED = 0, 1, 2
PAGE, DATA = "audit.html", "audit.json"


@dataclass(frozen=True)
class AuditOrder:
    """What to audit, and how.

    Attributes
    ----------
    names : tuple of str
        Assignments; all of the course where it is empty.
    out : Path
        Where the page and the data go.
    jobs : int or None
        Judges at a time; None: one a core.
    isolation : str
        ``auto``, or the number of a level.
    """

    names: tuple[str, ...]
    out: Path
    jobs: int | None = None
    isolation: str = "auto"


def audit_and_show(order: AuditOrder, course: Course, seat: Seat) -> int:
    """Audit assignments, show progress and then what is left to do.

    Returns
    -------
    int
        Exit code: 0 clean, 1 something is left to do, 2 something could not be audited.

    Raises
    ------
    IsolationError
        If this machine doesn't offer the level.
    OutputError
        If the page can't be written.
    """
    started = time.monotonic()
    make_folder(order.out)
    level = choose("auto" if order.isolation == "auto" else int(order.isolation))
    jobs = order.jobs or count_cores()
    audits = _audit(order, course, seat, level=level, jobs=jobs)
    seconds = time.monotonic() - started
    written = _write(order.out, audits, seconds=seconds, language=seat.language)
    print_audit(seat.out, audits, language=seat.language)
    seat.tell({"en": "", "ko": ""})
    seat.tell(_ending(audits, seconds))
    seat.tell(say("written: {files}", files=", ".join(map(str, written))))
    if any(audit.problems for audit in audits):
        return NOT_AUDITED
    return CLEAN if all(audit.is_clean for audit in audits) else LEFT_TO_DO


def _audit(order: AuditOrder, course: Course, seat: Seat, *, level: int, jobs: int) -> list[AssignmentAudit]:
    plans, refused = make_plans(order.names or course.names, course)
    if not plans:
        return refused
    heading = say(
        "assignments: {assignments}, variants: {variants}, cases: {cases}, judges: {jobs}",
        assignments=len(plans),
        variants=sum(len(plan.variants) for plan in plans),
        cases=sum(len(plan.cases) for plan in plans),
        jobs=jobs,
    )
    print_heading(seat.err, Isolation(level, layers_of(level)), found=heading, language=seat.language)
    with LiveProgress(count_trials(plans), seat.err, seat.language, counted=TRIALS) as progress:
        sheets = try_plans(plans, level=level, jobs=jobs, tell=progress.count)
    unseen = list_unseen(sheets)
    with LiveProgress(len(unseen), seat.err, seat.language, counted=PROOFS) as progress:
        prove_unseen(unseen, jobs=jobs, tell=progress.count)
    return [*(sheet.close() for sheet in sheets), *refused]


def _write(out: Path, audits: Sequence[AssignmentAudit], *, seconds: float, language: Language) -> list[Path]:
    data = json.dumps(describe_audit(audits, seconds=seconds), ensure_ascii=False, indent=1) + "\n"
    page = render_audit(audits, seconds=seconds, language=language)
    for name, text in ((DATA, data), (PAGE, page)):
        write_whole(out / name, text.encode("utf-8", "replace"))
    return [out / PAGE, out / DATA]


def _ending(audits: Sequence[AssignmentAudit], seconds: float) -> Message:
    variants = sum(len(audit.findings) for audit in audits)
    counted = say("{variants} variants, {seconds} s", variants=f"{variants:,}", seconds=f"{seconds:.0f}")
    if all(audit.is_clean for audit in audits):
        return say("Clean: {counted}", counted=counted)
    return say("{left} ({counted})", left=describe_work(audits), counted=counted)


def _count_trials(ended: int, total: int) -> Message:
    return say("{ended} of {total} variants and cases judged", ended=ended, total=total)


def _count_proofs(ended: int, total: int) -> Message:
    return say("{ended} of {total} unseen variants compared", ended=ended, total=total)


def _pace(rate: float) -> Message:
    return say("{rate}/s", rate=f"{rate:.1f}")


TRIALS = Counted(_count_trials, _pace)
PROOFS = Counted(_count_proofs, _pace)
