"""Small pictures of what went wrong: a curve beside the expected one, and which entries are off.

Drawn by hand, as tables and tiny SVG: nothing is loaded, and every word that is
not ours is escaped.
"""

from __future__ import annotations

import html
import math
from typing import Any, Final

from autograder.messages import Language, say
from autograder.reports.terminal import clean

GREEN: Final = "#2e9150"
RED: Final = "#d9534a"
MUTED: Final = "#8a8a8a"
"""Each can be read on white and on black."""

_WIDTH, _HEIGHT = 260, 96
_LEFT, _TOP, _BOTTOM = 50, 8, 16
_STEEP: Final = 30
"""Values of so many times the smallest are drawn by their logarithms."""
_MOST_NUMBERS: Final = 64
_MOST_COLUMNS: Final = 8
_SQUARE: Final = 9

Point = tuple[float, float]


def draw(evidence: dict[str, Any], language: Language) -> str:
    """Draw one piece of evidence.

    Parameters
    ----------
    evidence : dict
        As `autograder.checks.evidence` makes it.

    Returns
    -------
    str
        HTML; empty where a picture would say nothing.
    """
    if evidence["kind"] == "curve":
        picture = _draw_curve(evidence, language)
    else:
        rows, columns = evidence["shape"]
        few = rows * columns <= _MOST_NUMBERS and columns <= _MOST_COLUMNS
        picture = _draw_numbers(evidence, language) if few else _draw_squares(evidence, language)
    return f'<div style="margin: 4px 0 6px 0; overflow-x: auto">{picture}</div>' if picture else ""


def _draw_numbers(evidence: dict[str, Any], language: Language) -> str:
    """Write the entries in a table; those that are off stand out, with what is expected below them."""
    rows, columns = evidence["shape"]
    cells = [
        _cell(actual, expected, wrong=wrong)
        for actual, expected, wrong in zip(evidence["actual"], evidence["expected"], evidence["wrong"], strict=True)
    ]
    lines = ["".join(cells[row * columns : (row + 1) * columns]) for row in range(rows)]
    body = "".join(f'<tr style="background: none">{line}</tr>' for line in lines)
    style = "border-collapse: separate; border-spacing: 3px; margin: 0; font-size: 12px; width: auto"
    table = f'<table style="{style}"><tbody>{body}</tbody></table>'
    legend = say("yours; where it is off, the expected value stands below")[language]
    return f"{_caption(evidence['what'], legend)}{table}"


def _cell(actual: float | None, expected: float | None, *, wrong: bool) -> str:
    colour = RED if wrong else GREEN
    style = (
        f"border: 1px solid {colour}; border-radius: 3px; padding: 1px 6px; text-align: right;"
        " font-variant-numeric: tabular-nums; vertical-align: top; color: inherit"
    )
    if not wrong:
        return f'<td style="{style}">{_number(actual)}</td>'
    below = f'<div style="color: {MUTED}; font-size: 11px">{_number(expected, actual)}</div>'
    above = f'<span style="color: {RED}; font-weight: 600">{_number(actual, expected)}</span>'
    return f'<td style="{style}">{above}{below}</td>'


def _draw_squares(evidence: dict[str, Any], language: Language) -> str:
    """Draw a square for each entry of a larger array."""
    rows, columns = evidence["shape"]
    squares = "".join(
        f'<rect x="{_SQUARE * (place % columns)}" y="{_SQUARE * (place // columns)}" width="{_SQUARE - 1}"'
        f' height="{_SQUARE - 1}" fill="{RED if wrong else GREEN}" fill-opacity="{0.95 if wrong else 0.3}"/>'
        for place, wrong in enumerate(evidence["wrong"])
    )
    legend = say("red entries are off")[language]
    return _caption(evidence["what"], legend) + _svg(_SQUARE * columns, _SQUARE * rows, squares, legend)


def _draw_curve(evidence: dict[str, Any], language: Language) -> str:
    """Draw what was printed as a line, and what is expected as rings."""
    actual, expected = (_points(evidence[key]) for key in ("actual", "expected"))
    values = [value for _, value in (*actual, *expected)]
    if not actual or not expected:
        return ""
    steep = min(values) > 0 and max(values) > _STEEP * min(values)
    places = [place for place, _ in (*actual, *expected)]
    scale = _Scale(min(places), max(places), min(values), max(values), steep=steep)
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in map(scale.place, actual))
    rings = "".join(
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="none" stroke="{GREEN}" stroke-width="1.6"/>'
        for x, y in map(scale.place, expected)
    )
    drawn = f'<polyline points="{line}" fill="none" stroke="{RED}" stroke-width="1.6"/>{rings}{scale.axes()}'
    legend = say("red line: yours; green rings: expected")[language]
    if steep:
        legend += " · " + say("logarithmic scale")[language]
    return _caption(evidence["what"], legend) + _svg(_WIDTH, _HEIGHT, drawn, f"{evidence['what']}: {legend}")


class _Scale:
    """From iterations and values to places in the picture."""

    def __init__(self, first: float, last: float, lowest: float, highest: float, *, steep: bool) -> None:
        self._first, self._last = first, last
        self._ends = (lowest, highest)
        self._steep = steep
        self._low, self._high = map(self._height, self._ends)

    def _height(self, value: float) -> float:
        return math.log10(value) if self._steep else value

    def place(self, point: Point) -> Point:
        across = (point[0] - self._first) / ((self._last - self._first) or 1.0)
        up = (self._height(point[1]) - self._low) / ((self._high - self._low) or 1.0)
        return _LEFT + 6 + across * (_WIDTH - _LEFT - 14), _HEIGHT - _BOTTOM - 4 - up * (_HEIGHT - _BOTTOM - _TOP - 4)

    def axes(self) -> str:
        base, style = _HEIGHT - _BOTTOM, 'font-size="10" fill="currentColor" fill-opacity="0.75"'
        lines = f"M{_LEFT},{_TOP - 4}V{base}H{_WIDTH - 2}"
        low, high = (f"{value:.3g}" for value in self._ends)
        return (
            f'<path d="{lines}" fill="none" stroke="currentColor" stroke-opacity="0.4"/>'
            f'<text x="{_LEFT - 4}" y="{_TOP + 6}" text-anchor="end" {style}>{high}</text>'
            f'<text x="{_LEFT - 4}" y="{base}" text-anchor="end" {style}>{low}</text>'
            f'<text x="{_LEFT + 4}" y="{_HEIGHT - 4}" {style}>{_number(self._first)}</text>'
            f'<text x="{_WIDTH - 4}" y="{_HEIGHT - 4}" text-anchor="end" {style}>{_number(self._last)}</text>'
        )


def _points(pairs: list[list[float | None]]) -> list[Point]:
    return [(pair[0], pair[1]) for pair in pairs if pair[0] is not None and pair[1] is not None]


def _caption(what: str, legend: str) -> str:
    style = f"color: {MUTED}; font-size: 12px"
    return f'<div style="{style}"><b>{_escape(what)}</b> · {_escape(legend)}</div>'


def _svg(width: float, height: float, inner: str, title: str) -> str:
    return (
        f'<svg width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
        f' role="img" aria-label="{_escape(title)}" style="max-width: none">{inner}</svg>'
    )


def _escape(text: str) -> str:
    return html.escape(clean(text))


def _number(value: float | None, other: float | None = None) -> str:
    """Write a number briefly; two that differ look different."""
    if value is None:
        return "NaN"
    for digits in (4, 6):
        text = f"{value:.{digits}g}"
        if other is None or text != f"{other:.{digits}g}":
            break
    return text
