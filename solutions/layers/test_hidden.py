"""Hidden checks of layers.

A layer is used again and again with batches of different sizes, so each layer has a check that runs the batches
A, B (as large as A), one sample, three samples, and A again. Sizes are pairwise distinct, biases are not 0, and
`dout` is signed: otherwise many wrong gradients look right. A mistake costs once: what a layer remembers and what it
changes is judged by the submission's own answers, for whether these are right is asked elsewhere. Layers may compute
in float32.
"""

from __future__ import annotations

import numpy as np
import pytest

from autograder.checks import (
    CheckFailed,
    assert_close,
    assert_finite,
    assert_gradient,
    assert_same_again,
    assert_shape,
    assert_unchanged,
    check,
    fetch,
    took_single,
)

EPSILON = 1e-7  # what cross_entropy_error adds inside the logarithm


def draw_signed(rng, shape):
    """Draw numbers of both signs, none nearer to 0 than 0.2."""
    signs = rng.choice([-1.0, 1.0], size=shape)
    signs.flat[:2] = 1.0, -1.0
    return signs * rng.uniform(0.2, 2.0, size=shape)


def draw_batches(rng, size):
    """Draw the inputs A, B, one sample, three samples and A again; B has the signs of A turned over."""
    a = draw_signed(rng, (4, size))
    b = -np.sign(a) * rng.uniform(0.2, 2.0, size=a.shape)
    return [a, b, draw_signed(rng, (1, size)), draw_signed(rng, (3, size)), a]


def between(actual, one, other):
    """Return `actual` where it lies between two accepted answers or next to one of them, else the first of them."""
    try:
        actual = np.asarray(fetch(actual), dtype=float).reshape(np.shape(one))
    except (TypeError, ValueError, OverflowError):
        return one
    nearest = np.clip(actual, np.minimum(one, other), np.maximum(one, other))
    return nearest if np.all(abs(actual - nearest) <= 1e-6 * np.max(np.abs(one))) else one


def keep_singles(submission, name, made_of, given):
    """Return what a layer answers with, None if it is no number, and the float32 numbers that it keeps."""
    try:
        # Given doubles only: a float32 number is then the layer's own choice.
        layer = getattr(submission, name)(*(np.array(part, dtype=float) for part in made_of))
        out = layer.forward(*(np.array(part, dtype=float) for part in given))
        singles = [value for value in vars(layer).values() if getattr(value, "dtype", None) == np.float32]
        return [out if isinstance(out, (np.ndarray, np.floating)) else None, *singles]
    except Exception:  # noqa: BLE001 - whatever the student's method raises
        return []


def is_single(student, name, made_of=(), given=None):
    """Tell whether a layer computes in float32, which its answers alone do not always show; asked once."""
    given = (np.linspace(-1.0, 1.0, 12).reshape(4, 3),) if given is None else given

    def ask():
        kept = student.probe(keep_singles, name, made_of, given)
        check(isinstance(kept, list))
        exp_x = np.exp(given[0])
        # Any other float32 number beside them says nothing about what is computed with.
        operands = [*made_of, *given, *kept[:1], exp_x / exp_x.sum(axis=1, keepdims=True)]
        return any(took_single(array) and any(is_near(array, operand) for operand in operands) for array in kept)

    return student.once(f"{name} is single", ask)


def assert_answer(answer, what):
    """Fail unless there are finite numbers, not all of them the same: what a layer left alone says nothing else."""
    assert_finite(answer, what=what)
    check(np.ptp(np.asarray(fetch(answer), dtype=float)) > 0)


def is_near(answer, expected):
    """Tell whether an answer is about the expected one."""
    try:
        return np.shape(answer) == np.shape(expected) and np.allclose(answer, expected, rtol=1e-4, atol=1e-6)
    except (TypeError, ValueError):
        return False


def run_in_a_row(submission, name, batches):
    """Run batches forward and backward through one layer, while a second one of its kind sees other data.

    Return its answers, and those of a new layer to each batch.
    """

    def keep(value):
        return value.copy() if isinstance(value, np.ndarray) else value

    layer, other = getattr(submission, name)(), getattr(submission, name)()
    in_a_row, afresh = [], []
    for x, dout in batches:
        out = keep(layer.forward(x.copy()))
        other.forward(0.5 - x)
        in_a_row.append([out, keep(layer.backward(dout.copy()))])
    for x, dout in batches:
        new = getattr(submission, name)()
        out = keep(new.forward(x.copy()))
        afresh.append([out, keep(new.backward(dout.copy()))])
    return in_a_row, afresh


