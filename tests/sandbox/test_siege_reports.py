"""The siege, of those who read what comes of it: hidden inputs stay hidden, and no text acts on its reader."""

from __future__ import annotations

import re
import sys

import pytest

from tests.sandbox.fortress import SERVER, Fortress, text_of

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux has these walls")

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
def test_a_hidden_input_stays_hidden(stronghold: Fortress, body: str) -> None:
    """Whatever way the code tries to say it, it is in no text of the result."""
    result = stronghold.grade(f"import numpy as np\ndef double(x):\n    {body}\n")
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
def test_no_text_of_a_students_acts_on_its_reader(stronghold: Fortress, place: str, text: str) -> None:
    """Control characters, direction marks and new lines never leave; braces and brackets are only text."""
    attack = {
        "raised": f"raise ValueError('{text}')\ndef double(x): raise ValueError('{text}')",
        "named": f"E = type('{text}'.replace('\\x00', '') or 'E', (Exception,), {{}})\n"
        "def double(x): raise E\nraise E('x')",
        "returned": f"def double(x): return '{text}'",
        "remarked": f"{SERVER}server()._loader.loaded.remarks[:0] = [type('R', (), dict(as_data=lambda s: "
        f"['syntax', '{text}', 1, '{text}', '{text}']))() for _ in range(400)]",
    }[place]
    result = stronghold.grade(attack + "\n")
    messages = [check.message for check in result.checks if check.message] + [note.message for note in result.notes]
    texts = [text for message in messages for text in (message["en"], message["ko"])]
    assert (result.status, result.score) == ("graded", 0)
    assert not [one for one in texts if not one.isprintable()]
    assert len(result.notes) <= 60
    assert len(text_of(result)) < 60_000
