"""The references are proved: each gradient by a complex step; and against them, right work in every style is right.

A complex step along a Gaussian direction for each parameter sees any wrong entry. The logarithm of the course holds
1e-7, and (y - t) / N is the derivative without it: so it is taken out of the loss, or else is in the formula too.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from autograder.checks import CheckFailed, assert_agrees, between, differentiate, magnitudes_of
from autograder.checks.differences import ROUNDINGS
from autograder.checks.values import UNIT_DOUBLE
from autograder.rehearsal import load
from tests.graders.conftest import COURSE

SEEDS = range(20)
EPSILON = 1e-7
TINY = 1e-30
D, H, C, N = 11, 7, 5, 6
SHAPES = {"W1": (D, H), "b1": (H,), "W2": (H, C), "b2": (C,)}

Array = NDArray[Any]
Arrays = dict[str, Any]
MODULES = {name: load(COURSE.assignment(name).reference.read_text(encoding="utf-8"), name) for name in COURSE.names}


def prove(loss: Callable[[Arrays], Any], gradient: Callable[[Arrays], Arrays], params: Arrays, seed: int) -> None:
    """Compare a gradient with a complex step in a Gaussian direction for each parameter."""
    rng = np.random.default_rng(seed)
    found, sizes = gradient(params), magnitudes_of(gradient, params)
    for name, value in params.items():
        direction = rng.normal(size=np.shape(value))
        slope = np.imag(loss({**params, name: value + 1j * TINY * direction})) / TINY
        # Of what is only moved, as by ReLU, there is no S but the numbers themselves.
        size = np.abs(found[name]) if sizes[name] is None else sizes[name]
        reach = ROUNDINGS * UNIT_DOUBLE * np.sum(size * np.abs(direction))
        assert abs(np.sum(found[name] * direction) - slope) <= reach, name


def test_a_proof_sees_one_entry() -> None:
    """An entry that is off by a millionth is no gradient."""
    x = np.linspace(0.5, 1.5, 12)

    def gradient(p: Arrays) -> Arrays:
        slopes = p["x"] * 2
        slopes[7] *= 1.000001
        return {"x": slopes}

    with pytest.raises(AssertionError, match="x"):
        prove(lambda p: np.sum(p["x"] ** 2), gradient, {"x": x}, 0)


def signed(rng: np.random.Generator, *shape: int) -> Array:
    """Draw numbers of both signs, none nearer to 0 than 0.2."""
    return rng.choice([-1.0, 1.0], size=shape) * rng.uniform(0.2, 2.0, size=shape)


def log_loss(y: Array, t: Array, epsilon: float = 0.0) -> Any:
    """Return the mean cross entropy, without the constant of the course where none is given."""
    return -np.sum(t * np.log(y + epsilon)) / len(y)


def draw_net(rng: np.random.Generator) -> tuple[Array, Array, Arrays]:
    """Draw a batch with distinct labels, and parameters that are not 0; no hidden input is near the kink of ReLU."""
    params = {name: rng.normal(scale=0.5, size=shape) for name, shape in SHAPES.items()}
    t = np.eye(C)[rng.permutation(np.arange(N) % C)]
    while True:
        x = rng.normal(size=(N, D))
        if np.min(np.abs(x @ params["W1"] + params["b1"])) > 1e-3:
            return x, t, params


@pytest.mark.parametrize("seed", SEEDS)
def test_the_slopes_of_the_line(seed: int) -> None:
    """`gradient_descent` returns the derivatives of `Loss`."""
    rng, module = np.random.default_rng(seed), MODULES["gradient_descent"]
    x, y = signed(rng, 7, 1), signed(rng, 7, 1)

    def loss(p: Arrays) -> Any:
        return module.Loss(module.linear_model(p["w0"], p["w1"], x), y)

    def gradient(p: Arrays) -> Arrays:
        slopes = module.gradient_descent(p["w0"], p["w1"], x, y)
        return {"w0": slopes[0], "w1": slopes[1]}

    prove(loss, gradient, {"w0": float(rng.normal()), "w1": float(rng.normal())}, seed)


@pytest.mark.parametrize("name", ["Relu", "Sigmoid"])
@pytest.mark.parametrize("seed", SEEDS)
def test_the_layers_without_parameters(name: str, seed: int) -> None:
    """`backward` is the derivative of `forward`, weighed by `dout`."""
    rng = np.random.default_rng(seed)
    x, dout = signed(rng, 4, 5), signed(rng, 4, 5)
    layer = getattr(MODULES["layers"], name)()

    def gradient(p: Arrays) -> Arrays:
        layer.forward(p["x"])
        return {"x": layer.backward(dout)}

    prove(lambda p: np.sum(dout * layer.forward(p["x"])), gradient, {"x": x}, seed)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_affine_layer(seed: int) -> None:
    """`Affine.backward` returns and stores the derivatives of its forward pass."""
    rng = np.random.default_rng(seed)
    dout, affine = signed(rng, N, H), MODULES["layers"].Affine

    def gradient(p: Arrays) -> Arrays:
        layer = affine(p["W"], p["b"])
        layer.forward(p["x"])
        return {"x": layer.backward(dout), "W": layer.dW, "b": layer.db}

    params = {"x": signed(rng, N, D), "W": signed(rng, D, H), "b": signed(rng, H)}
    prove(lambda p: np.sum(dout * affine(p["W"], p["b"]).forward(p["x"])), gradient, params, seed)


@pytest.mark.parametrize("labels", [False, True])
@pytest.mark.parametrize("seed", SEEDS)
def test_the_last_layer(seed: int, labels: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """`SoftmaxWithLoss.backward` is the derivative of the loss without the 1e-7, for one-hot answers and labels."""
    rng, module = np.random.default_rng(seed), MODULES["layers"]
    numbers = rng.permutation(C)[: N - 2]
    t, x = np.eye(C)[numbers], rng.normal(size=(N - 2, C))

    def gradient(p: Arrays) -> Arrays:
        layer = module.SoftmaxWithLoss()
        layer.forward(p["x"], numbers if labels else t)
        return {"x": layer.backward(1)}

    prove(lambda p: log_loss(module.softmax(p["x"]), t), gradient, {"x": x}, seed)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_other_derivative_that_is_accepted(seed: int) -> None:
    """With the 1e-7 left in the loss, the gradient is smaller by its share of each row's right probability."""
    rng, module = np.random.default_rng(seed), MODULES["layers"]
    t, x = np.eye(C)[rng.permutation(C)], rng.normal(size=(C, C))
    exact = differentiate(lambda x: module.cross_entropy_error(module.softmax(x), t), x)
    y = module.softmax(x)
    right = np.sum(t * y, axis=1, keepdims=True)
    plain = (y - t) / len(x)
    assert np.allclose(exact, plain * right / (right + EPSILON), rtol=1e-12, atol=1e-15)
    for answer in (plain, exact, (plain + exact) / 2):
        assert np.allclose(between(answer, plain, exact), answer, rtol=1e-15, atol=0)
    assert between(plain * 1.01, plain, exact) is plain


