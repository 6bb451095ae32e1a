"""What nbgrader and `autograder release` hand out: all that is needed, and nothing secret."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from click.testing import CliRunner, Result

from autograder import cli
from autograder.adapters.nbgrader.release import generate
from autograder.adapters.nbgrader.source import notebook_path
from autograder.assignments import Course, find_course
from autograder.errors import CourseError
from autograder.releasing import STUB
from tests.nbgrader.conftest import CourseCopy, Nbgrader

ROOT = Path(__file__).parents[2]
COURSE = find_course(ROOT)
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::sqlalchemy.exc.SADeprecationWarning")


def tree(folder: Path) -> dict[str, bytes]:
    """Return all files below a folder."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }


def released(name: str) -> dict[str, bytes]:
    """Return what is committed of an assignment."""
    return {file: content for file, content in tree(ROOT / "assignments" / name).items() if "/" not in file}


def said(content: object) -> Iterator[str]:
    """Yield all lines that stand in a text, or anywhere in a notebook."""
    if isinstance(content, str):
        yield from (line.strip().lstrip("#").strip() for line in content.splitlines())
    elif isinstance(content, dict | list):
        for value in content.values() if isinstance(content, dict) else content:
            yield from said(value)


def lines_of(files: dict[str, bytes]) -> set[str]:
    """Return what files say, notebooks cell by cell."""
    texts: list[Any] = []
    for name, content in files.items():
        text = content.decode(errors="replace")
        texts.append(json.loads(text) if name.endswith(".ipynb") else text)
    return set(said(texts))


def release(course: Path, *arguments: str) -> Result:
    """Call `autograder release` in a course."""
    return CliRunner().invoke(cli.main, ["release", "--course", str(course), "--lang", "en", *arguments])


@pytest.fixture(scope="module")
def whole(course_copy: CourseCopy) -> Path:
    """Copy the whole course, with all cases; making a gradebook takes seconds, so tests share it."""
    return course_copy(cases=True)


@pytest.fixture(scope="module")
def ordinary(whole: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Release all assignments with nbgrader alone: nothing of `autograder release` looks them through."""
    destination = tmp_path_factory.mktemp("ordinary")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("autograder.adapters.nbgrader.release.secrets_of", lambda _: NOTHING_SECRET)
        generate(Course(whole, COURSE.names), COURSE.names, destination)
    return destination


@pytest.fixture
def course(whole: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Lend the course; afterwards its files are as they were."""
    kept = tmp_path_factory.mktemp("kept")
    parts = ("solutions/gradient_descent", "assignments", "nbgrader_config.py")
    for part in parts:
        copy(whole / part, kept / part)
    yield whole
    for part in parts:
        copy(kept / part, whole / part)


def copy(source: Path, destination: Path) -> None:
    """Put a file or a folder in the place of another."""
    if destination.is_dir():
        shutil.rmtree(destination)
    else:
        destination.unlink(missing_ok=True)
    destination.parent.mkdir(parents=True, exist_ok=True)
    (shutil.copytree if source.is_dir() else shutil.copy2)(source, destination)


class _NothingSecret:
    def refuse(self, *_: object) -> None:
        """Let everything pass."""


NOTHING_SECRET = _NothingSecret()


# --- nbgrader alone ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", COURSE.names)
def test_nbgrader_alone_hands_out_nothing_secret(ordinary: Path, whole: Path, name: str) -> None:
    """No line of a solution, a hidden check, a case or a setting, unless students are given it anyway."""
    files = tree(ordinary / name)
    assert set(files) == {f"{name}.ipynb", "test_public.py"}
    given = lines_of(released(name))
    secret = tree(whole / "solutions" / name)
    assert {"test_hidden.py", "assignment.toml", f"{name}.py"} <= set(secret)
    assert any(file.startswith("cases/") for file in secret)
    del secret["test_public.py"]
    secrets = {line for line in lines_of(secret) - given if len(line) > len("return x + y")}
    assert len(secrets) > 100
    assert not lines_of(files) & secrets


@pytest.mark.parametrize("name", COURSE.names)
def test_nbgraders_stub_is_ours(ordinary: Path, name: str) -> None:
    """A solution becomes the same lines in the notebook and in the .py file."""
    cells = nbformat.read(ordinary / name / f"{name}.ipynb", as_version=4).cells
    stub = (ROOT / "assignments" / name / f"{name}.py").read_text(encoding="utf-8")
    answers = [cell.source for cell in cells if cell.metadata.get("nbgrader", {}).get("solution")]
    assert len(answers) == len(COURSE.assignment(name).exercises)
    assert all(answer in stub and STUB[1] in answer for answer in answers)


def test_generate_assignment_works_as_it_is(course_copy: CourseCopy, nbgrader: Nbgrader) -> None:
    """The command of nbgrader's writes the committed release, stub and README too, in an environment not activated."""
    course = course_copy("gradient_descent", released=False)
    nbgrader(course, "generate_assignment", "gradient_descent", PATH="/usr/bin")
    assert tree(course / "assignments" / "gradient_descent") == released("gradient_descent")
    assert (course / "gradebook.db").exists()


def test_an_edited_notebook_is_released_as_it_is(
    course: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Who edits in Jupyter and presses the button gets what is there, without Jupyter's notes, and is told to sync."""
    notebook = notebook_path(find_course(course).assignment("gradient_descent"))
    content = nbformat.read(notebook, as_version=4)
    content.cells[0].source += "\n\nRead all of it first."
    content.cells[1].metadata["collapsed"] = True
    content.metadata["vscode"] = {}
    nbformat.write(content, notebook)
    generate(find_course(course), ["gradient_descent"], tmp_path)
    made = (tmp_path / "gradient_descent" / "gradient_descent.ipynb").read_text(encoding="utf-8")
    assert "Read all of it first." in made
    assert "collapsed" not in made
    assert "vscode" not in made
    assert "gradient_descent: text and notebook are not in step: run autograder sync" in caplog.text


# --- autograder release -----------------------------------------------------------------------------------------------


def test_releasing_again_changes_nothing(course: Path) -> None:
    """The committed folders are, byte for byte, what the command writes; an instructor's own files stay."""
    before = tree(course / "assignments")
    own = course / "assignments" / "layers" / "hints" / "week 3.md"
    own.parent.mkdir()
    own.write_text("Draw the graph first.", encoding="utf-8")
    done = release(course)
    assert done.exit_code == 0, done.output
    assert done.stdout.splitlines()[0] == (
        "gradient_descent: README.md, gradient_descent.ipynb, gradient_descent.py, test_public.py"
    )
    assert len(done.stdout.splitlines()) == len(COURSE.names)
    assert own.read_text(encoding="utf-8") == "Draw the graph first."
    own.unlink()
    assert tree(course / "assignments") == before


def test_an_edited_text_is_released(course: Path) -> None:
    """The notebook is built anew on the way, and what goes out says the same everywhere."""
    text = course / "solutions" / "gradient_descent" / "gradient_descent.py"
    text.write_text(text.read_text(encoding="utf-8").replace("Three exercises", "3 exercises"), encoding="utf-8")
    done = release(course, "gradient_descent")
    assert done.exit_code == 0, done.output
    assert done.stdout.startswith("gradient_descent: the notebook was built from the text\n")
    files = tree(course / "assignments" / "gradient_descent")
    assert all(b"3 exercises" in files[f"gradient_descent.{kind}"] for kind in ("py", "ipynb"))


def test_an_edited_notebook_is_not_released_half(course: Path) -> None:
    """Stub and notebook would differ: the instructor is told to sync first."""
    notebook = notebook_path(find_course(course).assignment("gradient_descent"))
    content = notebook.read_text(encoding="utf-8")
    notebook.write_text(content.replace("Three exercises", "3 exercises"), encoding="utf-8")
    done = release(course, "gradient_descent")
    assert done.exit_code == 2
    assert "bring the text in step first: autograder sync gradient_descent" in done.stderr


def slip(course: Path, kind: str) -> None:
    """Let a secret slip into what would be handed out."""
    folder = course / "solutions" / "gradient_descent"
    secret = "    return np.mean((y - f_x) ** 2)"
    if kind == "header":  # of nbgrader's: put on top of every notebook
        header = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(f"Remember:\n\n{secret}")])
        nbformat.write(header, course / "header.ipynb")
        settings = course / "nbgrader_config.py"
        settings.write_text(f"{settings.read_text()}\nc.IncludeHeaderFooter.header = 'header.ipynb'\n")
    elif kind == "second notebook":
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(f"def Loss(f_x, y):\n{secret}")])
        nbformat.write(notebook, folder / "draft.ipynb")
    else:
        path = folder / kind
        path.write_text(f"{path.read_text(encoding='utf-8')}\n# {secret}\n", encoding="utf-8")


