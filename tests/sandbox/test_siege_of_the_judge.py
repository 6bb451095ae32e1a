"""The siege, of the judge: hostile frames, calls that never end, questions to the reference."""

from __future__ import annotations

import os
import signal
import sys
import threading
import types
from collections.abc import Callable

import numpy as np
import pytest

from autograder.errors import SandboxError
from autograder.results import SubmissionResult
from autograder.sandbox import backends, oracles
from autograder.sandbox.levels import probe
from tests.sandbox.fortress import (
    ALL_RIGHT,
    RIGHT,
    SECRETS,
    Fortress,
    assert_unharmed,
    text_of,
    verdicts,
    wait_until,
)

resource = pytest.importorskip("resource")
pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux has these walls")

# Frames: what comes over the wire is bounded before it is believed.

FRAMES = {
    "garbage": "os.write(w, os.urandom(4096))",
    "another magic": "os.write(w, b'HTTP/1.1 200 OK\\r\\n\\r\\n' * 9)",
    "an endless header": "os.write(w, struct.pack('<4sIQ', b'AGW1', 2**32 - 1, 0))",
    "endless arrays": "os.write(w, struct.pack('<4sIQ', b'AGW1', 9, 2**63))",
    "a deep nest": "send(b'[[],{\"value\":' + b'[' * 100_000)",
    "a wide nest": "send(b'[[],{\"value\":[\"l\"' + b',[\"l\"]' * 49_000 + b']}]')",
    "an endless number": "send(b'[[],{\"value\":' + b'9' * 900_000 + b'}]')",
    "a long fraction": "send(b'[[],{\"value\":0.' + b'9' * 900_000 + b'}]')",
    "keys that collide": "send(json.dumps([[], {'value': "
    "['d', *[[['i', hex(k * (2**61 - 1))], 1] for k in range(9, 20_000)]]}],"
    " separators=(',', ':')).encode())",
    "a text that backtracks": "fault('ValueError', 'matmul: ' * 100_000)",
    "a text of one letter": "fault('ValueError', 'a' * 900_000)",
    "an endless name": "fault('E' * 900_000, '')",
    "half a frame": "os.write(w, b'AGW1'); os._exit(0)",
    "a closed pipe": "os.close(w)",
    "a wrong shape": 'send(b\'[[8],{"value":["a","<f8",[2],0]}]\', bytes(8))',
    "a buffer that is not there": 'send(b\'[[],{"value":["a","<f8",[1],7]}]\')',
    "objects": 'send(b\'[[8],{"value":["a","|O8",[1],0]}]\', bytes(8))',
    "a fault that is too short": 'send(b\'[[],{"fault":["crashed"]}]\')',
}
RAW = """
import os, struct, json, sys
def double(x):
    w = [fd for fd in range(3, 64) if is_writer(fd)][0]
    def send(header, data=b''):
        view = struct.pack('<4sIQ', b'AGW1', len(header), len(data)) + header + data
        while view: view = view[os.write(w, view):]
    def fault(error, text):
        send(json.dumps([[], {'fault': ['crashed', error, text, '', 0]}]).encode())
    {action}
    os._exit(0)
def is_writer(fd):
    try: return os.write(fd, b'') == 0
    except OSError: return False
def main(x): return 0
"""


@pytest.mark.parametrize("action", FRAMES.values(), ids=FRAMES)
def test_a_hostile_frame_is_an_answer_like_any_other(stronghold: Fortress, action: str) -> None:
    """It is refused at once: the verdict is the student's, and the judge's time is not spent on it."""
    result = stronghold.grade(RAW.replace("{action}", action))
    assert (result.status, result.score) == ("graded", 0)
    assert set(verdicts(result)[:2]) <= {"malformed", "crashed", "failed"}
    assert result.cpu_s < 1.5
    assert len(text_of(result)) < 20_000
    assert_unharmed(stronghold)


# Exhaustion: time, memory, output; of the child's and, through it, of the judge's.

