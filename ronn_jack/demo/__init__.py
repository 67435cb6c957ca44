"""The node with a built-in signal, for who wants to hear it at once."""
