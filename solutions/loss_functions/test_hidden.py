"""Hidden checks of loss_functions."""

from __future__ import annotations

import numpy as np
import pytest

from autograder.checks import CheckFailed, assert_close, assert_unchanged, check, fetch

# Leaving out or moving the 1e-7 changes an error by less than this, unless a probability is
# near 0: that has a check of its own and costs only that.
EPSILON_APART = 2e-5
# Forms of softmax that are right differ by their rounding (the logarithm of the sum, float32):
# far less than any that is wrong.
ROUNDING_APART = 1e-5


def draw_probabilities(rng, samples, classes):
    """Rows that add up to 1, every entry at least 0.02."""
    y = rng.uniform(0.3, 1.0, size=(samples, classes))
    return y / np.sum(y, axis=1, keepdims=True)


# sum_squares_error


@pytest.mark.exercise("sum_squares_error")
@pytest.mark.points(1)
@pytest.mark.mistakes("half_mean", "no_square")
def test_sum_squares_error_is_half_the_sum_of_squares(student, reference, rng):
    """The error is half the sum of the squared differences: square each difference first, then add up.

    오차는 차이를 제곱해서 더한 값의 절반이에요. 차이를 하나씩 먼저 제곱하고, 그다음에 더하세요.
    """
    y, t = rng.normal(size=7), rng.normal(size=7)
    assert_close(
        student.sum_squares_error(y, t),
        reference.sum_squares_error(y, t),
        what="sum_squares_error(y, t)",
        named_factors={"C": 7},
    )


@pytest.mark.exercise("sum_squares_error")
@pytest.mark.points(0.5)
def test_sum_squares_error_keeps_its_arguments(student, reference, rng):
    """The error of probabilities and a one-hot truth is right, and y and t are as they were.

    확률과 원-핫 정답의 오차를 맞게 구하고, y와 t는 그대로 두어야 해요.
    """
    y, t = draw_probabilities(rng, 1, 5)[0], np.array([0.0, 0.0, 0.0, 1.0, 0.0])
    seen = student.observe(student.sum_squares_error, y, t)
    assert_close(seen.value, reference.sum_squares_error(y, t), what="sum_squares_error(y, t)", named_factors={"C": 5})
    assert_unchanged((y, t), seen.arguments, what=("y", "t"))


# cross_entropy_error


@pytest.mark.exercise("cross_entropy_error")
@pytest.mark.points(0.75)
@pytest.mark.mistakes("len_y", "no_minus", "y_t_swapped", "argmax_y")
def test_cross_entropy_error_of_one_sample(student, reference, rng):
    """One sample with a one-hot t: minus the natural logarithm of the right class's probability.

    원-핫 t와 데이터 하나: 정답 클래스 확률의 자연로그에 음수 부호를 붙인 값이에요.
    """
    y, t = draw_probabilities(rng, 1, 5)[0], np.array([0, 0, 1, 0, 0])
    y[[2, 4]] = np.sort(y[[2, 4]])
    expected = reference.cross_entropy_error(y, t)
    assert_close(
        student.cross_entropy_error(y, t),
        expected,
        what="cross_entropy_error(y, t)",
        rtol=EPSILON_APART,
        named_factors={"C": 5},
    )


@pytest.mark.exercise("cross_entropy_error")
@pytest.mark.points(1)
@pytest.mark.mistakes("forgot_N", "mean_all", "first_only")
def test_cross_entropy_error_of_a_batch(student, reference, rng):
    """A batch with one-hot rows: the errors of all samples, added up and divided by the number of samples.

    원-핫 배치: 모든 데이터의 오차를 더해서 데이터 개수로 나누세요.
    """
    y, t = draw_probabilities(rng, 4, 6), np.eye(6)[[5, 0, 3, 2]]
    expected = reference.cross_entropy_error(y, t)
    sizes = {"N": 4, "C": 6, "N·C": 24}
    assert_close(
        student.cross_entropy_error(y, t),
        expected,
        what="cross_entropy_error(y, t)",
        rtol=EPSILON_APART,
        named_factors=sizes,
    )


