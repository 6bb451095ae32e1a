"""Judging gradients, one array or a dict of them, entry by entry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from autograder.checks.close import assert_close, match_keys
from autograder.checks.failures import CheckFailed
from autograder.messages import join, say

if TYPE_CHECKING:
    from autograder.checks.relations import NamedFactors


def assert_gradient(
    actual: Any,
    expected: Any,
    *,
    what: str,
    scale: Any = None,
    rtol: float | None = None,
    single: bool = False,
    named_factors: NamedFactors | None = None,
    also: Sequence[Any] = (),
) -> None:
    """Fail unless every entry of a gradient agrees with the reference to rounding error.

    A mean over entries hides one that is wrong, so each is looked at. A message
    names the entries that are off, or what the whole gradient is: half of what
    it should be, N times, of the opposite sign, transposed.

    Parameters
    ----------
    actual : object
        The gradient: an array, or a dict of arrays by parameter.
    expected : array_like or mapping of str to array_like
        The reference gradient. With a mapping, `actual` must be a dict with these
        keys (more are welcome); every parameter is judged, and the message says
        which are right already.
    what : str
        How messages call it, as in ``affine.dW``; a parameter's name stands alone.
    scale : array_like or mapping of str to array_like, optional
        A bound on the magnitude of the terms of each entry: the same formula on
        absolute values, as in ``abs(x).T @ abs(dout)``. Without it the largest
        expected entry of the array serves, with room for terms that cancel.
    rtol : float, optional
        Replaces the rounding error ``64·u``, as for difference quotients.
    single : bool
        Whether float32 took part where the gradient can't show it.
    named_factors : mapping of str to float, optional
        Sizes that a wrong gradient may be off by, such as ``{"N": 6, "C": 5}``.
    also : sequence
        Other gradients that are as right, in the form of `expected`.

    Raises
    ------
    CheckFailed
        If it is missing, not numbers, of another shape, not finite or off.
    ValueError
        If the expected gradient is not finite.
    """
    __tracebackhide__ = True
    if not isinstance(expected, Mapping):
        assert_close(
            actual,
            expected,
            what=what,
            scale=scale,
            rtol=rtol,
            single=single,
            named_factors=named_factors,
            also=also,
        )
        return
    items = match_keys(actual, expected, what=what)
    failures = {
        name: _judge(
            items[name],
            wanted,
            what=name,
            scale=scale.get(name) if isinstance(scale, Mapping) else scale,
            rtol=rtol,
            single=single,
            named_factors=named_factors,
            also=[other[name] for other in also],
        )
        for name, wanted in expected.items()
    }
    if any(failures.values()):
        raise _join_failures(failures, what)


def _judge(actual: Any, expected: Any, *, what: str, **how: Any) -> CheckFailed | None:
    try:
        assert_close(actual, expected, what=what, **how)
    except CheckFailed as failure:
        return failure
    return None


def _join_failures(failures: Mapping[str, CheckFailed | None], what: str) -> CheckFailed:
    right = [name for name, failure in failures.items() if failure is None]
    wrong = [failure for failure in failures.values() if failure is not None]
    praise = say("{what}: right already: {names}.", what=what, names=", ".join(right)) if right else None
    return CheckFailed(
        join(praise, *(failure.message for failure in wrong)),
        join(praise, *(failure.detail for failure in wrong)),
        evidence=[shown for failure in wrong for shown in failure.evidence],
    )