def judge_fresh(in_a_row, afresh, expected, names, scales, *, single=False):
    """Fail unless one layer answered to each of several batches as a new one would.

    An answer that is right for the first batch must be right for the others, too; a wrong one has its own check.
    """
    for place, name in enumerate(names):
        later = [answers[place] for answers in in_a_row]
        new = [answers[place] for answers in afresh]
        assert_finite(new[0], what=name)
        # The first two batches are of one size: an answer that is the same for both was not computed from them.
        check(place > 1 or not is_near(new[0], new[1]))
        for own, answer, right, size in zip(new, later, expected, scales, strict=True):
            if is_near(new[0], expected[0][place]):
                assert_gradient(answer, right[place], scale=size[place], single=single, what=name)
            else:
                assert_same_again(own, answer, what=name)


def assert_fresh(student, reference, rng, name):
    """Fail unless a layer answers to each of several batches as a new one would."""
    batches = [(x, draw_signed(rng, x.shape)) for x in draw_batches(rng, 5)]
    names = (f"{name.lower()}.forward(x)", f"{name.lower()}.backward(dout)")
    single = is_single(student, name)
    expected = []
    for x, dout in batches:
        layer = getattr(reference, name)()
        expected.append((layer.forward(x), layer.backward(dout)))
    # A and B first: what is kept too long may crash at another size, and then tell nothing.
    for some in (batches[:2], batches):
        runs = student.probe(run_in_a_row, name, some)
        check(isinstance(runs, (list, tuple)) and len(runs) == 2)
        check(all(isinstance(run, list) and len(run) == len(some) for run in runs))
        check(all(isinstance(answer, list) and len(answer) == 2 for run in runs for answer in run))
        count = len(some)
        judge_fresh(*runs, expected[:count], names, [(None, None)] * count, single=single)


# --- Relu ---------------------------------------------------------------------------------------------------------


@pytest.mark.exercise("Relu")
@pytest.mark.points(0.5)
def test_relu_forward_keeps_positive_entries(student, reference, rng):
    """`Relu.forward` keeps positive entries and turns negative ones into 0.

    `Relu.forward`는 양수는 그대로 두고 음수는 0으로 바꿔요.
    """
    x = draw_signed(rng, (4, 3))
    single = is_single(student, "Relu")
    assert_close(student.Relu().forward(x), reference.Relu().forward(x), single=single, what="relu.forward(x)")


@pytest.mark.exercise("Relu")
@pytest.mark.points(0.85)
@pytest.mark.mistakes("no_mask", "mask_inverted", "mask_from_dout", "ignores_dout")
def test_relu_backward_follows_the_input(student, reference, rng):
    """`Relu.backward` lets `dout` through where the input of `forward` was positive, and gives 0 elsewhere.

    `Relu.backward`는 `forward`의 입력이 양수였던 자리에서는 `dout`을 그대로 흘려보내고, 나머지 자리에서는 0을 돌려줘요.
    """
    x, dout = draw_signed(rng, (4, 3)), draw_signed(rng, (4, 3))
    # Before the layer runs: layers that share what they keep disturb one another.
    single = is_single(student, "Relu")
    mine, theirs = reference.Relu(), student.Relu()
    mine.forward(x)
    theirs.forward(x)
    assert_gradient(theirs.backward(dout), mine.backward(dout), single=single, what="relu.backward(dout)")


@pytest.mark.exercise("Relu")
@pytest.mark.points(0.3)
@pytest.mark.mistakes("mask_stale")
def test_relu_starts_afresh_with_every_batch(student, reference, rng):
    """`Relu.backward` goes by the last `forward` of the same layer, whatever was computed before or in another layer.

    `Relu.backward`는 같은 계층에서 마지막으로 부른 `forward`를 기준으로 계산해야 해요. 이전 배치나 다른 계층의 값이 섞이면 안 돼요.
    """
    assert_fresh(student, reference, rng, "Relu")


