"""Each operator makes the mistakes that its name says, and no others."""

from __future__ import annotations

import ast
import difflib
import re
from pathlib import Path

import pytest

from autograder.assignments import find_course
from autograder.variants import operators
from autograder.variants.code import Code, Edit, splice
from autograder.variants.operators import OPERATORS

HEAD = """import numpy as np


class AddLayer:
    pass


class MulLayer:
    pass


"""

# A right definition, and the lines that are new in each of the wrong ones, in order.
MISTAKES: dict[str, tuple[str, list[str]]] = {
    "minus_dropped": (
        "def f(x):\n    return -np.power(x, -1)",
        ["return np.power(x, -1)", "return -np.power(x, 1)"],
    ),
    "sign_flipped": (
        "def f(x):\n    return np.mean(x), 2 * x",
        ["return -np.mean(x), 2 * x", "return np.mean(x), -(2 * x)"],
    ),
    "plus_for_minus": ("def f(x, y):\n    return x - y", ["return x + y"]),
    "times_for_divided": ("def f(x, y):\n    return x / y", ["return x * y"]),
    "plus_for_times": ("def f(x, y):\n    return x * (y + 1)", ["return x + (y + 1)", "return x * (y * 1)"]),
    "difference_turned": ("def f(x, y):\n    return 2 * (x - y)", ["return 2 * (y - x)"]),
    "quotient_turned": ("def f(x, y):\n    return (x + 1) / y", ["return y / (x + 1)"]),
    "factor_dropped": (
        "def f(x, y):\n    return -2 * np.mean(x * y)",
        ["return (-2)", "return np.mean(x * y)", "return -2 * np.mean(x)", "return -2 * np.mean(y)"],
    ),
    "division_dropped": ("def f(x, y):\n    return x / len(y)", ["return x"]),
    "divided_twice": ("def f(x, n):\n    return x / n", ["return x / n / n"]),
    "divided_by_one_less": ("def f(x):\n    return np.sum(x) / x.shape[0]", ["return np.sum(x) / (x.shape[0] - 1)"]),
    "term_dropped": ("def f(x, b):\n    return np.exp(x - b)", ["return np.exp(x)", "return np.exp(b)"]),
    "doubled": ("def f(x):\n    y = np.exp(x) + 1\n    return y", ["y = 2 * (np.exp(x) + 1)"]),
    "halved": (
        "def f(x):\n    return np.array([np.sum(x), x * x])",
        ["return np.array([0.5 * np.sum(x), x * x])", "return np.array([np.sum(x), 0.5 * (x * x)])"],
    ),
    "parentheses_dropped": (
        "def f(x, h):\n    return (x - h) / (2 * h)",
        ["return x - h / (2 * h)", "return (x - h) / 2 * h"],
    ),
    "square_dropped": ("def f(x, y):\n    return (x - y) ** 2", ["return (x - y)", "return (x - y) * 2"]),
    "absolute_for_square": ("def f(x, y):\n    return (x - y) ** 2", ["return abs(x - y)"]),
    "updated_upwards": ("def f(x, d):\n    x -= 0.1 * d\n    return x", ["x += 0.1 * d"]),
    "assigned_not_updated": ("def f(x, d):\n    x -= 0.1 * d\n    return x", ["x = 0.1 * d", "x = -(0.1 * d)"]),
    "transpose_dropped": ("def f(x, W):\n    return np.dot(x, W.T)", ["return np.dot(x, W)"]),
    "transpose_moved": (
        "def f(x, W):\n    return np.dot(x, W.T)",
        ["return np.dot(x.T, W.T)", "return np.dot(x.T, W)", "return np.dot(x, W.T).T"],
    ),
    "product_turned": ("def f(x, d):\n    return x.T @ d", ["return d @ x.T", "return d.T @ x"]),
    "entries_for_product": ("def f(x, d):\n    return np.dot(x, d) + 1", ["return (x * d) + 1"]),
    "product_for_entries": ("def f(x, d):\n    return x * d", ["return np.dot(x, d)"]),
    "another_axis_of_shape": (
        "def f(x):\n    return x.shape[0]",
        ["return x.shape[1]", "return x.shape[-1]", "return x.size"],
    ),
    "size_for_length": ("def f(x):\n    return len(x)", ["return x.size", "return x.shape[-1]"]),
    "copy_dropped": ("def f(x):\n    y = x.copy()\n    return np.copy(y)", ["y = x", "return y"]),
    "wrong_entries": (
        "def f(y, n, t):\n    return y[np.arange(n), t]",
        ["return y[t, np.arange(n)]", "return y[:, t]", "return y[np.arange(n)]", "return y[t]"],
    ),
    "index_dropped": (
        "def f(x, i):\n    return x[i] + x[0] + x.shape[0]",
        ["return x + x[0] + x.shape[0]", "return x[i] + x + x.shape[0]"],
    ),
    "filled_otherwise": ("def f(n):\n    return np.zeros(n)", ["return np.ones(n)"]),
    "whole_numbers": ("def f(x):\n    return np.zeros_like(x)", ["return np.zeros_like(x, dtype=int)"]),
    "drawn_otherwise": ("def f(n):\n    return np.random.randn(n)", ["return np.random.rand(n)"]),
    "reshaped_otherwise": ("def f(x):\n    return x.reshape(1, -1)", ["return x", "return x.reshape(-1, 1)"]),
    "identity_replaced": ("def f(n, t):\n    return np.eye(n)[t]", ["return np.ones((n, n))[t]"]),
    "call_dropped": ("def f(x):\n    return np.log(softmax(x))", ["return softmax(x)", "return np.log(x)"]),
    "called_twice": ("def f(x):\n    return softmax(x)", ["return softmax(softmax(x))"]),
    "another_logarithm": (
        "def f(x):\n    return np.log(x)",
        ["return np.log10(x)", "return np.log2(x)", "return np.log1p(x)"],
    ),
    "another_exponential": (
        "def f(x):\n    return np.exp(x - 1)",
        ["return np.exp(-(x - 1))", "return np.exp2(x - 1)", "return np.expm1(x - 1)"],
    ),
    "small_number_outside": ("def f(x):\n    return -np.log(x + 1e-7)", ["return -(np.log(x) + 1e-7)"]),
    "arguments_swapped": ("def f(x, t):\n    return loss(x, t, 3)", ["return loss(t, x, 3)", "return loss(x, 3, t)"]),
    "argument_repeated": ("def f(x, t):\n    return loss(x, t)", ["return loss(x, x)", "return loss(t, t)"]),
    "argument_dropped": ("def f(x):\n    return np.array(x, dtype=float)", ["return np.array(x)"]),
    "not_called": ("def f(x):\n    return x.copy()", ["return x.copy"]),
    "called_with_an_entry": ("def f(g, x):\n    for i in range(3):\n        x[i] = g(x)", ["x[i] = g(x[i])"]),
    "number_off": (
        "def f(x):\n    rate = 0.01\n    return rate * x",
        ["rate = 0.1", "rate = 0.001", "rate = 0.02", "rate = 0.005"],
    ),
    "number_lost": ("def f(x):\n    h = 1e-4\n    return x + h", ["h = 1e-50", "h = 1e-2"]),
    "count_off": ("def f(x):\n    steps = 10\n    return steps", ["steps = 11", "steps = 9", "steps = 20"]),
    "start_off": ("def f():\n    w = 0.0\n    n = 0\n    return w, n", ["w = 1.0", "n = 1"]),
    "exponent_off": ("def f(x):\n    return x ** 2", ["return x ** 3"]),
    "index_off": ("def f(x):\n    return x[0] + x[1]", ["return x[1] + x[1]", "return x[0] + x[0]"]),
    "every_few_rounds_off": ("def f(i):\n    return i % 100 == 0", ["return i % 1000 == 0", "return i % 10 == 0"]),
    "result_rounded": (
        "def f(x):\n    return np.mean(x)",
        ["return np.round(np.mean(x), 2)", "return np.trunc(np.mean(x))"],
    ),
    "compared_otherwise": ("def f(x):\n    return x <= 0", ["return x < 0", "return x >= 0", "return x > 0"]),
    "condition_ignored": ("def f(x):\n    if x.ndim == 1:\n        x = x + 1\n    return x", ["if True:", "if False:"]),
    "counted_from_one": (
        "def f(i):\n    return i % 100 == 0",
        ["return (i + 1) % 100 == 0", "return i % 100 == (100 - 1)", "return i % 100"],
    ),
    "range_off_by_one": (
        "def f(n):\n    for i in range(n):\n        print(i)",
        ["for i in range(1, n):", "for i in range(n - 1):", "for i in range(n + 1):", "for i in range(1, n + 1):"],
    ),
    "loop_shortened": (
        "def f(d):\n    for key in d:\n        print(key)",
        ["for key in list(d)[1:]:", "for key in list(d)[:-1]:"],
    ),
    "loop_left": ("def f(d):\n    for key in d:\n        if key:\n            print(key)", ["break"]),
    "order_forgotten": ("def f(d):\n    for key in reversed(d):\n        print(key)", ["for key in d:"]),
    "order_turned": ("def f(d):\n    for key in d:\n        print(key)", ["for key in reversed(list(d)):"]),
    "return_inside": ("def f(d):\n    for key in d:\n        print(key)\n    return d", ["return d"]),
    "return_forgotten": ("def f(x):\n    return x + 1", ["x + 1"]),
    "part_returned": ("def f(x, y):\n    return x, y", ["return x", "return y"]),
    "another_value_returned": ("def f(x):\n    y = x + 1\n    return y", ["return x"]),
    "step_dropped": ("def f(x, i):\n    old = x[i]\n    x[i] = 3\n    x = x * 2\n    return x, old", ["pass", "pass"]),
    "steps_swapped": (
        "def f(x, i):\n    old = x[i]\n    x[i] = 3\n    y = x + old\n    x[i] = old\n    return y",
        ["x[i] = 3", "y = x + old", "x[i] = old"],
    ),
    "block_too_early": (
        "def f(w):\n    for i in range(9):\n        w = w - 1\n        if i > 3:\n            print(w)\n    return w",
        ["w = w - 1; pass"],
    ),
    "recalculated_between": (
        "def f(w, v):\n    a, b = slopes(w, v)\n    w = w - a\n    v = v - b\n    return w, v",
        ["a, b = slopes(w, v)"],
    ),
    "names_mixed_up": ("def f(W1, W2, other):\n    return W1 + other", ["return W2 + other"]),
    "another_definition": ("def f():\n    return AddLayer()", ["return MulLayer()"]),
    "attributes_mixed_up": (
        "class f:\n    def g(self):\n        self.x = 1\n        self.y = 2\n        return self.x",
        ["return self.y"],
    ),
    "keys_mixed_up": (
        'def f(d):\n    return d["W1"] + d["W2"]',
        ['return d["W2"] + d["W2"]', 'return d["W1"] + d["W1"]'],
    ),
    "results_swapped": (
        'def f(d, x):\n    d["W1"] = x + 1\n    d["b1"] = x\n    return d',
        ['d["b1"] = x + 1; d["W1"] = x'],
    ),
    "returned_swapped": ("def f(x, y):\n    return x, y", ["return y, x"]),
    "received_swapped": ("def f(g):\n    a, b = g(1)\n    return a", ["b, a = g(1)"]),
    "entries_swapped": (
        'def f(a, b):\n    return {"W": a, "b": b}, [a, b]',
        ['return {"W": b, "b": a}, [a, b]', 'return {"W": a, "b": b}, [b, a]'],
    ),
    "mean_to_sum": (
        "def f(x):\n    return np.mean(x) + x.mean(axis=0)",
        ["return np.sum(x) + x.mean(axis=0)", "return np.mean(x) + x.sum(axis=0)"],
    ),
    "sum_to_mean": ("def f(x):\n    return np.sum(x) / 2", ["return np.mean(x) / 2"]),
    "mean_divided_again": ("def f(x):\n    return np.mean(x)", ["return np.mean(x) / len(x)"]),
    "mean_over_one_less": ("def f(x):\n    return np.mean(x ** 2)", ["return np.sum(x ** 2) / (len(x ** 2) - 1)"]),
    "not_reduced": ("def f(x):\n    return np.sum(x, axis=0)", ["return x"]),
    "axis_changed": (
        "def f(x):\n    return np.sum(x, axis=-1)",
        ["return np.sum(x, axis=0)", "return np.sum(x, axis=1)"],
    ),
    "axis_dropped": ("def f(x):\n    return np.argmax(x, axis=1)", ["return np.argmax(x, axis=None)"]),
    "axis_added": ("def f(x):\n    return np.mean(x)", ["return np.mean(x, axis=0)", "return np.mean(x, axis=-1)"]),
    "keepdims_dropped": ("def f(x):\n    return np.max(x, axis=1, keepdims=True)", ["return np.max(x, axis=1)"]),
    "keepdims_added": ("def f(x):\n    return np.sum(x, axis=0)", ["return np.sum(x, axis=0, keepdims=True)"]),
    "square_outside": ("def f(x, y):\n    return np.mean((x - y) ** 2)", ["return np.mean(x - y) ** 2"]),
    "root_added": ("def f(x):\n    return np.mean(x)", ["return np.sqrt(np.mean(x))"]),
    "factor_outside": ("def f(x, y):\n    return np.mean(x * y)", ["return np.mean(x) * y", "return np.mean(y) * x"]),
    "only_the_first": ("def f(x, y):\n    return np.sum(x - y)", ["return np.sum((x - y)[:1])"]),
    "value_for_place": ("def f(x):\n    return np.argmax(x, axis=1)", ["return np.max(x, axis=1)"]),
    "smallest_for_largest": ("def f(x):\n    return np.max(x)", ["return np.min(x)"]),
    "sum_for_largest": ("def f(x):\n    return np.max(x)", ["return np.sum(x)", "return np.mean(x)"]),
    "kept_local": ("class f:\n    def g(self, x):\n        self.x = x\n        return x", ["x = x"]),
    "kept_from_first_call": (
        "class f:\n    def g(self, x):\n        self.x = x\n        return x",
        ['if getattr(self, "x", None) is None: self.x = x'],
    ),
    "accumulated": (
        "class f:\n    def g(self, x):\n        self.total = np.sum(x)\n        return x",
        ['self.total = np.sum(x) + (0 if getattr(self, "total", None) is None else getattr(self, "total", None))'],
    ),
    "kept_for_all": (
        "class f:\n    def __init__(self):\n        self.x = None\n    def g(self, x):\n        self.x = x",
        ["pass; type(self).x = x"],
    ),
    "copy_kept": ("class f:\n    def __init__(self, W):\n        self.W = W", ["self.W = W.copy()"]),
    "argument_kept": (
        "class f:\n    def g(self, x):\n        self.out = np.exp(x)\n        return self.out",
        ["self.out = x; return np.exp(x)"],
    ),
    "made_of_argument": (
        "class f:\n    def g(self, x):\n        self.mask = x <= 0\n    def h(self, d):\n        return d * self.mask",
        ["return d * (d <= 0)"],
    ),
    "argument_changed": (
        "def f(x):\n    y = x - 1\n    return np.exp(x + y)",
        ["x -= 1; y = x", "x += y; return np.exp(x)"],
    ),
    "argument_spoiled": ("def f(x, n):\n    return x.sum() + n", ["result = x.sum() + n; x *= 2; return result"]),
    "made_anew": ("def f(d, k):\n    d[k] -= 0.1 * k\n    return d", ["d[k] = d[k] - (0.1 * k)"]),
}


