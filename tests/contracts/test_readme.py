"""The documents: what they tell people to type works, in both languages, and their links lead somewhere."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from autograder import cli
from autograder.assignments import find_course

ROOT = Path(__file__).parents[2]
READMES = ("README.md", "README.ko.md")
SET_UP = (
    "python -m pip install -e . && autograder demo",
    "python -m pip install -e '.[test]' && python -m pytest -n auto --dist loadfile",
)
TEST_COMMAND = SET_UP[1].split(" && ")[1]
FIRST_SCREEN = 24  # lines
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
DOCUMENTS = sorted(
    path.relative_to(ROOT).as_posix()
    for path in (*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("source_data/*/*.md"))
)


def read(name: str) -> str:
    """Return the text of a document."""
    return (ROOT / name).read_text(encoding="utf-8")


def blocks(name: str, language: str) -> list[str]:
    """Return the fenced blocks of one language, in their order."""
    return [text.strip() for kind, text in FENCE.findall(read(name)) if kind == language]


def anchors(text: str) -> set[str]:
    """Return the anchors of a document's headings, as hosting sites make them."""
    titles = re.findall(r"^#+ (.+)$", FENCE.sub("", text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("name", READMES)
def test_the_two_commands_stand_on_the_first_screen(name: str) -> None:
    """A newcomer sees at once what to type: each command in a block of its own, and nothing before them."""
    first = "\n".join(read(name).splitlines()[:FIRST_SCREEN])
    assert [text.strip() for _, text in FENCE.findall(first)] == list(SET_UP)


def test_ci_calls_the_test_command_of_the_readme() -> None:
    """What is promised to a newcomer is what CI runs."""
    assert TEST_COMMAND in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def test_both_readmes_show_the_same_commands_and_code() -> None:
    """Neither language lags behind the other."""
    for language in ("sh", "python"):
        assert blocks("README.md", language) == blocks("README.ko.md", language)


def test_the_same_commands_are_documented_in_both() -> None:
    """Every command is shown in a block, and no README shows one that there isn't."""
    for name in READMES:
        shown = re.findall(r"\bautograder ([a-z]+)\b", "\n".join(blocks(name, "sh")))
        assert set(shown) == set(cli.main.commands), name


@pytest.mark.parametrize("name", READMES)
def test_every_assignment_and_exercise_is_listed(name: str) -> None:
    """The table of the course is the course."""
    course = find_course(ROOT)
    rows = dict(re.findall(r"^\| \d+ \| `(\w+)`[^|]*\| (.+) \|$", read(name), re.MULTILINE))
    listed = {assignment: re.findall(r"`(\w+)`", exercises) for assignment, exercises in rows.items()}
    assert list(listed) == list(course.names)
    assert listed == {one: [exercise.name for exercise in course.assignment(one).exercises] for one in course.names}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_links_lead_somewhere(name: str) -> None:
    """A relative link leads to a file of the repository, and to a heading that it has."""
    for link in re.findall(r"\]\(([^)\s]+)\)", FENCE.sub("", read(name))):
        if "://" in link:
            continue
        place, _, anchor = link.partition("#")
        target = ((ROOT / name).parent / place) if place else ROOT / name
        assert target.exists(), link
        assert not anchor or anchor in anchors(target.read_text(encoding="utf-8")), link


@pytest.mark.parametrize(("slip", "outcome"), [("- lr", "1 passed"), ("+ lr", "1 failed")])
def test_the_example_of_a_check_works(tmp_path: Path, slip: str, outcome: str) -> None:
    """The hidden check in the README passes right work and fails a walk uphill."""
    (example,) = blocks("README.md", "python")
    source = ROOT / "solutions" / "numerical_gradient"
    folder = tmp_path / "solutions" / "numerical_gradient"
    folder.mkdir(parents=True)
    shutil.copy(source / "assignment.toml", folder)
    shutil.copy(source / "numerical_gradient.py", folder)
    (folder / "test_hidden.py").write_text(example, encoding="utf-8")
    work = tmp_path / "kim.py"
    work.write_text(WALK.format(step=slip), encoding="utf-8")
    # A name on the command line: the points of one check alone need not add up to the exercise's.
    check = f"{folder / 'test_hidden.py'}::test_the_walk_goes_down"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", "judge.ini", check]
    (tmp_path / "judge.ini").write_text("[pytest]\naddopts = --import-mode=importlib\n", encoding="utf-8")
    options = ["--submission", str(work), "--isolation", "0"]
    done = subprocess.run([*command, *options], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert outcome in done.stdout, done.stdout + done.stderr


WALK = """
import numpy as np

def numerical_gradient(f, x):
    h, slopes = 1e-4, np.zeros_like(x)
    for place in np.ndindex(*x.shape):
        kept = x[place]
        x[place] = kept + h
        right = f(x)
        x[place] = kept - h
        slopes[place] = (right - f(x)) / (2 * h)
        x[place] = kept
    return slopes

def gradient_descent(f, init_x, lr=0.01, step_num=100):
    x = init_x
    for _ in range(step_num):
        x = x {step} * numerical_gradient(f, x)
    return x
"""
