"""The hidden checks on trial: which wrong answers would they let through."""
