"""No word of a hidden test or a solution is in the memory of what student code runs in, nor ever was."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sandbox.fortress import Fortress, besieged, garrisons, text_of, verdicts, wait_until

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux has these walls")

TOKENS = {"in_solution": uuid.uuid4().hex, "in_tests": uuid.uuid4().hex}
"""New at each run: nothing of an earlier one can be found."""
CHUNK = 1 << 22
# Each level, an ordinary user and a container: what memory holds depends on little else.
GARRISONS = [one for one in garrisons() if one.level == 3 or not (one.user or (one.in_container and one.level == 1))]

SEARCH = """
import gc, sys, ctypes
NEEDLES = [word[::-1] for word in {needles}]
def search(value, seen, depth=0):
    if id(value) in seen or depth > 60:
        return []
    seen.add(id(value))
    if isinstance(value, (str, bytes)):
        text = value if isinstance(value, str) else value.decode("latin-1")
        return [type(value).__name__ for needle in NEEDLES if needle in text]
    try:
        return [found for part in gc.get_referents(value) for found in search(part, seen, depth + 1)]
    except RecursionError:
        return []
seen = {{id(NEEDLES), *map(id, NEEDLES)}}
frames, frame = [], sys._getframe()
while frame:
    frames.append(frame)
    frame = frame.f_back
gc.unfreeze()
found = []
for root in [gc.get_objects(), frames, list(sys.modules.values()), sys.argv]:
    found += search(root, seen)
"""


@pytest.fixture(scope="module", params=GARRISONS, ids=str)
def fortress(request: pytest.FixtureRequest) -> Iterator[Fortress]:
    """Build a course with tokens in its secrets at each level."""
    yield from besieged(request.param, hidden_input="1.25", call_s="10", total_s="40", **TOKENS)


def memory_of(pid: int, needles: list[bytes]) -> list[str]:
    """Search all that a process has written; return what areas hold a needle."""
    found = []
    with Path(f"/proc/{pid}/mem").open("rb", buffering=0) as memory:
        for line in Path(f"/proc/{pid}/maps").read_text("utf-8").splitlines():
            bounds, rights, _, _, _, name = [*line.split(maxsplit=5), ""][:6]
            if not rights.startswith("rw"):
                continue
            start, end = (int(bound, 16) for bound in bounds.split("-"))
            rest = b""
            for place in range(start, end, CHUNK):
                try:
                    data = rest + os.pread(memory.fileno(), min(CHUNK, end - place), place)
                except OSError:
                    break
                found += [name or "anonymous" for needle in needles if needle in data]
                rest = data[-64:]
    return found


def forms_of(token: str) -> list[bytes]:
    """Return a text as CPython's strings of one, two and four bytes a character would hold it."""
    return [token.encode(form) for form in ("ascii", "utf-16-le", "utf-32-le")]


NEEDLES = [form for token in TOKENS.values() for form in forms_of(token)]


def test_the_student_finds_no_secret_in_its_own_process(fortress: Fortress) -> None:
    """All objects, frames and modules, followed as far as they lead, while the interpreter serves a hidden check."""
    backwards = [token[::-1] for token in TOKENS.values()]
    attack = SEARCH.format(needles=backwards) + "got = ('found', found, len(seen) > 20_000)"
    told, result = fortress.tell(attack)
    assert told == "('found', [], True)"
    assert verdicts(result) == ["passed"] * 3


def test_the_search_finds_what_is_there(fortress: Fortress) -> None:
    """A word of the submission's own is found by the same search: it is not blind."""
    own = uuid.uuid4().hex
    attack = f"kept = {{'deep': [('{own}',)]}}\n" + SEARCH.format(needles=[own[::-1]]) + "got = len(found) > 0"
    told, _ = fortress.tell(attack)
    assert told == "True"


def test_no_memory_of_student_or_warm_process_holds_a_secret(fortress: Fortress) -> None:
    """Seen from outside, byte by byte, in the middle of a hidden check and after a class: only the judge knows them."""
    if os.geteuid() != 0:
        pytest.skip("only root may look into the memory of these processes")
    own = uuid.uuid4().hex
    source = f"import time\ndef double(x):\n    word = '{own}'\n    if x.ndim == 1: time.sleep(9)\n"
    judge, *before = fortress.family()
    grading = threading.Thread(target=fortress.grade, args=(source,))
    grading.start()
    assert wait_until(lambda: len(fortress.family()) > 1 + len(before))
    (child,) = set(fortress.family()) - {judge, *before}
    try:
        assert wait_until(lambda: bool(memory_of(child, forms_of(own)[:1])))
        places = {pid: memory_of(pid, NEEDLES) for pid in (child, *before)}
    finally:
        # Who is killed from outside is judged anew, some times.
        while grading.is_alive():
            for pid in set(fortress.family()) - {judge, *before}:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            grading.join(0.05)
    assert not any(places.values()), places
    assert memory_of(judge, NEEDLES)


def test_a_check_that_asks_the_reference_leaves_no_trace_of_it(fortress: Fortress) -> None:
    """The solution itself runs in a child where a grader stumbles; the warm process and the next child never see it."""
    result = fortress.grade("def double(x): return None\ndef main(x): return double(x)\n")
    assert "malformed" in verdicts(result)
    assert not [token for token in TOKENS.values() if token in text_of(result)]
    if os.geteuid() == 0:
        for pid in fortress.family()[1:]:
            assert not memory_of(pid, NEEDLES)
    attack = SEARCH.format(needles=[token[::-1] for token in TOKENS.values()]) + "got = found"
    assert fortress.tell(attack)[0] == "[]"
