"""What checks can do with a student behind the wall, on every backend."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from textwrap import dedent
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest

from autograder.checks import fetch
from autograder.results import Verdict
from autograder.sandbox.backends import Bounds
from autograder.sandbox.faults import StudentFault
from autograder.sandbox.plain import MOST_AHEAD, PlainBackend
from autograder.sandbox.student import Student
from tests.sandbox.conftest import ASSIGNMENT, MakeStudent, make_submission
from tests.sandbox.fortress import is_alive, wait_until

NET = """
    import numpy as np

    class Net:
        def __init__(self, size):
            self.params = {"W1": np.zeros((size, 2)), "b1": np.zeros(2)}
            self.d_W = None
            self.layers = [1, 2, 3]

        def predict(self, x):
            return x @ self.params["W1"] + self.params["b1"]

        def gradient(self, x):
            self.d_W = x.T @ np.ones((len(x), 2))
            return {"W1": self.d_W, "b1": np.full(2, len(x))}
"""


def fault_of(call: Any) -> StudentFault:
    """Return the fault that a call ends with."""
    with pytest.raises(StudentFault) as caught:
        call()
    return caught.value


def test_a_call_takes_copies_and_returns_plain_data(student: MakeStudent) -> None:
    """What the student does to an argument stays on his side."""
    kim = student("def double(x):\n    x *= 2\n    return x\n")
    x = np.arange(3.0)
    np.testing.assert_array_equal(kim.double(x), [0.0, 2.0, 4.0])
    np.testing.assert_array_equal(x, [0.0, 1.0, 2.0])


def test_objects_are_handles(student: MakeStudent) -> None:
    """Attributes, items, assignment in place, calls and keys all reach the student's object."""
    kim = student(NET)
    net = kim.Net(3)
    net.params["W1"][...] = np.ones((3, 2))
    net.params["b1"] = np.array([1.0, 2.0])
    np.testing.assert_array_equal(net.predict(np.ones((1, 3))), [[4.0, 5.0]])
    assert list(net.params) == ["W1", "b1"]
    assert list(net.layers) == [0, 1, 2]
    gradient = net.gradient(np.ones((2, 3)))
    assert gradient["b1"].tolist() == [2, 2]
    assert fetch(net.params["W1"]).shape == (3, 2)


def test_attributes_are_spelt_leniently(student: MakeStudent) -> None:
    """`dW` finds `d_W`, for reading and for writing."""
    kim = student(NET)
    net = kim.Net(3)
    assert kim.has(net, "dW")
    assert not kim.has(net, "momentum")
    net.dW = np.ones(2)
    np.testing.assert_array_equal(fetch(net.d_W), [1.0, 1.0])


def test_a_remote_can_be_an_argument(student: MakeStudent) -> None:
    """An object of the student's is handed back as itself."""
    kim = student(NET + "\n    def main(net, x):\n        return net.predict(x) + 1\n")
    net = kim.Net(2)
    np.testing.assert_array_equal(kim.main(net, np.ones((1, 2))), [[1.0, 1.0]])


def test_a_call_can_be_observed(student: MakeStudent) -> None:
    """Value, arguments after the call, and what was printed."""
    kim = student("print('loading')\ndef double(x):\n    print('두 배', x.sum())\n    x += 1\n    return None\n")
    seen = kim.observe(kim.double, np.zeros(2))
    assert seen.value is None
    np.testing.assert_array_equal(seen.arguments[0], [1.0, 1.0])
    assert seen.printed == "두 배 0.0\n"


def test_printing_is_bounded(student: MakeStudent) -> None:
    """An endless print neither fills memory nor reaches the grader."""
    kim = student("def main():\n    for _ in range(100_000):\n        print('x' * 100)\n")
    assert len(kim.observe(kim.main).printed) == 4096


def count_calls(submission: Any, x: float) -> tuple[Any, list[float]]:
    """Hand a function in and record the points at which it is called."""
    points: list[float] = []

    def f(value: float) -> float:
        points.append(value)
        return value**2

    return submission.main(f, x), points


def test_a_probe_runs_beside_the_student(student: MakeStudent) -> None:
    """A function of the grader's can hand in what can't travel."""
    kim = student("def start(f, x):\n    return f(x + 1) - f(x)\n")
    assert kim.probe(count_calls, 3.0) == (7.0, [4.0, 3.0])


