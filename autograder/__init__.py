"""A grader for deep-learning homework written in numpy."""

from __future__ import annotations

from typing import Any


def load_ipython_extension(shell: Any) -> None:
    """Bring `%check` into a notebook: ``%load_ext autograder``.

    Parameters
    ----------
    shell : IPython.core.interactiveshell.InteractiveShell
        The kernel's shell.
    """
    # Of the package nothing else is imported before a notebook asks for it.
    try:
        from autograder.notebook.magics import load  # noqa: PLC0415
    except Exception as error:  # noqa: BLE001 - a student gets a sentence, whatever is wrong with the installation
        print(f"autograder can't be loaded here · 여기에서는 autograder를 불러올 수 없어요: {error}")  # noqa: T201
        return
    load(shell)


def unload_ipython_extension(shell: Any) -> None:
    """Take `%check` out of a notebook again, and end what was started for it."""
    from autograder.notebook.magics import unload  # noqa: PLC0415 - see above

    unload(shell)
