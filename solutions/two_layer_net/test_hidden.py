"""Hidden checks of two_layer_net.

A network may have a sigmoid or a ReLU inside, and `predict` may return probabilities or scores: what it does decides
which of them it is. The right answers for both are computed here. A softmax over the whole batch costs its points once, where
it shows first; the rest is then judged by what follows from it. Parameters are set in place, because the layers of
the layered form share those arrays. Sizes are pairwise distinct, biases are not 0, and every hidden input is far enough
from the kink of ReLU.
"""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from autograder.checks import (
    CheckFailed,
    assert_close,
    assert_gradient,
    assert_same_again,
    assert_scalar,
    assert_shape,
    assert_unchanged,
    check,
    fetch,
    took_single,
    unheard,
)
from autograder.sandbox.faults import StudentFault

INPUTS, HIDDEN, OUTPUTS, SAMPLES = 4, 5, 3, 7
SIZES = {"N": SAMPLES, "D": INPUTS, "H": HIDDEN, "O": OUTPUTS}
SHAPES = {"W1": (INPUTS, HIDDEN), "b1": (HIDDEN,), "W2": (HIDDEN, OUTPUTS), "b2": (OUTPUTS,)}
ACTIVATIONS = ("sigmoid", "relu")
EPSILON = 1e-7  # what cross_entropy_error adds inside the logarithm


# --- The right answers, for either activation -----------------------------------------------------------------------


def run_forward(params, x, activation):
    """Return (a1, z1, a2, y)."""
    a1 = x @ params["W1"] + params["b1"]
    z1 = 1 / (1 + np.exp(-a1)) if activation == "sigmoid" else np.maximum(a1, 0)
    a2 = z1 @ params["W2"] + params["b2"]
    exp_a2 = np.exp(a2 - a2.max(axis=1, keepdims=True))
    return a1, z1, a2, exp_a2 / exp_a2.sum(axis=1, keepdims=True)


def bound_forward(params, x, activation):
    """Bound the magnitude of the terms in (a1, z1, a2)."""
    a1 = abs(x) @ abs(params["W1"]) + abs(params["b1"])
    z1 = 1 + a1 / 4 if activation == "sigmoid" else a1
    return a1, z1, z1 @ abs(params["W2"]) + abs(params["b2"])


def compute_losses(params, x, t, activation):
    """Return the loss without and with the 1e-7 inside the logarithm."""
    y = run_forward(params, x, activation)[3]
    return tuple(-np.sum(t * np.log(y + e)) / len(x) for e in (0.0, EPSILON))


def backpropagate(params, x, t, activation, epsilon=0.0):
    """Return the gradients; with `epsilon`, of the loss that has it inside the logarithm."""
    a1, z1, _, y = run_forward(params, x, activation)
    right = np.sum(t * y, axis=1, keepdims=True)
    da2 = (y - t) * (right / (right + epsilon)) / len(x)
    slope = z1 * (1 - z1) if activation == "sigmoid" else (a1 > 0).astype(float)
    da1 = da2 @ params["W2"].T * slope
    return {"W1": x.T @ da1, "b1": da1.sum(axis=0), "W2": z1.T @ da2, "b2": da2.sum(axis=0)}


def bound_gradients(params, x, t, activation):
    """Bound the magnitude of the terms in each entry of the gradients: the same formulas on absolute values."""
    y = run_forward(params, x, activation)[3]
    a1, z1, a2 = bound_forward(params, x, activation)
    da2 = (y * (1 + 2 * a2.max(axis=1, keepdims=True)) + t) / len(x)
    da1 = da2 @ abs(params["W2"].T) * (0.25 + a1 / 4 if activation == "sigmoid" else 1.0)
    return {"W1": abs(x).T @ da1, "b1": da1.sum(axis=0), "W2": z1.T @ da2, "b2": da2.sum(axis=0)}


# --- The same, with a softmax over the whole batch ------------------------------------------------------------------


def mix_rows(params, x, activation):
    """Return y with the softmax taken over all entries at once."""
    a2 = run_forward(params, x, activation)[2]
    exp_a2 = np.exp(a2 - a2.max())
    return exp_a2 / exp_a2.sum()


