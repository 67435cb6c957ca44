"""What the node is told to do, what its values are, and who is told of their changes."""
