"""What counts as a child's own idling."""

from __future__ import annotations

import pytest

from autograder.sandbox import clocks
from autograder.sandbox.clocks import TICK_S, Meter, OutOfTime, Patience, Stopwatch


class Sleeper(Meter):
    """A child that does nothing."""

    def __init__(self) -> None:
        """Be no process."""

    def cpu_s(self) -> float:
        """Return nothing used."""
        return 0.0

    def is_asleep(self) -> bool:
        """Say that it always is."""
        return True

    def busy_s(self) -> float:
        """Return the same at each look."""
        return 1.0


def wait_for_a_sleeper(monkeypatch: pytest.MonkeyPatch, *, delay: float) -> None:
    """Wait 100 ticks, of which this side could not run for a share."""
    now, delayed = iter(range(1000)), iter(range(1000))
    monkeypatch.setattr("time.monotonic", lambda: float(next(now)))
    monkeypatch.setattr(clocks, "_delayed_s", lambda: next(delayed) * TICK_S * delay)
    stopwatch = Stopwatch(Patience(cpu_s=1, idle_s=20 * TICK_S), Sleeper())
    for _ in range(100):
        stopwatch.glance(TICK_S)


def test_who_sleeps_runs_out_of_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """A child that only sleeps is ended."""
    with pytest.raises(OutOfTime):
        wait_for_a_sleeper(monkeypatch, delay=0.0)


def test_a_busy_machine_costs_a_child_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Time in which the judge itself had to wait for its turn is no idling of the child."""
    wait_for_a_sleeper(monkeypatch, delay=0.9)
