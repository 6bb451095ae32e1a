"""Trusted code as a `student`."""

from __future__ import annotations

import numpy as np
import pytest

from autograder.checks import fetch
from autograder.rehearsal import Rehearsal, Step, load
from autograder.results import Verdict
from autograder.sandbox.faults import StudentFault

TEXT = """
import numpy as np

class Layer:
    def __init__(self, W):
        self.W = W
        self.grads = {"W": np.zeros(2)}

    def forward(self, x):
        return x * self.W

def spoil(x):
    x += 1
    print("spoilt")
    return x

def echo(x):
    return x

def forever():
    while True:
        pass

def fail():
    raise ValueError("shapes (2,) and (3,) not aligned")

def leave():
    raise SystemExit

def unwritten():
    raise NotImplementedError

def draw():
    import matplotlib.pyplot as plt
    plt.plot([1, 2], label="loss")
    return plt.calls

def dice():
    return np.random.rand()
"""


@pytest.fixture
def student() -> Rehearsal:
    """Ask a small module as a check asks."""
    return Rehearsal(load(TEXT, "small"), seconds=0.3)


def test_arguments_are_copies(student: Rehearsal) -> None:
    """What the code does to its arguments stays on its side, and `observe` tells of it."""
    x = np.zeros(3)
    seen = student.observe(student.spoil, x)
    assert not x.any()
    assert seen.value.tolist() == seen.arguments[0].tolist() == [1, 1, 1]
    assert seen.printed == "spoilt\n"


def test_answers_are_copies(student: Rehearsal) -> None:
    """What a check does to an answer stays on the check's side."""
    layer = student.Layer(np.ones(2))
    fetch(layer.grads)["W"][...] = 5
    assert fetch(layer.grads["W"]).tolist() == [0, 0]


def test_objects_stay_and_are_used_by_paths(student: Rehearsal) -> None:
    """An object is a handle: its attributes and items are read, called and assigned."""
    layer = student.Layer(np.array([1.0, 2.0]))
    assert student.has(layer, "W")
    assert not student.has(layer, "b")
    layer.W[...] = np.array([3.0, 4.0])
    assert layer.forward(2.0).tolist() == [6, 8]
    layer.W = np.array([5.0, 5.0])
    assert layer.forward(2.0).tolist() == [10, 10]
    assert list(layer.grads) == ["W"]


def test_an_object_given_back_is_itself(student: Rehearsal) -> None:
    """A handle that is handed over is the same object again."""
    layer = student.Layer(1.0)
    student.echo(layer).W = 7.0
    assert fetch(layer.W) == 7


def run_beside(submission: object, x: np.ndarray) -> list[float]:
    """Use what a probe gets."""
    x += 1
    return list(submission.echo(x))  # type: ignore[attr-defined]


def test_a_probe_runs_beside_the_code(student: Rehearsal) -> None:
    """A probe's function gets the module and copies of its arguments."""
    x = np.zeros(2)
    assert student.probe(run_beside, x) == [1, 1]
    assert not x.any()


@pytest.mark.parametrize(
    ("name", "verdict", "trace"),
    [
        ("fail", Verdict.CRASHED, ("ValueError", "shapes (2,) and (3,) not aligned")),
        ("leave", Verdict.CRASHED, ("SystemExit", "")),
        ("unwritten", Verdict.MISSING, ("NotImplementedError", "")),
        ("nowhere", Verdict.CRASHED, ("AttributeError", "module 'small' has no attribute 'nowhere'")),
        ("forever", Verdict.TIMED_OUT, ("TimeoutError", "")),
    ],
)
def test_a_failure_is_a_fault_as_behind_the_wall(
    student: Rehearsal, name: str, verdict: Verdict, trace: tuple[str, str]
) -> None:
    """Whatever the code does instead of answering becomes a verdict, and is noted."""
    with pytest.raises(StudentFault) as caught:
        getattr(student, name)()
    assert caught.value.verdict is verdict
    assert caught.value.trace == student.steps[-1].fault == trace


def test_once_replays_answers_and_faults(student: Rehearsal) -> None:
    """What was asked once is not asked again."""
    for _ in range(2):
        with pytest.raises(StudentFault):
            student.once("it", student.fail)
    assert len(student.steps) == 1


def test_drawing_is_noted_and_draws_nothing(student: Rehearsal) -> None:
    """The stand-ins of a student's process stand here too."""
    assert student.draw() == [("plot", ([1, 2],), {"label": "loss"})]


def test_random_numbers_start_anew() -> None:
    """Two rehearsals see the same random numbers."""
    first, second = (Rehearsal(load(TEXT, "small")).dice() for _ in range(2))
    assert first == second


def test_steps_tell_what_was_asked_and_answered(student: Rehearsal) -> None:
    """Each question is kept with its arguments as they were, by name or by the object's number."""
    layer = student.Layer(np.ones(2))
    layer.forward(np.array([2.0, 3.0]))
    student.spoil(np.zeros(1))
    made, called, spoilt = student.steps
    assert (made.op, made.root, made.path, made.value.number) == ("call", "Layer", (), 0)
    assert (called.root, called.path) == (0, (("attr", "forward"),))
    assert called.value.tolist() == [2, 3]
    assert isinstance(spoilt, Step)
    assert (spoilt.args[0].tolist(), spoilt.left[0].tolist(), spoilt.printed) == ([0], [1], "spoilt\n")
