"""The documents in docs/: what they show is what happens, command by command."""

from __future__ import annotations

import getpass
import json
import re
import shutil
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import click
import pytest
from nbgrader.apps.nbgraderapp import NbGraderApp

from autograder import cli
from autograder.audit.acceptances import ACCEPTANCES, load_acceptances
from autograder.rules import Rules, read_rules
from autograder.settings import Table, load_toml
from tests.contracts.test_readme import anchors
from tests.documents import DOCS, Passage, Step, blocks, prose, run, steps, walk
from tests.nbgrader.answers import filled, functions_of
from tests.nbgrader.conftest import ROOT, CourseCopy

DOCUMENTS: Final = sorted(path.name for path in DOCS.glob("*.md"))
NAME: Final = "gradient_descent"
STUDENT: Final = "student01"
COURSE_PLACE: Final = "/home/teacher/course"
EXCHANGE_PLACE: Final = "/srv/nbgrader/exchange"


@dataclass
class Place:
    """A fresh machine: a teacher's course, a student's home, and the exchange between them."""

    course: Path
    home: Path
    exchange: Path
    environment: dict[str, str]

    def run(self, step: Step) -> str:
        """Run a command where its user would, and return its output as the document would show it."""
        folder = self.course if step.who == "teacher" else self.home
        text = run(step.command, folder, self.environment)
        for real, shown in {
            str(self.course): COURSE_PLACE,
            str(self.home): f"/home/{STUDENT}",
            str(self.exchange): EXCHANGE_PLACE,
        }.items():
            text = text.replace(real, shown)
        return re.sub(rf"\b{getpass.getuser()}\b", STUDENT, text)


@pytest.fixture(scope="module")
def place(
    course_copy: CourseCopy, jupyter_environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Place:
    """Return a course as it comes, an exchange, and a student who knows where that is."""
    course, home, exchange = course_copy(NAME), tmp_path_factory.mktemp("student"), tmp_path_factory.mktemp("exchange")
    exchange.chmod(0o777)
    settings = f'c = get_config()\nc.Exchange.root = "{exchange}"\nc.CourseDirectory.course_id = "deep-learning"\n'
    (home / "nbgrader_config.py").write_text(settings, encoding="utf-8")
    with (course / "nbgrader_config.py").open("a", encoding="utf-8") as file:
        file.write(f'c.Exchange.root = "{exchange}"\n')
    return Place(course, home, exchange, jupyter_environment)


def do_homework(place: Place) -> None:
    """Fill in the fetched notebook, with one mistake in it."""
    file = place.home / NAME / f"{NAME}.ipynb"
    notebook = filled(file, functions_of(ROOT / "solutions" / NAME / "cases/wrong_loss_sum" / f"{NAME}.py"))
    file.write_text(json.dumps(notebook), encoding="utf-8")


def download(place: Place) -> None:
    """Put the zip of a learning platform where nbgrader looks for it."""
    folder = place.course / "downloaded" / NAME / "archive"
    folder.mkdir(parents=True)
    case = ROOT / "solutions" / NAME / "cases/right_loops" / f"{NAME}.py"
    with zipfile.ZipFile(folder / "submissions.zip", "w") as archive:
        archive.write(case, f"student02_1234_5678_{NAME}.py")


# What happens beside the commands: before the first one that begins like this.
BETWEEN: Final[dict[str, Callable[[Place], None]]] = {
    "nbgrader submit": do_homework,
    "nbgrader zip_collect": download,
}


def test_the_way_to_released_feedback(place: Place) -> None:
    """Every command of docs/nbgrader.md, typed in its order on a fresh machine, prints what the document shows."""
    waiting = dict(BETWEEN)
    for step in steps("nbgrader.md"):
        for beginning in [one for one in waiting if step.command.startswith(one)]:
            waiting.pop(beginning)(place)
        printed = place.run(step)
        assert step.shows(printed), f"{step.who}$ {step.command}\n{printed}"
    assert not waiting


def test_the_way_to_audited_checks(jupyter_environment: dict[str, str], tmp_path: Path) -> None:
    """Who writes every file of docs/authoring.md and types every command sees what the document shows."""
    folder = tmp_path
    for piece in walk("authoring.md"):
        if isinstance(piece, Passage):
            piece.write(folder)
        elif piece.command.startswith("cd "):
            folder /= piece.command.removeprefix("cd ")
        else:
            printed = run(piece.command, folder, jupyter_environment)
            assert piece.shows(printed), f"{piece.command}\n{printed}"


def test_settings_that_the_guide_only_shows_can_be_read(tmp_path: Path) -> None:
    """The blocks of docs/authoring.md that its reader need not write are right too."""
    shown = {text.split("]")[0].strip("["): text for text in blocks("authoring.md", "toml")}
    (tmp_path / ACCEPTANCES).write_text(shown["accepted"], encoding="utf-8")
    assert list(load_acceptances(tmp_path)) == ["smooth_l1/axis_added@smooth_l1:1"]
    (tmp_path / "rules").write_text(shown["rules"], encoding="utf-8")
    rules = read_rules(Table(tmp_path / "rules", "", load_toml(tmp_path / "rules")), ["TwoLayerNet"])
    assert rules == Rules(("numpy",), ("TwoLayerNet.gradient",), published=True)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_commands_that_are_only_named_exist(name: str) -> None:
    """Commands and options in the other blocks are known to the programs."""
    lines = [step.command for step in steps(name, "sh")]
    lines += [
        line for text in blocks(name, "sh") for line in text.splitlines() if line and not line.startswith(("#", "$"))
    ]
    for line in lines:
        program, *words = line.split()
        if program == "autograder":
            assert_command(words)
        elif program == "nbgrader":
            assert words[0] in NbGraderApp.subcommands, line
        else:
            assert program in {"python", "jupyter", "sudo", "cd", "pytest", "createdb"} or shutil.which(program), line


@pytest.mark.parametrize("name", DOCUMENTS)
def test_links_lead_somewhere(name: str) -> None:
    """A relative link leads to a file of the repository, and to a heading that it has."""
    for place, anchor in re.findall(r"\]\(([^)\s#]*)#?([^)\s]*)\)", prose(name)):
        target = DOCS / (place or name)
        assert target.exists(), place
        assert not anchor or anchor in anchors(target.read_text(encoding="utf-8")), f"{place}#{anchor}"


def assert_command(words: list[str]) -> None:
    """Fail unless a command of ours has this name and these options."""
    command = cli.main.commands[words[0]]
    options = {
        name for one in command.params if isinstance(one, click.Option) for name in (*one.opts, *one.secondary_opts)
    }
    for word in words[1:]:
        if word.startswith("-"):
            assert word.split("=")[0] in options | {"--help", "-h"}, f"autograder {' '.join(words)}"
