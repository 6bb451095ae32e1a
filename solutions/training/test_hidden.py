"""Hidden checks of training.

`train` draws its mini-batches in a way of its own, so no run can be foretold. It gets a small network that writes down
every batch and every state of its parameters; from these the right updates, losses and accuracies follow exactly.
"""

from __future__ import annotations

from collections import deque
from itertools import pairwise

import numpy as np
import pytest

from autograder.checks import CheckFailed, assert_close, assert_unchanged, check, fetch, read_numbers

INPUTS, HIDDEN, OUTPUTS = 4, 5, 3
TRAIN, TEST = 72, 25
ITERATIONS, BATCH, RATE = 26, 12, 0.07  # a rate that no text names
FIRST_MOVES = 10  # of a network of layers, whose direction is judged
LONG = 110  # iterations, where the hundredth must be among them
EPOCH = TRAIN // BATCH
SHAPES = {"W1": (INPUTS, HIDDEN), "b1": (HIDDEN,), "W2": (HIDDEN, OUTPUTS), "b2": (OUTPUTS,)}
PARAMETERS = sum(int(np.prod(shape)) for shape in SHAPES.values())


def fail(*suspects):
    """Fail, and name the first mistake of pairs (seen, name) that was seen."""
    raise CheckFailed(None, mistakes=[name for seen, name in suspects if seen][:1])


def fail_if_any(suspects):
    """Fail if a mistake was seen; there may be others that nobody thought of."""
    suspects = list(suspects)
    if any(seen for seen, _ in suspects):
        fail(*suspects)


# --- A network that takes notes -------------------------------------------------------------------------------------


def run_training(submission, start, data, settings, seed):
    """Let the student's `train` run with a network that notes what it is asked; return the notes."""
    import contextlib
    import io

    inputs, answers, states, printed = [], [], [], io.StringIO()

    class Recorder:
        def __init__(self):
            self.params = {name: value.copy() for name, value in start.items()}

        def predict(self, x):
            return (x @ self.params["W1"] + self.params["b1"]) @ self.params["W2"] + self.params["b2"]

        def loss(self, x, t):
            # The 3 keeps what is printed of losses apart from what is printed of accuracies.
            return 3 + np.sum((self.predict(x) - t) ** 2) / 2 / len(x)

        def accuracy(self, x, t):
            return np.mean(np.argmax(self.predict(x), axis=1) == (t if np.ndim(t) == 1 else np.argmax(t, axis=1)))

        def gradient(self, x, t):
            inputs.append(np.array(x, dtype=float))
            answers.append(np.array(t, dtype=float))
            states.append(np.concatenate([np.ravel(self.params[name]) for name in start]))
            z = x @ self.params["W1"] + self.params["b1"]
            d = (self.predict(x) - t) / len(x)
            back = d @ self.params["W2"].T
            return {"W1": x.T @ back, "b1": back.sum(axis=0), "W2": z.T @ d, "b2": d.sum(axis=0)}

        def numerical_gradient(self, x, t):
            return self.gradient(x, t)

    network = Recorder()
    with contextlib.redirect_stdout(printed):
        history = submission.train(network, *data, *settings, np.random.default_rng(seed))
    states.append(np.concatenate([np.ravel(network.params[name]) for name in start]))
    return [history, inputs, answers, np.array(states, dtype=float), printed.getvalue(), data]


def unpack(state):
    """Turn a noted state back into parameters."""
    params, start = {}, 0
    for name, shape in SHAPES.items():
        size = int(np.prod(shape))
        params[name] = state[start : start + size].reshape(shape)
        start += size
    return params


def predict(params, x):
    """Do what the noting network does."""
    return (x @ params["W1"] + params["b1"]) @ params["W2"] + params["b2"]


def compute_step(state, x, t):
    """Return the right change of all parameters."""
    params = unpack(state)
    z = x @ params["W1"] + params["b1"]
    return -RATE * backpropagate(params, x, z, (predict(params, x) - t) / len(x))


def backpropagate(params, x, z, d, slopes=1.0):
    """Return the gradients of all parameters in a row, from what the last layer was given and the slopes before it."""
    back = d @ params["W2"].T * slopes
    return np.concatenate([np.ravel(x.T @ back), back.sum(axis=0), np.ravel(z.T @ d), d.sum(axis=0)])


def compute_loss(state, x, t):
    """Return the loss of a batch, as the noting network does."""
    return 3 + np.sum((predict(unpack(state), x) - t) ** 2) / 2 / len(x)


def compute_accuracy(state, x, t):
    """Return the share of right answers."""
    return np.mean(predict(unpack(state), x).argmax(axis=1) == t.argmax(axis=1))


def draw_data(rng):
    """Draw (x_train, t_train, x_test, t_test); the first column of x_train counts its rows."""
    parts = []
    for size in (TRAIN, TEST):
        x = rng.normal(size=(size, INPUTS))
        x[:, 0] = np.arange(size) / TRAIN - 0.5
        hidden = x @ np.linspace(-1.0, 1.0, INPUTS * OUTPUTS).reshape(INPUTS, OUTPUTS)
        labels = np.argmax(hidden + rng.normal(scale=0.7, size=hidden.shape), axis=1)
        parts += [x, np.eye(OUTPUTS)[labels]]
    return parts


def find_rows(x, x_train):
    """Return the row numbers of a batch in the training data, -1 for rows that are not there."""
    rows = np.clip(np.rint((x[:, 0] + 0.5) * TRAIN).astype(int), 0, TRAIN - 1)
    return np.where(np.abs(x_train[rows] - x).max(axis=1) < 1e-6, rows, -1)


