"""Hidden checks of computational_graph."""

from __future__ import annotations

from contextlib import contextmanager

import numpy as np
import pytest

from autograder.checks import CheckFailed, assert_close

PAIR = {
    "en": "backward must return two numbers, (dx, dy).",
    "ko": "backward는 두 숫자를 (dx, dy)로 돌려줘야 해요.",
}


def is_row_of(value, count):
    """Whether a value is a tuple, a list or an array of that many entries."""
    if isinstance(value, np.ndarray):
        return value.shape == (count,)
    return isinstance(value, (tuple, list)) and len(value) == count


def is_number(value):
    """Whether a value is a single number."""
    return isinstance(value, (int, float, np.number)) or (isinstance(value, np.ndarray) and value.ndim == 0)


def check_number(actual, expected):
    """Compare the one number that forward returns."""
    try:
        assert_close(actual, expected, what="forward(x, y)", rtol=1e-9)
    except CheckFailed as failure:
        if actual is None:
            failure.mistakes = ("no_return",)
        raise


def check_pair(actual, expected):
    """Compare dx and dy, both together: then a message can say that they are in the wrong order."""
    if not is_row_of(actual, 2):
        recognized = {"no_return": actual is None, "one_slope": is_number(actual)}
        raise CheckFailed(PAIR, mistakes=[name for name, fits in recognized.items() if fits])
    assert_close(actual, expected, what="backward(dout)", rtol=1e-9)


def forward_and_backward(layer, x, y, dout):
    """Send two numbers forward and one slope back."""
    layer.forward(x, y)
    return layer.backward(dout)


def draw_numbers(rng, count):
    """Draw numbers of both signs whose sizes are all different and none of which is near 0 or 1."""
    sizes = rng.permutation(count) + rng.uniform(1.3, 1.7, size=count)
    return [float(size) for size in sizes * rng.choice([-1.0, 1.0], size=count)]


# AddLayer


@pytest.mark.exercise("AddLayer")
@pytest.mark.points(0.5)
def test_sum_goes_forward(student, reference, rng):
    """forward returns the sum of its two numbers.

    forward는 두 숫자의 합을 돌려줘요.
    """
    x, y = draw_numbers(rng, 2)
    check_number(student.AddLayer().forward(x, y), reference.AddLayer().forward(x, y))


@pytest.mark.exercise("AddLayer")
@pytest.mark.points(1)
@pytest.mark.mistakes("like_mul", "ones")
def test_sum_passes_the_slope_on(student, reference, rng):
    """backward passes dout on unchanged to both numbers, whatever dout is.

    dout이 얼마든 backward는 그대로 양쪽에 흘려보내요.
    """
    x, y, dout = draw_numbers(rng, 3)
    expected = forward_and_backward(reference.AddLayer(), x, y, dout)
    check_pair(forward_and_backward(student.AddLayer(), x, y, dout), expected)


@pytest.mark.exercise("AddLayer")
@pytest.mark.points(0.5)
@pytest.mark.mistakes("like_mul", "ones")
def test_sum_can_be_used_again(student, reference, rng):
    """A layer can be used again with other numbers, and nothing of its first use remains.

    같은 계층에 다른 숫자를 넣어 다시 쓸 수 있어야 하고, 앞서 쓴 숫자가 영향을 주면 안 돼요.
    """
    x, y, dout, x_next, y_next, dout_next = draw_numbers(rng, 6)
    layer, right = student.AddLayer(), reference.AddLayer()
    forward_and_backward(layer, x, y, dout)
    check_number(layer.forward(x_next, y_next), right.forward(x_next, y_next))
    check_pair(layer.backward(dout_next), right.backward(dout_next))
    check_pair(layer.backward(dout), right.backward(dout))


# MulLayer


@pytest.mark.exercise("MulLayer")
@pytest.mark.points(0.5)
def test_product_goes_forward(student, reference, rng):
    """forward returns the product of its two numbers.

    forward는 두 숫자의 곱을 돌려줘요.
    """
    x, y = draw_numbers(rng, 2)
    check_number(student.MulLayer().forward(x, y), reference.MulLayer().forward(x, y))


