"""The siege: hostile submissions through the whole path, and the verdict that the grader must see each time."""

from __future__ import annotations

import platform
import re
import signal
import sys
import tempfile
import types
from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import dedent

import numpy as np
import pytest

from autograder.sandbox import levels, oracles
from tests.sandbox.fortress import (
    RIGHT,
    SERVER,
    Fortress,
    descendants,
    is_alive,
    text_of,
    verdicts,
    wait_until,
)

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux has these walls")

HIDDEN_INPUT = "7350184.625"
SECRETS = {"in_solution": "the-king-is-behind-the-curtain", "in_tests": "the-queen-is-in-the-tower"}
ALL_RIGHT = ["passed", "passed", "passed"]
X86_64 = platform.machine() == "x86_64"


@pytest.fixture(scope="module", params=[4, 3, 2, 1], ids="level{}".format)
def fortress(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fortress]:
    """Build a course and a judge at each level, where the machine has it."""
    yield from build(request.param, tmp_path_factory.mktemp(f"level{request.param}"))


@pytest.fixture(scope="module")
def strong(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fortress]:
    """Build one at the best level: what the walls have no part in need not be tried at each."""
    yield from build(levels.probe().best, tmp_path_factory.mktemp("strong"))


def build(level: int, folder: Path) -> Iterator[Fortress]:
    """Yield a fortress, and see that nothing is left of it."""
    if not (level and levels.probe().levels[level].available):
        pytest.skip(f"level {level} is not available here")
    made = Fortress(folder, level, hidden_input=HIDDEN_INPUT, **SECRETS)
    assert made.grade(RIGHT).score == 5
    family = made.family()
    yield made
    made.judge.close()
    assert wait_until(lambda: not any(map(is_alive, family)))


def assert_unharmed(fortress: Fortress) -> None:
    """See that the next student is graded as if nothing had been."""
    after = fortress.grade(RIGHT, "honest")
    assert (after.status, after.score, verdicts(after), after.notes) == ("graded", 5, ALL_RIGHT, ())


# What an attack is told at the top level, where a submission can still speak: notes. `got` is its booty.

TRY = """
import os, sys, errno
def attempt(action, *arguments):
    try:
        return action(*arguments)
    except BaseException as error:
        return type(error).__name__
"""
REFUSED = "PermissionError|FileNotFoundError|OSError|ModuleNotFoundError"
READS = {
    "the solution": "open('$SOLUTION').read",
    "the hidden tests": "open('$TESTS').read",
    "the folder of the course": "os.listdir('$COURSE')",
    "a neighbour": "open('$NEIGHBOUR').read",
    "a home": "os.listdir('$HOME')",
    "the list of users": "open('/etc/passwd').read",
    "the folder of temporary files": "os.listdir('$TEMP')",
    "the first process": "open('/proc/1/environ', 'rb').read",
    "its own memory": "open('/proc/self/mem', 'rb').read",
    "its parent's memory": "open(f'/proc/{os.getppid()}/mem', 'rb').read",
    "all processes": "os.listdir('/proc')",
    "its descriptors": "os.listdir('/proc/self/fd')",
    "a device": "open('/dev/mem', 'rb').read",
    "a symbolic link's end": "os.symlink('$SOLUTION', 'link') or open('link').read",
    "a hard link's end": "os.link('$SOLUTION', 'link') or open('link').read",
    "a folder above": "open('../../../../../../../../../../etc/passwd').read",
}


@pytest.mark.parametrize("attack", READS.values(), ids=READS)
def test_nothing_can_be_read(fortress: Fortress, attack: str) -> None:
    """The child is refused, and the submission, right besides, keeps its points."""
    got, result = fortress.tell(f"{TRY}got = attempt(lambda: {attack})")
    assert re.fullmatch(REFUSED, got), got
    assert verdicts(result) == ALL_RIGHT
    assert not [secret for secret in SECRETS.values() if secret in text_of(result)]