def observe_run(student, rng, iterations=ITERATIONS):
    """Run `train` once for all checks that ask for so many iterations; return the data and the notes."""

    def run():
        data = draw_data(rng)
        start = {name: rng.normal(scale=0.5, size=shape) for name, shape in SHAPES.items()}
        seed = int(rng.integers(1_000_000))
        return data, student.probe(run_training, start, data, (iterations, BATCH, RATE), seed)

    data, notes = student.once(f"run of {iterations}", run)
    check(isinstance(notes, (list, tuple)) and len(notes) == 6)
    notes = dict(zip(("history", "inputs", "answers", "states", "printed", "data"), notes, strict=True))
    notes["iterations"] = iterations
    check(all(is_floats(array) for key in ("inputs", "answers") for array in notes[key]))
    check(is_floats(notes["states"]) and notes["states"].shape == (len(notes["inputs"]) + 1, PARAMETERS))
    check(len(notes["answers"]) == len(notes["inputs"]) and isinstance(notes["printed"], str))
    return data, notes


def is_floats(array):
    """Say whether a note is an array of at least one axis."""
    return isinstance(array, np.ndarray) and array.dtype == np.float64 and array.ndim > 0


def require_all_iterations(notes):
    """Fail unless the gradient was asked for once in every iteration, with arrays that fit; return the batches."""
    check(
        len(notes["inputs"]) == notes["iterations"],
        {
            "en": "`train` must compute the gradient of one mini-batch in each of its `iters_num` iterations.",
            "ko": "`train`은 `iters_num`번 반복하면서 그때마다 미니배치 하나의 기울기를 구해야 해요.",
        },
    )
    batches = list(zip(notes["inputs"], notes["answers"], strict=True))
    check(all(np.ndim(x) == 2 and np.shape(t) == (len(x), OUTPUTS) for x, t in batches))
    return batches


def count_tame(states):
    """Count the states before the parameters run away to infinity: beyond them nothing can be compared."""
    tame = np.all(np.abs(states) < 1e30, axis=1)
    return len(tame) if tame.all() else int(np.argmin(tame))


def fill(values, length):
    """Return numbers as an array of this length; None where they are something else."""
    try:
        values = np.asarray(fetch(values), dtype=float)
    except (TypeError, ValueError, OverflowError):
        return None
    return values if values.shape == (length,) else None


def read_parts(history):
    """Return the three parts that `train` returned."""
    history = fetch(history)
    if isinstance(history, dict):
        fail((True, "returns_dict"))
    check(
        isinstance(history, (tuple, list)) and len(history) == 3,
        {
            "en": "`train` must return a tuple of three lists: losses, training accuracies, test accuracies.",
            "ko": "`train`은 리스트 세 개(손실, 훈련 정확도, 시험 정확도)를 튜플로 돌려줘야 해요.",
        },
    )
    return history


def read_history(notes):
    """Return the three parts that `train` returned, each an array of the right length or None."""
    epochs = len(range(0, notes["iterations"], EPOCH))
    lengths = (notes["iterations"], epochs, epochs)
    return [fill(part, length) for part, length in zip(read_parts(notes["history"]), lengths, strict=True)]


def require_length(part, number):
    """Fail unless this part of what `train` returned has the right length."""
    check(
        part is not None,
        {
            "en": f"Part {number + 1} of the three that `train` returns is not a list of the right length.",
            "ko": f"`train`이 돌려준 세 값 가운데 {number + 1}번째 값은 길이가 맞는 리스트가 아니에요.",
        },
    )


# --- train ----------------------------------------------------------------------------------------------------------


@pytest.mark.exercise("train")
@pytest.mark.points(0.75)
def test_train_returns_one_loss_an_iteration_and_two_accuracies_an_epoch(student, rng):
    """`train` returns three lists: a loss for each iteration, and for each epoch (from i = 0) two accuracies.

    `train`은 세 리스트를 돌려줘요. 손실은 반복마다 하나씩, 훈련 정확도와 시험 정확도는 i = 0부터 에폭마다 하나씩이에요.
    """
    notes = observe_run(student, rng, LONG)[1]
    count = len(notes["inputs"])
    if count not in (LONG, 0, 1, EPOCH):
        ((others, _),) = student.probe(draw_batches, draw_data(rng), (ITERATIONS, BATCH, RATE), (1,))
        fail_if_any([(len(others) == count, "iters_num_ignored")])
    for number, part in enumerate(read_history(notes)):
        require_length(part, number)


@pytest.mark.exercise("train")
@pytest.mark.points(0.25)
def test_train_uses_batches_of_the_given_size(student, rng):
    """Each gradient is computed on a mini-batch of exactly `batch_size` rows.

    기울기를 구할 때마다 정확히 `batch_size`개의 행을 써야 해요.
    """
    _, notes = observe_run(student, rng)
    shapes = [np.shape(x) for x in notes["inputs"]]
    check(len(shapes) > 0)
    if set(shapes) != {(BATCH, INPUTS)}:
        ((others, _),) = student.probe(draw_batches, draw_data(rng), (3, BATCH + 5, RATE), (1,))
        fail(
            (set(shapes) == {(TRAIN, INPUTS)}, "whole_data"),
            (set(shapes) == {(1, INPUTS)}, "one_row"),
            (len(set(shapes)) == 1 and {np.shape(x) for x in others} == set(shapes), "batch_size_ignored"),
        )


