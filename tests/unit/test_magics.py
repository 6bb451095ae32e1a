"""Notebook commands do nothing, Python stays as it is, and lines keep their numbers."""

from __future__ import annotations

import ast
import warnings

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jupytext.magics import is_magic

from autograder.submissions.magics import neutralise, neutralise_cell


@pytest.mark.parametrize(
    ("line", "becomes"),
    [
        ("%matplotlib inline", "pass"),
        ("    %timeit f(x)", "    pass"),
        ("!pip install numpy==1.2", "pass"),
        ("!ls", "pass"),
        ("?np.mean", "pass"),
        ("np.mean?", "pass"),
        ("np.mean??", "pass"),
        ("files = !ls -l", "files = None"),
        ("x.y = %sx ls", "x.y = None"),
        ("t = %timeit -o f()", "t = None"),
        ("%time y = f(3)", "y = f(3)"),
        ("\t%time f(3)", "\tf(3)"),
        ("pip install numpy==1.2", "pass"),
        ("cd ..", "pass"),
        ("ls -l data", "pass"),
        ("git clone https://example.org/x.git", "pass"),
    ],
)
def test_a_command_becomes_a_statement_that_does_nothing(line: str, becomes: str) -> None:
    """Each form of command is recognised at the beginning of a statement."""
    neutral = neutralise(f"a = 1\n{line}\nb = 2")
    assert neutral.source == f"a = 1\n{becomes}\nb = 2"
    assert neutral.commands == (line.strip(),)


@pytest.mark.parametrize(
    "text",
    [
        "x = (7\n  % 4)",
        "x = 7 \\\n  % 4",
        "x = [\n  '%d' % 3,\n  '!',\n  '?'\n]",
        'text = """\n%matplotlib inline\n!ls\nwhat?\n"""',
        "text = '''\n!ls \\''' still\n!ls\n'''",
        "print('loss=%f' % 3)",
        "y = x != 3",
        "assert x !=3",
        "# why?",
        "# !pip install numpy",
        "s = 'is it?'",
        'f"{a!r} {b}?"',
        "pip = 3\npip [0]",
        "ls = [1]\nls in x",
        "cat = cd if ls else rm",
        'd["a=!b"] = 1\nx = "=%s" % d',
        'def f():\n    """Why?\n    %s\n    """\n    return 5 % 3',
    ],
)
def test_python_is_never_touched(text: str) -> None:
    """Signs inside expressions, strings and comments are no commands."""
    neutral = neutralise(text)
    assert neutral.source == text
    assert neutral.commands == ()


def test_a_continued_command_ends_with_its_last_line() -> None:
    """All lines of a command go, and the lines below keep their numbers."""
    assert neutralise("!pip install \\\n  numpy \\\n  scipy\nx = 1").source == "pass\n\n\nx = 1"


def test_an_unclosed_bracket_does_not_hide_what_follows() -> None:
    """After a syntax error, commands are found again at the next definition."""
    text = "x = (1\ndef f():\n    return 1\n!ls\n"
    assert neutralise(text).source == "x = (1\ndef f():\n    return 1\npass\n"


def test_quotes_in_a_command_open_no_string() -> None:
    """What a shell line holds says nothing about the lines below."""
    assert neutralise("!echo \"don't (\n%cd x\ny = 1").source == "pass\npass\ny = 1"


@pytest.mark.parametrize("command", ["%%time", "%%timeit -n 1", "%%capture out", "%%prun", "%%python3", "%%unheard_of"])
def test_a_cell_command_about_python_keeps_its_body(command: str) -> None:
    """Only the first line goes."""
    neutral = neutralise_cell(f"\n# measure\n{command}\nx = 1\n%cd y")
    assert neutral.source == "\n\n\nx = 1\npass"
    assert neutral.commands == (command, "%cd y")


@pytest.mark.parametrize(
    "command", ["%%bash", "%%html", "%%javascript", "%%sh", "%%script perl", "%%!", "%%R", "%% bash"]
)
def test_a_cell_of_another_language_is_emptied(command: str) -> None:
    """Nothing of its body is run as Python."""
    assert neutralise_cell(f"{command}\nx = 1").source == ""


def test_a_written_file_is_kept_apart() -> None:
    """A cell that writes a module gives its name and text, lines counted as in the cell."""
    neutral = neutralise_cell("%%writefile common/layers.py\nclass Relu: pass\n")
    assert neutral.source == ""
    assert neutral.written == ("common/layers.py", "\nclass Relu: pass\n")
    assert neutralise_cell("%%writefile notes.txt\nhello").written is None


LINES = st.lists(
    st.sampled_from(
        [
            "%matplotlib inline",
            "!ls",
            "x = !ls",
            "np?",
            "x = (",
            ")",
            '"""',
            "'''",
            "x = 1",
            "# c",
            "\\",
            "if x:",
            "  %cd ..",
            "'",
            '"',
            "%time x = (",
            "%%bash",
            "",
            "pip install x",
            "def f():",
            "[",
            "}",
            "x = 5 \\",
            "y = 'a\\",
        ]
    )
    | st.text(max_size=12).map(lambda text: text.replace("\n", " ").replace("\r", " ")),
    max_size=12,
)


@settings(deadline=None)
@given(LINES)
def test_lines_keep_their_numbers_whatever_the_text(lines: list[str]) -> None:
    """No command changes how many lines there are."""
    text = "\n".join(lines)
    assert neutralise(text).source.count("\n") == text.count("\n")


@settings(max_examples=300, deadline=None)
@given(LINES)
def test_what_is_python_stays_python(lines: list[str]) -> None:
    """A text that Python can read is never touched, but for bare shell words."""
    text = "\n".join(lines)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(text)
    except (SyntaxError, ValueError):
        return
    assert neutralise(text).source == text


@pytest.mark.parametrize(
    "line",
    [
        "%matplotlib inline",
        "%load_ext autoreload",
        "!pip list",
        "! ls",
        "?print",
        "print?",
        "x = !ls",
        "x = %who",
        "cd data",
        "ls -a",
        "cat file.txt",
        "mkdir out",
        "%%time",
        "cp a b",
        "rm -r x",
    ],
)
def test_jupytext_agrees_on_what_a_command_is(line: str) -> None:
    """What jupytext would comment out does nothing here."""
    assert is_magic(line, "python", explicitly_code=True)
    assert neutralise(line).commands == (line,)
