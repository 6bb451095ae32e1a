"""Wrong variants of a right solution, as people would write them.

They serve twice: the hidden checks must reject every one of them (the audit),
and one that behaves as a student's answer does tells what went wrong (the
diagnosis).
"""

from autograder.variants.catalogue import MISTAKES, Entry, load_catalogue
from autograder.variants.engine import Variant, make_variants

__all__ = ["MISTAKES", "Entry", "Variant", "load_catalogue", "make_variants"]
