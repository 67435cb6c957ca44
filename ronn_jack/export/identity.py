"""What a plugin is called, and by what a host knows it."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

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
    if sound.named:
        parts += [sound.named.name, *sound.named.words]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:_DIGITS]


def check_replaceable(path: Path, content: Path, mark: str, kind: str) -> None:
    """Check that nothing is at a path, or a plugin that this program has written.

    Parameters
    ----------
    content : Path
        The file there by which it is known.
    mark : str
        What stands in that, if it is ours.
    kind : str
        Of plugin, as it is said.

    Raises
    ------
    UsageError
        If something else is there.
    """
    if not path.exists() or (content.is_file() and mark.encode() in content.read_bytes()):
        return
    raise UsageError(f"{path} is there and no {kind} of ours: give another name")


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
