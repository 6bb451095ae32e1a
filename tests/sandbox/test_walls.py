"""The walls, as an enemy meets them: each level, as root and as an ordinary user."""

from __future__ import annotations

import contextlib
import json
import os
import platform
import shutil
import signal
import socket
import subprocess
import sys
import sysconfig
import tempfile
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from autograder.inside import seccomp
from autograder.sandbox import levels
from tests.sandbox.disguise import NOBODY, numbers_of
from tests.sandbox.fortress import is_alive

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux has these walls")

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
AS_ROOT = os.name == "posix" and os.geteuid() == 0
SECRET = "the hidden answer is 42"
MEMORY_MB = 256
FILE_MB = 2
PATIENCE_S = 10.0

PRELUDE = """
import os, sys, errno, ctypes, time
def attempt(action, *arguments):
    try:
        return ["done", repr(action(*arguments))[:100]]
    except BaseException as error:
        return ["refused", type(error).__name__, getattr(error, "errno", None)]
"""


@dataclass(frozen=True)
class Machine:
    """A level, and who raises it: None is whoever runs the tests."""

    level: int
    user: int | None = None

    def __str__(self) -> str:
        return f"level{self.level}" + ("-ordinary" if self.user else "")


def machines() -> list[Machine]:
    """Root meets every level, and whatever doesn't stand is a failure; an ordinary user meets what there is."""
    if AS_ROOT:
        return [
            Machine(4),
            Machine(3),
            Machine(3, NOBODY),
            Machine(2),
            Machine(2, NOBODY),
            Machine(1),
            Machine(1, NOBODY),
        ]
    if not sys.platform.startswith("linux"):
        return [Machine(0)]
    return [Machine(level) for level, standing in levels.probe().levels.items() if standing.available and level]


@dataclass(frozen=True)
class Premises:
    """Files around the enclosure, all of them readable and writable for everybody: only walls keep a child out."""

    secret: Path
    data: Path
    neighbours: Path