def test_a_probe_that_stumbles_says_the_answer_is_malformed(student: MakeStudent) -> None:
    """An answer that a probe can't use is the student's."""
    kim = student("def start(f, x):\n    return None\n")
    assert fault_of(lambda: kim.probe(take_first)).verdict is Verdict.MALFORMED


def test_a_probe_of_a_missing_exercise_says_which(student: MakeStudent) -> None:
    """What isn't there is missing under its name, also where only a probe asks for it."""
    fault = fault_of(lambda: student("from train import main\n").probe(take_first))
    assert fault.verdict is Verdict.MISSING
    assert "`main` is imported" in fault.message["en"]


def take_first(submission: Any) -> Any:
    """Index what main returns."""
    return submission.main(abs, 1)[0]


CRASHES = {
    "raise ValueError('boom')": "ValueError",
    "return undefined": "`undefined` is not defined",
    "return x @ np.ones((7, 2))": "inner sizes",
    "return double(x)": "calls itself",
    "raise SystemExit": "SystemExit",
    "raise KeyboardInterrupt": "KeyboardInterrupt",
    "import os; os._exit(0)": "ended the Python process",
}


@pytest.mark.parametrize(("line", "told"), CRASHES.items())
def test_a_crash_is_told(student: MakeStudent, line: str, told: str) -> None:
    """A crash says what, and the next call works again."""
    kim = student(f"import numpy as np\ndef double(x):\n    {line}\ndef main():\n    return 1\n")
    fault = fault_of(lambda: kim.double(np.ones((2, 3))))
    assert fault.verdict is Verdict.CRASHED
    assert told in fault.message["en"]
    assert kim.main() == 1


def test_a_crash_names_its_line(student: MakeStudent) -> None:
    """The place is the last line of the submission that the exception passed."""
    kim = student("def half(x):\n    return x / 0\n\ndef double(x):\n    return half(x)\n")
    assert "line 2 of kim.py" in fault_of(lambda: kim.double(1)).message["en"]


def test_the_text_of_an_exception_stays_out_of_the_message(student: MakeStudent) -> None:
    """A hidden input can't leave in an exception, nor in the name of its class."""
    kim = student(
        """
        def double(x):
            raise type(f"x_is_{x}", (Exception,), {})(f"x is {x}")
        def main(x):
            return {}[f"secret{x}"]
        """
    )
    for fault in (fault_of(lambda: kim.double(31337)), fault_of(lambda: kim.main(31337))):
        assert "31337" not in str(fault.message)


@pytest.mark.parametrize("body", ["while True: pass", "import time; time.sleep(100)"])
def test_a_hang_is_stopped(student: MakeStudent, body: str) -> None:
    """A call that never ends is timed out, whether it works or sleeps; others still count."""
    kim = student(f"def double(x):\n    {body}\ndef main():\n    return 1\n")
    assert fault_of(lambda: kim.double(1)).verdict is Verdict.TIMED_OUT
    assert kim.main() == 1


def test_the_whole_submission_has_a_limit(student: MakeStudent) -> None:
    """Many slow calls together end too."""
    kim = student("def double(x):\n    while True: pass\n")
    for _ in range(8):
        assert fault_of(lambda: kim.double(1)).verdict is Verdict.TIMED_OUT
    assert kim.cpu_s < 2 * 6


def test_memory_is_bounded(student: MakeStudent) -> None:
    """Memory beyond the limit is its own verdict."""
    kim = student("import numpy as np\ndef double(x):\n    return np.ones(2**28).sum()\ndef main():\n    return 1\n")
    assert fault_of(lambda: kim.double(1)).verdict is Verdict.OUT_OF_MEMORY
    assert kim.main() == 1


def test_a_huge_answer_is_malformed(student: MakeStudent) -> None:
    """An answer beyond the wire's bounds can't be judged."""
    kim = student("import numpy as np\ndef double(x):\n    return 'x' * 2_000_000\n")
    assert fault_of(lambda: kim.double(1)).verdict is Verdict.MALFORMED