@pytest.mark.exercise("train")
@pytest.mark.points(0.5)
def test_train_keeps_inputs_and_answers_together(student, rng):
    """The rows of a mini-batch come from the training data, and each input keeps its own answer.

    미니배치의 행은 훈련 데이터에서 뽑고, 입력마다 자기 정답과 짝이 맞아야 해요.
    """
    (x_train, t_train, _, _), notes = observe_run(student, rng)
    check(len(notes["inputs"]) > 0)
    for x, t in zip(notes["inputs"], notes["answers"], strict=True):
        check(np.ndim(x) == 2 and np.shape(x)[1] == INPUTS and np.shape(t) == (len(x), OUTPUTS))
    rows = find_rows(np.concatenate(notes["inputs"]), x_train)
    check(np.all(rows >= 0) and np.array_equal(t_train[rows], np.concatenate(notes["answers"])))


def draw_batches(submission, data, settings, seeds):
    """Return, for each seed, the inputs of all mini-batches and what `train` returned."""
    import contextlib
    import io

    class Listener:
        def __init__(self, inputs):
            self.params = {"W1": np.zeros((4, 5)), "b1": np.zeros(5), "W2": np.zeros((5, 3)), "b2": np.zeros(3)}
            self.inputs = inputs

        def predict(self, x):
            return np.zeros((len(x), 3))

        def loss(self, x, t):  # noqa: ARG002 - the form of a network
            return 1.0

        def accuracy(self, x, t):  # noqa: ARG002
            return 0.5

        def gradient(self, x, t):  # noqa: ARG002
            self.inputs.append(np.array(x, dtype=float))
            return {name: np.zeros_like(value) for name, value in self.params.items()}

        def numerical_gradient(self, x, t):
            return self.gradient(x, t)

    runs = []
    for seed in seeds:
        inputs, history = [], None
        # Where rows are not put back, no batch can be larger than the data.
        with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(ValueError):
            copies = [part.copy() for part in data]
            history = submission.train(Listener(inputs), *copies, *settings, np.random.default_rng(seed))
        runs.append([inputs, history])
    return runs


@pytest.mark.exercise("train")
@pytest.mark.points(0.75)
def test_train_draws_new_rows_with_rng_in_every_iteration(student, rng):
    """Each iteration draws a new mini-batch from all training rows, with `rng`: the same seed gives the same batches.

    반복할 때마다 `rng`로 전체 훈련 데이터에서 미니배치를 새로 뽑아요. 시드가 같으면 뽑히는 배치도 같아야 해요.
    """
    data = draw_data(rng)
    runs = student.probe(draw_batches, data, (LONG, BATCH, RATE), (1, 1, 2))
    check(isinstance(runs, list) and len(runs) == 3 and all(isinstance(inputs, list) for inputs, _ in runs))
    one, again, other = (inputs for inputs, _ in runs)
    check(len(one) == len(again) == len(other) > 1)
    check(all(is_floats(x) and x.ndim == 2 and x.shape[1] == INPUTS for x in one))
    rows = [find_rows(x, data[0]).tolist() for x in one]
    seen = {row for batch in rows for row in batch} - {-1}
    fresh = sum(not np.array_equal(a, b) for a, b in pairwise(one)) > 0.9 * (len(one) - 1)
    repeats = all(np.array_equal(a, b) for a, b in zip(one, again, strict=True))
    seeded = any(not np.array_equal(a, b) for a, b in zip(one, other, strict=True))
    if not (len(seen) == TRAIN and fresh and repeats and seeded):
        fail(
            (not repeats, "global_random"),
            (all(len(batch) == TRAIN for batch in rows), "whole_data"),
            (not fresh and rows[0] == list(range(BATCH)), "first_rows"),
            (not fresh and seeded, "same_batch"),
            (not fresh, "rng_begins_again"),
            (rows[:2] == [list(range(BATCH)), list(range(BATCH, 2 * BATCH))], "in_order"),
            (not seeded, "rng_replaced"),
            (seen == set(range(len(seen))) and len(seen) < TRAIN, "rows_among_first"),
        )


@pytest.mark.exercise("train")
@pytest.mark.points(1.25)
def test_train_moves_every_parameter_against_its_gradient(student, rng):
    """Each iteration changes every parameter by minus the learning rate times its gradient.

    반복할 때마다 모든 매개변수를 기울기의 반대 방향으로 옮겨요. 옮기는 양은 기울기에 학습률을 곱한 만큼이에요.
    """
    _, notes = observe_run(student, rng)
    batches = require_all_iterations(notes)
    states = notes["states"][: count_tame(notes["states"])]
    check(len(states) > 2)
    still = {name for name, change in unpack(np.abs(np.diff(states, axis=0)).max(axis=0)).items() if not np.any(change)}
    if still:
        fail(
            (len(still) == len(SHAPES), "not_updated"),
            (still == {"b1", "b2"}, "biases_not_updated"),
            (still == {"W1", "W2"}, "weights_not_updated"),
            (still in ({"W1", "b1"}, {"W2", "b2"}), "one_layer_only"),
            (len(still) == len(SHAPES) - 1, "last_parameter_only"),
        )
    expected = np.array([compute_step(state, x, t) for state, (x, t) in zip(states[:-1], batches, strict=False)])
    scale = 10 * (1 + np.abs(states[:-1]) + np.abs(expected))
    assert_close(
        np.diff(states, axis=0),
        expected,
        scale=scale,
        named_factors={"N": BATCH},
        what="network.params: after - before",
    )


