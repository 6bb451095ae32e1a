"""The siege: hostile submissions through the whole path, at each level and as each user, and the verdicts they get."""

from __future__ import annotations

import os
import platform
import re
import signal
import sys
import tempfile
import threading
from collections.abc import Iterable
from pathlib import Path
from textwrap import dedent

import pytest

from tests.sandbox.fortress import (
    ALL_RIGHT,
    RIGHT,
    SECRETS,
    TRY,
    Fortress,
    assert_unharmed,
    descendants,
    is_alive,
    text_of,
    verdicts,
    wait_until,
)

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux has these walls")

X86_64 = platform.machine() == "x86_64"

# What an attack is told at the top level, where a submission can still speak: notes. `got` is its booty.

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
    "the judge's memory": "[open(f'/proc/{pid}/mem', 'rb') for pid in $FAMILY]",
    "the judge's environment": "[open(f'/proc/{pid}/environ', 'rb').read() for pid in $FAMILY]",
    "where the judge is": "[os.readlink(f'/proc/{pid}/cwd') for pid in $FAMILY]",
    "what the judge has open": "[os.readlink(f'/proc/{pid}/fd/0') for pid in $FAMILY]",
    "a file through the judge": "[open(f'/proc/{pid}/root$SOLUTION') for pid in $FAMILY]",
    "what every process does": "[open(f'/proc/{pid}/cmdline', 'rb') for pid in range(1, 400)]",
    "what is mounted": "open('/proc/self/mounts').read()",
    "messages of the kernel": "open('/dev/kmsg', 'rb')",
    "memory that processes share": "os.listdir('/dev/shm')",
    "a terminal": "open('/dev/tty')",
    "an endless device": "open('/dev/zero', 'rb').read(1)",
    "a socket of the system's": "open('/run/systemd/private')",
    "a link to the root folder": "os.listdir('/proc/self/root')",
    "what is opened for neither": "os.open('$SOLUTION', os.O_ACCMODE)",
    "by a path relative to a folder": "os.open('tiny.py', os.O_RDONLY, dir_fd=os.open('$COURSE', os.O_PATH))",
}
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
    "to the memory of a process": "open('/proc/self/mem', 'wb')",
    "to the judge's memory": "[open(f'/proc/{pid}/mem', 'wb') for pid in $FAMILY]",
    "to what is killed first": "[open(f'/proc/{pid}/oom_score_adj', 'w') for pid in $FAMILY]",
    "to memory that processes share": "open('/dev/shm/siege', 'w')",
    "what it dumps": "open('/proc/self/coredump_filter', 'w')",
    "who it is": "open('/proc/self/uid_map', 'w')",
    "emptying the tests": "os.truncate('$TESTS', 0)",
    "emptying by opening": "os.open('$TESTS', os.O_RDONLY | os.O_TRUNC)",
    "its times": "os.utime('$TESTS')",
    "an attribute": "os.setxattr('$TESTS', b'user.siege', b'x')",
    "a device": "os.mknod('siege', 0o20666, os.makedev(1, 1))",
    "a link": "os.symlink('$TESTS', 'siege')",
    "a file without a name": "os.open('$COURSE', os.O_TMPFILE | os.O_RDWR)",
}
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
    "a process that borrows memory": "os.posix_spawn('/bin/true', ['true'], {})",
    "a process by another call": "LIBRARY.vfork() >= 0 or refuse()",
    "a shell": "os.popen('true')",
    "a number of the judge": "[os.pidfd_open(pid) for pid in $FAMILY]",
    "a signal to the judge": "[os.kill(pid, 9) for pid in $FAMILY]",
    "the judge's limits": "[__import__('resource').prlimit(pid, 7) for pid in $FAMILY]",
    "a core for itself": "os.sched_setaffinity(0, [0])",
    "a file in memory": "os.memfd_create('siege')",
    "a pipe": "os.pipe()",
    "a terminal of its own": "os.openpty()",
    "a session of its own": "os.setsid()",
    "pages that stay": "LIBRARY.mlockall(1) >= 0 or refuse()",
    "memory of System V": "LIBRARY.shmget(0, 4096, 0o1600) >= 0 or refuse()",
    "a name on the network": "__import__('socket').gethostbyname(b'localhost')",
    "an abstract socket": "__import__('socket').socket(1, 1).bind('\\0siege')",
    "a lock that lasts": "__import__('fcntl').lockf(1, 1)",
    "a signal when a pipe is ready": "__import__('fcntl').fcntl(1, 8, os.getpid())",
    "a longer life": "prctl(1, 0)",
    "to be dumped and traced": "prctl(4, 1)",
    "to be traced by all": "prctl(0x59616D61, -1)",
    "other arguments than its own": "prctl(35, 8, 4096)",
    "children of others": "prctl(36, 1)",
    "memory before others": "prctl(57, 1)",
    "a core in common": "prctl(62, 1, 0)",
    "a switch of its calls": "prctl(59, 1, 0, 1 << 40)",
    "a filter of its own": "prctl(22, 1)",
    "faults when it reads the clock": "prctl(26, 2)",
}
WALLS = {
    *("PermissionError", "FileNotFoundError", "NotADirectoryError", "OSError", "gaierror"),
    # Above the kernel: a thread that can't start, limits, what this Python lacks or can't import any more.
    *("RuntimeError", "ValueError", "AttributeError", "ModuleNotFoundError"),
}
PRELUDE = """
import ctypes
LIBRARY = ctypes.CDLL(None, use_errno=True)
def refuse():
    raise OSError(ctypes.get_errno(), "refused")
def prctl(*arguments):
    return LIBRARY.prctl(*map(ctypes.c_long, (*arguments, 0, 0, 0, 0)[:5])) >= 0 or refuse()
"""


