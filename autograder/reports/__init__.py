"""What people read of results: tables in a terminal, numbers of a class."""
