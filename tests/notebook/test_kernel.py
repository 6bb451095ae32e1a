"""A real kernel: what a notebook's page gets to see, and that nothing outlives the kernel."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from jupyter_client.manager import KernelManager
from nbclient import NotebookClient

from tests.notebook.conftest import RIGHT, write_assignment

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")
PATIENCE_S = 60


class Kernel:
    """A kernel and a client of it."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.manager = KernelManager(kernel_name="python3")
        self.manager.start_kernel(cwd=str(folder), env={**environment, "LC_ALL": "C.UTF-8"})
        self.client = self.manager.blocking_client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=PATIENCE_S)

    @property
    def pid(self) -> int:
        """The kernel's process."""
        provisioner: Any = self.manager.provisioner
        return int(provisioner.pid)

    def run(self, code: str, *, interrupt_after: float | None = None) -> list[dict[str, Any]]:
        """Run a cell; return what it showed."""
        shown: list[dict[str, Any]] = []

        def note(message: dict[str, Any]) -> None:
            if message["msg_type"] in ("display_data", "execute_result", "stream", "error"):
                shown.append({"type": message["msg_type"], **message["content"]})
            started = message["msg_type"] == "status" and message["content"]["execution_state"] == "busy"
            if started and interrupt_after is not None:
                time.sleep(interrupt_after)
                self.manager.interrupt_kernel()

        self.client.execute_interactive(code, timeout=PATIENCE_S, output_hook=note)
        return shown

    def check(self, line: str = "", **how: Any) -> dict[str, str]:
        """Run a check; return what it showed, and only that."""
        (shown,) = self.run(f"%check {line}", **how)
        assert shown["type"] == "display_data"
        data: dict[str, str] = shown["data"]
        return data

    def judge_of(self) -> int:
        """Return the judge's process."""
        (printed,) = self.run(
            "print(get_ipython().magics_manager.registry['CheckMagics']._judge._process.pid)",
        )
        return int(printed["text"])

    def end(self) -> None:
        """End it."""
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Let Jupyter write nowhere but into a temporary folder."""
    home = tmp_path_factory.mktemp("home")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("JUPYTER", "IPYTHON", "PYTEST"))}
    kept.pop("NBGRADER_EXECUTION", None)
    names = ("HOME", "IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR")
    return {**kept, **{name: str(home) for name in names}, "JUPYTER_PLATFORM_DIRS": "1"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the assignment once."""
    return write_assignment(tmp_path_factory.mktemp("course") / "tiny")


@pytest.fixture
def kernel(folder: Path, environment: dict[str, str]) -> Iterator[Kernel]:
    """Start a kernel with right answers in it."""
    made = Kernel(folder, environment)
    made.run(f"%load_ext autograder\n{RIGHT}")
    yield made
    made.end()


def is_gone(pid: int) -> bool:
    """Wait for a process to end."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii")
        except OSError:
            return True
        if stat.rpartition(")")[2].split()[0] == "Z":
            return True
        time.sleep(0.05)
    return False


def test_a_page_sees_rich_and_plain(kernel: Kernel) -> None:
    """One output with both forms; prints, drawings and leaving of the student's don't reach the page."""
    data = kernel.check()
    assert data["text/html"].startswith("<div")
    assert "5 of 5 public checks passed." in data["text/plain"]
    kernel.run("def double(x):\n    print('seen?')\n    display('seen?')\n    exit()")
    data = kernel.check("double")
    assert "It stopped with `SystemExit`" in data["text/plain"]
    assert "seen?" not in json.dumps(data)
    kernel.run(RIGHT)
    assert "5 of 5" in kernel.check()["text/plain"]


def test_interrupt_and_completion(kernel: Kernel) -> None:
    """The interrupt button ends a check, the kernel and its names live on, and names are completed."""
    kernel.run("def main():\n    while True: pass")
    kernel.run("before = 1\nfrom autograder.notebook.stopping import Stopper\nStopper._tick = lambda *_: None")
    data = kernel.check("main", interrupt_after=1.0)
    assert data["text/plain"] == "The check was stopped."
    (printed,) = kernel.run("print(before)")
    assert printed["text"] == "1\n"
    assert "2 of 2" in kernel.check("double")["text/plain"]
    kernel.client.complete("%check do", 9)
    reply = kernel.client.get_shell_msg(timeout=PATIENCE_S)
    assert reply["content"]["matches"] == ["double"]


@pytest.mark.parametrize("how", ["killed", "restarted", "shut down", "killed in a check", "killed with a fork"])
def test_no_judge_outlives_its_kernel(folder: Path, environment: dict[str, str], how: str) -> None:
    """However the kernel ends, its judge ends by itself."""
    kernel = Kernel(folder, environment)
    try:
        kernel.run(f"%load_ext autograder\n{RIGHT}")
        kernel.check("double")
        judge = kernel.judge_of()
        assert not Path(f"/proc/{judge}/stat").read_text(encoding="ascii").rpartition(")")[2].startswith(" Z")
        fork = 0
        if how == "killed with a fork":
            (printed,) = kernel.run(
                "import os, time\npid = os.fork()\nif not pid:\n    time.sleep(60)\n    os._exit(0)\nprint(pid)"
            )
            fork = int(printed["text"])
        if how == "killed in a check":
            kernel.run("import time\ndef main():\n    time.sleep(60)")
            kernel.client.execute("%check main")
            time.sleep(0.5)
        if how == "restarted":
            kernel.manager.restart_kernel(now=False)
        elif how == "shut down":
            kernel.manager.shutdown_kernel(now=False)
        else:
            os.kill(kernel.pid, signal.SIGKILL)
        assert is_gone(judge)
        if fork:
            os.kill(fork, signal.SIGKILL)
    finally:
        kernel.end()


def make_notebook(cells: list[str]) -> Any:
    """Make a notebook in which the cells that check are ones that nbgrader grades."""
    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    made.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    plain = {"schema_version": 3, "points": 2, "solution": False, "locked": True, "task": False, "cell_type": "code"}
    for cell in made.cells:
        if cell.source.startswith("%check"):
            cell.metadata["nbgrader"] = {**plain, "grade": True, "grade_id": cell.source.split()[-1]}
    return made


WRONG = RIGHT.replace("return 2 * x", "return 4 * x")
CELLS = ["%load_ext autograder", WRONG, "%check Counter", "%check double"]


def test_executing_a_notebook_sees_no_exception(
    folder: Path, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """nbclient, and so nbconvert, runs a notebook with a failing check to its end."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    made = make_notebook(CELLS)
    NotebookClient(made, resources={"metadata": {"path": str(folder)}}, timeout=PATIENCE_S).execute()
    (shown,) = made.cells[-1].outputs
    assert shown.output_type == "display_data"
    assert "is exactly twice what it should be" in shown.data["text/html"]


def test_nbgraders_validation_tells_what_is_wrong(tmp_path: Path, environment: dict[str, str]) -> None:
    """The command behind the Validate button shows our sentence for a check that fails, and names no other."""
    folder = write_assignment(tmp_path / "tiny")
    nbformat.write(make_notebook(CELLS), folder / "tiny.ipynb")
    command = [sys.executable, "-m", "nbgrader", "validate", "tiny.ipynb"]
    ran = subprocess.run(
        command, check=False, env=environment, cwd=folder, capture_output=True, text=True, timeout=PATIENCE_S
    )
    assert "VALIDATION FAILED ON 1 CELL(S)" in ran.stdout
    assert "is exactly twice what it should" in ran.stdout
    assert "Traceback" not in ran.stdout
    assert "autograder/" not in ran.stdout
