"""What this machine can do, and how much of it the node uses."""
