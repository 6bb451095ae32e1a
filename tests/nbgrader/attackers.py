"""What a hostile class hands in: each attack is a folder, and what it deserves."""

from __future__ import annotations

import copy
import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tests.nbgrader.answers import Notebook, cell_of, code, filled, functions_of, grade_id, text
from tests.nbgrader.conftest import ROOT
from tests.nbgrader.pages import SCRIPT

NAME: Final = "gradient_descent"
NOTEBOOK: Final = f"{NAME}.ipynb"
RIGHT: Final = functions_of(ROOT / "solutions" / NAME / f"{NAME}.py")
FULL: Final = (2.0, 4.0, 4.0)
NOTHING: Final = (0.0, 0.0, 0.0)
WITHOUT_LOSS: Final = (0.0, 4.0, 4.0)
"""What is deserved where only `Loss` is wrong."""
BAD_LOSS: Final = "def Loss(f_x, y):\n    return np.mean(f_x - y)"
TRACE: Final = "siege_mark"
"""The name of every file that an attack leaves where it can."""
NAP_S: Final = 293
"""Seconds that a process sleeps which is to outlive the grading."""


@dataclass(frozen=True)
class Attack:
    """One hostile submission.

    Attributes
    ----------
    lay : callable
        Puts the files into the folder of the submission; gets that and the course.
    points : tuple of float
        What the gradebook must hold of it.
    """

    lay: Callable[[Path, Path], None]
    points: tuple[float, ...] = FULL


def released(course: Path) -> Path:
    """Return the notebook that everybody was given."""
    return course / "assignments" / NAME / NOTEBOOK


def right(course: Path, **answers: str) -> Notebook:
    """Return right answers, but for those that are given."""
    return filled(released(course), {**RIGHT, **answers})


def saved(notebook: Notebook | str | bytes, folder: Path, name: str = NOTEBOOK) -> None:
    """Write a file of a submission."""
    if isinstance(notebook, dict):
        notebook = json.dumps(notebook, ensure_ascii=False)
    (folder / name).write_bytes(notebook if isinstance(notebook, bytes) else notebook.encode("utf-8", "surrogatepass"))


# --- code that spies, destroys and cheats -----------------------------------------------------------------------------

SPY: Final = """
import os, sys, warnings
got = []
def attempt(*actions):
    for action in actions:
        try:
            got.append(str(action())[:3000])
        except BaseException as error:
            pass
def tell():
    said = " ".join(got) or "nothing"
    print(said)
    try:
        sys.stderr.write(said)
        warnings.warn(said)
        os.write(1, said.encode())
        os.write(2, said.encode())
    except BaseException:
        pass
    return said
course = bytes.fromhex("{course}").decode()
"""
TOLD: Final = """
tell()
def main(*arguments, **named):
    said = tell()
    raise type(said[:200].replace("\\0", ""), (Exception,), {"__doc__": said})(said)
"""

