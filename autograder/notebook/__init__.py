"""The student's notebook: `%load_ext autograder`, then `%check`."""
