"""Releasing assignments: nbgrader's notebook, and what goes with it.

A release is made in a folder of its own and searched for secrets there. Only
then does it take its place, so that nothing half-written is ever handed out.
"""

from __future__ import annotations

import json
import logging
import sys
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from autograder.adapters.nbgrader.config import find_alembic, find_settings
from autograder.adapters.nbgrader.source import KEPT, KERNEL, library, number_cells
from autograder.adapters.nbgrader.syncing import Stand, compare, sync, write_file
from autograder.assignments import SETTINGS, Assignment, Course, find_course, load_assignment
from autograder.errors import AutograderError, CourseError
from autograder.messages import Message, say
from autograder.releasing import companions, data_files, secrets_of

RELEASED: Final = "assignments"
"""The folder of what students receive."""
_CELL_METADATA: Final = {*KEPT, "deletable", "editable"}


def release_assignments(course: Course, names: Sequence[str]) -> list[Message]:
    """Write what students receive of assignments to `assignments/<name>/`.

    Other files that lie there stay.

    Parameters
    ----------
    course : Course
        Where they are.
    names : sequence of str
        Which ones.

    Returns
    -------
    list of Message
        What was done. The same course gives the same bytes.

    Raises
    ------
    CourseError
        If a line of a solution or a hidden check would be handed out, if a text and its
        notebook are not in step, or nbgrader refuses; nothing is released then.
    OutputError
        If nbgrader is not installed, or the files can't be written.
    """
    chosen = [course.assignment(name) for name in names]
    beside = [_beside(assignment) for assignment in chosen]
    told = [message for assignment in chosen for message in _bring_in_step(assignment)]
    drafts: dict[Path, bytes] = {}
    with tempfile.TemporaryDirectory(prefix="autograder-release-") as folder:
        generate(course, names, Path(folder))
        for assignment, contents in zip(chosen, beside, strict=True):
            draft = Path(folder, assignment.name)
            for name, content in contents.items():
                write_file(draft / name, content)
            files = sorted(path for path in draft.rglob("*") if path.is_file())
            _refuse_secrets(assignment, files)
            place = course.root / RELEASED / assignment.name
            drafts.update({place / path.relative_to(draft): path.read_bytes() for path in files})
            named = ", ".join(path.relative_to(draft).as_posix() for path in files)
            told.append(say("{name}: {files}", name=assignment.name, files=named))
    for path, content in drafts.items():
        write_file(path, content)
    return told


def _beside(assignment: Assignment) -> dict[str, bytes]:
    """Return what goes with the notebook: stub, public checks, README, and data."""
    texts = {name: text.encode() for name, text in companions(assignment).items()}
    return {**texts, **{name: path.read_bytes() for name, path in data_files(assignment).items()}}


def _bring_in_step(assignment: Assignment) -> list[Message]:
    """Build the notebook anew where the text was edited; an edited notebook is the instructor's to decide on."""
    if compare(assignment).stand in {Stand.NOTEBOOK_EDITED, Stand.BOTH_EDITED}:
        raise CourseError(
            say(
                "{name}: the notebook was edited; bring the text in step first: autograder sync {name}",
                name=assignment.name,
            ),
        )
    return sync(assignment)


def generate(course: Course, names: Sequence[str], destination: Path) -> None:
    """Let nbgrader make the students' notebooks, and note the assignments in its gradebook.

    Raises
    ------
    CourseError
        If nbgrader refuses; the message says why.
    OutputError
        If nbgrader is not installed.
    """
    with warnings.catch_warnings():
        # Of nbgrader's dependencies; who releases an assignment can do nothing about them.
        warnings.simplefilter("ignore")
        converters, coursedir = library("nbgrader.converters"), library("nbgrader.coursedir")
        find_alembic()
        settings = find_settings(course.root)
        settings.CourseDirectory.release_directory = str(destination)
        settings.GenerateAssignment.post_convert_hook = None
        for name in names:
            folder = coursedir.CourseDirectory(config=settings, assignment_id=name)
            converter = converters.GenerateAssignment(coursedir=folder, config=settings, force=True)
            with _complaints(converter.log) as complaints:
                try:
                    converter.start()
                except (converters.base.NbGraderException, SystemExit) as fault:
                    raise _refusal(name, complaints) from fault


