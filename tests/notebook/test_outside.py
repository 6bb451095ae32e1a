"""The same checks outside of a notebook: `pytest` in the assignment's folder, and `autograder check FILE`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.notebook.conftest import CHECKS, RIGHT

STUB = RIGHT.replace("return 2 * x", "raise NotImplementedError")
SETUP = "try:\n    %load_ext autograder\nexcept ImportError:\n    print('not there')"


def notebook_of(*cells: str) -> str:
    """Make the text of a notebook."""
    made: list[dict[str, object]] = [
        {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None, "source": cell} for cell in cells
    ]
    return json.dumps({"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 4})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Write an assignment as students receive it: a notebook and a .py of the same stubs."""
    made = tmp_path / "tiny"
    made.mkdir()
    (made / "test_public.py").write_text(CHECKS, encoding="utf-8")
    (made / "tiny.py").write_text(STUB, encoding="utf-8")
    return made


def run(folder: Path, *command: str) -> str:
    """Run a command in the folder; return what it printed."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    ran = subprocess.run(
        [sys.executable, "-m", *command],
        check=False,
        cwd=folder,
        capture_output=True,
        text=True,
        env={**environment, "LC_ALL": "C.UTF-8", "COLUMNS": "160"},
    )
    return ran.stdout + ran.stderr


def test_pytest_checks_the_notebook_that_was_worked_in(folder: Path) -> None:
    """Not the stub beside it; and it says which file it took."""
    (folder / "tiny.ipynb").write_text(notebook_of(SETUP, RIGHT, "%check double", "%%check\nx = 1"), encoding="utf-8")
    os.utime(folder / "tiny.ipynb", (1, 1))
    printed = run(folder, "pytest", "-p", "no:cacheprovider")
    assert "autograder: tiny.ipynb" in printed
    assert "5 passed" in printed


def test_pytest_checks_the_file_that_was_worked_in(folder: Path) -> None:
    """Who writes in the .py gets that one checked."""
    (folder / "tiny.ipynb").write_text(notebook_of(SETUP, STUB), encoding="utf-8")
    (folder / "tiny.py").write_text(RIGHT.replace("return 2 * x", "return 4 * x"), encoding="utf-8")
    printed = run(folder, "pytest", "-p", "no:cacheprovider")
    assert "autograder: tiny.py" in printed
    assert "double(x) is exactly twice what it should be" in printed


def test_the_newer_of_two_finished_files_is_checked(folder: Path) -> None:
    """Where both are done, the one that was changed last."""
    (folder / "tiny.ipynb").write_text(notebook_of(SETUP, RIGHT), encoding="utf-8")
    (folder / "tiny.py").write_text(RIGHT, encoding="utf-8")
    os.utime(folder / "tiny.ipynb", (1, 1))
    assert "autograder: tiny.py" in run(folder, "pytest", "-p", "no:cacheprovider", "--collect-only")
    os.utime(folder / "tiny.py", (0, 0))
    assert "autograder: tiny.ipynb" in run(folder, "pytest", "-p", "no:cacheprovider", "--collect-only")


def test_the_command_checks_a_notebook_with_our_commands_in_it(folder: Path) -> None:
    """They are no Python, and no reason for a complaint."""
    (folder / "tiny.ipynb").write_text(
        notebook_of(SETUP, RIGHT, "%check double", "%%check\ndef double(x):\n    return 4 * x"), encoding="utf-8"
    )
    printed = run(folder, "autograder", "check", "tiny.ipynb")
    assert "3 of 5 public checks passed" in printed
    assert "double(x) is exactly twice what it should be" in printed
    assert "check" not in printed.partition("double")[0]


def test_a_file_beside_the_homework_stands_for_no_module(folder: Path) -> None:
    """A student's random.py or pytest.py is not what a judge imports."""
    for name in ("random", "json", "pytest", "numpy"):
        (folder / f"{name}.py").write_text("raise RuntimeError('mine')\n", encoding="utf-8")
    (folder / "tiny.py").write_text(RIGHT, encoding="utf-8")
    command = ["-c", "import sys; sys.path.pop(0); from autograder.cli import main; main()", "check", "tiny.py"]
    ran = subprocess.run([sys.executable, *command], check=False, cwd=folder, capture_output=True, text=True)
    assert "5 of 5 public checks passed" in ran.stdout + ran.stderr


def test_the_package_imports_no_notebook() -> None:
    """`import autograder` costs nothing, and works where IPython is not installed."""
    program = (
        "import sys, autograder, autograder.cli, autograder.checks\n"
        "assert not {'IPython', 'traitlets', 'jupyter_client'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_without_ipython_loading_is_a_sentence() -> None:
    """Whatever is missing from an installation, a student gets no traceback."""
    program = (
        "import sys; sys.modules['IPython.core.magic'] = None\n"
        "import autograder; autograder.load_ipython_extension(None)"
    )
    ran = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True, encoding="utf-8")
    assert ran.stdout.startswith("autograder can't be loaded here")
    assert not ran.stderr
