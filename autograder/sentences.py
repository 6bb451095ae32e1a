"""What each check checks, in the words of its docstring."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from autograder.messages import Message


def read_sentences(path: Path) -> dict[str, Message]:
    """Read the sentences of the checks in a file; nothing of it is run.

    Parameters
    ----------
    path : Path
        A grader. One that is missing or broken has no sentences.

    Returns
    -------
    dict of str to Message
        By the name of the test function: the first paragraph is English, the second Korean.
    """
    try:
        body = ast.parse(path.read_bytes()).body
    except (OSError, ValueError, SyntaxError):
        return {}
    sentences: dict[str, Message] = {}
    for node in body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test"):
            paragraphs = [" ".join(text.split()) for text in (ast.get_docstring(node) or node.name).split("\n\n")]
            english, korean = [*paragraphs, paragraphs[0]][:2]
            sentences[node.name] = {"en": english, "ko": korean}
    return sentences