HEAVY = {
    "a loop": ("\n        while True: pass", "timed_out"),
    "a loop that catches": (
        (
            "\n        while True:\n            try:\n                while True: pass\n"
            "            except BaseException: pass"
        ),
        "timed_out",
    ),
    "a sleep": ("import time; time.sleep(60)", "timed_out"),
    "a call below Python": ("return sum(range(10**12))", "timed_out"),
    "an expression that backtracks": ("import re; re.match(r'(a+)+$', 'a' * 40 + 'b')", "timed_out"),
    "signals switched off": (
        "\n        import signal\n        signal.pthread_sigmask(0, range(1, 32))\n        while True: pass",
        "timed_out",
    ),
    "a stop": ("import signal; signal.raise_signal(signal.SIGSTOP)", "timed_out"),
    "memory at once": ("return np.ones(2**30)", "out_of_memory"),
    "memory bit by bit": (
        "\n        kept = []\n        while True: kept.append(bytearray(2**20))",
        "out_of_memory or timed_out",
    ),
    "mapped memory": ("import mmap; return len([mmap.mmap(-1, 2**20) for _ in range(4096)])", "crashed"),
    "a list of itself": ("kept = []; kept.append(kept); return kept", "malformed"),
    "a deep nest": (
        "\n        kept = 0\n        for _ in range(10**5): kept = [kept]\n        return kept",
        "malformed",
    ),
    "a huge list": ("return [0.0] * 10**6", "malformed"),
    "a huge array": ("return np.zeros(2**22 + 1)", "malformed"),
    "a huge integer": ("return 1 << 10**7", "malformed"),
    "recursion": ("return double(x)", "crashed"),
    "an exception that speaks": (
        "raise type('E', (Exception,), {'__str__': lambda s: 'x' * 10**8})()",
        "crashed",
    ),
    "an exception that hangs": (
        "\n        class E(Exception):\n            def __str__(s):\n                while True: pass\n        raise E",
        "timed_out",
    ),
    "something that hangs when looked at": (
        "\n        class D(dict):\n            def items(s):\n                while True: pass\n        return D(a=1)",
        "timed_out",
    ),
    "a crash": ("import ctypes; ctypes.string_at(0)", "crashed"),
    "an abort": ("import os; os.abort()", "crashed"),
    "random numbers below Python": ("\n        while True: os.getrandom(1 << 25)", "timed_out"),
    "a flood of what nobody reads": (
        "\n        flood = bytes(1 << 20)\n        while True: os.write(2, flood)",
        "timed_out",
    ),
    "a flood of maps": (
        (
            "\n        import mmap\n        kept = []\n"
            "        while True: kept += [mmap.mmap(-1, 4096), mmap.mmap(-1, 4096, prot=mmap.PROT_READ)]"
        ),
        "timed_out or crashed or out_of_memory",
    ),
    "a flood of names": (
        (
            "\n        import itertools\n        for i in itertools.count():\n            try: os.stat(f'/none/{i}')\n"
            "            except OSError: pass"
        ),
        "timed_out",
    ),
    "something that hangs when it dies": (
        "\n        class D:\n            def __del__(s):\n                while True: pass\n        d = D()",
        "timed_out",
    ),
    "a question taken away": (
        (
            "\n        for fd in range(3, 64):\n            try: os.read(fd, 1 << 20)\n"
            "            except OSError: pass\n        return x"
        ),
        "timed_out",
    ),
    "a shut channel and on": ("\n        os.closerange(3, 64)\n        while True: pass", "crashed"),
    "a long past": (
        (
            "\n        past = None\n        for _ in range(10**5):\n            error = ValueError()\n"
            "            error.__context__, past = past, error\n        raise past"
        ),
        "crashed",
    ),
    "a name without end": ("raise type('E' * 10**7, (Exception,), {})", "crashed"),
    "a group of a million": ("raise ValueError(*[ValueError('x')] * 10**6)", "crashed"),
    "2 GB of an array": ("return np.broadcast_to(np.zeros(1), (1 << 28,))", "malformed"),
    "dribbling bytes": (
        (
            "\n        import os, time\n        w = [fd for fd in range(3, 64) if is_writer(fd)][0]\n"
            "        os.write(w, b'AGW1' + (2**20).to_bytes(4, 'little') + bytes(8))\n"
            "        while True: time.sleep(0.01); os.write(w, b' ')"
        ),
        "timed_out",
    ),
}


