"""A shell in this process, with the commands loaded, beside an assignment as students receive it."""

from __future__ import annotations

import builtins
import gc
import os
import sys
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from IPython.core.displaypub import CapturingDisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

CHECKS = '''
import numpy as np
import pytest
from autograder.checks import assert_close, assert_trajectory, check


@pytest.mark.exercise("double")
@pytest.mark.points(0)
def test_double_of_a_row(student):
    """Twice (1, 2, 3, 4, 5) is (2, 4, 6, 8, 10).

    (1, 2, 3, 4, 5)의 두 배는 (2, 4, 6, 8, 10)이에요.
    """
    x = np.arange(1.0, 6.0)
    assert_close(student.double(x), [2.0, 4.0, 6.0, 8.0, 10.0], what="double(x)")


@pytest.mark.exercise("double")
@pytest.mark.points(0)
def test_double_again(student):
    """The same row once more gives the same.

    같은 배열을 한 번 더 넣어도 결과가 같아요.
    """
    x = np.arange(1.0, 6.0)
    student.double(x)
    assert_close(student.double(x), [2.0, 4.0, 6.0, 8.0, 10.0], what="double(x)")


@pytest.mark.exercise("Counter")
@pytest.mark.points(0)
def test_counter_counts(student):
    """After two steps of 2 the count is 4.

    2씩 두 번 세면 4가 돼요.
    """
    counter = student.Counter(2)
    counter.step()
    counter.step()
    assert_close(counter.count, 4.0, what="counter.count")


@pytest.mark.exercise("main")
@pytest.mark.points(0)
@pytest.mark.leans_on("double")
def test_main_prints_the_losses(student):
    """The loss is halved in each of four steps.

    네 번 반복하면서 매번 손실이 절반이 돼요.
    """
    rows = [[0, 8.0], [1, 4.0], [2, 2.0], [3, 1.0]]
    assert_trajectory(student.observe(student.main).printed, rows, what="main()", columns=("loss",))


def ask(submission, number):
    return submission.draw(number)


@pytest.mark.exercise("draw")
@pytest.mark.points(0)
def test_draw_calls_plot(student):
    """`draw` calls `plot` once.

    `draw`는 `plot`을 한 번 불러요.
    """
    student.probe(ask, 3)
    names = student.probe(drawn)
    check(names.count("plot") == 1)


def drawn(submission):
    import matplotlib.pyplot as plt

    names = [name.rpartition(".")[2] for name, *_ in plt.calls]
    plt.calls.clear()
    return names
'''
SETTINGS = """
[title]
en = "Tiny"
ko = "작은 과제"
[[exercises]]
name = "double"
points = 2
also = ["twice_as_much"]
[[exercises]]
name = "Counter"
points = 2
[[exercises]]
name = "main"
points = 3
[[exercises]]
name = "draw"
points = 1
[limits]
call_s = 0.4
total_s = 6
"""
RIGHT = """
import numpy as np

def double(x):
    return 2 * x

class Counter:
    def __init__(self, size):
        self.size = size
        self.count = 0

    def step(self):
        self.count += self.size

def main():
    loss = 16.0
    for i in range(4):
        loss /= 2
        print(i, "loss", loss)

def draw(number):
    import matplotlib.pyplot as plt

    plt.plot(range(number))
    plt.show()
"""


@dataclass
class Page:
    """What a line or a cell showed: rich and plain, and what was printed beside it."""

    html: str
    text: str
    printed: str = ""


class Notebook:
    """A shell that is used like a notebook."""

    def __init__(self, shell: Any) -> None:
        self.shell = shell

    @property
    def names(self) -> dict[str, Any]:
        """The global names of the session."""
        names: dict[str, Any] = self.shell.user_ns
        return names

    def run(self, cell: str) -> Any:
        """Run a cell; it may fail."""
        return self.shell.run_cell(cell, store_history=True)

    def check(self, line: str = "", cell: str | None = None) -> Page:
        """Run a check and return what it showed."""
        self.shell.display_pub.outputs.clear()
        ran = self.run(f"%check {line}" if cell is None else f"%%check {line}\n{cell}")
        assert ran.success, ran.error_in_exec
        return self.last()

    def last(self) -> Page:
        """Return what was shown last."""
        shown = self.shell.display_pub.outputs
        if not shown:
            return Page("", "")
        return Page(shown[-1]["data"]["text/html"], shown[-1]["data"]["text/plain"])

    @property
    def judge(self) -> Any:
        """The judge's handle."""
        return self.magics._judge

    @property
    def magics(self) -> Any:
        """The commands' object."""
        return self.shell.magics_manager.registry["CheckMagics"]


def write_assignment(folder: Path) -> Path:
    """Write the checks and settings of the tiny assignment."""
    folder.mkdir(parents=True)
    (folder / "test_public.py").write_text(CHECKS, encoding="utf-8")
    (folder / "assignment.toml").write_text(SETTINGS, encoding="utf-8")
    return folder


def pytest_itemcollected(item: pytest.Item) -> None:
    """Let an interrupt, which comes at any instant, leave a process or a socket for the collector to close."""
    item.add_marker(pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"))


@pytest.fixture(scope="module", autouse=True)
def _collected() -> Iterator[None]:
    """Leave nothing for the collector to find in the tests of another folder."""
    yield
    gc.collect()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the assignment once for the tests of a file."""
    return write_assignment(tmp_path_factory.mktemp("course") / "tiny")


@pytest.fixture(scope="module")
def _shell(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Make a shell that leaves nothing behind, neither on the disk nor in this process."""
    kept = {name: getattr(sys, name) for name in ("displayhook", "excepthook", "path")}
    main, inside, here = sys.modules["__main__"], dict(vars(builtins)), Path.cwd()
    config = Config()
    config.HistoryManager.enabled = False
    patch = pytest.MonkeyPatch()
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        patch.setenv(name, "en_US.UTF-8")
    for name in ("NBGRADER_EXECUTION", "JPY_SESSION_NAME"):
        patch.delenv(name, raising=False)
    os.chdir(folder)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        shell = InteractiveShell.instance(config=config, ipython_dir=str(tmp_path_factory.mktemp("ipython")))
    shell.display_pub = CapturingDisplayPublisher()
    try:
        shell.run_line_magic("load_ext", "autograder")
        yield shell
    finally:
        shell.run_line_magic("unload_ext", "autograder")
        InteractiveShell.clear_instance()
        os.chdir(here)
        patch.undo()
        sys.modules["__main__"] = main
        for name, value in kept.items():
            setattr(sys, name, value)
        for name in set(vars(builtins)) - set(inside):
            delattr(builtins, name)


@pytest.fixture
def notebook(_shell: Any, folder: Path) -> Iterator[Notebook]:
    """Return the shell as a fresh notebook in the assignment's folder."""
    made = Notebook(_shell)
    _shell.reset(new_session=True)
    made.magics._language, made.magics._named = "en", None
    os.chdir(folder)
    yield made
    os.chdir(folder)


@pytest.fixture
def solved(notebook: Notebook) -> Notebook:
    """Return the notebook with right answers."""
    notebook.run(RIGHT)
    return notebook
