"""Cells of an ordinary notebook run as a kernel runs them, behind every kind of wall."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path, PurePath
from textwrap import dedent
from typing import Any

import pytest

from autograder.sandbox.cells import KINDS, MOST_PIECES, CellRun, Shown, read_run
from autograder.sandbox.faults import StudentFault
from autograder.sandbox.levels import choose, probe
from autograder.sandbox.notebooks import NotebookRunner, Settings
from autograder.sandbox.session import Session
from autograder.sandbox.staging import MOST_FILES, Stage

Run = Callable[..., list[CellRun]]
LIMITS = {"cell_s": 0.6, "total_s": 4.0, "memory_mb": 256, "output_kb": 4}
BEST = probe().best
BESIDE = {"data.csv": "a,b\n1,2\n", "helper.py": "def twice(x):\n    return 2 * x\n", "more/text.txt": "deep"}

PACKAGE = {
    "lab_tools/__init__.py": "from lab_tools.sums import total\n",
    "lab_tools/sums.py": "import math\n\ndef total(x):\n    return math.fsum(x)\n",
    "matplotlib/__init__.py": "",
    "matplotlib/pyplot.py": """
        PNG = b"\\x89PNG\\r\\n\\x1a\\n"
        _open = []
        class Figure:
            def savefig(self, stream, **options):
                stream.write(PNG + b"picture")
        def figure(number): return Figure()
        def plot(*values): _open.append(len(_open) + 1)
        def get_fignums(): return list(_open)
        def close(which): _open.clear()
        def show(): pass
    """,
}


def write(folder: Path, files: dict[str, str]) -> Path:
    """Write files into a folder."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(dedent(text), encoding="utf-8")
    return folder