@pytest.mark.parametrize("kind", ["gradient_descent.py", "test_public.py", "header", "second notebook"])
def test_nothing_is_released_with_a_solution_in_it(course: Path, kind: str) -> None:
    """Wherever the line stands, the release of before stays as it was, to the byte."""
    before = tree(course / "assignments")
    slip(course, kind)
    done = release(course, "gradient_descent")
    assert done.exit_code == 2, done.output
    assert "this line of a solution would be handed out: return np.mean((y - f_x) ** 2)" in done.stderr
    assert "Traceback" not in done.stderr
    assert tree(course / "assignments") == before


@pytest.mark.parametrize("kind", ["test_public.py", "header"])
def test_nbgrader_alone_refuses_it_too(course: Path, tmp_path: Path, kind: str) -> None:
    """The last step of nbgrader's conversion looks all through; nbgrader then takes away what it wrote."""
    slip(course, kind)
    with pytest.raises(CourseError, match="this line of a solution would be handed out"):
        generate(find_course(course), ["gradient_descent"], tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_what_nbgrader_refuses_is_told_in_a_sentence(course: Path) -> None:
    """The instructor reads the reason, not a traceback."""
    settings = course / "nbgrader_config.py"
    settings.write_text(f"{settings.read_text()}\nc.CourseDirectory.db_url = 'nonsense://'\n")
    done = release(course, "gradient_descent")
    assert done.exit_code == 2
    assert "gradient_descent: nbgrader could not make the release: " in done.stderr
    assert "nonsense" in done.stderr
    assert "Traceback" not in done.stderr


def test_without_nbgrader_the_sentence_says_what_to_install(course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An engine without nbgrader is whole; releasing needs it."""
    monkeypatch.setitem(sys.modules, "nbgrader.converters", None)
    done = release(course, "gradient_descent")
    assert done.exit_code == 2
    assert "nbgrader is not installed; install it with: pip install 'dl-autograder[nbgrader]'" in done.stderr


def test_a_folder_that_cannot_be_written_is_told_of(course: Path) -> None:
    """The sentence names the file."""
    shutil.rmtree(course / "assignments")
    (course / "assignments").write_text("")
    done = release(course, "gradient_descent")
    assert done.exit_code == 2
    assert "README.md can't be written" in done.stderr