@pytest.mark.exercise("cross_entropy_error")
@pytest.mark.points(0.75)
@pytest.mark.mistakes("y_colon_t", "label_times_log", "first_only")
def test_cross_entropy_error_of_labels(student, reference, rng):
    """A batch with integer labels gives the same as with one-hot rows: one probability for each sample.

    정수 레이블로 준 배치의 결과는 원-핫일 때와 같아요. 데이터마다 확률을 하나씩만 골라야 해요.
    """
    y, t = draw_probabilities(rng, 7, 4), np.array([3, 0, 2, 1, 3, 0, 2])
    expected = reference.cross_entropy_error(y, t)
    sizes = {"N": 7, "C": 4, "N·C": 28}
    assert_close(
        student.cross_entropy_error(y, t),
        expected,
        what="cross_entropy_error(y, labels)",
        rtol=EPSILON_APART,
        named_factors=sizes,
    )


def ask_with_one_label(submission, y, label):
    """Hand in a numpy integer: it has a size and a shape, and it is an index."""
    return submission.cross_entropy_error(y, np.int64(label))


@pytest.mark.exercise("cross_entropy_error")
@pytest.mark.points(0.25)
@pytest.mark.mistakes("label_times_log", "len_y")
def test_cross_entropy_error_of_one_label(student, reference, rng):
    """One sample with a single integer label gives the same as with a one-hot t.

    데이터 하나에 정수 레이블 하나를 줘도 결과는 원-핫일 때와 같아요.
    """
    y, label = np.sort(draw_probabilities(rng, 1, 6)[0]), 4
    expected = reference.cross_entropy_error(y, label)
    error = student.probe(ask_with_one_label, y, label)
    assert_close(error, expected, what="cross_entropy_error(y, label)", rtol=EPSILON_APART, named_factors={"C": 6})


def ask_in_both_forms(submission, y, labels):
    """Return the errors of one sample and of a batch with one-hot t, and with labels; None where it crashes."""
    truth, answers = np.eye(y.shape[1], dtype=int)[labels], []
    for probabilities, t in ((y[0].copy(), truth[0]), (y.copy(), truth), (y.copy(), labels.copy())):
        try:
            answers.append(float(submission.cross_entropy_error(probabilities, t)))
        except Exception:  # noqa: BLE001 - whatever it raises: other checks speak of that
            answers.append(None)
    return answers


def wants_labels(student, reference, rng):
    """Tell whether integer labels are the only form of t that works: that costs its points in the one-hot checks."""

    def ask():
        y, labels = draw_probabilities(rng, 2, 5), np.array([3, 1])
        y[0, [1, 3]] = np.sort(y[0, [1, 3]])
        answers = student.probe(ask_in_both_forms, y, labels)
        expected = ask_in_both_forms(reference, y, labels)
        return [
            isinstance(answer, float) and bool(np.isclose(answer, right, rtol=EPSILON_APART, atol=0))
            for answer, right in zip(answers, expected, strict=True)
        ] == [False, False, True]

    return student.once("wants labels", ask)


@pytest.mark.exercise("cross_entropy_error")
@pytest.mark.points(0.5)
@pytest.mark.mistakes("no_eps", "eps_outside_log")
def test_cross_entropy_error_where_probabilities_are_zero(student, reference, rng):
    """Probabilities may be exactly 0: the error stays a number, since 1e-7 is added inside the log.

    확률이 정확히 0일 때도 오차가 무한대나 NaN이 되면 안 돼요. 1e-7을 로그 안에 더하세요.
    """
    t = np.array([0, 0, 1, 0])
    samples = [np.array([0.0, 0.7, 0.0, 0.3]), np.array([0.0, 0.8, 0.2, 0.0])]
    if wants_labels(student, reference, rng):
        t, samples = np.array([2, 2]), [np.array(samples)]
    for y in samples:
        expected, error = reference.cross_entropy_error(y, t), fetch(student.cross_entropy_error(y, t))
        try:
            assert_close(error, expected, what="cross_entropy_error(y, t)", rtol=EPSILON_APART)
        except CheckFailed as failure:
            if isinstance(error, (float, np.floating)) and not np.isfinite(error):
                failure.mistakes = find_epsilon(student.cross_entropy_error(np.full_like(y, 0.25), t))
            raise


