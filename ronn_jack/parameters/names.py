"""The names that parameters of the kind NAME can have on this machine.

A name is that of a file on a shelf, a folder of the user's data, which `ronn-jack import` fills
while nodes run.
"""

from __future__ import annotations

import re
import time
from pathlib import Path

from ronn_jack.folders import user_data_folder

SUFFIX = ".npz"
MOST_CHARACTERS = 32
NAME_RULE = f"1 to {MOST_CHARACTERS} letters, digits, - or _, beginning with a letter or digit"

_NAME = re.compile(rf"[A-Za-z0-9][A-Za-z0-9_-]{{0,{MOST_CHARACTERS - 1}}}")
"""What stands in a sound's text as it is, and leads out of no folder."""
_MOST_NAMES = 1000
_TICK_NANOSECONDS = 20_000_000
"""Age from which a change of a folder tells it from the next one; file systems count in ticks."""

_listings: dict[Path, tuple[int, tuple[str, ...]]] = {}


def is_name(text: str) -> bool:
    """Say whether a text can be a name."""
    return _NAME.fullmatch(text) is not None


def shelf_folder(shelf: str) -> Path:
    """Return the folder in which a shelf's files lie, whether it is there or not."""
    return user_data_folder() / shelf


def names_on(shelf: str) -> tuple[str, ...]:
    """Return the names on a shelf in alphabetical order; what comes or goes is seen at once."""
    folder = shelf_folder(shelf)
    try:
        changed = folder.stat().st_mtime_ns
        known = _listings.get(folder)
        if known is not None and known[0] == changed:
            return known[1]
        files = [file.name for file in folder.iterdir()]
    except OSError:
        return ()
    stems = (file.removesuffix(SUFFIX) for file in files if file.endswith(SUFFIX))
    names = tuple(sorted(filter(is_name, stems))[:_MOST_NAMES])
    if time.time_ns() - changed > _TICK_NANOSECONDS:
        _listings[folder] = changed, names
    return names
