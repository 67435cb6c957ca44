"""What a session's folder says: the whole of a node, as a session manager brings it back.

`sound.toml` has the form of a node's kept state: every parameter's value, the preset's name, the
snapshots. `session.toml` says what is beside the sound, and `midi/` has the
MIDI profiles in which controls were learned, each written as soon as one is::

    version = 1

    [settings]                  # those of the node that belong to the music
    inputs = 1

    [[connection]]              # of the node's ports; ":out_1" is a port of its own
    port = "in_1"
    other = "system:capture_1"
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import tomlkit

from ronn_jack.drivers.jack_driver import Connection
from ronn_jack.errors import UsageError, shown
from ronn_jack.files import VERSION, Fields, raise_faults, read_table, write_atomically
from ronn_jack.presets.state import State, read_state, write_state
from ronn_jack.settings import read_settings

SOUND_FILE = "sound.toml"
SESSION_FILE = "session.toml"
PROFILES_FOLDER = "midi"
"""Where the MIDI profiles are that were changed in the session."""
SETTINGS = ("inputs", "outputs", "midi_in", "midi_profile")
"""Settings that are a session's own: never an address or a port, as sessions are handed on."""
_MOST_CONNECTIONS = 1000
_LONGEST_PORT = 320
"""Bytes of the longest port name that JACK knows."""


@dataclass(frozen=True)
class Session:
    """A node as it was.

    Attributes
    ----------
    state : State or None
        What it did; None in a session that was never saved.
    settings : mapping
        Of SETTINGS, those that it has.
    connections : tuple of Connection
        Of the node's ports.
    """

    state: State | None = None
    settings: Mapping[str, object] = field(default_factory=dict)
    connections: tuple[Connection, ...] = ()


def read_session(folder: Path) -> Session:
    """Read a session; an empty one where nothing was saved.

    Raises
    ------
    UsageError
        Listing every fault of a file.
    """
    sound, beside = folder / SOUND_FILE, folder / SESSION_FILE
    state = read_state(sound) if sound.exists() else None
    return Session(state, *_read_beside(beside)) if beside.exists() else Session(state)


def write_session(folder: Path, session: Session) -> None:
    """Write a session's files, of each the old or the new one being there at any moment.

    Raises
    ------
    OSError
        If one can't be written; the old one is intact then.
    """
    document = tomlkit.document()
    document["version"] = VERSION
    document["settings"] = dict(session.settings)
    connections = tomlkit.aot()
    for connection in session.connections:
        table = tomlkit.table()
        table["port"] = connection.port
        table["other"] = f":{connection.other}" if connection.own else connection.other
        connections.append(table)
    document["connection"] = connections
    write_atomically(folder / SESSION_FILE, tomlkit.dumps(document))
    if session.state is not None:
        write_state(folder / SOUND_FILE, session.state)


def _read_beside(path: Path) -> tuple[Mapping[str, object], tuple[Connection, ...]]:
    faults: list[str] = []
    fields = Fields(read_table(path, UsageError), faults)
    fields.version()
    settings = dict(fields.table("settings"))
    for name in settings.keys() - set(SETTINGS):
        fields.fault(f"[settings] {shown(name)} is none of {', '.join(SETTINGS)}")
    connections = [_connection(table, faults) for table in fields.tables("connection")]
    if len(connections) > _MOST_CONNECTIONS:
        fields.fault(f"{len(connections)} connections; use {_MOST_CONNECTIONS} at most")
    fields.finish()
    raise_faults(path, faults, UsageError)
    settings = read_settings({"version": VERSION, **settings}, path)
    return settings, tuple(each for each in connections if each is not None)


def _connection(table: Mapping[str, object], faults: list[str]) -> Connection | None:
    before = len(faults)
    fields = Fields(table, faults, "connection: ")
    names = [fields.take(key, str, "") for key in ("port", "other")]
    for key, name in zip(("port", "other"), names, strict=True):
        if not name or len(name.encode()) > _LONGEST_PORT:
            fields.fault(f"{key} = {shown(name)} names no port")
    fields.finish()
    if len(faults) > before:
        return None
    port, other = names
    return Connection(port, other.removeprefix(":"), own=other.startswith(":"))
