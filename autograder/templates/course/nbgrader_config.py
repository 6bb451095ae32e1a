"""nbgrader's settings for this course."""

from pathlib import Path

from autograder.adapters.nbgrader.config import configure

c = get_config()  # noqa: F821 - nbgrader brings it
configure(c, Path(__file__).parent)

# Your own settings stand below these lines, for example:
#
# c.Exchange.root = "/srv/nbgrader/exchange"
c.CourseDirectory.course_id = "my-course"