@pytest.mark.parametrize("table", [READS, WRITES, ESCAPES], ids=["read", "written", "reached"])
def test_nothing_can_be(fortress: Fortress, table: dict[str, str]) -> None:
    """The child is refused all of it, nothing has changed, and the submission, right besides, keeps its points."""
    family, before = fortress.family(), (fortress.folder / "test_hidden.py").read_bytes()
    got, result = fortress.let_in(table, WALLS, PRELUDE)
    assert got == "{}"
    assert verdicts(result) == ALL_RIGHT
    assert fortress.family() == family
    assert (fortress.folder / "test_hidden.py").read_bytes() == before
    assert not Path(tempfile.gettempdir(), "siege").exists()
    assert not [secret for secret in SECRETS.values() if secret in text_of(result)]


@pytest.mark.parametrize("attack", (ALL := READS | WRITES | ESCAPES).values(), ids=ALL)
def test_an_attack_alone_gets_nothing(strong: Fortress, attack: str) -> None:
    """One submission for each of them: what the first try of a process is refused does not hang on the others."""
    got, result = strong.let_in({"it": attack}, WALLS, PRELUDE)
    assert got == "{}"
    assert verdicts(result) == ALL_RIGHT


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
    "process_vm_writev": (311, 271),
    "process_madvise": (440, 440),
    "process_mrelease": (448, 448),
    "memfd_secret": (447, 447),
    "pidfd_send_signal": (424, 424),
    "kill": (62, 129),
    "tkill": (200, 130),
    "rt_sigqueueinfo": (129, 138),
    "rt_tgsigqueueinfo": (297, 240),
    "request_key": (249, 218),
    "shmat": (30, 196),
    "mlock": (149, 228),
    "mlock2": (325, 284),
    "io_setup": (206, 0),
    "tee": (276, 77),
    "sendfile": (40, 71),
    "copy_file_range": (326, 285),
    "move_pages": (279, 239),
    "fsopen": (430, 430),
    "move_mount": (429, 429),
    "openat2": (437, 437),
    "landlock_restrict_self": (446, 446),
    "chroot": (161, 51),
    "syslog": (103, 116),
    "swapon": (167, 224),
    "timer_create": (222, 107),
    "rseq": (334, 293),
    "set_robust_list": (273, 99),
    "membarrier": (324, 283),
    "setpriority": (141, 140),
    "ioprio_set": (251, 30),
    "sysinfo": (99, 179),
    "vhangup": (153, 58),
    "iopl": (172, 447),
    "modify_ldt": (154, 447),
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


def test_a_child_holds_nothing_but_its_own(fortress: Fortress) -> None:
    """What it was born with: two pipes, a clean environment, none of our modules by name."""
    for name, (attack, expected) in BELONGINGS.items():
        got, result = fortress.tell(attack)
        assert re.fullmatch(expected, got), (name, got)
        assert verdicts(result) == ALL_RIGHT


ENDS = {
    "a crash": "ctypes.string_at(1)",
    "an abort": "os.abort()",
    "its own end": "signal.raise_signal(signal.SIGTERM)",
    "an exit": "os._exit(0)",
    "an exit below Python": "ctypes.CDLL(None).exit(0)",
    "a jump into nothing": "ctypes.CFUNCTYPE(None)(8)()",
    "a call of another table": "run('b814000000cd80c3')",
    "a call of x32": "run('b827000040 0f05c3')",
    "a call of no table": "run('b8ffffffff0f05c3')",
}
MACHINE_CODE = """
import ctypes, mmap, os, signal
def run(code):
    page = mmap.mmap(-1, 4096, prot=7)
    page.write(bytes.fromhex(code))
    return ctypes.CFUNCTYPE(ctypes.c_long)(ctypes.addressof(ctypes.c_char.from_buffer(page)))()
"""


