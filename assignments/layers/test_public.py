"""Public checks of layers: practice with the figures of the text."""

from __future__ import annotations

import numpy as np
import pytest

from autograder.checks import assert_close, assert_shape, check


@pytest.mark.exercise("Relu")
@pytest.mark.points(0)
def test_relu_forward_on_the_example(student):
    """`Relu.forward` keeps positive entries and turns the others into 0, as in the example of the text.

    `Relu.forward`는 양수는 그대로 두고 나머지는 0으로 바꿔요. 설명에 있는 예와 같은 값이 나와야 해요.
    """
    relu = student.Relu()
    out = relu.forward(np.array([[1.5, -0.5], [0.0, 2.0]]))
    assert_close(out, np.array([[1.5, 0.0], [0.0, 2.0]]), what="relu.forward(x)")


@pytest.mark.exercise("Relu")
@pytest.mark.points(0)
def test_relu_backward_on_the_example(student):
    """`Relu.backward` lets `dout` through only where the input of `forward` was positive.

    `Relu.backward`는 `forward`의 입력이 양수였던 자리에서만 `dout`을 흘려보내요.
    """
    relu = student.Relu()
    relu.forward(np.array([[1.5, -0.5], [0.0, 2.0]]))
    dx = relu.backward(np.array([[10.0, 20.0], [30.0, -40.0]]))
    assert_close(dx, np.array([[10.0, 0.0], [0.0, -40.0]]), what="relu.backward(dout)")


@pytest.mark.exercise("Sigmoid")
@pytest.mark.points(0)
def test_sigmoid_forward_on_the_example(student):
    """`Sigmoid.forward` gives 0.5 at x = 0 and 0.75 at x = ln 3.

    `Sigmoid.forward`의 값은 x = 0에서 0.5, x = ln 3에서 0.75예요.
    """
    sigmoid = student.Sigmoid()
    out = sigmoid.forward(np.array([[0.0, np.log(3.0), -np.log(3.0)]]))
    assert_close(out, np.array([[0.5, 0.75, 0.25]]), what="sigmoid.forward(x)")


@pytest.mark.exercise("Sigmoid")
@pytest.mark.points(0)
def test_sigmoid_backward_on_the_example(student):
    """`Sigmoid.backward` multiplies `dout` by (1 - y) and y; with y = 0.75 and dout = 2 that is 0.375.

    `Sigmoid.backward`는 `dout`에 (1 - y)와 y를 곱해요. y = 0.75, dout = 2이면 0.375예요.
    """
    sigmoid = student.Sigmoid()
    sigmoid.forward(np.array([[0.0, np.log(3.0), -np.log(3.0)]]))
    dx = sigmoid.backward(np.array([[4.0, 2.0, -1.0]]))
    assert_close(dx, np.array([[1.0, 0.375, -0.1875]]), what="sigmoid.backward(dout)")


X = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
W = np.array([[1.0], [2.0], [-1.0]])
B = np.array([10.0])


@pytest.mark.exercise("Affine")
@pytest.mark.points(0)
def test_affine_forward_on_the_example(student):
    """`Affine.forward` computes x·W + b; in the example of the text that is 12 and 18.

    `Affine.forward`는 x·W + b를 계산해요. 설명에 있는 예에서는 12와 18이에요.
    """
    affine = student.Affine(W, B)
    assert_close(affine.forward(X), np.array([[12.0], [18.0]]), what="affine.forward(x)")


@pytest.mark.exercise("Affine")
@pytest.mark.points(0)
def test_affine_backward_on_the_example(student):
    """`Affine.backward` returns the gradient of x, as in the example of the text.

    `Affine.backward`는 x의 기울기를 돌려줘요. 설명에 있는 예와 같은 값이 나와야 해요.
    """
    affine = student.Affine(W, B)
    affine.forward(X)
    dx = affine.backward(np.array([[1.0], [-2.0]]))
    assert_close(dx, np.array([[1.0, 2.0, -1.0], [-2.0, -4.0, 2.0]]), what="affine.backward(dout)")


@pytest.mark.exercise("Affine")
@pytest.mark.points(0)
def test_affine_stores_the_gradients_of_the_example(student):
    """`Affine.backward` stores the gradients of W and b as `self.dW` and `self.db`.

    `Affine.backward`는 W와 b의 기울기를 `self.dW`와 `self.db`에 저장해요.
    """
    affine = student.Affine(W, B)
    affine.forward(X)
    affine.backward(np.array([[1.0], [-2.0]]))
    has_list = student.has(affine, "grads") and not student.has(affine, "dW")
    check(
        has_list or (student.has(affine, "dW") and student.has(affine, "db")),
        {
            "en": "After `backward` the layer has no `self.dW` and `self.db`.",
            "ko": "`backward`를 부른 뒤에 `self.dW`와 `self.db`가 없어요.",
        },
    )
    dW, db = (affine.grads[0], affine.grads[1]) if has_list else (affine.dW, affine.db)
    assert_close(dW, np.array([[-7.0], [-8.0], [-9.0]]), what="affine.dW")
    assert_close(db, np.array([-1.0]), what="affine.db")
    assert_shape(dW, W.shape, what="affine.dW")
    assert_shape(db, B.shape, what="affine.db")


# One sample in two: softmax of these scores is (0.3, 0.2, 0.5) and (0.6, 0.3, 0.1).
SCORES = np.log(np.array([[0.3, 0.2, 0.5], [0.6, 0.3, 0.1]]))
ANSWERS = np.array([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]])


@pytest.mark.exercise("SoftmaxWithLoss")
@pytest.mark.points(0)
def test_softmax_with_loss_forward_on_the_example(student):
    """`SoftmaxWithLoss.forward` returns the loss: -ln 0.2 for the one sample of the text.

    `SoftmaxWithLoss.forward`는 손실을 돌려줘요. 설명에 있는 데이터 하나라면 -ln 0.2예요.
    """
    last = student.SoftmaxWithLoss()
    loss = last.forward(SCORES[:1], ANSWERS[:1])
    assert_close(loss, -np.log(0.2), rtol=1e-5, what="last.forward(x, t)")


@pytest.mark.exercise("SoftmaxWithLoss")
@pytest.mark.points(0)
def test_softmax_with_loss_backward_on_the_example(student):
    """`SoftmaxWithLoss.backward` gives (0.3, -0.8, 0.5) for the one sample of the text.

    설명에 있는 데이터 하나라면 `SoftmaxWithLoss.backward`의 값은 (0.3, -0.8, 0.5)예요.
    """
    last = student.SoftmaxWithLoss()
    last.forward(SCORES[:1], ANSWERS[:1])
    assert_close(last.backward(1), np.array([[0.3, -0.8, 0.5]]), rtol=1e-5, what="last.backward()")


@pytest.mark.exercise("SoftmaxWithLoss")
@pytest.mark.points(0)
def test_softmax_with_loss_backward_in_a_batch_of_two(student):
    """In a batch of two samples the gradient of each row is divided by 2.

    데이터가 두 개인 배치에서는 각 행의 기울기를 2로 나눠요.
    """
    last = student.SoftmaxWithLoss()
    last.forward(SCORES, ANSWERS)
    dx = last.backward(1)
    assert_close(dx, np.array([[0.15, -0.4, 0.25], [-0.2, 0.15, 0.05]]), rtol=1e-5, what="last.backward()")