def listed(folder: Path) -> list[tuple[PurePath, Path]]:
    """List a folder's files as a runner wants them."""
    return [(path.relative_to(folder), path) for path in sorted(folder.rglob("*")) if path.is_file()]


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Make a folder of packages, files that lie beside a notebook, and what a notebook must never reach."""
    folder = tmp_path_factory.mktemp("course")
    return {
        "packages": write(folder / "site-packages", PACKAGE),
        "beside": write(folder / "autograded" / "kim01", BESIDE),
        "source": write(folder / "source", {"problem.ipynb": "the solution"}),
        "neighbour": write(folder / "submitted" / "kim02", {"problem.ipynb": "somebody's work"}),
    }


@pytest.fixture(scope="module", params=["best", "level 2", "level 1", "plain"])
def runner(request: pytest.FixtureRequest, places: dict[str, Path]) -> Iterator[NotebookRunner]:
    """Start what runs notebooks: at the best level, at the weaker ones that this machine has, and without walls."""
    wanted = {"best": BEST, "level 2": 2, "level 1": 1, "plain": 0}[request.param]
    level = choose(wanted) if wanted else 0
    started = NotebookRunner(
        Settings(level=level, packages=(str(places["packages"]),), **LIMITS),  # type: ignore[arg-type]
        plain=request.param == "plain",
    )
    yield started
    started.close()


@pytest.fixture(scope="module")
def best(places: dict[str, Path]) -> Iterator[NotebookRunner]:
    """Start what runs notebooks at the best level."""
    started = NotebookRunner(
        Settings(level=choose("auto"), packages=(str(places["packages"]),), **LIMITS)  # type: ignore[arg-type]
    )
    yield started
    started.close()


def run(runner: NotebookRunner, *cells: str, **more: Any) -> list[CellRun]:
    """Run cells."""
    return runner.run([dedent(cell).strip("\n") for cell in cells], **more)


def texts(run: CellRun) -> list[tuple[str, str]]:
    """Return what a cell shows."""
    return [(shown.kind, shown.text) for shown in run.shown]


def error(run: CellRun) -> str:
    """Return the type and text of the exception that ended a cell."""
    assert run.raised, run
    return f"{run.raised.name}: {run.raised.text}"


# --- as a kernel does -------------------------------------------------------------------------------------------------


def test_cells_share_one_namespace_and_show_streams_and_values(runner: NotebookRunner) -> None:
    """What one cell defines the next one uses; prints and the last expression come in their order."""
    first, second, third = run(
        runner, "import numpy as np\nx = np.arange(3.0)", "print('one')\nx.sum()", "x = 5;\nx;\n__name__"
    )
    assert first == CellRun()
    assert texts(second) == [("stdout", "one\n"), ("result", "np.float64(3.0)")]
    assert second.points == 3.0
    assert texts(third) == [("result", "'__main__'")]


def test_a_cell_that_raises_does_not_stop_the_next(runner: NotebookRunner) -> None:
    """An exception is told with the cells and lines that it passed, and the notebook goes on."""
    runs = run(
        runner,
        "def f(x):\n    return y",
        "print('before')\nf(1)\nprint('after')",
        "raise NotImplementedError()",
        "a = = 3",
        "import sys\nsys.exit(1)",
        "exit()",
        "1 + 1",
    )
    assert error(runs[1]) == "NameError: name 'y' is not defined"
    assert texts(runs[1]) == [("stdout", "before\n")]
    assert runs[1].raised
    assert runs[1].raised.frames == ((2, 2, "<module>"), (1, 2, "f"))
    assert error(runs[2]) == "NotImplementedError: "
    assert error(runs[3]) == "SyntaxError: invalid syntax (cell 4, line 1)"
    assert [run.raised.name for run in runs[4:6] if run.raised] == ["SystemExit", "SystemExit"]
    assert texts(runs[6]) == [("result", "2")]


def test_what_notebooks_write_besides_python_is_harmless(runner: NotebookRunner) -> None:
    """Magics, `display`, `get_ipython` and IPython's own modules do nothing that matters."""
    runs = run(
        runner,
        "%matplotlib inline\n!pip install x\nfrom IPython.display import display\nimport IPython.core, ipywidgets",
        "display({'a': 1})\nget_ipython().run_line_magic('load_ext', 'x');",
        "%%time\nz = 3\nz",
        "    indented = 4\n    indented",
        "%%bash\nrm -rf /",
        "from __future__ import annotations",
        "def f(x: not_there): pass",
        "_",
        "print('a', file=sys.stderr)",
        "import sys, warnings\nprint('b', file=sys.stderr)\nwarnings.warn('careful')",
    )
    assert [run.went_well for run in runs] == [True] * 8 + [False, True]
    assert texts(runs[1]) == [("display", "{'a': 1}")]
    assert [texts(runs[place])[0][1] for place in (2, 3, 7)] == ["3", "4", "4"]
    assert texts(runs[9]) == [("stderr", "b\ncell 10:2: UserWarning: careful\n  warnings.warn('careful')\n")] or (
        # A warning shows its line once the source of this cell has been read.
        texts(runs[9])[0][1].startswith("b\ncell 10:3: UserWarning: careful\n")
    )


def test_nobody_answers_input_and_nothing_is_awaited(runner: NotebookRunner) -> None:
    """`input()` is an error, a top-level `await` has a sentence, and a patched `input` answers."""
    runs = run(
        runner,
        "input('name? ')",
        "import asyncio\nawait asyncio.sleep(0)",
        "from unittest.mock import patch\nwith patch('builtins.input', return_value='kim'):\n    name = input()\nname",
    )
    assert error(runs[0]).startswith("EOFError: ")
    assert runs[1].fault
    assert "`await`" in runs[1].fault["en"]
    assert texts(runs[2]) == [("result", "'kim'")]


def test_tests_can_look_at_the_source_of_functions(runner: NotebookRunner) -> None:
    """`inspect.getsource` finds what a cell has written; a cell whose lines are withheld is quoted nowhere."""
    runs = run(
        runner,
        "def f(x):\n    return x",
        "import inspect\ninspect.getsource(f)",
        "import warnings\nwarnings.warn('told')  # the hidden line",
        withheld={3},
    )
    assert texts(runs[1]) == [("result", "'def f(x):\\n    return x\\n'")]
    assert texts(runs[2]) == [("stderr", "cell 3:2: UserWarning: told\n")]