def compute_mixed_losses(params, x, t, activation):
    """Return the loss without and with the 1e-7 inside the logarithm."""
    y = mix_rows(params, x, activation)
    return tuple(-np.sum(t * np.log(y + e)) / len(x) for e in (0.0, EPSILON))


def backpropagate_mixed(params, x, t, activation):
    """Return (formula of the text, exact derivative, exact derivative with the 1e-7): dicts of gradients."""
    a1, z1, _, _ = run_forward(params, x, activation)
    y = mix_rows(params, x, activation)
    right = np.sum(t * y, axis=1, keepdims=True)
    slope = z1 * (1 - z1) if activation == "sigmoid" else (a1 > 0).astype(float)
    shares = [right / (right + epsilon) for epsilon in (0.0, EPSILON)]
    found = []
    for da2 in ((y - t) / len(x), *((share.sum() * y - share * t) / len(x) for share in shares)):
        da1 = da2 @ params["W2"].T * slope
        found.append({"W1": x.T @ da1, "b1": da1.sum(axis=0), "W2": z1.T @ da2, "b2": da2.sum(axis=0)})
    return found


# --- Inputs ---------------------------------------------------------------------------------------------------------


def draw_batch(rng, params, samples):
    """Draw inputs and one-hot answers for which both activations say something about every parameter."""
    labels = rng.permutation(np.arange(samples) % OUTPUTS)
    x = np.empty((0, INPUTS))
    while len(x) < samples:
        rows = rng.normal(size=(16 * samples, INPUTS))
        a1, _, _, y = run_forward(params, rows, "relu")
        others = run_forward(params, rows, "sigmoid")[3]
        telling = (abs(a1).min(axis=1) > 3e-3) & (a1.max(axis=1) > 0) & (a1.min(axis=1) < 0)
        x = np.vstack([x, rows[telling & (y.min(axis=1) > 0.02) & (others.min(axis=1) > 0.02)]])
    return x[:samples], np.eye(OUTPUTS)[labels]


def draw_parameters(rng):
    """Draw weights and biases that are not 0; some scores must be negative, whatever the input."""
    params = {name: rng.normal(scale=0.5, size=shape) for name, shape in SHAPES.items()}
    params["W2"][:, 0] = -abs(params["W2"][:, 0])
    params["b2"][0] = -abs(params["b2"][0])
    return params


def draw_problem(rng):
    """Draw parameters and one batch."""
    params = draw_parameters(rng)
    return params, *draw_batch(rng, params, SAMPLES)


def make_net(student, params):
    """Make the student's network and set its parameters in place."""
    net = student.TwoLayerNet(INPUTS, HIDDEN, OUTPUTS)
    for name, value in params.items():
        net.params[name][...] = value
    return net


# --- Which form is it? ----------------------------------------------------------------------------------------------


ROW_BY_ROW = {
    "en": "The softmax is taken over the whole batch; it must work row by row.",
    "ko": "배치 전체에 소프트맥스를 한꺼번에 적용했어요. 행마다 따로 계산해야 해요.",
}


def ask_if_possible(submission, sizes, params, x, t):
    """Return what `predict` and `loss` give, None in place of what crashes: that must not cost the other methods."""
    try:
        net = submission.TwoLayerNet(*sizes)
        for name, value in params.items():
            net.params[name][...] = value
    except Exception:  # noqa: BLE001 - whatever the student's method raises
        return None, None
    answers = []
    for ask in (lambda: net.predict(x), lambda: net.loss(x, t)):
        try:
            answers.append(np.asarray(ask(), dtype=float))
        except Exception:  # noqa: BLE001
            answers.append(None)
    return answers[0], answers[1]


def find_form(student, rng):
    """Return the activations that `predict` agrees with, and the method that shows a softmax over the batch, or None.

    Both activations are accepted where it agrees with none, for another check says so.
    """
    params, x, t = draw_problem(rng)
    probabilities, loss = student.probe(ask_if_possible, (INPUTS, HIDDEN, OUTPUTS), params, x, t)
    for activation in ACTIVATIONS:
        if is_near(probabilities, run_forward(params, x, activation)[2:]):
            loss = loss.reshape(()) if isinstance(loss, np.ndarray) and loss.size == 1 else loss
            mixed = np.array(compute_mixed_losses(params, x, t, activation))
            # Also where the loss is not divided by N: that is another mistake.
            seen = is_near(loss, [*mixed, *(SAMPLES * mixed)])
            return (activation,), "loss" if seen else None
        if is_near(probabilities, [mix_rows(params, x, activation)]):
            return (activation,), "predict"
    return ACTIVATIONS, None


