"""docs/nbgrader.md and docs/notebook.md: what they show is what happens, command by command."""

from __future__ import annotations

import getpass
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import click
import pytest
from nbgrader.apps.nbgraderapp import NbGraderApp

from autograder import cli
from tests.contracts.test_readme import anchors
from tests.nbgrader.answers import filled, functions_of
from tests.nbgrader.conftest import ROOT, CourseCopy

DOCS: Final = ROOT / "docs"
DOCUMENTS: Final = ("nbgrader.md", "notebook.md")
NAME: Final = "gradient_descent"
STUDENT: Final = "student01"
COURSE_PLACE: Final = "/home/teacher/course"
EXCHANGE_PLACE: Final = "/srv/nbgrader/exchange"
FENCE: Final = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
PROMPT: Final = re.compile(rf"^(?P<who>{STUDENT})?\$ (?P<command>.+)$")
LEFT_OUT: Final = "[...]"


@dataclass
class Step:
    """One command of a document, who types it, and the output that the document shows."""

    who: str
    command: str
    output: list[str] = field(default_factory=list)


def steps(name: str, language: str) -> Iterator[Step]:
    """Yield the commands of a document's blocks of one language, in their order."""
    step: Step | None = None
    for kind, text in FENCE.findall((DOCS / name).read_text(encoding="utf-8")):
        for line in text.splitlines() if kind == language else ():
            prompt = PROMPT.match(line)
            if prompt:
                if step:
                    yield step
                step = Step(prompt["who"] or "teacher", prompt["command"])
            elif step:
                step.output.append(line)
    if step:
        yield step


def pattern(output: list[str]) -> re.Pattern[str]:
    """Return what a shown output stands for: `[...]` is what was left out, and columns may be wider."""
    lines = []
    for line in output:
        parts = [re.sub(r"(?:\\ ){2,}", r" +", re.escape(part)) for part in line.split(LEFT_OUT)]
        lines.append(r"(?:.*\n)*?" if line == LEFT_OUT else ".*".join(parts) + r"\n")
    return re.compile("".join(lines))


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
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
        environment = {**self.environment, "PATH": path, "LC_ALL": "C.UTF-8", "COLUMNS": "100"}
        done = subprocess.run(
            ["/bin/sh", "-c", step.command],
            cwd=folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            check=False,
            timeout=300,
        )
        text = done.stdout.decode()
        assert done.returncode == 0, f"{step.command}\n{text}"
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
    for step in steps("nbgrader.md", "console"):
        for beginning in [one for one in waiting if step.command.startswith(one)]:
            waiting.pop(beginning)(place)
        printed = place.run(step)
        printed = "".join(f"{line.rstrip()}\n" for line in printed.splitlines())
        assert pattern(step.output).fullmatch(printed), f"{step.who}$ {step.command}\n{printed}"
    assert not waiting


@pytest.mark.parametrize("name", DOCUMENTS)
def test_commands_that_are_only_named_exist(name: str) -> None:
    """Commands and options in the other blocks are known to the programs."""
    lines = [step.command for step in steps(name, "sh")]
    blocks = [text for kind, text in FENCE.findall((DOCS / name).read_text(encoding="utf-8")) if kind == "sh"]
    lines += [line for text in blocks for line in text.splitlines() if line and not line.startswith(("#", "$"))]
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
    text = (DOCS / name).read_text(encoding="utf-8")
    for place, anchor in re.findall(r"\]\(([^)\s#]*)#?([^)\s]*)\)", FENCE.sub("", text)):
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