@pytest.mark.parametrize(
    "source",
    [
        "",
        "def double(x):\n    pass\n",
        "def double(x):\n    '''Doc.'''\n    ...\n",
        "def double(x):\n    # YOUR CODE HERE\n    raise NotImplementedError\n",
        "def double(x):\n    raise NotImplementedError('later')\n",
        "from common.functions import double\n",
        "from common.functions import *\n",
        "from solutions import double\n",
        "from numpy import mean as double\n",
        "double = 3\n",
    ],
)
def test_what_is_not_written_is_missing(student: MakeStudent, source: str) -> None:
    """Nothing, a stub, or somebody else's work: missing."""
    assert fault_of(lambda: student(source).double(1)).verdict is Verdict.MISSING


@pytest.mark.parametrize(
    "source",
    [
        "def double_function(x): return 2 * x",
        "def twice(x): return 2 * x\ndouble2 = twice",
        "def Double(x): return 2 * x",
        "def doubel(x): return 2 * x",
        "double = lambda x: 2 * x",
        "def DOUBLE(x): return 2 * x",
    ],
)
def test_a_close_name_is_taken(student: MakeStudent, source: str) -> None:
    """A close spelling counts, and the note says so."""
    kim = student(source + "\n")
    assert kim.double(2) == 4
    assert {note.kind for note in kim.notes} <= {"name"}


def test_an_own_definition_survives_a_later_import(student: MakeStudent) -> None:
    """What isn't there doesn't replace what the student wrote."""
    assert student("def double(x): return 2 * x\nfrom functions import double\n").double(2) == 4
    assert student("def double(x): return 2 * x\nfrom common.functions import *\n").double(2) == 4


def test_one_failure_is_told_once(student: MakeStudent) -> None:
    """Names that are missing because of an earlier failure are no news."""
    kim = student("x = open('absent')\ny = x + 1\nz = y + 1\ndef double(x): return 2 * x\n")
    assert kim.double(2) == 4
    assert [note.kind for note in kim.notes] == ["statement"]


def test_what_the_grader_asks_for_may_be_named(student: MakeStudent) -> None:
    """A method that the student lacks is named, also where only a probe asks for it."""
    kim = student("class Net:\n    def other(self): return 1\n")
    for fault in (fault_of(lambda: kim.Net().gradient(1)), fault_of(lambda: kim.probe(ask_gradient))):
        assert fault.verdict is Verdict.CRASHED
        assert "no attribute `gradient`" in fault.message["en"]


def ask_gradient(submission: Any) -> Any:
    """Call a method."""
    return submission.Net().gradient()


def test_the_top_level_runs_statement_by_statement(student: MakeStudent) -> None:
    """A failing statement is noted and the rest still runs."""
    kim = student(
        """
        import sys, os
        sys.path.append(os.pardir)
        import matplotlib.pyplot as plt
        from tqdm import tqdm
        from common.layers import *
        name = input("name? ")
        for i in tqdm(range(3)):
            total = i
        plt.plot([1, 2]); plt.show()
        import d2l.nn as nn
        class Model(nn.Module): pass
        @nn.decorate
        def decorated(): return 1
        fig, ax = plt.subplots()
        x = np.array([1, 2], dtype=np.float) / undefined
        def double(x):
            return total * x
        sys.exit()
        def main():
            return "after"
        """
    )
    assert kim.double(2) == 4
    assert kim.main() == "after"
    assert [note.kind for note in kim.notes] == ["statement", "statement", "absent"]
    assert "line 16 of kim.py" in kim.notes[0].message["en"]


def test_a_syntax_error_costs_what_it_stands_in(student: MakeStudent) -> None:
    """Definitions before and after a syntax error are used."""
    kim = student("def double(x):\n    return 2 * x\n\ndef Net(:\n    pass\n\ndef main():\n    return double(2)\n")
    assert kim.main() == 4
    assert [note.kind for note in kim.notes] == ["syntax"]


def test_a_hanging_top_level_costs_no_definition(student: MakeStudent) -> None:
    """A loop that never ends at the top level is stopped; one that can't be stopped is left out."""
    kim = student(
        """
        def double(x):
            return 2 * x
        while True:
            try:
                sum(range(10_000))
            except BaseException:
                pass
        """
    )
    assert kim.double(2) == 4
    assert "top_level" in [note.kind for note in kim.notes]


