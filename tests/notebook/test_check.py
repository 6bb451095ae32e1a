"""`%check`: what it says of right, wrong, missing and odd work, and how it is asked."""

from __future__ import annotations

import os
import sys
import types
from pathlib import Path

import pytest
from IPython.core.completer import provisionalcompleter

from tests.notebook.conftest import CHECKS, RIGHT, Notebook, write_assignment


def test_right_work_passes(solved: Notebook) -> None:
    """Every check of every exercise passes, and each is named."""
    page = solved.check()
    assert "5 of 5 public checks passed." in page.text
    for word in ("double", "Counter", "main", "draw", "Twice (1, 2, 3, 4, 5) is (2, 4, 6, 8, 10)."):
        assert word in page.text
        assert word in page.html


def test_the_live_definition_counts(solved: Notebook) -> None:
    """A cell that is run again changes what is checked."""
    solved.run("def double(x):\n    return 4 * x")
    page = solved.check("double")
    assert "double(x) is exactly twice what it should be" in page.text
    assert "double(x)[0] = 4, expected 2" in page.text
    solved.run("def double(x):\n    return x + x")
    assert "2 of 2 public checks passed." in solved.check("double").text


def test_only_what_is_asked_for_is_checked(solved: Notebook) -> None:
    """Names may come in any case, with commas and brackets, and with a comment."""
    calls: list[int] = []
    solved.names["calls"] = calls
    solved.run("def main():\n    calls.append(1)")
    page = solved.check("DOUBLE, Counter() # these two")
    assert "3 of 3 public checks passed." in page.text
    assert not calls


def test_a_stub_is_not_written_yet(notebook: Notebook) -> None:
    """One line tells it for all checks of an exercise."""
    notebook.run("def double(x):\n    '''Double it.'''\n    # YOUR CODE HERE\n    raise NotImplementedError")
    assert notebook.check("double").text.count("`double` isn't written yet.") == 1


def test_what_is_not_run_is_said(notebook: Notebook) -> None:
    """An exercise whose cell was not run is no failure of the student's: the cell is to be run."""
    assert "`double` isn't defined yet: run the cell that defines it first." in notebook.check("double").text


def test_a_value_under_the_name_is_said(solved: Notebook) -> None:
    """`double = double(3)` loses the function, which is a slip that notebooks invite."""
    solved.run("double = double(3)")
    assert "a value was stored under its name" in solved.check("double").text


def test_near_names_are_taken_and_told(notebook: Notebook) -> None:
    """As when graded, a name in another case serves, and so does one that the settings accept."""
    notebook.run("def Double(x):\n    return 2 * x")
    assert "`Double` was taken for `double`." in notebook.check("double").text
    notebook.run("del Double\ndef twice_as_much(x):\n    return 2 * x")
    assert "2 of 2 public checks passed." in notebook.check("double").text


def test_a_module_of_the_students_own_serves(notebook: Notebook, folder: Path) -> None:
    """What is imported from a file beside the notebook is the student's; what comes from elsewhere is not."""
    (folder / "mine.py").write_text("def double(x):\n    return 2 * x\n", encoding="utf-8")
    try:
        notebook.run("import sys; sys.path.insert(0, '')\nfrom mine import double")
        assert "2 of 2 public checks passed." in notebook.check("double").text
        notebook.run("from statistics import mean as double")
        assert "is imported from elsewhere; write your own" in notebook.check("double").text
    finally:
        (folder / "mine.py").unlink()
        sys.modules.pop("mine", None)
        sys.path.remove("")


def test_a_crash_names_the_line_of_the_cell(notebook: Notebook) -> None:
    """The number is the one that stands beside the cell."""
    notebook.run("pass")
    notebook.run("def double(x):\n    y = x\n    return undefined * y")
    number = notebook.shell.execution_count - 1
    page = notebook.check("double")
    assert f"It stopped with `NameError` (line 3 of cell {number}). `undefined` is not defined." in page.text


def test_an_unknown_exercise_is_said(solved: Notebook) -> None:
    """The nearest name is offered."""
    assert solved.check("duoble").text == "there is no exercise 'duoble'; did you mean double?"
    assert "there are: double, Counter, main, draw" in solved.check("zzz").text


@pytest.mark.parametrize("line", ["--lang", "--lang fr", "--color", "--assignment", "-x double"])
def test_options_that_make_no_sense_are_said(solved: Notebook, line: str) -> None:
    """The sentence names what there is."""
    assert "%check doesn't understand" in solved.check(line).text