def set_closed(module: Any, params: Arrays) -> Any:
    """Make the network of formulas."""
    net = module.TwoLayerNet(D, H, C)
    net.params.update(params)
    return net


def set_layered(module: Any, params: Arrays) -> Any:
    """Make the network of layers."""
    net = module.TwoLayerNet(D, H, C)
    for number in ("1", "2"):
        layer = net.layers[f"Affine{number}"]
        layer.W, layer.b = params[f"W{number}"], params[f"b{number}"]
    return net


@pytest.mark.parametrize("seed", SEEDS)
def test_the_network_of_formulas(seed: int) -> None:
    """`TwoLayerNet.gradient` of the sigmoid form is the derivative of its loss without the 1e-7."""
    module = MODULES["two_layer_net"]
    x, t, params = draw_net(np.random.default_rng(seed))
    prove(
        lambda p: log_loss(set_closed(module, p).predict(x), t),
        lambda p: set_closed(module, p).gradient(x, t),
        params,
        seed,
    )


@pytest.mark.parametrize("seed", SEEDS)
def test_the_network_of_layers(seed: int) -> None:
    """`TwoLayerNet.gradient` of the ReLU form, which training is given, is the derivative of its loss."""
    module = MODULES["training"]
    x, t, params = draw_net(np.random.default_rng(seed))
    prove(
        lambda p: log_loss(module.softmax(set_layered(module, p).predict(x)), t),
        lambda p: set_layered(module, p).gradient(x, t),
        params,
        seed,
    )