def learn_form(student, rng):
    """Return (accepted activations, whether the parameters are float32, which method mixes rows), asked once."""

    def ask():
        activations, mixing = find_form(student, rng)
        return activations, took_single(student.TwoLayerNet(INPUTS, HIDDEN, OUTPUTS).params["W1"]), mixing

    return student.once("form", ask)


def between(actual, one, other):
    """Return `actual` where it lies between two accepted answers or next to one of them, else the first of them."""
    try:
        actual = np.asarray(actual, dtype=float).reshape(np.shape(one))
    except (TypeError, ValueError, OverflowError):
        return one
    nearest = np.clip(actual, np.minimum(one, other), np.maximum(one, other))
    return nearest if np.all(abs(actual - nearest) <= 1e-6 * np.max(np.abs(one))) else one


def sort_by_distance(actual, candidates):
    """Put the candidate nearest to the answer first: messages speak of that one."""
    try:
        actual = np.asarray(actual, dtype=float)
        return sorted(candidates, key=lambda candidate: float(np.nan_to_num(abs(actual - candidate)).max()))
    except (TypeError, ValueError, OverflowError):
        return candidates


def accepted_gradients(grads, params, x, t, activations, mixing=None):
    """Return the accepted gradients, one dict or more for each activation, and a bound of their terms."""
    accepted = []
    for activation in activations:
        plain, exact = (backpropagate(params, x, t, activation, epsilon) for epsilon in (0.0, EPSILON))
        answer = grads if isinstance(grads, dict) else {}
        accepted.append({name: between(answer.get(name), plain[name], exact[name]) for name in SHAPES})
        if mixing:
            formula, plain, exact = backpropagate_mixed(params, x, t, activation)
            # Messages compare with the first of them.
            derivative = {name: between(answer.get(name), plain[name], exact[name]) for name in SHAPES}
            accepted = [derivative, formula, *accepted]
    bounds = [bound_gradients(params, x, t, activation) for activation in activations]
    # A row of a mixed softmax may hold as much as all rows of the right one together.
    rows = SAMPLES if mixing else 1
    return accepted, {name: rows * np.maximum.reduce([bound[name] for bound in bounds]) for name in SHAPES}


# --- Parameters -----------------------------------------------------------------------------------------------------


@pytest.mark.exercise("TwoLayerNet")
@pytest.mark.points(0.5)
def test_params_have_the_right_names_and_shapes(student):
    """`params` holds `W1` (D, H), `b1` (H,), `W2` (H, O) and `b2` (O,).

    `params`에는 `W1` (D, H), `b1` (H,), `W2` (H, O), `b2` (O,)가 들어 있어요.
    """
    net = student.TwoLayerNet(INPUTS, HIDDEN, OUTPUTS)
    for name, shape in SHAPES.items():
        value = fetch(net.params[name])
        if isinstance(value, np.ndarray) and value.shape == (1, *shape):
            value = value[0]
        try:
            assert_shape(value, shape, what=f'net.params["{name}"]')
        except CheckFailed as failure:
            if np.shape(value) == shape[::-1]:
                failure.mistakes = ("sizes_swapped",)
            elif np.ndim(value) == len(shape) == 1:
                failure.mistakes = ("bias_size",)
            raise


def name_start(starts):
    """Return the mistake behind first weights, told by their spread and their middle; () where it is none of these.

    `starts` holds a pair (weight_init_std, weights) for each network that was made.
    """
    if not any(np.any(weights) for _, weights in starts):
        return ("weights_zero",)
    looks = (
        ("weights_uniform", lambda std: (std / 12**0.5, std / 2)),
        ("std_ignored", lambda _: (1.0, 0.0)),
        ("std_added", lambda std: (1.0, std)),
        ("std_fixed", lambda _: (0.01, 0.0)),
        ("std_as_variance", lambda std: (std**0.5, 0.0)),
        ("std_as_variance", lambda std: (std**2, 0.0)),
    )
    return tuple(name for name, look in looks if all(has_look(weights, *look(std)) for std, weights in starts))