def wrong_ones(name: str, snippet: str) -> list[str]:
    """Return what one operator makes of a definition of f."""
    code = Code(HEAD + snippet, ["f"])
    found = []
    for operator in (known for known in OPERATORS if known.id == name):
        for node in code.definitions[0].nodes:
            if isinstance(node, operator.kinds):
                changes = operator.find(node, code)
                found += [splice(code.text, (edit,) if isinstance(edit, Edit) else edit) for edit in changes]
    return [text.removeprefix(HEAD) for text in found]


def new_lines(before: str, after: str) -> str:
    """Return the lines that one text has and the other has not."""
    rows = difflib.ndiff(before.split("\n"), after.split("\n"))
    return "; ".join(row[2:].strip() for row in rows if row.startswith("+ "))


@pytest.mark.parametrize("name", MISTAKES)
def test_an_operator_makes_its_mistakes(name: str) -> None:
    """A right definition becomes exactly these wrong ones."""
    snippet, expected = MISTAKES[name]
    assert [new_lines(snippet, wrong) for wrong in wrong_ones(name, snippet)] == expected


@pytest.mark.parametrize("name", MISTAKES)
def test_what_an_operator_makes_is_python(name: str) -> None:
    """A wrong variant can be run."""
    for wrong in wrong_ones(name, MISTAKES[name][0]):
        compile(wrong, "variant", "exec")


