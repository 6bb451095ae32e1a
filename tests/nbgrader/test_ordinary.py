"""An ordinary course of nbgrader's: its own tests run behind our walls, with the scores that nbgrader gives."""

from __future__ import annotations

import json
import shutil
import socket
import warnings
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest

from autograder.errors import CourseError
from autograder.sandbox.levels import probe
from tests.nbgrader.ordinary_course import (
    ALL,
    HONEST,
    NUMBER,
    SECRET,
    Nbgrader,
    behind_walls,
    hand_in,
    make_course,
    outputs,
    scores,
)

TELL = "\nprint('GOT<', str(got)[:2000], '>')"
ATTACKS: Final[dict[str, dict[str, Any]]] = {
    "reads_the_source": {"first": "got = open('$COURSE/source/ps1/problem.ipynb').read()" + TELL},
    "reads_the_release": {"first": "got = open('$COURSE/release/ps1/problem.ipynb').read()" + TELL},
    "reads_its_own_graded_notebook": {
        "first": "import glob\ngot = [open(p).read() for p in glob.glob('**/*.ipynb', recursive=True)]\n"
        "got += [open('$COURSE/autograded/reads_its_own_graded_notebook/ps1/problem.ipynb').read()]" + TELL
    },
    "reads_a_neighbour": {"first": "got = open('$COURSE/submitted/right/ps1/problem.ipynb').read()" + TELL},
    "reads_the_gradebook": {"first": "got = open('$COURSE/gradebook.db', 'rb').read()" + TELL},
    "reads_by_a_link": {"first": "got = open('link.txt').read()" + TELL, "link": "source/ps1/problem.ipynb"},
    "writes_the_gradebook": {
        "first": "import sqlite3\nb = sqlite3.connect('$COURSE/gradebook.db')\n"
        "b.execute('update grade set auto_score = 99, manual_score = 99')\nb.commit()"
    },
    "overwrites_the_gradebook": {"first": "open('$COURSE/gradebook.db', 'wb').write(b'')"},
    "overwrites_a_neighbour": {"first": "open('$COURSE/submitted/right/ps1/problem.ipynb', 'w').write('{}')"},
    "calls_home": {"first": "import socket\nsocket.create_connection(('127.0.0.1', $PORT)).sendall(b'hello')"},
    "hangs": {"first": "while True:\n    try:\n        sum(range(10 ** 5))\n    except BaseException: pass"},
    "sleeps": {"first": "import time\ntime.sleep(10 ** 6)"},
    "eats_memory": {"first": "x = []\nwhile True: x.append(bytearray(1 << 24))"},
    "floods": {"first": "while True: print('x' * 1000)"},
    "leaves": {"first": "import os\nos._exit(0)"},
    "kills": {"first": "import os\nfor p in (os.getppid(), 1, -1):\n    try: os.kill(p, 9)\n    except OSError: pass"},
    "crashes": {"first": "import ctypes\nctypes.string_at(0)"},
    "forks": {"first": "import os\nwhile True: os.fork()"},
    "prints_scores": {
        "answers": {"square": "print(2.0)\nclass Two:\n    def __repr__(self): return '2.0'\ndisplay(Two())\nTwo()"}
    },
    "prints_scores_in_the_test": {
        "answers": {"square": "def square(x):\n    print('2.0')\n    display(2.0)\n    raise ValueError('2.0')"}
    },
    "returns_what_looks_like_points": {
        "answers": {
            "sort": "class Odd(float):\n    def __eq__(self, other): return float('nan')\ndef sort(x): return Odd()"
        }
    },
    "gives_itself_more_than_there_is": {
        "answers": {"sort": "class Odd:\n    def __eq__(self, other): return 10 ** 6\ndef sort(x): return Odd()"}
    },
    "writes_frames": {
        "answers": {
            "square": "import os\nfor fd in range(3, 64):\n    try: os.write(fd, b'AGW1' + bytes(12))\n"
            "    except OSError: pass"
        }
    },
    "closes_everything": {"answers": {"square": "import os\nos.closerange(0, 256)"}},
}
FORGED: Final = {"square": "class Always:\n    def __eq__(self, other): return True\ndef square(x): return Always()"}
NOISY: Final = {"logs": "import sys\ndef logs(x):\n    print('hm', file=sys.stderr)\n    return np.log(x)"}