def has_look(weights, spread, middle):
    """Tell whether random numbers have about this standard deviation and mean."""
    return abs(np.std(weights) / spread - 1) < 0.15 and abs(np.mean(weights) - middle) < 0.15 * spread


@pytest.mark.exercise("TwoLayerNet")
@pytest.mark.points(0.5)
def test_params_start_as_small_random_weights_and_zero_biases(student):
    """Weights start as normal random numbers times `weight_init_std`; biases start at 0.

    가중치는 정규분포에서 뽑은 수에 `weight_init_std`를 곱한 값으로, 편향은 0으로 시작해요.
    """
    nets = {0.01: student.TwoLayerNet(40, 30, 20), 0.5: student.TwoLayerNet(40, 30, 20, 0.5)}
    for name, shape in (("W1", (40, 30)), ("W2", (30, 20))):
        starts = [(std, fetch(net.params[name])) for std, net in nets.items()]
        for _, weights in starts:
            assert_shape(weights, shape, what=f'net.params["{name}"]')
        if not all(abs(np.std(W) / std - 1) < 0.2 and abs(np.mean(W)) < 0.25 * std for std, W in starts):
            raise CheckFailed(None, mistakes=name_start(starts))
    for net, (name, size) in itertools.product(nets.values(), (("b1", 30), ("b2", 20))):
        bias = fetch(net.params[name])
        try:
            assert_close(bias, np.zeros(size), what=f'net.params["{name}"]')
        except CheckFailed as failure:
            if isinstance(bias, np.ndarray) and np.all(bias != 0):
                failure.mistakes = ("bias_ones",) if np.ptp(bias) == 0 else ("bias_random",)
            raise


# --- Forward --------------------------------------------------------------------------------------------------------


def is_near(answer, candidates):
    """Say whether an answer is about one of the candidates."""
    if not (isinstance(answer, np.ndarray) and answer.dtype.kind == "f"):
        return False
    return any(answer.shape == out.shape and np.allclose(answer, out, rtol=0, atol=1e-4) for out in candidates)


def find_ignored(student, params, x):
    """Return the names of the parameters that may change without a change of the predictions."""
    net = make_net(student, params)
    before, ignored = fetch(net.predict(x)), []
    for name, value in params.items():
        net.params[name][...] = value + np.arange(1, value.size + 1).reshape(value.shape)
        after = fetch(net.predict(x))
        if isinstance(after, np.ndarray) and is_near(before, [after]):
            ignored.append(name)
        net.params[name][...] = value
    return ignored


def explain_ignored(names):
    """Say that `predict` does not notice a change of these parameters, and why, where that is known."""
    places = ", ".join(f'params["{name}"]' for name in names)
    reason = {tuple(SHAPES): ("layer_copies",), ("b1", "b2"): ("bias_forgotten",)}
    return CheckFailed(
        {
            "en": f"`predict` does not notice a change of {places}: is it used? Does a layer hold a copy?",
            "ko": f"{places}의 값을 바꿔도 `predict`의 결과가 그대로예요. 그 값을 쓰는지, 계층이 복사본을 가지고 있지 않은지 살펴보세요.",
        },
        mistakes=reason.get(tuple(names), ()),
    )


@pytest.mark.exercise("TwoLayerNet")
@pytest.mark.points(1.5)
def test_predict_runs_the_batch_forward(student, rng):
    """`predict` computes affine, activation, affine for every row: scores with ReLU, or probabilities with sigmoid.

    `predict`는 행마다 Affine, 활성화 함수, Affine을 차례로 계산해요. 계층을 이어 붙였다면 점수를, 식으로 직접 썼다면 확률을 돌려줘요.
    """
    _, single, mixing = learn_form(student, rng)
    params, x, _ = draw_problem(rng)
    net = make_net(student, params)
    check(mixing != "predict", ROW_BY_ROW)
    for rows in (x, x[:1]):
        answer = fetch(net.predict(rows))
        candidates = [out for activation in ACTIVATIONS for out in run_forward(params, rows, activation)[2:]]
        first, *also = sort_by_distance(answer, candidates)
        ignored = [] if is_near(answer, [first]) else find_ignored(student, params, rows)
        if ignored:
            raise explain_ignored(ignored)
        size = 1 + 2 * max(bound_forward(params, rows, activation)[2].max() for activation in ACTIVATIONS)
        assert_close(answer, first, also=also, scale=size, single=single, what="net.predict(x)")