def numbers_are_kept(submission, x, y):
    layer = submission.MulLayer()
    layer.forward(x, y)
    kept = str({**vars(type(layer)), **vars(layer)})
    return str(x) in kept and str(y) in kept


NOT_KEPT = {
    "en": "backward stops with an error: the layer doesn't hold the numbers that forward was given.",
    "ko": "backward가 오류로 멈췄어요. forward에서 받은 숫자가 계층에 남아 있지 않아요.",
}


NOT_AT_ZERO = {
    "en": "Where one of the numbers is 0, backward divides by 0.",
    "ko": "두 숫자 가운데 하나가 0이면 backward에서 0으로 나누게 돼요.",
}


@contextmanager
def naming_what_is_missing(student):
    """Let a backward that stops with an exception tell whether its layer kept what it needs."""
    try:
        yield
    except Exception as fault:
        if getattr(fault, "trace", None) and student.probe(numbers_are_kept, 2.53125, -3.65625) is False:
            raise CheckFailed(NOT_KEPT, mistakes=["numbers_not_kept"]) from fault
        raise


def divides_by_zero(submission, x, y):
    layer = submission.MulLayer()
    try:
        with np.errstate(divide="raise", invalid="raise"):
            layer.forward(x, y)
            layer.backward(1)
    except (ZeroDivisionError, FloatingPointError):
        return True
    return False


@contextmanager
def naming_a_division(student, x, y):
    """Let a backward that is right but for a factor of 0 tell whether it divides by it."""
    try:
        yield
    except Exception as fault:
        if student.probe(divides_by_zero, x, y) is True:
            raise CheckFailed(NOT_AT_ZERO, mistakes=["product_divided"]) from fault
        raise


@pytest.mark.exercise("MulLayer")
@pytest.mark.points(0.75)
@pytest.mark.mistakes("not_swapped", "numbers_not_kept", "like_add", "product_divided")
def test_slopes_are_the_other_factor(student, reference, rng):
    """With dout = 1, the slope of each factor is the other factor.

    dout = 1이면 한쪽의 기울기는 함께 곱한 상대방의 값이에요.
    """
    x, y = draw_numbers(rng, 2)
    expected = forward_and_backward(reference.MulLayer(), x, y, 1)
    with naming_what_is_missing(student):
        check_pair(forward_and_backward(student.MulLayer(), x, y, 1), expected)
    for pair in ((0.0, y), (x, 0.0)):
        with naming_a_division(student, *pair):
            check_pair(forward_and_backward(student.MulLayer(), *pair, 1), pair[::-1])


@pytest.mark.exercise("MulLayer")
@pytest.mark.points(1)
@pytest.mark.mistakes("not_swapped", "ignores_dout", "numbers_not_kept", "dout_on_one_side")
def test_slopes_are_multiplied_by_dout(student, reference, rng):
    """Both slopes are multiplied by the dout that arrives from above.

    두 기울기에 모두 위에서 온 dout을 곱해야 해요.
    """
    x, y, dout = draw_numbers(rng, 3)
    expected = forward_and_backward(reference.MulLayer(), x, y, dout)
    with naming_what_is_missing(student):
        check_pair(forward_and_backward(student.MulLayer(), x, y, dout), expected)


def two_layers_at_work(module, first, second, other, dout):
    """Use one layer twice and another one meanwhile, and return what their backward says."""
    layer, other_layer = module.MulLayer(), module.MulLayer()
    layer.forward(*first)
    layer.backward(dout)
    layer.forward(*second)
    other_layer.forward(*other)
    return layer.backward(dout), other_layer.backward(-dout), layer.backward(2 * dout)


