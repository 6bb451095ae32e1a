"""`nbgrader zip_collect` for what Canvas, Moodle and Blackboard let download.

Put the platform's zip into ``downloaded/<assignment>/archive/`` and run
``nbgrader zip_collect <assignment>``. A table that the platform exported may lie beside
it, Canvas's gradebook or Moodle's grading worksheet: then students get the ids that
stand there. Who was recognised as whom is written to ``collected.json``, from which the
exporters know the platform's own numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from nbgrader.plugins import FileNameCollectorPlugin
from traitlets import List, Unicode

from autograder.adapters.nbgrader.identities import keep_identities, with_ids
from autograder.adapters.nbgrader.sheets import Person, people_in, read_sheet
from autograder.adapters.nbgrader.unpacking import Extracted, read_extracted, walk_extracted
from autograder.assignments import find_course
from autograder.errors import CourseError
from autograder.messages import Message, in_locale, say
from autograder.submissions.attempts import Clues, Work, take_out
from autograder.submissions.candidates import listed
from autograder.submissions.names import fold, printable, suffix
from autograder.submissions.platforms import title_key, titled
from autograder.submissions.signs import Signs

# nbgrader would believe what a student says of the time.
_NOT_THEIRS: Final = frozenset({"timestamp.txt", "submission_secret.txt"})


class Collector(FileNameCollectorPlugin):
    """Recognises the names of Canvas, Moodle and Blackboard; others by `named_regexp`, where it is set."""

    valid_ext = List(Unicode(), [], help="Suffixes of files that are collected; none: of all files.").tag(config=True)
    timezone = Unicode(
        "", help="In which zone the platform tells the time, such as Asia/Seoul; empty: in this machine's."
    ).tag(config=True)

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._plan: dict[Path, dict[str, str]] | None = None
        self._others: set[Path] = set()

    def collect(self, submitted_file: str) -> dict[str, str] | None:
        """Say whose file this is, and what it is called.

        Parameters
        ----------
        submitted_file : str
            An absolute path in the folder of extracted files.

        Returns
        -------
        dict of str to str or None
            With `student_id`, `file_id` and, where it is known, `timestamp`; None
            where the file is not to be collected, which has been told to the log.
        """
        if self._plan is None:
            self._plan = self._make_plan()
        path = Path(submitted_file)
        if path in self._others and self.named_regexp and self._is_wanted(path.name):
            told: dict[str, str] | None = self._match(submitted_file)
            return told
        return self._plan.get(path)

    # --- all files at once: which attempt is newest is told by the others ---------------------------------------------

    def _make_plan(self) -> dict[Path, dict[str, str]]:
        app = self.parent
        assignment = app.coursedir.assignment_id
        archive = Path(app._format_collect_path(app.archive_directory))  # noqa: SLF001 - nbgrader gives no other way
        extracted = Path(app._format_collect_path(app.extracted_directory))  # noqa: SLF001
        released = Path(app.coursedir.format_path(app.coursedir.release_directory, ".", assignment))
        files = [file for file in walk_extracted(extracted, archive) if file.path.name not in _NOT_THEIRS]
        known, titles = _signs(Path(app.coursedir.root), assignment, released)
        clues = Clues[Extracted](known, titles, read_extracted, lambda file: file.modified)
        works, rest = take_out(files, lambda file: file.name, clues, unpacked=True)
        people, rest = self._people(rest)
        self._tell_rest(rest)
        self._others = {file.path for file in rest}
        plan = {}
        collected = []
        for work in self._one_each(with_ids(works, people)):
            meant = titled(work.told.title, titles)
            self._tell_notes(work)
            if meant and meant != assignment:
                self._tell(
                    say("{student} was left out: this was handed in for {other}", student=work.student, other=meant)
                )
            elif work.files:
                collected.append(work)
                plan.update(self._infos(work, released))
        fault = keep_identities(collected, people, extracted.parent, app.coursedir)
        if fault:
            self._tell(fault)
        return plan

    def _one_each(self, works: Sequence[Work[Extracted]]) -> list[Work[Extracted]]:
        """Keep one work a student, where a download holds several assignments of the platform's."""
        groups: dict[str, list[Work[Extracted]]] = {}
        for work in works:
            groups.setdefault(fold(work.student), []).append(work)
        kept = []
        for group in groups.values():
            newest = max(group, key=lambda work: (bool(work.files), str(work.told.moment or ""), work.told.order))
            if len(group) > 1:
                text = say(
                    "{student} handed in under several titles ({titles}): {title} counts, the newest",
                    student=newest.student,
                    titles=", ".join(sorted(work.told.title for work in group)),
                    title=newest.told.title,
                )
                self._tell(text)
            kept.append(newest)
        return kept

    def _infos(self, work: Work[Extracted], released: Path) -> dict[Path, dict[str, str]]:
        notebooks = [name for name in work.files if suffix(name) == ".ipynb"]
        expected = sorted(path.name for path in released.glob("*.ipynb"))
        infos = {}
        for name, file in work.files.items():
            if not self._is_wanted(name):
                continue
            called = name
            if notebooks == [name] and len(expected) == 1 and name != expected[0]:
                # nbgrader grades no notebook of another name; there is only one that it can be.
                called = expected[0]
                self._tell(say("{student}: {file} is taken as {name}", student=work.student, file=name, name=called))
            infos[file.path] = {"student_id": work.student, "file_id": called, **self._timestamp(work)}
        return infos

    def _is_wanted(self, name: str) -> bool:
        return not self.valid_ext or suffix(name) in self.valid_ext

    def _timestamp(self, work: Work[Extracted]) -> dict[str, str]:
        if work.told.moment is None:
            return {}
        return {"timestamp": f"{self._in_utc(work.told.moment):%Y-%m-%d %H:%M:%S} UTC"}

    def _in_utc(self, moment: datetime) -> datetime:
        try:
            zone = ZoneInfo(self.timezone) if self.timezone else moment.astimezone().tzinfo
        except (ValueError, OSError, KeyError):
            self.parent.fail(in_locale(say("{name} is no time zone", name=self.timezone)))
        return moment.replace(tzinfo=zone).astimezone(timezone.utc)

    # --- who is who ---------------------------------------------------------------------------------------------------

    def _people(self, files: Sequence[Extracted]) -> tuple[list[Person], list[Extracted]]:
        """Read the tables of a platform's that lie among the files."""
        people, rest = [], []
        for file in files:
            try:
                found = people_in(read_sheet(file.path)) if suffix(file.name) == ".csv" else []
            except CourseError as fault:
                self._tell(fault.message)
                found = []
            people += found
            if not found:
                rest.append(file)
        return people, rest

    # --- telling ------------------------------------------------------------------------------------------------------

    def _tell_rest(self, files: Sequence[Extracted]) -> None:
        if files and not self.named_regexp:
            text = say(
                "{files}: not named as Canvas, Moodle and Blackboard name what was handed in, so nobody's; rename it,"
                " or set c.FileNameCollectorPlugin.named_regexp",
                files=listed([printable(file.name) for file in files]),
            )
            self._tell(text)

    def _tell_notes(self, work: Work[Extracted]) -> None:
        for note in work.notes:
            if note.kind != "platform":
                name = f"{work.told.name} ({work.student})" if work.told.platform == "Canvas" else work.student
                self._tell(say("{student}: {note}", student=name, note=note.message))

    def _tell(self, message: Message) -> None:
        self.log.warning("%s", in_locale(message))


def _signs(root: Path, assignment: str, released: Path) -> tuple[dict[str, str], dict[str, str]]:
    """Return the names of the assignment's files, and the titles by which assignments are known."""
    names = {path.name for path in released.iterdir()} if released.is_dir() else set()
    titles = {title_key(assignment): assignment}
    try:
        signs = Signs(find_course(root))
    except CourseError:
        pass
    else:
        names.update(signs.files.get(assignment, ()))
        titles = {**signs.titles, **titles}
    return {fold(name): name for name in names}, titles
