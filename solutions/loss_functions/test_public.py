"""Public checks of loss_functions: the worked examples, for practice."""

from __future__ import annotations

import numpy as np
import pytest

from autograder.checks import assert_close, assert_shape, check

# The worked examples round to four decimals.
AS_PRINTED = 2e-4


@pytest.mark.exercise("sum_squares_error")
@pytest.mark.points(0)
def test_sum_squares_error_of_the_worked_example(student):
    """The worked example gives 0.39: square the differences, add them up, take half.

    풀이 예의 답은 0.39예요. 차이를 제곱하고, 모두 더하고, 반으로 나누세요.
    """
    error = student.sum_squares_error(np.array([0.5, 0.3, 0.2]), np.array([0.0, 1.0, 0.0]))
    assert_close(error, 0.39, what="sum_squares_error([0.5, 0.3, 0.2], [0, 1, 0])")


@pytest.mark.exercise("sum_squares_error")
@pytest.mark.points(0)
def test_sum_squares_error_is_zero_for_the_truth(student):
    """Where every answer is right the error is 0.

    답이 모두 맞으면 오차는 0이에요.
    """
    t = np.array([0.0, 0.0, 1.0, 0.0])
    assert_close(student.sum_squares_error(t, t), 0.0, what="sum_squares_error(t, t)")


@pytest.mark.exercise("cross_entropy_error")
@pytest.mark.points(0)
def test_cross_entropy_error_of_a_sure_answer(student):
    """One sample whose right class has the probability 0.8 has the error -log 0.8 = 0.2231.

    정답 클래스의 확률이 0.8인 데이터 하나의 오차는 -log 0.8 = 0.2231이에요.
    """
    error = student.cross_entropy_error(np.array([0.1, 0.8, 0.1]), np.array([0, 1, 0]))
    assert_close(error, 0.223143, what="cross_entropy_error([0.1, 0.8, 0.1], [0, 1, 0])", rtol=AS_PRINTED)


@pytest.mark.exercise("cross_entropy_error")
@pytest.mark.points(0)
def test_cross_entropy_error_of_the_worked_example(student):
    """The two samples of the worked example have the error 0.5697 on average.

    풀이 예에 나온 두 데이터의 오차는 평균 0.5697이에요.
    """
    y = np.array([[0.1, 0.8, 0.1], [0.4, 0.3, 0.3]])
    t = np.array([[0, 1, 0], [1, 0, 0]])
    assert_close(student.cross_entropy_error(y, t), 0.569717, what="cross_entropy_error(y, t)", rtol=AS_PRINTED)


@pytest.mark.exercise("cross_entropy_error")
@pytest.mark.points(0)
def test_cross_entropy_error_of_the_same_labels(student):
    """With the labels (1, 0) in place of one-hot rows, the error is 0.5697 as well.

    원-핫 대신 레이블 (1, 0)을 줘도 오차는 똑같이 0.5697이에요.
    """
    y = np.array([[0.1, 0.8, 0.1], [0.4, 0.3, 0.3]])
    error = student.cross_entropy_error(y, np.array([1, 0]))
    assert_close(error, 0.569717, what="cross_entropy_error(y, [1, 0])", rtol=AS_PRINTED)


@pytest.mark.exercise("softmax")
@pytest.mark.points(0)
def test_softmax_of_the_worked_example(student):
    """The scores (1, 2, 4) become the probabilities (0.0420, 0.1142, 0.8438).

    점수 (1, 2, 4)는 확률 (0.0420, 0.1142, 0.8438)이 돼요.
    """
    expected = np.array([0.04201007, 0.1141952, 0.84379473])
    assert_close(student.softmax(np.array([1.0, 2.0, 4.0])), expected, what="softmax([1, 2, 4])", rtol=AS_PRINTED)


@pytest.mark.exercise("softmax")
@pytest.mark.points(0)
def test_softmax_rows_add_up_to_one(student):
    """In a batch, every row adds up to 1.

    배치에서는 행마다 더하면 1이에요.
    """
    y = student.softmax(np.array([[1.0, 2.0, 4.0], [0.0, 0.0, 0.0]]))
    assert_shape(y, (2, 3), what="softmax of a (2, 3) array")
    assert_close(np.sum(y, axis=1), np.ones(2), what="np.sum(y, axis=1)", rtol=1e-5)


@pytest.mark.exercise("softmax")
@pytest.mark.points(0)
def test_softmax_of_scores_a_thousand_higher(student):
    """The scores (1001, 1002, 1004) give the same as (1, 2, 4), and no NaN.

    점수가 (1001, 1002, 1004)여도 (1, 2, 4)와 결과가 같아요. NaN이 나오면 안 돼요.
    """
    expected = np.array([0.04201007, 0.1141952, 0.84379473])
    y = student.softmax(np.array([1001.0, 1002.0, 1004.0]))
    assert_close(y, expected, what="softmax([1001, 1002, 1004])", rtol=AS_PRINTED)


def draw_two_rows(submission):
    """Draw two of four rows, beside the student's code."""
    x = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0], [7.0, 8.0]])
    x_batch, t_batch = submission.sample_batch(x, np.array([0, 1, 2, 3]), 2, np.random.default_rng(7))
    return np.asarray(x_batch), np.asarray(t_batch)


@pytest.mark.exercise("sample_batch")
@pytest.mark.points(0)
def test_sample_batch_of_the_worked_example(student):
    """Two of four rows: a pair of arrays in which the label still belongs to its row.

    네 행 중에서 두 행을 뽑으면 배열 두 개가 나와요. 레이블은 여전히 자기 행과 짝이어야 해요.
    """
    drawn = student.probe(draw_two_rows)
    pair = {"en": "It returns two arrays, x_batch and t_batch.", "ko": "배열 두 개, x_batch와 t_batch를 돌려줘요."}
    check(isinstance(drawn, tuple | list) and len(drawn) == 2, pair)
    x_batch, t_batch = drawn
    assert_shape(x_batch, (2, 2), what="x_batch")
    assert_shape(t_batch, (2,), what="t_batch")
    same = {"en": "x_batch and t_batch hold different rows.", "ko": "x_batch와 t_batch에 서로 다른 행이 들어 있어요."}
    check(np.array_equal(x_batch[:, 0], 1 + 2 * t_batch), same)