@pytest.mark.exercise("TwoLayerNet")
@pytest.mark.points(1)
@pytest.mark.mistakes("softmax_axis0", "softmax_whole", "forgot_N")
def test_loss_is_the_mean_cross_entropy(student, rng):
    """`loss` returns one number: the cross entropy of softmax and `t`, averaged over the batch.

    `loss`는 숫자 하나를 돌려줘요. 소프트맥스 출력과 `t`의 교차 엔트로피를 배치에서 평균한 값이에요.
    """
    activations, single, mixing = learn_form(student, rng)
    check(mixing != "loss", ROW_BY_ROW)
    params, x, t = draw_problem(rng)
    loss = make_net(student, params).loss(x, t)
    # The 1e-7 is in the given function: messages compare with the loss that has it.
    accepted = [compute_losses(params, x, t, activation)[::-1] for activation in activations]
    if mixing:  # told, and paid for, where `predict` is judged
        mixed = compute_mixed_losses(params, x, t, activations[0])[::-1]
        right = between(fetch(loss), *accepted[0])
        assert_close(
            loss,
            between(fetch(loss), *mixed),
            also=[right],
            single=single,
            named_factors=SIZES,
            what="net.loss(x, t)",
        )
        return
    losses = [between(fetch(loss), *pair) for pair in accepted]
    first, *also = sort_by_distance(fetch(loss), losses)
    assert_close(loss, first, also=also, single=single, named_factors=SIZES, what="net.loss(x, t)")


def draw_labels(rng, student):
    """Return a network, inputs, and labels of which the network itself predicts some or all, with their shares."""
    params, x, _ = draw_problem(rng)
    net = make_net(student, params)
    scores = net.predict(x)
    assert_shape(scores, (SAMPLES, OUTPUTS), what="net.predict(x)")
    scores, draws = fetch(scores), []
    predicted = np.argmax(scores, axis=1)
    for count in (*rng.permutation([2, 3, 4, 5])[:2], 0):
        labels, wrong = predicted.copy(), rng.permutation(SAMPLES)[:count]
        labels[wrong] = (labels[wrong] + rng.integers(1, OUTPUTS, size=count)) % OUTPUTS
        labels[wrong[:1]] = np.argmin(scores, axis=1)[wrong[:1]]
        draws.append((labels, 1 - count / SAMPLES))
    return net, x, draws


def ask_accuracy(student, net, x, t):
    """Return one accuracy, and fail if `x` or `t` is another one afterwards."""
    seen = student.observe(net.accuracy, x, t)
    assert_scalar(seen.value, what="net.accuracy(x, t)")
    assert_unchanged((x, t), seen.arguments, what=("x", "t"))
    return float(np.reshape(fetch(seen.value), ()))


@pytest.mark.exercise("TwoLayerNet")
@pytest.mark.points(1)
def test_accuracy_is_the_share_of_right_answers(student, rng):
    """`accuracy` is the share of rows whose largest score is at the right class: a number from 0 to 1.

    `accuracy`는 점수가 가장 큰 자리가 정답과 같은 행의 비율이에요. 0에서 1 사이의 수예요.
    """
    net, x, draws = draw_labels(rng, student)
    answers = [ask_accuracy(student, net, x, np.eye(OUTPUTS)[labels]) for labels, _ in draws]
    shares = [share for _, share in draws]
    # All at once: one of them alone may be 0 for many reasons.
    assert_close(answers, shares, rtol=1e-6, named_factors={"N": SAMPLES}, what="net.accuracy(x, t)")