def test_the_language_is_the_locales_and_can_be_chosen(solved: Notebook) -> None:
    """Once chosen it stays."""
    assert "public checks passed" in solved.check("double").text
    assert "(1, 2, 3, 4, 5)의 두 배는" in solved.check("--lang ko double").text
    assert "(1, 2, 3, 4, 5)의 두 배는" in solved.check("double").text
    assert "Twice (1, 2" in solved.check("double --lang=en").text


def test_a_cell_is_run_and_its_exercises_are_checked(solved: Notebook) -> None:
    """`%%check` checks what the cell defines and nothing else; the names stay."""
    page = solved.check("", "bonus = 7\ndef double(x):\n    return 5 * x")
    assert "0 of 2 public checks passed." in page.text
    assert "Counter" not in page.text
    assert solved.names["bonus"] == 7
    assert solved.names["double"](1) == 5


def test_lines_of_a_checked_cell_are_those_that_are_seen(solved: Notebook) -> None:
    """The line of the command counts, as it does in the notebook."""
    page = solved.check("", "def double(x):\n    return undefined")
    number = solved.shell.execution_count - 1
    assert f"(line 3 of cell {number})" in page.text


def test_a_cell_can_name_what_to_check(solved: Notebook) -> None:
    """Exercises that are named are checked instead of those that the cell defines."""
    page = solved.check("Counter", "x = 1")
    assert "1 of 1 public checks passed." in page.text


def test_a_cell_without_an_exercise_is_said(solved: Notebook) -> None:
    """The cell ran, and the exercises are listed."""
    page = solved.check("", "helper = 1")
    assert page.text == "This cell defines none of the exercises; there are: double, Counter, main, draw"
    assert solved.names["helper"] == 1


def test_a_cell_that_fails_shows_its_own_traceback_only(solved: Notebook, capsys: pytest.CaptureFixture[str]) -> None:
    """The student sees the error of the cell, nothing of ours, and no check follows."""
    page = solved.check("", "def double(x):\n    return 2 * x\n1 / 0")
    assert page.text == ""
    printed = capsys.readouterr().out
    assert "ZeroDivisionError" in printed
    assert "autograder" not in printed


@pytest.mark.parametrize("body", ["def (", "  x = 1\n y = 2", "%%nothing_like_it\nx = 1", "'''"])
def test_a_cell_that_is_no_python_is_told_by_ipython(
    solved: Notebook, capsys: pytest.CaptureFixture[str], body: str
) -> None:
    """Nothing of ours stands in what it says."""
    assert solved.check("", body).text == ""
    printed, complained = capsys.readouterr()
    assert printed + complained
    assert "autograder" not in printed + complained


def test_a_cell_with_a_command_or_an_await(solved: Notebook) -> None:
    """A command as the first line still is one; a cell with `await` gets a sentence."""
    assert "2 of 2" in solved.check("", "%%capture\ndef double(x):\n    return 2 * x").text
    page = solved.check("", "import asyncio\nawait asyncio.sleep(0)")
    assert "`await`" in page.text


def test_names_are_completed(solved: Notebook) -> None:
    """Exercises after the command, languages after --lang."""

    def complete(line: str) -> list[str]:
        with provisionalcompleter():
            return [found.text for found in solved.shell.Completer.completions(line, len(line))]

    assert complete("%check do") == ["double"]
    assert complete("%%check double Co") == ["Counter"]
    assert {"en", "ko"} <= set(complete("%check --lang "))
    assert "--assignment" in complete("%check --as")


def test_a_check_inside_a_check_is_refused(solved: Notebook) -> None:
    """A function that checks itself does not go round in circles."""
    solved.run("def double(x):\n    get_ipython().run_line_magic('check', 'double')\n    return 2 * x")
    assert "2 of 2 public checks passed." in solved.check("double").text


def test_the_assignment_can_be_named_by_its_folder(solved: Notebook, tmp_path: Path) -> None:
    """It stays named; a folder without checks is said."""
    other = write_assignment(tmp_path / "other folder")
    (other / "assignment.toml").unlink()
    (other / "test_public.py").write_text(CHECKS.replace("Counter", "Meter"), encoding="utf-8")
    assert "`Meter` isn't defined yet" in solved.check(f"--assignment '{other}'").text
    assert "`Meter` isn't defined yet" in solved.check("").text
    page = solved.check(f"--assignment '{tmp_path}'")
    assert "no public checks found for the assignment" in page.text
    assert "`Meter` isn't defined yet" in solved.check("").text