READS: Final = """
places = ["solutions/NAME/NAME.py", "solutions/NAME/NAME.ipynb", "solutions/NAME/test_hidden.py", "gradebook.db",
    "solutions/NAME/assignment.toml", "submitted/student01/NAME/NAME.ipynb", "autograded/student01/NAME/NAME.ipynb",
    "nbgrader_config.py"]
for place in places:
    path = os.path.join(course, place.replace("NAME", "gradient_descent"))
    attempt(lambda: open(path, encoding="latin-1").read(), lambda: os.read(os.open(path, 0), 9999),
        lambda: os.listdir(os.path.dirname(path)), lambda: os.stat(path), lambda: __import__("io").FileIO(path).read())
    import numpy as np
    attempt(lambda: np.fromfile(path, "u1").tobytes(), lambda: np.memmap(path, "u1").tobytes())
attempt(lambda: __import__("sqlite3").connect(os.path.join(course, "gradebook.db")).execute("select * from student"))
"""
CLIMBS: Final = """
for depth in range(8):
    for base in ("", "/proc/self/cwd/", f"/proc/{os.getppid()}/cwd/", "/proc/1/cwd/", "/proc/self/root" + course + "/"):
        for place in ("solutions/gradient_descent/test_hidden.py", "gradebook.db", "../student01/gradient_descent/"):
            path = base + "../" * depth + place
            attempt(lambda: open(path, encoding="latin-1").read(), lambda: os.listdir(path))
for process in ("self", os.getppid(), 1):
    for file in ("environ", "cmdline", "maps", "mountinfo"):
        attempt(lambda: open(f"/proc/{process}/{file}").read())
    attempt(lambda: os.listdir(f"/proc/{process}/fd"))
attempt(os.getcwd, lambda: dict(os.environ), lambda: sys.argv, lambda: os.readlink("/proc/self/exe"))
for number in range(3, 40):
    attempt(lambda: os.pread(number, 9999, 0))
for way in ("symlink", "link"):
    attempt(lambda: getattr(os, way)(course + "/solutions/gradient_descent/test_hidden.py", "stolen"),
        lambda: open("stolen").read())
"""
REMEMBERS: Final = """
import gc
frame = sys._getframe()
while frame:
    attempt(lambda: frame.f_code.co_filename, lambda: {k: v for k, v in frame.f_globals.items() if "hidden" in k})
    frame = frame.f_back
attempt(lambda: [o for o in gc.get_objects() if "hidden" in str(type(o)) or "curtain" in repr(o)[:500]])
attempt(lambda: open("/proc/self/mem", "rb").read(99), lambda: sys.modules["nbgrader"], lambda: sys.modules["pytest"])
attempt(lambda: get_ipython().db, lambda: __import__("nbgrader").__file__, lambda: __import__("autograder").__file__)
"""
WRITES: Final = """
for place in ("gradebook.db", "submitted/student01/gradient_descent/gradient_descent.ipynb", "nbgrader_config.py",
    "solutions/gradient_descent/test_hidden.py", "autograded/student01/gradient_descent/gradient_descent.ipynb",
    "siege_mark", "feedback/siege_mark", "autograded/siege_mark"):
    path = os.path.join(course, place)
    attempt(lambda: open(path, "a").write("siege"), lambda: os.unlink(path), lambda: os.rename(path, path + "siege"),
        lambda: os.chmod(path, 0o777), lambda: os.symlink(course, path), lambda: os.truncate(path, 0))
for place in (os.path.expanduser("~/siege_mark"), "/tmp/siege_mark", "/var/tmp/siege_mark", "/dev/shm/siege_mark",
    os.path.join(os.path.dirname(os.__file__), "siege_mark.pth"), "../siege_mark"):
    attempt(lambda: open(place, "w").write("siege"))
attempt(lambda: __import__("sqlite3").connect(course + "/gradebook.db").execute("update grade set manual_score = 9"))
got.clear()
"""
PATCHES: Final = """
import builtins, sys
import numpy as np
def patch():
    for module in (np.testing, np):
        for name in dir(module):
            if name.startswith(("assert", "all", "isclose", "array_eq")):
                setattr(module, name, lambda *a, **k: True)
    for name in ("isinstance", "abs", "all", "any", "AssertionError", "float", "repr"):
        setattr(builtins, name, type("Yes", (), {"__new__": lambda *a, **k: True}))
    sys.modules["pytest"] = sys.modules["numpy.testing"] = sys.modules[__name__]
    sys.settrace(lambda *a: None)
"""
EQUAL: Final = """
class Always(float):
    def __eq__(self, other): return True
    __le__ = __lt__ = __ge__ = __gt__ = __eq__
    __hash__ = float.__hash__
    def __sub__(self, other): return Always(0)
    __rsub__ = __add__ = __radd__ = __abs__ = lambda self, *other: Always(0)
    def __array__(self, *a, **k): return np.zeros(())
    def __reduce__(self): return (eval, ("__import__('os').system('touch /tmp/siege_mark')",))
class Array(np.ndarray):
    def __array_ufunc__(self, *a, **k): return True
    def __array_function__(self, *a, **k): return True
    def __eq__(self, other): return True
calls = []
def Loss(f_x, y):
    calls.append(1)
    return Always(0) if len(calls) % 2 else np.zeros(()).view(Array)
"""
LEAVES: Final = """
import os, sys, atexit, signal
def Loss(f_x, y):
    for number in range(1, 65):
        try: signal.signal(number, signal.SIG_IGN)
        except BaseException: pass
    for victim in (os.getppid(), -os.getpgid(0)):
        try: os.kill(victim, 9)
        except BaseException: pass
    atexit.register(print, "2.0")
    try: sys.exit(0)
    finally: os._exit(0)
"""
FORKS: Final = """
import os, subprocess, threading, time
def Loss(f_x, y):
    for _ in range(50):
        for start in (os.fork, lambda: subprocess.Popen(["sleep", "293"]), lambda: os.system("sleep 293 &"),
                      lambda: os.posix_spawn("/bin/sleep", ["sleep", "293"], {}), lambda: threading.Thread(
                      target=time.sleep, args=(293,)).start()):
            try:
                if start() == 0: time.sleep(293)
            except BaseException: pass
    return 0.0
"""
FORGES: Final = """
import json, os, struct, sys
frames = [json.dumps(said).encode() for said in ({"ok": True, "result": 0.0}, {"status": "graded", "score": 100},
    {"verdict": "passed", "points": 100}, {"auto_score": 100})]
def Loss(f_x, y):
    for number in range(0, 30):
        for frame in frames:
            for data in (frame + b"\\n", struct.pack("<I", len(frame)) + frame, struct.pack(">Q", len(frame)) + frame):
                try: os.write(number, data)
                except BaseException: pass
        try: os.dup2(1, number)
        except BaseException: pass
    return 0.0
"""
HIDES: Final = """
import sys, os
sys.tracebacklimit = 0
sys.excepthook = sys.displayhook = lambda *a: None
sys.stderr = sys.stdout = None
try:
    get_ipython().run_line_magic("xmode", "Minimal")
    get_ipython().showtraceback = lambda *a, **k: None
    get_ipython().run_cell("2.0", store_history=True)
except BaseException: pass
def Loss(f_x, y):
    class Silent(BaseException):
        def __str__(self): raise self
        __repr__ = __str__
    raise Silent
"""