@pytest.mark.parametrize(
    ("expression", "points"),
    [
        ("2", 2.0),
        ("2.5", 2.5),
        ("np.float32(0.5)", 0.5),
        ("np.int64(3)", 3.0),
        ("10 ** 400", float("inf")),
        ("True", None),
        ("'3.0'", None),
        ("Looks()", None),
        ("Float(3.0)", None),
        ("np.array(3.0)", None),
        ("print(3.0)", None),
        ("3.0;", None),
        ("x = 3.0", None),
    ],
)
def test_only_a_number_counts_as_points(best: NotebookRunner, expression: str, points: float | None) -> None:
    """What merely looks like a number, or only calls itself one, is none."""
    setup = """
    import numpy as np
    class Looks:
        def __repr__(self): return "3.0"
    class Float(float): pass
    """
    assert run(best, setup, expression)[1].points == points


# --- files and packages -----------------------------------------------------------------------------------------------


def test_files_beside_the_notebook_can_be_read(runner: NotebookRunner, places: dict[str, Path]) -> None:
    """Released data opens by its plain name, and a released module is imported."""
    cells = ["open('data.csv').read()", "import helper\nhelper.twice(21)", "open('more/text.txt').read()"]
    runs = run(runner, *cells, files=listed(places["beside"]))
    if runner._settings.level == 1:
        assert not any(run.went_well for run in runs)
    else:
        assert [text for one in runs for _, text in texts(one)] == ["'a,b\\n1,2\\n'", "42", "'deep'"]


def test_the_next_notebook_finds_only_its_own_files(runner: NotebookRunner, places: dict[str, Path]) -> None:
    """Neither files that lay beside an earlier notebook nor what it wrote are left."""
    write_something = (
        "open('left.txt', 'w').write('mine')\nimport os\nopen(os.environ['HOME'] + '/x', 'w').write('mine')"
    )
    run(runner, write_something, files=listed(places["beside"]))
    look = "import os\n[*os.listdir('.'), *os.listdir(os.environ['HOME'])] if os.getcwd() != '/' else []"
    (left,) = run(runner, look, files=[])
    assert left.shown == () or texts(left) in ([("result", "[]")], [("result", "['.home']")])


def test_a_notebook_may_write_in_its_folder(best: NotebookRunner, places: dict[str, Path]) -> None:
    """It can change its copies and write a module, and nothing of it reaches the files themselves."""
    if BEST < 3:
        pytest.skip("only levels 3 and 4 have a scratch folder")
    runs = run(
        best,
        "open('data.csv', 'w').write('changed')",
        "%%writefile late.py\nanswer = 42\n",
        "import late\n(late.answer, open('data.csv').read())",
        files=listed(places["beside"]),
    )
    assert texts(runs[2]) == [("result", "(42, 'changed')")]
    assert (places["beside"] / "data.csv").read_text() == BESIDE["data.csv"]


def test_large_files_are_read_where_they_lie(best: NotebookRunner, tmp_path: Path) -> None:
    """What doesn't fit into a child's own folder can be read all the same."""
    (tmp_path / "large.bin").write_bytes(b"x" * (9 << 20))
    (one,) = run(best, "len(open('large.bin', 'rb').read())", files=listed(tmp_path))
    assert one.points == 9 << 20


def test_installed_packages_are_imported(best: NotebookRunner) -> None:
    """A package folder that is named is readable; a package that isn't installed is missed, as in a kernel."""
    runs = run(best, "import lab_tools\nlab_tools.total([1, 2])", "import not_installed")
    assert runs[0].points == 3.0
    assert error(runs[1]) == "ModuleNotFoundError: No module named 'not_installed'"