@pytest.mark.exercise("Relu")
@pytest.mark.points(0.2)
def test_relu_gradient_at_exactly_zero_is_zero(student, rng):
    """Where the input is exactly 0, the gradient of `Relu` is 0.

    입력이 정확히 0인 자리에서 `Relu`의 기울기는 0이에요.
    """
    x, dout = draw_signed(rng, (3, 4)), draw_signed(rng, (3, 4))
    x[[0, 1, 2], [3, 0, 2]] = 0.0
    relu = student.Relu()
    relu.forward(x)
    dx = relu.backward(dout)
    assert_answer(dx, "relu.backward(dout)")
    assert_shape(dx, x.shape, what="relu.backward(dout)")
    # The other entries have their own check.
    dx = np.asarray(fetch(dx), dtype=float)
    assert_gradient(dx, np.where(x == 0, 0.0, dx), what="relu.backward(dout)")


@pytest.mark.exercise("Relu")
@pytest.mark.points(0.15)
def test_relu_forward_leaves_its_input_alone(student, rng):
    """`Relu.forward` returns a new array; the array `x` that it was given stays as it was.

    `Relu.forward`는 새 배열을 돌려줘요. 받은 배열 `x`의 값은 바뀌지 않아야 해요.
    """
    x = draw_signed(rng, (2, 5))
    seen = student.observe(student.Relu().forward, x)
    assert_answer(seen.value, "relu.forward(x)")
    assert_unchanged(x, seen.arguments[0], what="x")


@pytest.mark.exercise("Relu")
@pytest.mark.points(0)
def test_relu_backward_leaves_dout_alone(student, rng):
    """Bonus: `Relu.backward` returns a new array; the `dout` that it was given stays as it was.

    보너스: `Relu.backward`는 새 배열을 돌려줘요. 받은 배열 `dout`의 값은 바뀌지 않아야 해요.
    """
    x, dout = draw_signed(rng, (2, 5)), draw_signed(rng, (2, 5))
    relu = student.Relu()
    relu.forward(x)
    seen = student.observe(relu.backward, dout)
    assert_answer(seen.value, "relu.backward(dout)")
    assert_unchanged(dout, seen.arguments[0], what="dout")


# --- Sigmoid ------------------------------------------------------------------------------------------------------


@pytest.mark.exercise("Sigmoid")
@pytest.mark.points(0.5)
def test_sigmoid_forward_is_the_logistic_function(student, reference, rng):
    """`Sigmoid.forward` applies the sigmoid function to every entry.

    `Sigmoid.forward`는 모든 원소에 시그모이드 함수를 적용해요.
    """
    x = draw_signed(rng, (4, 3))
    single = is_single(student, "Sigmoid")
    assert_close(student.Sigmoid().forward(x), reference.Sigmoid().forward(x), single=single, what="sigmoid.forward(x)")


@pytest.mark.exercise("Sigmoid")
@pytest.mark.points(0.9)
@pytest.mark.mistakes("forgot_1mout", "forgot_out", "uses_x", "sigmoid_twice", "tanh_rule")
def test_sigmoid_backward_uses_the_saved_output(student, reference, rng):
    """`Sigmoid.backward` multiplies `dout` by the derivative of the sigmoid, taken from the saved output of `forward`.

    `Sigmoid.backward`는 `forward`에서 저장한 출력으로 시그모이드의 미분을 구해서 `dout`에 곱해요.
    """
    x, dout = draw_signed(rng, (4, 3)), draw_signed(rng, (4, 3))
    # Before the layer runs: layers that share what they keep disturb one another.
    single = is_single(student, "Sigmoid")
    mine, theirs = reference.Sigmoid(), student.Sigmoid()
    mine.forward(x)
    theirs.forward(x)
    assert_gradient(theirs.backward(dout), mine.backward(dout), single=single, what="sigmoid.backward(dout)")


@pytest.mark.exercise("Sigmoid")
@pytest.mark.points(0.4)
def test_sigmoid_starts_afresh_with_every_batch(student, reference, rng):
    """`Sigmoid.backward` uses the last output of the same layer, whatever was computed before or in another layer.

    `Sigmoid.backward`는 같은 계층의 마지막 출력을 써야 해요. 이전 배치나 다른 계층의 값이 섞이면 안 돼요.
    """
    assert_fresh(student, reference, rng, "Sigmoid")