@pytest.mark.exercise("TwoLayerNet")
@pytest.mark.points(0.25)
def test_accuracy_takes_class_numbers(student, rng):
    """`accuracy` also works when `t` holds class numbers instead of one-hot rows.

    `t`가 원-핫이 아니라 클래스 번호여도 `accuracy`가 똑같이 동작해요.
    """
    net, x, draws = draw_labels(rng, student)
    for labels, share in draws:
        accuracy, own = (ask_accuracy(student, net, x, t) for t in (labels, np.eye(OUTPUTS)[labels]))
        # What else is wrong with it has its own check: here the answer to one-hot rows is as right.
        if accuracy != own:
            assert_close(accuracy, share, rtol=1e-6, named_factors={"N": SAMPLES}, what="net.accuracy(x, t)")


# --- Gradients ------------------------------------------------------------------------------------------------------


def ask_loss(net, x, t):
    """Return the loss as an array of no axes; a loss that is no number is a `ValueError` or `TypeError`."""
    return np.reshape(np.asarray(fetch(net.loss(x, t)), dtype=float), ())


def differentiate_own_loss(net, params, x, t):
    """Return central differences of the network's own loss, which is asked for as in every other check."""
    grads = {}
    for name, value in params.items():
        grads[name] = np.zeros(value.shape)
        for index in np.ndindex(value.shape):
            sides = []
            for step in (1e-4, -1e-4):
                moved = value.copy()
                moved[index] += step
                net.params[name][...] = moved
                sides.append(ask_loss(net, x, t))
            grads[name][index] = (sides[0] - sides[1]) / 2e-4
        net.params[name][...] = value
    return grads


def own_gradients(student, params, x, t, activations):
    """Return [differences of the submission's own loss], or [] where it is right or does not use every parameter."""
    right = [loss for activation in activations for loss in compute_losses(params, x, t, activation)]
    with unheard():
        try:
            net = make_net(student, params)
            if is_near(ask_loss(net, x, t), right):
                return []
            found = differentiate_own_loss(net, params, x, t)
        except (StudentFault, TypeError, ValueError, OverflowError):
            return []
    return [found] if all(np.isfinite(value).all() and np.any(value) for value in found.values()) else []


@pytest.mark.exercise("TwoLayerNet")
@pytest.mark.points(1)
def test_numerical_gradient_differentiates_the_loss(student, rng):
    """`numerical_gradient` returns the gradient of the loss for all four parameters, found by central differences.

    `numerical_gradient`는 네 매개변수에 대한 손실의 기울기를 중심 차분으로 모두 구해서 돌려줘요.
    """
    activations, single, mixing = learn_form(student, rng)
    params, x, t = draw_problem(rng)
    net = make_net(student, params)
    grads = fetch(net.numerical_gradient(x, t))
    accepted, bound = accepted_gradients(grads, params, x, t, activations, mixing)
    first, *also = accepted
    # Differences of float32 losses over 2e-4 are coarse: u·|f|/h.
    size, rtol = (1e4, None) if single else (1.0, 1e-6)
    how = {"scale": size, "rtol": rtol, "single": single, "named_factors": SIZES}
    try:
        assert_gradient(grads, first, also=also, what="net.numerical_gradient(x, t)", **how)
    except CheckFailed:
        # A wrong loss has its own check: its differences are what is asked for here.
        for own in own_gradients(student, params, x, t, activations):
            assert_gradient(grads, first, also=[own], what="net.numerical_gradient(x, t)", **how)
            return
        raise
    if is_too_exact(net, x, t, grads, accepted, bound):
        raise CheckFailed(None, mistakes=("num_is_gradient",))


def is_too_exact(net, x, t, grads, accepted, bound):
    """Tell whether differences are exact to rounding error, which they can't be, and the same as `gradient`'s answer."""
    with unheard():
        try:
            assert_gradient(grads, accepted[0], also=accepted[1:], scale=bound, what="net.numerical_gradient(x, t)")
            fast = fetch(net.gradient(x, t))
        except (CheckFailed, StudentFault):
            return False
    if not (isinstance(grads, dict) and isinstance(fast, dict)):
        return False
    return all(name in grads and np.array_equal(grads[name], fast.get(name)) for name in SHAPES)