@pytest.mark.exercise("train")
@pytest.mark.points(1.25)
def test_train_records_the_loss_after_each_update(student, rng):
    """Entry i of the losses is the loss of mini-batch i, computed after the update of iteration i.

    손실 리스트의 i번째 값은 i번째 미니배치의 손실이에요. i번째 갱신을 마친 뒤에 계산해야 해요.
    """
    data, notes = observe_run(student, rng)
    batches = require_all_iterations(notes)
    losses = read_history(notes)[0]
    require_length(losses, 0)
    states = notes["states"][1 : count_tame(notes["states"])]
    check(len(states) > 1)
    expected = [compute_loss(state, x, t) for state, (x, t) in zip(states, batches, strict=False)]
    earlier = [compute_loss(state, x, t) for state, (x, t) in zip(notes["states"][:3], batches, strict=False)]
    others = {
        "loss_before": earlier,
        "loss_of_all": [compute_loss(state, *data[:2]) for state in states[:3]],
        "loss_of_test": [compute_loss(state, *data[2:]) for state in states[:3]],
    }
    if not is_like(losses[:3], expected[:3]):
        fail_if_any((is_like(losses[:3], found), mistake) for mistake, found in others.items())
    assert_close(losses[: len(expected)], expected, rtol=1e-9, named_factors={"N": BATCH}, what="train(...)[0]")


def is_like(part, expected):
    """Say whether recorded numbers are the expected ones."""
    return part is not None and part.shape == np.shape(expected) and np.allclose(part, expected)


def compute_accuracies(data, states):
    """Return the accuracies on training and on test data after the updates that begin an epoch."""
    x_train, t_train, x_test, t_test = data
    after = [states[i + 1] for i in range(0, ITERATIONS, EPOCH) if i + 1 < len(states)]
    pairs = ((x_train, t_train), (x_test, t_test))
    return [[compute_accuracy(state, x, t) for state in after] for x, t in pairs]


@pytest.mark.exercise("train")
@pytest.mark.points(1)
def test_train_records_both_accuracies_once_an_epoch(student, rng):
    """At i = 0 and once an epoch, the accuracies on all training data and on all test data are recorded, in this order.

    i = 0일 때와 에폭이 지날 때마다 훈련 데이터 전체와 시험 데이터 전체의 정확도를 차례로 기록해요.
    """
    data, notes = observe_run(student, rng)
    require_all_iterations(notes)
    history = read_history(notes)
    right = compute_accuracies(data, notes["states"])
    like = [[is_like(part, expected) for expected in right] for part in history[1:]]
    others = {
        "accuracies_swapped": [[False, True], [True, False]],
        "test_accuracy_of_train": [[True, False], [True, False]],
        "train_accuracy_of_test": [[False, True], [False, True]],
    }
    fail_if_any((like == seen, mistake) for mistake, seen in others.items())
    for number, expected in enumerate(right, start=1):
        require_length(history[number], number)
        assert_close(history[number], expected, rtol=1e-6, what=f"train(...)[{number}]")


@pytest.mark.exercise("train")
@pytest.mark.points(0.25)
def test_train_has_at_least_one_iteration_an_epoch(student, rng):
    """Where a batch is larger than the training data, each iteration is an epoch: it records both accuracies.

    배치가 훈련 데이터보다 크면 반복 한 번이 곧 한 에폭이에요. 이때는 반복할 때마다 두 정확도를 기록해요.
    """
    ((_, history),) = student.probe(draw_batches, draw_data(rng), (3, TRAIN + 1, RATE), (1,))
    if history is None:  # whoever returns nothing at all must train elsewhere
        require_all_iterations(observe_run(student, rng)[1])
        return
    check(all(fill(part, 3) is not None for part in read_parts(history)[1:]))


@pytest.mark.exercise("train")
@pytest.mark.points(0.25)
def test_train_leaves_the_data_as_they_are(student, rng):
    """Training changes only the parameters of the network; the training and test data stay as they are.

    학습하면 신경망의 매개변수만 바뀌고, 훈련 데이터와 시험 데이터는 그대로예요.
    """
    data, notes = observe_run(student, rng)
    # Who asks for no gradient leaves everything as it is.
    check(len(notes["inputs"]) > 0)
    assert_unchanged(data, notes["data"], what=("x_train", "t_train", "x_test", "t_test"))


def train_layers(submission, data, settings, start, seed):  # noqa: C901 - a whole network travels with it
    """Train a network whose layers share the arrays of `params`; return each batch, and what the layers held with it."""
    import contextlib
    import io

    inputs, answers, states = [], [], []

    class Affine:
        def __init__(self, W, b):
            self.W, self.b = W, b

        def forward(self, x):
            self.x = x
            return x @ self.W + self.b

        def backward(self, dout):
            self.dW, self.db = self.x.T @ dout, dout.sum(axis=0)
            return dout @ self.W.T

    params = {name: value.copy() for name, value in start.items()}
    first, last = Affine(params["W1"], params["b1"]), Affine(params["W2"], params["b2"])

    def note_state():
        states.append(np.concatenate([np.ravel(array) for array in (first.W, first.b, last.W, last.b)]))

    class Network:
        def __init__(self):
            self.params = params

        def predict(self, x):
            self.z = np.maximum(first.forward(x), 0)
            return last.forward(self.z)

        def probabilities(self, x):
            exp = np.exp(self.predict(x))
            return exp / exp.sum(axis=1, keepdims=True)

        def loss(self, x, t):
            return -np.mean(np.sum(t * np.log(self.probabilities(x) + 1e-7), axis=1))

        def accuracy(self, x, t):
            return np.mean(self.predict(x).argmax(axis=1) == (t if np.ndim(t) == 1 else np.argmax(t, axis=1)))

        def gradient(self, x, t):
            inputs.append(np.array(x, dtype=float))
            answers.append(np.array(t, dtype=float))
            note_state()
            d = (self.probabilities(x) - t) / len(x)
            first.backward(last.backward(d) * (self.z > 0))
            return {"W1": first.dW, "b1": first.db, "W2": last.dW, "b2": last.db}

        def numerical_gradient(self, x, t):
            return self.gradient(x, t)

    with contextlib.redirect_stdout(io.StringIO()):
        submission.train(Network(), *data, *settings, np.random.default_rng(seed))
    note_state()
    return [inputs, answers, np.array(states, dtype=float)]