def test_given_code_may_be_left_out(student: MakeStudent) -> None:
    """Names that the assignment gives are there, and so is what the main block sets up."""
    kim = student(
        """
        def double(x):
            return linear(x) + offset
        if __name__ == "__main__":
            offset = 1
            main()
        """,
        given="def linear(x):\n    return 2 * x\n",
    )
    assert kim.double(2) == 5


def test_other_files_can_be_imported(student: MakeStudent) -> None:
    """Files that were handed in beside the main one are modules."""
    kim = student(
        "from helper import twice\ndef double(x):\n    return twice(x)\n", helper="def twice(x):\n    return 2 * x\n"
    )
    assert kim.double(2) == 4


def reference_module() -> ModuleType:
    """Make a reference with a function and a class."""
    module = ModuleType("reference")
    source = """
        SECRET = "the reference's secret"
        def double(x):
            return 2 * x
        class Net:
            def __init__(self, w):
                self.w = w
            def predict(self, x):
                return self.w * x
        def main(f, x):
            return f(x) + f(x + 1)
    """
    exec(dedent(source), module.__dict__)
    return module


def test_an_oracle_answers_for_a_sibling(student: MakeStudent) -> None:
    """A wrong sibling is replaced by the reference's answers, for functions, objects and callbacks."""
    kim = student(
        """
        def double(x): return -1
        class Net: pass
        def use(x):
            net = Net(3)
            return double(x) + net.predict(1) + net.w
        def call(x):
            return main(lambda v: 10 * v, x)
        def main(): pass
        """,
        reference=reference_module(),
        oracles=("double", "Net", "main"),
    )
    assert kim.use(5) == 16
    assert kim.call(1) == 30


@pytest.mark.parametrize(
    "question",
    [
        "double.__globals__",
        "Net(1).predict.__func__",
        "Net(1).predict.__self__",
        "double.server.ask({'name': 'main', 'do': 'call'}, (), {})",
        "double._server.ask({'name': 'double', 'do': 'get', 'attribute': '__globals__'}, (), {})",
        "double._server.ask({'number': 0, 'do': 'get', 'attribute': '__init__'}, (), {})",
        "double._server.ask({'name': 'SECRET', 'do': 'call'}, (), {})",
        "double._server.ask({'name': 'main', 'do': 'call'}, (abs, 1), {})",
    ],
)
def test_an_oracle_gives_numbers_and_nothing_else(student: MakeStudent, question: str) -> None:
    """Neither code nor an exercise that isn't a sibling can be reached through an oracle."""
    kim = student(
        f"def use():\n    Net(1)\n    return repr({question})\n",
        reference=reference_module(),
        oracles=("double", "Net"),
    )
    assert fault_of(kim.use).verdict is Verdict.CRASHED


def test_a_costly_question_to_an_oracle_is_refused(student: MakeStudent) -> None:
    """The reference doesn't work for ever on arguments that the student chose."""
    module = ModuleType("reference")
    exec("def double(x):\n    while x: pass\n", module.__dict__)
    kim = student("def use():\n    return double(1)\n", reference=module, oracles=("double",))
    assert fault_of(kim.use).verdict in (Verdict.CRASHED, Verdict.TIMED_OUT)


def test_once_replays_values_and_faults(student: MakeStudent) -> None:
    """An expensive call is made once a submission."""
    kim = student("count = 0\ndef main():\n    global count\n    count += 1\n    return count\ndef double(x): 1/0\n")
    assert [kim.once("main", kim.main) for _ in range(3)] == [1, 1, 1]
    first = fault_of(lambda: kim.once("double", lambda: kim.double(1)))
    assert fault_of(lambda: kim.once("double", lambda: kim.double(1))) is first


def test_randomness_is_the_same_each_time(student: MakeStudent) -> None:
    """The global generators start from the same state in every child."""
    source = "import random\nimport numpy as np\ndef main():\n    return np.random.randn(), random.random()\n"
    assert student(source).main() == student(source).main()


FORGERIES = [
    "os.write({fd}, b'garbage' * 100)",
    "os.write({fd}, b'AGW1' + b'\\xff' * 12)",
    "os.close({fd})",
    "os.write({fd}, struct.pack('<4sIQ', b'AGW1', 9, 0) + b'[[],[1]]]')",
]


