"""The rules of an assignment: what breaks one is noticed, and honest work in any style is not."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from autograder.assignments import load_assignment
from autograder.errors import CourseError
from autograder.inside.libraries import LibraryFinder
from autograder.inside.loading import Loader
from autograder.inside.naming import Wanted
from autograder.inside.stepping import Base, Watch
from autograder.published import Known, are_handed_on, holds_answers, what_is_known, with_other_figures
from autograder.rehearsal import load
from autograder.rules import Rules
from autograder.sandbox.remotes import Observed
from autograder.submissions import Cell, Submission

SETTINGS = """
[title]
en = "Sums"
ko = "합"
[[exercises]]
name = "Add"
points = 4
[rules]
"""
FORWARD = """
import numpy as np

def total(W, x):
    return np.sum(np.tanh(x @ W) ** 2)
"""
HONEST = {
    "a formula": "def gradient(W, x):\n    z = np.tanh(x @ W)\n    return x.T @ (2 * z * (1 - z**2))",
    "the forward pass many times": (
        "def gradient(W, x):\n    for _ in range(50):\n        total(W, x)\n    z = np.tanh(x @ W)\n"
        "    return x.T @ (2 * z * (1 - z**2))"
    ),
    "entry by entry": (
        "def gradient(W, x):\n    z = np.tanh(x @ W)\n    d = 2 * z * (1 - z**2)\n    g = np.zeros_like(W)\n"
        "    for i in range(W.shape[0]):\n        for j in range(W.shape[1]):\n            for n in range(len(x)):\n"
        "                g[i, j] += x[n, i] * d[n, j]\n    return g"
    ),
    "a copy that is filled": (
        "def gradient(W, x):\n    z = np.tanh(x @ W)\n    d = 2 * z * (1 - z**2)\n    g = W.copy()\n"
        "    for i in np.ndindex(W.shape):\n        g[i] = x[:, i[0]] @ d[:, i[1]]\n    return g"
    ),
    "an array for each entry": (
        "def gradient(W, x):\n    z = np.tanh(x @ W)\n    d = 2 * z * (1 - z**2)\n    g = np.zeros_like(W)\n"
        "    for i in np.ndindex(W.shape):\n        one = np.zeros_like(W)\n        one[i] = x[:, i[0]] @ d[:, i[1]]\n"
        "        g = g + one\n    return g"
    ),
    "a one for each entry": (
        "def gradient(W, x):\n    z = np.tanh(x @ W)\n    d = 2 * z * (1 - z**2)\n    g = np.zeros_like(W)\n"
        "    for i in np.ndindex(W.shape):\n        one = np.zeros_like(W)\n        one[i] = 1\n"
        "        g = g + one * (x[:, i[0]] @ d[:, i[1]])\n    return g"
    ),
    "called from too deep": (
        "def deeper(n):\n    return deeper(n + 1)\n\ndef gradient(W, x):\n    try:\n        deeper(0)\n"
        "    except RecursionError:\n        z = np.tanh(x @ W)\n        return x.T @ (2 * z * (1 - z**2))"
    ),
    "no complex numbers wanted": (
        "def gradient(W, x):\n    if isinstance(W, complex):\n        raise TypeError\n"
        "    z = np.tanh(x @ W)\n    return x.T @ (2 * z * (1 - z**2))"
    ),
    "a check beside": (
        "def slope(x):\n    return np.tanh(x + complex(0, 1e-30)).imag / 1e-30\n\nslope(1.0)\n\n"
        "def gradient(W, x):\n    z = np.tanh(x @ W)\n    return x.T @ (2 * z * (1 - z**2))"
    ),
}
STEP = (
    "np.reshape([np.sum(np.tanh(x @ (W + complex(0, 1e-30) * np.eye(W.size)[k].reshape(W.shape))) ** 2)"
    ".imag / 1e-30 for k in range(W.size)], W.shape)"
)
IN_PLACE = (
    "def work(W, x, g):\n    for i in np.ndindex(W.shape):\n        keep = W[i]\n        W[i] = keep + 1e-4\n"
    "        g[i] = total(W, x) / 1e-4\n        W[i] = keep\n        g[i] -= total(W, x) / 1e-4\n    return g\n\n"
)
CHEATS = {
    "in its place": (
        "def gradient(W, x):\n    g = np.zeros_like(W)\n    for i in np.ndindex(W.shape):\n        keep = W[i]\n"
        "        W[i] = keep + 1e-4\n        up = total(W, x)\n        W[i] = keep - 1e-4\n"
        "        g[i] = (up - total(W, x)) / 2e-4\n        W[i] = keep\n    return g"
    ),
    "on copies": (
        "def gradient(W, x):\n    g = np.zeros_like(W)\n    for i in np.ndindex(W.shape):\n        V = W.copy()\n"
        "        V[i] += 0.1\n        g[i] = (np.sum(np.tanh(x @ V) ** 2) - total(W, x)) / 0.1\n    return g"
    ),
    "by steps of their own": (
        "def gradient(W, x):\n    g = np.zeros_like(W)\n    for i in np.ndindex(W.shape):\n        E = W * 0\n"
        "        E[i] = 1e-5\n        up = np.sum(np.tanh(x @ (W + E)) ** 2)\n"
        "        g[i] = (up - np.sum(np.tanh(x @ (W - E)) ** 2)) / 2e-5\n"
        "    return g"
    ),
    "in the complex plane": (
        "def gradient(W, x):\n    return np.reshape([total(W + 1e-30j * np.eye(W.size)[k].reshape(W.shape), x)"
        ".imag / 1e-30 for k in range(W.size)], W.shape)"
    ),
    "in a row": (
        "def gradient(W, x):\n    row, g = W.ravel().copy(), np.zeros(W.size)\n    for k in range(row.size):\n"
        "        row[k] += 1e-4\n        g[k] = (total(row.reshape(W.shape), x) - total(W, x)) / 1e-4\n"
        "        row[k] -= 1e-4\n"
        "    return g.reshape(W.shape)"
    ),
    "in one expression": f"def gradient(W, x):\n    return {STEP}",
    "in a text": f"def gradient(W, x):\n    return eval({STEP!r}, {{**globals(), 'W': W, 'x': x}})",
    "in a thread": (
        f"import threading\n{IN_PLACE}def gradient(W, x):\n    g = np.zeros_like(W)\n"
        "    thread = threading.Thread(target=work, args=(W, x, g))\n    thread.start()\n    thread.join()\n"
        "    return g"
    ),
    "unseen": (
        f"import sys\n{IN_PLACE}def gradient(W, x):\n    getattr(sys, ''.join(['set', 'trace']))(None)\n"
        "    return work(W, x, np.zeros_like(W))"
    ),
    "unseen for a while": (
        f"import sys\n{IN_PLACE}def gradient(W, x):\n    looks = sys.gettrace()\n    getattr(sys, 'settrace')(None)\n"
        "    g = work(W, x, np.zeros_like(W))\n    getattr(sys, 'settrace')(looks)\n    return g"
    ),
}


def watch(body: str) -> tuple[str, Any]:
    """Run a gradient under watch; return what is said of it, and the gradient."""
    namespace: dict[str, Any] = {}
    exec(compile(FORWARD + body, "cell", "exec"), namespace)
    eye = Watch({"cell"})
    rng = np.random.default_rng(1)
    answer = eye.over("gradient", namespace["gradient"])(rng.normal(size=(3, 4)), rng.normal(size=(6, 3)))
    return eye.broken(), answer


@pytest.mark.parametrize("name", HONEST)
def test_honest_gradients_are_left_alone(name: str) -> None:
    """However often anything is called, and by whatever loops: nothing is said."""
    assert watch(HONEST[name])[0] == ""


@pytest.mark.parametrize("name", CHEATS)
def test_differences_are_noticed(name: str) -> None:
    """Wherever the numbers are moved, and however exact the answer is."""
    broken, answer = watch(CHEATS[name])
    assert broken == "gradient"
    assert np.allclose(answer, watch(HONEST["a formula"])[1], atol=1)


def test_a_label_in_each_row_is_no_step() -> None:
    """With two classes and a copy for each row, half of all entries are moved one by one."""
    scores = np.array([[0.2, 0.8], [0.6, 0.4], [0.3, 0.7]])
    base = Base(scores)
    assert not any(base.compare(scores - np.eye(6)[2 * row].reshape(3, 2)) for row in range(3))
    assert base.compare(scores - np.eye(6)[1].reshape(3, 2))


def test_the_watch_leaves_the_tracer_of_others_alone() -> None:
    """A debugger that looks on goes on looking on."""
    before = sys.gettrace()
    watch(CHEATS["in its place"])
    assert sys.gettrace() is before


@pytest.fixture
def load_text() -> Iterator[Callable[[str], Loader]]:
    """Return a function that loads a submission of one cell."""
    meta, modules = list(sys.meta_path), set(sys.modules)

    def load_one(text: str) -> Loader:
        wanted = [Wanted("Loss", [], is_class=False)]
        loader = Loader("", "", wanted, refused=["torch", "cupy"], statement_s=5, definitions_only=False)
        loader.load([("cell", text)], {})
        loader.uses.take()
        return loader

    yield load_one
    sys.meta_path[:] = meta
    for name in set(sys.modules) - modules:
        del sys.modules[name]


@pytest.mark.parametrize(
    ("text", "state", "used"),
    [
        ("import torch\ndef Loss():\n    return 1", "own", []),
        ("import torch.nn as nn\ndef Loss():\n    return nn.MSELoss()(1, 2)", "own", ["torch"]),
        ("from torch import *\ndef Loss():\n    return 1", "own", []),
        ("from torch.nn import mse as Loss", "from torch", None),
        ("import torch\n@torch.jit.script\ndef Loss():\n    return 1", "own", ["torch"]),
        (
            "try:\n    import cupy as xp\nexcept ImportError:\n    import math as xp\ndef Loss():\n    return xp.pi",
            "own",
            [],
        ),
    ],
)
def test_only_use_is_noted(load_text: Callable[[str], Loader], text: str, state: str, used: list[str] | None) -> None:
    """An import costs nothing; what an exercise asks of a library is noted."""
    loader = load_text(text)
    assert loader.loaded.states["Loss"] == state
    if used is not None:
        vars(loader.loaded.module)["Loss"]()
        assert loader.uses.take() == used


def test_a_file_of_ones_own_may_be_called_like_a_library() -> None:
    """What was handed in is found before what is refused."""
    finder = LibraryFinder(["torch"])
    assert finder.find_spec("torch.nn") is not None
    finder.spare({"torch": []})
    assert finder.find_spec("torch.nn") is None


SOLUTION = "def main():\n    y = [3.25, 4.5]\n    print(sum(y))\n    return y[0] * y[1]\n"


def hand_in(text: str) -> Submission:
    """Make a submission of one file."""
    return Submission("kim", "tiny", ("tiny.py",), (Cell("tiny.py", text),), {}, (), "")


def test_data_become_other_data() -> None:
    """Numbers change wherever they stand, in what is not Python too; all the rest is as it was."""
    known = what_is_known(SOLUTION, load(SOLUTION, "solution"), "main")
    assert known is not None
    assert known.data == {3.25, 4.5}
    assert known.answers == {7.75, 14.625}
    changed = with_other_figures(hand_in("# 3.25\ny = float('4.5'), 3.25, 31, v3.25, 3.25.real, [4.5원\n"), known.data)
    assert changed is not None
    assert changed.cells[0].source == "# 3.2825\ny = float('4.545'), 3.2825, 31, v3.25, 3.2825.real, [4.545원\n"
    assert with_other_figures(hand_in("# 3\n"), known.data) is None


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("x = 14.625", True),
        ("x = 14_625 / 1000", False),
        ("x = '7.75'", True),
        ("# 14.625", True),
        ("'''7.75'''", True),
        ("x = [7.75", True),
        ("x = [7.7", False),
        ("x = -14.625e-0", True),
        ("x = 0x14.625", False),
    ],
)
def test_figures_anywhere_are_a_reason_to_ask(text: str, *, holds: bool) -> None:
    """Text of any kind can be read by a program."""
    known = what_is_known(SOLUTION, load(SOLUTION, "solution"), "main")
    assert known is not None
    assert holds_answers(hand_in(text), known) is holds


def test_a_figure_without_an_end_is_read_once() -> None:
    """Digits, points and exponents in any number take no longer than as many letters."""
    known = Known(frozenset({3.25}), frozenset({14.625}))
    for endless in ("1", ".", "1.", "1e", "1e+1", "_1", "1_"):
        assert not holds_answers(hand_in(endless * 200_000), known)


@dataclass(frozen=True)
class Teller:
    """Answers, by their numbers and what is printed, as a submission that is asked."""

    value: object
    printed: str = ""

    def main(self) -> object:
        """Stand for the exercise."""
        return self.value

    def observe(self, function: Callable[[], object]) -> Observed:
        """Report all that can be seen."""
        return Observed(function(), (), self.printed)


@pytest.mark.parametrize(
    ("own", "other", "found"),
    [
        (Teller(14.625, "0: 7.75"), Teller(14.77125, "0: 7.8275"), True),
        (Teller(14.625, "7.75"), Teller(14.625, "7.8275"), False),
        (Teller((14.625, 5.5)), Teller((14.77125, 5.555)), False),
        (Teller(None, "100, 200"), Teller(None, "102, 203"), False),
        (Teller(14.625), Teller(None), False),
        (Teller([10**400, "a"], "14.625"), Teller(0, "14.77125"), True),
    ],
)
def test_only_figures_that_come_out_as_they_were_put_in_are_handed_on(own: Any, other: Any, *, found: bool) -> None:
    """One number that is computed, or one that stands nowhere, is enough to be believed."""
    text = hand_in("return 14.625, 7.75, 100, 200")
    assert are_handed_on(text, own, other, "main") is found
    assert not are_handed_on(text, own, None, "main")


def write_rules(folder: Path, rules: str) -> Path:
    """Write an assignment with rules; return its folder."""
    folder = folder / "solutions" / "sums"
    folder.mkdir(parents=True)
    (folder / "assignment.toml").write_text(SETTINGS + rules, encoding="utf-8")
    return folder


def test_rules_are_read(tmp_path: Path) -> None:
    """What is allowed is not refused."""
    folder = write_rules(
        tmp_path, 'libraries = ["numpy", "scipy"]\nbackpropagation = ["Add.backward"]\npublished = true'
    )
    rules = load_assignment(folder).rules
    assert rules == Rules(("numpy", "scipy"), ("Add.backward",), published=True)
    assert "scipy" not in rules.refused
    assert "torch" in rules.refused


@pytest.mark.parametrize(
    ("rules", "told"),
    [
        ('library = ["numpy"]', "rules.library: is not a key"),
        ('libraries = ["torch"]', "numpy must be among them"),
        ('libraries = ["numpy", "a b"]', "not the name of a module"),
        ('backpropagation = ["Sub.backward"]', "neither an exercise nor a method"),
        ('backpropagation = ["Add.a.b"]', "neither an exercise nor a method"),
        ("published = 1", "true or false"),
    ],
)
def test_a_wrong_rule_is_told_of(tmp_path: Path, rules: str, told: str) -> None:
    """The file, the key and what is expected."""
    with pytest.raises(CourseError, match=told):
        load_assignment(write_rules(tmp_path, rules))