@pytest.mark.exercise("Sigmoid")
@pytest.mark.points(0.2)
def test_sigmoid_leaves_its_arguments_alone(student, rng):
    """`Sigmoid` returns new arrays; the arrays `x` and `dout` that it was given stay as they were.

    `Sigmoid`는 새 배열을 돌려줘요. 받은 배열 `x`와 `dout`의 값은 바뀌지 않아야 해요.
    """
    x, dout = draw_signed(rng, (2, 5)), draw_signed(rng, (2, 5))
    sigmoid = student.Sigmoid()
    forward = student.observe(sigmoid.forward, x)
    backward = student.observe(sigmoid.backward, dout)
    assert_answer(forward.value, "sigmoid.forward(x)")
    assert_answer(backward.value, "sigmoid.backward(dout)")
    assert_unchanged(x, forward.arguments[0], what="x")
    assert_unchanged(dout, backward.arguments[0], what="dout")


# --- Affine -------------------------------------------------------------------------------------------------------

SAMPLES, INPUTS, OUTPUTS = 4, 3, 5
SIZES = {"N": SAMPLES, "D": INPUTS, "H": OUTPUTS}
NOT_STORED = {
    "en": "After `backward` the layer doesn't hold both gradients, that of W as `self.dW` and that of b as `self.db`.",
    "ko": "`backward`를 부른 뒤에 W와 b의 기울기 가운데 `self.dW`나 `self.db`에 저장되지 않은 것이 있어요.",
}


def draw_parameters(rng, inputs=INPUTS, outputs=OUTPUTS):
    """Draw weights and biases, none of them 0."""
    return 0.5 * draw_signed(rng, (inputs, outputs)), 0.5 * draw_signed(rng, (outputs,))


def is_single_affine(student):
    """Tell whether `Affine` computes in float32."""
    W, b = np.linspace(-1.0, 1.0, 6).reshape(3, 2), np.array([0.5, -0.5])
    return is_single(student, "Affine", (W, b))


def assert_stored(answer, expected, scale, student, what):
    """Fail unless what `backward` stored is the gradient of a parameter, and has its very shape."""
    check(answer is not None, NOT_STORED)
    single = is_single_affine(student)
    assert_gradient(answer, expected, scale=scale, single=single, named_factors=SIZES, what=what)
    assert_shape(answer, expected.shape, what=what)


def find_names(student, layer):
    """Return the attributes in which `backward` left the gradients: ("grads",), or one name for each or None."""
    if student.has(layer, "grads") and not student.has(layer, "dW"):
        return ("grads",)
    wanted = (("dW", "gradW", "Wgrad"), ("db", "gradb", "bgrad"))
    return tuple(next((name for name in names if student.has(layer, name)), None) for names in wanted)


def stored_gradients(student, layer):
    """Return what `backward` left on the layer as the gradients of W and b; None for one that is not there."""
    names = student.once("names of gradients", lambda: find_names(student, layer))
    if names != ("grads",):
        return tuple(fetch(getattr(layer, name)) if name else None for name in names)
    grads = fetch(layer.grads)
    if isinstance(grads, dict):
        named = {str(key).lower().removeprefix("d"): value for key, value in grads.items()}
        return named.get("w"), named.get("b")
    pair = list(grads) if isinstance(grads, (list, tuple)) else []
    return (pair[0], pair[1]) if len(pair) == 2 else (None, None)


def run_affine(student, reference, rng):
    """Run one batch forward and backward; return (answers, expectations, magnitudes) of dx, dW and db."""
    W, b = draw_parameters(rng)
    x, dout = draw_signed(rng, (SAMPLES, INPUTS)), draw_signed(rng, (SAMPLES, OUTPUTS))
    mine, theirs = reference.Affine(W.copy(), b.copy()), student.Affine(W, b)
    mine.forward(x)
    theirs.forward(x)
    dx = mine.backward(dout)
    answers = (theirs.backward(dout), *stored_gradients(student, theirs))
    sizes = (abs(dout) @ abs(W.T), abs(x.T) @ abs(dout), abs(dout).sum(axis=0))
    return answers, (dx, mine.dW, mine.db), sizes


@pytest.mark.exercise("Affine")
@pytest.mark.points(0.6)
def test_affine_forward_multiplies_and_adds_the_bias(student, reference, rng):
    """`Affine.forward` takes the matrix product of `x` and `W`, and adds the biases.

    `Affine.forward`는 `x`와 `W`의 행렬 곱에 편향을 더해요.
    """
    W, b = draw_parameters(rng)
    x = draw_signed(rng, (SAMPLES, INPUTS))
    expected = reference.Affine(W.copy(), b.copy()).forward(x)
    size = abs(x) @ abs(W) + abs(b)
    single = is_single_affine(student)
    assert_close(student.Affine(W, b).forward(x), expected, scale=size, single=single, what="affine.forward(x)")


