"""How people err in numpy: the registry of small named changes.

An operator looks at one node of a right solution and yields the changes that a
person might have made there by mistake. It knows shapes of code, never the
names of a course. The modules beside this one hold the operators by kind; each
is a generator function whose name is the id of the mistake.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

from autograder.messages import Message
from autograder.variants.code import Change, Code, Edit

Find: TypeAlias = Callable[[Any, Code], Iterator["Edit | Change"]]
Sentence: TypeAlias = Callable[[str], Message]


@dataclass(frozen=True)
class Operator:
    """One way to err.

    Attributes
    ----------
    id : str
        The mistake, in snake_case.
    kinds : tuple of type
        The nodes to look at.
    find : callable
        Yields the changes at a node, given the node and the code.
    sentence : callable
        What to tell the student, given the place.
    pairs : bool
        True where people make the mistake beside another one.
    """

    id: str
    kinds: tuple[type[ast.AST], ...]
    find: Find
    sentence: Sentence
    pairs: bool


OPERATORS: list[Operator] = []


def operator(sentence: Sentence, *kinds: type[ast.AST], pairs: bool = False) -> Callable[[Find], Find]:
    """Register a generator function as an operator; its name becomes the id."""

    def register(find: Find) -> Find:
        OPERATORS.append(Operator(find.__name__, kinds, find, sentence, pairs))
        return find

    return register
