"""A released notebook runs from top to bottom before a word of it is written."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat

from autograder.assignments import find_course
from tests.nbgrader.conftest import CourseCopy

COURSE = find_course(Path(__file__).parent)


def execute(folder: Path, names: tuple[str, ...], environment: dict[str, str]) -> dict[str, Any]:
    """Run released notebooks from top to bottom, on past errors; return them."""
    paths = [str(folder / name / f"{name}.ipynb") for name in names]
    command = ["-m", "nbconvert", "--to", "notebook", "--execute", "--allow-errors", "--inplace", *paths]
    done = subprocess.run(
        [sys.executable, *command], env=environment, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr
    return {name: nbformat.read(path, as_version=4) for name, path in zip(names, paths, strict=True)}


def test_released_notebooks_run_to_their_end(course_copy: CourseCopy, jupyter_environment: dict[str, str]) -> None:
    """Whatever a student has not done yet, nothing fails but NotImplementedError, and no check shows a traceback."""
    course = course_copy()
    for name, notebook in execute(course / "assignments", COURSE.names, jupyter_environment).items():
        outputs = [(cell, output) for cell in notebook.cells for output in cell.get("outputs", ())]
        raised = {output.ename for _, output in outputs if output.output_type == "error"}
        assert raised <= {"NotImplementedError"}, name
        checks = [cell for cell in notebook.cells if cell.source.startswith("%check ")]
        assert len(checks) == len(COURSE.assignment(name).exercises)
        assert all(cell.outputs for cell in checks), name
        shown = [output for cell in checks for output in cell.outputs]
        assert not [output for output in shown if output.output_type == "error" or output.get("name") == "stderr"], name


HIDE = """
import sys

class Hide:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "autograder":
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Hide())
"""


def test_without_the_package_the_notebook_says_so(
    course_copy: CourseCopy, jupyter_environment: dict[str, str], tmp_path: Path
) -> None:
    """The setup tells what to do, and there is no traceback, neither there nor at the checks."""
    (tmp_path / "sitecustomize.py").write_text(HIDE)
    course = course_copy("gradient_descent")
    environment = {**jupyter_environment, "PYTHONPATH": str(tmp_path)}
    # The command itself loads no part of autograder; its kernel can't.
    ran = execute(course / "assignments", ("gradient_descent",), environment)["gradient_descent"]
    setup, *checks = [cell for cell in ran.cells if "%check" in cell.source and cell.cell_type == "code"]
    (output,) = setup.outputs
    assert output.name == "stdout"
    assert output.text.splitlines() == [
        "To use %check, install the package dl-autograder and restart the kernel.",
        "%check를 쓰려면 dl-autograder 패키지를 설치하고 커널을 다시 시작하세요.",
    ]
    raised = {output.get("ename") for cell in ran.cells if cell is not setup for output in cell.get("outputs", ())}
    assert raised <= {"NotImplementedError", None}
    assert len(checks) == 3
