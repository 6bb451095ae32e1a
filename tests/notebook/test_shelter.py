"""Whatever a student's code does while it is checked, the session is afterwards what it was before."""

from __future__ import annotations

import builtins
import logging
import os
import random
import signal
import sys
import types
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.notebook.conftest import Notebook

# What a function may do on its way; each leaves something behind, or would be seen.
DEEDS = {
    "prints": "print('seen?'); import sys; print('seen?', file=sys.stderr)",
    "replaces the streams": "import sys, io; sys.stdout = sys.stderr = io.StringIO(); sys.stdin = None",
    "seeds": "np.random.seed(1); import random; random.seed(1)",
    "draws": "np.random.rand(5); import random; random.random()",
    "draws from generators of the session": "generator.random(); old_generator.rand(); dice.random()",
    "changes the folder": "import os; os.chdir('/')",
    "changes the environment": "import os; os.environ['HOME'] = 'x'; os.environ['NEW_ONE'] = 'y'",
    "warns": "import warnings; warnings.simplefilter('always'); warnings.warn('seen?'); np.log(np.zeros(1))",
    "changes numpy's settings": "np.seterr(all='raise'); np.set_printoptions(precision=1)",
    "replaces print": "import builtins; builtins.print = None; builtins.no_such_thing = 1",
    "changes paths": "import sys; sys.path[:] = []; sys.argv = ['x']; sys.meta_path.clear()",
    "binds other lists": "import sys; sys.path = list(sys.path) + ['x']",
    "recurses deeper": "import sys; sys.setrecursionlimit(5000)",
    "adds and changes names": "global added, kept; added = 1; kept = 'changed'",
    "deletes names": "globals().pop('kept', None)",
    "displays": "display('seen?')",
    "asks": "assert input('name? ') == ''",
    "hooks displays": "import sys; sys.displayhook = sys.excepthook = print",
    "sets handlers": "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)",
    "sets an alarm": "import signal; signal.setitimer(signal.ITIMER_REAL, 0.001); signal.signal(signal.SIGALRM, print)",
    "draws pictures": "import matplotlib.pyplot as plt; plt.figure(); plt.plot([1]); plt.show()",
    "draws with what the session imported": "plt.plot([1, 2]); axes.plot([1]); show()",
}
# What ends in something other than an answer; the verdict is told, and nothing else happens.
ENDINGS = {
    "raises": ("raise ValueError('<b>mine</b>')", "It stopped with `ValueError`"),
    "raises what is no error": ("class Strange(BaseException): pass\n    raise Strange('x')", "It stopped with"),
    "raises an interrupt": ("raise KeyboardInterrupt", "It stopped with `KeyboardInterrupt`"),
    "leaves": ("import sys; sys.exit(3)", "It stopped with `SystemExit`"),
    "leaves as in IPython": ("exit()", "It stopped with `SystemExit`"),
    "leaves at once": ("import os; os._exit(3)", "It stopped with `SystemExit`"),
    "closes generators": ("raise GeneratorExit", "It stopped with `GeneratorExit`"),
    "has a hostile message": (
        "class Odd(Exception):\n        def __str__(self): raise ValueError\n    raise Odd",
        "It stopped with `Odd`",
    ),
    "returns nonsense": ("return object()", "double(x) is neither a number nor an array of numbers"),
    "returns itself": ("return double", "double(x) is neither a number"),
    "returns much": ("return [0] * 100_000", "It gave something back that can't be read as an answer."),
    "takes all memory": ("return np.ones(2 ** 50)", "It used more memory than it may."),
    "recurses without end": ("return double(x)", "A function calls itself without end."),
    "says that it is not written": ("raise NotImplementedError", "`double` isn't written yet."),
    "says so of a part": ("if len(x): raise NotImplementedError", "This isn't written yet."),
}


class FakePyplot(types.ModuleType):
    """Stands for an installed matplotlib: it notes what reaches it."""

    def __init__(self) -> None:
        super().__init__("matplotlib.pyplot")
        self.figures: list[int] = [1]
        self.shown = 0

    def plot(self, *_: object) -> None:
        """Open a figure."""
        self.figures.append(len(self.figures) + 1)

    def show(self) -> None:
        """Note that a window would pop up."""
        self.shown += 1

    def get_fignums(self) -> list[int]:
        """Return the open figures."""
        return list(self.figures)

    def close(self, number: int) -> None:
        """Close one."""
        self.figures.remove(number)