@pytest.mark.exercise("Affine")
@pytest.mark.points(0.5)
@pytest.mark.mistakes("all_div_N")
def test_affine_backward_returns_the_gradient_of_x(student, reference, rng):
    """`Affine.backward` returns the gradient of `x`, with the shape of `x`.

    `Affine.backward`는 `x`의 기울기를 돌려줘요. 모양은 `x`와 같아야 해요.
    """
    answers, expected, sizes = student.once("affine", lambda: run_affine(student, reference, rng))
    how = {"scale": sizes[0], "single": is_single_affine(student), "named_factors": SIZES}
    assert_gradient(answers[0], expected[0], what="affine.backward(dout)", **how)


@pytest.mark.exercise("Affine")
@pytest.mark.points(0.5)
@pytest.mark.mistakes("dW_transposed", "all_div_N")
def test_affine_backward_stores_the_gradient_of_W(student, reference, rng):
    """`Affine.backward` stores the gradient of `W` as `self.dW`, with the shape of `W`.

    `Affine.backward`는 `W`의 기울기를 `self.dW`에 저장해요. 모양은 `W`와 같아야 해요.
    """
    answers, expected, sizes = student.once("affine", lambda: run_affine(student, reference, rng))
    assert_stored(answers[1], expected[1], sizes[1], student, "affine.dW")


@pytest.mark.exercise("Affine")
@pytest.mark.points(0.5)
@pytest.mark.mistakes("db_mean", "db_axis1", "db_not_summed", "all_div_N")
def test_affine_backward_stores_the_gradient_of_b(student, reference, rng):
    """`Affine.backward` stores the gradient of `b` as `self.db`, with the shape of `b`.

    `Affine.backward`는 `b`의 기울기를 `self.db`에 저장해요. 모양은 `b`와 같아야 해요.
    """
    answers, expected, sizes = student.once("affine", lambda: run_affine(student, reference, rng))
    try:
        assert_stored(answers[2], expected[2], sizes[2], student, "affine.db")
    except CheckFailed as failure:
        if np.shape(answers[2]) == (1, OUTPUTS) and is_near(answers[2], expected[2][np.newaxis]):
            failure.mistakes = ("db_keepdims",)
        raise


def run_around_a_change(submission, x, dout, parameters, new_parameters):
    """Change the caller's arrays in place between two forward passes, as training does.

    Return the answers before the change, after it, and those of a layer made with the new arrays; a backward pass
    that crashes, which has its own check, leaves None.
    """

    def ask(layer):
        out = layer.forward(x).copy()
        try:
            return out, layer.backward(dout.copy())
        except Exception:  # noqa: BLE001 - whatever the student's method raises
            return out, None

    W, b = parameters
    before = ask(submission.Affine(W.copy(), b.copy()))
    layer = submission.Affine(W, b)
    layer.forward(x)
    W[...], b[...] = new_parameters
    return before, ask(layer), ask(submission.Affine(W.copy(), b.copy()))


@pytest.mark.exercise("Affine")
@pytest.mark.points(0.25)
def test_affine_notices_weights_changed_in_place(student, rng):
    """When the arrays `W` and `b` are changed in place after the layer was made, `Affine` uses the new values.

    계층을 만든 뒤에 배열 `W`와 `b`의 값이 제자리에서 바뀌면, `Affine`은 바뀐 값으로 계산해야 해요.
    """
    (W, b), (new_W, new_b) = draw_parameters(rng), draw_parameters(rng)
    x, dout = draw_signed(rng, (SAMPLES, INPUTS)), draw_signed(rng, (SAMPLES, OUTPUTS))
    answers = student.probe(run_around_a_change, x, dout, (W, b), (new_W, new_b))
    check(isinstance(answers, (list, tuple)) and len(answers) == 3)
    before, after, new = answers
    for place, what in enumerate(("affine.forward(x)", "affine.backward(dout)")):
        if place and new[place] is None:
            continue
        assert_answer(new[place], what)
        check(not is_near(before[place], new[place]) or place == 1)
        assert_close(after[place], new[place], what=what)


