"""The commands of a student's notebook: `%check` and `%%check`.

Nothing that goes wrong here, on whosever side, is ever a traceback: it is a
sentence. The one exception is nbgrader, which takes a cell for right unless it
fails: where it runs the notebook, a check that does not pass raises, and all
that it shows of that is our sentence.
"""

from __future__ import annotations

import contextlib
import io
import os
import shlex
import sys
import textwrap
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from IPython.core.magic import Magics, line_cell_magic, magics_class, no_var_expand

from autograder import wire
from autograder.checking import find_exercise
from autograder.errors import AutograderError, CourseError, SandboxError
from autograder.messages import LANGUAGES, Language, language_of_locale, say
from autograder.notebook.cells import ABOVE, LONGEST, Cells, bound_in
from autograder.notebook.display import Report, Sentence, Shown
from autograder.notebook.judging import LiveJudge
from autograder.notebook.live import LiveServer, Session, undrawn
from autograder.notebook.place import Place, Places
from autograder.notebook.shelter import sheltered
from autograder.notebook.stopping import OutOfTime, Stopped, Stopper
from autograder.results import SubmissionResult
from autograder.submissions import Cell, Submission

NBGRADER: Final = "NBGRADER_EXECUTION"
"""nbgrader sets it while it runs a notebook: ``validate`` or ``autograde``."""
_OPTIONS: Final = ("--lang", "--assignment")
_TRIES: Final = 2
_MOST_TEXT: Final = 500_000
_WIDTH: Final = 78


class CheckNotPassed(Exception):
    """Tells nbgrader that a cell is not right."""

    def __init__(self, text: str) -> None:
        self._text = text
        super().__init__(text.splitlines()[-1] if text else "")

    def _render_traceback_(self) -> list[str]:
        """Return what IPython shows instead of a traceback; nbgrader's command cuts long lines."""
        lines = []
        for line in self._text.splitlines():
            indent = " " * (len(line) - len(line.lstrip()))
            lines += textwrap.wrap(line, _WIDTH, subsequent_indent=indent) or [""]
        return lines


@dataclass(frozen=True)
class Order:
    """What a line asks for: exercises by name, and what stays in force for later ones."""

    exercises: tuple[str, ...] = ()
    language: Language | None = None
    assignment: str | None = None


@magics_class
class CheckMagics(Magics):
    """`%check`, for one kernel.

    Parameters
    ----------
    shell : IPython.core.interactiveshell.InteractiveShell
        The kernel's shell.
    """

    def __init__(self, shell: Any) -> None:
        super().__init__(shell=shell)
        self._language = language_of_locale()
        self._named: str | None = None
        self._cells = Cells(shell)
        self._places = Places(shell)
        self._judge: LiveJudge | None = None
        self._judged: tuple[object, ...] = ()
        self._is_busy = False

    @no_var_expand
    @line_cell_magic
    def check(self, line: str, cell: str | None = None) -> None:
        """Run the public checks on what this notebook defines.

        ::

            %check                     all exercises
            %check Loss main           these exercises
            %%check                    run this cell, then check the exercises that it defines
            %check --lang ko           in Korean from now on (or: en)
            %check --assignment NAME   the assignment, by its name or its folder
        """
        shown: Shown | None
        try:
            shown = self._check(line, cell)
        except (Stopped, OutOfTime, KeyboardInterrupt):
            shown = Sentence(say("The check was stopped."))
        except AutograderError as error:
            shown = Sentence(error.message)
        except Exception as error:  # noqa: BLE001 - a traceback of ours helps no student
            shown = Sentence(
                say("This is a fault of autograder, not yours: {error}", error=f"{type(error).__name__}: {error}")
            )
        if shown is not None:
            self._show(shown)

    def begin(self) -> None:
        """Start the judge, if the assignment can be found already."""
        with contextlib.suppress(Exception):
            self._judge_of(self._places.find(self._named))

    def end(self) -> None:
        """End the judge."""
        if self._judge:
            self._judge.close()
            self._judge = None

    def complete(self, _shell: Any, event: Any) -> list[str]:
        """Return what may follow in a line."""
        with contextlib.suppress(Exception):
            words = event.line[: len(event.text_until_cursor)].split(" ")
            if len(words) > 1 and words[-2] == "--lang":
                return list(LANGUAGES)
            names = self._places.find(self._named).names
            return [name for name in (*names, *_OPTIONS) if name not in words]
        return []

    # from a line to a report

    def _check(self, line: str, cell: str | None) -> Shown | None:
        order = _read(line)
        self._language = order.language or self._language
        if self._is_busy:
            return Sentence(say("A check is running already."))
        if cell is not None and not self._run(cell):
            return None
        named = order.assignment or self._named
        place = self._places.find(named)
        self._named = named
        exercises = [find_exercise(word, place.assignment) for word in order.exercises]
        if cell is not None and not exercises:
            exercises = self._defined_in(cell, place)
            if not exercises:
                names = ", ".join(place.names)
                told = say("This cell defines none of the exercises; there are: {names}", names=names)
                return Sentence(told, is_fine=True)
        self._is_busy = True
        try:
            result = self._ask(place, exercises)
        finally:
            self._is_busy = False
        return Report(result, place.sentences, exercises)

    def _run(self, cell: str) -> bool:
        """Run a cell as if the command did not stand above it; say whether it got through."""
        if self.shell.should_run_async(cell, transformed_cell=self._as_python(cell)):
            raise CourseError(say("A cell with `await` can't be run by %%check: check it from a cell below."))
        # A command must stay the first line.
        above = "" if cell.lstrip().startswith("%%") else ABOVE
        with self._cells.running_inside():
            ran = self.shell.run_cell(above + cell, store_history=False)
        return bool(ran.success)

    def _defined_in(self, cell: str, place: Place) -> list[str]:
        exercises = [(exercise.name, exercise.also) for exercise in place.assignment.exercises]
        names, _ = self._session().find(exercises)
        while cell.lstrip().startswith("%%"):
            cell = cell.lstrip().partition("\n")[2]
        bound = bound_in(self._as_python(cell))
        return [exercise for exercise, name in names.items() if name in bound]

    def _as_python(self, cell: str) -> str:
        try:
            return str(self.shell.transform_cell(cell))
        except Exception:  # noqa: BLE001 - IPython says what is wrong with it when it runs it
            return cell

    def _session(self) -> Session:
        try:
            folder = Path.cwd()
        except OSError:
            folder = Path(os.devnull)
        return Session.of(self.shell, self._cells, folder)

    # the judge

    def _judge_of(self, place: Place) -> LiveJudge:
        wanted = (place.assignment.folder, place.stamp)
        if self._judge is None or self._judged != wanted or not self._judge.is_usable:
            self.end()
            self._judge, self._judged = LiveJudge(place.assignment.folder), wanted
        return self._judge

    def _ask(self, place: Place, exercises: Sequence[str]) -> SubmissionResult:
        session = self._session()
        job = {"submission": asdict(_submission_of(session, place)), "exercises": list(exercises)}
        for _ in range(_TRIES):
            with Stopper() as stopper:
                judge = self._judge_of(place)
                try:
                    judge.wait(stopper.is_pressed)
                    with sheltered(self.shell), undrawn(self.shell.user_ns):
                        answer = LiveServer(judge.channel, session, stopper).follow(job)
                except (wire.Closed, wire.Malformed):
                    # It may have ended meanwhile, for want of work or because somebody ended it.
                    self.end()
                    continue
                except AutograderError:
                    self.end()
                    raise
                except BaseException:
                    # In the middle of a check it is of no use any more; the next one finds a new one.
                    self.end()
                    self.begin()
                    raise
            if "error" in answer:
                raise CourseError(answer["error"])
            return SubmissionResult.from_json(answer["result"])
        raise SandboxError(say("The judge of the public checks ended again and again; restart the kernel."))

    # what is seen

    def _show(self, shown: Shown) -> None:
        text = shown.as_text(self._language)
        data = {"text/plain": text, "text/html": shown.as_html(self._language)}
        try:
            self.shell.display_pub.publish(data=data, metadata={})
        except Exception:  # noqa: BLE001 - streams that were replaced by something that is none
            with contextlib.suppress(Exception), _streams_of_python():
                self.shell.display_pub.publish(data=data, metadata={})
        if os.environ.get(NBGRADER) and not shown.is_fine:
            raise CheckNotPassed(text)