class FakeAxes:
    """Stands for axes that the session holds."""

    def plot(self, *_: object) -> None:
        """Fail: nobody may draw on the student's axes."""
        raise AssertionError("drawn")


@pytest.fixture
def pyplot(monkeypatch: pytest.MonkeyPatch) -> FakePyplot:
    """Install a matplotlib that notes what reaches it."""
    package, made = types.ModuleType("matplotlib"), FakePyplot()
    package.__path__ = []
    package.pyplot = made  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "matplotlib", package)
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", made)
    monkeypatch.setattr(FakeAxes, "__module__", "matplotlib.axes")
    return made


@pytest.fixture
def session(solved: Notebook, pyplot: FakePyplot) -> Iterator[Notebook]:
    """Return a notebook with a session worth keeping."""
    solved.run("import matplotlib.pyplot as plt\nkept = [1, 2]\nimport random\ndice = random.Random(3)")
    solved.run("generator = np.random.default_rng(1)\nold_generator = np.random.RandomState(2)")
    show = types.FunctionType(compile("def show(): raise AssertionError", "x", "exec").co_consts[0], {})
    show.__module__ = "matplotlib.pyplot"
    solved.names.update(axes=FakeAxes(), show=show)
    assert solved.names["plt"] is pyplot
    yield solved
    assert pyplot.figures == [1]
    assert pyplot.shown == 0


def state_of(names: dict[str, Any]) -> dict[str, Any]:
    """Return all that a session consists of, beside what its objects hold."""
    odd = {"In", "Out", "_", "__", "___", "_i", "_ii", "_iii", "_ih", "_oh", "_exit_code"}
    kept = {name: id(value) for name, value in names.items() if name not in odd and not name.startswith("_i")}
    return {
        "names": kept,
        "streams": (sys.stdout, sys.stderr, sys.stdin, sys.displayhook, sys.excepthook),
        "lists": [(id(value), list(value)) for value in (sys.path, sys.meta_path, sys.argv)],
        "builtins": {name: id(value) for name, value in vars(builtins).items() if name not in {"_", "__", "___"}},
        "environment": dict(os.environ),
        "folder": Path.cwd(),
        "generators": (random.getstate(), repr(np.random.get_state())),  # noqa: NPY002
        "own generators": (
            str(names["generator"].bit_generator.state),
            repr(names["old_generator"].get_state()),
            names["dice"].getstate(),
        ),
        "numpy": (np.geterr(), np.geterrcall(), np.get_printoptions()),
        "warnings": list(warnings.filters),
        "recursion": sys.getrecursionlimit(),
        "signals": (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGALRM)),
        "alarm": signal.getitimer(signal.ITIMER_REAL)[0] > 0,
        "logging": logging.root.manager.disable,
        "leaving": os._exit,
        "drawing": {name: id(module) for name, module in sys.modules.items() if name.startswith("matplotlib")},
    }


@pytest.mark.parametrize("deed", DEEDS)
def test_a_session_is_kept(session: Notebook, capfd: pytest.CaptureFixture[str], deed: str) -> None:
    """A right answer passes whatever it does on the way, and leaves no trace."""
    session.run(f"def double(x):\n    {DEEDS[deed]}\n    return 2 * np.asarray(x)")
    capfd.readouterr()
    with warnings.catch_warnings(record=True) as warned:
        before = state_of(session.names)
        page = session.check("double")
        assert state_of(session.names) == before
    assert not warned
    assert "2 of 2 public checks passed." in page.text
    printed, complained = capfd.readouterr()
    assert "seen?" not in printed + complained + page.html
    assert len(session.shell.display_pub.outputs) == 1


@pytest.mark.parametrize("ending", ENDINGS)
def test_every_ending_is_a_verdict(session: Notebook, capfd: pytest.CaptureFixture[str], ending: str) -> None:
    """However a call ends, it is told in a sentence and the session goes on."""
    body, told = ENDINGS[ending]
    session.run(f"def double(x):\n    {body}")
    capfd.readouterr()
    before = state_of(session.names)
    page = session.check("double Counter")
    assert state_of(session.names) == before
    assert told in page.text
    assert "1 of 3 public checks passed." in page.text
    assert "<b>mine" not in page.html
    assert capfd.readouterr() == ("", "")