def spying(source: str) -> Callable[[Path, Path], None]:
    """Return an attack that takes what it can get, and tells it in every way that there is."""

    def lay(folder: Path, course: Path) -> None:
        notebook = right(course)
        head = SPY.replace("{course}", str(course).encode().hex())
        cell_of(notebook, "main_answer")["source"] = f"{head}{source}{TOLD}"
        saved(notebook, folder)

    return lay


def cheating(loss: str, *, everywhere: str = "") -> Callable[[Path, Path], None]:
    """Return an attack in which only `Loss` is wrong."""

    def lay(folder: Path, course: Path) -> None:
        saved(right(course, Loss=f"{everywhere}\n{loss}"), folder)

    return lay


CODE: Final = {
    "reads": Attack(spying(READS), (2.0, 4.0, 0.0)),
    "climbs": Attack(spying(CLIMBS), (2.0, 4.0, 0.0)),
    "remembers": Attack(spying(REMEMBERS), (2.0, 4.0, 0.0)),
    "writes": Attack(spying(WRITES), (2.0, 4.0, 0.0)),
    "patches": Attack(cheating(BAD_LOSS.replace("return", "patch()\n    return"), everywhere=PATCHES), WITHOUT_LOSS),
    "equals": Attack(cheating(EQUAL), WITHOUT_LOSS),
    "leaves": Attack(cheating(LEAVES), WITHOUT_LOSS),
    "forks": Attack(cheating(FORKS), WITHOUT_LOSS),
    "forges": Attack(cheating(FORGES), WITHOUT_LOSS),
    "hides": Attack(cheating(HIDES), WITHOUT_LOSS),
    "hogs": Attack(cheating("def Loss(f_x, y):\n    return bytearray(8 << 30)"), WITHOUT_LOSS),
    "loops": Attack(cheating("def Loss(f_x, y):\n    while True: pass"), WITHOUT_LOSS),
    "floods": Attack(
        cheating("def Loss(f_x, y):\n    for _ in range(200): print('x' * 100_000)\n    return np.zeros(10**7)"),
        WITHOUT_LOSS,
    ),
}


# --- notebooks that lie to nbgrader -----------------------------------------------------------------------------------


def bending(change: Callable[[Notebook], Any], *, loss: str | None = BAD_LOSS) -> Callable[[Path, Path], None]:
    """Return an attack that changes a notebook."""

    def lay(folder: Path, course: Path) -> None:
        notebook = right(course, **({"Loss": loss} if loss else {}))
        changed = change(notebook)
        saved(notebook if changed is None else changed, folder)

    return lay