WRITES = {
    "a new file elsewhere": "open('$TEMP/siege', 'w')",
    "over a neighbour": "open('$NEIGHBOUR', 'w')",
    "over the hidden tests": "open('$TESTS', 'a')",
    "a folder": "os.mkdir('$COURSE/siege')",
    "away with the tests": "os.unlink('$TESTS')",
    "the tests elsewhere": "os.rename('$TESTS', '$TEMP/siege')",
    "other rights": "os.chmod('$TESTS', 0o777)",
    "a pipe": "os.mkfifo('siege')",
    "into the standard library": "open(os.__file__, 'a')",
    "into numpy": "open(__import__('numpy').__file__, 'a')",
    "to the kernel": "open('/proc/sys/kernel/core_pattern', 'w')",
    "to its own limits": "open('/proc/self/oom_score_adj', 'w')",
}


@pytest.mark.parametrize("attack", WRITES.values(), ids=WRITES)
def test_nothing_can_be_written(fortress: Fortress, attack: str) -> None:
    """The child is refused, the file is as it was, and the next student's grade too."""
    before = (fortress.folder / "test_hidden.py").read_bytes()
    got, result = fortress.tell(f"{TRY}got = attempt(lambda: {attack})")
    assert re.fullmatch(f"{REFUSED}|AttributeError", got), got
    assert verdicts(result) == ALL_RIGHT
    assert (fortress.folder / "test_hidden.py").read_bytes() == before
    assert not Path(tempfile.gettempdir(), "siege").exists()


ESCAPES = {
    "a connection": "__import__('socket').socket()",
    "a socket of the machine": "__import__('socket').socket(1)",
    "a pair of sockets": "__import__('socket').socketpair()",
    "a fork": "os.fork()",
    "a program": "os.execv(sys.executable, ['python'])",
    "a subprocess": "__import__('subprocess').run(['true'])",
    "a thread": "__import__('threading').Thread(target=print).start()",
    "a signal to its parent": "os.kill(os.getppid(), 9)",
    "a signal to all": "os.kill(-1, 9)",
    "another user": "os.setuid(0)",
    "another root folder": "os.chroot('/')",
    "higher limits": "__import__('resource').setrlimit(__import__('resource').RLIMIT_AS, (-1, -1))",
    "a better place in the queue": "os.nice(-5)",
}


@pytest.mark.parametrize("attack", ESCAPES.values(), ids=ESCAPES)
def test_nothing_can_be_reached(fortress: Fortress, attack: str) -> None:
    """The child is refused, and what judges it lives on."""
    family = fortress.family()
    got, result = fortress.tell(f"{TRY}got = attempt(lambda: {attack})")
    assert re.fullmatch(f"{REFUSED}|RuntimeError|ValueError|error", got), got
    assert verdicts(result) == ALL_RIGHT
    assert fortress.family() == family


CALLS = {
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "unshare": (272, 97),
    "setns": (308, 268),
    "mount": (165, 40),
    "pivot_root": (155, 41),
    "memfd_create": (319, 279),
    "shmget": (29, 194),
    "msgget": (68, 186),
    "semget": (64, 190),
    "io_uring_setup": (425, 425),
    "userfaultfd": (323, 282),
    "keyctl": (250, 219),
    "add_key": (248, 217),
    "perf_event_open": (298, 241),
    "bpf": (321, 280),
    "seccomp": (317, 277),
    "pidfd_open": (434, 434),
    "pidfd_getfd": (438, 438),
    "clone": (56, 220),
    "clone3": (435, 435),
    "execveat": (322, 281),
    "open_by_handle_at": (304, 265),
    "name_to_handle_at": (303, 264),
    "kcmp": (312, 272),
    "personality": (135, 92),
    "inotify_init1": (294, 26),
    "fanotify_init": (300, 262),
    "eventfd2": (290, 19),
    "timerfd_create": (283, 85),
    "epoll_create1": (291, 20),
    "quotactl": (179, 60),
    "reboot": (169, 142),
    "init_module": (175, 105),
    "sethostname": (170, 161),
    "mq_open": (240, 180),
    "sched_setaffinity": (203, 122),
    "sched_setscheduler": (144, 119),
    "setsid": (112, 157),
    "vmsplice": (278, 75),
    "splice": (275, 76),
}


