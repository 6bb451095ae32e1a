"""What is published holds the engine and nothing else: no solution, no hidden check, no data."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path, PurePosixPath

import pytest

from autograder.authoring import EXAMPLE, TEMPLATE
from autograder.sandbox.levels import probe

ROOT = Path(__file__).parents[2]
SECRET = ("solutions", "assignments", "source_data", "tests", "benchmarks")


@pytest.fixture(scope="session")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build wheel and sdist."""
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True)
    return folder


@pytest.fixture(scope="session")
def published(dist: Path) -> dict[str, list[str]]:
    """List what is in wheel and sdist."""
    (wheel,) = dist.glob("*.whl")
    (sdist,) = dist.glob("*.tar.gz")
    with zipfile.ZipFile(wheel) as archive, tarfile.open(sdist) as tar:
        return {
            "wheel": archive.namelist(),
            "sdist": [PurePosixPath(*PurePosixPath(n).parts[1:]).as_posix() for n in tar.getnames()],
        }


def test_the_wheel_holds_only_the_engine(published: dict[str, list[str]]) -> None:
    """Everything in the wheel is `autograder/` and its metadata."""
    tops = {name.split("/")[0] for name in published["wheel"]}
    assert tops == {"autograder", "dl_autograder-0.1.0.dist-info"}


def test_the_sdist_holds_nothing_secret(published: dict[str, list[str]]) -> None:
    """The source distribution builds the wheel and holds no course."""
    tops = {name.split("/")[0] for name in published["sdist"]}
    assert tops.isdisjoint(SECRET)
    assert "autograder" in tops


@pytest.mark.parametrize("name", ["autograder/locale/ko.po", "autograder/judge.ini", "autograder/py.typed"])
def test_what_is_not_python_comes_along(published: dict[str, list[str]], name: str) -> None:
    """The files that the engine reads are in both."""
    assert name in published["wheel"]
    assert name in published["sdist"]


def test_both_hold_the_template_of_a_course(published: dict[str, list[str]]) -> None:
    """Every file of a new course comes along, those with a dot too, and nothing that Python left there."""
    files = {path.relative_to(ROOT).as_posix() for path in TEMPLATE.rglob("*") if path.is_file()}
    files = {name for name in files if "__pycache__" not in name}
    for names in published.values():
        assert {name for name in names if "/templates/" in name and not name.endswith("/")} >= files
        assert not [name for name in names if "__pycache__" in name]


@pytest.mark.skipif(probe().best == 0, reason="this machine has no walls")
def test_the_wheel_alone_begins_and_audits_a_course(dist: Path, tmp_path: Path) -> None:
    """Where nothing of this repository is but the wheel, a new course is made and its audit is clean."""
    site, course = tmp_path / "site", tmp_path / "course"
    (wheel,) = dist.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    environment = {**os.environ, "PYTHONPATH": str(site), "PYTHONDONTWRITEBYTECODE": "1"}
    python = [sys.executable, "-c", "import autograder, sys; sys.exit(autograder.__file__)"]
    where = subprocess.run(python, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert where.stderr.startswith(str(site))
    for arguments in (["init", "course"], ["audit", "--course", "course"]):
        command = [sys.executable, "-m", "autograder", *arguments]
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
    assert (course / "solutions" / EXAMPLE).is_dir()