def find_epsilon(error):
    """Tell by the last digits of the error of a probability of 0.25 where the 1e-7 stands, if not inside the log."""
    error, places = fetch(error), {"no_eps": [0.0], "eps_outside_log": [-1e-7, 1e-7]}
    if not isinstance(error, (float, np.floating)):
        return []
    return [name for name, shifts in places.items() if any(abs(error - np.log(4) - shift) < 1e-12 for shift in shifts)]


@pytest.mark.exercise("cross_entropy_error")
@pytest.mark.points(0.25)
def test_cross_entropy_error_keeps_its_arguments(student, reference, rng):
    """The error is right, and y and t are as they were.

    오차를 맞게 구하고, y와 t는 그대로 두어야 해요.
    """
    y, t = draw_probabilities(rng, 1, 7)[0], np.array([0, 0, 0, 0, 0, 1, 0])
    if wants_labels(student, reference, rng):
        y, t = draw_probabilities(rng, 3, 7), np.array([5, 0, 2])
    seen = student.observe(student.cross_entropy_error, y, t)
    assert_close(seen.value, reference.cross_entropy_error(y, t), what="cross_entropy_error(y, t)", rtol=EPSILON_APART)
    assert_unchanged((y, t), seen.arguments, what=("y", "t"))
    labels = student.probe(spoil_labels, draw_probabilities(rng, 3, 7), np.array([5, 0, 2]))
    assert_unchanged((np.array([5, 0, 2]),), (labels,), what=("t",))


def spoil_labels(submission, y, labels):
    """Return the labels after a call with them; that they may not work is the affair of other checks."""
    try:  # noqa: SIM105 - a probe imports nothing
        submission.cross_entropy_error(y, labels)
    except Exception:  # noqa: BLE001, S110 - whatever it raises
        pass
    return labels


# softmax


@pytest.mark.exercise("softmax")
@pytest.mark.points(1)
def test_softmax_of_one_sample(student, reference, rng):
    """Each probability is the exponential of its score, divided by the sum of all exponentials.

    확률은 점수의 지수 함수 값을 모든 지수 함수 값의 합으로 나눈 값이에요.
    """
    a = rng.normal(size=5) * 2
    assert_close(student.softmax(a), reference.softmax(a), what="softmax(a)", scale=1.0, rtol=ROUNDING_APART)


@pytest.mark.exercise("softmax")
@pytest.mark.points(1)
@pytest.mark.mistakes("softmax_axis0", "softmax_whole")
def test_softmax_of_a_batch(student, reference, rng):
    """In a batch every row is a sample of its own: each row adds up to 1.

    배치에서는 행 하나가 데이터 하나예요. 행마다 더해서 1이 되어야 해요.
    """
    a = rng.normal(size=(3, 4)) * 2
    assert_close(student.softmax(a), reference.softmax(a), what="softmax(a)", scale=1.0, rtol=ROUNDING_APART)


@pytest.mark.exercise("softmax")
@pytest.mark.points(0.5)
def test_softmax_of_large_scores(student, reference):
    """Scores in the thousands do not overflow: subtract the largest score first.

    점수가 수천이어도 넘치지 않아야 해요. 가장 큰 점수를 먼저 빼세요.
    """
    # The last one stays too large where the mean or the smallest score is subtracted.
    for a in (np.array([1002.0, 1000.5, 1004.0, 999.0]), np.array([2.0, -900.0, 1001.0, -1.0, 1000.0])):
        assert_close(student.softmax(a), reference.softmax(a), what="softmax(a)", scale=1.0, rtol=ROUNDING_APART)


@pytest.mark.exercise("softmax")
@pytest.mark.points(0.25)
def test_softmax_of_rows_far_apart(student, reference):
    """Rows of very different size do not disturb each other: subtract the largest score of each row.

    행마다 점수의 크기가 크게 달라도 서로 영향을 주지 않아야 해요. 행마다 그 행에서 가장 큰 점수를 빼세요.
    """
    a = np.array([[2001.0, 2003.0, 2002.5], [-1.0, 0.5, 1.0], [-1502.0, -1500.0, -1501.0], [3.0, 2.0, 1.0]])
    assert_close(student.softmax(a), reference.softmax(a), what="softmax(a)", scale=1.0, rtol=ROUNDING_APART)