def run_layers(params, x):
    """Return what a network of layers has after its ReLU, and the logarithms of its probabilities."""
    z = np.maximum(x @ params["W1"] + params["b1"], 0)
    scores = z @ params["W2"] + params["b2"]
    scores = scores - scores.max(axis=1, keepdims=True)
    return z, scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))


def classify(params, x, t):
    """Return the loss and the accuracy of a network of layers with a ReLU inside."""
    _, log_y = run_layers(params, x)
    return -np.mean(np.sum(t * log_y, axis=1)), np.mean(log_y.argmax(axis=1) == t.argmax(axis=1))


def follows_its_gradients(inputs, answers, states):
    """Say whether the first moves go down the gradients of their batches, however far: other ways are no training."""
    cosines = []
    for x, t, state, step in zip(inputs, answers, states[:-1], np.diff(states, axis=0), strict=True):
        if not np.any(step) or len(cosines) == FIRST_MOVES:
            continue
        check(x.ndim == 2 and x.shape[1] == INPUTS and t.shape == (len(x), OUTPUTS))
        params = unpack(state)
        z, log_y = run_layers(params, x)
        # Of parameters that rest, another check speaks.
        slope = backpropagate(params, x, z, np.exp(log_y) - t, z > 0) * (step != 0)
        cosines.append(-step @ slope / (np.linalg.norm(step) * np.linalg.norm(slope) + 1e-300))
    return bool(cosines) and np.median(cosines) > 0.5


@pytest.mark.exercise("train")
@pytest.mark.points(1)
def test_train_reaches_the_layers_of_a_network(student, rng):
    """A network of layers really learns: the arrays that its layers share with `params` are changed in place.

    계층을 이어 붙인 신경망도 실제로 학습해야 해요. 계층이 `params`와 함께 쓰는 배열을 제자리에서 바꾸세요.
    """
    data, centres = [], 2.0 * np.eye(OUTPUTS, INPUTS)
    for size in (48, 24):
        labels = np.arange(size) % OUTPUTS
        data += [centres[labels] + rng.normal(scale=0.2, size=(size, INPUTS)), np.eye(OUTPUTS)[labels]]
    start = {name: abs(rng.normal(scale=0.3, size=shape)) for name, shape in SHAPES.items()}
    notes = student.probe(train_layers, data, (80, BATCH, 0.4), start, int(rng.integers(1000)))
    check(isinstance(notes, list) and len(notes) == 3)
    inputs, answers, states = notes
    check(is_floats(states) and states.shape == (len(inputs) + 1, PARAMETERS) and np.all(np.abs(states) < 1e30))
    check(len(answers) == len(inputs) and all(is_floats(array) for array in (*inputs, *answers)))
    before, _ = classify(start, *data[:2])
    end = unpack(states[-1])
    check(classify(end, *data[:2])[0] < 0.6 * before and classify(end, *data[2:])[1] > 0.85)
    check(follows_its_gradients(inputs, answers, states))


def agrees(number, value):
    """Say whether a printed number is the value, to the digits that were printed."""
    if not np.isfinite(value):
        return not np.isfinite(number.value)
    # No digit at all, as in 0e9, leaves nothing open; and 1e400 is no power of ten that a float can hold.
    decimals = max(number.decimals, -300 if number.digits else 0)
    return abs(number.value - value) <= 0.51 * 10.0**-decimals + 1e-9 * abs(value)


def agrees_with_any(number, ordered):
    """Say whether a printed number is one of the values, which are in order: only those beside it are asked."""
    if not np.isfinite(number.value):
        return not np.all(np.isfinite(ordered[:1])) or not np.all(np.isfinite(ordered[-1:]))
    place = np.searchsorted(ordered, number.value)
    return any(agrees(number, value) for value in ordered[max(place - 1, 0) : place + 1])


def is_share(number, value):
    """Say whether a printed number is an accuracy, as a fraction or in percent; a counter such as 0 is none."""
    if number.whole:
        return number.value in (value, 100 * value)
    return agrees(number, value) or agrees(number, 100 * value)


def order_shares(parts):
    """Return accuracies and their percentages in order, of the parts that may hold accuracies: one or two an iteration."""
    shares = [np.empty(0)]
    for part in parts:
        try:
            found = np.ravel(np.asarray(fetch(part), dtype=float))
        except (TypeError, ValueError, OverflowError):
            continue
        if found.size <= 2 * LONG:
            shares += [found, 100 * found]
    return np.sort(np.concatenate(shares))


def is_any_share(number, ordered):
    """Say whether a printed number is one of the accuracies of `order_shares`; a counter such as 0 is none."""
    if number.whole:
        place = np.searchsorted(ordered, number.value)
        return number.value in ordered[place : place + 1]
    return agrees_with_any(number, ordered)


