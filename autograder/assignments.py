"""A course and its assignments, read from `solutions/<name>/assignment.toml`.

A course is a folder of the shape of this repository: `solutions/` is the
instructor's, `assignments/` the students', `source_data/` what exercises read.
"""

from __future__ import annotations

import difflib
import math
import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from autograder.errors import CourseError, UnknownAssignment
from autograder.messages import Message, say
from autograder.rules import Rules, read_rules
from autograder.settings import Table, load_toml

SETTINGS: Final = "assignment.toml"
ORDER: Final = "course.toml"
EXPECTED: Final = "expected.toml"
_EXERCISE: Final = re.compile(r"""mark\.exercise\(["'](\w+)["']\)""")


@dataclass(frozen=True)
class Exercise:
    """One function or class that students write.

    Attributes
    ----------
    points : float
        What its checks add up to, in points.
    also : tuple of str
        Other names that are accepted.
    """

    name: str
    points: float
    also: tuple[str, ...] = ()


@dataclass(frozen=True)
class Limits:
    """What a student's code may use up.

    Attributes
    ----------
    call_s : float
        CPU seconds of one call.
    total_s : float
        CPU seconds of the whole submission.
    memory_mb : int
        Memory, in MiB.
    output_kb : int
        Printed text, in KiB.
    """

    call_s: float = 5
    total_s: float = 20
    memory_mb: int = 512
    output_kb: int = 256


@dataclass(frozen=True)
class Assignment:
    """One assignment.

    Attributes
    ----------
    folder : Path
        `solutions/<name>`.
    entry : tuple of str
        Names of the files that students hand in; the first one weighs most.
    data : tuple of Path
        Absolute folders that student code may read.
    rules : Rules
        How the exercises may be solved.
    """

    name: str
    folder: Path
    title: Message
    exercises: tuple[Exercise, ...]
    entry: tuple[str, ...]
    limits: Limits
    data: tuple[Path, ...] = ()
    rules: Rules = field(default_factory=Rules)

    @property
    def max_score(self) -> float:
        """The points of all exercises together."""
        return math.fsum(exercise.points for exercise in self.exercises)

    @property
    def reference(self) -> Path:
        """The solution, as percent-format text."""
        return self.folder / f"{self.name}.py"

    @property
    def public_checks(self) -> Path:
        """The checks that students receive too."""
        return self.folder / "test_public.py"

    @property
    def hidden_checks(self) -> Path:
        """The checks that give the points."""
        return self.folder / "test_hidden.py"

    @property
    def cases(self) -> list[Path]:
        """The folders of bundled submissions that say which verdict they must get."""
        return sorted(expected.parent for expected in self.folder.glob(f"cases/*/{EXPECTED}"))


@dataclass(frozen=True)
class Course:
    """A folder with assignments.

    Attributes
    ----------
    root : Path
        The folder that holds `solutions/`.
    names : tuple of str
        The assignments, in course order.
    """

    root: Path
    names: tuple[str, ...]

    def assignment(self, name: str) -> Assignment:
        """Read one assignment.

        Raises
        ------
        UnknownAssignment
            If the course has none of that name.
        CourseError
            If its assignment.toml is wrong.
        """
        if name not in self.names:
            raise UnknownAssignment(_unknown(name, self.names))
        return _read_assignment(self.root / "solutions" / name)


def find_course(start: Path | None = None) -> Course:
    """Find the course around a folder.

    Parameters
    ----------
    start : Path, optional
        Where to look, and in every folder above. Without it: the current
        folder, those above, and at last the folder beside the installed
        package, which is the bundled course of an editable install. A place
        that was named is never swapped for another course.

    Raises
    ------
    CourseError
        If there is no course.
    """
    here = Path(os.path.abspath(start or Path.cwd()))  # noqa: PTH100 - resolve() would leave a linked course folder
    places = [here, *here.parents]
    if start is None:
        places.append(Path(__file__).resolve().parents[1])
    for place in places:
        names = _assignment_names(place)
        if names:
            return Course(place, _in_course_order(place, names))
    raise CourseError(
        say(
            "there is no course in {folder} or above it: a course is a folder that holds"
            " solutions/<name>/assignment.toml; name it with --course DIR",
            folder=here,
        ),
    )


def load_assignment(folder: Path) -> Assignment:
    """Read the assignment whose checks lie in a folder.

    Parameters
    ----------
    folder : Path
        `solutions/<name>`, or what students received: a folder with a `test_public.py`
        and no settings, whose exercises are those that the checks name.

    Raises
    ------
    CourseError
        If its assignment.toml is wrong.
    """
    folder = Path(os.path.abspath(folder))  # noqa: PTH100 - see find_course
    if (folder / SETTINGS).exists():
        return _read_assignment(folder)
    try:
        names = _EXERCISE.findall((folder / "test_public.py").read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError):
        names = []
    return Assignment(
        name=folder.name,
        folder=folder,
        title={"en": folder.name, "ko": folder.name},
        exercises=tuple(Exercise(name, 0.0) for name in dict.fromkeys(names)),
        entry=_entry_beside_checks(folder),
        limits=Limits(),
    )