@pytest.mark.exercise("softmax")
@pytest.mark.points(0.25)
def test_softmax_keeps_its_argument(student, reference, rng):
    """The probabilities are right, and the scores are as they were.

    확률을 맞게 구하고, 점수 a는 그대로 두어야 해요.
    """
    a = rng.normal(size=6)
    seen = student.observe(student.softmax, a)
    assert_close(seen.value, reference.softmax(a), what="softmax(a)", scale=1.0, rtol=ROUNDING_APART)
    assert_unchanged((a,), seen.arguments, what=("a",))


# sample_batch

ROWS, BATCH, DRAWS = 23, 7, 80


PAIR = {"en": "Return two arrays: `x_batch, t_batch`.", "ko": "배열 두 개 `x_batch, t_batch`를 돌려주세요."}


def is_pair(answer):
    """Tell whether an answer, or what came out of a probe, is a pair."""
    return isinstance(answer, (tuple, list)) and len(answer) == 2


def fail(mistake):
    """Fail with a mistake that the draws give away; which rows came is random, so that no variant shows the same."""
    raise CheckFailed(None, mistakes=[mistake])


def take_pairs(drawn):
    """Return the pairs that a probe brought, or fail by what came in place of one."""
    if drawn == "None":
        fail("no_return")
    check(isinstance(drawn, list) and all(map(is_pair, drawn)), PAIR)
    return drawn


def is_numbers(array, shape):
    """Tell whether an array holds real numbers and has this shape."""
    return isinstance(array, np.ndarray) and array.shape == shape and array.dtype.kind in "iuf"


def draw_batches(submission, rows, batch, draws):
    """Draw many batches from one generator; the inputs tell which rows came. Return also x and t, and both as they were."""
    rng = np.random.default_rng(20)
    x, t = 100.0 + np.arange(rows * 3).reshape(rows, 3), 500 + np.arange(rows)
    x_before, t_before = x.copy(), t.copy()
    pairs = []
    for _ in range(draws):
        pair = submission.sample_batch(x, t, batch, rng)
        if not isinstance(pair, (tuple, list)) or len(pair) != 2:
            return f"{len(pair)} of them" if isinstance(pair, (tuple, list)) else str(pair), [x, t, x, t]
        # Copies: a later call may shuffle what this one gave a view of.
        pairs.append((np.array(pair[0]), np.array(pair[1])))
    return pairs, [x, t, x_before, t_before]


def draw_once(student):
    """Draw the batches once for all checks of a submission, and read which rows came.

    Returns
    -------
    x_batches : list of ndarray
    rows : ndarray of float64, shape (DRAWS, BATCH)
        Told by the labels.
    unharmed : bool
        Whether x and t are as they were.
    """
    drawn = student.once("batches", lambda: student.probe(draw_batches, ROWS, BATCH, DRAWS))
    check(is_pair(drawn) and isinstance(drawn[1], list) and len(drawn[1]) == 4, PAIR)
    pairs, (x, t, x_before, t_before) = take_pairs(drawn[0]), drawn[1]
    unharmed = np.array_equal(x, x_before) and np.array_equal(t, t_before)
    if not all(is_numbers(t_batch, (BATCH,)) for _, t_batch in pairs):
        fail_by_size(*({np.shape(batch) for batch in batches} for batches in zip(*pairs, strict=True)))
    rows = np.array([t_batch for _, t_batch in pairs]).astype(float) - 500
    return [x_batch for x_batch, _ in pairs], rows, unharmed