def find_stray_losses(lines, losses, wanted, shares):
    """Return the printed numbers that are losses of other iterations; accuracies, and what stands beside them, are none."""
    # The last loss may be printed once more at the end.
    others = np.sort([losses[i] for i in range(len(losses) - 1) if i not in wanted])
    stray = []
    for numbers in lines:
        exact = [number for number in numbers if number.decimals > 1]
        if any(is_any_share(number, shares) for number in exact):
            continue
        exact = [number for number in exact if not any(agrees(number, losses[i]) for i in wanted)]
        stray += [number for number in exact if agrees_with_any(number, others)]
    return stray


def suspect_prints(lines, losses):
    """Yield what may be wrong with the losses that these lines print."""
    numbers = [number for line in lines for number in line]
    # A whole number beside a counter may be a rounded loss; nan and inf are losses too.
    yield all(len(line) == 1 and line[0].whole for line in lines), "prints_no_loss"
    exact = [number for number in numbers if number.decimals > 1 and number.digits > 6]
    # More than a thousand numbers tell nothing else.
    times = [sum(agrees(number, loss) for number in exact[:1000]) for loss in losses]
    shown = [i for i, count in enumerate(times) if count]
    yield 99 in shown and 0 not in shown, "print99"
    yield shown == [100], "print_not_at_zero"
    yield shown == [0] and times[0] > 1, "prints_first_loss"
    yield any(agrees(number, np.mean(losses[:101])) for number in exact), "prints_mean_loss"
    yield shown == [0], "prints_once"
    yield len(shown) > len(losses) // 2, "prints_every_loss"
    yield len(shown) > 2, "prints_too_often"


@pytest.mark.exercise("train")
@pytest.mark.points(0.5)
def test_train_prints_the_loss_every_hundred_iterations(student, rng):
    """`train` prints the loss at i = 0, 100, 200, … and at no other iteration.

    `train`은 i = 0, 100, 200, …일 때만 손실을 출력해요.
    """
    _, notes = observe_run(student, rng, LONG)
    require_all_iterations(notes)
    losses = read_history(notes)[0]
    require_length(losses, 0)
    lines = [numbers for line in notes["printed"].splitlines() if (numbers := read_numbers(line))]
    wanted = list(range(0, LONG, 100))
    place = -1
    for i in wanted:
        place = next((k for k in range(place + 1, len(lines)) if any(agrees(n, losses[i]) for n in lines[k])), None)
        if place is None:
            break
    shares = order_shares(fetch(notes["history"])[1:])
    stray = find_stray_losses(lines, losses, wanted, shares)
    # A short number may be like one of a hundred losses by chance.
    if place is None or len(stray) > 3 or any(number.digits > 6 for number in stray):
        fail(*suspect_prints([line for line in lines if not any(is_any_share(n, shares) for n in line)], losses))


@pytest.mark.exercise("train")
@pytest.mark.points(0.25)
def test_train_prints_both_accuracies_once_an_epoch(student, rng):
    """`train` prints the training accuracy and the test accuracy, in this order, each time it records them.

    `train`은 정확도를 기록할 때마다 훈련 정확도와 시험 정확도를 차례로 출력해요.
    """
    _, notes = observe_run(student, rng, LONG)
    require_all_iterations(notes)
    _, train_accuracies, test_accuracies = read_history(notes)
    require_length(train_accuracies, 1)
    require_length(test_accuracies, 2)
    numbers, place = read_numbers(notes["printed"]), 0
    for one, other in zip(train_accuracies, test_accuracies, strict=True):
        # A loss or the number of samples may stand between the two.
        pairs = ((k, j) for k in range(place, len(numbers)) for j in range(k + 1, min(k + 4, len(numbers))))
        found = next((j for k, j in pairs if is_share(numbers[k], one) and is_share(numbers[j], other)), None)
        if found is None:
            either = order_shares([train_accuracies, test_accuracies])
            shares = [n for n in numbers if not n.whole and is_any_share(n, either)]
            fail(
                (not shares, "prints_no_accuracies"),
                (len(shares) == len(train_accuracies), "prints_one_accuracy"),
                (len(shares) == 2 * len(train_accuracies), "prints_accuracies_swapped"),
            )
        place = found + 1


# --- plot_history ---------------------------------------------------------------------------------------------------

TRAIN_ACCURACIES = [0.125, 0.4375, 0.625, 0.75, 0.8125, 0.90625, 0.9375]
TEST_ACCURACIES = [0.15625, 0.375, 0.5625, 0.6875, 0.71875, 0.78125, 0.765625]
ACCURACIES = (TRAIN_ACCURACIES, TEST_ACCURACIES)
LOSSES = [2.5, 2.25, 1.875, 1.5, 1.25, 1.125, 1.0, 0.875, 0.75, 0.625, 0.5]


def record_drawing(submission, history):
    """Return the drawing calls as plain data."""
    import matplotlib.pyplot as plt

    def plain(value):
        if isinstance(value, (str, int, float)) or value is None:
            return value
        try:
            return np.asarray(value, dtype=float).tolist()
        except (TypeError, ValueError, OverflowError):
            return [plain(item) for item in value] if isinstance(value, (list, tuple)) else None

    calls = plt.calls
    calls.clear()
    submission.plot_history(tuple(history))
    return [[name, [plain(a) for a in args], {k: plain(v) for k, v in kw.items()}] for name, args, kw in calls]