def test_no_call_of_the_kernel_gives_power(fortress: Fortress) -> None:
    """Each one by its number, as code reaches it that Python does not wrap: EPERM or ENOSYS."""
    numbers = [pair[0 if X86_64 else 1] for pair in CALLS.values()]
    attack = f"""
        import ctypes
        library = ctypes.CDLL(None, use_errno=True)
        got = ""
        for number in {numbers}:
            if library.syscall(number, 0, 0, 0, 0, 0, 0) != -1 or ctypes.get_errno() not in (1, 38):
                got += f" {{number}}:{{ctypes.get_errno()}}"
    """
    got, result = fortress.tell(attack)
    assert got == ""
    assert any("GOT<>" in note.message["en"] for note in result.notes)
    assert verdicts(result) == ALL_RIGHT


BELONGINGS = {
    # Two pipes of its own, and three times nowhere. At level 1 the C library can't ask for their kind.
    "descriptors": (
        (
            "import os\ndef is_open(number):\n    try: return os.get_blocking(number) in (True, False)\n"
            "    except OSError: return False\ngot = sum(is_open(number) for number in range(4096))"
        ),
        "5",
    ),
    "kinds of descriptors": (
        (
            "import os, stat\ngot = set()\nfor number in range(4096):\n    try:\n"
            "        got.add(stat.S_IFMT(os.fstat(number).st_mode))\n    except OSError: pass\n"
            "got = sorted(got - {stat.S_IFIFO, stat.S_IFCHR})"
        ),
        r"\[\]",
    ),
    "environment": (
        "import os\ngot = sorted(name for name in os.environ if not name.endswith('_THREADS'))",
        r"\['LANG', ('LC_CTYPE', )?'PYTHONHASHSEED'\]",
    ),
    "arguments": ("import sys\ngot = sys.argv", r"\['submission'\]"),
    "modules": (
        "import sys\ngot = sorted(name for name in sys.modules if 'autograder' in name or 'test_' in name)",
        r"\[\]",
    ),
    "reference": ("import gc\ngot = [m for m in gc.get_objects() if 'reference_' in str(type(m))][:3]", r"\[\]"),
}


@pytest.mark.parametrize(("attack", "expected"), BELONGINGS.values(), ids=BELONGINGS)
def test_a_child_holds_nothing_but_its_own(fortress: Fortress, attack: str, expected: str) -> None:
    """What it was born with: two pipes, a clean environment, none of our modules by name."""
    got, result = fortress.tell(attack)
    assert re.fullmatch(expected, got), got
    assert verdicts(result) == ALL_RIGHT


# Forging: what a submission answers is only ever an answer.

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
    "a fault that is none": "S._operations['call'] = S._operations['probe'] = None\nS._answer = lambda m, r: "
    "S._channel.send({'fault': ['passed', 'Passed', '', '', 0]}, [])",
    "an answer to another question": "S._answer = lambda m, r: S._channel.send({'answer': True, 'passed': True}, [])",
    "states": "del double, main\nW = type(S)._answer.__globals__['wire']\nsend = S._channel.send\n"
    "def forged(m, b):\n    S._channel.send = send\n"
    "    send({'value': W.encode({'states': dict(double='own', main='passed', x='own'), "
    "'names': {'double': 'print', 3: []}, "
    "'remarks': [['', '', 1, '', '']] * 9000}, [])}, [])\nS._channel.send = forged",
    "references": "def double(x): return x\ndef main(x): return x\n"
    "S._answer = lambda m, r: S._channel.send({'value': ['o', 10**15, 'ndarray']}, [])",
    "arguments": "S._operations['call'] = lambda m, r: [[[1.0, 1.0]] * 3, [], b''] if m.get('observe') else 0",
    "pickles": "def double(x): return __import__('pickle').dumps(x)\ndef main(x): return double(x)",
    "a patched time": "import time\ntime.monotonic = time.process_time = lambda: 0\n"
    "def double(x): return x\nmain = double",
    "a patched wire": "W = type(S)._answer.__globals__['wire']\nW.encode = lambda *a: ['s', '<f8', True]\n"
    "W._DTYPES.add('|O8')",
}


