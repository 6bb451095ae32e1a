"""Public checks of two_layer_net: practice with the figures of the text and with a gradient check."""

from __future__ import annotations

import numpy as np
import pytest

from autograder.checks import CheckFailed, assert_close, assert_gradient, assert_shape, check, fetch, took_single

NAMES = ("W1", "b1", "W2", "b2")


def make_example(student):
    """Make the network of the text: two inputs, one hidden unit, two outputs."""
    net = student.TwoLayerNet(2, 1, 2)
    net.params["W1"][...] = np.array([[0.5], [-0.25]])
    net.params["b1"][...] = np.array([0.0])
    net.params["W2"][...] = np.array([[2.0, -2.0]])
    net.params["b2"][...] = np.array([0.0, 0.0])
    return net


def are_finite(grads):
    """Tell whether there are finite numbers for each of the four parameters."""
    try:
        return all(np.isfinite(np.asarray(grads[name], dtype=float)).all() for name in NAMES)
    except (TypeError, ValueError, OverflowError, LookupError):
        return False


def tell_apart(fast, slow, rtol):
    """Say where the two gradients differ, for either of them may be the wrong one."""
    for name in NAMES:
        one, other = np.asarray(fast[name], dtype=float), np.asarray(slow[name], dtype=float)
        if one.shape == other.shape and np.any(abs(one - other) > rtol):
            index = tuple(int(place) for place in np.argwhere(abs(one - other) > rtol)[0])
            place, pair = ", ".join(map(str, index)), (f"{one[index]:.3g}", f"{other[index]:.3g}")
            raise CheckFailed(
                {
                    "en": f"`gradient` and `numerical_gradient` differ: "
                    f"{name}[{place}] is {pair[0]} in one, {pair[1]} in the other.",
                    "ko": f"`gradient`와 `numerical_gradient`의 값이 달라요. "
                    f"{name}[{place}]: 앞은 {pair[0]}, 뒤는 {pair[1]}",
                }
            )


@pytest.mark.exercise("TwoLayerNet")
@pytest.mark.points(0)
def test_predict_gives_one_row_of_scores_per_sample(student):
    """`predict` returns an array of shape (N, O): one row per sample, one column per class.

    `predict`는 모양이 (N, O)인 배열을 돌려줘요. 데이터마다 한 행, 클래스마다 한 열이에요.
    """
    net = student.TwoLayerNet(6, 4, 3)
    assert_shape(net.predict(np.linspace(-1.0, 1.0, 30).reshape(5, 6)), (5, 3), what="net.predict(x)")


@pytest.mark.exercise("TwoLayerNet")
@pytest.mark.points(0)
def test_loss_on_the_example(student):
    """The loss of the example in the text is 0.127 with sigmoid (and ln 2 = 0.693 with ReLU, whose output is 0 there).

    설명에 있는 예의 손실은 시그모이드라면 0.127이에요. ReLU라면 은닉층 출력이 0이라서 ln 2 = 0.693이에요.
    """
    loss = make_example(student).loss(np.array([[1.0, 2.0]]), np.array([[1.0, 0.0]]))
    assert_close(loss, 0.126928, also=[np.log(2.0)], rtol=1e-5, what="net.loss(x, t)")


@pytest.mark.exercise("TwoLayerNet")
@pytest.mark.points(0)
def test_gradient_agrees_with_numerical_gradient(student, rng):
    """For each parameter, `gradient` and `numerical_gradient` agree on a small batch.

    작은 배치에서 `gradient`와 `numerical_gradient`의 값이 매개변수마다 일치해요.
    """
    net = student.TwoLayerNet(6, 4, 3)
    for name, shape in zip(NAMES, [(6, 4), (4,), (4, 3), (3,)], strict=True):
        net.params[name][...] = rng.normal(scale=0.5, size=shape)
    x, t = rng.normal(size=(5, 6)), np.eye(3)[[0, 2, 1, 1, 0]]
    slow = fetch(net.numerical_gradient(x, t))
    check(are_finite(slow))
    slow = {name: slow[name] for name in NAMES}
    # Differences of float32 losses are coarse.
    rtol = 0.05 if took_single(net.params["W1"]) else 1e-5
    fast = fetch(net.gradient(x, t))
    try:
        assert_gradient(fast, slow, scale=1, rtol=rtol, what="net.gradient(x, t)")
    except CheckFailed:
        if are_finite(fast):
            tell_apart(fast, slow, rtol)
        raise
    for name in NAMES:
        if name in fast:
            assert_shape(fast[name], np.shape(fetch(net.params[name])), what=name)