@pytest.mark.parametrize("forgery", FORGERIES)
def test_garbage_on_the_wire_is_an_answer_like_any_other(student: MakeStudent, forgery: str) -> None:
    """Whatever a child writes on any descriptor, the grader gets a verdict and goes on."""
    lines = [f"    try: {forgery.format(fd=fd)}\n    except OSError: pass\n" for fd in range(3, 40)]
    kim = student("import os, struct\ndef double(x):\n" + "".join(lines) + "    return 1\ndef main():\n    return 1\n")
    assert fault_of(lambda: kim.double(1)).verdict in (Verdict.MALFORMED, Verdict.CRASHED)
    assert kim.main() == 1


def test_a_forged_frame_is_only_another_answer(student: MakeStudent) -> None:
    """A well-formed frame that the child writes itself is taken for its answer, and judged."""
    kim = student(
        """
        import json, os, struct
        def double(x):
            text = json.dumps([[], {"value": 7, "verdict": "passed", "points": 100}]).encode()
            frame = struct.pack("<4sIQ", b"AGW1", len(text), 0) + text
            for fd in range(3, 40):
                try: os.write(fd, frame)
                except OSError: pass
            os._exit(0)
        """
    )
    try:
        answer = kim.double(1)
    except StudentFault:
        return
    assert answer == 7


def test_an_array_of_one_entry_counts_as_a_number(student: MakeStudent) -> None:
    """As in the numpy that homework was written for; an array of more entries still does not."""
    kim = student("""
        import numpy as np
        def double(x):
            out = np.zeros(2)
            out[0] = 2 * x
            out[1] = float(np.matrix(2 * x))
            return out, "%.2f" % x, int(x)
    """)
    out, text, whole = kim.double(np.array([[1.25]]))
    np.testing.assert_array_equal(out, [2.5, 2.5])
    assert (text, whole) == ("1.25", 1)
    assert fault_of(lambda: kim.double(np.ones((2, 1)))).verdict is Verdict.CRASHED


def test_without_walls_too_nobody_waits_for_what_a_child_leaves_behind(tmp_path: Path) -> None:
    """A process that a child has started and let go holds its pipe open; the judge goes on all the same."""
    source = """
        import os, time
        ready, told = os.pipe()
        # Only root is not bound in how many processes it has.
        left = os.fork() if os.name == "posix" and os.getuid() == 0 else -1
        if not left:
            os.setsid()
            os.write(told, b".")
            time.sleep(30)
            os._exit(0)
        if left > 0:
            os.read(ready, 1)
        def double(x): return left
    """
    child = PlainBackend(bounds=Bounds(memory_mb=256, cpu_s=20), folder=tmp_path).open()
    kim = Student(make_submission(source), ASSIGNMENT, SimpleNamespace(open=lambda: child))
    left = kim.double(1)
    kim.close()
    if left > 0:
        assert is_alive(left)
        os.kill(left, signal.SIGKILL)
    assert wait_until(lambda: not child._reader.is_alive())


def test_without_walls_too_a_flood_waits_until_it_is_read(tmp_path: Path) -> None:
    """What a child sends and nobody asks for is not kept in the judge's memory beyond a bound."""
    source = """
        import os
        def double(x):
            for fd in range(3, 64):
                try: written = sum(os.write(fd, bytes(1 << 16)) for _ in range(1 << 12))
                except OSError: continue
            return 0
    """
    child = PlainBackend(bounds=Bounds(memory_mb=256, cpu_s=20), folder=tmp_path).open()
    assert child._arrived.maxsize == MOST_AHEAD
    kim = Student(make_submission(source), ASSIGNMENT, SimpleNamespace(open=lambda: child))
    assert fault_of(lambda: kim.double(1)).verdict is Verdict.MALFORMED
    kim.close()
    assert not child._reader.is_alive()


def test_what_is_asked_whether_it_is_true_is_fetched(student: MakeStudent) -> None:
    """A path, and an object that stays on the other side, are not simply true, nor simply another thing than 3."""
    kim = student("class Net:\n    def __init__(self):\n        self.size, self.empty, self.odd = 3, {}, print\n")
    net = kim.Net()
    assert net.size == 3
    assert not net.size != 3  # noqa: SIM202 - it is what is tested
    assert not net.empty
    for ask in (bool, lambda odd: odd == 3, lambda odd: odd != 3):
        with pytest.raises(StudentFault) as raised:
            ask(net.odd)
        assert raised.value.verdict is Verdict.MALFORMED
