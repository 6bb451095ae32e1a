"""nbgrader's settings for this course; docs/nbgrader.md tells the way from here to released feedback."""

from pathlib import Path

from autograder.adapters.nbgrader.config import configure

c = get_config()  # noqa: F821 - nbgrader brings it
configure(c, Path(__file__).parent)

# Your own settings stand below these lines, for example:
#
# c.Exchange.root = "/srv/nbgrader/exchange"
# c.CourseDirectory.db_url = "postgresql://grader@localhost/gradebook"
c.CourseDirectory.course_id = "deep-learning"
