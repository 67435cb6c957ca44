"""A search that finds: candidates that are heard beforehand, and the choice among them."""