@dataclass
class Graded:
    """The same course graded by nbgrader's Execute, and behind our walls with hostile notebooks among the others."""

    stock: Path
    ours: Path
    calls: list[str]


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory, nbgrader: Nbgrader) -> Graded:
    """Grade honest notebooks both ways, hostile ones behind walls only; note who calls out."""
    if probe().best == 0:
        pytest.skip("this machine has no walls")
    folder = tmp_path_factory.mktemp("ordinary")
    stock, ours = make_course(folder / "stock", nbgrader), folder / "ours"
    shutil.copytree(stock, ours)
    behind_walls(ours, cell_s=1.0, total_s=6.0, memory_mb=256)
    for student, answers in HONEST.items():
        hand_in(stock, student, answers)
        hand_in(ours, student, answers)
    hand_in(ours, "noisy", NOISY)
    hand_in(ours, "zz_last", {})
    hand_in(ours, "forges_an_assert", FORGED)
    calls: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as server, ThreadPoolExecutor() as threads:
        port = str(server.getsockname()[1])
        for student, attack in ATTACKS.items():
            first = attack.get("first", "").replace("$COURSE", str(ours)).replace("$PORT", port)
            submission = hand_in(ours, student, attack.get("answers", {}), first=first)
            if "link" in attack:
                (submission / "link.txt").symlink_to(ours / attack["link"])
        threads.submit(listen, server, calls)
        done = [threads.submit(nbgrader, course, "autograde", "ps1") for course in (stock, ours)]
        for one in done:
            one.result()
        server.shutdown(socket.SHUT_RDWR)
    return Graded(stock, ours, calls)


def listen(server: socket.socket, calls: list[str]) -> None:
    """Note who calls, until the server is closed."""
    while True:
        try:
            connection, _ = server.accept()
        except OSError:
            return
        calls.append("call")
        connection.close()


@pytest.mark.parametrize("student", HONEST)
def test_honest_notebooks_get_the_scores_that_nbgrader_gives(graded: Graded, student: str) -> None:
    """Full, partial and no credit are those of a kernel, and what a person grades is left to a person."""
    assert scores(graded.ours)[student] == scores(graded.stock)[student]


def test_the_scores_differ_from_student_to_student(graded: Graded) -> None:
    """The comparison above compares something."""
    found = scores(graded.ours)
    assert found["right"] == ALL
    assert found["wrong_and_partly_right"] == {**ALL, "square_test": 0.0, "sort_test": 2.0, "rows_test": 0.0}
    assert found["hopeless"] == {**ALL, "square_test": 0.0, "logs_test": 0.0, "sort_test": 0.0, "rows_test": 0.0}
    assert found["untidy"] == ALL


def test_a_warning_costs_nothing(graded: Graded) -> None:
    """A RuntimeWarning and a print to stderr in a test leave a right answer its points; the text is still shown."""
    ours = graded.ours
    assert scores(ours)["noisy"] == ALL
    shown = outputs(ours, "noisy")["logs_test"]
    assert [output["output_type"] for output in shown] == ["stream", "execute_result"]
    assert "RuntimeWarning: divide by zero" in shown[0]["text"]
    assert shown[0]["name"] == "stdout"


def test_every_grade_cell_has_exactly_one_score(graded: Graded) -> None:
    """A missing output can never score, for there is none."""
    ours = graded.ours
    for student in (*HONEST, "noisy"):
        for name, shown in outputs(ours, student).items():
            results = [output for output in shown if output["output_type"] == "execute_result"]
            if name.endswith("_test"):
                assert len(results) == 1, (student, name)
                assert float(results[0]["data"]["text/plain"]) == scores(ours)[student][name]


def test_errors_tell_what_is_wrong_without_the_tests_lines(graded: Graded) -> None:
    """An assert's message and the lines of the student's cells are shown; no line of a test, no path of the machine."""
    ours = graded.ours
    wrong = outputs(ours, "wrong_and_partly_right")["square_test"]
    assert [output["output_type"] for output in wrong] == ["error", "execute_result"]
    assert wrong[0]["ename"] == "AssertionError"
    assert "line 3" in "\n".join(wrong[0]["traceback"])
    late = outputs(ours, "hopeless")
    assert "    return open('no_such_file.csv').readlines()" in late["rows_test"][0]["traceback"]
    for student in HONEST:
        text = json.dumps(outputs(ours, student))
        assert NUMBER not in text
        assert str(ours) not in text
        assert "site-packages" not in text


