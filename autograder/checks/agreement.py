"""The one comparison that an author needs: the student's work and the reference, used in the same way."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from autograder.checks.answers import Answer, Use, answer_of
from autograder.checks.close import assert_close, match_keys
from autograder.checks.failures import CheckFailed
from autograder.checks.gradients import assert_gradient
from autograder.checks.inputs import names_of, sizes_of, vary
from autograder.checks.state import assert_same_again, assert_unchanged
from autograder.checks.values import fetch, took_single
from autograder.checks.watching import Watch
from autograder.messages import say

if TYPE_CHECKING:
    from autograder.checks.relations import NamedFactors

# Farther from an accepted answer than this, relative to its largest entry, an answer is none of those between.
_BETWEEN: Final = 1e-6


def assert_agrees(
    student: Any,
    reference: Any,
    use: Use,
    *inputs: Any,
    what: str | None = None,
    make: Use | None = None,
    fresh: bool = False,
    keeps_inputs: bool = False,
    keeps: Use | None = None,
    also: Sequence[Use] = (),
    up_to: Use | None = None,
    named_factors: NamedFactors | None = None,
    scale: Any = None,
    rtol: float | None = None,
    single: bool = False,
) -> None:
    """Fail unless the submission answers as the reference does, to rounding error, entry by entry.

    Both are used by the same function on fresh copies of the same inputs. How far
    an entry may be off follows from the rounding error that its own computation
    can have: ``64·u·S`` (see `assert_close`). S comes from a second run of the
    reference on the magnitudes of everything, u from the types that took part.

    Parameters
    ----------
    student : Student
        The submission.
    reference : module
        The reference solution.
    use : callable
        ``use(module, *inputs)`` returns what is judged: a number, an array, or a tuple, list or dict of them. A
        dict's keys are what messages call its items. With `make`, it takes an object in place of the module.
    *inputs : object
        Arrays, numbers and whatever else the use needs. Arrays hold one row for each sample.
    what : str, optional
        How messages call the answer; by default the use with the names of its inputs, as in ``backward(x, dout)``.
    make : callable, optional
        ``make(module)`` returns the object that is used, as a layer.
    fresh : bool
        Whether one object must answer to each batch as a new one would: to `inputs`, to as many other rows, to one
        row, to three, and to `inputs` again. Needs at least 4 rows.
    keeps_inputs : bool
        Whether the calls must leave the inputs as they were.
    keeps : callable, optional
        ``keeps(module or object)`` returns what the use must leave as it was, such as a dict of parameters.
    also : sequence of callable
        Other uses of the reference whose answers are as right.
    up_to : callable
        Another use of the reference: an entry is right too where it lies between the two answers, as the loss and
        the gradient do with a smaller constant, or none, inside the logarithm.
    named_factors : mapping of str to float, optional
        Sizes that a wrong answer may be off by; by default those of the inputs' axes.
    scale : object, optional
        S, where the author knows better: in the structure of the answer, or one for all.
    rtol : float, optional
        For methods that are not exact, such as difference quotients: replaces ``64·u``, relative to `scale` or else
        to the largest expected entry.
    single : bool
        Whether float32 took part where neither inputs nor answers nor what it `keeps` show it.

    Raises
    ------
    CheckFailed
        If an answer is off, belongs to an earlier batch, or something was changed.
    ValueError
        If `fresh` is asked for and there are not enough rows, or there is no name for the answer.
    """
    __tracebackhide__ = True
    names = names_of(use, len(inputs))
    side = _Side(student, use, make, Watch(student, names) if keeps_inputs else None)
    judge = _Judge(
        reference=reference,
        side=side,
        what=what or _name_of(use, names),
        also=also,
        up_to=up_to,
        scale=scale,
        rtol=rtol,
        named_factors=sizes_of(inputs, names) if named_factors is None else named_factors,
    )
    subject = side.make_subject()
    before = _fetch_kept(keeps, subject)
    answer = side.ask(subject, inputs)
    after = _fetch_kept(keeps, subject)
    single = single or took_single(*_leaves([inputs, answer, before]))
    judge.compare(answer, inputs, single=single)
    for name, value in before.items():
        assert_unchanged(value, after[name], what=name)
    for batch in vary(inputs)[1:] if fresh else ():
        judge.compare_later(side.ask(subject, batch), batch, single=single)
    if side.watch:
        side.watch.assert_unchanged()


def between(actual: Any, one: Any, other: Any) -> Any:
    """Take an answer that lies between two accepted ones for right.

    Parameters
    ----------
    actual : object
        The answer.
    one, other : array_like
        Accepted answers of one shape, such as the gradients of a loss with a small constant inside its logarithm
        and without. Messages compare with the first.

    Returns
    -------
    array_like
        What to expect: the answer itself, moved to the nearer end where it lies outside; `one` where it is far off.
    """
    low, high = np.minimum(one, other), np.maximum(one, other)
    try:
        found = np.asarray(fetch(actual), dtype=np.float64).reshape(low.shape)
    except (TypeError, ValueError, OverflowError):
        return one
    nearest = np.clip(found, low, high)
    with np.errstate(all="ignore"):
        is_near = np.all(np.abs(found - nearest) <= _BETWEEN * np.max(np.abs(low), initial=0.0))
    return nearest if is_near else one


@dataclass(frozen=True)
class _Side:
    """The submission, and how it is used."""

    student: Any
    use: Use
    make: Use | None
    watch: Watch | None

    def make_subject(self) -> Any:
        module = self.watch.over(self.student) if self.watch else self.student
        return self.make(module) if self.make else module

    def ask(self, subject: Any, inputs: tuple[Any, ...]) -> Any:
        given = copy.deepcopy(inputs)
        if self.watch:
            self.watch.remember(inputs, given)
        return fetch(self.use(subject, *given))


@dataclass(frozen=True)
class _Part:
    """One array of an answer, beside what is expected."""

    name: str
    actual: Any
    expected: Any
    scale: Any


@dataclass(frozen=True)
class _Judge:
    """Compares answers with those of the reference."""

    reference: Any
    side: _Side
    what: str
    also: Sequence[Use]
    up_to: Use | None
    scale: Any
    rtol: float | None
    named_factors: NamedFactors

    def compare_later(self, answer: Any, batch: tuple[Any, ...], *, single: bool) -> None:
        """Compare the answer of an object that has seen other batches, and tell what these left behind."""
        __tracebackhide__ = True
        try:
            self.compare(answer, batch, single=single)
        except CheckFailed:
            again = self.side.ask(self.side.make_subject(), batch)
            result = self._answer(self.side.use, batch, exact=False).result
            pair = [_match(one, result, None, self.what, top=True) for one in (again, answer)]
            for first, later in zip(*pair, strict=True):
                assert_same_again(first.actual, later.actual, what=first.name)
            raise

    def compare(self, answer: Any, batch: tuple[Any, ...], *, single: bool) -> None:
        """Compare an answer with the reference's."""
        __tracebackhide__ = True
        exact = self.scale is None and self.rtol is None
        right = self._answer(self.side.use, batch, exact=exact)
        scale = right.magnitudes if exact else self.scale
        parts = list(_match(answer, right.result, scale, self.what, top=True))
        if self.up_to is not None:
            far = self._expected(self.up_to, batch)
            parts = [replace(part, expected=between(part.actual, part.expected, far[part.name])) for part in parts]
        also = [self._expected(other, batch) for other in self.also]
        how: dict[str, Any] = {"rtol": self.rtol, "single": single, "named_factors": self.named_factors}
        if [part.name for part in parts] == [self.what]:
            (part,) = parts
            others = [other[part.name] for other in also]
            assert_close(part.actual, part.expected, what=self.what, scale=part.scale, also=others, **how)
            return
        assert_gradient(
            {part.name: part.actual for part in parts},
            {part.name: part.expected for part in parts},
            what=self.what,
            scale={part.name: part.scale for part in parts},
            also=also,
            **how,
        )

    def _answer(self, use: Use, batch: tuple[Any, ...], *, exact: bool) -> Answer:
        return answer_of(self.reference, self.side.make, use, batch, exact=exact)

    def _expected(self, use: Use, batch: tuple[Any, ...]) -> dict[str, Any]:
        result = self._answer(use, batch, exact=False).result
        return {part.name: part.expected for part in _match(result, result, None, self.what, top=True)}


