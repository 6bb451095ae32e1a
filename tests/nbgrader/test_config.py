"""What nbgrader may hand out and what it must leave alone."""

from __future__ import annotations

import fnmatch
import os
import string
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.adapters.nbgrader.config import PUBLIC, all_but, configure, find_alembic, find_settings, secret_files
from autograder.errors import CourseError

NAMES = st.text(alphabet=string.ascii_letters + string.digits + "_-. 가", min_size=1).filter(
    lambda name: name.strip(".") and not name.startswith(".")
)


@settings(max_examples=300)
@given(NAMES | st.sampled_from(PUBLIC).flatmap(lambda name: st.integers(1, len(name)).map(lambda end: name[:end])))
def test_the_patterns_match_every_name_but_one(name: str) -> None:
    """Whatever an author adds to a source folder is kept back, except the public checks."""
    assert any(fnmatch.fnmatchcase(name, pattern) for pattern in all_but(PUBLIC)) == (name != PUBLIC)


def make_course(root: Path, *files: str) -> None:
    """Make a course of one assignment, an ordinary nbgrader assignment, and a submission."""
    for file in ("solutions/sums/assignment.toml", *files):
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        (root / file).write_text("")


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def copied(root: Path, folder: str) -> list[str]:
    """Return the files that nbgrader copies from a folder."""
    from nbgrader.utils import find_all_files  # noqa: PLC0415 - slow to import

    ignore = [*secret_files(root), "*.ipynb"]
    return sorted(os.path.relpath(path, root / folder) for path in find_all_files(f"{root}/{folder}", ignore))


SECRET = (
    *("sums.py", "test_hidden.py", "test_public.py.bak", "test_public", "test_pub", "testing.py", "draft.txt", ".env"),
    *("cases/right/sums.py", "cases/right/expected.toml", "a/b/c.py", "test_public.py.d/x", "notes [1].md"),
)


@pytest.mark.parametrize("place", ["course", "a [course] of *"])
def test_of_a_source_folder_only_the_public_checks_are_copied(tmp_path: Path, place: str) -> None:
    """Files in folders and hidden files stay back too, whatever the course's folder is called."""
    root = tmp_path / place
    make_course(root, "solutions/sums/test_public.py", *(f"solutions/sums/{name}" for name in SECRET))
    assert copied(root, "solutions/./sums") == ["test_public.py"]


def test_a_submission_is_copied_whole(tmp_path: Path) -> None:
    """A student's file may be called like a solution; the exchange matches the same patterns by name."""
    make_course(tmp_path, *(f"submitted/student01/sums/{name}" for name in SECRET))
    everything = sorted(SECRET)
    assert copied(tmp_path, "submitted/student01/sums") == everything
    patterns = secret_files(tmp_path)
    assert not [name for name in ("sums.py", "test_hidden.py", "cases") if _matches(name, patterns)]


def _matches(name: str, patterns: list[str]) -> bool:
    return any(fnmatch.fnmatch(name, pattern) for pattern in patterns)


def test_an_ordinary_assignment_keeps_its_files(tmp_path: Path) -> None:
    """What lies in a folder without settings goes out as with nbgrader alone, except what is hidden by its name."""
    mine = ("solutions/sums/sums.py", "solutions/sums/test_public.py")
    theirs = ("data.csv", "img/graph.png", "tools.py")
    make_course(tmp_path, *mine, *(f"solutions/ps1/{name}" for name in (*theirs, "test_hidden.py", "cases/a/ps1.py")))
    assert copied(tmp_path, "solutions/./sums") == ["test_public.py"]
    assert copied(tmp_path, "solutions/./ps1") == sorted(theirs)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_the_instructors_own_settings_win(tmp_path: Path) -> None:
    """What stands behind `configure` overrides it; without a file of settings, `configure` is enough."""
    make_course(tmp_path)
    assert find_settings(tmp_path).CourseDirectory.source_directory == "solutions"
    (tmp_path / "nbgrader_config.py").write_text(
        "from pathlib import Path\n"
        "from autograder.adapters.nbgrader.config import configure\n"
        "c = get_config()\n"
        "configure(c, Path(__file__).parent)\n"
        "c.CourseDirectory.release_directory = 'handed_out'\n"
    )
    found = find_settings(tmp_path)
    assert found.CourseDirectory.root == str(tmp_path)
    assert found.CourseDirectory.release_directory == "handed_out"
    (tmp_path / "nbgrader_config.py").write_text("c = get_config()\nc.course = 1 / 0\n")
    with pytest.raises(CourseError, match=r"nbgrader_config\.py: ZeroDivisionError"):
        find_settings(tmp_path)


def test_all_steps_can_be_imported(tmp_path: Path) -> None:
    """Each dotted name of the settings is there."""
    from traitlets.config import Config  # noqa: PLC0415 - as in nbgrader_config.py
    from traitlets.utils.importstring import import_item  # noqa: PLC0415

    c = Config()
    configure(c, tmp_path)
    own = {name for name in _strings(c) if name.startswith("autograder.")}
    assert len(own) > 4
    assert all(callable(import_item(name)) for name in own)


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _strings(inner)


def test_alembic_is_found_without_an_activated_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It lies beside Python; one that is found already is not replaced."""
    (tmp_path / "alembic").write_text("#!/bin/sh\n")
    (tmp_path / "alembic").chmod(0o755)
    monkeypatch.setattr("sys.executable", str(tmp_path / "python"))
    monkeypatch.setenv("PATH", "/nowhere")
    find_alembic()
    find_alembic()
    assert os.environ["PATH"] == os.pathsep.join(["/nowhere", str(tmp_path)])