def test_what_a_person_grades_keeps_its_outputs(graded: Graded) -> None:
    """A cell that is graded by hand shows what it printed, and gets no score from us."""
    ours = graded.ours
    assert outputs(ours, "right")["essay"] == [{"output_type": "stream", "name": "stdout", "text": "my essay\n"}]
    assert scores(ours)["right"]["essay"] is None


# --- hostile notebooks ------------------------------------------------------------------------------------------------


def test_no_attack_costs_anybody_else_anything(graded: Graded) -> None:
    """Honest notebooks before and after all attacks get what they deserve, and each submission was graded."""
    course = graded.ours
    found = scores(course)
    assert found["right"] == found["zz_last"] == ALL
    assert set(found) == {*HONEST, *ATTACKS, "noisy", "zz_last", "forges_an_assert"}
    assert json.loads((course / "submitted" / "right" / "ps1" / "problem.ipynb").read_text())["cells"]


def test_no_attack_reads_or_calls(graded: Graded) -> None:
    """No solution, hidden test, neighbour's work or gradebook is in what a notebook showed, and nobody was called."""
    course = graded.ours
    assert not graded.calls
    for student in ATTACKS:
        shown = json.dumps(outputs(course, student))
        assert not [word for word in (SECRET, NUMBER, "SQLite format", "BEGIN", "my essay'") if word in shown], student


READERS = [
    name for name in ATTACKS if name.startswith(("reads", "writes_the", "overwrites", "calls", "forks", "kills"))
]


@pytest.mark.parametrize("student", READERS)
def test_who_fails_to_reach_something_is_graded_as_usual(graded: Graded, student: str) -> None:
    """The attacking cell ends with an error or in vain, and the answers after it count."""
    course = graded.ours
    assert scores(course)[student] == ALL
    if not student.startswith("kills"):
        assert [output["output_type"] for output in outputs(course, student)["own"]] == ["error"]


@pytest.mark.parametrize("student", ["hangs", "sleeps", "leaves", "crashes", "writes_frames", "closes_everything"])
def test_who_ends_the_process_gets_a_sentence_and_no_points(graded: Graded, student: str) -> None:
    """The grade cells after it get an explicit 0 that says why."""
    course = graded.ours
    assert {score for name, score in scores(course)[student].items() if name != "essay"} == {0.0}
    told = outputs(course, student)["sort_test"]
    assert len(told) == 1
    assert "had ended the process" in told[0]["data"]["text/html"]
    assert told[0]["data"]["text/plain"] == "0.0"


@pytest.mark.parametrize("student", ["eats_memory", "floods"])
def test_who_exceeds_a_limit_loses_the_cell_only(graded: Graded, student: str) -> None:
    """Memory and output have bounds; the cells after it run."""
    course = graded.ours
    assert scores(course)[student]["square_test"] == 2.0
    assert len(json.dumps(outputs(course, student))) < 200_000


@pytest.mark.parametrize(
    ("student", "cell"),
    [
        ("prints_scores", "square_test"),
        ("prints_scores_in_the_test", "square_test"),
        ("returns_what_looks_like_points", "sort_test"),
        ("gives_itself_more_than_there_is", "sort_test"),
    ],
)
def test_what_looks_like_a_score_is_none(graded: Graded, student: str, cell: str) -> None:
    """Prints, displays and representations of a student's objects earn nothing; neither do points out of range."""
    course = graded.ours
    assert scores(course)[student] == {**ALL, cell: 0.0}


def test_an_assert_can_be_forged(graded: Graded) -> None:
    """What the documentation says of such tests: an object that equals everything passes them."""
    course = graded.ours
    assert scores(course)["forges_an_assert"] == ALL


def test_a_notebook_in_another_language_is_refused() -> None:
    """Whoever runs the course is told what to do."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from nbformat import from_dict  # noqa: PLC0415 - it warns

        from autograder.adapters.nbgrader.ordinary import RunInSandbox  # noqa: PLC0415 - slow to import, and it warns
    with pytest.raises(CourseError, match="written in R"):
        RunInSandbox().run(from_dict({"cells": [], "metadata": {"kernelspec": {"language": "R"}}}), {})
