"""What the making of networks leaves to others: memory, and processors."""
