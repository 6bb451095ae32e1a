"""Which mistake is behind a failure: wrong variants face the same checks, and one that behaves the same names it."""

from autograder.diagnosis.naming import Diagnosis, Finding
from autograder.diagnosis.understudies import Scene

__all__ = ["Diagnosis", "Finding", "Scene"]
