"""The formgrader's pages, in which a student's name is a name and nothing else.

nbgrader writes ids and names of students into its pages as they are: a folder called
``<img src=x onerror=…>`` would act for the teacher who looks at what lies in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from nbgrader.apps.api import NbGraderAPI
from nbgrader.server_extensions.formgrader.base import BaseHandler

from autograder.adapters.nbgrader.logs import warn_of_name

# In text, between double quotes and in a script; what O'Brien & Co. are called stays, since scripts ask by it.
_ACTIVE: Final = str.maketrans({"<": "&lt;", ">": "&gt;", '"': "&quot;"})


class _Exporter:
    """Makes the page of a notebook."""

    def __init__(self, exporter: Any) -> None:
        self._exporter = exporter

    def from_filename(self, filename: str, resources: Mapping[str, Any]) -> Any:
        """Return the page, with what is told of the submission as text."""
        return self._exporter.from_filename(filename, resources=_harmless(resources))


def install() -> None:
    """Let the formgrader of this process make such pages; once is enough."""
    if BaseHandler.render.__module__ == __name__:
        return
    submissions = NbGraderAPI.get_submissions

    def render(handler: Any, name: str, **named: Any) -> str:
        page: str = handler.settings["nbgrader_jinja2_env"].get_template(name).render(**_harmless(named))
        return page

    def exporter(handler: Any) -> _Exporter:
        return _Exporter(handler.settings["nbgrader_exporter"])

    def get_submissions(api: Any, assignment_id: str) -> list[dict[str, Any]]:
        # Where a button fails, a script of the formgrader's takes the student's id for HTML.
        shown = []
        for submission in submissions(api, assignment_id):
            if "<" in submission["student"]:
                warn_of_name(api.log, submission["student"])
            else:
                shown.append(submission)
        return shown

    BaseHandler.render = render
    BaseHandler.exporter = property(exporter)
    NbGraderAPI.get_submissions = get_submissions


def _harmless(named: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value.translate(_ACTIVE) if isinstance(value, str) else value for name, value in named.items()}
