"""Public checks of computational_graph: practice with the figures of the text."""

from __future__ import annotations

import numpy as np
import pytest

from autograder.checks import assert_close, check

PAIR = {
    "en": "backward must return two numbers, (dx, dy).",
    "ko": "backward는 숫자 두 개 (dx, dy)를 돌려줘야 해요.",
}


def is_row_of(value, count):
    """Whether a value is a tuple, a list or an array of that many entries."""
    if isinstance(value, np.ndarray):
        return value.shape == (count,)
    return isinstance(value, (tuple, list)) and len(value) == count


def check_numbers(actual, expected, names, message):
    """Compare a tuple with its figures, entry by entry."""
    check(is_row_of(actual, len(expected)), message)
    for name, value, figure in zip(names, actual, expected, strict=True):
        assert_close(value, figure, what=name, rtol=1e-9)


@pytest.mark.exercise("AddLayer")
@pytest.mark.points(0)
def test_sum_of_the_example(student):
    """forward adds: 3 + (-4) = -1.

    forward는 더해요. 3 + (-4) = -1이에요.
    """
    assert_close(student.AddLayer().forward(3.0, -4.0), -1.0, what="forward(x, y)")


@pytest.mark.exercise("AddLayer")
@pytest.mark.points(0)
def test_backward_through_the_sum(student):
    """With dout = 0.5, backward returns (0.5, 0.5).

    dout = 0.5이면 backward는 (0.5, 0.5)를 돌려줘요.
    """
    layer = student.AddLayer()
    layer.forward(3.0, -4.0)
    check_numbers(layer.backward(0.5), (0.5, 0.5), ("dx", "dy"), PAIR)


@pytest.mark.exercise("MulLayer")
@pytest.mark.points(0)
def test_product_of_the_example(student):
    """forward multiplies: 3 · (-4) = -12.

    forward는 곱해요. 3 · (-4) = -12예요.
    """
    assert_close(student.MulLayer().forward(3.0, -4.0), -12.0, what="forward(x, y)")


@pytest.mark.exercise("MulLayer")
@pytest.mark.points(0)
def test_backward_through_the_product(student):
    """After forward(3, -4), backward(0.5) returns (-2, 1.5).

    forward(3, -4) 다음에 backward(0.5)는 (-2, 1.5)를 돌려줘요.
    """
    layer = student.MulLayer()
    layer.forward(3.0, -4.0)
    check_numbers(layer.backward(0.5), (-2.0, 1.5), ("dx", "dy"), PAIR)


@pytest.mark.exercise("buy_apples")
@pytest.mark.points(0)
@pytest.mark.leans_on("AddLayer", "MulLayer")
def test_bill_of_the_apples(student):
    """The first number of the tuple is the price, 220.

    튜플의 첫 번째 숫자는 가격 220이에요.
    """
    bill = student.once("buy_apples", student.buy_apples)
    check(
        is_row_of(bill, 4),
        {
            "en": "Return four numbers: (price, dapple, dapple_num, dtax).",
            "ko": "숫자 네 개 (price, dapple, dapple_num, dtax)를 돌려주세요.",
        },
    )
    assert_close(bill[0], 220.0, what="price", rtol=1e-9)


@pytest.mark.exercise("buy_apples_and_oranges")
@pytest.mark.points(0)
@pytest.mark.leans_on("AddLayer", "MulLayer")
def test_bill_of_apples_and_oranges(student):
    """The first number of the tuple is the price, 715.

    튜플의 첫 번째 숫자는 가격 715예요.
    """
    bill = student.once("buy_apples_and_oranges", student.buy_apples_and_oranges)
    check(
        is_row_of(bill, 6),
        {
            "en": "Return six numbers: (price, dapple_num, dapple, dorange, dorange_num, dtax).",
            "ko": "숫자 여섯 개 (price, dapple_num, dapple, dorange, dorange_num, dtax)를 돌려주세요.",
        },
    )
    assert_close(bill[0], 715.0, what="price", rtol=1e-9)
