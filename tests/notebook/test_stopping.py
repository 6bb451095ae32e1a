"""Calls that don't end: the clock stops them, or the student does."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from autograder.errors import SandboxError
from autograder.messages import say
from autograder.notebook.judging import LiveJudge
from autograder.notebook.stopping import Stopped
from autograder.sandbox import live
from tests.notebook.conftest import Notebook, write_assignment

LOOPS = {
    "computes": "while True: pass",
    "sleeps": "import time; time.sleep(60)",
    "catches everything": "while True:\n        try:\n            while True: pass\n        except BaseException: pass",
}
TOLD = "It took too long and was stopped: does a loop never end?"


@contextlib.contextmanager
def pressing_after(seconds: float) -> Iterator[None]:
    """Press interrupt meanwhile."""
    timer = threading.Timer(seconds, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()


@pytest.fixture
def slow(solved: Notebook, tmp_path: Path) -> Notebook:
    """Return a notebook whose assignment has all the time in the world."""
    place = write_assignment(tmp_path / "slow")
    settings = place / "assignment.toml"
    text = settings.read_text(encoding="utf-8").replace("call_s = 0.4", "call_s = 60").replace("total_s = 6", "")
    settings.write_text(text, encoding="utf-8")
    assert "2 of 2" in solved.check(f"--assignment '{place}' double").text
    return solved


@pytest.mark.parametrize("loop", ["computes", "sleeps"])
def test_the_clock_stops_a_call(solved: Notebook, loop: str) -> None:
    """It is told so, and the other exercises are checked by the same judge."""
    solved.run(f"def double(x):\n    {LOOPS[loop]}")
    judge = solved.judge
    page = solved.check()
    assert page.text.count(TOLD) == 2
    assert "3 of 5 public checks passed." in page.text
    assert solved.judge is judge


def test_the_clock_stops_code_that_catches_everything(solved: Notebook) -> None:
    """It strikes again until the loop's own handling is interrupted."""
    solved.run(f"def double(x):\n    {LOOPS['catches everything']}")
    with pressing_after(8):
        page = solved.check("double")
    assert TOLD in page.text or page.text == "The check was stopped."


@pytest.mark.parametrize("loop", ["computes", "sleeps"])
def test_the_student_stops_a_check(slow: Notebook, loop: str) -> None:
    """One sentence; the handlers are back, nothing was added, and the next check works."""
    slow.run(f"def double(x):\n    {LOOPS[loop]}")
    handler, names = signal.getsignal(signal.SIGINT), dict(slow.names)
    with pressing_after(0.6):
        page = slow.check("double")
    assert page.text == "The check was stopped."
    assert signal.getsignal(signal.SIGINT) is handler
    assert set(slow.names) - set(names) <= {"_i", "_ii", "_iii", "_dh"} | {f"_i{n}" for n in range(99)}
    slow.run("def double(x):\n    return 2 * x")
    assert "2 of 2 public checks passed." in slow.check("double").text


