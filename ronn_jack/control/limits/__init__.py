"""What the machine sets limits to."""
