"""What a session's file says: the whole of a node, as a session manager brings it back.

A session is a folder with `session.toml`::

    version = 1
    preset = "warm-drive"       # the one loaded or saved last, if any

    [settings]                  # those of the node that belong to the music
    inputs = 1

    [parameters]                # every parameter's value
    layers = 4

    [[connection]]              # of the node's ports; ":out_1" is a port of its own
    port = "in_1"
    other = "system:capture_1"
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import tomlkit

from ronn_jack.drivers.jack_driver import Connection
from ronn_jack.errors import UsageError, shown
from ronn_jack.files import Fields, raise_faults, read_table, write_atomically
from ronn_jack.parameters import PARAMETERS, Value, defaults

FILE = "session.toml"
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
    values : mapping
        Accepted value of every parameter.
    preset : str or None
        The preset loaded or saved last.
    settings : mapping
        Of SETTINGS, those that it has.
    connections : tuple of Connection
        Of the node's ports.
    """

    values: Mapping[str, Value]
    preset: str | None
    settings: Mapping[str, object]
    connections: tuple[Connection, ...]


def read_session(path: Path) -> Session:
    """Read a session's file.

    Raises
    ------
    UsageError
        Listing every fault.
    """
    faults: list[str] = []
    fields = Fields(read_table(path, UsageError), faults)
    fields.version()
    preset = fields.optional("preset", str)
    settings = dict(fields.table("settings"))
    for name in settings.keys() - set(SETTINGS):
        fields.fault(f"[settings] {shown(name)} is none of {', '.join(SETTINGS)}")
    values = {**defaults(), **_parameters(fields.table("parameters"), faults)}
    connections = [_connection(table, faults) for table in fields.tables("connection")]
    if len(connections) > _MOST_CONNECTIONS:
        fields.fault(f"{len(connections)} connections; use {_MOST_CONNECTIONS} at most")
    fields.finish()
    raise_faults(path, faults, UsageError)
    made = tuple(connection for connection in connections if connection is not None)
    return Session(values, preset, settings, made)


def write_session(path: Path, session: Session) -> None:
    """Write a session's file, the old or the new one being there at any moment.

    Raises
    ------
    OSError
        If it can't be written; the old one is intact then.
    """
    document = tomlkit.document()
    document["version"] = 1
    if session.preset is not None:
        document["preset"] = session.preset
    document["settings"] = dict(session.settings)
    document["parameters"] = dict(session.values)
    connections = tomlkit.aot()
    for connection in session.connections:
        table = tomlkit.table()
        table["port"] = connection.port
        table["other"] = f":{connection.other}" if connection.own else connection.other
        connections.append(table)
    document["connection"] = connections
    write_atomically(path, tomlkit.dumps(document))


def _parameters(table: Mapping[str, object], faults: list[str]) -> dict[str, Value]:
    fields = Fields(table, faults)
    read = {name: fields.parameter(name, row) for name, row in PARAMETERS.items()}
    fields.finish()
    return {name: value for name, value in read.items() if value is not None}


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