def test_every_operator_is_in_the_table() -> None:
    """No operator is without an example, and no two have the same name."""
    assert sorted(operator.id for operator in OPERATORS) == sorted(MISTAKES)


@pytest.mark.parametrize("operator", OPERATORS, ids=lambda operator: operator.id)
def test_a_sentence_names_the_place_in_both_languages(operator: operators.Operator) -> None:
    """What a student reads says where to look."""
    message = operator.sentence("Some.where")
    assert all("`Some.where`" in text for text in (message["en"], message["ko"]))
    assert message["en"] != message["ko"]


@pytest.mark.parametrize("operator", OPERATORS, ids=lambda operator: operator.id)
def test_a_sentence_claims_nothing(operator: operators.Operator) -> None:
    """Other programs behave as a variant does: a sentence asks, or says where to look."""
    message = operator.sentence("Some.where")
    assert message["en"].startswith("Look at ") or message["en"].endswith("?")
    assert re.search(r"(요\?|보세요\.)$", message["ko"])


@pytest.mark.parametrize(
    ("name", "snippet"),
    [
        ("minus_dropped", "def f(x):\n    return x.reshape(-1, 1) + np.reshape(x, (1, -1))"),
        ("minus_dropped", "def f(x):\n    return np.sum(x, axis=-1) + np.max(x, -1) + x.sum(-1)"),
        ("minus_dropped", "def f(x):\n    return x[-1] + x[:-1] + x[0, -1]"),
        ("sign_flipped", "def f(n):\n    return np.random.randn(n)"),
        ("step_dropped", "class f:\n    def __init__(self):\n        self.x = None"),
        ("step_dropped", "def f(x):\n    y = x + 1\n    return y"),
        ("steps_swapped", "def f(x):\n    y = x + 1\n    z = y + 1\n    return z"),
        ("call_dropped", "def f(g, x):\n    return g(x) + len(x)"),
        ("number_off", "def f(x):\n    data = [0.5, 0.25]\n    return x"),
        ("order_turned", "def f(n):\n    for i in range(n):\n        print(i)"),
        ("names_mixed_up", "def f(x):\n    return np.exp(x) + AddLayer"),
        ("plus_for_times", "def f(x):\n    return 'sum: ' + x"),
        ("difference_turned", "def f(x, y):\n    return (x - y) ** 2"),
        ("factor_dropped", "def f(x):\n    return 1 * 1"),
        ("times_for_divided", "def f(x):\n    return x * 1"),
        ("received_swapped", "def f():\n    a, b = 0, 0\n    return a"),
        ("product_for_entries", "def f(x):\n    rate = 0.1\n    return rate * x"),
        ("argument_spoiled", "def f(n):\n    return n + 1"),
    ],
)
def test_an_operator_leaves_alone_what_would_be_no_mistake(name: str, snippet: str) -> None:
    """What would change nothing, or make no sense, is not varied."""
    assert wrong_ones(name, snippet) == []


def test_operators_know_no_names_of_a_course() -> None:
    """The engine works on shapes of code: an exercise's name stands nowhere in it."""
    course = find_course(Path(__file__).parents[2])
    names = {exercise.name for name in course.names for exercise in course.assignment(name).exercises} - {"main"}
    folder = Path(operators.__file__).parent
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in folder.glob("*.py")]
    examples = {part.value for tree in trees for part in ast.walk(tree) if isinstance(part, ast.Expr)}
    constants = [part for tree in trees for part in ast.walk(tree) if isinstance(part, ast.Constant)]
    texts = {part.value for part in constants if part not in examples}
    words = {word for text in texts if isinstance(text, str) for word in re.findall(r"\w+", text)}
    assert not words & names