@pytest.mark.parametrize(("body", "verdict"), HEAVY.values(), ids=HEAVY)
def test_a_heavy_call_ends_with_its_verdict(stronghold: Fortress, body: str, verdict: str) -> None:
    """The child is ended in its time, and the judge is there for the next one."""
    is_writer = RAW[RAW.index("def is_writer") : RAW.index("def main")]
    source = f"import numpy as np, os\n{is_writer}\ndef double(x):\n    if True: {body}\n"
    result = stronghold.grade(source)
    assert (result.status, result.score) == ("graded", 0)
    assert verdicts(result)[0] in verdict.split(" or ")
    assert result.wall_s < 15
    assert_unharmed(stronghold)


@pytest.mark.parametrize("stop", ["signal.raise_signal(signal.SIGSTOP)", "while True: time.sleep(9)"])
def test_a_top_level_that_stops_costs_no_definition(stronghold: Fortress, stop: str) -> None:
    """The file is loaded again for its definitions, and they are judged."""
    result = stronghold.grade(f"import signal, time\n{stop}\n{RIGHT}")
    assert (result.status, result.score, verdicts(result)) == ("graded", 5, ALL_RIGHT)
    assert result.wall_s < 10
    assert_unharmed(stronghold)


def test_sleeping_again_and_again_is_counted_together(stronghold: Fortress) -> None:
    """A top level that sleeps, and calls that end the process so that it is run again: the sum is bounded."""
    result = stronghold.grade(
        "import time, os\ntime.sleep(0.8)\ndef double(x): os._exit(1)\ndef main(x): os._exit(1)\n"
    )
    assert (result.status, result.score) == ("graded", 0)
    assert result.wall_s < 12


FLOOD = """
import numpy as np, time, os
def double(x): return 0
def main(x):
    try:
        {attack}
    except RuntimeError as error:
        pass
    return x
"""
QUESTIONS = {
    "without end": "while True: double(x)",
    "that broadcast": "return double.__class__ and [double(np.zeros(2**22)) for _ in range(10**6)]",
    "about other things": "double._reference['name'] = '__builtins__'; return double('print')",
    "about attributes": "double._reference['name'] = 'double'; return double.func_globals",
    "about the main exercise": "double._reference['name'] = 'main'; return double(x)",
    "with a function that asks": "return double(lambda *a: double(*a))",
}


@pytest.mark.parametrize("attack", QUESTIONS.values(), ids=QUESTIONS)
def test_questions_to_the_reference_are_bounded(stronghold: Fortress, attack: str) -> None:
    """A wrong sibling makes the reference answer for it: never more than numbers, and never without end."""
    result = stronghold.grade(FLOOD.format(attack=attack))
    assert (result.status, result.score) == ("graded", 0)
    assert result.wall_s < 20
    assert not [secret for secret in SECRETS.values() if secret in text_of(result)]
    assert_unharmed(stronghold)


def reference_of(**functions: object) -> types.ModuleType:
    """Make a reference of these functions."""
    module = types.ModuleType("reference")
    vars(module).update(functions)
    return module


def test_small_questions_with_huge_answers_are_refused() -> None:
    """A column and a row of 30,000 broadcast to 7 GB: the judge refuses, and can still use memory afterwards."""
    asked = oracles.Oracles(reference_of(add=lambda a, b: a + b), frozenset({"add"}))
    column = np.zeros((30_000, 1))
    with pytest.raises(MemoryError):
        asked.answer({"name": "add", "do": "call"}, [column, column.T], {})
    counting = oracles.Oracles(reference_of(count=lambda y: np.arange(y.shape[0])), frozenset({"count"}))
    with pytest.raises(MemoryError):
        counting.answer({"name": "count", "do": "call"}, [np.zeros((10**9, 0))], {})
    assert np.ones(1 << 27, np.uint8).sum() == 1 << 27


