"""A course that was given with its released folders, and no gradebook yet."""

from __future__ import annotations

import shutil
import sqlite3

from tests.nbgrader.conftest import CourseCopy, Nbgrader


def test_what_was_released_elsewhere_can_be_graded(course_copy: CourseCopy, nbgrader: Nbgrader) -> None:
    """`nbgrader autograde` notes an assignment of the course in a gradebook that doesn't know it."""
    course = course_copy("computational_graph")
    folder = course / "submitted" / "student01" / "computational_graph"
    folder.mkdir(parents=True)
    shutil.copy(course / "solutions" / "computational_graph" / "computational_graph.ipynb", folder)
    nbgrader(course, "autograde", "computational_graph")
    with sqlite3.connect(course / "gradebook.db") as gradebook:
        (scores,) = gradebook.execute("SELECT sum(auto_score) FROM grade").fetchone()
    gradebook.close()
    assert scores == 10
