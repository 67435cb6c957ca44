"""The presets of an evening, in the order in which they are played.

The setlist is a TOML file, `setlist.toml` beside the user's settings::

    version = 1
    presets = ["warm-drive", "hall", "warm-drive"]
"""

from __future__ import annotations

from pathlib import Path

from ronn_jack.errors import PresetError, shown
from ronn_jack.files import Fields, check_name, raise_faults, read_table

MOST_SONGS = 1000


def read_setlist(path: Path) -> list[str]:
    """Return the presets' names; one may come several times, and may be one that isn't there yet.

    Raises
    ------
    PresetError
        If there is no such file, or listing every fault of it.
    """
    if not path.exists():
        raise PresetError(f'there is no setlist; write {path} with version = 1, presets = ["…"]')
    faults: list[str] = []
    fields = Fields(read_table(path, PresetError), faults)
    fields.version()
    names = fields.texts("presets")
    fields.finish()
    if not names and not faults:
        fields.fault("presets is missing or empty; write presets = with the names in order")
    if len(names) > MOST_SONGS:
        fields.fault(f"presets = {len(names)} names; use {MOST_SONGS} at most")
    for name in names[:MOST_SONGS]:
        try:
            check_name("preset", name, PresetError)
        except PresetError:
            fields.fault(f"{shown(name)} can't be a preset's name")
    raise_faults(path, faults, PresetError)
    return names