def test_a_figure_is_shown_when_its_cell_is_over(best: NotebookRunner) -> None:
    """An open figure becomes a picture, and the next cell begins without it."""
    runs = run(best, "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()", "1")
    assert [(shown.kind, shown.picture[1:4]) for shown in runs[0].shown] == [("figure", b"PNG")]
    assert texts(runs[1]) == [("result", "1")]


def test_a_stage_shows_neither_links_nor_more_than_fits(tmp_path: Path) -> None:
    """A link is passed over wherever it leads, and what exceeds the bounds is named."""
    folder = write(tmp_path / "given", {"a.txt": "1234", "b.txt": "5678", "c.txt": "9"})
    (folder / "link.txt").symlink_to(folder / "a.txt")
    stage = Stage()
    try:
        size, left_out = stage.fill([(path.relative_to(folder), path) for path in sorted(folder.iterdir())], 6)
        assert (size, left_out) == (5, [PurePath("b.txt")])
        assert sorted(path.name for path in stage.files.iterdir()) == ["a.txt", "c.txt"]
        _, left_out = stage.fill([(PurePath(f"{n}.txt"), folder / "c.txt") for n in range(MOST_FILES + 1)], 1 << 20)
        assert left_out == [PurePath(f"{MOST_FILES}.txt")]
        folder = stage.files.parents[1]
    finally:
        stage.close()
    assert not folder.exists()


# --- what hostile or hopeless notebooks do ----------------------------------------------------------------------------


def test_an_endless_cell_is_stopped_and_the_rest_runs(runner: NotebookRunner) -> None:
    """The cell gets a sentence; what comes after it still runs in the same namespace."""
    runs = run(runner, "x = 1", "while True:\n    x += 1", "x > 1")
    assert runs[1].fault
    assert "took too long" in runs[1].fault["en"]
    assert texts(runs[2]) == [("result", "True")]


@pytest.mark.parametrize(
    "ending",
    [
        "import time\ntime.sleep(1e6)",
        "while True:\n    try:\n        sum(range(10**5))\n    except BaseException: pass",
        "import os\nos._exit(0)",
        "import ctypes\nctypes.string_at(0)",
        "import os\nfor pid in (os.getppid(), -1):\n    try: os.kill(pid, 9)\n    except OSError: pass\nos._exit(1)",
        "import os\nfor fd in range(3, 64):\n    try: os.write(fd, b'AGW1' + b'x' * 99)\n    except OSError: pass",
        "import os\nos.closerange(0, 64)",
    ],
)
def test_whoever_ends_the_process_loses_the_rest_of_the_notebook(best: NotebookRunner, ending: str) -> None:
    """The cell and all after it are marked with a sentence, and the next notebook runs as if nothing had been."""
    runs = run(best, "x = 1", ending, "x", "2")
    assert runs[0].went_well
    assert [one.went_well for one in runs[1:]] == [False] * 3
    assert runs[3].fault
    assert "cell 2 had ended the process" in runs[3].fault["en"]
    assert run(best, "3")[0].points == 3.0


def test_a_notebook_has_a_limit_as_a_whole(best: NotebookRunner) -> None:
    """Many cells that each stay within their time do not add up to more than the notebook may take."""
    runs = run(best, *["import time\nend = time.process_time() + 0.4\nwhile time.process_time() < end: pass"] * 14)
    assert runs[0].went_well
    assert runs[-1].fault
    assert "as a whole" in runs[-1].fault["en"]


def test_memory_is_bounded(best: NotebookRunner) -> None:
    """A memory hog gets an error, and what comes after it still runs."""
    runs = run(best, "x = bytearray(1 << 40)", "y = [bytearray(1 << 24) for _ in range(1000)]", "1")
    assert [one.raised.name for one in runs[:2] if one.raised] == ["MemoryError", "MemoryError"]
    assert runs[2].points == 1.0