def fail_by_size(x_shapes, t_shapes):
    """Fail with what the shapes of batches tell that do not hold `batch_size` labels."""
    if t_shapes == {(ROWS,)} and x_shapes == {(BATCH, 3)}:
        fail("only_x")
    if t_shapes == {(ROWS,)}:
        fail("whole_set")
    if t_shapes <= {(), (1,)}:
        fail("single_sample")
    if t_shapes <= {(BATCH - 1,), (BATCH + 1,)}:
        fail("batch_size_off")
    check(
        False,
        {"en": "t_batch must hold `batch_size` labels.", "ko": "t_batch에는 레이블이 `batch_size`개 있어야 해요."},
    )


@pytest.mark.exercise("sample_batch")
@pytest.mark.points(0.75)
@pytest.mark.mistakes(
    "drawn_twice", "only_x", "sorted_apart", "one_row_off", "single_sample", "whole_set", "batch_size_off", "no_return"
)
def test_sample_batch_keeps_rows_and_labels_together(student):
    """The batch holds `batch_size` rows of x and the labels of the very same rows, in the same order.

    배치에는 x의 행이 `batch_size`개 있고, 바로 그 행들의 레이블이 같은 순서로 있어야 해요.
    """
    x_batches, rows, unharmed = draw_once(student)
    size = {
        "en": "x_batch must hold `batch_size` whole rows.",
        "ko": "x_batch에는 행이 통째로 `batch_size`개 있어야 해요.",
    }
    check(all(is_numbers(x_batch, (BATCH, 3)) for x_batch in x_batches), size)
    x_batches = np.array(x_batches)
    if not np.array_equal(x_batches, 100.0 + 3 * rows[:, :, None] + np.arange(3)):
        if unharmed and np.array_equal(x_batches - x_batches[:, :, :1], np.broadcast_to(np.arange(3), x_batches.shape)):
            fail_by_rows((x_batches[:, :, 0] - 100) / 3, rows)
        check(
            False,
            {
                "en": "The rows of x_batch and t_batch do not belong together.",
                "ko": "x_batch와 t_batch의 행이 서로 짝이 맞지 않아요.",
            },
        )


def fail_by_rows(x_rows, t_rows):
    """Fail with what the row numbers of x and of t tell that do not belong together, if they do."""
    if np.array_equal(np.sort(x_rows), np.sort(t_rows)):
        fail("sorted_apart")
    if np.unique((x_rows - t_rows) % ROWS).size == 1:
        fail("one_row_off")
    if np.all(t_rows == np.arange(BATCH)):
        fail("only_x")
    if all(np.array_equal(np.unique(numbers), np.arange(ROWS)) for numbers in (x_rows, t_rows)):
        fail("drawn_twice")


@pytest.mark.exercise("sample_batch")
@pytest.mark.points(0.5)
@pytest.mark.mistakes(
    "first_rows",
    "last_rows",
    "among_first",
    "columns",
    "never_first",
    "never_last",
    "neighbours",
    "one_row",
    "fixed_seed",
)
def test_sample_batch_draws_at_random(student):
    """Every row has the same chance each time: not the first rows, not a block of neighbours, not one row many times.

    뽑을 때마다 모든 행이 같은 가능성으로 나와야 해요. 앞쪽 행만, 나란히 붙은 행만, 한 행만 거듭 뽑으면 안 돼요.
    """
    _, rows, unharmed = draw_once(student)
    if unharmed:
        fail_by_draws(rows)
    elif np.unique(rows).size < ROWS:
        fail("shuffles_x")
    never = {"en": "Some rows are never drawn.", "ko": "한 번도 뽑히지 않는 행이 있어요."}
    check(np.array_equal(np.unique(rows), np.arange(ROWS)), never)
    alike = {"en": "The rows of a batch depend on each other.", "ko": "한 배치의 행들이 서로 얽혀 있어요."}
    spread = [len(np.unique(np.diff(np.sort(batch)))) for batch in rows]
    check(np.mean(spread) > 2, alike)
    often = {"en": "Some rows are drawn far more often than others.", "ko": "유난히 자주 뽑히는 행이 있어요."}
    # Chi-squared with 22 degrees of freedom: equal chances come so far apart once in fifty million times.
    fair = DRAWS * BATCH / ROWS
    check(np.sum((np.bincount(rows.astype(int).ravel()) - fair) ** 2) / fair < 80, often)