@pytest.mark.parametrize("lie", FORGERIES.values(), ids=FORGERIES)
def test_a_forged_answer_is_only_a_wrong_one(fortress: Fortress, lie: str) -> None:
    """No point is given, nothing counts as our fault, and the next student's grade is right."""
    result = fortress.grade(LIE + lie + "\n")
    assert (result.status, result.score) == ("graded", 0), text_of(result)
    assert "passed" not in verdicts(result)
    assert "grader_error" not in verdicts(result)
    assert_unharmed(fortress)


def test_what_a_check_stumbles_over_is_the_students_fault(strong: Fortress) -> None:
    """A check that unpacks three rows and gets none says `malformed`: it passes on the reference, so it is sound."""
    result = strong.grade("def double(x):\n    return None if x.ndim == 2 else 2 * x\n")
    assert (result.status, verdicts(result)[:2]) == ("graded", ["passed", "malformed"])


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
def test_a_hostile_frame_is_an_answer_like_any_other(strong: Fortress, action: str) -> None:
    """It is refused at once: the verdict is the student's, and the judge's time is not spent on it."""
    result = strong.grade(RAW.replace("{action}", action))
    assert (result.status, result.score) == ("graded", 0)
    assert set(verdicts(result)[:2]) <= {"malformed", "crashed", "failed"}
    assert result.cpu_s < 1.5
    assert len(text_of(result)) < 20_000
    assert_unharmed(strong)


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
def test_a_heavy_call_ends_with_its_verdict(strong: Fortress, body: str, verdict: str) -> None:
    """The child is ended in its time, and the judge is there for the next one."""
    is_writer = RAW[RAW.index("def is_writer") : RAW.index("def main")]
    source = f"import numpy as np, os\n{is_writer}\ndef double(x):\n    if True: {body}\n"
    result = strong.grade(source)
    assert (result.status, result.score) == ("graded", 0)
    assert verdicts(result)[0] in verdict.split(" or ")
    assert result.wall_s < 15
    assert_unharmed(strong)


def test_sleeping_again_and_again_is_counted_together(strong: Fortress) -> None:
    """A top level that sleeps, and calls that end the process so that it is run again: the sum is bounded."""
    result = strong.grade("import time, os\ntime.sleep(0.8)\ndef double(x): os._exit(1)\ndef main(x): os._exit(1)\n")
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
def test_questions_to_the_reference_are_bounded(strong: Fortress, attack: str) -> None:
    """A wrong sibling makes the reference answer for it: never more than numbers, and never without end."""
    result = strong.grade(FLOOD.format(attack=attack))
    assert (result.status, result.score) == ("graded", 0)
    assert result.wall_s < 20
    assert not [secret for secret in SECRETS.values() if secret in text_of(result)]
    assert_unharmed(strong)


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


# What a student receives says nothing that a hidden check holds, and nothing that acts on who reads it.

LEAKS = {
    "printed": "print(x); return x",
    "raised": "raise ValueError(str(x[0]))",
    "as a shape": "raise ValueError('operands could not be broadcast together with shapes (7350,1846,25) (735,18)')",
    "as a long shape": "raise ValueError('shapes (' + '7350,1846,' * 30 + ') and (1,) not aligned')",
    "as a type": "raise type(f'E{x[0]}'.replace('.', '_'), (Exception,), {})()",
    "as an attribute": "raise AttributeError(f\"'a' object has no attribute 'v{int(x[0])}'\")",
    "as a key": "raise KeyError(f'v{int(x[0])}')",
    "as an answer": "return str(x[0])",
    "as a real shape": "return np.zeros((int(x[0]), 0))",
    "as a kind": "return type(f'E{int(x[0])}', (), {})()",
    "on stderr": "import sys; sys.stderr.write(str(x)); return x",
    "to every descriptor": "import os; [os.write(fd, str(x).encode()) for fd in (1, 2)]; return x",
    "as a warning": "import warnings; warnings.warn(str(x)); return x",
}


