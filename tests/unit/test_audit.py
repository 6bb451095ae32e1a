"""The audit's parts: when answers are the same, which other inputs are asked, and what is the smallest."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from autograder.audit.acceptances import load_acceptances
from autograder.audit.changes import adds_up, leaves_of, list_changes, resize
from autograder.audit.checks import load_checks
from autograder.audit.proofs import prove
from autograder.audit.sameness import Scale, find_parting, is_usable
from autograder.audit.scenes import Ask, play, record
from autograder.audit.shrinking import shrink
from autograder.audit.spelling import spell, spell_scene
from autograder.errors import CourseError
from autograder.rehearsal import Rehearsal, Step, load

CODE = """
class Counter:
    def __init__(self, start):
        self.start = start
        self.parts = {"last": 0.0}

    def add(self, amount):
        self.start = self.start + amount
        self.parts["last"] = amount
        return self.start

def double(x):
    return 2 * x

def spoil(x):
    x *= 2
    return x.sum()

def tell(x):
    print("value:", x)
"""


def answer(value: Any, *given: Any, **fields: Any) -> Step:
    """Return a step with an answer."""
    return Step("call", "f", (), args=given, value=value, **fields)


def ask(*args: Any, **kwargs: Any) -> Ask:
    """Return a question to `f`."""
    return Ask("call", "f", (), args, kwargs)


# --- sameness ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (1.0, 1.0 + 1e-12),
        (1, 1.0),
        (np.array([1.0, 2.0]), [1.0, 2.0]),
        ({"W": np.ones(2)}, {"W": np.ones(2)}),
        ((1.0, "a", None), (1.0, "a", None)),
        (np.array([1.0], dtype=np.float32), np.array([1.00001], dtype=np.float32)),
    ],
)
def test_rounding_makes_no_difference(ours: Any, theirs: Any) -> None:
    """Answers are the same where only rounding, or the kind of a sequence, differs."""
    assert find_parting(answer(ours), answer(theirs), Scale()) is None


@pytest.mark.parametrize(
    ("ours", "theirs", "place"),
    [
        (1.0, 1.00001, ""),
        (1.0, np.array([1.0]), ""),
        (1.0, None, ""),
        (1.0, float("nan"), ""),
        ({"W": np.ones(2), "b": np.ones(3)}, {"W": np.ones(2), "b": np.ones((1, 3))}, "['b']"),
        ((np.ones(2), np.ones(3)), (np.ones(2), np.zeros(3)), "[1]"),
        ({"W": 1.0}, {"V": 1.0}, ""),
    ],
)
def test_a_difference_is_named_by_its_place(ours: Any, theirs: Any, place: str) -> None:
    """Only the part that differs is told."""
    parting = find_parting(answer(ours), answer(theirs), Scale())
    assert parting is not None
    assert (parting.kind, parting.place) == ("value", place)


def test_what_cancels_out_is_the_same() -> None:
    """A sum of large numbers that should be 0 is as good as 0."""
    scale = Scale()
    step = answer(0.0, np.array([1e6, -1e6]))
    scale.take_in(step)
    assert find_parting(step, answer(1e-10), scale) is None
    assert find_parting(step, answer(1e-10), Scale()) is not None


def test_arguments_faults_and_prints_are_compared() -> None:
    """Blank lines and spaces say nothing; numbers, words and order do."""
    printed = answer(None, printed="loss : 1.0\n\nw: 2\n")
    assert find_parting(printed, replace(printed, printed="loss :  1.0000000000001\nw: 2"), Scale()) is None
    for other, kind in (
        (replace(printed, printed="loss : 1.1\nw: 2"), "printed"),
        (replace(printed, printed="loss : 1.0"), "printed"),
        (replace(printed, left=(1.0,)), "left"),
        (replace(printed, fault=("ValueError", "no")), "fault"),
    ):
        parting = find_parting(replace(printed, left=()), other, Scale())
        assert parting is not None
        assert parting.kind == kind


def test_where_the_reference_overflows_nobody_is_asked() -> None:
    """An answer that is no number, or none at all, binds nobody."""
    assert is_usable(answer(np.ones(2)))
    assert not is_usable(answer(np.array([1.0, np.inf])))
    assert not is_usable(answer(None, fault=("ValueError", "")))


# --- other inputs -----------------------------------------------------------------------------------------------------


def test_axes_of_one_length_change_together() -> None:
    """So does a number that says the length."""
    (changed,) = resize((ask(np.ones((3, 5)), np.ones(5), 5, 3.0),), 5, 2)
    assert [np.shape(leaf) for leaf in changed.args] == [(3, 2), (2,), (), ()]
    assert changed.args[2:] == (2, 3.0)


def test_what_an_array_means_is_kept() -> None:
    """One-hot rows stay one-hot, probabilities add up to 1, and labels stay whole."""
    hot, rows, labels = np.eye(4)[[1, 3, 0]], np.full((3, 4), 0.25), np.array([1, 3, 0])
    scenes = list(list_changes((ask(rows, hot, labels),)))
    assert len(scenes) > 5
    for changed in scenes:
        probabilities, truth, whole = changed[-1].args
        assert np.allclose(probabilities.sum(axis=-1), 1)
        assert set(np.unique(truth)) <= {0, 1}
        assert np.all(truth.sum(axis=-1) == 1)
        assert whole.dtype.kind == "i"


def test_each_other_input_is_asked_once() -> None:
    """Where nothing can be changed nothing is asked again but the same call twice."""
    assert [len(scene) for scene in list_changes((ask(),))] == [2]
    marks = [repr(scene) for scene in list_changes((ask(np.array([0.5, -1.5]), rate=0.1),))]
    assert len(marks) == len(set(marks)) > 10


# --- scenes -----------------------------------------------------------------------------------------------------------


def test_a_scene_can_be_asked_again() -> None:
    """Objects, their parts, and what is set come out as they did."""
    student = Rehearsal(load(CODE, "first"))
    counter = student.Counter(1.0)
    counter.add(2.0)
    counter.start = 10.0
    counter.parts["more"] = 3.0
    assert list(counter.parts) == ["last", "more"]
    counter.add(np.array([1.0, 2.0]))
    student.double(counter.start)
    scene = record(student.steps)
    steps = play(scene, load(CODE, "second"), seconds=1.0)
    assert len(steps) == len(student.steps)
    for ours, theirs in zip(student.steps, steps, strict=True):
        assert find_parting(ours, theirs, Scale()) is None
    assert spell_scene(scene, steps).splitlines()[:2] == ["counter = Counter(1.0)", "counter.add(2.0)"]


def test_a_scene_ends_where_there_is_no_answer() -> None:
    """What comes after a fault is not asked."""
    student = Rehearsal(load(CODE, "first"))
    student.double(2.0)
    student.spoil(np.ones(2))
    scene = record(student.steps)
    steps = play(scene, load("def double(x):\n    raise ValueError('no')", "second"), seconds=1.0)
    assert [step.fault for step in steps] == [("ValueError", "no")]


# --- the smallest input -----------------------------------------------------------------------------------------------


def test_the_smallest_input_is_short_and_round() -> None:
    """Calls, entries and digits that take no part are gone."""
    rng = np.random.default_rng(1)
    scene = (ask(rng.normal(size=(4, 3))), ask(rng.normal(size=(4, 3)), rng.uniform(size=5)))

    def differs(candidate: tuple[Ask, ...]) -> bool:
        array = candidate[-1].args[0]
        return len(candidate[-1].args) == 2 and array.ndim == 2 and len(array) >= 2 and bool(np.any(array != 0))

    (smallest,) = shrink(scene, differs)
    assert smallest.args[0].shape == (2, 1)
    assert sorted(smallest.args[0].ravel()) == [0.0, 1.0]
    assert list(smallest.args[1]) == [0.0]


def test_probabilities_stay_probabilities() -> None:
    """They are rounded as well, and still add up to 1."""
    y = np.random.default_rng(2).dirichlet(np.ones(5), size=3)
    (smallest,) = shrink((ask(y),), lambda scene: scene[-1].args[0].shape[-1] > 1)
    assert adds_up(smallest.args[0])
    assert smallest.args[0].tolist() == [[0.5, 0.5]]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (np.array([[1.0, 0.5]]), "np.array([[1., 0.5]])"),
        (np.array([1.0], dtype=np.float32), "np.array([1.], dtype=np.float32)"),
        (np.array([[-1.0, 0.25], [10.0, 2.0]]), "np.array([[-1., 0.25], [10., 2.]])"),
        (np.float64(0.1), "0.1"),
        ((1,), "(1,)"),
        ({"W": [1, None]}, "{'W': [1, None]}"),
        (np.zeros((90, 90)), "<array of shape (90, 90)>"),
    ],
)
def test_values_are_spelled_as_python(value: Any, text: str) -> None:
    """An author can copy them, unless they are too long."""
    assert spell(value) == text


# --- checks and proofs ------------------------------------------------------------------------------------------------

HIDDEN = '''
import numpy as np
import pytest

@pytest.fixture
def own():
    return 1

@pytest.mark.exercise("double")
@pytest.mark.points(1)
@pytest.mark.parametrize("size", [2, pytest.param(3, id="three")])
def test_double(student, reference, rng, size):
    """One.

    하나.
    """
    x = rng.normal(size=size)
    assert np.allclose(student.double(x), reference.double(x))

@pytest.mark.exercise("spoil")
@pytest.mark.points(1)
def test_with_a_fixture(student, own):
    """Two.

    둘.
    """
    student.spoil(np.ones(3))
'''


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Write hidden checks."""
    (tmp_path / "test_hidden.py").write_text(HIDDEN, encoding="utf-8")
    return tmp_path


