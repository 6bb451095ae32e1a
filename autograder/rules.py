"""How an exercise may be solved: libraries, backpropagation, figures that everybody knows.

The rules of an assignment stand under ``[rules]`` in its assignment.toml. What
breaks one of them gets the verdict `failed` and a sentence, whatever it answers.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from autograder.messages import say
from autograder.settings import Table

WORKING: Final = frozenset(
    "autograd autokeras casadi catboost chainer cupy cvxpy dask fastai flax haiku jax keras lightgbm lightning"
    " mindspore mpmath mxnet numba numdifftools numexpr optax paddle polars pytensor pytorch_lightning scipy skimage"
    " sklearn skorch statsmodels sympy tensorflow tensorflow_probability tf_keras theano tinygrad torch torchaudio"
    " torchtext torchvision transformers xgboost".split()
)
"""Libraries that do what students are to write themselves."""


@dataclass(frozen=True)
class Rules:
    """How the exercises of an assignment may be solved.

    Attributes
    ----------
    libraries : tuple of str
        What students may use beside the standard library without being told that it does the work.
    backpropagation : tuple of str
        Functions, and methods as ``"Class.method"``, that must not work out differences of a function.
    published : bool
        Whether answers that are written in as figures earn nothing.
    """

    libraries: tuple[str, ...] = ("numpy",)
    backpropagation: tuple[str, ...] = ()
    published: bool = False

    @property
    def refused(self) -> frozenset[str]:
        """The libraries that do the work and are not allowed."""
        return WORKING - {name.partition(".")[0] for name in self.libraries}


def read_rules(table: Table, exercises: Collection[str]) -> Rules:
    """Read the rules of an assignment.

    Parameters
    ----------
    table : Table
        All of its settings.
    exercises : collection of str
        Its exercises.

    Raises
    ------
    CourseError
        If a rule is none, or names what is no exercise.
    """
    if "rules" not in table.values:
        return Rules()
    rules = table.table("rules")
    rules.close("libraries", "backpropagation", "published")
    libraries = rules.texts("libraries", default=Rules.libraries)
    for name in libraries:
        if not all(part.isidentifier() for part in name.split(".")):
            rules.refuse("libraries", say("{name!r} is not the name of a module", name=name))
    if "numpy" not in libraries:
        rules.refuse("libraries", say("numpy must be among them: answers are numpy's arrays"))
    methods = rules.texts("backpropagation", default=())
    for name in methods:
        exercise, *method = name.split(".")
        if exercise not in exercises or len(method) > 1 or not all(part.isidentifier() for part in method):
            text = "{name!r} is neither an exercise nor a method of one; there are: {names}"
            rules.refuse("backpropagation", say(text, name=name, names=", ".join(exercises)))
    return Rules(libraries, methods, published=rules.truth("published", default=False))