def _entry_beside_checks(folder: Path) -> tuple[str, ...]:
    """Return the files that a student may have worked in; whoever copied the folder may have renamed it."""
    named = [f"{folder.name}.py", f"{folder.name}.ipynb"]
    try:
        files = sorted(path.name for path in folder.iterdir() if path.suffix in {".py", ".ipynb"})
    except OSError:
        files = []
    return tuple(dict.fromkeys([*named, *(name for name in files if not name.startswith(("test_", "conftest")))]))


def _assignment_names(root: Path) -> list[str]:
    try:
        return sorted(settings.parent.name for settings in (root / "solutions").glob(f"*/{SETTINGS}"))
    except OSError:  # a folder above that may not be listed holds no course of this user
        return []


def _in_course_order(root: Path, names: list[str]) -> tuple[str, ...]:
    path = root / "solutions" / ORDER
    if not path.exists():
        return tuple(names)
    table = Table(path, "", load_toml(path))
    order = table.texts("assignments")
    table.close("assignments")
    # A course is written one assignment at a time: a listed one may not be there yet,
    # and one that nobody listed is not lost, it comes after the others.
    return (*(name for name in order if name in names), *(name for name in names if name not in order))


def _unknown(name: str, names: tuple[str, ...]) -> Message:
    folded = {known.casefold(): known for known in names}
    near = [folded[key] for key in difflib.get_close_matches(name.casefold(), folded, n=3, cutoff=0.5)]
    if near:
        return say("there is no assignment {name!r}; did you mean {near}?", name=name, near=", ".join(near))
    return say("there is no assignment {name!r}; there are: {names}", name=name, names=", ".join(names))


def _read_assignment(folder: Path) -> Assignment:
    name = folder.name
    table = Table(folder / SETTINGS, "", load_toml(folder / SETTINGS))
    exercises = _read_exercises(table)
    assignment = Assignment(
        name=name,
        folder=folder,
        title=_read_title(table.table("title")),
        exercises=exercises,
        entry=_read_entry(table, name),
        limits=_read_limits(table),
        data=_read_data(table, folder.parents[1] / "source_data"),
        rules=read_rules(table, [exercise.name for exercise in exercises]),
    )
    table.close("title", "exercises", "entry", "limits", "data", "rules")
    return assignment


def _read_title(table: Table) -> Message:
    table.close("en", "ko")
    return {"en": table.text("en"), "ko": table.text("ko")}


def _read_exercises(table: Table) -> tuple[Exercise, ...]:
    exercises = []
    taken: set[str] = set()
    for entry in table.tables("exercises"):
        entry.close("name", "points", "also")
        exercise = Exercise(entry.text("name"), entry.number("points"), entry.texts("also", default=()))
        for key, names in ("name", (exercise.name,)), ("also", exercise.also):
            for name in names:
                if not name.isidentifier():
                    entry.refuse(key, say("{name!r} is not a Python name", name=name))
                if name in taken:
                    entry.refuse(key, say("the name {name!r} stands there twice", name=name))
                taken.add(name)
        exercises.append(exercise)
    return tuple(exercises)


def _read_entry(table: Table, name: str) -> tuple[str, ...]:
    entry = table.texts("entry", default=(f"{name}.py", f"{name}.ipynb"))
    for file in entry:
        if Path(file).name != file or Path(file).suffix not in {".py", ".ipynb"}:
            table.refuse("entry", say("expected names of .py or .ipynb files, got {name!r}", name=file))
    if not entry:
        table.refuse("entry", say("expected at least one entry"))
    return entry


def _read_limits(table: Table) -> Limits:
    if "limits" not in table.values:
        return Limits()
    limits = table.table("limits")
    limits.close("call_s", "total_s", "memory_mb", "output_kb")
    given: dict[str, Any] = {}
    for key in limits.values:
        given[key] = limits.number(key) if key.endswith("_s") else limits.whole(key)
        if not given[key]:
            limits.refuse(key, say("expected a number above 0, got {value}", value=0))
    return Limits(**given)


def _read_data(table: Table, source_data: Path) -> tuple[Path, ...]:
    folders = []
    for name in table.texts("data", default=()):
        folder = source_data / name
        if Path(name).name != name or name in {"", ".", ".."}:
            table.refuse("data", say("expected the name of a folder in source_data, got {name!r}", name=name))
        if not folder.is_dir():
            table.refuse("data", say("there is no folder source_data/{name}", name=name))
        folders.append(folder.absolute())
    return tuple(folders)
