"""What is published holds the engine and nothing else: no solution, no hidden check, no data."""

from __future__ import annotations

import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path, PurePosixPath

import pytest

ROOT = Path(__file__).parents[2]
SECRET = ("solutions", "assignments", "source_data", "tests", "benchmarks")


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """Build wheel and sdist; list what is in them."""
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    (sdist,) = folder.glob("*.tar.gz")
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