def test_output_is_bounded(best: NotebookRunner) -> None:
    """A flood is cut, said to be cut, and costs nothing; long errors and odd texts are told as far as they go."""
    runs = run(
        best,
        "for _ in range(10 ** 5): print('x' * 100)",
        "for n in range(3000): display(n)",
        "raise ValueError('y' * 10 ** 7)",
        "print('\\ud800 \\0')",
        "class Bad(Exception):\n    def __str__(self): raise self\nraise Bad",
        "class Odd:\n    def __repr__(self): return 3\nOdd()",
    )
    assert [one.remark is not None for one in runs] == [True, True, False, False, False, False]
    assert len(runs[0].shown[0].text) == 4096
    assert len(runs[1].shown) == 200
    assert len(error(runs[2])) < 5000
    assert texts(runs[3]) == [("stdout", "? \0\n")]
    assert error(runs[4]) == "Bad: "
    assert texts(runs[5]) == [("result", "<Odd>")]


REACHES: dict[str, str] = {
    "solution": "open({source!r}).read()",
    "neighbour": "open({neighbour!r}).read()",
    "notebook": "open({beside!r}).read()",
    "listing": "__import__('os').listdir({folder!r})",
    "write": "open({neighbour!r}, 'w').write('mine')",
    "remove": "__import__('os').remove({neighbour!r})",
    "network": "__import__('socket').socket().connect(('127.0.0.1', 9))",
    "fork": "__import__('os').fork()",
    "thread": "__import__('threading').Thread(target=print).start()",
    "program": "__import__('subprocess').run(['true'])",
    "passwords": "open('/etc/passwd').read()",
    "processes": "open('/proc/1/environ').read()",
    "packages": "open({packages!r} + '/x.py', 'w').write('')",
}


@pytest.mark.parametrize("reach", REACHES)
@pytest.mark.parametrize("level", [level for level in (4, 3, 2, 1) if probe().levels[level].available])
def test_a_notebook_reaches_nothing_else(
    level: int, reach: str, places: dict[str, Path], reaching: Callable[[int], NotebookRunner]
) -> None:
    """Solutions, neighbours, the network, processes and other files are out of reach at every level with walls."""
    named = {
        "source": str(places["source"] / "problem.ipynb"),
        "neighbour": str(places["neighbour"] / "problem.ipynb"),
        "beside": str(places["beside"] / "data.csv"),
        "folder": str(places["source"].parent),
        "packages": str(places["packages"]),
    }
    (one,) = run(reaching(level), REACHES[reach].format(**named), files=listed(places["beside"]))
    assert one.raised, one
    assert one.raised.name in ("PermissionError", "FileNotFoundError", "RuntimeError", "OSError", "BlockingIOError")
    assert (places["neighbour"] / "problem.ipynb").read_text() == "somebody's work"


@pytest.fixture(scope="module")
def reaching(places: dict[str, Path]) -> Iterator[Callable[[int], NotebookRunner]]:
    """Return a function that gives the runner of a level."""
    started: dict[int, NotebookRunner] = {}

    def at(level: int) -> NotebookRunner:
        if level not in started:
            settings = Settings(level=level, packages=(str(places["packages"]),), **LIMITS)  # type: ignore[arg-type]
            started[level] = NotebookRunner(settings)
        return started[level]

    yield at
    for one in started.values():
        one.close()


def test_a_cell_does_not_see_those_that_come_after_it(best: NotebookRunner) -> None:
    """The source of a test is not in the process before its turn has come."""
    look = """
    import gc, linecache, sys
    word = 'nev' + 'er seen'
    found = [o for o in gc.get_objects() if isinstance(o, (list, tuple, dict, str)) and word in repr(o)[:10 ** 6]]
    [word in str(linecache.cache), word in str(vars(sys.modules['__main__']).get('In')), len(found)]
    """
    runs = run(best, look, "hidden = 'never ' + 'seen'  # never seen\nassert hidden")
    assert texts(runs[0])[0][1].startswith("[False, False, ")
    assert runs[1].went_well
    assert "never seen" not in runs[0].shown[0].text