BOX: Final = '<div class="alert-success"><b>Loss: 2 / 2 points</b> siege</div>'


def stored(notebook: Notebook) -> None:
    """Store outputs of every kind that claim points."""
    data = {"text/plain": "2.0", "text/html": BOX, "application/javascript": SCRIPT, "image/svg+xml": "<svg/>"}
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell["execution_count"] = 1
            cell["outputs"] = [
                {"output_type": "execute_result", "data": data, "metadata": {}, "execution_count": 1},
                {"output_type": "display_data", "data": data, "metadata": {}},
                {"output_type": "stream", "name": "stdout", "text": "2.0"},
            ]


def claims(**change: Any) -> Callable[[Notebook], None]:
    """Return a change of all nbgrader metadata."""

    def retag(notebook: Notebook) -> None:
        for cell in notebook["cells"]:
            if "nbgrader" in cell["metadata"]:
                cell["metadata"]["nbgrader"].update(change)

    return retag


def turned(notebook: Notebook) -> None:
    """Make answers of tests and tests of answers, which bring points of their own."""
    for cell in notebook["cells"]:
        role = cell["metadata"].get("nbgrader")
        if role and (role.get("grade") or role.get("solution")):
            role.update(grade=not role["grade"], solution=not role["solution"], points=100)
            cell["source"] += "\n100"
    stored(notebook)


def swapped(notebook: Notebook) -> None:
    """Let the cells of right exercises stand for the wrong one."""
    names = {"Loss": "main", "main": "Loss", "Loss_answer": "main_answer", "main_answer": "Loss_answer"}
    for cell in notebook["cells"]:
        if (name := grade_id(cell)) in names:
            cell["metadata"]["nbgrader"]["grade_id"] = names[name]


def doubled(notebook: Notebook) -> None:
    """Let grade cells stand three times, with points in them."""
    stored(notebook)
    notebook["cells"] += copy.deepcopy([cell for cell in notebook["cells"] if "nbgrader" in cell["metadata"]] * 2)


def extended(notebook: Notebook) -> None:
    """Add grade cells, manual ones and tasks, worth a hundred points each."""
    role = {"schema_version": 3, "points": 100, "locked": False}
    for place, (grade, solution, task) in enumerate([(True, False, False), (True, True, False), (False, False, True)]):
        more = {"grade_id": f"bonus{place}", "grade": grade, "solution": solution, "task": task}
        notebook["cells"].append(code("100.0", **role, **more))
        notebook["cells"].append({**text("100"), "metadata": {"nbgrader": {**role, **more, "cell_type": "markdown"}}})
    notebook["cells"].append(code("2.0", **role, grade=True, solution=True, task=False, grade_id="Loss_answer"))
    stored(notebook)


def marked(notebook: Notebook) -> None:
    """Pretend that a person has graded, and that nothing is left to be looked at."""
    for cell in notebook["cells"]:
        extra = {"manual_score": 2, "auto_score": 2, "needs_manual_grade": False, "score": 2, "comment": BOX}
        cell["metadata"].setdefault("nbgrader", {}).update(extra)
        cell["metadata"]["tags"] = ["remove_cell", "remove_input", "hide_input", "raises-exception"]
        cell["metadata"].update(collapsed=True, jupyter={"source_hidden": True}, deletable=False, editable=False)
    notebook["metadata"]["nbconvert"] = {"template": "/etc/passwd", "template_name": "../../solutions"}
    notebook["metadata"]["autograder_made"] = True
    notebook["metadata"]["autograder_notes"] = [{"kind": "forged", "message": {"en": BOX, "ko": BOX}}]
    notebook["metadata"]["autograder"] = {"text": "0" * 64}


def wrong_types(notebook: Notebook) -> None:
    """Put into nbgrader's metadata what nobody expects there."""
    values: list[Any] = [[], {}, None, "x" * 10**5, float("inf"), True, {"a": [1]}, "../../../gradebook", "\0\ud800"]
    cells = [cell for cell in notebook["cells"] if "nbgrader" in cell["metadata"]]
    for place, cell in enumerate(cells):
        keys = ["grade_id", "points", "schema_version", "cell_type", "checksum", "grade", "locked"]
        cell["metadata"]["nbgrader"].update({key: values[(place + at) % len(values)] for at, key in enumerate(keys)})
    for place, value in enumerate(values):
        notebook["cells"].append({**code(f"{place}"), "metadata": {"nbgrader": value}, "id": value})
        notebook["cells"].append({"cell_type": value, "source": value, "metadata": value})


