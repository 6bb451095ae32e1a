"""The siege, of what is answered: a forged answer is only ever an answer, at each level and as each user."""

from __future__ import annotations

import sys
from textwrap import dedent

import pytest

from tests.sandbox.fortress import SERVER, Fortress, assert_unharmed, text_of, verdicts

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux has these walls")

LIE = (
    "def double(x): return x\ndef main(x): return x\n" + SERVER + "import os, json\nimport numpy as np\nS = server()\n"
)
FORGERIES = {
    "always equal": "class E:\n    def __eq__(s, o): return True\n    __float__ = lambda s: 1.0\n"
    "    __array__ = lambda s, *a, **k: np.zeros(3)\ndef double(x): return E()\ndef main(x): return E()",
    "an array that lies": "class A(np.ndarray):\n    def __array_ufunc__(s, *a, **k): return True\n"
    "    def __array_function__(s, *a, **k): return True\n    __eq__ = lambda s, o: True\n"
    "    __reduce__ = lambda s: (print, ('x',))\n"
    "def double(x): return np.zeros(3).view(A)\ndef main(x): return double(x)",
    "an array of objects": "def double(x): return np.array([print] * 3, dtype=object)\ndef main(x): return double(x)",
    "not a number": "def double(x): return x * np.nan\ndef main(x): return x * np.nan",
    "infinity": "def double(x): return np.full(x.shape, np.inf)\ndef main(x): return double(x)",
    "true": "def double(x): return True\ndef main(x): return True",
    "nothing": "def double(x): return None\ndef main(x): return None",
    "a shape that broadcasts": "def double(x): return np.zeros((1, 1))\ndef main(x): return np.zeros((0,))",
    "32 axes": "def double(x): return np.zeros((1,) * 32)\ndef main(x): return double(x)",
    "empty and endless": "def double(x): return np.zeros((2**27, 0))\ndef main(x): return double(x)",
    "a text like an answer": "def double(x): return str(x * 2)\ndef main(x): return repr(x)",
    "a dict": "def double(x): return {i: 1 for i in range(3)}\ndef main(x): return {}",
    "a patched numpy": "np.allclose = np.array_equal = lambda *a, **k: True\n"
    "np.testing.assert_allclose = lambda *a, **k: None\ndef double(x): return x\ndef main(x): return x",
    "an exit": "def double(x): os._exit(0)\ndef main(x): raise SystemExit(0)",
    "an assertion of ours": "def double(x): raise type('CheckFailed', (AssertionError,), {})()\nmain = double",
    "a skip": "def double(x): raise type('Skipped', (BaseException,), {})()\nmain = double",
    "results on every descriptor": "def double(x):\n    for fd in range(64):\n        try:\n"
    '            os.write(fd, b\'{"result": {"score": 5}}\\n\')\n        except OSError: pass\n'
    "    return x\nmain = double",
    "a fault that is none": "S._operations['call'] = S._operations['probe'] = None\nS.answer = lambda m, r: "
    "S._channel.send({'fault': ['passed', 'Passed', '', '', 0]}, [])",
    "an answer to another question": "S.answer = lambda m, r: S._channel.send({'answer': True, 'passed': True}, [])",
    "states": "del double, main\nW = type(S).answer.__globals__['wire']\nsend = S._channel.send\n"
    "def forged(m, b):\n    S._channel.send = send\n"
    "    send({'value': W.encode({'states': dict(double='own', main='passed', x='own'), "
    "'names': {'double': 'print', 3: []}, "
    "'remarks': [['', '', 1, '', '']] * 9000}, [])}, [])\nS._channel.send = forged",
    "references": "def double(x): return x\ndef main(x): return x\n"
    "S.answer = lambda m, r: S._channel.send({'value': ['o', 10**15, 'ndarray']}, [])",
    "arguments": "S._operations['call'] = lambda m, r: [[[1.0, 1.0]] * 3, [], b''] if m.get('observe') else 0",
    "pickles": "def double(x): return __import__('pickle').dumps(x)\ndef main(x): return double(x)",
    "a patched time": "import time\ntime.monotonic = time.process_time = lambda: 0\n"
    "def double(x): return x\nmain = double",
    "a patched wire": "W = type(S).answer.__globals__['wire']\nW.encode = lambda *a: ['s', '<f8', True]\n"
    "W.values._DTYPES.add('|O8')",
    "answers in advance": "def double(x):\n"
    "    for _ in range(9): S._channel.send({'value': ENCODE(np.zeros(3), [])}, [])\n"
    "    return x\nmain = double",
    "an end of ours": "def double(x): raise type(S).answer.__globals__['wire'].Closed('done')\nmain = double",
    "another class": "class C:\n    __class__ = property(lambda s: np.ndarray)\n"
    "    __array__ = lambda s, *a, **k: np.zeros(3)\n"
    "def double(x): return C()\nmain = double",
    "a class that raises": "class C:\n    __class__ = property(lambda s: 1 / 0)\n"
    "    __repr__ = __str__ = lambda s: 1 / 0\n"
    "def double(x): return C()\nmain = double",
    "a float of its own": "class F(float):\n    __float__ = __eq__ = __sub__ = __rsub__ = lambda s, *o: 0.0\n"
    "    __hash__ = None\ndef double(x): return F(3)\nmain = double",
    "an integer of its own": "class I(int):\n    __index__ = lambda s: 10**9\n"
    "    __lt__ = __ge__ = __eq__ = lambda s, o: True\n"
    "def double(x): return I(10**5000)\nmain = double",
    "a text of its own": "class T(str):\n    encode = lambda s, *a: b'2' * 10**6\n    __eq__ = lambda s, o: True\n"
    "def double(x): return T('2')\nmain = double",
    "a list without end": "class L(list):\n    __iter__ = lambda s: iter(int, 1)\ndef double(x): return L([1])\n"
    "main = double",
    "a shape without end": "def double(x): return np.broadcast_to(np.zeros(1), (2**40,))\nmain = double",
    "a view of 2 GB": "def double(x): return np.broadcast_to(x.ravel()[:1], (2**28,))\nmain = double",
    "records": "def double(x): return np.zeros(3, [('a', 'f8')])\nmain = double",
    "dates": "def double(x): return np.zeros(x.shape, 'M8[s]')\nmain = double",
    "texts": "def double(x): return (2 * x).astype(str)\nmain = double",
    "an imaginary part": "def double(x): return 2 * x + 1e-3j\nmain = double",
    "everything masked": "def double(x): return np.ma.array(x, mask=True)\nmain = double",
    "the same backwards": "def double(x): return (2 * x)[::-1]\ndef main(x): return (2 * x + 1)[::-1]",
    "an array that keeps its creator": "class A(np.ndarray):\n    def __array_finalize__(s, o): s.base_of = o\n"
    "    def __array_wrap__(s, *a, **k): return True\n    __array_priority__ = 1e9\n"
    "def double(x): return x.view(A)\nmain = double",
    "an exception that raises": "class E(Exception):\n    __str__ = __repr__ = lambda s: 1 / 0\n"
    "    __class__ = property(lambda s: 1 / 0)\ndef double(x): raise E\nmain = double",
    "an exception without a past": "class E(Exception):\n    __traceback__ = __context__ = property(lambda s: 1 / 0)\n"
    "def double(x): raise E\nmain = double",
    "an exception of another class": "class E(Exception):\n    __class__ = MemoryError\ndef double(x): raise E\n"
    "main = double",
    "an interruption": "def double(x): raise KeyboardInterrupt\ndef main(x): raise GeneratorExit",
    "a group of exceptions": "def double(x): raise RuntimeError from ValueError('x' * 10**6)\nmain = double",
    "patched builtins": "import builtins\nbuiltins.isinstance = builtins.all = lambda *a: True\n"
    "builtins.float = builtins.str = lambda *a: 2.0\nbuiltins.type = None\ndef double(x): return x\nmain = double",
    "patched json": "import json\njson.dumps = lambda *a, **k: '[[], {\"value\": true}]'\n"
    "json.loads = lambda *a, **k: [[], {}]\ndef double(x): return x\nmain = double",
    "patched arrays": "np.ndarray.__eq__ = np.add = np.subtract = None\n",
    "packets": "import fcntl\nfor fd in range(3, 64):\n"
    "    try: fcntl.fcntl(fd, fcntl.F_SETFL, os.O_DIRECT | os.O_NONBLOCK)\n"
    "    except OSError: pass\ndef double(x): return x\nmain = double",
}
FAILS_AT_ONCE = {"patched arrays"}
"""Lies that Python itself refuses; all others must have been told, or nothing was tried."""