def test_the_process_is_one_of_a_notebook_only(best: NotebookRunner) -> None:
    """What one notebook patches, the next one finds whole."""
    run(best, "import builtins, numpy.testing as t\nbuiltins.len = lambda x: 7\nt.assert_equal = print")
    assert texts(run(best, "import numpy.testing as t\n(len([]), t.assert_equal is print)")[0]) == [
        ("result", "(0, False)")
    ]


def test_nothing_is_left_behind() -> None:
    """Closing ends every process and removes every folder."""
    started = NotebookRunner(Settings(level=choose("auto"), **LIMITS))  # type: ignore[arg-type]
    run(started, "1")
    folder, backend = started._stage.files.parents[1], started._backend
    started.close()
    assert not folder.exists()
    assert backend
    assert backend._process.poll() is not None  # type: ignore[attr-defined]


# --- what a child may say ---------------------------------------------------------------------------------------------

SAYS: dict[str, Any] = {"pieces": [["stdout", b"hello"]], "error": None, "points": 1.0, "ended": "well", "cut": False}


def test_an_honest_answer_is_read() -> None:
    """What a child says becomes the outputs of the cell."""
    assert read_run(SAYS, 3) == CellRun((Shown("stdout", "hel"),), None, None, 1.0)


@pytest.mark.parametrize(
    "lie",
    [
        [],
        {"pieces": [["html", b"<script>"]]},
        {"pieces": [["stdout", "text"]]},
        {"pieces": [["stdout"]]},
        {"pieces": [[[], b""]]},
        {"pieces": [["stdout", b""]] * (MOST_PIECES + 1)},
        {"error": []},
        {"error": ["ValueError", "x", [["a", 1, "f"]]]},
        {"error": ["ValueError", "x", []]},
        {"ended": "raised"},
        {"ended": "gladly"},
        {"ended": ["well"]},
        {"points": "3.0"},
        {"points": True},
    ],
    ids=lambda lie: json.dumps(lie, default=repr)[:40],
)
def test_nonsense_is_no_answer(lie: Any) -> None:
    """An answer of the wrong form earns nothing, and breaks nothing here."""
    with pytest.raises(StudentFault):
        read_run({**SAYS, **lie} if isinstance(lie, dict) else lie, 100)


def test_pictures_are_pictures_and_few() -> None:
    """What doesn't begin like a PNG, is too large or one too many is not shown."""
    png = b"\x89PNG\r\n\x1a\n"
    pieces = [["figure", b"GIF89a"], ["figure", png + bytes(1 << 22)], *[["figure", png]] * 20]
    shown = read_run({**SAYS, "pieces": pieces}, 100).shown
    assert [one.picture for one in shown] == [png] * 6
    assert set(KINDS) >= {one.kind for one in shown}


def test_the_course_is_readable_for_who_runs_the_tests(places: dict[str, Path]) -> None:
    """The attacks above fail for the walls' sake, not for want of a file."""
    found: Sequence[str] = [str(places["source"] / "problem.ipynb"), str(places["neighbour"] / "problem.ipynb")]
    assert all(os.access(path, os.R_OK | os.W_OK) for path in found)


@pytest.mark.parametrize("at", [0, 1])
def test_a_child_that_is_killed_from_outside_begins_anew(monkeypatch: pytest.MonkeyPatch, at: int) -> None:
    """Before its first cell or in the middle of one: the notebook is run again from its start."""
    runner = NotebookRunner(Settings(level=0), plain=True)
    request = Session.request
    asked: list[str] = []

    def kill_once(session: Session, message: dict[str, Any], *rest: Any, **more: Any) -> Any:
        asked.append(message["op"])
        if len(asked) == at + 1:
            os.kill(session.child._process.pid, signal.SIGKILL)  # type: ignore[attr-defined]
        return request(session, message, *rest, **more)

    monkeypatch.setattr(Session, "request", kill_once)
    runs = runner.run(["x = 1", "x + 1"])
    runner.close()
    assert [run.went_well for run in runs] == [True, True]
    assert runs[1].points == 2
    assert asked.count("open_notebook") == 2