@pytest.mark.exercise("Affine")
@pytest.mark.points(0.15)
def test_affine_reads_its_attributes_anew(student, rng):
    """When `layer.W` and `layer.b` are replaced by other arrays, `Affine` uses those from then on.

    `layer.W`와 `layer.b`를 다른 배열로 바꾸면, `Affine`은 그때부터 새 배열을 써야 해요.
    """
    (W, b), (new_W, new_b) = draw_parameters(rng), draw_parameters(rng)
    x = draw_signed(rng, (SAMPLES, INPUTS))
    new = fetch(student.Affine(new_W.copy(), new_b.copy()).forward(x))
    layer = student.Affine(W, b)
    before = fetch(layer.forward(x))
    assert_answer(new, "affine.forward(x)")
    check(not is_near(before, new))
    if student.has(layer, "W") and student.has(layer, "b"):
        layer.W, layer.b = new_W, new_b
    elif student.has(layer, "params"):
        layer.params[0], layer.params[1] = new_W, new_b
    else:
        return  # other names are as good
    assert_close(layer.forward(x), new, what="affine.forward(x)")


def ask_affine(student, layer, x, dout):
    """Run one batch forward and backward; return what is to be compared: out, dx, dW and db."""
    out, dx = fetch(layer.forward(x)), fetch(layer.backward(dout))
    return out, dx, *stored_gradients(student, layer)


@pytest.mark.exercise("Affine")
@pytest.mark.points(0.3)
@pytest.mark.mistakes("accumulate", "stale_forward")
def test_affine_starts_afresh_with_every_batch(student, reference, rng):
    """The gradients of `Affine` come from the last batch of the same layer alone; nothing of others stays in them.

    `Affine`의 기울기는 같은 계층의 마지막 배치만으로 계산해야 해요. 이전 배치나 다른 계층의 값이 섞이면 안 돼요.
    """
    W, b = draw_parameters(rng, inputs=6)
    single = is_single_affine(student)
    mine, theirs = reference.Affine(W.copy(), b.copy()), student.Affine(W.copy(), b.copy())
    other = student.Affine(*draw_parameters(rng, inputs=6))
    names = ("affine.forward(x)", "affine.backward(dout)", "affine.dW", "affine.db")
    in_a_row, afresh, expected, scales = [], [], [], []
    for x in draw_batches(rng, 6):
        dout = draw_signed(rng, (len(x), OUTPUTS))
        out = fetch(theirs.forward(x))
        other.forward(0.5 - x)
        dx = fetch(theirs.backward(dout))
        other.backward(1.5 * dout)
        in_a_row.append((out, dx, *stored_gradients(student, theirs)))
        afresh.append(ask_affine(student, student.Affine(W.copy(), b.copy()), x, dout))
        right = mine.forward(x)
        expected.append((right, mine.backward(dout), mine.dW, mine.db))
        scales.append((abs(x) @ abs(W) + abs(b), abs(dout) @ abs(W.T), abs(x.T) @ abs(dout), abs(dout).sum(axis=0)))
        kept = [place for place in range(4) if place < 2 or afresh[0][place] is not None]
        runs = [[[answers[place] for place in kept] for answers in run] for run in (in_a_row, afresh, expected, scales)]
        if len(afresh) > 1:
            judge_fresh(*runs[:3], [names[place] for place in kept], runs[3], single=single)


PARAMETERS_CHANGED = {
    "en": "`W` and `b` are not what they were before `backward`.",
    "ko": "`backward`를 부른 뒤에 `W`와 `b`가 부르기 전과 달라졌어요.",
}


def name_change(before, after, gradient):
    """Return the mistake behind a change of `W`; () where it is neither of those known."""
    if not isinstance(after, np.ndarray) or after.shape != before.shape:
        return ()
    if np.allclose(after, gradient):
        return ("W_overwritten",)
    step = before - after
    rate = np.sum(step * gradient) / np.sum(gradient**2)
    return ("param_mutated",) if rate and np.allclose(step, rate * gradient, rtol=1e-6) else ()