def assert_only_wrong(fortress: Fortress, lies: dict[str, str]) -> None:
    """Tell lies; see that no point is given, nothing counts as our fault, and the next student's grade is right."""
    for name, lie in lies.items():
        result = fortress.grade(LIE + lie + "\n")
        remarks = {note.kind: note.message["en"] for note in result.notes}
        assert (name, result.status, result.score) == (name, "graded", 0), text_of(result)
        assert not {"passed", "grader_error"}.intersection(verdicts(result)), name
        # After a top level that broke off, definitions alone are run, and there is nothing to lie with.
        was_told = "statement" not in remarks or "top_level" in remarks
        assert was_told == (name not in FAILS_AT_ONCE), (name, remarks)
    assert_unharmed(fortress)


def test_forged_answers_are_only_wrong_ones(fortress: Fortress) -> None:
    """All of them, one after another, before the same judge."""
    assert_only_wrong(fortress, FORGERIES)


@pytest.mark.parametrize("name", FORGERIES)
def test_a_forged_answer_is_only_a_wrong_one(strong: Fortress, name: str) -> None:
    """Each of them, with an honest student after it."""
    assert_only_wrong(strong, {name: FORGERIES[name]})


def test_a_right_answer_counts_in_whatever_dress(strong: Fortress) -> None:
    """An array of a class that lies about everything arrives as the numbers that it holds."""
    source = """
        import numpy as np
        class A(np.ndarray):
            __array_ufunc__ = __array_function__ = __reduce__ = lambda *a, **k: 7
            __len__ = __eq__ = lambda s, *o: 0
        def double(x): return np.multiply(2, x).view(A)
        def main(x): return np.add(1, np.multiply(2, x)).view(A)
    """
    assert strong.grade(dedent(source)).score == 5


def test_what_a_check_stumbles_over_is_the_students_fault(strong: Fortress) -> None:
    """A check that unpacks three rows and gets none says `malformed`: it passes on the reference, so it is sound."""
    result = strong.grade("def double(x):\n    return None if x.ndim == 2 else 2 * x\n")
    assert (result.status, verdicts(result)[:2]) == ("graded", ["passed", "malformed"])
