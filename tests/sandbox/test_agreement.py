"""`assert_agrees` with a student behind the wall, on every backend."""

from __future__ import annotations

from textwrap import dedent
from typing import Any

import numpy as np
import pytest

from autograder.checks import CheckFailed, assert_agrees
from autograder.rehearsal import load
from tests.sandbox.conftest import MakeStudent

NET = dedent("""
    import numpy as np

    class Net:
        def __init__(self, W):
            self.params = {"W": W}

        def gradient(self, x, dout):
            self.x = x
            self.dx = dout @ self.params["W"].T
            return {"W": self.x.T @ dout}
""")
REFERENCE = load(NET, "reference")
RNG = np.random.default_rng(2)
W, X, DOUT = RNG.normal(size=(3, 5)), RNG.normal(size=(4, 3)), RNG.normal(size=(4, 5))


def use(net: Any, x: Any, dout: Any) -> Any:
    """Ask for both gradients."""
    return {"grads": net.gradient(x, dout), "dx": net.dx}


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("", "", ""),
        ('return {"W": self.x.T @ dout}', 'return {"W": (self.x.T @ dout).astype("f4")}', ""),
        ("self.x.T @ dout}", "self.x.T @ dout / len(x)}", "right already: dx. grads['W'] is exactly 1/N"),
        ("self.x = x", "self.x = getattr(self, 'x', x) if len(x) == 4 else x", "grads['W'] is another one"),
        ("self.x = x", "self.x = x.copy(); x[0] = 0", "x was changed"),
        ('self.dx = dout @ self.params["W"].T', 'self.dx = dout @ self.params["W"].T; self.params["W"] += 1', "W was"),
        ("self.dx = dout @", "self.ddx = dout @", "dx is None"),
    ],
)
def test_work_behind_the_wall_is_judged_as_work_here(student: MakeStudent, old: str, new: str, words: str) -> None:
    """Values, types, memory, inputs and parameters are seen across it."""
    text = NET.replace(old, new) if old else NET
    assert old in NET
    kim = student(text.replace("        self.x = x", "        self.dx = None\n        self.x = x", 1))

    def judge() -> None:
        assert_agrees(
            kim,
            REFERENCE,
            use,
            X,
            DOUT,
            make=lambda module: module.Net(W.copy()),
            fresh=True,
            keeps_inputs=True,
            keeps=lambda net: {"W": net.params["W"]},
        )

    if not words:
        judge()
        return
    with pytest.raises(CheckFailed) as caught:
        judge()
    assert caught.value.message is not None
    assert words in caught.value.message["en"]