def _match(actual: Any, expected: Any, scale: Any, name: str, *, top: bool = False) -> Iterator[_Part]:
    """Take an answer apart as the reference's is made up."""
    __tracebackhide__ = True
    if isinstance(expected, Mapping):
        items = match_keys(actual, expected, what=name)
        for key, item in expected.items():
            size = scale.get(key) if isinstance(scale, Mapping) else scale
            yield from _match(items[key], item, size, key if top else f"{name}[{key!r}]")
    elif isinstance(expected, (list, tuple)) and any(np.ndim(item) or isinstance(item, Mapping) for item in expected):
        found = fetch(actual)
        if not isinstance(found, (list, tuple, np.ndarray)) or len(found) != len(expected):
            raise CheckFailed(say("{what}: {count} values are expected.", what=name, count=len(expected)))
        sizes = scale if isinstance(scale, (list, tuple)) else [scale] * len(expected)
        for index, item in enumerate(expected):
            yield from _match(found[index], item, sizes[index], f"{name}[{index}]")
    else:
        is_known = not isinstance(scale, (list, tuple)) or all(size is not None for size in scale)
        yield _Part(name, actual, expected, scale if is_known else None)


def _fetch_kept(keeps: Use | None, subject: Any) -> dict[str, Any]:
    kept = keeps(subject) if keeps else {}
    if type(kept) is not dict:
        raise TypeError("`keeps` must return a dict: what is kept, by the names that messages call it")
    return {name: fetch(value) for name, value in kept.items()}


def _leaves(item: Any) -> Iterator[Any]:
    if isinstance(item, Mapping):
        item = list(item.values())
    if isinstance(item, (list, tuple)):
        for one in item:
            yield from _leaves(one)
    else:
        yield item


def _name_of(use: Use, names: Sequence[str]) -> str:
    name = getattr(use, "__name__", "")
    if not name.isidentifier():
        raise ValueError("the answer needs a name for messages: say what=...")
    return f"{name}({', '.join(names)})"
