"""What a node was doing, kept in a file from one run to the next.

It is a TOML file of its node's name under the XDG state folder; it has the form of a preset, with
all parameters, and says where recall stood.
"""

from __future__ import annotations

import urllib.parse
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import tomlkit

from ronn_jack.errors import PresetError, shown
from ronn_jack.files import (
    VERSION,
    Fields,
    raise_faults,
    read_table,
    remove_forgotten,
    write_atomically,
)
from ronn_jack.folders import user_state_folder
from ronn_jack.parameters import MOST_SNAPSHOTS, PARAMETERS, Value, defaults
from ronn_jack.presets.preset import (
    Sounds,
    read_snapshots,
    read_sound,
    snapshot_lines,
    table_lines,
)
from ronn_jack.presets.setlist import MOST_SONGS

SLOTS = ("a", "b")


@dataclass(frozen=True)
class State:
    """What is kept of a node.

    Attributes
    ----------
    values : mapping
        Accepted values of all parameters.
    preset : str or None
        Name of the preset loaded or saved last.
    song : int or None
        Place in the setlist.
    snapshots : mapping
        Accepted values of the sounds beside the present one.
    snapshot : int
        The one loaded or saved last; 0 for none.
    slot : str
        Which of two compared sounds this is.
    other : mapping or None
        The other one.
    """

    values: Mapping[str, Value] = field(default_factory=defaults)
    preset: str | None = None
    song: int | None = None
    snapshots: Sounds = field(default_factory=dict)
    snapshot: int = 0
    slot: str = SLOTS[0]
    other: Mapping[str, Value] | None = None


def state_path(node: str) -> Path:
    """Return where the state of a node of some name is kept."""
    # A name may have any printable character, and must not lead out of the folder.
    return user_state_folder() / f"{urllib.parse.quote(node, safe=' ')}.toml"


def write_state(path: Path, state: State) -> None:
    """Write a state so that at any moment either the old or the whole new one is there.

    Raises
    ------
    OSError
        If it can't be written.
    """
    write_atomically(path, state_text(state))


def remove_unfinished(folder: Path) -> None:
    """Remove what a node has left that was killed while it wrote its state."""
    try:
        remove_forgotten(folder, [path.name for path in folder.iterdir()])
    except OSError:
        return  # there is no such folder yet


def state_text(state: State) -> str:
    """Return what the file of a state says."""
    lines = [f"version = {VERSION}", f"slot = {_text(state.slot)}", f"snapshot = {state.snapshot}"]
    if state.preset is not None:
        lines.append(f"preset = {_text(state.preset)}")
    if state.song is not None:
        lines.append(f"song = {state.song}")
    lines += table_lines("parameters", state.values)
    if state.other is not None:
        lines += table_lines("other", state.other)
    return "\n".join([*lines, *snapshot_lines(state.snapshots), ""])


def read_state(path: Path) -> State:
    """Read a state's file.

    Raises
    ------
    PresetError
        If there is none, or listing every fault of it.
    """
    faults: list[str] = []
    fields = Fields(read_table(path, PresetError), faults)
    fields.version()
    preset = fields.optional("preset", str)
    if preset is not None and not preset.isprintable():
        fields.fault(f"preset = {shown(preset)} is not printable text")
    state = State(
        values={**defaults(), **read_sound(fields.table("parameters"), faults, PARAMETERS)},
        preset=preset,
        song=fields.within("song", 0, MOST_SONGS - 1),
        snapshot=fields.within("snapshot", 0, MOST_SNAPSHOTS) or 0,
        slot=fields.one_of("slot", SLOTS) or SLOTS[0],
        other=read_sound(fields.table("other"), faults, where="other: ")
        if fields.has("other")
        else None,
        snapshots=read_snapshots(fields.table("snapshots"), faults),
    )
    fields.finish()
    raise_faults(path, faults, PresetError)
    return state


def _text(text: str) -> str:
    return tomlkit.string(text).as_string()