def test_a_question_inside_a_question_does_not_stop_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """The reference calls a function that asks it again: what it then does is still counted."""
    monkeypatch.setattr(oracles, "ORACLE_CPU_S", 0.2)

    def spin(function: Callable[[], object]) -> None:
        function()
        while True:
            pass

    asked = oracles.Oracles(reference_of(spin=spin, one=lambda: 1), frozenset({"spin", "one"}))
    with pytest.raises(TimeoutError):
        asked.answer({"name": "spin", "do": "call"}, [lambda: asked.answer({"name": "one", "do": "call"}, [], {})], {})
    assert signal.getitimer(signal.ITIMER_VIRTUAL) == (0, 0)


def test_questions_inside_questions_without_end_are_refused() -> None:
    """What a function asks that it hands to the reference again and again ends, and every limit is as it was."""
    asked = oracles.Oracles(reference_of(apply=lambda function: function()), frozenset({"apply"}))
    depth = 0

    def ask_again() -> object:
        nonlocal depth
        depth += 1
        return asked.answer({"name": "apply", "do": "call"}, [ask_again], {})

    before = resource.getrlimit(resource.RLIMIT_AS)
    with pytest.raises((RecursionError, MemoryError, TimeoutError)):
        ask_again()
    assert depth > 1
    assert resource.getrlimit(resource.RLIMIT_AS) == before
    assert signal.getitimer(signal.ITIMER_VIRTUAL) == (0, 0)
    assert signal.getsignal(signal.SIGVTALRM) == signal.SIG_DFL


def test_what_keeps_a_child_from_its_walls_is_our_fault() -> None:
    """A child that can't lock itself in says why and ends; nothing of a submission reaches it."""
    backend = backends.WarmBackend(level=probe().best, bounds=backends.Bounds(memory_mb=64, cpu_s=5))
    try:
        said, telling = os.pipe()
        os.write(telling, b"mount: No space left on device")
        os.close(telling)
        child = backend.open()
        with pytest.raises(SandboxError, match="No space left"):
            backends._await_walls(child, said)
        os.close(said)
        assert child.end().status == -signal.SIGKILL
    finally:
        backend.close()


def test_the_end_of_the_warm_process_is_our_fault(stronghold: Fortress) -> None:
    """A student whose process ends with it is judged anew, and gets what he deserves."""
    grading = threading.Thread(
        target=lambda: results.append(stronghold.grade(f"import time\ntime.sleep(0.8)\n{RIGHT}"))
    )
    results: list[SubmissionResult] = []
    judge, *others = stronghold.family()
    grading.start()
    assert wait_until(lambda: len(stronghold.family()) > 1 + len(others))
    for pid in others:
        os.kill(pid, signal.SIGKILL)
    grading.join()
    assert (results[0].status, results[0].score, results[0].notes) == ("graded", 5, ())
    assert stronghold.family()[0] == judge


ATTRIBUTES = ("__globals__", "__class__", "func_globals", "mro", "gi_frame", "format", "__dict__", "tobytes", "missing")


@pytest.mark.parametrize("attribute", ATTRIBUTES)
@pytest.mark.parametrize("target", ["Net", "net", "method"])
def test_no_attribute_leads_from_an_oracle_to_its_code(target: str, attribute: str) -> None:
    """Of the reference's objects a child gets data and methods of the course's own classes."""

    class Net:
        def predict(self, x: float) -> float:
            return x

    Net.__module__ = "reference"
    asked = oracles.Oracles(reference_of(Net=Net), frozenset({"Net"}))
    net = Net()
    kept = asked.keep(net if target == "net" else net.predict).number
    question = {"name": "Net"} if target == "Net" else {"number": kept}
    with pytest.raises((LookupError, AttributeError)):
        asked.keep(asked.answer({**question, "do": "get", "attribute": attribute}, [], {}))