def _read(line: str) -> Order:
    """Read the words behind the command.

    Raises
    ------
    CourseError
        If an option is none, or lacks its value.
    """
    try:
        words = shlex.split(line, comments=True, posix=os.name == "posix")
    except ValueError:
        words = line.split()
    exercises: list[str] = []
    values: dict[str, str] = {}
    rest = iter(words)
    for word in rest:
        if not word.startswith("-"):
            exercises += [word.strip(",;()`")] if word.strip(",;()`") else []
            continue
        option, _, value = word.partition("=")
        value = value or next(rest, "")
        if option not in _OPTIONS or not value or (option == "--lang" and value not in LANGUAGES):
            raise CourseError(
                say(
                    "%check doesn't understand {word!r}; it knows names of exercises, --lang ko, --lang en and"
                    " --assignment NAME",
                    word=f"{word} {value}".strip() if option in _OPTIONS else word,
                )
            )
        values[option] = value
    language = next((language for language in LANGUAGES if language == values.get("--lang")), None)
    return Order(tuple(exercises), language, values.get("--assignment"))


def _submission_of(session: Session, place: Place) -> Submission:
    """Make a submission of the cells that define something: messages may say names and places in them."""
    cells, room = [], _MOST_TEXT
    for name, text in session.texts():
        room -= len(text)
        if len(text) <= LONGEST and room >= 0:
            cells.append(Cell(name, text))
    return Submission("", place.assignment.name, (), tuple(cells), {}, (), "")


@contextlib.contextmanager
def _streams_of_python() -> Any:
    kept = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = sys.__stdout__ or io.StringIO(), sys.__stderr__ or io.StringIO()
    try:
        yield
    finally:
        sys.stdout, sys.stderr = kept


def load(shell: Any) -> None:
    """Register the commands with a shell, and start a judge in the background."""
    magics = CheckMagics(shell)
    shell.register_magics(magics)
    for key in ("%check", "%%check"):
        shell.set_hook("complete_command", magics.complete, str_key=key)
    magics.begin()


def unload(shell: Any) -> None:
    """Take the commands back, and end the judge."""
    magics = shell.magics_manager.registry.pop(CheckMagics.__name__, None)
    if magics:
        magics.end()
    for kind in ("line", "cell"):
        shell.magics_manager.magics[kind].pop("check", None)