@pytest.mark.exercise("MulLayer")
@pytest.mark.points(0.75)
@pytest.mark.mistakes("shared_between_layers", "first_numbers_kept", "numbers_not_kept")
def test_each_layer_keeps_its_own_numbers(student, reference, rng):
    """Each layer works with the numbers that its own latest forward was given.

    계층마다 자기가 forward에서 가장 최근에 받은 숫자로 계산해야 해요.
    """
    *numbers, dout = draw_numbers(rng, 7)
    pairs = np.reshape(numbers, (3, 2)).tolist()
    with naming_what_is_missing(student):
        found = two_layers_at_work(student, *pairs, dout)
    for actual, expected in zip(found, two_layers_at_work(reference, *pairs, dout), strict=True):
        check_pair(actual, expected)


# buy_apples

APPLES = ("price", "dapple", "dapple_num", "dtax")
FOUR = {
    "en": "Return four numbers: (price, dapple, dapple_num, dtax).",
    "ko": "네 숫자를 (price, dapple, dapple_num, dtax) 순서로 돌려주세요.",
}


def check_price(actual, expected, message):
    """Compare the price, even where the slopes are not there yet."""
    if actual is None:
        raise CheckFailed(message, mistakes=["no_return"])
    several = isinstance(actual, (tuple, list)) or (isinstance(actual, np.ndarray) and actual.ndim == 1)
    try:
        assert_close(actual[0] if several and len(actual) else actual, expected[0], what="price", rtol=1e-9)
    except CheckFailed as failure:
        failure.mistakes = tuple(recognize_bill(actual, expected))
        raise


def check_entries(actual, expected, names, wanted, message):
    """Compare the entries of a bill that are called as wanted."""
    if not is_row_of(actual, len(names)):
        raise CheckFailed(message, mistakes=recognize_bill(actual, expected))
    places = [names.index(name) for name in wanted]
    what = wanted[0] if len(wanted) == 1 else f"({', '.join(wanted)})"
    slopes, right = [actual[place] for place in places], [expected[place] for place in places]
    try:
        assert_close(slopes, right, what=what, rtol=1e-9)
    except CheckFailed as failure:
        failure.mistakes = tuple(recognize_bill(actual, expected))
        raise


def recognize_bill(actual, expected):
    """Name the mistakes that a whole bill shows, whatever it was computed from."""
    if actual is None:
        return ["no_return"]
    try:
        bill = np.atleast_1d(actual)
    except ValueError:  # rows of different lengths
        return []
    if bill.dtype.kind not in "iuf":
        return []
    parts = {"price_only": expected[:1], "slopes_only": expected[1:], "tax_slope_left_out": expected[:-1]}
    for name, part in parts.items():
        if is_same(bill, part):
            return [name]
    if bill.shape != (len(expected),):
        return []
    price, *slopes, tax = expected
    if len(expected) == len(FRUITS) and is_same(bill, [price, *slopes[::-1], tax]):
        return ["other_fruits_layer"]
    return ["slopes_in_other_order"] if is_same(np.sort(bill), np.sort(expected)) else recognize_inputs(bill)


def recognize_inputs(bill):
    """Name the mistake of a bill that is right for other inputs: they can be worked out from the slopes."""
    price, *slopes, sum_of_fruits = bill
    with np.errstate(all="ignore"):
        tax = price / sum_of_fruits
        costs = np.prod(np.reshape(slopes, (-1, 2)) / tax, axis=1)
    if not np.isfinite(tax) or not is_same(np.sum(costs), sum_of_fruits):
        return []
    return ["tax_is_not_0_1"] if is_same(tax, 0.1) else ["other_numbers"]


def is_same(actual, expected):
    return np.shape(actual) == np.shape(expected) and bool(np.allclose(actual, expected, rtol=1e-9, atol=0))


@pytest.mark.exercise("buy_apples")
@pytest.mark.points(0.5)
@pytest.mark.leans_on("AddLayer", "MulLayer")
def test_price_of_the_apples(student, reference):
    """The first entry is the price of all apples, tax included.

    첫 번째 값은 세금까지 포함한 사과 전체의 가격이에요.
    """
    actual = student.once("buy_apples", student.buy_apples)
    check_price(actual, reference.buy_apples(), FOUR)


