"""What nbgrader and Jupyter log, fit for a terminal: names of students' folders and files stand in it as they are."""

from __future__ import annotations

import logging
from typing import Any

from autograder.messages import say
from autograder.submissions.names import printable


class Record(logging.LogRecord):
    """A line of a log in which nothing steers a terminal; more lines only where a traceback has them."""

    def __init__(self, *fields: Any, **more: Any) -> None:
        super().__init__(*fields, **more)
        if self.exc_info and self.exc_info[0]:
            self.exc_text = _shown(logging.Formatter().formatException(self.exc_info))

    def getMessage(self) -> str:  # noqa: N802 - logging's own name
        """Return the message, with escapes for what can't be printed."""
        return _shown(super().getMessage())


def install() -> None:
    """Let every logger of this process make such records."""
    logging.setLogRecordFactory(Record)


def warn_of_name(log: Any, name: str) -> None:
    """Warn of what is left out because of its name."""
    told = say("{file} was left out: rename it, for no student can be called so", file=printable(name))
    log.warning("%s", told["en"])


def _shown(text: str) -> str:
    return "\n".join(printable(line, len(line)) for line in text.expandtabs().split("\n"))
