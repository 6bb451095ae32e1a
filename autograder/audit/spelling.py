"""Questions and answers as lines of Python, for an author to copy into a check."""

from __future__ import annotations

import keyword
import re
from typing import Any, Final

import numpy as np

from autograder.audit.sameness import Parting
from autograder.audit.scenes import Ask, Scene
from autograder.rehearsal import Kept, Step

DIGITS: Final = 6
"""Significant digits of an answer, where that is enough to see a difference."""
_COLUMNS: Final = re.compile(r"(?<=\[) +|(?<= ) +| +(?=[],])")
"""Spaces with which numpy lines numbers up."""
MOST_ENTRIES: Final = 40
"""Entries of an array that is written out."""


def spell_scene(scene: Scene, steps: list[Step]) -> str:
    """Write questions as Python lines.

    Parameters
    ----------
    steps : list of Step
        The reference's answers: they say what the objects are.
    """
    names: dict[int, str] = {}
    lines = []
    for ask, step in zip(scene, steps, strict=False):
        line = _spell_ask(ask, names)
        for number in ask.makes:
            names[number] = _name_for(step.value, set(names.values()))
        if len(ask.makes) == 1 and isinstance(step.value, Kept):
            line = f"{names[ask.makes[0]]} = {line}"
        lines.append(line)
    return "\n".join(lines)


def spell_parting(parting: Parting | None) -> tuple[str, str]:
    """Write what the reference answers and what the variant does, where they part."""
    if parting is None:
        return "?", "?"
    if parting.kind == "fault":
        kind, text = parting.theirs
        return spell_answer(parting.ours), f"{kind}: {text}" if text else kind
    if parting.kind == "printed":
        return f"print {parting.ours!r}", f"print {parting.theirs!r}"
    answers = [spell_answer(part) for part in (parting.ours, parting.theirs)]
    if answers[0] == answers[1]:
        answers = [spell(part) for part in (parting.ours, parting.theirs)]
    # An argument is called by what it was given as: Python has no name for it.
    before = "argument " if parting.kind == "left" else ""
    return (
        f"{before}{parting.place} = {answers[0]}" if parting.place else answers[0],
        f"{before}{parting.place} = {answers[1]}" if parting.place else answers[1],
    )


def spell_answer(value: Any) -> str:
    """Write a value with as many digits as one likes to read."""
    return spell(_rounded(value))


def _rounded(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return type(value)(map(_rounded, value))
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    if isinstance(value, float | np.floating):
        return float(f"{value:.{DIGITS}g}") + 0.0  # no minus before a zero
    if isinstance(value, np.ndarray) and value.dtype.kind == "f":
        return np.array([_rounded(float(entry)) for entry in value.ravel()]).reshape(value.shape)
    return value


def spell(value: Any, names: dict[int, str] | None = None) -> str:
    """Write a value as Python."""
    if isinstance(value, np.ndarray):
        return _spell_array(value)
    if isinstance(value, np.generic):
        return repr(value.item())
    if isinstance(value, Kept):
        return (names or {}).get(value.number, f"<{type(value.thing).__name__}>")
    if type(value) is list:
        return f"[{', '.join(spell(item, names) for item in value)}]"
    if type(value) is tuple:
        inner = ", ".join(spell(item, names) for item in value)
        return f"({inner},)" if len(value) == 1 else f"({inner})"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{spell(key)}: {spell(item, names)}" for key, item in value.items()) + "}"
    return "..." if value is Ellipsis else repr(value)


def _spell_ask(ask: Ask, names: dict[int, str]) -> str:
    if ask.op == "probe":
        assert callable(ask.root)
        return f"{ask.root.__name__}({_spell_arguments(('submission',), ask, names)})"
    root = ask.root if isinstance(ask.root, str) else names.get(ask.root, "it")  # type: ignore[arg-type]
    place = f"{root}{_spell_path(ask.path)}"
    if ask.op == "call":
        return f"{place}({_spell_arguments((), ask, names)})"
    if ask.op == "keys":
        return f"list({place})"
    if ask.op == "set":
        key, value = ask.args
        is_name = isinstance(key, str) and key.isidentifier() and not keyword.iskeyword(key)
        where = f".{key}" if is_name and not ask.path else f"[{spell(key)}]"
        return f"{place}{where} = {spell(value, names)}"
    return place


def _spell_arguments(first: tuple[str, ...], ask: Ask, names: dict[int, str]) -> str:
    given = [spell(value, names) for value in ask.args]
    named = [f"{name}={spell(value, names)}" for name, value in ask.kwargs.items()]
    return ", ".join([*first, *given, *named])


def _spell_path(path: tuple[tuple[str, Any], ...]) -> str:
    return "".join(f".{key}" if how == "attr" else f"[{spell(key)}]" for how, key in path)


def _spell_array(array: np.ndarray) -> str:
    kind = "" if array.dtype in (np.dtype(float), np.dtype(int), np.dtype(bool)) else f", dtype=np.{array.dtype}"
    if array.size > MOST_ENTRIES:
        return f"<array of shape {array.shape}{kind}>"
    listed = np.array2string(array, separator=", ", max_line_width=10**6, floatmode="unique")
    return f"np.array({_COLUMNS.sub('', ' '.join(listed.split()))}{kind})"


def _name_for(value: Any, taken: set[str]) -> str:
    base = type(value.thing).__name__.lower() if isinstance(value, Kept) else "it"
    base = base if base.isidentifier() and not keyword.iskeyword(base) else "it"
    return next(name for name in [base, *(f"{base}{count}" for count in range(2, 99))] if name not in taken)
