"""Public checks of numerical_gradient: practice with the figures of the text."""

from __future__ import annotations

import numpy as np
import pytest

from autograder.checks import assert_close, assert_shape

WEIGHTS = np.array([[0.2, -0.4, 0.5], [0.3, 0.1, -0.2]])
SAMPLE = np.array([1.0, 2.0])


def slope_of_the_cube(submission, x):
    return submission.numerical_diff(lambda v: v**3, x)


@pytest.mark.exercise("numerical_diff")
@pytest.mark.points(0)
def test_slope_of_the_cube(student):
    """The slope of x³ at x = 2 comes out as 12, as in the worked example.

    풀이 예처럼 x = 2에서 x³의 기울기는 12가 나와요.
    """
    assert_close(student.probe(slope_of_the_cube, 2.0), 12.0, what="numerical_diff(f, 2.0)", rtol=1e-6)


def gradient_of_the_example(submission, x):
    def f(v):
        # Also defined for a single number, so that handing over one entry gives a wrong slope and no error.
        x0, x1 = np.resize(v, 2)
        return x0**2 + 3 * x0 * x1

    return submission.numerical_gradient(f, x)


@pytest.mark.exercise("numerical_gradient")
@pytest.mark.points(0)
def test_gradient_of_the_example(student):
    """The gradient of x0² + 3·x0·x1 at (1, 2) is (8, 3), as in the worked example.

    풀이 예처럼 (1, 2)에서 x0² + 3·x0·x1의 기울기는 (8, 3)이에요.
    """
    gradient = student.probe(gradient_of_the_example, np.array([1.0, 2.0]))
    assert_close(gradient, np.array([8.0, 3.0]), what="numerical_gradient(f, x)", rtol=1e-6)


def gradient_of_a_table(submission, x):
    return submission.numerical_gradient(lambda v: np.sum(v) ** 2, x)


@pytest.mark.exercise("numerical_gradient")
@pytest.mark.points(0)
def test_gradient_of_a_table(student):
    """A 2-D array works as well: f gets the whole array, and the gradient has its shape.

    2차원 배열도 마찬가지예요. f에는 배열 전체를 넘겨주고, 기울기의 모양은 그 배열과 같아요.
    """
    gradient = student.probe(gradient_of_a_table, np.array([[1.0, -2.0, 3.0], [0.5, 1.5, -1.0]]))
    assert_close(gradient, np.full((2, 3), 6.0), what="numerical_gradient(f, x)", rtol=1e-6)


def gradient_of_weights(submission, weights):
    # The function ignores its argument and reads the very array that is being differentiated.
    return submission.numerical_gradient(lambda _: np.sum(weights**2), weights)


@pytest.mark.exercise("numerical_gradient")
@pytest.mark.points(0)
def test_function_that_reads_the_array_itself(student):
    """A function may ignore its argument and read the array itself, like the loss of a network: change x, not a copy.

    신경망의 손실처럼 인수를 쓰지 않고 배열을 직접 읽는 함수도 있어요. 복사본이 아니라 x 자체를 바꾸세요.
    """
    gradient = student.probe(gradient_of_weights, WEIGHTS)
    assert_close(gradient, 2 * WEIGHTS, what="numerical_gradient(f, W)", rtol=1e-6)


def descend_the_bowl(submission, start, lr, step_num):
    return submission.gradient_descent(lambda v: np.sum(v**2), start, lr, step_num)


def last_x(value):
    """Take x where a submission returns ``(x, history)``."""
    if isinstance(value, tuple) and len(value) == 2 and isinstance(value[0], np.ndarray) and value[0].ndim:
        return value[0]
    return value


@pytest.mark.exercise("gradient_descent")
@pytest.mark.points(0)
@pytest.mark.leans_on("numerical_gradient")
def test_one_step_down_the_bowl(student):
    """One step with learning rate 0.1 leads from (-3, 4) to (-2.4, 3.2).

    학습률 0.1로 한 걸음 가면 (-3, 4)에서 (-2.4, 3.2)로 옮겨 가요.
    """
    end = last_x(student.probe(descend_the_bowl, np.array([-3.0, 4.0]), 0.1, 1))
    assert_close(end, np.array([-2.4, 3.2]), what="gradient_descent(f, init_x, 0.1, 1)", rtol=1e-6)


@pytest.mark.exercise("gradient_descent")
@pytest.mark.points(0)
@pytest.mark.leans_on("numerical_gradient")
def test_twenty_steps_down_the_bowl(student):
    """With learning rate 0.1 every step leaves 0.8 of x, so twenty steps leave 0.8 to the power of 20.

    학습률이 0.1이면 걸음마다 x가 0.8배가 되니까, 스무 걸음 뒤에는 0.8의 20제곱배가 남아요.
    """
    end = last_x(student.probe(descend_the_bowl, np.array([-3.0, 4.0]), 0.1, 20))
    figure = np.array([-3.0, 4.0]) * 0.8**20
    assert_close(end, figure, what="gradient_descent(f, init_x, 0.1, 20)", rtol=1e-4)


@pytest.mark.exercise("SimpleNet")
@pytest.mark.points(0)
def test_shape_of_the_weights(student):
    """W has the shape (2, 3): two inputs, three classes.

    W의 모양은 (2, 3)이에요. 입력이 두 개, 클래스가 세 개예요.
    """
    assert_shape(student.SimpleNet().W, (2, 3), what="net.W")


@pytest.mark.exercise("SimpleNet")
@pytest.mark.points(0)
def test_scores_of_the_example(student):
    """With the weights of the worked example, predict returns the scores (0.8, -0.2, 0.1).

    풀이 예의 가중치를 쓰면 predict는 점수 (0.8, -0.2, 0.1)을 돌려줘요.
    """
    net = student.SimpleNet()
    net.W[...] = WEIGHTS
    assert_close(net.predict(SAMPLE), np.array([0.8, -0.2, 0.1]), what="net.predict(x)", rtol=1e-6)


@pytest.mark.exercise("SimpleNet")
@pytest.mark.points(0)
def test_loss_of_the_example(student):
    """With the weights of the worked example, the loss is about 1.323.

    풀이 예의 가중치를 쓰면 손실은 약 1.323이에요.
    """
    net = student.SimpleNet()
    net.W[...] = WEIGHTS
    assert_close(net.loss(SAMPLE, np.array([0, 0, 1])), 1.32297, what="net.loss(x, t)", rtol=1e-4)