def judge_parameter(student, rng, name):
    """Judge one parameter's entry of `gradient`, which is called once for all of them."""

    def observe():
        params, x, t = draw_problem(rng)
        net = make_net(student, params)
        return net, params, x, t, fetch(net.gradient(x, t))

    activations, single, mixing = learn_form(student, rng)
    net, params, x, t, grads = student.once("gradient", observe)
    accepted, bound = accepted_gradients(grads, params, x, t, activations, mixing)

    def judge(name):
        first, *also = [{name: gradients[name]} for gradients in accepted]
        what = "net.gradient(x, t)"
        assert_gradient(grads, first, also=also, scale=bound, single=single, named_factors=SIZES, what=what)

    try:
        judge(name)
        assert_own_shape(grads, net, name)
    except CheckFailed as failure:
        if failure.mistakes:
            raise
        right = find_passing(judge, [other for other in SHAPES if other != name])
        slow = not single and is_difference(net, params, x, t, grads, accepted)
        nameless = isinstance(grads, (list, tuple)) and len(grads) == len(SHAPES)
        raise CheckFailed(
            praise(failure.message, right),
            praise(failure.detail, right),
            mistakes=("gradient_is_numerical",) if slow else ("returns_list",) if nameless else (),
        ) from None


def assert_own_shape(grads, net, name):
    """Fail unless a gradient has the very shape of its parameter, which may be kept as a row."""
    found = np.shape(grads.get(name, np.empty(SHAPES[name])))
    if found == SHAPES[name] or found == np.shape(fetch(net.params[name])):
        return
    try:
        assert_shape(grads[name], SHAPES[name], what=name)
    except CheckFailed as failure:
        failure.mistakes = ("db_keepdims",) if found == (1, *SHAPES[name]) else ()
        raise


def find_passing(judge, names):
    """Return those of the names that are judged right, without a word to whoever listens."""
    passing = []
    with unheard():
        for name in names:
            try:
                judge(name)
            except CheckFailed:
                continue
            passing.append(name)
    return passing


def praise(message, names):
    """Say which parameters are right already, before what is wrong."""
    if message is None or not names:
        return message
    places = ", ".join(names)
    return {
        "en": f"Right already: {places}. {message['en']}",
        "ko": f"{places}의 기울기는 이미 맞아요. {message['ko']}",
    }


def is_difference(net, params, x, t, grads, accepted):
    """Tell whether `gradient` gave what `numerical_gradient` gives: nearly right, and the same to the last bit."""
    if not isinstance(grads, dict):
        return False
    if not all(is_near(grads.get(name), [gradients[name] for gradients in accepted]) for name in SHAPES):
        return False
    with unheard():
        try:
            for name, value in params.items():
                net.params[name][...] = value
            slow = fetch(net.numerical_gradient(x, t))
        except StudentFault:
            return False
    return isinstance(slow, dict) and all(np.array_equal(grads[name], slow.get(name)) for name in SHAPES)


@pytest.mark.exercise("TwoLayerNet")
@pytest.mark.points(1)
@pytest.mark.mistakes("no_act", "W1_uses_dz1", "x0_only")
def test_gradient_of_W1(student, rng):
    """`gradient` returns the exact gradient of `W1`: through the second affine layer and the activation, to the input.

    `gradient`는 `W1`의 기울기를 정확하게 돌려줘요. 두 번째 Affine과 활성화 함수를 거슬러 입력까지 가야 해요.
    """
    judge_parameter(student, rng, "W1")


@pytest.mark.exercise("TwoLayerNet")
@pytest.mark.points(0.75)
@pytest.mark.mistakes("no_act")
def test_gradient_of_b1(student, rng):
    """`gradient` returns the exact gradient of `b1`, with the shape of `b1`.

    `gradient`는 `b1`의 기울기를 정확하게 돌려줘요. 모양은 `b1`과 같아야 해요.
    """
    judge_parameter(student, rng, "b1")


@pytest.mark.exercise("TwoLayerNet")
@pytest.mark.points(0.75)
@pytest.mark.mistakes("W2_uses_a1", "x0_only")
def test_gradient_of_W2(student, rng):
    """`gradient` returns the exact gradient of `W2`.

    `gradient`는 `W2`의 기울기를 정확하게 돌려줘요.
    """
    judge_parameter(student, rng, "W2")