def test_the_student_stops_waiting_for_the_judge(
    solved: Notebook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also before the judge is ready."""
    place = write_assignment(tmp_path / "late")

    def never(*, stdout: int, stderr: int) -> subprocess.Popen[bytes]:
        program = "input(); import time; time.sleep(60)"
        return subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=stdout, stderr=stderr)

    monkeypatch.setattr("autograder.notebook.judging.launch", never)
    with pressing_after(0.3):
        page = solved.check(f"--assignment '{place}'")
    assert page.text == "The check was stopped."


def test_a_judge_that_was_ended_is_replaced(solved: Notebook) -> None:
    """The next check starts another one."""
    solved.check("double")
    first = solved.judge._process
    first.kill()
    first.wait()
    assert "2 of 2 public checks passed." in solved.check("double").text
    assert solved.judge._process is not first


def test_a_judge_that_dies_in_a_check_is_replaced(solved: Notebook) -> None:
    """The check is made again with another one; where that dies too it is said."""
    solved.names["pids"] = pids = [solved.judge._process.pid]
    solved.run("import os\ndef double(x):\n    if pids: os.kill(pids.pop(), 9)\n    return 2 * x")
    assert "2 of 2 public checks passed." in solved.check("double").text
    assert not pids
    solved.names["judge"] = lambda: solved.judge._process.pid
    solved.run("def double(x):\n    os.kill(judge(), 9)\n    return 2 * x")
    assert "ended again and again" in solved.check("double").text


@pytest.mark.parametrize(
    ("program", "reason"),
    [
        ("raise SystemExit('no such thing')", "no such thing"),
        ("import os; os._exit(1)", "no reason given"),
        ("import nothing_like_it", "ModuleNotFoundError: No module named 'nothing_like_it'"),
    ],
)
def test_a_judge_that_does_not_start_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: str, reason: str
) -> None:
    """The reason is what it said last."""

    def other(*, stdout: int, stderr: int) -> subprocess.Popen[bytes]:
        return subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=stdout, stderr=stderr)

    monkeypatch.setattr("autograder.notebook.judging.launch", other)
    judge = LiveJudge(tmp_path)
    with pytest.raises(SandboxError) as caught:
        judge.wait(lambda: False)
    told = say("the judge of the public checks didn't start: {reason}", reason=reason)
    # A process that ends at once may not even take its settings.
    assert caught.value.message == told or "BrokenPipeError" in str(caught.value)
    assert not judge.is_usable


def test_a_stranger_without_the_token_is_turned_away(
    solved: Notebook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who calls the port first is not believed; the judge still gets through."""
    tell_settings = LiveJudge._tell_settings
    callers: list[socket.socket] = []

    def be_called_first(judge: LiveJudge, kernel: dict[str, Any]) -> None:
        for greeting in (b"0" * 64, b""):
            caller = socket.create_connection(("127.0.0.1", kernel["port"]), 20)
            caller.sendall(greeting)
            if not greeting:
                caller.shutdown(socket.SHUT_WR)
            callers.append(caller)
        tell_settings(judge, kernel)

    monkeypatch.setattr(LiveJudge, "_tell_settings", be_called_first)
    place = write_assignment(tmp_path / "guarded")
    assert "2 of 2 public checks passed." in solved.check(f"--assignment '{place}' double").text
    for caller in callers:
        with caller:
            assert caller.recv(1) == b""


def test_a_fork_does_not_keep_the_judge(solved: Notebook) -> None:
    """A process that was forked off holds no end of the connection, and makes no use of it."""
    solved.check("double")
    connection = solved.judge._socket.fileno()
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        try:
            os.fstat(connection)
            os.write(writer, b"open")
        except OSError:
            os.write(writer, b"closed" if not solved.judge.is_usable else b"usable")
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    os.close(writer)
    with os.fdopen(reader, "rb") as told:
        assert told.read() == b"closed"
    assert "2 of 2 public checks passed." in solved.check("double").text


def test_without_signals_an_interrupt_is_seen_while_waiting(solved: Notebook) -> None:
    """A check in a thread works: there the clock can't stop anything, and nothing else is missing."""
    pages: list[str] = []
    thread = threading.Thread(target=lambda: pages.append(solved.magics._check("double", None).as_text("en")))
    thread.start()
    thread.join()
    assert "2 of 2 public checks passed." in pages[0]


def test_stopped_is_no_exception_that_code_catches() -> None:
    """`except Exception` in a student's loop does not swallow it."""
    assert not issubclass(Stopped, Exception)


def test_a_judge_without_work_ends_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """A class of kernels shares one machine's memory; the next check starts another one."""
    monkeypatch.setattr(live, "IDLE_S", 0.2)
    monkeypatch.setattr(os, "_exit", sys.exit)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        kernel = live.Kernel(listener.getsockname()[1], "token")
        caller, _ = listener.accept()
        with caller, pytest.raises(SystemExit) as left:
            next(kernel.jobs())
        kernel.close()
    assert left.value.code == 0