def fail_by_draws(rows):
    """Fail with what the rows tell that were drawn, if they do."""
    ordered, drawn = np.sort(rows), np.unique(rows)
    if np.all(rows == rows[0]) and np.array_equal(ordered[0], np.arange(BATCH)):
        fail("first_rows")
    if np.all(rows == rows[0]) and np.array_equal(ordered[0], np.arange(ROWS - BATCH, ROWS)):
        fail("last_rows")
    if np.all(rows == rows[0]):
        fail("fixed_seed")
    if np.all(rows == rows[:, :1]):
        fail("one_row")
    if np.all(np.isin(np.diff(ordered), (1, ROWS - BATCH + 1))):
        fail("neighbours")
    if np.array_equal(drawn, np.arange(3)):
        fail("columns")
    if np.array_equal(drawn, np.arange(BATCH)):
        fail("among_first")
    if np.array_equal(drawn, np.arange(ROWS - 1)):
        fail("never_last")
    if np.array_equal(drawn, np.arange(1, ROWS)):
        fail("never_first")


def draw_images(submission):
    """Draw from rows that are matrices, with one-hot truths."""
    x, t = np.arange(110.0).reshape(11, 2, 5), np.eye(11)
    pair = submission.sample_batch(x, t, 4, np.random.default_rng(3))
    if not isinstance(pair, (tuple, list)) or len(pair) != 2:
        return None
    return np.asarray(pair[0]), np.asarray(pair[1])


@pytest.mark.exercise("sample_batch")
@pytest.mark.points(0.25)
def test_sample_batch_of_images(student):
    """Rows may be images, and truths may be one-hot: whole rows are drawn.

    행이 이미지이고 정답이 원-핫이어도, 행을 통째로 뽑아야 해요.
    """
    drawn = student.probe(draw_images)
    check(is_pair(drawn), PAIR)
    x_batch, t_batch = drawn
    whole = {
        "en": "The batch does not hold whole rows that belong together.",
        "ko": "배치에 짝이 맞는 행이 통째로 들어 있지 않아요.",
    }
    check(is_numbers(x_batch, (4, 2, 5)) and is_numbers(t_batch, (4, 11)), whole)
    rows = np.argmax(t_batch, axis=1)
    check(np.array_equal(t_batch, np.eye(11)[rows]), whole)
    check(np.array_equal(x_batch, np.arange(110.0).reshape(11, 2, 5)[rows]), whole)


def draw_again(submission):
    """Draw twice from the same seed and once from another; return the labels."""
    x, t = np.arange(40.0).reshape(40, 1), np.arange(40)
    labels = []
    for seed in (1, 1, 2):
        # Every draw from arrays of its own: one that shuffles them changes the others.
        pair = submission.sample_batch(x.copy(), t.copy(), 9, np.random.default_rng(seed))
        if not isinstance(pair, (tuple, list)) or len(pair) != 2:
            return None
        labels.append(np.asarray(pair[1]))
    return labels


@pytest.mark.exercise("sample_batch")
@pytest.mark.points(0.25)
def test_sample_batch_draws_with_the_given_rng(student):
    """All randomness comes from `rng`: the same seed gives the same batch, another seed another one.

    무작위 추출에는 `rng`만 쓰세요. 시드가 같으면 같은 배치가, 다르면 다른 배치가 나와야 해요.
    """
    labels = student.probe(draw_again)
    check(isinstance(labels, list) and len(labels) == 3, PAIR)
    first, again, other = labels
    if not np.array_equal(first, again):
        fail("own_rng")
    check(
        not np.array_equal(first, other),
        {"en": "Another seed gave the same batch.", "ko": "시드가 다른데 같은 배치가 나왔어요."},
    )


@pytest.mark.exercise("sample_batch")
@pytest.mark.points(0.25)
def test_sample_batch_keeps_its_arguments(student):
    """Batches of the right size are drawn, and x and t are as they were: no row has moved.

    크기가 맞는 배치를 뽑고, x와 t는 그대로 두어야 해요. 행의 자리가 바뀌면 안 돼요.
    """
    _, _, unharmed = draw_once(student)
    if not unharmed:
        fail("shuffles_x")
