"""What `%check` costs a student who waits for it: in a real kernel, on the reference solutions of the course.

Run ``python benchmarks/live_check.py``; ratios within one run are what counts,
since machines differ and are busy with other things. ``own`` is what the
student's functions and the probes take of it, measured in the kernel: no check
can be quicker than what it calls.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from jupyter_client.manager import KernelManager
from rich.console import Console
from rich.table import Table

from autograder.assignments import Assignment, find_course

PATIENCE_S = 120
MEASURE = """
import contextlib, io, json, statistics, time
from IPython.utils.capture import capture_output
from autograder.notebook.live import LiveServer
from autograder.sandbox.clocks import Meter

def measure(line, runs):
    shell, spent = get_ipython(), []
    perform = LiveServer._perform

    def timed(self, *args):
        start = time.perf_counter()
        try:
            return perform(self, *args)
        finally:
            spent[-1] += time.perf_counter() - start

    LiveServer._perform = timed
    walls, cpus = [], []
    try:
        with capture_output() as captured:
            for _ in range(runs):
                spent.append(0.0)
                judge = Meter(shell.magics_manager.registry["CheckMagics"]._judge._process.pid)
                cpu, start = time.process_time() + judge.cpu_s(), time.perf_counter()
                shell.run_line_magic("check", line)
                walls.append(time.perf_counter() - start)
                cpus.append(time.process_time() + judge.cpu_s() - cpu)
    finally:
        LiveServer._perform = perform
    told = captured.outputs[-1].data["text/plain"].splitlines()[-1]
    print(json.dumps([*map(statistics.median, (walls, cpus, spent)), max(walls), told]))
"""


class Kernel:
    """A kernel that runs code and hands back what it printed."""

    def __init__(self, folder: Path) -> None:
        self._manager = KernelManager(kernel_name="python3")
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self._manager.start_kernel(cwd=str(folder), env=dict(os.environ), **quiet)
        self._client = self._manager.blocking_client()
        self._client.start_channels()
        self._client.wait_for_ready(timeout=PATIENCE_S)

    def run(self, code: str) -> str:
        """Run code."""
        printed: list[str] = []

        def note(message: dict[str, Any]) -> None:
            content = message["content"]
            if message["msg_type"] == "error":
                raise SystemExit("\n".join(content["traceback"]))
            if message["msg_type"] == "stream":
                printed.append(content["text"])

        self._client.execute_interactive(code, timeout=PATIENCE_S, output_hook=note)
        return "".join(printed)

    def end(self) -> None:
        """End it."""
        self._client.stop_channels()
        self._manager.shutdown_kernel(now=True)


def measure_command(file: Path) -> tuple[float, float]:
    """Return wall and CPU seconds of `autograder check` on a file."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run([sys.executable, "-m", "autograder", "check", str(file)], check=False, capture_output=True)
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def measure(assignment: Assignment, table: Table, runs: int) -> None:
    """Measure one assignment, as a student has it."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place, assignment.name)
        folder.mkdir()
        shutil.copy(assignment.public_checks, folder)
        file = Path(shutil.copy(assignment.reference, folder))
        kernel = Kernel(folder)
        try:
            kernel.run(f"%load_ext autograder\n{MEASURE}")
            definitions = file.read_text(encoding="utf-8").partition("\nif __name__")[0]
            kernel.run(definitions)
            first = json.loads(kernel.run("measure('', 1)"))
            lines = [assignment.exercises[0].name, ""]
            rows = [(f"%check {line}", json.loads(kernel.run(f"measure({line!r}, {runs})"))) for line in lines]
        finally:
            kernel.end()
        rows.append(("%check, the first", first))
        command = measure_command(file)
    for name, (wall, cpu, own, worst, told) in rows:
        figures = [f"{1000 * value:.1f}" for value in (wall, worst, own, cpu)]
        table.add_row(assignment.name, name, *figures, f"{wall / command[0]:.3f} x", told.split(" public")[0])
    shown = [f"{1000 * value:.0f}" for value in (command[0], command[0])]
    table.add_row(assignment.name, "autograder check FILE", *shown, "", f"{1000 * command[1]:.0f}", "1 x", "")
    table.add_section()


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=20)
    options = parser.parse_args()
    course = find_course(Path(__file__).parent)
    table = Table("assignment", "milliseconds of", "wall", "worst", "own", "CPU", "wall, ratio", "passed")
    for name in course.names:
        measure(course.assignment(name), table, options.runs)
    Console(width=120).print(table)


if __name__ == "__main__":
    main()