@pytest.mark.exercise("TwoLayerNet")
@pytest.mark.points(0.5)
def test_gradient_of_b2(student, rng):
    """`gradient` returns the exact gradient of `b2`, with the shape of `b2`.

    `gradient`는 `b2`의 기울기를 정확하게 돌려줘요. 모양은 `b2`와 같아야 해요.
    """
    judge_parameter(student, rng, "b2")


def run_batches(submission, sizes, params, batches):
    """Return the gradients of the batches on one network, and on a new network for each.

    In between the first network predicts, and one with other parameters, too.
    """

    def make(sign=1):
        # Layers that hold copies keep what they were drawn with: that has its own check.
        np.random.seed(0)
        net = submission.TwoLayerNet(*sizes)
        for name, value in params.items():
            net.params[name][...] = sign * value
        return net

    def ask(net, x, t):
        grads = net.gradient(x, t)
        return {name: np.array(grads[name]) for name in sorted(grads, key=str)}

    used, other, in_a_row = make(), make(-1), []
    for number, (x, t) in enumerate(batches):
        used.predict(batches[number - 1][0])
        other.predict(x)
        in_a_row.append(ask(used, x, t))
    return in_a_row, [ask(make(), x, t) for x, t in batches]


@pytest.mark.exercise("TwoLayerNet")
@pytest.mark.points(0.75)
@pytest.mark.mistakes("accumulate", "stale_forward")
def test_gradient_starts_afresh_with_every_batch(student, rng):
    """The gradient is that of the batch it is asked for, whatever was computed before and whatever the batch size.

    기울기는 지금 받은 배치만으로 계산해야 해요. 앞에서 무엇을 계산했든, 배치 크기가 얼마든 영향을 받으면 안 돼요.
    """
    params = draw_parameters(rng)
    a = draw_batch(rng, params, SAMPLES)
    batches = [a, draw_batch(rng, params, SAMPLES), draw_batch(rng, params, 1), draw_batch(rng, params, 3), a]
    # Two batches of one size first: what is kept too long may crash at another size, and then tell nothing.
    for some in (batches[:2], batches):
        runs = student.probe(run_batches, (INPUTS, HIDDEN, OUTPUTS), params, some)
        check(isinstance(runs, (list, tuple)) and len(runs) == 2 and all(isinstance(run, list) for run in runs))
        in_a_row, afresh = runs
        check(len(in_a_row) == len(afresh) == len(some) and all(isinstance(g, dict) for g in (*in_a_row, *afresh)))
        for first, again in zip(afresh, in_a_row, strict=True):
            assert_same_again(first, again, what="net.gradient(x, t)")
        check(all(np.any(np.asarray(afresh[0].get(name)) != np.asarray(afresh[1].get(name))) for name in SHAPES))


@pytest.mark.exercise("TwoLayerNet")
@pytest.mark.points(0.5)
@pytest.mark.mistakes("param_mutated")
def test_gradient_changes_neither_parameters_nor_inputs(student, rng):
    """`gradient` only returns gradients: the parameters, `x` and `t` stay as they were.

    `gradient`는 기울기를 돌려주기만 해요. 매개변수와 `x`, `t`의 값은 바뀌지 않아야 해요.
    """
    params, x, t = draw_problem(rng)
    net = make_net(student, params)
    before = {name: fetch(net.params[name]) for name in SHAPES}
    seen = student.observe(net.gradient, x, t)
    check(isinstance(seen.value, dict) and any(np.any(value) for value in seen.value.values()))
    for name in SHAPES:
        after = fetch(net.params[name])
        try:
            assert_unchanged(before[name], after, what=f'net.params["{name}"]')
        except CheckFailed as failure:
            if made_a_step(before[name], after, seen.value.get(name)):
                failure.mistakes = ("param_mutated",)
            raise
    assert_unchanged((x, t), seen.arguments, what=("x", "t"))


def made_a_step(before, after, gradient):
    """Tell whether a parameter was moved along its gradient."""
    if not all(isinstance(array, np.ndarray) and array.shape == before.shape for array in (after, gradient)):
        return False
    step = before - after
    rate = np.sum(step * gradient) / np.sum(gradient**2)
    return bool(np.allclose(step, rate * gradient, rtol=0, atol=1e-6 * np.max(abs(step))))