def test_who_ends_its_process_ends_nothing_else(fortress: Fortress) -> None:
    """It crashed, and gets no point; no core file is written, and the judge is the same."""
    for name, attack in ENDS.items():
        if X86_64 or not name.startswith("a call"):
            result = fortress.grade(f"{MACHINE_CODE}\ndef double(x):\n    {attack}\n    return 2 * x\n")
            assert (name, result.status, result.score, verdicts(result)[0]) == (name, "graded", 0, "crashed")
    assert not [core for place in (Path(), Path("/"), fortress.folder) for core in place.glob("core*")]
    assert_unharmed(fortress)


# Nothing of one student reaches the next, and nothing goes on when its turn is over.

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
    "flags of descriptors": "import fcntl\nfor fd in range(3):\n"
    "    fcntl.fcntl(fd, fcntl.F_SETFL, fcntl.fcntl(fd, fcntl.F_GETFL) | 0o6000)",
    "a storm of alarms": "import signal\ndef storm(*_): raise ValueError\nsignal.signal(signal.SIGALRM, storm)\n"
    "signal.setitimer(signal.ITIMER_REAL, 1e-4, 1e-4)",
    "a tracer": "import sys\nsys.settrace(lambda *_: None)\nsys.setprofile(lambda *_: None)",
    "a hook of every event": "import sys\nsys.addaudithook(lambda *_: None)",
    "a collector of garbage": "import gc\ngc.callbacks.append(lambda *_: 1 / 0)\ngc.set_threshold(1)",
    "something that never dies": "class Immortal:\n    def __del__(self):\n        while True: pass\n"
    "Immortal.kept = Immortal()",
    "hooks of errors": "import sys, threading\nsys.excepthook = sys.unraisablehook = threading.excepthook = None\n"
    "sys.stdout = sys.stderr = sys.stdin = None",
    "no builtins": "import builtins\nfor name in [*vars(builtins)]:\n    try: delattr(builtins, name)\n"
    "    except BaseException: pass",
    "memory in common": "import mmap\nkept = mmap.mmap(-1, 1 << 24)\nkept.write(b'left' * (1 << 20))",
    "a full scratch": "import os\ntry:\n    for i in range(10**4): os.mkdir(f'left{i}')\nexcept OSError: pass",
    "a shut channel": "import os\nos.closerange(3, 64)",
}


def assert_nothing_left(fortress: Fortress, attacks: Iterable[str]) -> None:
    """Attack; see that the next student finds the same processes, an empty folder and clean descriptors."""
    family = fortress.family()
    for attack in attacks:
        assert fortress.grade(dedent(attack) + "\n" + RIGHT).status == "graded"
    assert_unharmed(fortress)
    found = "[attempt(lambda: os.listdir('.')), *[fcntl.fcntl(fd, fcntl.F_GETFL) & 0o26000 for fd in range(3)]]"
    got, _ = fortress.tell(f"{TRY}import fcntl\ngot = {found}")
    assert got == ("[[], 0, 0, 0]" if fortress.level >= 3 else "['PermissionError', 0, 0, 0]")
    assert fortress.family() == family


def test_nothing_is_left_behind(fortress: Fortress) -> None:
    """After all of them, the next student is graded as ever."""
    assert_nothing_left(fortress, LEFT_BEHIND.values())


@pytest.mark.parametrize("attack", LEFT_BEHIND.values(), ids=LEFT_BEHIND)
def test_an_attack_alone_leaves_nothing_behind(strong: Fortress, attack: str) -> None:
    """After each of them, the next student is graded as ever."""
    assert_nothing_left(strong, [attack])


def test_no_process_is_left(fortress: Fortress) -> None:
    """Whether a child ends itself or is ended, the judge has its warm process and no child afterwards."""
    judge = fortress.family()[0]
    count = len(descendants(judge))
    assert count <= 4
    for body in ("import os; os._exit(0)", "import time; time.sleep(60)"):
        fortress.grade(f"def double(x): {body}\n")
        assert len(descendants(judge)) == count


BUSY = """
import signal
def double(x):
    for number in set(range(1, 65)) - {9, 19, 32, 33}:
        signal.signal(number, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))
    while True: pass
"""


def test_nothing_outlives_the_judge(fortress: Fortress) -> None:
    """SIGKILL of the judge ends a child too that hears no signal. The last test: there is no judge any more."""
    judge, *others = fortress.family()
    grading = threading.Thread(target=fortress.grade, args=(BUSY,))
    grading.start()
    assert wait_until(lambda: len(fortress.family()) > 1 + len(others))
    family = fortress.family()
    os.kill(judge, signal.SIGKILL)
    grading.join()
    assert wait_until(lambda: not any(map(is_alive, family)))
