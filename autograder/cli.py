"""The command `autograder`: reads options, calls one function, prints.

Nothing heavy is imported before a command needs it: help must come at once.
"""

# ruff: noqa: PLC0415 - a command imports what it needs, and nothing before

from __future__ import annotations

import contextlib
import gc
import os
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, Literal

import click

from autograder.errors import AutograderError
from autograder.messages import Language, language_of_locale, say
from autograder.seat import Seat

NOT_PASSED, NOT_GRADED, STOPPED = 1, 2, 130
LEVELS: Final = ("auto", "4", "3", "2", "1", "0")
EXAMPLES: Final = """\b
Examples:
  autograder demo
  autograder grade submitted/
  autograder grade homework.zip --assignment gradient_descent
  autograder check gradient_descent.ipynb Loss
"""


class Doors(click.Group):
    """The commands; every error leaves as one sentence and an exit code."""

    def main(self, args: Sequence[str] | None = None, *more: Any, **options: Any) -> Any:
        """Be the command, or be called with arguments by a program that goes on afterwards."""
        if args is not None:
            return super().main(args, *more, **options)
        # What is imported stays: to look through it for what could go costs a tenth of the time.
        gc.set_threshold(100_000, 50, 100)
        try:
            return super().main(args, *more, **options)
        except SystemExit as end:
            with contextlib.suppress(OSError, ValueError):
                sys.stdout.flush()
                sys.stderr.flush()
                if isinstance(end.code, int) and threading.active_count() == 1:
                    # All is written and closed; to take apart what was imported costs as much as a judgement or two.
                    os._exit(end.code)
            raise

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command and say what went wrong, if anything did."""
        seat = ctx.obj = Seat(language_of_locale())
        try:
            return super().invoke(ctx)
        except (click.exceptions.Exit, click.ClickException, click.Abort, BrokenPipeError):
            raise
        except AutograderError as error:
            seat.complain(error.message)
            ctx.exit(NOT_GRADED)
        except KeyboardInterrupt:
            seat.complain(say("stopped"))
            ctx.exit(STOPPED)
        except Exception as error:
            if ctx.params["traceback"]:
                raise
            seat.complain(
                say(
                    "this is a fault of autograder, not yours: {error} (autograder --traceback ... shows where)",
                    error=f"{type(error).__name__}: {error}",
                ),
            )
            ctx.exit(NOT_GRADED)


@click.group(cls=Doors, epilog=EXAMPLES, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="dl-autograder", prog_name="autograder")
@click.option("--traceback", is_flag=True, help="Show where an unexpected error comes from.")
def main(*, traceback: bool) -> None:
    """Grade deep-learning homework written in numpy."""
    del traceback  # `Doors` reads it


def _take_language(ctx: click.Context, _option: click.Parameter, value: Language | None) -> None:
    if value:
        ctx.obj.language = value


_language_option = click.option(
    "--lang",
    type=click.Choice(["ko", "en"]),
    callback=_take_language,
    is_eager=True,
    expose_value=False,
    help="Language of what is printed.  [default: the locale's]",
)
_course_option = click.option(
    "--course",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Folder that holds solutions/.  [default: the one around the current folder]",
)
_isolation_option = click.option(
    "--isolation",
    type=click.Choice(LEVELS),
    default="auto",
    show_default=True,
    help="Walls around student code: 4 are the strongest, 0 are none and must be asked for.",
)
_jobs_option = click.option(
    "--jobs", type=click.IntRange(min=1), metavar="N", help="Judges at a time.  [default: all cores]"
)


@main.command()
@click.argument("paths", metavar="PATH...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--assignment", metavar="NAME", help="What the files are for, where their folders don't tell.")
@_course_option
@click.option(
    "--out",
    metavar="DIR",
    default="graded",
    show_default=True,
    type=click.Path(path_type=Path),
    help="Where results go.",
)
@_jobs_option
@_isolation_option
@click.option("--fresh", is_flag=True, help="Grade also what has not changed since the last run.")
@click.option(
    "--gradebook",
    metavar="URL",
    help="Write to nbgrader's gradebook too: a file, or a URL such as sqlite:///gradebook.db or postgresql://...",
)
@_language_option
@click.pass_obj
def grade(
    seat: Seat,
    *,
    paths: tuple[Path, ...],
    assignment: str | None,
    course: Path | None,
    out: Path,
    jobs: int | None,
    isolation: str,
    fresh: bool,
    gradebook: str | None,
) -> None:
    """Grade submissions with the hidden checks.

    PATH is a folder laid out as <student>/<assignment>/<files>, a flat folder of
    <student>.py or <student>.ipynb (with --assignment), one file, or a zip of any
    of these. Results go to results.jsonl and summary.json in the folder --out;
    the same command again grades only what is new or has changed.

    Exit status: 0 all graded, 2 something could not be graded.
    """
    from autograder.assignments import find_course
    from autograder.runs import Order, grade_and_show

    order = Order(paths, assignment=assignment, out=out, jobs=jobs, isolation=isolation, fresh=fresh)
    found, ledger = find_course(course), None
    if gradebook:
        from autograder.adapters.nbgrader.gradebook import Ledger

        ledger = Ledger(gradebook, found)
    sys.exit(grade_and_show(order, found, seat, ledger))


@main.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.argument("exercises", metavar="[EXERCISE]...", nargs=-1)
@click.option("--assignment", metavar="NAME", help="What the file is for, where its name doesn't tell.")
@_course_option
@_isolation_option
@_language_option
@click.pass_obj
def check(
    seat: Seat,
    *,
    file: Path,
    exercises: tuple[str, ...],
    assignment: str | None,
    course: Path | None,
    isolation: str,
) -> None:
    """Run the public checks on your own FILE.

    The checks are those of the course, or of a test_public.py beside the file.

    Exit status: 0 all passed, 1 one did not pass, 2 it could not be checked.
    """
    from autograder.checking import check_file
    from autograder.reports.checks import print_checks
    from autograder.results import Verdict

    checked = check_file(file, exercises, name=assignment, course=course, isolation=isolation)
    print_checks(seat.out, checked.result, checked.sentences, language=seat.language)
    if checked.result.status != "graded":
        sys.exit(NOT_GRADED)
    sys.exit(0 if all(one.verdict is Verdict.PASSED for one in checked.result.checks) else NOT_PASSED)


@main.command()
@click.option(
    "--out", metavar="DIR", type=click.Path(path_type=Path), help="Where results go.  [default: a temporary folder]"
)
@_course_option
@_jobs_option
@_isolation_option
@_language_option
@click.pass_obj
def demo(seat: Seat, *, out: Path | None, course: Path | None, jobs: int | None, isolation: str) -> None:
    """Grade the sample class that comes with the course."""
    import tempfile

    from autograder.assignments import find_course
    from autograder.demo import build_class
    from autograder.runs import Order, grade_and_show

    found = find_course(course)
    with tempfile.TemporaryDirectory(prefix="autograder-demo-") as folder:
        build_class(found, Path(folder))
        kept = out or Path(tempfile.mkdtemp(prefix="autograder-graded-"))
        order = Order((Path(folder),), out=kept, jobs=jobs, isolation=isolation, fresh=True)
        status = grade_and_show(order, found, seat)
    if status == STOPPED:
        sys.exit(STOPPED)
    seat.tell(
        say(
            "Now your own class: autograder grade FOLDER, or a folder of files with --assignment NAME; see also --help."
        ),
    )


@main.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@_language_option
@click.pass_obj
def init(seat: Seat, *, folder: Path) -> None:
    """Begin a course of your own in a new folder DIR.

    It has one small assignment that is finished: text and solution, public and
    hidden checks, settings, known mistakes and cases. Change it, or write your own
    beside it.
    """
    from autograder.authoring import begin_course

    for message in begin_course(folder):
        seat.tell(message)


@main.command()
@click.argument("names", metavar="[NAME]...", nargs=-1)
@_course_option
@click.option(
    "--out",
    metavar="DIR",
    default="audit",
    show_default=True,
    type=click.Path(path_type=Path),
    help="Where audit.html and audit.json go.",
)
@_jobs_option
@_isolation_option
@_language_option
@click.pass_obj
def audit(
    seat: Seat, *, names: tuple[str, ...], course: Path | None, out: Path, jobs: int | None, isolation: str
) -> None:
    """Find the wrong answers that the hidden checks would let through.

    The solution is varied in all the ways in which people err, and each variant is
    judged as a submission is. Of one that no check sees it is proved that it answers
    the same, or the smallest input is found that would have shown it. The bundled
    cases must get what is written beside them. Without NAME, all assignments are
    audited.

    Exit status: 0 clean, 1 a variant survived or a case is broken, 2 something could
    not be audited.
    """
    from autograder.assignments import find_course
    from autograder.audit.running import AuditOrder, audit_and_show

    order = AuditOrder(names, out=out, jobs=jobs, isolation=isolation)
    sys.exit(audit_and_show(order, find_course(course), seat))


@main.command()
@click.argument("names", metavar="[NAME]...", nargs=-1)
@_course_option
@_language_option
@click.pass_obj
def release(seat: Seat, *, names: tuple[str, ...], course: Path | None) -> None:
    """Write what students receive: needs nbgrader.

    It goes to assignments/NAME: the notebook, as nbgrader generate_assignment makes
    it, the same as a .py file, the public checks and a README. Without NAME, all
    assignments are written. Nothing is, if a line of a solution or of a hidden check
    would be handed out.
    """
    from autograder.adapters.nbgrader.release import release_assignments
    from autograder.assignments import find_course

    found = find_course(course)
    for message in release_assignments(found, names or found.names):
        seat.tell(message)


@main.command()
@click.argument("names", metavar="[NAME]...", nargs=-1)
@click.option(
    "--from",
    "keep",
    type=click.Choice(["text", "notebook"]),
    help="The side that is right, where both were edited.",
)
@_course_option
@_language_option
@click.pass_obj
def sync(
    seat: Seat,
    *,
    names: tuple[str, ...],
    keep: Literal["text", "notebook"] | None,
    course: Path | None,
) -> None:
    """Bring solutions/NAME/NAME.py and its notebook in step: needs nbgrader.

    Edit either of them; the other is made from it. Without NAME, all assignments are
    looked at.
    """
    from autograder.adapters.nbgrader.syncing import sync as bring_in_step
    from autograder.assignments import find_course

    found = find_course(course)
    for name in names or found.names:
        for message in bring_in_step(found.assignment(name), keep) or [say("{name}: in step", name=name)]:
            seat.tell(message)


@main.command()
@_course_option
@_language_option
@click.pass_obj
def doctor(seat: Seat, *, course: Path | None) -> None:
    """Tell what this machine offers.

    The isolation level and why, what its layers do, versions, cores, the course.
    """
    from autograder.doctor import examine
    from autograder.reports.sheet import print_sheet

    print_sheet(seat.out, examine(course), language=seat.language)
