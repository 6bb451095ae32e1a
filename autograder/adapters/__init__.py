"""Doors for other programs: each speaks its language and calls the house."""
