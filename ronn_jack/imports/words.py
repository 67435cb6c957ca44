"""Names that stand in others' files, fit to be shown."""

from __future__ import annotations


def printable(name: bytes) -> str:
    """Return an ASCII name, with a mark in place of what is none or can't be seen."""
    text = name.decode("ascii", "replace")
    return "".join(character if character.isprintable() else "\ufffd" for character in text)