@pytest.mark.parametrize("seed", range(5))
def test_the_numerical_gradient_of_the_network(seed: int) -> None:
    """Differences of the loss agree with backpropagation as far as a step of 1e-4 and the 1e-7 let them."""
    x, t, params = draw_net(np.random.default_rng(seed))
    net = set_closed(MODULES["two_layer_net"], params)
    measured, exact = net.numerical_gradient(x, t), net.gradient(x, t)
    for name in SHAPES:
        assert np.max(np.abs(measured[name] - exact[name])) <= 1e-5 * np.max(np.abs(exact[name]))


@pytest.mark.parametrize("seed", SEEDS)
def test_the_numerical_slopes(seed: int) -> None:
    """`numerical_diff` and `numerical_gradient` are off by no more than their step and rounding explain."""
    rng, module = np.random.default_rng(seed), MODULES["numerical_gradient"]
    x, weights = signed(rng, 3, 4), rng.uniform(1, 2, size=(3, 4))

    def f(x: Any) -> Any:
        return np.sum(weights * x**3) + 0.5 * np.sum(x) ** 2

    step = 1e-4
    reach = step**2 * np.max(weights) + ROUNDINGS * UNIT_DOUBLE * magnitudes_of(f, x) / step
    assert np.max(np.abs(module.numerical_gradient(f, x.copy()) - differentiate(f, x))) <= reach
    slope = module.numerical_diff(lambda v: 0.3 * v**3 - 2 * v, x[0, 0])
    assert abs(slope - (0.9 * x[0, 0] ** 2 - 2)) <= 0.3 * step**2 + 1e-11


@pytest.mark.parametrize("seed", range(5))
def test_the_simple_net(seed: int) -> None:
    """What `numerical_gradient` measures on `SimpleNet.loss` is its derivative."""
    rng, module = np.random.default_rng(seed), MODULES["numerical_gradient"]
    net, x, t = module.SimpleNet(), signed(rng, 4, 2), np.eye(3)[[2, 0, 1, 2]]

    def loss(weights: Array) -> Any:
        net.W = weights
        return net.loss(x, t)

    weights = signed(rng, 2, 3)
    exact = differentiate(loss, weights)
    assert np.max(np.abs(module.numerical_gradient(loss, weights.copy()) - exact)) <= 1e-7


@pytest.mark.parametrize("name", ["AddLayer", "MulLayer"])
@pytest.mark.parametrize("seed", SEEDS)
def test_the_nodes_of_the_graph(name: str, seed: int) -> None:
    """`backward` of each node is the derivative of its `forward`."""
    rng = np.random.default_rng(seed)
    layer, dout = getattr(MODULES["computational_graph"], name)(), float(rng.normal())

    def gradient(p: Arrays) -> Arrays:
        layer.forward(p["x"], p["y"])
        return dict(zip("xy", layer.backward(dout), strict=True))

    params = {"x": float(rng.normal()), "y": float(rng.normal())}
    prove(lambda p: dout * layer.forward(p["x"], p["y"]), gradient, params, seed)


def test_the_purchases() -> None:
    """The slopes of both purchases are the derivatives of their price."""
    module = MODULES["computational_graph"]
    price, *slopes = module.buy_apples()
    wanted = differentiate(lambda p: p[0] * p[1] * p[2], [100, 2, 1.1])
    assert np.allclose([price, *slopes], [220, *wanted], rtol=1e-15)
    price, *slopes = module.buy_apples_and_oranges()
    wanted = differentiate(lambda p: (p[1] * p[0] + p[2] * p[3]) * p[4], [2, 100, 150, 3, 1.1])
    assert np.allclose([price, *slopes], [715, *wanted], rtol=1e-15)


# --- Right work in other styles is right, and a small mistake in one entry is seen ----------------------------------


def sum_backwards(a: Array, b: Array) -> Array:
    """Multiply matrices by summing the products from the last to the first."""
    product: Array = (a[:, ::-1, None] * b[None, ::-1]).cumsum(axis=1)[:, -1]
    return product


def loop(a: Array, b: Array) -> Array:
    """Multiply matrices entry by entry."""
    product = np.zeros((len(a), b.shape[1]), dtype=np.result_type(a, b))
    for i, j in np.ndindex(*product.shape):
        for k in range(len(b)):
            product[i, j] += a[i, k] * b[k, j]
    return product


def einsum(a: Array, b: Array) -> Array:
    """Multiply matrices by Einstein's convention."""
    product: Array = np.einsum("ij,jk->ik", a, b)
    return product