@pytest.mark.parametrize("body", LEAKS.values(), ids=LEAKS)
def test_a_hidden_input_stays_hidden(strong: Fortress, body: str) -> None:
    """Whatever way the code tries to say it, it is in no text of the result."""
    result = strong.grade(f"import numpy as np\ndef double(x):\n    {body}\n")
    said = re.sub(r"[^\d]", "", re.sub(r'"(?:wall|cpu)_s": [\d.e-]+', "", text_of(result)))
    assert (result.status, result.score) == ("graded", 0)
    assert "7350184" not in said


INJECTIONS = {
    "an escape": "\\x1b[31m\\x07\\x1b]8;;http://a\\x07",
    "a new line": "a\\nGRADE: 10\\r\\n",
    "markup": "[bold red]x[/]\\u202e\\u2066\\u200b",
    "a template": "{0} {name} %s %(x)s {}",
    "surrogates": "\\ud800\\udfff\\x00",
}


@pytest.mark.parametrize("text", INJECTIONS.values(), ids=INJECTIONS)
@pytest.mark.parametrize("place", ["raised", "named", "returned", "remarked"])
def test_no_text_of_a_students_acts_on_its_reader(strong: Fortress, place: str, text: str) -> None:
    """Control characters, direction marks and new lines never leave; braces and brackets are only text."""
    attack = {
        "raised": f"raise ValueError('{text}')\ndef double(x): raise ValueError('{text}')",
        "named": f"E = type('{text}'.replace('\\x00', '') or 'E', (Exception,), {{}})\n"
        "def double(x): raise E\nraise E('x')",
        "returned": f"def double(x): return '{text}'",
        "remarked": f"{SERVER}server()._loader.loaded.remarks[:0] = [type('R', (), dict(as_data=lambda s: "
        f"['syntax', '{text}', 1, '{text}', '{text}']))() for _ in range(400)]",
    }[place]
    result = strong.grade(attack + "\n")
    messages = [check.message for check in result.checks if check.message] + [note.message for note in result.notes]
    texts = [text for message in messages for text in (message["en"], message["ko"])]
    assert (result.status, result.score) == ("graded", 0)
    assert not [one for one in texts if not one.isprintable()]
    assert len(result.notes) <= 60
    assert len(text_of(result)) < 60_000


# Nothing of one student reaches the next.

LEFT_BEHIND = {
    "files": "open('left', 'w').write('x')",
    "patches": "import numpy as np, builtins, json\nnp.add = None\nbuiltins.len = None\njson.dumps = None",
    "modules": "import sys\nsys.modules['numpy'] = None\nsys.meta_path.clear()\nsys.path.clear()",
    "threads and exits": "import atexit, threading\natexit.register(print)\n"
    "try: threading.Thread(target=print).start()\n"
    "except BaseException: pass",
    "random numbers": "import numpy as np\nnp.random.seed(0)\nnp.random.rand(99)",
    "errors of floating point": "import numpy as np\nnp.seterr(all='raise')",
    "recursion": "import sys\nsys.setrecursionlimit(10**6)",
    "signals": "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nsignal.alarm(1)",
}


@pytest.mark.parametrize("attack", LEFT_BEHIND.values(), ids=LEFT_BEHIND)
def test_nothing_is_left_behind(fortress: Fortress, attack: str) -> None:
    """The next student is graded as ever and finds an empty folder."""
    fortress.grade(dedent(attack) + "\n" + RIGHT)
    assert_unharmed(fortress)
    got, _ = fortress.tell(f"{TRY}got = attempt(lambda: os.listdir('.'))")
    if fortress.level >= 3:
        assert got == "[]"
    else:
        assert "left" not in got


def test_no_process_is_left(fortress: Fortress) -> None:
    """After all of that, the judge has its warm process and no child."""
    fortress.grade("import os\ndef double(x): os._exit(0)\n")
    judge = fortress.family()[0]
    fortress.grade(RIGHT)
    count = len(descendants(judge))
    assert count <= 4
    fortress.grade("def double(x):\n    while True: pass\n")
    assert len(descendants(judge)) == count
