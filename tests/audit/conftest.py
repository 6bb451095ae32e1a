"""A small course with hidden checks that are too weak, and its audit."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from autograder import cli
from autograder.audit import plans
from autograder.variants import Entry, Variant, make_variants

SOLUTION = """
import numpy as np


def double(x):
    ### BEGIN SOLUTION
    return 2 * x
    ### END SOLUTION


def mean_error(y, t):
    ### BEGIN SOLUTION
    return np.mean((y - t) ** 2)
    ### END SOLUTION


class Scale:
    ### BEGIN SOLUTION
    def __init__(self, factor):
        self.factor = factor

    def forward(self, x):
        self.x = x
        return self.factor * x

    def backward(self, dout):
        assert self.x.shape == dout.shape
        return self.factor * dout
    ### END SOLUTION
"""
SETTINGS = """
[title]
en = "Tiny"
ko = "작은 과제"
[[exercises]]
name = "double"
points = 2
[[exercises]]
name = "mean_error"
points = 3
[[exercises]]
name = "Scale"
points = 2
[limits]
call_s = 0.5
total_s = 3
"""
STRONG = {"x": "rng.normal(size=3)", "dout": "rng.normal(size=(3, 2))"}
WEAK = {"x": "np.zeros(3)", "dout": "np.ones((3, 2))"}
HIDDEN = '''
import numpy as np
import pytest
from autograder.checks import assert_close, check

@pytest.mark.exercise("double")
@pytest.mark.points(2)
def test_double(student, reference, rng):
    """It doubles.

    두 배로 만들어요.
    """
    x = {x}
    assert_close(student.double(x), reference.double(x), what="double(x)")

@pytest.mark.exercise("double")
@pytest.mark.points(0)
def test_double_of_a_whole_number(student):
    """Whole numbers stay whole.

    정수는 정수로 남아요.
    """
    check(isinstance(student.double(0), int))

@pytest.mark.exercise("mean_error")
@pytest.mark.points(3)
def test_mean_error(student, reference, rng):
    """It is the mean.

    평균이에요.
    """
    y, t = rng.normal(size=5), rng.normal(size=5)
    assert_close(student.mean_error(y, t), reference.mean_error(y, t), what="mean_error(y, t)")

@pytest.mark.exercise("Scale")
@pytest.mark.points(2)
def test_scale(student, rng):
    """It scales, forwards and backwards.

    앞으로도 뒤로도 배로 만들어요.
    """
    x = rng.normal(size=(3, 2))
    layer, dout = student.Scale(2.5), {dout}
    assert_close(layer.forward(x), 2.5 * x, what="forward(x)")
    assert_close(layer.backward(dout), 2.5 * dout, what="backward(dout)")
'''
CATALOGUE = """
[[mistakes]]
id = "square"
exercise = "double"
en = "Look at the power."
ko = "거듭제곱을 보세요."
forms = [{ find = "2 * x", replace = "x ** 2" }]

[[mistakes]]
id = "triple"
exercise = "double"
en = "Look at the factor."
ko = "배수를 보세요."
forms = [{ find = "2 * x", replace = "3 * x" }]

[[mistakes]]
id = "added"
exercise = "double"
en = "No mistake at all."
ko = "실수가 아니에요."
forms = [{ find = "2 * x", replace = "x + x" }]

[[mistakes]]
id = "decimals"
exercise = "double"
en = "Whole numbers get decimals."
ko = "정수가 소수가 돼요."
forms = [{ find = "2 * x", replace = "2.0 * x" }]

[[mistakes]]
id = "sum"
exercise = "mean_error"
en = "Look at how many there are."
ko = "개수를 보세요."
forms = [{ find = "np.mean(", replace = "np.sum(" }]

[[mistakes]]
id = "forever"
exercise = "mean_error"
en = "Look at the loop."
ko = "반복문을 보세요."
[[mistakes.forms]]
code = '''
def mean_error(y, t):
    while True:
        pass
'''

[[mistakes]]
id = "no_dout"
exercise = "Scale"
en = "Look at what comes back."
ko = "돌아오는 값을 보세요."
forms = [{ find = "return self.factor * dout", replace = "return self.factor * np.ones_like(dout)" }]
"""


@dataclass
class Audited:
    """What `autograder audit` did."""

    status: int
    printed: str
    complained: str
    data: dict[str, Any]
    page: str

    @property
    def tiny(self) -> dict[str, Any]:
        """The one assignment."""
        found: dict[str, Any] = next(one for one in self.data["assignments"] if one["name"] == "tiny")
        return found

    def fate(self, variant: str) -> str:
        """Return what became of a variant."""
        return str(self.finding(variant)["fate"])

    def finding(self, variant: str) -> dict[str, Any]:
        """Return all that is known of a variant."""
        found: dict[str, Any] = next(one for one in self.tiny["variants"] if one["variant"] == variant)
        return found


def write_course(root: Path, *, weak: bool) -> Path:
    """Write a course whose hidden checks are too weak, or not; return the folder of its assignment."""
    folder = root / "solutions" / "tiny"
    folder.mkdir(parents=True)
    hidden = HIDDEN.format(**(WEAK if weak else STRONG))
    for name, text in {
        "tiny.py": SOLUTION,
        "assignment.toml": SETTINGS,
        "test_hidden.py": hidden,
        "mistakes.toml": CATALOGUE,
    }.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def write_case(folder: Path, name: str, text: str, exercises: dict[str, str], expect: str = "") -> None:
    """Write a case of the tiny assignment."""
    case = folder / "cases" / name
    case.mkdir(parents=True)
    (case / "tiny.py").write_text(text, encoding="utf-8")
    verdicts = "\n".join(f'{exercise} = "{verdict}"' for exercise, verdict in exercises.items())
    about = f'[about]\nen = "{name}"\nko = "{name}"\n'
    (case / "expected.toml").write_text(f"{about}[exercises]\n{verdicts}\n[expect]\n{expect}\n", encoding="utf-8")


def audit(root: Path, *arguments: str) -> Audited:
    """Run the command in this process, without walls, which every machine offers."""
    out = root / "audited"
    words = ["audit", *arguments, "--course", str(root), "--out", str(out), "--isolation", "0", "--jobs", "2"]
    result = CliRunner().invoke(cli.main, [*words, "--lang", "en"], prog_name="autograder")
    data = json.loads((out / "audit.json").read_text("utf-8")) if (out / "audit.json").exists() else {}
    page = (out / "audit.html").read_text("utf-8") if data else ""
    return Audited(result.exit_code, result.stdout, result.stderr, data, page)


@pytest.fixture(autouse=True, scope="module")
def _catalogue_only() -> Any:
    """Leave the operators out: what they make is theirs to decide."""

    def make(text: str, exercises: Sequence[str], catalogue: Sequence[Entry]) -> list[Variant]:
        return [variant for variant in make_variants(text, exercises, catalogue) if variant.named]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plans, "make_variants", make)
        yield