class OtherNet:
    """Another right network: whatever way of multiplying, another sigmoid, softmax without a shift."""

    def __init__(self, dot: Callable[[Array, Array], Array], dtype: type = np.float64) -> None:
        self.dot = dot
        self.dtype = dtype
        self.params: Arrays = {}

    def gradient(self, x: Array, t: Array) -> Arrays:
        """Return the gradients."""
        p = {name: value.astype(self.dtype) for name, value in self.params.items()}
        x = x.astype(self.dtype)
        z = (np.tanh((self.dot(x, p["W1"]) + p["b1"]) / 2) + 1) / 2
        powers = np.exp(self.dot(z, p["W2"]) + p["b2"])
        d2 = powers / powers.sum(axis=1)[:, None] / len(x) - (t / len(x)).astype(self.dtype)
        d1 = (z - z * z) * self.dot(d2, p["W2"].T.copy())
        ones: Array = np.ones((1, len(x)), dtype=self.dtype)
        return {
            "W1": self.dot(x.T.copy(), d1),
            "b1": self.dot(ones, d1)[0],
            "W2": self.dot(z.T.copy(), d2),
            "b2": self.dot(ones, d2)[0],
        }


def judge_net(other: Any, seed: int, spoil: Callable[[Arrays], Arrays] = lambda grads: grads) -> None:
    """Compare another network's gradients with the reference's."""
    x, t, params = draw_net(np.random.default_rng(seed))

    def make(module: Any) -> Any:
        if module is other:
            other.params = params
            return other
        return set_closed(module, params)

    def gradient(net: Any, x: Array, t: Array) -> Any:
        return spoil(net.gradient(x, t)) if net is other else net.gradient(x, t)

    assert_agrees(other, MODULES["two_layer_net"], gradient, x, t, make=make)


@pytest.mark.parametrize("block", range(20))
def test_right_work_passes_in_every_style(block: int) -> None:
    """Loops, einsum, another order of summation, another sigmoid, another softmax and float32: 200 seeds of each."""
    for seed in range(10 * block, 10 * block + 10):
        for dot in (np.dot, sum_backwards, einsum) if seed % 10 else (np.dot, loop):
            judge_net(OtherNet(dot), seed)
        judge_net(OtherNet(sum_backwards, np.float32), seed)


@pytest.mark.parametrize("block", range(10))
def test_one_percent_of_one_entry_is_always_seen(block: int) -> None:
    """Whichever entry of whichever parameter it is."""
    for seed in range(20 * block, 20 * block + 20):
        rng = np.random.default_rng(seed)
        name = list(SHAPES)[seed % 4]
        place = tuple(rng.integers(0, SHAPES[name]))

        def spoil(grads: Arrays, name: str = name, place: Any = place) -> Arrays:
            grads[name][place] *= 1.01
            return grads

        with pytest.raises(CheckFailed) as caught:
            judge_net(OtherNet(np.dot), seed, spoil)
        assert caught.value.message is not None
        assert f"{name}[{', '.join(map(str, place))}] is off; the other" in caught.value.message["en"]


@pytest.mark.parametrize("seed", range(50))
def test_every_entry_is_so_exact_that_one_percent_shows(seed: int) -> None:
    """The rounding that is allowed is a millionth of a percent of each entry at most."""
    x, t, params = draw_net(np.random.default_rng(seed))

    def gradient(params: Arrays) -> Arrays:
        found: Arrays = set_closed(MODULES["two_layer_net"], params).gradient(x, t)
        return found

    sizes, found = magnitudes_of(gradient, params), gradient(params)
    assert all(np.all(ROUNDINGS * UNIT_DOUBLE * sizes[name] < 1e-8 * np.abs(found[name])) for name in SHAPES)


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda value: value.astype(np.float16), "as far as float16 can tell"),
        (lambda value: np.round(value, 4), "is rounded"),
    ],
)
def test_lost_digits_are_called_so(spoil: Callable[[Array], Array], words: str) -> None:
    """An answer in float16, or a rounded one, is not called wrong."""
    with pytest.raises(CheckFailed) as caught:
        judge_net(OtherNet(np.dot), 1, lambda grads: {**grads, "W2": spoil(grads["W2"])})
    assert caught.value.message is not None
    assert words in caught.value.message["en"]