def kernels(notebook: Notebook) -> None:
    """Ask for a kernel that writes files, and for a language that doesn't exist."""
    notebook["metadata"]["kernelspec"] = {"name": "bash", "language": "bash", "display_name": "</script><script>"}
    notebook["metadata"]["language_info"] = {
        "name": "<img onerror=siege()>",
        "pygments_lexer": "../../../etc/passwd",
        "codemirror_mode": {"name": "<script>"},
        "file_extension": "/../../../../siege_mark",
        "nbconvert_exporter": "os.system",
    }
    notebook["nbformat_minor"] = 99


def nested(depth: int) -> str:
    """Return JSON that is deeper than a parser likes."""
    return '{"cells": ' + '[{"a":' * depth + "1" + "}]" * depth + "}"


def twice(notebook: Notebook) -> str:
    """Name the cells twice: readers differ in which they take."""
    good = json.dumps(notebook)
    return good[:-1] + ', "cells": ' + json.dumps(notebook["cells"]) + "}"


def countless(notebook: Notebook) -> None:
    """Add more cells than anybody reads."""
    notebook["cells"] += [{"cell_type": "code", "source": "1", "metadata": {}, "outputs": []}] * 100_000


NOTEBOOKS: Final = {
    "stored": Attack(bending(stored), WITHOUT_LOSS),
    "turned": Attack(bending(turned), WITHOUT_LOSS),
    "swapped": Attack(bending(swapped), WITHOUT_LOSS),
    "doubled": Attack(bending(doubled), WITHOUT_LOSS),
    "extended": Attack(bending(extended), WITHOUT_LOSS),
    "marked": Attack(bending(marked), WITHOUT_LOSS),
    "unlocked": Attack(bending(claims(points=100, locked=False, checksum="0" * 32)), WITHOUT_LOSS),
    "schema_old": Attack(bending(claims(schema_version=1)), WITHOUT_LOSS),
    "schema_new": Attack(bending(claims(schema_version=99)), WITHOUT_LOSS),
    "types": Attack(bending(wrong_types), WITHOUT_LOSS),
    "kernels": Attack(bending(kernels), WITHOUT_LOSS),
    "twice": Attack(bending(twice), WITHOUT_LOSS),
    "nan": Attack(bending(lambda notebook: {**notebook, "metadata": {"x": float("nan")}}), WITHOUT_LOSS),
    "countless": Attack(bending(countless), NOTHING),
    "deep": Attack(lambda folder, _course: saved(nested(100_000), folder), NOTHING),
    "utf8": Attack(lambda folder, _course: saved(b'{"cells": ["\xff\xfe\xed\xa0\x80"]}', folder), NOTHING),
    "utf16": Attack(
        lambda folder, course: saved(json.dumps(right(course, Loss=BAD_LOSS)).encode("utf-16"), folder), WITHOUT_LOSS
    ),
    "huge": Attack(lambda folder, course: saved(json.dumps(right(course)) + " " * (12 * 2**20), folder), FULL),
}


# --- pages ------------------------------------------------------------------------------------------------------------