def test_what_is_logged_reaches_no_handler(solved: Notebook) -> None:
    """A handler that was set up before writes to wherever it likes."""
    heard: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: heard.append(record.getMessage())  # type: ignore[method-assign]
    logging.root.addHandler(handler)
    try:
        solved.run("import logging\ndef double(x):\n    logging.error('seen?')\n    return 2 * x")
        assert "2 of 2 public checks passed." in solved.check("double").text
        assert not heard
        logging.getLogger("other").error("heard")
        assert heard == ["heard"]
    finally:
        logging.root.removeHandler(handler)


def test_arguments_are_copies(solved: Notebook) -> None:
    """A function that spoils its argument spoils nobody else's."""
    solved.run("def double(x):\n    assert x[0] == 1, x\n    x *= 2\n    return x")
    assert "2 of 2 public checks passed." in solved.check("double").text


def test_an_alarm_of_the_students_own_goes_on(solved: Notebook) -> None:
    """A timer that ran before a check runs after it."""
    rung: list[int] = []
    previous = signal.signal(signal.SIGALRM, lambda number, _: rung.append(number))
    signal.setitimer(signal.ITIMER_REAL, 60)
    try:
        solved.check("double")
        assert 0 < signal.getitimer(signal.ITIMER_REAL)[0] <= 60
        os.kill(os.getpid(), signal.SIGALRM)
        assert rung == [signal.SIGALRM]
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)


CLUMSY = {
    "np is a number": ("np = 5", "5 of 5"),
    "print is gone": ("print = None", "4 of 5"),
    "print is silent": ("print = lambda *a, **k: None", "4 of 5"),
    "len, list and str are gone": ("len = list = str = range_ = 0", "5 of 5"),
    "an object that answers everything": (
        "class Yes:\n    def __getattr__(self, name): return self\n    def __call__(self, *a): return self\nit = Yes()",
        "5 of 5",
    ),
    "an object that answers with errors": (
        (
            "class No:\n    def __getattribute__(self, name): raise RuntimeError(name)\n"
            "    def __call__(self): pass\nthing, Double = No(), No()"
        ),
        "5 of 5",
    ),
    "a class whose class is odd": (
        (
            "class Meta(type):\n    def __getattribute__(cls, name): raise RuntimeError(name)\n"
            "class Odd(metaclass=Meta): pass"
        ),
        "5 of 5",
    ),
    "double is an instance": (
        "class Doubler:\n    def __call__(self, x): return 2 * x\ndouble = Doubler()",
        "5 of 5",
    ),
    "double is a lambda": ("double = lambda x: 2 * x", "5 of 5"),
    "double is partial": ("from functools import partial\ndouble = partial(lambda a, x: a * x, 2)", "5 of 5"),
    "double is wrapped": (
        (
            "import functools\ndef once(f):\n    @functools.wraps(f)\n    def inner(x): return f(x)\n    return inner\n"
            "double = once(double)"
        ),
        "5 of 5",
    ),
    "Counter is a dataclass": (
        (
            "from dataclasses import dataclass\n@dataclass\nclass Counter:\n    size: float\n    count: float = 0\n"
            "    def step(self): self.count += self.size"
        ),
        "5 of 5",
    ),
    "names that are none": ("globals()['double()'] = double; globals()[''] = 1", "5 of 5"),
    "autograder is a number": ("autograder = check = wire = 1", "5 of 5"),
    "display is gone": ("display = None", "5 of 5"),
}


@pytest.mark.parametrize("slip", CLUMSY)
def test_clumsy_sessions_are_checked(solved: Notebook, slip: str) -> None:
    """What else the session holds is none of a check's business."""
    cell, passed = CLUMSY[slip]
    assert solved.run(cell).success
    assert f"{passed} public checks passed." in solved.check().text


@pytest.mark.parametrize("stream", ["5", "None", "object()", "io.StringIO()"])
def test_replaced_streams_stay_replaced(solved: Notebook, stream: str) -> None:
    """A session whose stdout is no stream gets its report all the same."""
    cell = f"""
import io, sys
kept = sys.stdout, sys.stderr
sys.stdout = sys.stderr = mine = {stream}
%check
still = sys.stdout is sys.stderr is mine
sys.stdout, sys.stderr = kept
"""
    assert solved.run(cell).success
    assert solved.names["still"]
    assert "5 of 5 public checks passed." in solved.last().text


def test_a_drawing_is_asked_for_without_matplotlib(solved: Notebook) -> None:
    """A check that asks what was drawn gets an answer where nothing is installed that draws."""
    assert "matplotlib" not in sys.modules
    assert "1 of 1 public checks passed." in solved.check("draw").text
    assert "matplotlib" not in sys.modules
