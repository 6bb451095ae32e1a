"""Sums, means and the like: over what, along which axis, and how often divided."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Final

from autograder.messages import say
from autograder.variants.code import Code, Edit
from autograder.variants.operators import operator
from autograder.variants.shapes import arguments, axis_of, is_number, keyword, reduced, reduction

_PLACES: Final = {
    "max": "argmax",
    "amax": "argmax",
    "min": "argmin",
    "amin": "argmin",
    "argmax": "max",
    "argmin": "min",
}
_OTHER_ENDS: Final = {
    "max": "min",
    "amax": "amin",
    "argmax": "argmin",
    "min": "max",
    "amin": "amax",
    "argmin": "argmax",
}


@operator(
    lambda place: say("A sum or an average: which does `{place}` need?", place=place),
    ast.Call,
    pairs=True,
)
def mean_to_sum(call: ast.Call, code: Code) -> Iterator[Edit]:
    """Add up without dividing."""
    if reduction(call, code) == "mean":
        yield code.rename(call.func, "sum")


@operator(
    lambda place: say("A sum or an average: which does `{place}` need?", place=place),
    ast.Call,
    pairs=True,
)
def sum_to_mean(call: ast.Call, code: Code) -> Iterator[Edit]:
    """Divide by how many there are."""
    if reduction(call, code) == "sum":
        yield code.rename(call.func, "mean")


@operator(
    lambda place: say("Look at the divisions in `{place}`: is anything divided once too often?", place=place), ast.Call
)
def mean_divided_again(call: ast.Call, code: Code) -> Iterator[Edit]:
    """Take the mean and divide by the count."""
    if reduction(call, code) == "mean":
        yield code.put(call, f"{code.of(call)} / len({code.of(reduced(call, code))})")


@operator(
    lambda place: say("Look at what `{place}` divides by: is it exactly the right number?", place=place),
    ast.Call,
)
def mean_over_one_less(call: ast.Call, code: Code) -> Iterator[Edit]:
    """Divide by N - 1, as for a sample variance."""
    if reduction(call, code) == "mean" and len(arguments(call)) <= 1:
        array = code.of(reduced(call, code))
        total = code.rename(call.func, "sum")
        start, end = code.span(call)
        text = code.text[start : total.start] + total.new + code.text[total.end : end]
        yield code.put(call, f"{text} / (len({array}) - 1)")


@operator(
    lambda place: say("Look at the shapes in `{place}`: which entries have to be taken together?", place=place),
    ast.Call,
)
def not_reduced(call: ast.Call, code: Code) -> Iterator[Edit]:
    """Forget to add up at all."""
    if reduction(call, code) in {"sum", "mean", "max"}:
        yield code.put(call, code.of(reduced(call, code)))


@operator(lambda place: say("Along which axis does `{place}` have to go?", place=place), ast.Call, pairs=True)
def axis_changed(call: ast.Call, code: Code) -> Iterator[Edit]:
    """Go along the other axis."""
    axis = axis_of(call, code) if reduction(call, code) else None
    if axis is not None and is_number(axis):
        for other in ("0", "1"):
            if code.of(axis) != other:
                yield code.put(axis, other)


@operator(
    lambda place: say("Along one axis, or over everything: which does `{place}` need?", place=place),
    ast.Call,
)
def axis_dropped(call: ast.Call, code: Code) -> Iterator[Edit]:
    """Go over everything."""
    axis = axis_of(call, code) if reduction(call, code) else None
    if axis is not None:
        yield code.put(axis, "None")


@operator(lambda place: say("Along one axis, or over everything: which does `{place}` need?", place=place), ast.Call)
def axis_added(call: ast.Call, code: Code) -> Iterator[Edit]:
    """Go along one axis only."""
    if reduction(call, code) and axis_of(call, code) is None:
        for axis in ("axis=0", "axis=-1"):
            yield code.call(call, [*arguments(call), axis])


@operator(
    lambda place: say("Look at the shapes in `{place}`: is an axis of length 1 lost on the way?", place=place), ast.Call
)
def keepdims_dropped(call: ast.Call, code: Code) -> Iterator[Edit]:
    """Lose the axis that was reduced."""
    kept = keyword(call, "keepdims")
    if kept is not None:
        yield code.call(call, arguments(call, without=kept))


@operator(
    lambda place: say("Look at the shapes in `{place}`: is an axis of length 1 left over?", place=place), ast.Call
)
def keepdims_added(call: ast.Call, code: Code) -> Iterator[Edit]:
    """Keep an axis that nobody wants."""
    if reduction(call, code) and axis_of(call, code) is not None and keyword(call, "keepdims") is None:
        yield code.call(call, [*arguments(call), "keepdims=True"])


@operator(lambda place: say("What comes first in `{place}`: squaring or adding up?", place=place), ast.Call)
def square_outside(call: ast.Call, code: Code) -> Iterator[Edit]:
    """Square the sum instead of summing the squares."""
    array = reduced(call, code) if reduction(call, code) else None
    if isinstance(array, ast.BinOp) and isinstance(array.op, ast.Pow):
        start, end = code.span(call)
        first, last = code.span(array)
        inside = code.of(array.left)
        yield code.put(call, f"{code.text[start:first]}{inside}{code.text[last:end]} ** {code.atom(array.right)}")


@operator(lambda place: say("Look at `{place}`: is there a root that doesn't belong there?", place=place), ast.Call)
def root_added(call: ast.Call, code: Code) -> Iterator[Edit]:
    """Return the root of the sum or mean."""
    if code.numpy and reduction(call, code) in {"sum", "mean"}:
        yield code.put(call, f"{code.numpy}.sqrt({code.of(call)})")


@operator(
    lambda place: say("Look at the sums in `{place}`: what belongs to each of the terms?", place=place),
    ast.Call,
)
def factor_outside(call: ast.Call, code: Code) -> Iterator[Edit]:
    """Multiply after adding up."""
    array = reduced(call, code) if reduction(call, code) in {"sum", "mean"} else None
    if isinstance(array, ast.BinOp) and isinstance(array.op, ast.Mult):
        start, end = code.span(call)
        first, last = code.span(array)
        for inside, outside in ((array.left, array.right), (array.right, array.left)):
            yield code.put(
                call, f"{code.text[start:first]}{code.of(inside)}{code.text[last:end]} * {code.atom(outside)}"
            )


@operator(lambda place: say("Does `{place}` use everything, or only what comes first?", place=place), ast.Call)
def only_the_first(call: ast.Call, code: Code) -> Iterator[Edit]:
    """Use the first row only."""
    if reduction(call, code) in {"sum", "mean"}:
        array = reduced(call, code)
        yield code.put(array, f"{code.atom(array)}[:1]")


@operator(lambda place: say("A value, or the place where it stands: which does `{place}` need?", place=place), ast.Call)
def value_for_place(call: ast.Call, code: Code) -> Iterator[Edit]:
    """Take max for argmax."""
    if reduction(call, code) in _PLACES and keyword(call, "keepdims") is None:
        yield code.rename(call.func, _PLACES[reduction(call, code)])


@operator(lambda place: say("The largest or the smallest: which does `{place}` need?", place=place), ast.Call)
def smallest_for_largest(call: ast.Call, code: Code) -> Iterator[Edit]:
    """Take min for max."""
    if reduction(call, code).endswith("max"):
        yield code.rename(call.func, _OTHER_ENDS[reduction(call, code)])


@operator(
    lambda place: say("Look at `{place}`: what has to be added up, and where is the largest needed?", place=place),
    ast.Call,
)
def sum_for_largest(call: ast.Call, code: Code) -> Iterator[Edit]:
    """Take sum or mean for max."""
    if reduction(call, code) in {"max", "amax"}:
        for other in ("sum", "mean"):
            yield code.rename(call.func, other)
