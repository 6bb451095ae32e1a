"""A grader for deep-learning homework written in numpy."""