@pytest.mark.exercise("Affine")
@pytest.mark.points(0.2)
@pytest.mark.mistakes("param_mutated", "W_overwritten")
def test_affine_leaves_inputs_and_parameters_alone(student, reference, rng):
    """`Affine` only computes gradients: `x`, `dout`, `W` and `b` stay as they were.

    `Affine`은 기울기를 계산하기만 해요. `x`, `dout`, `W`, `b`의 값은 바뀌지 않아야 해요.
    """
    W, b = draw_parameters(rng)
    x, dout = draw_signed(rng, (SAMPLES, INPUTS)), draw_signed(rng, (SAMPLES, OUTPUTS))
    mine, theirs = reference.Affine(W.copy(), b.copy()), student.Affine(W, b)
    mine.forward(x)
    mine.backward(dout)
    forward = student.observe(theirs.forward, x)
    backward = student.observe(theirs.backward, dout)
    assert_answer(forward.value, "affine.forward(x)")
    assert_answer(backward.value, "affine.backward(dout)")
    assert_unchanged(x, forward.arguments[0], what="x")
    assert_unchanged(dout, backward.arguments[0], what="dout")
    try:
        assert_unchanged(forward.value, theirs.forward(x), what="affine.forward(x)")
    except CheckFailed:
        known = name_change(W, fetch(theirs.W), mine.dW) if student.has(theirs, "W") else ()
        raise CheckFailed(PARAMETERS_CHANGED, mistakes=known) from None


# --- SoftmaxWithLoss ----------------------------------------------------------------------------------------------

CLASSES = 6


def draw_scores(rng, samples):
    """Draw scores whose probabilities are all above 0.02, and distinct labels where there are enough classes."""
    while True:
        x = rng.normal(size=(samples, CLASSES))
        y = np.exp(x) / np.exp(x).sum(axis=1, keepdims=True)
        if y.min() > 0.02:
            return x, rng.permutation(CLASSES)[:samples]


def softmax_answers(reference, x, labels):
    """Return the accepted (losses, gradients), with and without the 1e-7 inside the logarithm, the usual one first."""
    samples, t = len(x), np.eye(CLASSES)[labels]
    y = reference.softmax(x)
    losses = tuple(-np.mean(np.log(y[np.arange(samples), labels] + e)) for e in (EPSILON, 0.0))
    shrink = y[np.arange(samples), labels]
    exact = (y - t) * (shrink / (shrink + EPSILON))[:, np.newaxis] / samples
    return losses, ((y - t) / samples, exact)


def is_single_loss(student):
    """Tell whether `SoftmaxWithLoss` computes in float32."""
    x = np.linspace(-1.0, 1.0, 12).reshape(2, CLASSES)
    return is_single(student, "SoftmaxWithLoss", given=(x, np.eye(CLASSES)[:2]))


@pytest.mark.exercise("SoftmaxWithLoss")
@pytest.mark.points(1.1)
def test_softmax_with_loss_forward_is_the_mean_cross_entropy(student, reference, rng):
    """`SoftmaxWithLoss.forward` returns one number: the cross entropy of softmax(x) and t, averaged over the batch.

    `SoftmaxWithLoss.forward`는 숫자 하나를 돌려줘요. softmax(x)와 t의 교차 엔트로피를 배치에서 평균한 값이에요.
    """
    x, labels = draw_scores(rng, 4)
    losses, _ = softmax_answers(reference, x, labels)
    loss = student.SoftmaxWithLoss().forward(x, np.eye(CLASSES)[labels])
    how = {"single": is_single_loss(student), "named_factors": {"N": len(x), "C": CLASSES}}
    assert_close(loss, between(loss, *losses), what="last.forward(x, t)", **how)


@pytest.mark.exercise("SoftmaxWithLoss")
@pytest.mark.points(1.15)
@pytest.mark.mistakes(
    "forgot_N", "t_minus_y", "div_size", "div_classes", "ce_only", "times_y1my", "softmax_axis0", "softmax_whole"
)
def test_softmax_with_loss_backward_is_the_gradient_of_the_scores(student, reference, rng):
    """`SoftmaxWithLoss.backward` returns the gradient of the loss with respect to the scores of the batch.

    `SoftmaxWithLoss.backward`는 배치의 점수 `x`에 대한 손실의 기울기를 돌려줘요.
    """
    x, labels = draw_scores(rng, 4)
    _, gradients = softmax_answers(reference, x, labels)
    last = student.SoftmaxWithLoss()
    last.forward(x, np.eye(CLASSES)[labels])
    dx = last.backward(1)
    how = {"single": is_single_loss(student), "named_factors": {"N": len(x), "C": CLASSES}}
    assert_gradient(dx, between(dx, *gradients), scale=1 / len(x), what="last.backward()", **how)