@contextmanager
def _complaints(logger: Any) -> Iterator[list[str | AutograderError]]:
    """Collect the errors that nbgrader logs instead of raising them."""
    collected: list[str | AutograderError] = []

    class Collector(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            fault = sys.exc_info()[1]
            if isinstance(fault, AutograderError):
                collected.append(fault)
            elif isinstance(fault, Exception):
                collected.append(f"{type(fault).__name__}: {fault}")
            else:
                collected.append(record.getMessage())

    collector = Collector(logging.ERROR)
    logger.addHandler(collector)
    try:
        yield collected
    finally:
        logger.removeHandler(collector)


def _refusal(name: str, complaints: Sequence[str | AutograderError]) -> CourseError:
    first = complaints[0] if complaints else "?"
    if isinstance(first, AutograderError):
        return CourseError(first.message)
    return CourseError(say("{name}: nbgrader could not make the release: {reason}", name=name, reason=first))


# --- the steps that nbgrader_config.py names --------------------------------------------------------------------------


def seal(notebook: Any, resources: Any) -> tuple[Any, Any]:
    """Finish a notebook for students: the last of nbgrader's steps.

    Ids depend on nothing but the cells, what Jupyter noted is dropped, and a line of a
    solution or a hidden check is refused. A notebook that is none of the course's is
    left as it is.

    Parameters
    ----------
    notebook : NotebookNode
        The notebook; it is changed in place.
    resources : dict
        nbconvert's; `resources["metadata"]["path"]` is the source folder.

    Returns
    -------
    tuple of NotebookNode and dict
        Both.

    Raises
    ------
    CourseError
        If the notebook, or what goes with it, holds what students may not receive.
    """
    folder = Path(resources["metadata"]["path"])
    if not (folder / SETTINGS).exists():
        return notebook, resources
    assignment = load_assignment(folder)
    if compare(assignment).stand is not Stand.IN_STEP:
        _log(logging.WARNING, say("{name}: text and notebook are not in step: run autograder sync", name=folder.name))
    notebook.metadata.clear()
    notebook.metadata.update(KERNEL)
    for cell in notebook.cells:
        for key in set(cell.metadata) - _CELL_METADATA:
            del cell.metadata[key]
    number_cells(notebook.cells)
    _refuse(assignment, f"{resources['metadata']['name']}.ipynb", notebook)
    companions(assignment)  # refuses what nbgrader has copied, and what `complete` will add
    return notebook, resources


def complete(*, assignment: str, student: str, notebooks: Sequence[str]) -> None:
    """Add stub and README to what nbgrader has just made: the hook behind its conversion.

    Parameters
    ----------
    assignment, student : str
        nbgrader's names; there is no student here.
    notebooks : sequence of str
        The source notebooks.
    """
    del student
    try:
        course = find_course(Path(notebooks[0]).parent)
        if assignment in course.names:
            for name, content in _beside(course.assignment(assignment)).items():
                write_file(course.root / RELEASED / assignment / name, content)
    except AutograderError as fault:
        _log(logging.ERROR, fault.message)


def _log(level: int, message: Message) -> None:
    from traitlets.log import get_logger  # noqa: PLC0415 - only where nbgrader runs

    get_logger().log(level, message["en"])


def _refuse_secrets(assignment: Assignment, files: Sequence[Path]) -> None:
    for path in files:
        text = path.read_text(encoding="utf-8", errors="replace")
        _refuse(assignment, path.name, json.loads(text) if path.suffix == ".ipynb" else text)


def _refuse(assignment: Assignment, place: str, content: Any) -> None:
    """Refuse a text, or whatever of a notebook holds texts, with a line in it that no student may receive."""
    secrets = secrets_of(assignment)
    for text in _texts(content):
        secrets.refuse(f"{assignment.name}/{place}", text)


def _texts(content: Any) -> Iterator[str]:
    if isinstance(content, str):
        yield content
    elif isinstance(content, dict):
        for value in content.values():
            yield from _texts(value)
    elif isinstance(content, list):
        for value in content:
            yield from _texts(value)