def test_the_assignment_above_is_found_by_the_notebooks_name(solved: Notebook, tmp_path: Path) -> None:
    """A notebook in a folder below `assignments/` or beside it finds its checks by its own name."""
    write_assignment(tmp_path / "assignments" / "tiny")
    work = tmp_path / "work"
    work.mkdir()
    os.chdir(work)
    solved.magics._places._home = work
    try:
        assert "no public checks found in" in solved.check().text
        (work / "tiny.ipynb").touch()
        assert "5 of 5 public checks passed." in solved.check().text
    finally:
        solved.magics._places._home = None


@pytest.mark.parametrize("way", ["vscode", "jupyter"])
def test_the_editor_says_which_notebook_it_is(
    solved: Notebook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    """VS Code leaves a name in the session, Jupyter one in the environment; the kernel's folder may be another."""
    notebook = write_assignment(tmp_path / "tiny") / "mine.ipynb"
    notebook.touch()
    os.chdir(tmp_path)
    monkeypatch.setattr(solved.magics._places, "_home", tmp_path)
    assert "no public checks found in" in solved.check().text
    if way == "vscode":
        solved.names["__vsc_ipynb_file__"] = str(notebook)
    else:
        monkeypatch.setenv("JPY_SESSION_NAME", str(notebook))
    assert "5 of 5 public checks passed." in solved.check().text


def test_colab_is_told_what_to_upload(solved: Notebook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing lies beside a notebook there."""
    os.chdir(tmp_path)
    monkeypatch.setattr(solved.magics._places, "_home", tmp_path)
    monkeypatch.setitem(sys.modules, "google.colab", types.ModuleType("google.colab"))
    assert "upload test_public.py" in solved.check().text


def test_checks_that_change_are_read_again(solved: Notebook, tmp_path: Path) -> None:
    """A newer test_public.py takes effect at once."""
    place = write_assignment(tmp_path / "tiny")
    assert "2 of 2" in solved.check(f"--assignment '{place}' double").text
    text = CHECKS.replace("[2.0, 4.0, 6.0, 8.0, 10.0]", "[2.0, 4.0, 6.0, 8.0, 11.0]")
    (place / "test_public.py").write_text(text + "\n", encoding="utf-8")
    assert "0 of 2" in solved.check("double").text


@pytest.mark.parametrize("text", ["def (", "import nothing_like_it", CHECKS.replace("points(0)", "points()")])
def test_checks_that_cannot_be_used_are_said(solved: Notebook, tmp_path: Path, text: str) -> None:
    """A broken test_public.py is one sentence with the reason, at every check."""
    place = write_assignment(tmp_path / "tiny")
    (place / "test_public.py").write_text(text, encoding="utf-8")
    for _ in range(2):
        page = solved.check(f"--assignment '{place}'")
        assert page.text.startswith("the checks can't be used:")
        assert "\n" not in page.text


def test_a_fault_of_ours_is_a_sentence(solved: Notebook, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever breaks inside, the student sees no traceback."""
    monkeypatch.setattr("autograder.notebook.magics.sheltered", None)
    page = solved.check("double")
    assert page.text.startswith("This is a fault of autograder, not yours: TypeError")
    monkeypatch.undo()
    assert "2 of 2" in solved.check("double").text


def test_nbgrader_hears_of_a_failure(solved: Notebook, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nbgrader runs the notebook a failing check raises, and what is shown of it is our sentence."""
    for how in ("validate", "autograde"):
        monkeypatch.setenv("NBGRADER_EXECUTION", how)
        solved.run(RIGHT)
        assert solved.run("%check double").success
        solved.run("def double(x):\n    return 4 * x")
        error = solved.run("%check double").error_in_exec
        shown = "\n".join(error._render_traceback_())
        assert "double(x) is exactly twice what it should be" in shown
        assert "Traceback" not in shown
        assert max(map(len, shown.splitlines())) < 88
        assert not solved.run("%check nothing_like_it").success


def test_the_extension_is_loaded_once_and_unloaded(solved: Notebook) -> None:
    """Unloading takes the command back and ends the judge; loading brings both again."""
    solved.check("double")
    process = solved.judge._process
    solved.run("%unload_ext autograder")
    assert process.poll() is not None
    assert "check" not in solved.shell.magics_manager.magics["line"]
    solved.run("%load_ext autograder")
    assert "2 of 2" in solved.check("double").text