def observe_calls(student):
    """Return (verb, args, kwargs) of all drawing calls; axes and pyplot are the same."""
    calls = student.once("drawing", lambda: student.probe(record_drawing, [LOSSES, TRAIN_ACCURACIES, TEST_ACCURACIES]))
    check(isinstance(calls, list) and all([*map(type, call)] == [str, list, dict] for call in calls))
    return [(name.rpartition(".")[2], args, kwargs) for name, args, kwargs in calls]


def observe_drawing(student):
    """Return the drawing calls that somebody sees."""
    calls = observe_calls(student)
    shown = [place for place, (verb, *_) in enumerate(calls) if verb == "show"]
    # What comes after the last showing is seen by nobody.
    return calls[: shown[-1]] if shown else calls


def read_curves(calls):
    """Return the curves as (x or None, y, style, label)."""
    curves = []
    for verb, args, kwargs in calls:
        rest = deque(args) if verb == "plot" else deque()
        style = kwargs.get("linestyle", kwargs.get("ls"))
        style = "--" if style is None and kwargs.get("dashes") else style
        while rest:
            x, y = None, rest.popleft()
            if rest and isinstance(rest[0], list):
                x, y = y, rest.popleft()
            form = rest.popleft() if rest and isinstance(rest[0], str) else ""
            curves.append((x, y, form if style is None else style, kwargs.get("label")))
        if curves and verb in ("setp", "set_linestyle", "set_ls", "set_dashes", "set_label"):
            curves[-1] = restyle(curves[-1], verb, args, kwargs)
    return curves


def restyle(curve, verb, args, kwargs):
    """Return the curve as it is after a call that changes the line just drawn."""
    x, y, style, label = curve
    if verb == "set_label":
        return x, y, style, args[0] if args else label
    if verb == "set_dashes":
        return x, y, "--", label
    if verb != "setp":
        return x, y, args[0] if args else style, label
    return x, y, kwargs.get("linestyle", kwargs.get("ls", style)), kwargs.get("label", label)


def is_dashed(style):
    """Say whether a matplotlib line style is interrupted: a name, a format such as "r--", or (offset, pattern)."""
    if isinstance(style, str):
        return style in ("dashed", "dotted", "dashdot") or any(mark in style for mark in ("--", "-.", ":"))
    return isinstance(style, list) and len(style) == 2 and bool(style[1])


def find_curves(calls):
    """Return the curves of the training and of the test accuracies; their x, if there is one, counts epochs."""
    curves = read_curves(calls)
    pairs = [next((curve for curve in curves if fits(curve[1], values)), None) for values in ACCURACIES]
    if None in pairs:
        fail(*suspect_curves(curves, calls))
    for across, upwards, *_ in pairs:
        if across is not None and not counts(across, len(upwards)):
            fail(
                (any(fits(across, values) for values in ACCURACIES), "accuracy_against_itself"),
                (isinstance(across, list) and len(across) == len(LOSSES), "epochs_of_losses"),
            )
    return pairs


def suspect_curves(curves, calls):
    """Yield why there may be no curve of one of the accuracies."""
    drawn = [y for _, y, *_ in curves]
    others = [call for call in calls if call[0] in ("bar", "scatter", "stem", "step")]
    given = [part for _, args, kwargs in others for part in (*args, *kwargs.values())]
    yield not drawn and any(fits(part, values) for part in given for values in ACCURACIES), "not_curves"
    yield not drawn, "nothing_drawn"
    yield any(fits(x, values) for x, *_ in curves for values in ACCURACIES), "axes_swapped"
    yield any(fits(y, LOSSES) for y in drawn), "draws_losses"
    yield any(fits(y, values[1:]) for y in drawn for values in ACCURACIES), "first_epoch_left_out"
    yield any(fits(y, values[:-1]) for y in drawn for values in ACCURACIES), "last_epoch_left_out"
    yield any(sum(fits(y, values) for y in drawn) > 1 for values in ACCURACIES), "draws_one_curve_twice"
    yield len(drawn) == 1 and any(fits(drawn[0], values) for values in ACCURACIES), "one_curve_missing"


def counts(across, length):
    """Say whether x values go on in equal steps, as epochs and iterations do."""
    if not isinstance(across, list) or len(across) != length or not all(map(is_number, across)):
        return False
    steps = np.diff(across)
    return bool(steps[0] > 0 and np.allclose(steps, steps[0]))


def fits(y, values):
    """Say whether y values are the expected ones."""
    return isinstance(y, list) and len(y) == len(values) and all(map(is_number, y)) and np.allclose(y, values)


def is_number(value):
    """Say whether a recorded argument is one number."""
    return isinstance(value, (int, float))


@pytest.mark.exercise("plot_history")
@pytest.mark.points(0.75)
def test_plot_history_draws_both_accuracy_curves(student):
    """`plot_history` draws one curve of the training accuracies and one of the test accuracies.

    `plot_history`는 훈련 정확도 곡선과 시험 정확도 곡선을 하나씩 그려요.
    """
    find_curves(observe_drawing(student))


@pytest.mark.exercise("plot_history")
@pytest.mark.points(0.5)
def test_plot_history_draws_train_solid_and_test_dashed(student):
    """The training curve is solid and the test curve is dashed.

    훈련 정확도는 실선으로, 시험 정확도는 점선(dashed)으로 그려요.
    """
    (*_, solid, name), (*_, dashed, other) = find_curves(observe_drawing(student))
    if is_dashed(solid) or not is_dashed(dashed):
        fail(
            (not is_dashed(solid), "both_solid"),
            (is_dashed(dashed), "both_dashed"),
            (names_the_other(name, "train") and names_the_other(other, "test"), "curves_swapped"),
            (True, "styles_swapped"),
        )