class Enclosure:
    """A warm process with its walls up; see `enclosure.py`."""

    def __init__(self, machine: Machine, premises: Premises, **changes: Any) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        plan = {
            "level": machine.level,
            "readable": levels.readable_paths(),
            "data": [str(premises.data)],
            "memory_mb": MEMORY_MB,
            "cpu_s": 60,
            "file_mb": FILE_MB,
            **changes.pop("plan", {}),
        }
        settings = {
            "root": str(ROOT),
            "packages": str(Path(np.__file__).parents[1]),
            "user": machine.user,
            "denied": [],
            "leaked": [str(premises.secret)],
            "plan": plan,
            **changes,
        }
        with theirs:
            self.process = subprocess.Popen(
                [sys.executable, "-I", "-S", "-B", HERE / "enclosure.py", str(theirs.fileno()), json.dumps(settings)],
                pass_fds=[theirs.fileno()],
                env={"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
                cwd="/",
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
        self._control = ours
        ours.settimeout(60)
        self.ready: dict[str, Any] = self._receive()
        self.level = machine.level

    def run(self, code: str, *, stay: bool = False, **given: Any) -> dict[str, Any]:
        """Run code in a child; with `stay` the child goes on after it told something."""
        code = PRELUDE + textwrap.dedent(code)
        self._control.send(json.dumps({"code": code, "given": given, "stay": stay}).encode())
        return self._receive()

    def ask(self, code: str, **given: Any) -> Any:
        """Run code and return what it told."""
        answer = self.run(code, **given)
        assert answer["told"], f"told nothing, ended with {answer['status']}"
        told = json.loads(answer["told"].splitlines()[0])
        assert not (isinstance(told, dict) and "error" in told), told
        return told

    def end(self, pid: int) -> None:
        """End a child that stayed."""
        self._control.send(json.dumps({"end": pid}).encode())
        self._receive()

    def family(self) -> list[int]:
        """Return the numbers of the warm process's guard, of itself and of its children."""
        return [self.process.pid, *descendants(self.process.pid)]

    def close(self) -> None:
        """Close the control socket, which ends the warm process."""
        self._control.close()
        try:
            self.process.wait(PATIENCE_S)
        finally:
            self.process.kill()
            self.process.wait()

    def _receive(self) -> dict[str, Any]:
        data = self._control.recv(1 << 20)
        assert data, f"the warm process ended with {self.process.wait(PATIENCE_S)}"
        answer: dict[str, Any] = json.loads(data)
        return answer


@pytest.fixture(scope="module")
def premises() -> Iterator[Premises]:
    """Make a course in a folder that everybody may enter, owned by the ordinary user."""
    folder = Path(tempfile.mkdtemp(prefix="walls-"))
    folder.chmod(0o755)
    made = Premises(folder / "course" / "secret.txt", folder / "course" / "points", folder / "course" / "neighbours")
    made.neighbours.mkdir(parents=True)
    made.data.mkdir()
    made.secret.write_text(SECRET)
    (made.data / "points.csv").write_text("1,2\n")
    (made.data / "out").symlink_to(made.secret)
    for path in (made.secret.parent, *made.secret.parent.rglob("*")):
        if AS_ROOT:
            os.chown(path, NOBODY, NOBODY)
        path.chmod(0o777 if path.is_dir() else 0o666)
    yield made
    shutil.rmtree(folder)


@pytest.fixture(scope="module", params=machines(), ids=str)
def enclosure(request: pytest.FixtureRequest, premises: Premises) -> Iterator[Enclosure]:
    """One warm process per level and user, for many children."""
    opened = Enclosure(request.param, premises)
    assert "what" not in opened.ready, opened.ready
    yield opened
    opened.close()


def descendants(pid: int) -> list[int]:
    """Return the numbers of a process's children, theirs and so on."""
    found: list[int] = []
    with contextlib.suppress(OSError):
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            found += [int(child), *descendants(int(child))]
    return found


def wait_until(happened: Callable[[], bool]) -> bool:
    """Wait for a while; tell whether it happened."""
    deadline = time.monotonic() + PATIENCE_S
    while not happened() and time.monotonic() < deadline:
        time.sleep(0.01)
    return happened()


def status_of(pid: int) -> dict[str, str]:
    """Return what the kernel says about a process."""
    return dict(line.split(":\t", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines() if ":\t" in line)


def refused(answers: dict[str, Any]) -> dict[str, Any]:
    """Return the attempts that were *not* refused."""
    return {name: answer for name, answer in answers.items() if answer[0] != "refused"}


# what stands


def test_the_layers_of_a_level_stand(enclosure: Enclosure) -> None:
    """Each level has the layers it promises, and root always changes its user."""
    layers = {
        4: {"namespaces", "landlock", "seccomp", "rlimits"},
        3: {"namespaces", "landlock", "seccomp", "rlimits"},
        2: {"landlock", "seccomp", "rlimits"},
        1: {"seccomp", "rlimits"},
    }[enclosure.level]
    assert set(enclosure.ready["layers"]) - {"uid"} == layers
    child = enclosure.run("tell(1); time.sleep(60)", stay=True)["pid"]
    try:
        status = status_of(enclosure.family()[-1])
        assert status["NoNewPrivs"] == "1"
        assert status["Seccomp"] == "2"
        assert {status[name] for name in ("CapInh", "CapPrm", "CapEff", "CapAmb")} == {"0" * 16}
        uids = set(status["Uid"].split())
        assert len(uids) == 1
        assert "0" not in uids
        assert ("uid" in enclosure.ready["layers"]) == (60_000 <= int(uids.pop()) < 61_000)
    finally:
        enclosure.end(child)


def test_each_child_is_a_user_of_its_own(enclosure: Enclosure) -> None:
    """Two children at a time are two users, where users change."""
    first = enclosure.run("tell(os.getuid()); time.sleep(60)", stay=True)
    try:
        other = enclosure.ask("tell(os.getuid())")
        assert (other != int(first["told"])) == ("uid" in enclosure.ready["layers"])
    finally:
        enclosure.end(first["pid"])


# honest work


def test_numpy_works_inside(enclosure: Enclosure) -> None:
    """Products, random numbers and linear algebra work at every level."""
    assert enclosure.ask(
        """
        a = np.random.default_rng(0).normal(size=(200, 300))
        u, s, v = np.linalg.svd(a, full_matrices=False)
        np.random.seed(1)
        tell([bool(np.allclose((u * s) @ v, a)), np.random.rand(3).shape[0], abs(np.fft.fft(np.ones(4))).tolist()])
        """
    ) == [True, 3, [4.0, 0.0, 0.0, 0.0]]


def test_modules_are_imported_where_files_can_be_read(enclosure: Enclosure) -> None:
    """What was not loaded before can be imported from level 2 on, extension modules too; below that, nothing can."""
    code = "import importlib\ntell({name: attempt(importlib.import_module, name) for name in given['names']})"
    names = ["colorsys", "wave", "audioop" if sys.version_info < (3, 11) else "cmath", "_lsprof", "encodings.cp949"]
    answers = enclosure.ask(code, names=names)
    if enclosure.level >= 2:
        assert {name: answer for name, answer in answers.items() if answer[0] != "done"} == {}
    else:
        assert "colorsys" not in refused(answers)


def test_data_can_be_read_where_files_can(enclosure: Enclosure) -> None:
    """The data of an exercise is where the walls say it is, and two folders up from where a child starts."""
    code = """
    def read(path):
        with open(path) as file:
            return file.read()
    tell([attempt(read, given["path"]), attempt(read, "../../source_data/points/points.csv")])
    """
    if enclosure.level == 1:
        assert enclosure.ready["data"] == []
        return
    found, relative = enclosure.ask(code, path=enclosure.ready["data"][0] + "/points.csv")
    assert found == ["done", repr("1,2\n")]
    if enclosure.level >= 3:
        assert relative == found


def test_null_can_be_written(enclosure: Enclosure) -> None:
    """Printing to os.devnull works wherever files can be opened."""
    if enclosure.level >= 2:
        assert enclosure.ask("with open(os.devnull, 'w') as file: tell(file.write('gone'))") == 4


# files


def read_secrets(enclosure: Enclosure, premises: Premises) -> dict[str, Any]:
    """Let a child read what it may not, by whatever path; return what it got."""
    paths = [
        premises.secret,
        premises.secret.parent,
        premises.data.parent / "points" / ".." / "secret.txt",
        premises.data / "out",
        f"{enclosure.ready['data'][0]}/out" if enclosure.ready["data"] else "out",
        "/etc/passwd",
        "/etc/hostname",
        Path.home(),
        "/root",
        "/home",
        "/tmp",
        "/var",
        "/boot",
        "/proc/self/environ",
        "/proc/self/maps",
        "/proc/self/mem",
        "/proc/self/root/etc/passwd",
        "/proc/1/cmdline",
        "/proc/self/fd",
        f"/proc/{os.getpid()}/mem",
        f"/proc/{os.getpid()}/environ",
        f"/proc/{os.getpid()}/cwd/pyproject.toml",
        "/sys/kernel",
        "/dev/mem",
        "/dev/kmsg",
        "/dev/tty",
        "/dev/shm",
        "/run",
        __file__,
        ROOT / "pyproject.toml",
        ROOT / "solutions",
        ROOT / "autograder" / "inside" / "walls.py",
        Path(pytest.__file__),
        "../../../../../../etc/passwd",
        "../../course/secret.txt",
        "../secret.txt",
    ]
    code = """
    def read(path):
        try:
            return os.read(os.open(path, os.O_RDONLY), 100)
        except IsADirectoryError:
            return os.listdir(path)
    tell({path: attempt(read, path) for path in given["paths"]})
    """
    return refused(enclosure.ask(code, paths=[str(path) for path in paths]))


def test_no_secret_can_be_read(enclosure: Enclosure, premises: Premises) -> None:
    """Nothing but Python, numpy, libraries and data can be opened."""
    assert read_secrets(enclosure, premises) == {}


def test_only_level_2_tells_what_exists(enclosure: Enclosure, premises: Premises) -> None:
    """Sizes of files, ends of links and numbers of processes are seen at level 2, as is promised, and nowhere else."""
    code = """
    ways = {"stat": os.stat, "link": os.readlink, "path": lambda path: os.open(path, os.O_PATH)}
    tell({f"{way} {path}": attempt(ways[way], path) for way, path in given["attempts"]})
    """
    paths = [str(premises.secret), "/etc/passwd", f"/proc/{os.getpid()}"]
    attempts = [*((way, path) for way in ("stat", "path") for path in paths), ("link", str(premises.data / "out"))]
    answers = enclosure.ask(code, attempts=attempts)
    assert refused(answers) == (answers if enclosure.level == 2 else {})


def test_packages_beside_numpy_cannot_be_read(enclosure: Enclosure) -> None:
    """Of all installed packages only numpy is there: not the grader's, not the course's."""
    folder = sysconfig.get_path("purelib")
    beside = [str(path) for path in Path(folder).glob("*/__init__.py") if path.parent.name != "numpy"][:50]
    assert beside
    code = "tell({path: attempt(open, path) for path in given['paths']})"
    assert refused(enclosure.ask(code, paths=beside)) == {}


def test_nothing_outside_scratch_can_be_changed(enclosure: Enclosure, premises: Premises) -> None:
    """No file is made, changed, renamed, removed or linked, not even the child's own user's."""
    data = enclosure.ready["data"][0] if enclosure.ready["data"] else str(premises.data)
    code = """
    def write(path):
        os.write(os.open(path, os.O_WRONLY | os.O_CREAT, 0o666), b"x")
    answers = {folder: attempt(write, folder + "/made") for folder in given["folders"]}
    for path in given["files"]:
        answers["write " + path] = attempt(write, path)
        answers["append " + path] = attempt(os.open, path, os.O_WRONLY | os.O_APPEND)
        answers["open truncating " + path] = attempt(os.open, path, os.O_WRONLY | os.O_TRUNC)
        answers["read and write " + path] = attempt(os.open, path, os.O_RDWR)
        answers["read truncating " + path] = attempt(os.open, path, os.O_RDONLY | os.O_TRUNC)
        answers["neither " + path] = attempt(os.open, path, os.O_ACCMODE)
        answers["neither truncating " + path] = attempt(os.open, path, os.O_ACCMODE | os.O_TRUNC)
        answers["truncate " + path] = attempt(os.truncate, path, 0)
        answers["chmod " + path] = attempt(os.chmod, path, 0o777)
        answers["chown " + path] = attempt(os.chown, path, os.getuid(), os.getgid())
        answers["utime " + path] = attempt(os.utime, path)
        answers["remove " + path] = attempt(os.remove, path)
        answers["rename " + path] = attempt(os.rename, path, path + ".away")
        answers["steal " + path] = attempt(os.rename, path, "stolen")
        answers["link " + path] = attempt(os.link, path, "linked")
        answers["symlink " + path] = attempt(os.symlink, path, "linked")
        answers["setxattr " + path] = attempt(os.setxattr, path, b"user.x", b"x")
        answers["mkfifo " + path] = attempt(os.mkfifo, path + ".fifo")
        answers["mkdir " + path] = attempt(os.mkdir, path + ".made")
        answers["rmdir " + path] = attempt(os.rmdir, os.path.dirname(path))
    answers["chroot"] = attempt(os.chroot, "/")
    tell(answers)
    """
    folders = ["/", "/tmp", "/var/tmp", "/dev/shm", "/dev", "/w", "/w/assignments", "/w/source_data", data]
    folders += [str(premises.neighbours), *levels.readable_paths(), *(() if enclosure.level >= 3 else (".", ".."))]
    files = [str(premises.secret), str(premises.data / "points.csv"), f"{data}/points.csv", os.__file__, np.__file__]
    assert refused(enclosure.ask(code, folders=folders, files=files)) == {}
    assert premises.secret.read_text() == SECRET
    assert (premises.data / "points.csv").read_text() == "1,2\n"
    assert list(premises.neighbours.iterdir()) == []


def test_scratch_is_private_and_empty(enclosure: Enclosure) -> None:
    """A child works in a folder of its own that no other child ever sees; below level 3 it has none."""
    mine = (
        "os.makedirs('a/b'); open('a/b/mine', 'w').write('x'); os.rename('a/b/mine', 'a/mine'); tell(os.listdir('a'))"
    )
    if enclosure.level < 3:
        assert enclosure.ask("tell(attempt(os.mkdir, 'a'))")[0] == "refused"
        return
    first = enclosure.run(mine + "; time.sleep(60)", stay=True)
    try:
        assert sorted(json.loads(first["told"])) == ["b", "mine"]
        assert enclosure.ask("tell([os.getcwd(), os.listdir('.')])") == ["/w/assignments/work", []]
    finally:
        enclosure.end(first["pid"])
    assert enclosure.ask("tell(os.listdir('/w/assignments/work'))") == []


def test_scratch_is_bounded(enclosure: Enclosure) -> None:
    """Neither bytes nor files grow beyond the bound."""
    if enclosure.level < 3:
        return
    code = """
    def fill():
        for number in range(100):
            with open(f"{number}", "wb") as file:
                file.write(bytes(1 << 19))
    def litter():
        for number in range(10000):
            open(f"f{number}", "w").close()
    def one():
        with open("one", "wb") as file:
            for _ in range(100):
                file.write(bytes(1 << 20))
    def seek():
        with open("holes", "wb") as file:
            file.truncate(1 << 30)
    tell({"one": attempt(one), "seek": attempt(seek), "litter": attempt(litter), "fill": attempt(fill)})
    """
    assert refused(enclosure.ask(code)) == {}


def test_code_written_to_scratch_cannot_be_loaded(enclosure: Enclosure) -> None:
    """A library that a child writes is no library."""
    if enclosure.level < 3:
        return
    code = """
    with open(given["library"], "rb") as source, open("own.so", "wb") as copy:
        copy.write(source.read())
    tell(attempt(ctypes.CDLL, "./own.so"))
    """
    library = min(Path(sysconfig.get_config_var("DESTSHARED")).glob("*.so"), key=lambda path: path.stat().st_size)
    assert enclosure.ask(code, library=str(library))[0] == "refused"


# descriptors


def test_nothing_is_inherited(enclosure: Enclosure) -> None:
    """Of all descriptors only the one that was kept is there, and 0, 1 and 2 lead nowhere."""
    code = """
    found = []
    for descriptor in range(4096):
        try:
            os.lseek(descriptor, 0, os.SEEK_CUR)
        except OSError as error:
            if error.errno == errno.EBADF:
                continue
        found.append(descriptor)
    tell([found, kept, [len(os.read(descriptor, 1)) for descriptor in (0, 1, 2)], os.write(1, b"gone")])
    """
    found, kept, read, written = enclosure.ask(code)
    assert found == [0, 1, 2, kept]
    assert read == [0, 0, 0]
    assert written == 4


# processes


def test_no_process_and_no_thread_can_be_started(enclosure: Enclosure) -> None:
    """Fork, threads and exec fail, and the child goes on."""
    code = """
    import subprocess, threading
    libc = ctypes.CDLL(None, use_errno=True)
    def thread():
        started = threading.Thread(target=print)
        started.start()
    def syscall(number, *arguments):
        if libc.syscall(number, *arguments) < 0:
            raise OSError(ctypes.get_errno(), "syscall")
    tell({
        "fork": attempt(os.fork),
        "thread": attempt(thread),
        "subprocess": attempt(subprocess.run, ["/bin/true"]),
        "system": ["refused"] if os.system("true") else ["done"],
        "exec": attempt(os.execv, sys.executable, [sys.executable, "-c", ""]),
        "spawn": attempt(os.posix_spawn, "/bin/true", ["true"], {}),
        "clone": attempt(syscall, given["clone"], 17, 0, 0, 0, 0),
        "clone3": attempt(syscall, 435, 0, 0),
    })
    """
    assert refused(enclosure.ask(code, clone=56 if platform.machine() == "x86_64" else 220)) == {}


def test_no_process_can_be_signalled_or_watched(enclosure: Enclosure) -> None:
    """No signal reaches anybody else, by any number; a child may signal itself."""
    code = """
    import signal
    others = [os.getppid(), 1, -1, 0, *given["processes"]]
    answers = {f"kill {pid}": attempt(os.kill, pid, 0) for pid in others}
    answers["killpg"] = attempt(os.killpg, 0, 0)
    answers["pidfd"] = attempt(os.pidfd_open, os.getppid())
    answers["nice"] = attempt(os.setpriority, os.PRIO_PROCESS, 0, 5)
    answers["affinity of others"] = attempt(os.sched_getaffinity, os.getppid())
    answers["set affinity"] = attempt(os.sched_setaffinity, 0, [0])
    answers["wait"] = attempt(os.wait)
    answers["setsid"] = attempt(os.setsid)
    caught = []
    signal.signal(signal.SIGUSR1, lambda *_: caught.append(1))
    signal.raise_signal(signal.SIGUSR1)
    tell([answers, caught])
    """
    answers, caught = enclosure.ask(code, processes=[os.getpid(), *enclosure.family()])
    assert refused(answers) == {}
    assert caught == [1]


def test_who_it_is_cannot_be_changed(enclosure: Enclosure) -> None:
    """No user, group, limit or property of the process can be changed back."""
    code = """
    import resource
    libc = ctypes.CDLL(None, use_errno=True)
    def prctl(option, value):
        if libc.prctl(option, value, 0, 0, 0) < 0:
            raise OSError(ctypes.get_errno(), "prctl")
    answers = {f"prctl {option}": attempt(prctl, option, 1) for option in (1, 4, 8, 22, 23, 24, 28, 36, 38, 40, 47)}
    answers["setuid"] = attempt(os.setuid, 0)
    answers["setgid"] = attempt(os.setgid, 0)
    answers["setresuid"] = attempt(os.setresuid, -1, 0, -1)
    answers["setgroups"] = attempt(os.setgroups, [0])
    for name in dir(resource):
        if name.startswith("RLIMIT_"):
            kind = getattr(resource, name)
            answers[name] = attempt(resource.setrlimit, kind, (resource.RLIM_INFINITY,) * 2)
            answers["same " + name] = attempt(resource.setrlimit, kind, resource.getrlimit(kind))
            answers["of the parent " + name] = attempt(resource.prlimit, os.getppid(), kind)
    tell(answers)
    """
    assert refused(enclosure.ask(code)) == {}


# the kernel


def test_every_other_system_call_is_refused(enclosure: Enclosure) -> None:
    """All numbers that are not on the list fail with EPERM, whatever a kernel will call them."""
    groups = [seccomp.ALWAYS, seccomp.CONDITIONAL]
    groups += [seccomp.READING] if enclosure.level >= 2 else []
    groups += [seccomp.SCRATCH] if enclosure.level >= 3 else []
    column = 0 if platform.machine() == "x86_64" else 1
    allowed = {numbers[column] for group in groups for numbers in group.values()}
    if platform.machine() == "x86_64":
        allowed |= {335, 336}  # the kernel's own return from a probe: it asks no filter, and kills who calls it
    code = """
    libc = ctypes.CDLL(None, use_errno=True)
    answers = {}
    for number in given["numbers"]:
        ctypes.set_errno(0)
        answers[number] = [libc.syscall(number, 0, 0, 0, 0, 0, 0), ctypes.get_errno()]
    tell({number: answer for number, answer in answers.items() if answer != [-1, errno.EPERM]})
    """
    assert enclosure.ask(code, numbers=[number for number in range(1024) if number not in allowed]) == {}


DANGEROUS = {
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "shmget": (29, 194),
    "msgget": (68, 186),
    "semget": (64, 190),
    "mq_open": (240, 180),
    "io_uring_setup": (425, 425),
    "userfaultfd": (323, 282),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "perf_event_open": (298, 241),
    "bpf": (321, 280),
    "mount": (165, 40),
    "fsopen": (430, 430),
    "open_tree": (428, 428),
    "pivot_root": (155, 41),
    "unshare": (272, 97),
    "setns": (308, 268),
    "seccomp": (317, 277),
    "landlock_create_ruleset": (444, 444),
    "socket": (41, 198),
    "socketpair": (53, 199),
    "sendmsg": (46, 211),
    "recvmsg": (47, 212),
    "splice": (275, 76),
    "vmsplice": (278, 75),
    "kill": (62, 129),
    "tkill": (200, 130),
    "rt_sigqueueinfo": (129, 138),
    "pidfd_getfd": (438, 438),
    "process_madvise": (440, 440),
    "openat2": (437, 437),
    "open_by_handle_at": (304, 265),
    "inotify_init1": (294, 26),
    "fanotify_init": (300, 262),
    "timer_create": (222, 107),
    "personality": (135, 92),
    "init_module": (175, 105),
    "reboot": (169, 142),
    "syslog": (103, 116),
    "acct": (163, 89),
    "quotactl": (179, 60),
    "setrlimit": (160, 164),
    "flock": (73, 32),
    "mlockall": (151, 230),
}


@pytest.mark.parametrize("name", DANGEROUS)
def test_dangerous_calls_are_on_no_list(name: str) -> None:
    """No table allows a call that is known for what can be done with it."""
    tables = seccomp.ALWAYS | seccomp.READING | seccomp.SCRATCH | seccomp.CONDITIONAL
    for column in (0, 1):
        assert DANGEROUS[name][column] not in {numbers[column] for numbers in tables.values()}


def test_no_network_can_be_reached(enclosure: Enclosure) -> None:
    """No socket of any family is had."""
    code = """
    import socket
    families = [name for name in dir(socket) if name.startswith("AF_")]
    tell({name: attempt(socket.socket, getattr(socket, name)) for name in families})
    """
    assert refused(enclosure.ask(code)) == {}


def test_arguments_are_looked_at(enclosure: Enclosure) -> None:
    """Of fcntl and ioctl only harmless commands pass: no pipe grows, nobody becomes an owner, nothing is typed."""
    code = """
    import fcntl, termios
    commands = {"F_SETLK": 6, "F_SETLKW": 7, "F_SETOWN": 8, "F_SETSIG": 10, "F_SETOWN_EX": 15, "F_OFD_SETLK": 37,
                "F_SETLEASE": 1024, "F_NOTIFY": 1026, "F_SETPIPE_SZ": 1031, "F_ADD_SEALS": 1033}
    answers = {name: attempt(fcntl.fcntl, kept, command, 1 << 20) for name, command in commands.items()}
    answers["TIOCSTI"] = attempt(fcntl.ioctl, 0, 0x5412, b"x")
    answers["TIOCLINUX"] = attempt(fcntl.ioctl, 0, 0x541C, b"x")
    answers["high word"] = attempt(fcntl.ioctl, 0, 0x5412 | 1 << 31, b"x")
    tell([answers, fcntl.fcntl(kept, fcntl.F_GETFL), os.isatty(0)])
    """
    answers, flags, terminal = enclosure.ask(code)
    assert refused(answers) == {}
    assert flags == os.O_WRONLY
    assert terminal is False


@pytest.mark.skipif(platform.machine() != "x86_64", reason="these are doors of x86-64")
@pytest.mark.parametrize("machine_code", ["b814000000cd80c3", "b827000040 0f05c3", "b8ffffffff0f05c3"])
def test_foreign_calls_end_the_process(enclosure: Enclosure, machine_code: str) -> None:
    """A call of the 32-bit table, of x32 or of no table at all is the child's last."""
    code = """
    import mmap
    page = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    page.write(bytes.fromhex(given["machine_code"]))
    function = ctypes.CFUNCTYPE(ctypes.c_long)(ctypes.addressof(ctypes.c_char.from_buffer(page)))
    function()
    tell("went on")
    """
    answer = enclosure.run(code, machine_code=machine_code)
    assert answer["told"] == ""
    assert answer["status"] == -signal.SIGSYS


# what is used up


def test_memory_is_bounded(enclosure: Enclosure) -> None:
    """An array beyond the bound is a MemoryError, and so is a mapping that is shared; the child goes on."""
    code = """
    import mmap
    def grow():
        kept = []
        while True:
            kept.append(np.ones(1 << 20))
    def share():
        return [mmap.mmap(-1, 1 << 26) for _ in range(100)]
    tell([{"at once": attempt(np.ones, 1 << 27), "bit by bit": attempt(grow), "shared": attempt(share)},
          int(np.ones(1 << 20).sum())])
    """
    answers, after = enclosure.ask(code)
    assert refused(answers) == {}
    assert answers["at once"][1].endswith("MemoryError")
    assert after == 1 << 20
    enough = f"tell(int(np.ones({(MEMORY_MB - 48) << 17}).nbytes >> 20))"
    assert enclosure.ask(enough) == MEMORY_MB - 48


def test_a_deep_recursion_hurts_nobody_else(enclosure: Enclosure) -> None:
    """A stack that overflows ends one child at most."""
    code = """
    sys.setrecursionlimit(10**9)
    def deeper(x):
        return sorted([x], key=deeper)
    tell(attempt(deeper, 1))
    """
    enclosure.run(code)
    assert enclosure.ask("tell(1)") == 1


@pytest.mark.parametrize("machine", [machine for machine in machines() if machine.level in {4, 1}], ids=str)
def test_cpu_time_is_bounded(machine: Machine, premises: Premises) -> None:
    """The kernel ends a child that computes for too long, whatever it does about signals."""
    enclosure = Enclosure(machine, premises, plan={"cpu_s": 1})
    try:
        code = """
        import signal
        for number in set(range(1, 65)) - {9, 19, 32, 33}:
            signal.signal(number, signal.SIG_IGN)
        signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))
        while True:
            pass
        """
        answer = enclosure.run(code)
    finally:
        enclosure.close()
    assert answer["status"] == -signal.SIGKILL
    # The kernel counts by ticks: on a busy machine it is off by some.
    assert 0.2 < answer["cpu_s"] < 5


# nothing is left


def traces() -> set[str]:
    """Return what a careless wall would leave on the machine: files in the usual places, and mounts."""
    folders = [Path(name) for name in ("/", "/tmp", "/var/tmp", "/dev/shm", "/w") if Path(name).is_dir()]
    return {
        *(str(path) for folder in folders for path in folder.iterdir()),
        *Path("/proc/self/mountinfo").read_text().splitlines(),
    }


def leaves_nothing(act: Callable[[], None]) -> bool:
    """Tell whether an act leaves nothing new; others use this machine too, so one clean run of three will do."""

    def is_clean() -> bool:
        before = traces()
        act()
        return traces() <= before

    return any(is_clean() for _ in range(3))


@pytest.mark.parametrize("machine", machines(), ids=str)
@pytest.mark.parametrize("victim", ["guard", "warm"])
def test_a_kill_leaves_nothing(machine: Machine, premises: Premises, victim: str) -> None:
    """SIGKILL of the guard or of the warm process ends the whole family, and leaves no file and no mount."""

    def kill() -> None:
        enclosure = Enclosure(machine, premises)
        enclosure.run("tell(1); time.sleep(60)", stay=True)
        family = enclosure.family()
        assert len(family) == 3
        os.kill(family[0 if victim == "guard" else 1], signal.SIGKILL)
        assert enclosure.process.wait(PATIENCE_S) == -signal.SIGKILL
        assert wait_until(lambda: not any(map(is_alive, family)))
        enclosure.close()

    assert leaves_nothing(kill)


@pytest.mark.parametrize("machine", machines(), ids=str)
def test_nothing_outlives_the_trusted_process(machine: Machine, premises: Premises) -> None:
    """It all ends with the process that started it, not with the thread that did."""
    started: list[Enclosure] = []
    reading, writing = os.pipe()
    trusted = os.fork()
    if trusted == 0:
        try:
            thread = threading.Thread(target=lambda: started.append(Enclosure(machine, premises)))
            thread.start()
            thread.join()
            time.sleep(0.05)
            started[0].run("tell(1); time.sleep(60)", stay=True)
            os.write(writing, json.dumps(started[0].family()).encode())
            time.sleep(60)
        finally:
            os._exit(1)
    os.close(writing)
    family = json.loads(os.read(reading, 1000))
    os.close(reading)
    assert len(family) == 3
    assert all(map(is_alive, family))
    os.kill(trusted, signal.SIGKILL)
    os.waitpid(trusted, 0)
    assert wait_until(lambda: not any(map(is_alive, family)))


# walls that can't be had


@pytest.mark.skipif(not AS_ROOT, reason="only root can become somebody else")
def test_root_level_is_refused_to_others(premises: Premises) -> None:
    """An ordinary user is told that level 4 needs root, and its process is as it was."""
    enclosure = Enclosure(Machine(4, NOBODY), premises)
    enclosure.close()
    assert enclosure.ready["what"] == "root"
    assert enclosure.ready["unchanged"]


@pytest.mark.parametrize("machine", [machine for machine in machines() if machine.level >= 3], ids=str)
@pytest.mark.parametrize("denied", ["unshare", "mount", "mount_setattr", "pivot_root"])
def test_a_container_that_forbids_namespaces_is_noticed(machine: Machine, premises: Premises, denied: str) -> None:
    """A step that fails half-way is named, and the process is as it was."""

    def fail() -> None:
        enclosure = Enclosure(machine, premises, denied=numbers_of(denied))
        enclosure.close()
        assert (enclosure.ready["what"], enclosure.ready["number"]) == (denied, 1)
        assert enclosure.ready["unchanged"]

    assert leaves_nothing(fail)


@pytest.mark.parametrize("level", [2, 1])
def test_lower_levels_stand_in_such_a_container(level: int, premises: Premises) -> None:
    """Where unshare and mount are denied, Landlock and seccomp still hold."""
    denied = numbers_of("unshare", "mount", "pivot_root")
    enclosure = Enclosure(Machine(level), premises, denied=denied)
    try:
        assert enclosure.ready["level"] == level
        assert enclosure.ask("tell(attempt(open, given['path']))", path=str(premises.secret))[0] == "refused"
    finally:
        enclosure.close()


@pytest.mark.parametrize("machine", [machine for machine in machines() if machine.level >= 3], ids=str)
def test_the_small_disk_holds_without_landlock(machine: Machine, premises: Premises) -> None:
    """Where the kernel has no Landlock, a child of these levels only sees more of the way on which Python is found."""
    enclosure = Enclosure(machine, premises, denied=list(DANGEROUS["landlock_create_ruleset"][:1]))
    try:
        assert "landlock" not in enclosure.ready["layers"]
        on_the_way = {str(folder) for path in levels.readable_paths() for folder in Path(path).parents}
        assert set(read_secrets(enclosure, premises)) <= on_the_way
        test_only_level_2_tells_what_exists(enclosure, premises)
        test_packages_beside_numpy_cannot_be_read(enclosure)
        test_nothing_outside_scratch_can_be_changed(enclosure, premises)
        test_scratch_is_bounded(enclosure)
    finally:
        enclosure.close()


def test_the_attempts_would_succeed_without_walls(premises: Premises) -> None:
    """What these tests try works where nothing stands: a refusal above is a wall's doing, not a slip of the test."""
    enclosure = Enclosure(Machine(0), premises, plan={"data": [str(premises.data)]})
    try:
        code = """
        import socket
        def fork():
            child = os.fork()
            if not child:
                os._exit(0)
            os.waitpid(child, 0)
        tell({
            "read": attempt(open, given["secret"]),
            "write": attempt(open, given["secret"], "a"),
            "neither": attempt(os.open, given["secret"], os.O_ACCMODE),
            "link out": attempt(open, "out"),
            "socket": attempt(socket.socket),
            "memfd": attempt(os.memfd_create, "x"),
            "kill": attempt(os.kill, os.getppid(), 0),
            "pidfd": attempt(os.pidfd_open, os.getppid()),
            "proc": attempt(open, "/proc/meminfo"),
            "chmod": attempt(os.chmod, given["secret"], 0o666),
            **({"fork": attempt(fork), "setuid": attempt(os.setresuid, -1, 0, -1)} if os.geteuid() == 0 else {}),
        })
        """
        assert len(refused(enclosure.ask(code, secret=str(premises.secret)))) == 10 + 2 * AS_ROOT
    finally:
        enclosure.close()


def test_level_0_limits_and_no_more(premises: Premises) -> None:
    """Level 0 bounds memory and closes descriptors; files are open to it, and it says so by its layers."""
    enclosure = Enclosure(Machine(0), premises)
    try:
        assert enclosure.ready["layers"] == ["rlimits"]
        code = "tell([attempt(np.ones, 1 << 30)[0], attempt(os.fstat, kept + 1)[0], open(given['path']).read()])"
        assert enclosure.ask(code, path=str(premises.secret)) == ["refused", "refused", SECRET]
    finally:
        enclosure.close()