ACTIVE: Final = (
    "<script>siege()</script>",
    "<img src=x onerror=siege()>",
    "<svg onload=siege()><animate onbegin=siege() attributeName=x></svg>",
    "<svg><script>siege()</script></svg>",
    "<a href='javascript:siege()'>x</a>",
    "<a href=' jAvascript&colon;siege()'>x</a>",
    "[x](javascript:siege())",
    "[x](jav&#x09;ascript:siege())",
    "[x]: javascript:siege()\n\n[x]",
    "<javascript:siege()>",
    "![x](data:text/html;base64,c2llZ2UoKQ==)",
    "[x](data:text/html,siege())",
    "<iframe srcdoc='<script>siege()</script>'></iframe>",
    "<object data='data:text/html,siege()'></object>",
    "<embed src='javascript:siege()'>",
    "<form action='javascript:siege()'><button>x</button></form>",
    "<meta http-equiv=refresh content='0;url=javascript:siege()'>",
    "<base href='javascript:siege()//'>",
    "<link rel=stylesheet href='javascript:siege()'>",
    "<style>@import 'javascript:siege()'; .score { content: 'siege()' }</style>",
    "<div style='background:url(javascript:siege())'>x</div>",
    "<math><mtext><table><mglyph><style><img src=x onerror=siege()></style></mglyph></table></mtext></math>",
    "<noscript><p title='</noscript><img src=x onerror=siege()>'></noscript>",
    "<details open ontoggle=siege()>x</details>",
    "<input autofocus onfocus=siege() name=siege()>",
    "<!--><img src=x onerror=siege()>-->",
    "<<script>script>siege()<</script>/script>",
    "$\\href{javascript:siege()}{x}$",
    "$$\\unicode{<img src=x onerror=siege()>}\\require{siege()}$$",
    "$<img src=x onerror=siege()>$",
    "```\n</code></pre><script>siege()</script>\n```",
    "`</code><img src=x onerror=siege()>`",
    "[x](x.html) [x](x.svg) ![x](x.svg)",
    "| a |\n|---|\n| <img src=x onerror=siege()> |",
    "<span class='siege()' id='Loss'>x</span>",
    "x\n\n</div></div></div><div class=panel><script>siege()</script>",
    "x <img\nsrc=x\nonerror=siege()>",
    "\\<img src=x onerror=siege()>",
    "&lt;img src=x onerror=siege()&gt; &#60;script&#62;siege()&#60;/script&#62;",
)
NAMES: Final = """
class Faulty(Exception):
    __name__ = "</pre><script>siege()</script>"
def Loss(f_x, y):
    \"\"\"</script><script>siege()</script>\"\"\"  # --> </style><img src=x onerror=siege()>
    raise type("<img src=x onerror=siege()>", (Exception,), {})("</pre><script>siege()</script>")
"""


def active(notebook: Notebook) -> None:
    """Put scripts into every place that a page may show."""
    notebook["cells"] += [text(source) for source in ACTIVE]
    notebook["cells"] += [text(f"# {source}") for source in ACTIVE[:4]]
    for kind in ("text/html", "text/latex", "text/x-python", "application/pdf", None):
        cell = {"cell_type": "raw", "id": f"raw{kind}", "metadata": {"raw_mimetype": kind}, "source": "\n".join(ACTIVE)}
        notebook["cells"].append(cell)
    data = {"image/svg+xml": "<svg onload=siege()/>", "text/html": ACTIVE[0], "image/png": '"><script>siege()</script>'}
    notebook["cells"].append(
        {**text('![a](attachment:a) !["onerror=siege()](attachment:b)'), "attachments": {"a": data}}
    )
    notebook["cells"].append(code("</script><script>siege()</script>  # <img src=x onerror=siege()>"))
    notebook["cells"][-1].update(id='"><script>siege()</script>', execution_count="<script>siege()</script>")
    widget = {"state": {"x": "</script><script>siege()</script>"}}
    notebook["metadata"]["widgets"] = {"application/vnd.jupyter.widget-state+json": widget}
    notebook["metadata"].update(title="</title><script>siege()</script>", authors=[{"name": ACTIVE[0]}])
    kernels(notebook)


def active_files(folder: Path, course: Path) -> None:
    """Hand in files whose names and texts are scripts."""
    saved(right(course), folder)
    for name in (
        "<img src=x onerror=siege()>.txt",
        "<script>siege()<%2fscript>.ipynb",
        "x.html",
        "gradient_descent.html",
    ):
        saved("<script>siege()</script>", folder, name)


PAGES: Final = {
    "active": Attack(bending(active, loss=NAMES), WITHOUT_LOSS),
    "active_files": Attack(active_files),
    "<img src=x onerror=siege()>": Attack(bending(lambda _notebook: None, loss=None)),
    "=HYPERLINK(siege())": Attack(bending(lambda _notebook: None, loss=None)),
}


# --- files that are none ----------------------------------------------------------------------------------------------


