"""How loud a signal is, and the gain that matches a network to its input."""