def read_limits(calls):
    """Return every (bottom, top) that the vertical axis of a figure had."""
    limits, bottom, top = [], None, None
    for verb, args, kwargs in calls:
        found = [number for a in args for number in (a if isinstance(a, list) else [a])]
        if verb == "axis":
            found = found[2:]
        elif verb in ("set", "setp"):
            found = kwargs["ylim"] if isinstance(kwargs.get("ylim"), list) else []
        elif verb not in ("ylim", "set_ylim", "set_ybound"):
            continue
        found = [*found[:2], None, None][:2]
        for place, names in enumerate((("bottom", "ymin", "lower"), ("top", "ymax", "upper"))):
            found[place] = next((kwargs[name] for name in names if name in kwargs), found[place])
        bottom, top = (new if is_number(new) else old for new, old in zip(found, (bottom, top), strict=True))
        limits.append((bottom, top))
    return [pair for pair in limits if None not in pair]


@pytest.mark.exercise("plot_history")
@pytest.mark.points(0.25)
def test_plot_history_shows_the_whole_range_of_accuracies(student):
    """The vertical axis runs from 0 to 1.

    세로축의 범위는 0에서 1까지예요.
    """
    # Another figure, of the losses, may have limits of its own.
    calls = observe_drawing(student)
    limits = read_limits(calls)
    if not any(-0.051 <= bottom <= 0 and 1 <= top <= 1.051 for bottom, top in limits):
        across = any(verb in ("xlim", "set_xlim", "set_xbound") and args for verb, args, _ in calls)
        fail(
            (not limits and across, "range_of_other_axis"),
            (not limits, "range_missing"),
            (any(top >= 100 for _, top in limits), "range_in_percent"),
            (any(bottom > top for bottom, top in limits), "range_upside_down"),
            (any(bottom > 0 or top < 1 for bottom, top in limits), "range_cut"),
        )


def read_names(calls, axis):
    """Return the names that an axis was given, in any of the figures."""
    names = [args[0] for verb, args, _ in calls if verb in (axis, f"set_{axis}") and args]
    names += [kwargs.get(axis) for verb, _, kwargs in calls if verb in (axis, f"set_{axis}", "set")]
    return [name for name in names if is_name(name)]


def names_accuracy(name):
    """Say whether the name of an axis speaks of accuracies."""
    return any(word in name.lower() for word in ("acc", "정확"))


@pytest.mark.exercise("plot_history")
@pytest.mark.points(0.5)
def test_plot_history_names_axes_and_curves(student):
    """Both axes have a name, and a legend says which curve is which.

    두 축에 이름을 붙이고, 어느 곡선이 무엇인지 범례로 알려 줘요.
    """
    calls = observe_drawing(student)
    across, upwards = (read_names(calls, axis) for axis in ("xlabel", "ylabel"))
    if not across or not upwards:
        fail((not across and not upwards, "axes_unnamed"), (True, "one_axis_unnamed"))
    if any(map(names_accuracy, across)) and not any(map(names_accuracy, upwards)):
        fail((True, "axis_names_swapped"))
    curves = read_curves(calls)
    if not curves:
        fail(*suspect_curves(curves, calls))
    legends = [(args, kwargs) for verb, args, kwargs in calls if verb == "legend"]
    require_curves_in_legend(calls)
    names = {label for *_, label in curves if is_name(label)}
    for args, kwargs in legends:
        lists = [entry for entry in (*args, kwargs.get("labels")) if isinstance(entry, list)]
        names |= {name for entry in lists for name in entry if is_name(name)}
        if len(lists) == 1 and len(lists[0]) == len(curves):
            curves = [(*curve[:3], name) for curve, name in zip(curves, lists[0], strict=True)]
    if not legends or len(names) < 2:
        said = [label for *_, label in curves if is_name(label)]
        fail(
            (not legends and any(verb == "legend" for verb, *_ in observe_calls(student)), "shown_too_early"),
            (not legends, "legend_missing"),
            (not names, "legend_empty"),
            (len(said) > 1, "legend_same_name"),
            (True, "legend_half"),
        )
    for _, y, style, label in curves:
        # Where the styles have changed places too, another check has said so.
        swapped = not is_dashed(style) and fits(y, TRAIN_ACCURACIES) and names_the_other(label, "train")
        if swapped or (is_dashed(style) and fits(y, TEST_ACCURACIES) and names_the_other(label, "test")):
            fail((True, "legend_swapped"))


def require_curves_in_legend(calls):
    """Fail if a curve was drawn after the last legend: a legend shows what is there, unless it is told what to show."""
    places = [place for place, (verb, *_) in enumerate(calls) if verb == "legend"]
    told = any("handles" in calls[place][2] or len(calls[place][1]) > 1 for place in places)
    if places and not told and name_curves(calls[: places[-1]]) != name_curves(calls):
        fail((True, "legend_too_early"))


def name_curves(calls):
    """Return which of the accuracies are drawn."""
    drawn = [y for _, y, *_ in read_curves(calls)]
    return [any(fits(y, values) for y in drawn) for values in ACCURACIES]


WORDS = {"train": ("train", "훈련", "학습", "訓練"), "test": ("test", "시험", "테스트", "テスト")}


def is_name(label):
    """Say whether a label can be read."""
    return isinstance(label, str) and bool(label.strip())


def names_the_other(label, own):
    """Say whether a label names the other curve and not its own."""
    said = {curve for curve, words in WORDS.items() if is_name(label) and any(word in label.lower() for word in words)}
    return bool(said) and own not in said
