"""Reads what users of the original ronn have: its package's and its plugin's settings."""

from ronn_jack.original.reading import Imported, parse_original, read_original

__all__ = ["Imported", "parse_original", "read_original"]