def test_checks_are_run_without_pytest(folder: Path) -> None:
    """Each value of `parametrize` is a check; one with a fixture of its author's is left to the judges."""
    checks = load_checks(folder / "test_hidden.py")
    assert [(check.exercise, check.given) for check in checks] == [("double", {"size": 2}), ("double", {"size": 3})]
    module, sizes = load(CODE, "reference"), []
    for check in checks:
        student = Rehearsal(module)
        check.run(student, module, 0)
        sizes.append(len(student.steps[0].args[0]))
    assert sizes == [2, 3]


@pytest.mark.parametrize(
    ("wrong", "code", "told"),
    [
        ("x ** 2", "double(np.array([1.]))", "look at that side"),
        ("2 * x if x.ndim == 1 else x", "double(np.array([[1.]]))", "never ask this"),
        ("2 * x if x.size > 1 else x", "double(np.array([1.]))", "never ask this"),
    ],
)
def test_a_difference_is_found_and_made_small(folder: Path, wrong: str, code: str, told: str) -> None:
    """The reason says whether the checks ask such a thing at all."""
    proof = prove(folder, "double", CODE, CODE.replace("return 2 * x", f"return {wrong}"))
    assert not proof.is_equal
    assert proof.witness is not None
    assert proof.witness.code == code
    assert told in proof.told["en"]


