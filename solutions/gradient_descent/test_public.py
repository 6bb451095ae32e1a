"""Public checks of gradient_descent: the worked examples, for practice."""

from __future__ import annotations

import numpy as np
import pytest

from autograder.checks import assert_close, assert_trajectory


def take_worked_example():
    """Return the three points of the worked example, as columns."""
    return np.array([[1.0], [2.0], [4.0]]), np.array([[4.0], [2.0], [6.0]])


@pytest.mark.exercise("Loss")
@pytest.mark.points(0)
def test_loss_of_the_worked_example(student):
    """The errors 2, -1, 1 have the squares 4, 1, 1, and their mean is 2.

    오차 2, -1, 1을 제곱하면 4, 1, 1이고, 그 평균은 2예요.
    """
    X, y = take_worked_example()
    assert_close(student.Loss(1.0 + 1.0 * X, y), 2.0, what="Loss(f_x, y)")


@pytest.mark.exercise("Loss")
@pytest.mark.points(0)
def test_loss_is_zero_where_every_prediction_is_right(student):
    """Where every prediction is right, the loss is 0.

    예측이 모두 맞으면 손실은 0이에요.
    """
    _, y = take_worked_example()
    assert_close(student.Loss(y, y), 0.0, what="Loss(y, y)")


@pytest.mark.exercise("gradient_descent")
@pytest.mark.points(0)
@pytest.mark.leans_on("Loss")
def test_slopes_of_the_worked_example(student):
    """At w0 = 1, w1 = 1 the slopes are -4/3 and -8/3, in this order.

    w0 = 1, w1 = 1에서 기울기는 차례로 -4/3, -8/3이에요.
    """
    X, y = take_worked_example()
    slopes = student.gradient_descent(1.0, 1.0, X, y)
    assert_close(slopes, np.array([-4 / 3, -8 / 3]), what="gradient_descent(1, 1, X, y)", rtol=1e-5)


@pytest.mark.exercise("gradient_descent")
@pytest.mark.points(0)
@pytest.mark.leans_on("Loss")
def test_slopes_at_the_start_of_main(student):
    """At w0 = w1 = 0 the slopes of the four points are -12.05 and -35.05.

    w0 = w1 = 0에서 점 네 개의 기울기는 -12.05와 -35.05예요.
    """
    X, y = np.array([[1.0], [2.0], [3.0], [4.0]]), np.array([[3.1], [4.9], [7.2], [8.9]])
    slopes = student.gradient_descent(0.0, 0.0, X, y)
    assert_close(slopes, np.array([-12.05, -35.05]), what="gradient_descent(0, 0, X, y)", rtol=1e-5)


def observe_main(student):
    """Run main once a submission."""
    return student.once("main", lambda: student.observe(student.main))


@pytest.mark.exercise("main")
@pytest.mark.points(0)
@pytest.mark.leans_on("Loss", "gradient_descent")
def test_main_prints_the_numbers_of_the_text(student):
    """The reports at i = 0, 100 and 900 show the numbers of the text.

    i = 0, 100, 900의 출력에 본문에 있는 숫자가 나와야 해요.
    """
    rows = [
        [0, 39.80526573375, 0.012050000000000002, 0.03505],
        [100, 1.4088818550020328, 0.5956839328965645, 1.7137245928510965],
        [900, 0.030210557013104773, 0.8057485947959019, 2.070080758386106],
    ]
    assert_trajectory(observe_main(student).printed, rows, what="main()", rtol=2e-5)


@pytest.mark.exercise("main")
@pytest.mark.points(0)
@pytest.mark.leans_on("Loss", "gradient_descent")
def test_main_returns_the_line_of_the_text(student):
    """main returns (w0, w1), about (0.8143, 2.0672).

    main은 (w0, w1)을 돌려줘요. 대략 (0.8143, 2.0672)예요.
    """
    line = observe_main(student).value
    assert_close(line, np.array([0.8143, 2.0672]), what="main()", rtol=1e-4)
