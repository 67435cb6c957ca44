"""A node among others: opened and saved by a session manager, found by who looks for it."""
