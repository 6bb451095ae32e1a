"""A judge: the handle of a trusted process that grades one submission after another.

The process (`autograder.streaming`) holds graders and references, and starts what
student code runs in. It is fed by a pipe, one JSON text a line: jobs in, results out.
A student's kernel starts one too, for public checks, and talks with it in its own way.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final

from autograder.errors import CourseError
from autograder.messages import Message, say
from autograder.results import Isolation, Note, SubmissionResult
from autograder.submissions.sources import Submission

if TYPE_CHECKING:
    from autograder.desk import BackendName  # it brings numpy, which whoever only asks a judge has no need of

START_S: Final = 120.0
CLOSE_S: Final = 5.0
_ENVIRONMENT: Final = {
    "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    "PYTHONWARNINGS": "ignore",
    # The references' matrices are small; a thread each would only take the cores from other judges.
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
}
# Modules are looked for where those of this process are, but not in the current folder:
# a student's random.py or pytest.py beside the homework would stand for the real one.
# A judge ends at once: taking it apart piece by piece costs as much as judging a submission or two.
_START: Final = (
    "import gc, os, sys; gc.disable(); sys.path[:1] = []; sys.path.append(sys.argv.pop());"
    " from autograder.streaming import main; main(); os._exit(0)"
)


def launch(*, stdout: int, stderr: int | IO[bytes] | None = None) -> subprocess.Popen[bytes]:
    """Start a judging process; it waits for its settings, one line of JSON on its stdin."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    return subprocess.Popen(  # noqa: S603 - our own module
        [sys.executable, "-c", _START, str(Path(__file__).parents[1])],
        stdin=subprocess.PIPE,
        stdout=stdout,
        stderr=stderr,
        env={**environment, **_ENVIRONMENT},
        # Ctrl-C is for the command, which ends its judges itself.
        start_new_session=True,
        # Of no meaning but on Windows, where a window would open.
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    )


class Judge:
    """The handle of a judging process, started at its first use.

    Parameters
    ----------
    folders : sequence of Path
        `solutions/<name>` of the assignments, or for public checks any folder with a `test_public.py`.
    level : int
        Isolation level of the student's process.
    hidden : bool
        Run the hidden checks too.
    backend : {"auto", "warm", "plain"}
        See `autograder.desk.Desk`.
    names_mistakes : bool
        Say which mistake is behind a failure, where the hidden checks are run.
    """

    def __init__(
        self,
        folders: Sequence[Path],
        *,
        level: int,
        hidden: bool = True,
        backend: BackendName = "auto",
        names_mistakes: bool = True,
    ) -> None:
        self._settings = {
            "folders": [str(folder) for folder in folders],
            "level": level,
            "hidden": hidden,
            "backend": backend,
            "names_mistakes": names_mistakes and hidden,
        }
        self._process: subprocess.Popen[bytes] | None = None
        self._lines: queue.Queue[bytes] = queue.Queue()

    def grade(self, submission: Submission, *, exercises: Sequence[str] = (), brief: bool = False) -> SubmissionResult:
        """Judge one submission.

        Parameters
        ----------
        exercises : sequence of str
            Only these; all where it is empty.
        brief : bool
            Only hidden checks, until one that gives points does not pass: whether it is wrong at all.

        Returns
        -------
        SubmissionResult
            With the status ``grader_error`` where the judge itself failed; the next call starts another one.

        Raises
        ------
        CourseError
            If the graders can't be collected.
        """
        started = time.monotonic()
        try:
            if self._process is None:
                self._start()
            answer = self._ask({"submission": asdict(submission), "exercises": list(exercises), "brief": brief})
        except _Died as died:
            self.close()
            return _failed(submission, died.message, time.monotonic() - started)
        if "error" in answer:
            return _failed(submission, answer["error"], time.monotonic() - started)
        return SubmissionResult.from_json(answer["result"])

    def start(self) -> None:
        """Start the process now; else the first submission does.

        Raises
        ------
        CourseError
            If the graders can't be collected.
        """
        if self._process is None:
            try:
                self._start()
            except _Died as died:
                self.close()
                raise CourseError(died.message) from died

    def close(self) -> None:
        """End the process."""
        if self._process is None:
            return
        process, self._process = self._process, None
        # What could not be written to a judge that has died is of no use to anybody.
        with contextlib.suppress(OSError):
            process.stdin.close()  # type: ignore[union-attr]
        try:
            process.wait(CLOSE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        self._reader.join()
        process.stdout.close()  # type: ignore[union-attr]

    def _start(self) -> None:
        self._lines = queue.Queue()
        self._process = launch(stdout=subprocess.PIPE)
        self._reader = threading.Thread(target=_pump, args=(self._process.stdout, self._lines), daemon=True)
        self._reader.start()
        ready = self._ask(self._settings, START_S)
        if "error" in ready:
            self.close()
            raise CourseError(ready["error"])

    def _ask(self, message: dict[str, Any], patience_s: float | None = None) -> dict[str, Any]:
        assert self._process is not None
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(message).encode() + b"\n")
            self._process.stdin.flush()
            line = self._lines.get(timeout=patience_s or self._patience_s)
        except OSError as error:
            raise _Died(say("the judge ended: {reason}", reason=str(error))) from error
        except queue.Empty:
            self._process.kill()
            raise _Died(say("the judge was silent for too long and was stopped")) from None
        # A judge that was killed may have said the half of it.
        if not line.endswith(b"\n"):
            raise _Died(say("the judge ended: {reason}", reason=f"exit status {self._process.wait()}"))
        answer: dict[str, Any] = json.loads(line)
        self._patience_s = answer.get("patience_s", START_S)
        return answer

    _patience_s: float = START_S


class _Died(Exception):
    def __init__(self, message: Message) -> None:
        self.message = message
        super().__init__(message["en"])


def _pump(stream: IO[bytes], lines: queue.Queue[bytes]) -> None:
    for line in stream:
        lines.put(line)
    lines.put(b"")


def _failed(submission: Submission, message: Message, wall_s: float) -> SubmissionResult:
    return SubmissionResult(
        student=submission.student,
        assignment=submission.assignment,
        files=submission.files,
        sha256=submission.sha256,
        status="grader_error",
        score=None,
        max_score=0.0,
        isolation=Isolation(0, ()),
        wall_s=wall_s,
        notes=(*submission.notes, Note("grader_error", message)),
    )
