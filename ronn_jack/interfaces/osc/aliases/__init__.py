"""Other programs' addresses that move the node's parameters."""
