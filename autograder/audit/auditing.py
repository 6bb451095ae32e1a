"""One run of `autograder audit`: from the names of assignments to the findings."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace

from autograder.assignments import Course
from autograder.audit.acceptances import find_stale
from autograder.audit.plans import Plan, make_plan
from autograder.audit.proofs import Proof, open_study
from autograder.audit.trials import (
    Trial,
    judge_case,
    judge_reference,
    judge_variant,
    open_court,
)
from autograder.cases import Case
from autograder.errors import AutograderError, CourseError
from autograder.messages import Message, say
from autograder.reports.findings import AssignmentAudit, CaseFinding, Fate, Finding
from autograder.results import SubmissionResult

Tell = Callable[[str], None]
"""Is told the name of each thing that was looked at."""


@dataclass
class Sheet:
    """What is known of one assignment so far."""

    plan: Plan
    findings: dict[str, Finding] = field(default_factory=dict)
    cases: dict[str, CaseFinding] = field(default_factory=dict)
    problems: list[Message] = field(default_factory=list)
    fallen: bool = False

    def note(self, trial: Trial, result: SubmissionResult | Message) -> None:
        """Take in what came of a trial."""
        subject = trial.subject
        if subject is None:
            if problem := judge_reference(self.plan, result):
                self.fallen = True
                self.problems.append(problem)
        elif self.fallen:
            pass
        elif isinstance(subject, Case):
            self.cases[subject.name] = judge_case(subject, result)
        elif isinstance(result, SubmissionResult):
            self.findings[subject.id] = judge_variant(subject, result)
        else:
            self.problems.append(say("{name}: {reason}", name=subject.id, reason=result))

    def close(self) -> AssignmentAudit:
        """Put it all in the order of the plan."""
        plan = self.plan
        findings = [self.findings[one.id] for one in plan.variants if one.id in self.findings]
        unread = [CaseFinding(name, {"en": "", "ko": ""}, (why,)) for name, why in plan.broken.items()]
        return AssignmentAudit(
            name=plan.assignment.name,
            title=plan.assignment.title,
            exercises=plan.exercises,
            findings=tuple(findings),
            cases=tuple(sorted([*self.cases.values(), *unread], key=lambda case: case.name)),
            problems=tuple(self.problems),
            stale=() if self.fallen else tuple(find_stale(plan.accepted, findings)),
        )


def make_plans(names: Sequence[str], course: Course) -> tuple[list[Plan], list[AssignmentAudit]]:
    """Read the assignments; those that can't be audited come back with the reason."""
    plans, refused = [], []
    for name in dict.fromkeys(names):
        try:
            plans.append(make_plan(course.assignment(name)))
        except CourseError as error:
            refused.append(AssignmentAudit(name, {"en": "", "ko": ""}, problems=(error.message,)))
    return plans, refused


def count_trials(plans: Sequence[Plan]) -> int:
    """Return how many submissions the judges will see."""
    return sum(1 + len(plan.variants) + len(plan.cases) for plan in plans)


def try_plans(plans: Sequence[Plan], *, level: int, jobs: int, tell: Tell) -> list[Sheet]:
    """Have everything judged."""
    sheets = {plan.assignment.name: Sheet(plan) for plan in plans}
    with open_court(plans, level=level, jobs=jobs) as court:
        for trial, result in court.judge():
            sheets[trial.plan.assignment.name].note(trial, result)
            tell(trial.submission.student)
    return list(sheets.values())


def list_unseen(sheets: Sequence[Sheet]) -> list[tuple[Sheet, Finding]]:
    """Return the variants that no hidden check sees."""
    return [
        (sheet, finding)
        for sheet in sheets
        if not sheet.fallen
        for finding in sheet.findings.values()
        if finding.fate is Fate.SURVIVED
    ]


def prove_unseen(unseen: Sequence[tuple[Sheet, Finding]], *, jobs: int, tell: Tell) -> None:
    """Prove variants equivalent, or find the smallest input that tells them from the reference."""
    if not unseen:
        return
    with open_study(jobs) as study:
        asked = [(sheet, finding, study.ask(sheet.plan, finding.variant)) for sheet, finding in unseen]
        for sheet, finding, answer in asked:
            sheet.findings[finding.variant.id] = settle(finding, _proof_of(answer), sheet.plan.accepted)
            tell(finding.variant.id)


def _proof_of(answer: Future[Proof]) -> Proof:
    try:
        return answer.result()
    except AutograderError as error:
        return Proof(is_equal=False, told=error.message)
    except Exception as error:  # noqa: BLE001 (the boundary: what one variant brings down, the others are compared)
        return Proof(is_equal=False, told=say("It could not be compared: {reason}", reason=repr(error)))


def settle(finding: Finding, proof: Proof, accepted: dict[str, Message]) -> Finding:
    """Say what an unseen variant is: equivalent, accepted by the author, or a survivor."""
    if proof.is_equal:
        return replace(finding, fate=Fate.EQUIVALENT, reason=proof.told)
    if finding.variant.id in accepted:
        return replace(finding, fate=Fate.ACCEPTED, reason=accepted[finding.variant.id], witness=proof.witness)
    return replace(finding, reason=proof.told, witness=proof.witness)