def run_losses_in_a_row(submission, batches):
    """Ask one layer for the loss and twice for the gradient of each batch, while a second one sees other data.

    Return its answers, and those of a new layer to each batch.
    """

    def keep(value):
        return value.copy() if isinstance(value, np.ndarray) else value

    layer, other = submission.SoftmaxWithLoss(), submission.SoftmaxWithLoss()
    in_a_row, afresh = [], []
    for x, t in batches:
        loss = layer.forward(x.copy(), t)
        other.forward(-x, np.roll(t, 1, axis=1))
        in_a_row.append([loss, keep(layer.backward(1)), keep(layer.backward(1))])
    for x, t in batches:
        new = submission.SoftmaxWithLoss()
        loss = new.forward(x.copy(), t)
        dx = keep(new.backward(1))
        afresh.append([loss, dx, dx])
    return in_a_row, afresh


@pytest.mark.exercise("SoftmaxWithLoss")
@pytest.mark.points(0.5)
def test_softmax_with_loss_starts_afresh_with_every_batch(student, reference, rng):
    """Loss and gradient come from the last batch alone, whatever its size; asking for the gradient twice changes nothing.

    손실과 기울기는 배치 크기가 달라져도 마지막 배치만으로 계산해야 해요. 기울기를 두 번 구해도 값이 같아야 해요.
    """
    a = draw_scores(rng, 4)
    batches = [a, draw_scores(rng, 4), draw_scores(rng, 1), draw_scores(rng, 3), a]
    names = ("last.forward(x, t)", "last.backward()", "last.backward()")
    for some in (batches[:2], batches):
        runs = student.probe(run_losses_in_a_row, [(x, np.eye(CLASSES)[labels]) for x, labels in some])
        check(isinstance(runs, (list, tuple)) and len(runs) == 2)
        check(all(isinstance(run, list) and len(run) == len(some) for run in runs))
        check(all(isinstance(answer, list) and len(answer) == 3 for run in runs for answer in run))
        expected, scales = [], []
        for (x, labels), (loss, dx, _) in zip(some, runs[1], strict=True):
            losses, gradients = softmax_answers(reference, x, labels)
            gradient = between(dx, *gradients)
            expected.append((between(loss, *losses), gradient, gradient))
            scales.append((None, 1 / len(x), 1 / len(x)))
        judge_fresh(*runs, expected, names, scales, single=is_single_loss(student))


@pytest.mark.exercise("SoftmaxWithLoss")
@pytest.mark.points(0)
def test_softmax_with_loss_takes_class_numbers(student, reference, rng):
    """Bonus: `SoftmaxWithLoss` also works when `t` holds class numbers instead of one-hot rows.

    보너스: `t`가 원-핫이 아니라 클래스 번호여도 `SoftmaxWithLoss`가 똑같이 동작해요.
    """
    x, labels = draw_scores(rng, 4)
    losses, gradients = softmax_answers(reference, x, labels)
    last = student.SoftmaxWithLoss()
    own_loss, own_dx = (fetch(answer) for answer in (last.forward(x, np.eye(CLASSES)[labels]), last.backward(1)))
    if not (is_near(own_loss, losses[0]) and is_near(own_dx, gradients[0])):
        return  # another mistake has its own check
    single = is_single_loss(student)
    loss = last.forward(x, labels)
    assert_close(loss, between(loss, *losses), single=single, what="last.forward(x, t)")
    dx = last.backward(1)
    assert_gradient(dx, between(dx, *gradients), scale=1 / len(x), single=single, what="last.backward()")


@pytest.mark.exercise("SoftmaxWithLoss")
@pytest.mark.points(0.25)
def test_softmax_with_loss_leaves_its_arguments_alone(student, rng):
    """`SoftmaxWithLoss.forward` does not change the arrays `x` and `t` that it was given.

    `SoftmaxWithLoss.forward`는 받은 배열 `x`와 `t`의 값을 바꾸지 않아요.
    """
    x, labels = draw_scores(rng, 3)
    t = np.eye(CLASSES)[labels]
    seen = student.observe(student.SoftmaxWithLoss().forward, x, t)
    assert_finite(seen.value, what="last.forward(x, t)")
    # A loss that depends on nothing leaves everything alone.
    check(not is_near(fetch(seen.value), fetch(student.SoftmaxWithLoss().forward(0.5 - x, t))))
    assert_unchanged(x, seen.arguments[0], what="x")
    assert_unchanged(t, seen.arguments[1], what="t")
