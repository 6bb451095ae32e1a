"""Survivors that the author accepts, since they lie outside what the exercise asks: ``solutions/<name>/audit.toml``.

::

    [[accepted]]
    variant = "softmax/no_max@2"
    reason.en = "Scores as large as these come up in a later chapter."
    reason.ko = "이렇게 큰 점수는 뒤의 장에서 다뤄요."
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from autograder.messages import Message, say
from autograder.reports.findings import Fate, Finding
from autograder.settings import Table, load_toml

ACCEPTANCES: Final = "audit.toml"


def load_acceptances(folder: Path) -> dict[str, Message]:
    """Read why which variants are accepted; nothing is where there is no such file.

    Raises
    ------
    CourseError
        If the file is wrong.
    """
    path = folder / ACCEPTANCES
    if not path.exists():
        return {}
    table = Table(path, "", load_toml(path))
    table.close("accepted")
    accepted: dict[str, Message] = {}
    for entry in table.tables("accepted"):
        entry.close("variant", "reason")
        variant = entry.text("variant")
        if variant in accepted:
            entry.refuse("variant", say("the name {name!r} stands there twice", name=variant))
        accepted[variant] = entry.message("reason")
    return accepted


def find_stale(accepted: dict[str, Message], findings: Sequence[Finding]) -> list[Message]:
    """Say which acceptances accept nothing any more."""
    fates = {finding.variant.id: finding.fate for finding in findings}
    stale = []
    for variant in accepted:
        if variant not in fates:
            stale.append(say("{file} accepts {variant}, which is no variant", file=ACCEPTANCES, variant=variant))
        elif fates[variant] is not Fate.ACCEPTED:
            stale.append(
                say(
                    "{file} accepts {variant}, which needs it no more: {fate}",
                    file=ACCEPTANCES,
                    variant=variant,
                    fate=fates[variant].value,
                )
            )
    return stale