def test_the_same_in_other_words_is_equal(folder: Path) -> None:
    """The number of questions is told."""
    proof = prove(folder, "double", CODE, CODE.replace("return 2 * x", "return x + x"))
    assert proof.is_equal
    assert proof.witness is None
    assert "questions" in proof.told["en"]


def test_nothing_is_proved_where_nothing_can_be_asked(folder: Path) -> None:
    """An exercise whose checks only pytest can run stays a survivor."""
    assert not prove(folder, "spoil", CODE, CODE).is_equal


# --- acceptances ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[[accepted]]\nvariant = 'a'", "accepted[0].reason"),
        ("[[accepted]]\nreason = 'a'", "accepted[0].variant"),
        ("[[accepted]]\nvariant = 'a'\nreason = 'b'\nwhy = 'c'", "accepted[0].why"),
        ("[[accepted]]\nvariant = 'a'\nreason.en = 'b'", "accepted[0].reason.ko"),
        ("[[accepted]]\nvariant = 'a'\nreason = 'b'\n" * 2, "stands there twice"),
        ("accepted = 3", "accepted"),
        ("[[accepted", "is not valid TOML"),
    ],
)
def test_a_wrong_acceptance_names_its_place(tmp_path: Path, text: str, told: str) -> None:
    """Nothing is accepted by mistake."""
    (tmp_path / "audit.toml").write_text(text, encoding="utf-8")
    with pytest.raises(CourseError) as raised:
        load_acceptances(tmp_path)
    assert told in str(raised.value)


def test_leaves_are_listed_in_order() -> None:
    """Arrays and numbers, not texts, and not the key of what is set."""
    scene = (ask([1.0, "a"], rate=2), Ask("set", 0, (), (3, np.ones(1))))
    assert [np.asarray(leaf).tolist() for leaf in leaves_of(scene)] == [1.0, 2, [1.0]]
