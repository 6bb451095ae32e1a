"""nbgrader as a guest: its notebooks, buttons and gradebook, our walls and verdicts."""