def linking(folder: Path, course: Path) -> None:
    """Link to all that is secret, under names that nbgrader copies."""
    secret = course / "solutions" / NAME
    for place, name in enumerate((f"{NAME}.py", f"{NAME}.ipynb", "test_hidden.py", "assignment.toml")):
        (folder / f"x{place}.html").symlink_to(secret / name)
        (folder / f"y{place}.txt").symlink_to(os.path.relpath(secret / name, folder))
    (folder / "book.html").symlink_to(course / "gradebook.db")
    (folder / "neighbour.html").symlink_to(course / "submitted" / "student01" / NAME / NOTEBOOK)
    (folder / "all").symlink_to(course / "solutions", target_is_directory=True)
    (folder / "loop").symlink_to(".")
    (folder / "lost.txt").symlink_to("nowhere")
    (folder / "deeper").mkdir()
    (folder / "deeper" / "users.html").symlink_to(secret / "test_hidden.py")
    saved(right(course), folder)


def linked(name: str, target: str) -> Callable[[Path, Path], None]:
    """Return an attack that hands in a link in place of the work."""
    return lambda folder, course: (folder / name).symlink_to(course / target)


def linked_folder(folder: Path, course: Path) -> None:
    """Hand in a link in place of the folder."""
    folder.rmdir()
    folder.symlink_to(course / "solutions" / NAME, target_is_directory=True)


def odd(folder: Path, course: Path) -> None:
    """Hand in pipes, folders and others that are no files."""
    saved(right(course), folder)
    os.mkfifo(folder / "pipe.html")
    os.mkfifo(folder / "pipe.py")
    (folder / "null.html").symlink_to("/dev/null")
    (folder / "folder.ipynb").mkdir()
    (folder / "a" / "b[1]" / "*").mkdir(parents=True)
    saved("{}", folder / "a" / "b[1]" / "*", "x.ipynb")


def piped(folder: Path, _course: Path) -> None:
    """Hand in a pipe that nobody writes to."""
    os.mkfifo(folder / NOTEBOOK)


SHADOW: Final = "import pathlib\npathlib.Path(bytes.fromhex('{mark}').decode()).write_text('siege')\n"
SHADOWS: Final = (
    "sitecustomize usercustomize numpy autograder nbgrader nbconvert conftest nbgrader_config jupyter_nbconvert_config"
    " test_public test_hidden json re logging sqlite3 jinja2 pytest"
).split()


def shadowing(folder: Path, course: Path) -> None:
    """Hand in modules and settings that a trusted process may take for its own."""
    saved(right(course), folder)
    for name in SHADOWS:
        saved(SHADOW.format(mark=str(course / TRACE).encode().hex()), folder, f"{name}.py")
    saved("[pytest]\naddopts = -p siege\n", folder, "pytest.ini")
    for name in ("autograder", "numpy", "templates"):
        (folder / name).mkdir()
        saved(SHADOW.format(mark=str(course / TRACE).encode().hex()), folder / name, "__init__.py")


def crowded(folder: Path, course: Path) -> None:
    """Hand in more files than anybody reads."""
    saved(right(course), folder)
    many = folder / "many"
    many.mkdir()
    for number in range(3000):
        (many / f"{number}.txt").write_bytes(b"x")


def timed(moment: str | bytes) -> Callable[[Path, Path], None]:
    """Return an attack on what nbgrader takes for the time."""

    def lay(folder: Path, course: Path) -> None:
        saved(right(course), folder)
        saved(moment, folder, "timestamp.txt")

    return lay


FILES: Final = {
    "linking": Attack(linking),
    "linked_notebook": Attack(linked(NOTEBOOK, f"solutions/{NAME}/{NOTEBOOK}"), NOTHING),
    "linked_text": Attack(linked(f"{NAME}.py", f"solutions/{NAME}/{NAME}.py"), NOTHING),
    "linked_folder": Attack(linked_folder, NOTHING),
    "odd": Attack(odd),
    "piped": Attack(piped, NOTHING),
    "folder": Attack(lambda folder, _course: (folder / NOTEBOOK).mkdir(), NOTHING),
    "shadowing": Attack(shadowing),
    "crowded": Attack(crowded),
    "time_garbage": Attack(timed("<script>siege()</script>")),
    "time_far": Attack(timed("9999-12-31 23:59:59 -2359")),
}

ATTACKS: Final[dict[str, Attack]] = {**CODE, **NOTEBOOKS, **PAGES, **FILES}
