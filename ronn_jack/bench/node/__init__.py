"""A whole node: its start, its answers, and how it bears a busy machine."""
