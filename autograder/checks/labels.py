"""The labels that people print beside numbers, in Korean, English, Japanese and Chinese."""

from __future__ import annotations

import re
from itertools import takewhile
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

ITERATION_BEFORE: Final = (
    *("iter", "epoch", "step", "반복", "횟수", "회차", "에폭", "에포크", "스텝"),
    *("第", "反復", "回数", "エポック", "ステップ"),
)
ITERATION_SHORT: Final = frozenset({"i", "it", "n", "t", "k"})
ITERATION_AFTER: Final = (
    *("번", "회", "th", "st", "nd", "rd", "iter", "epoch", "step", "에폭", "에포크", "스텝"),
    *("回", "次", "轮", "エポック", "ステップ"),
)
# Labels of things that people print beside the columns.
ASIDE: Final = re.compile(r"(lr|learningrate|rate|학습률|time|elapsed|sec|시간|grad\w*|d(l)?d?w\d*|batch\w*)\Z")
SECONDS: Final = frozenset({"s", "ms", "sec", "secs", "seconds", "초", "秒"})
_SYNONYMS: Final = {
    "loss": ("cost", "mse", "error", "손실", "오차", "비용", "로스", "損失", "誤差", "ロス", "损失", "误差"),
    "w": (
        *("weight", "weights", "param", "params", "parameters", "theta", "가중치", "파라미터", "매개변수"),
        *("重み", "パラメータ", "权重"),
    ),
}
_LONGEST: Final = 64
"""Letters of a word that are read: no label is as long, and words are a student's."""


def reduce_word(word: str) -> str:
    """Reduce a word to what labels are compared by: ``W_0`` and ``w[0]`` are w0, and ``loss는`` is loss."""
    bare = word[:_LONGEST].casefold().replace("_", "").replace("[", "").replace("]", "")
    if not bare[:1].isascii():
        return bare
    particle = sum(1 for _ in takewhile(lambda letter: not letter.isascii(), reversed(bare)))
    return bare[: len(bare) - particle]


def collect_labels(columns: Sequence[str]) -> dict[str, str]:
    """Map what people call each column, such as ``loss``, ``cost`` and ``손실``, to the column."""
    labels = {}
    for column in columns:
        plain = reduce_word(column.replace(" ", ""))
        labels[plain] = column
        labels.update(dict.fromkeys(_SYNONYMS.get(plain, ()), column))
        stem, number = plain.rstrip("0123456789"), plain[len(plain.rstrip("0123456789")) :]
        if number:
            labels.update({other + number: column for other in _SYNONYMS.get(stem, ())})
    return labels


def collect_groups(columns: Sequence[str]) -> dict[str, list[str]]:
    """Map ``w`` and ``weights`` to all of w0, w1, …: how people print an array of them."""
    groups: dict[str, list[str]] = {}
    for column in columns:
        plain = reduce_word(column)
        stem = plain.rstrip("0123456789")
        if stem != plain:
            for name in (stem, *_SYNONYMS.get(stem, ())):
                groups.setdefault(name, []).append(column)
    return groups
