"""What drawing code gets back from the stand-in for matplotlib."""

from __future__ import annotations

import pytest

from autograder.inside.stand_ins import Calls, DrawingModule


@pytest.fixture
def calls() -> Calls:
    """Return where calls are noted."""
    return []


@pytest.fixture
def plt(calls: Calls) -> DrawingModule:
    """Return a stand-in for pyplot."""
    return DrawingModule("matplotlib.pyplot", calls)


@pytest.mark.parametrize(
    ("args", "lines"),
    [
        (([1, 2],), 1),
        (([1, 2], "--"), 1),
        (([0, 1], [1, 2]), 1),
        (([0, 1], [1, 2], "r--"), 1),
        (([0, 1], [1, 2], "-", [0, 1], [3, 4], "--"), 2),
        (([0, 1], [1, 2], [0, 1], [3, 4]), 2),
    ],
)
def test_plot_returns_one_line_for_each_curve(plt: DrawingModule, args: tuple[object, ...], lines: int) -> None:
    """`a, b = plt.plot(x, y, "-", x, z, "--")` works."""
    assert len(plt.plot(*args)) == lines


def test_subplots_counts_named_rows_and_columns(plt: DrawingModule, calls: Calls) -> None:
    """The axes can be taken apart however their number was given, and calls on them are noted."""
    _, (left, _) = plt.subplots(nrows=1, ncols=2, figsize=(8, 4))
    _, grid = plt.subplots(2, ncols=3)
    _, single = plt.subplots(squeeze=False)
    assert grid.shape == (2, 3)
    assert single.shape == (1, 1)
    left.set_ylim(0, 1)
    assert calls[-1] == ("Axes.set_ylim", (0, 1), {})


def test_a_figure_gives_axes_without_itself(plt: DrawingModule) -> None:
    """`figure.subplots` returns axes only."""
    top, bottom = plt.figure().subplots(2)
    assert top is not bottom


def test_what_is_taken_apart_can_be(plt: DrawingModule) -> None:
    """Legends of two axes are joined, limits are read back."""
    axes = plt.gca()
    handles, labels = axes.get_legend_handles_labels()
    bottom, top = axes.get_ylim()
    assert handles + labels == []
    assert bottom < top
