"""Courses in a temporary folder, and nbgrader as its users run it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[2]
CourseCopy = Callable[..., Path]
Nbgrader = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="session")
def course_copy(tmp_path_factory: pytest.TempPathFactory) -> CourseCopy:
    """Return a function that copies the course: `course_copy("layers", …) -> Path`.

    The copy holds the named assignments (all, without a name) with their solutions,
    what was released of them, nbgrader_config.py and the data. `released=False`
    leaves assignments/ out; `cases=True` brings the bundled cases along.
    """

    def copy(*names: str, released: bool = True, cases: bool = False) -> Path:
        root = tmp_path_factory.mktemp("course")
        chosen = names or tuple(path.parent.name for path in sorted((ROOT / "solutions").glob("*/assignment.toml")))
        _copy_folders(ROOT / "solutions", root / "solutions", chosen, () if cases else ("cases",))
        if released:
            _copy_folders(ROOT / "assignments", root / "assignments", chosen, ())
        for file in ("nbgrader_config.py", "solutions/course.toml", "solutions/library.py"):
            if (ROOT / file).exists():
                shutil.copy(ROOT / file, root / file)
        (root / "source_data").symlink_to(ROOT / "source_data")
        return root

    return copy


def _copy_folders(source: Path, destination: Path, names: Iterable[str], without: tuple[str, ...]) -> None:
    ignore = shutil.ignore_patterns("__pycache__", ".pytest_cache", ".ipynb_checkpoints", *without)
    for name in names:
        if (source / name).is_dir():
            shutil.copytree(source / name, destination / name, ignore=ignore)


@pytest.fixture(scope="session")
def jupyter_environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Return an environment in which nobody's own Jupyter settings are read or written."""
    home = tmp_path_factory.mktemp("home")
    folders = {
        "HOME": home,
        "JUPYTER_CONFIG_DIR": home / "config",
        "JUPYTER_DATA_DIR": home / "data",
        "JUPYTER_RUNTIME_DIR": home / "runtime",
        "IPYTHONDIR": home / "ipython",
        "XDG_CACHE_HOME": home / "cache",
        "MPLCONFIGDIR": home / "matplotlib",
    }
    # A folder that is missing costs a warning of Jupyter's.
    for folder in folders.values():
        folder.mkdir(exist_ok=True)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("JUPYTER", "NBGRADER"))}
    return {**kept, **{name: str(folder) for name, folder in folders.items()}, "PYTHONWARNINGS": "ignore"}


@pytest.fixture(scope="session")
def nbgrader(jupyter_environment: dict[str, str]) -> Nbgrader:
    """Return a function that runs a command of nbgrader's in a course: `nbgrader(course, "autograde", "layers")`."""

    def run(course: Path, *arguments: str, check: bool = True, **environment: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "nbgrader", *arguments]
        done = subprocess.run(
            command,
            cwd=course,
            env={**jupyter_environment, **environment},
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
            timeout=300,
        )
        assert not check or done.returncode == 0, f"nbgrader {' '.join(arguments)}\n{done.stdout}\n{done.stderr}"
        return done

    return run
