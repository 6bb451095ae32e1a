"""Korean particles fit the word before them."""

from __future__ import annotations

import pytest

from autograder.messages import say
from autograder.particles import PAIRS, Ending, fill, find_ending

VOWEL, RIEUL, CONSONANT = Ending.VOWEL, Ending.RIEUL, Ending.CONSONANT


@pytest.mark.parametrize(
    ("ending", "words"),
    [
        (VOWEL, "나무 2 4 5 9 12.5 1e-05 C W x dW db dx lr_f ReLU API (3,2) float64"),
        (RIEUL, "연필 1 7 8 W1 b1 L R lr html URL label model table sample mistakes.toml"),
        (CONSONANT, "정답 0 3 6 10 100 M N n `N` params[0] MMM"),
        (VOWEL, "Sigmoid Loss SoftmaxWithLoss Relu forward backward params accuracy cross_entropy_error batch array"),
        (VOWEL, "ZeroDivisionError shape range size value true False update code x_test print list network mask help"),
        (VOWEL, "training.py training.ipynb MNIST grads the me"),
        (CONSONANT, "train x_train sum random main function string name None Affine type numeric step plot output"),
        (CONSONANT, "init __init__ TwoLayerNet dout map callback notebook prob np.sum() 'column' SOLUTION"),
        (None, "bit dataset check lib loop 漢字 η + async"),
    ],
)
def test_a_word_ends_as_it_is_read(ending: Ending | None, words: str) -> None:
    """Hangul, digits, letters and English words end in the sound with which Korean readers say them."""
    wrong = {word: found for word in words.split() if (found := find_ending(word)) is not ending}
    assert not wrong


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("W1", "`W1`을 `W1`이 `W1`은 `W1`과 `W1`로 `W1`이에요 `W1`이어야 `W1`이라고"),
        ("C", "`C`를 `C`가 `C`는 `C`와 `C`로 `C`예요 `C`여야 `C`라고"),
        ("N", "`N`을 `N`이 `N`은 `N`과 `N`으로 `N`이에요 `N`이어야 `N`이라고"),
    ],
)
def test_each_particle_has_its_forms(name: str, expected: str) -> None:
    """Every pair is written as one form, and a final rieul takes 로."""
    pairs = [pair if pair != "(이)" else "(이)라고" for pair in PAIRS]
    assert fill(" ".join(f"`{{name}}`{pair}" for pair in pairs), {"name": name}) == expected


def test_both_forms_stay_where_nobody_can_be_sure() -> None:
    """A word that may be read in two ways, and a sentence that begins with a particle, keep both forms."""
    assert fill("{b}(으)로 {a}을(를)", {"a": "dataset", "b": ""}) == "(으)로 dataset을(를)"


def test_particles_of_a_value_are_only_text() -> None:
    """What is filled in stays as it is, whatever it looks like."""
    assert fill("{text}", {"text": "W1을(를) {text}"}) == "W1을(를) {text}"


def test_a_message_has_fitting_particles() -> None:
    """What the engine says is what a Korean would say."""
    assert [say("`{name}` is not defined.", name=name)["ko"] for name in ("Sigmoid", "train")] == [
        "`Sigmoid`가 정의되어 있지 않아요.",
        "`train`이 정의되어 있지 않아요.",
    ]
