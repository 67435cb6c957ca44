"""How loud a signal is: the gain that matches a network to its input, and a pad that is even."""
