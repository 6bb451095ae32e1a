"""What a verdict on a gradient costs beyond the student's own call, at 784-50-10 and a batch of 3.

Run ``python benchmarks/gradient_verdict.py``; ratios within one run are what
counts, since machines differ and are busy with other things. The student is the
reference itself, without a wall between. The book's check moves every parameter
to both sides; it is timed on a sample of them, or on all with ``--full``.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from autograder.assignments import find_course
from autograder.checks import assert_agrees, assert_gradient_of
from autograder.checks.magnitudes import run_on_magnitudes
from autograder.rehearsal import load

INPUTS, HIDDEN, CLASSES, ROWS = 784, 50, 10, 3
SHAPES = {"W1": (INPUTS, HIDDEN), "b1": (HIDDEN,), "W2": (HIDDEN, CLASSES), "b2": (CLASSES,)}
SAMPLE = 1000


@dataclass(frozen=True)
class Cost:
    """Milliseconds of a call: the least, which is the least disturbed, and the median; CPU time of the least."""

    best: float
    median: float
    cpu: float


def measure(function: Callable[[], Any], runs: int) -> Cost:
    """Measure a call, after a first one that isn't counted."""
    function()
    walls, cpus = [], []
    for _ in range(runs):
        wall, cpu = time.perf_counter(), time.process_time()
        function()
        walls.append(1000 * (time.perf_counter() - wall))
        cpus.append(1000 * (time.process_time() - cpu))
    return Cost(min(walls), statistics.median(walls), min(cpus))


class Problem:
    """A network, a batch, and the ways to judge its gradient."""

    def __init__(self) -> None:
        rng = np.random.default_rng(0)
        self.module = load(find_course().assignment("two_layer_net").reference.read_text(encoding="utf-8"), "reference")
        self.student = SimpleNamespace(**vars(self.module))
        self.params = {name: rng.normal(scale=0.1, size=shape) for name, shape in SHAPES.items()}
        self.x, self.t = rng.uniform(size=(ROWS, INPUTS)), np.eye(CLASSES)[rng.integers(0, CLASSES, ROWS)]
        self.net = self.make(self.module)

    def make(self, module: Any) -> Any:
        """Make a network with the parameters of the problem; its own draws would cost more than the verdict."""
        net = object.__new__(module.TwoLayerNet)
        net.params = {name: value.copy() for name, value in self.params.items()}
        return net

    def own(self) -> Any:
        """Call what the student wrote."""
        return self.make(self.module).gradient(self.x, self.t)

    def judge(self, *, known: bool) -> None:
        """Judge it; where it is not known yet, the reference answers first."""
        params = self.params

        def make(module: Any) -> Any:
            net = object.__new__(module.TwoLayerNet)
            net.params = {name: value.copy() for name, value in params.items()}
            return net

        def gradient(net: Any, x: Any, t: Any) -> Any:
            return net.gradient(x, t)

        # Another number among the inputs makes another question.
        t = self.t if known else self.t * (1 + np.random.default_rng().uniform() * 1e-9)
        assert_agrees(self.student, self.module, gradient, self.x, t, make=make)

    def magnify(self) -> Any:
        """Run the reference, and run it on magnitudes."""
        return run_on_magnitudes(lambda x, t: self.make(self.module).gradient(x, t), self.x, self.t)

    def step_aside(self) -> None:
        """Judge it without a reference gradient, by complex steps along random directions."""

        def loss(params: Any) -> Any:
            self.net.params = params
            return -np.sum(self.t * np.log(self.net.predict(self.x))) / ROWS

        assert_gradient_of(self.own(), loss, self.params, what="net.gradient(x, t)")

    def loop(self, count: int) -> None:
        """Judge it as the book does, as far as so many parameters."""
        left = count
        for value in self.make(self.module).params.values():
            part = value.reshape(-1)[: max(left, 0)]
            self.module.numerical_gradient(lambda _: self.net.loss(self.x, self.t), part)
            left -= part.size


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--full", action="store_true", help="run the book's check on every parameter")
    options = parser.parse_args()
    problem = Problem()
    size = sum(value.size for value in problem.params.values())
    count = size if options.full else SAMPLE
    own = measure(problem.own, options.runs)
    share = size / count
    loop = measure(lambda: problem.loop(count), 1)
    book = Cost(loop.best * share, loop.median * share, loop.cpu * share)
    table = Table(
        f"{INPUTS}-{HIDDEN}-{CLASSES}, batch {ROWS}", "best ms", "median ms", "CPU ms", "beyond the call", "book"
    )
    for name, cost in {
        "the student's own call": own,
        "reference and S": measure(problem.magnify, options.runs),
        "verdict, the first of a class": measure(lambda: problem.judge(known=False), options.runs),
        "verdict, every other": measure(lambda: problem.judge(known=True), options.runs),
        "verdict by complex steps, no reference": measure(problem.step_aside, max(options.runs // 10, 1)),
        f"the book's check{'' if options.full else ', from a sample'}": book,
    }.items():
        beyond = "" if cost is own else f"{cost.best - own.best:.2f}"
        figures = (f"{value:.2f}" for value in (cost.best, cost.median, cost.cpu))
        table.add_row(name, *figures, beyond, f"{cost.best / book.best:.6f}")
    Console(width=120).print(table)


if __name__ == "__main__":
    main()