@pytest.mark.exercise("buy_apples")
@pytest.mark.points(1)
@pytest.mark.leans_on("AddLayer", "MulLayer")
def test_slopes_of_the_apples(student, reference):
    """The second and third entries are dapple and dapple_num: how much the price grows with either.

    두 번째와 세 번째 값은 dapple과 dapple_num, 곧 사과값과 개수가 커질 때 가격이 얼마나 커지는지예요.
    """
    actual = student.once("buy_apples", student.buy_apples)
    check_entries(actual, reference.buy_apples(), APPLES, ("dapple", "dapple_num"), FOUR)


@pytest.mark.exercise("buy_apples")
@pytest.mark.points(0.5)
@pytest.mark.leans_on("AddLayer", "MulLayer")
def test_slope_of_the_tax(student, reference):
    """dtax is the last entry: how much the price grows with the tax.

    마지막 값은 dtax, 곧 세금이 커질 때 가격이 얼마나 커지는지예요.
    """
    actual = student.once("buy_apples", student.buy_apples)
    check_entries(actual, reference.buy_apples(), APPLES, ("dtax",), FOUR)


# buy_apples_and_oranges

FRUITS = ("price", "dapple_num", "dapple", "dorange", "dorange_num", "dtax")
SIX = {
    "en": "Return six numbers: (price, dapple_num, dapple, dorange, dorange_num, dtax).",
    "ko": "여섯 숫자를 (price, dapple_num, dapple, dorange, dorange_num, dtax) 순서로 돌려주세요.",
}


@pytest.mark.exercise("buy_apples_and_oranges")
@pytest.mark.points(0.75)
@pytest.mark.leans_on("AddLayer", "MulLayer")
def test_price_of_all_fruits(student, reference):
    """The first entry is the price of all fruits, tax included.

    첫 번째 값은 세금까지 포함한 과일 전체의 가격이에요.
    """
    actual = student.once("buy_apples_and_oranges", student.buy_apples_and_oranges)
    check_price(actual, reference.buy_apples_and_oranges(), SIX)


@pytest.mark.exercise("buy_apples_and_oranges")
@pytest.mark.points(0.75)
@pytest.mark.leans_on("AddLayer", "MulLayer")
def test_slopes_of_the_apples_among_fruits(student, reference):
    """The second and third entries are the slopes of the apples: dapple_num and dapple.

    두 번째와 세 번째 값은 사과의 기울기인 dapple_num과 dapple이에요.
    """
    actual = student.once("buy_apples_and_oranges", student.buy_apples_and_oranges)
    check_entries(actual, reference.buy_apples_and_oranges(), FRUITS, ("dapple_num", "dapple"), SIX)


@pytest.mark.exercise("buy_apples_and_oranges")
@pytest.mark.points(0.75)
@pytest.mark.leans_on("AddLayer", "MulLayer")
def test_slopes_of_the_oranges(student, reference):
    """The fourth and fifth entries are the slopes of the oranges: dorange and dorange_num.

    네 번째와 다섯 번째 값은 오렌지의 기울기인 dorange와 dorange_num이에요.
    """
    actual = student.once("buy_apples_and_oranges", student.buy_apples_and_oranges)
    check_entries(actual, reference.buy_apples_and_oranges(), FRUITS, ("dorange", "dorange_num"), SIX)


@pytest.mark.exercise("buy_apples_and_oranges")
@pytest.mark.points(0.75)
@pytest.mark.leans_on("AddLayer", "MulLayer")
def test_slope_of_the_tax_on_all_fruits(student, reference):
    """dtax is the last entry: it takes all fruits into account.

    마지막 값은 dtax예요. 사과와 오렌지를 모두 따져야 해요.
    """
    actual = student.once("buy_apples_and_oranges", student.buy_apples_and_oranges)
    check_entries(actual, reference.buy_apples_and_oranges(), FRUITS, ("dtax",), SIX)
