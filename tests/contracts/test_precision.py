"""The page on precision: what it shows runs, passes the reference and fails wrong work."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from autograder.assignments import find_course
from autograder.checks import CheckFailed
from autograder.rehearsal import Rehearsal, load

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/precision.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
SLIPS = {
    "test_sigmoid_backward": ("layers", "dout * (1 - self.out) * self.out", "dout * (1 - self.out)"),
    "test_affine": ("layers", "self.dW = np.dot(self.x.T, dout)", "self.dW = np.dot(self.x.T, dout) / len(dout)"),
    "test_last_layer": ("layers", "dout * (self.y - t) / batch_size", "dout * (self.y - t)"),
    "test_gradient": ("two_layer_net", "dz1 * z1 * (1 - z1)", "dz1 * z1"),
}


def checks() -> Iterator[Any]:
    """Run every block, and yield the checks that it defines."""
    for block in BLOCKS:
        names: dict[str, Any] = {}
        exec(block, names)
        yield from (value for name, value in names.items() if name.startswith("test_"))


@pytest.mark.parametrize("check", list(checks()), ids=lambda check: check.__name__)
def test_the_examples_work(check: Any) -> None:
    """Each lets the reference pass, and sees a slip."""
    assignment, right, wrong = SLIPS[check.__name__]
    text = find_course(ROOT).assignment(assignment).reference.read_text(encoding="utf-8")
    assert text.count(right) == 1
    assert list(inspect.signature(check).parameters) == ["student", "reference", "rng"]
    reference = load(text, "reference")
    check(Rehearsal(load(text, "right")), reference, np.random.default_rng(0))
    with pytest.raises(CheckFailed):
        check(Rehearsal(load(text.replace(right, wrong), "wrong")), reference, np.random.default_rng(0))


def test_every_example_is_tried() -> None:
    """None is shown that nobody runs."""
    assert {check.__name__ for check in checks()} == set(SLIPS)
