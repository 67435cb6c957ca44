"""What a plugin is called, and by what a host knows it."""

from __future__ import annotations

import hashlib
import re

from ronn_jack.errors import UsageError, shown
from ronn_jack.export.sound import FrozenSound

_DIGITS = 16
_MOST_CHARACTERS = 64


def identity(sound: FrozenSound) -> str:
    """Return digits that stand for a sound: another sound, another identity; another name, not."""
    parts = [
        part
        for each in sound.networks
        for part in (_said(each), str(each.inputs), repr(each.level.gain), repr(each.blend))
    ]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:_DIGITS]


def _said(sound: FrozenSound) -> str:
    """Return a sound's text, and the tempo that is no part of it where delays keep time with it."""
    values = sound.values
    return sound.text if values["sync"] == "off" else f"{sound.text} {values['tempo']}"


def plugin_name(name: str) -> str:
    """Return the name by which people know a plugin, checked.

    Raises
    ------
    UsageError
        If it can't be shown in a line.
    """
    if not name.strip() or len(name) > _MOST_CHARACTERS or not name.isprintable():
        raise UsageError(
            f"--name {shown(name)} is no name: use 1 to {_MOST_CHARACTERS} characters in a line"
        )
    return name.strip()


def file_stem(name: str) -> str:
    """Return a name as files have it."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "sound"
