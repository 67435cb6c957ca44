"""The node's settings: what is fixed when it starts, unlike its parameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ronn_jack.errors import UsageError, shown
from ronn_jack.files import (
    Fields,
    raise_faults,
    read_table,
    shipped_folder,
    user_config_folder,
)

MAXIMUM_CLIENT_NAME = 63
"""Bytes that jackd keeps of a client's name."""


@dataclass(frozen=True)
class Settings:
    """How to run the node; `configs/default.toml` says what each setting means.

    A setting has the name of its command-line option, with underscores.
    """

    name: str
    inputs: int
    outputs: int
    osc_port: int
    http_port: int
    bind: str
    midi_profile: str
    server: str | None = None
    connect: str | None = None
    midi_in: str | None = None
    preset: str | None = None

    def changed(self, overrides: Mapping[str, object]) -> Settings:
        """Return these settings with others in place of some; None leaves a setting out.

        Raises
        ------
        UsageError
            Listing every fault of `overrides`.
        """
        given = {name: value for name, value in overrides.items() if value is not None}
        left_out = dict.fromkeys(overrides.keys() - given.keys())
        accepted: dict[str, Any] = {**left_out, **_read({"version": 1, **given}, "settings")}
        return replace(self, **accepted)


def load_settings(
    overrides: Mapping[str, object] | None = None, user_file: Path | None = None
) -> Settings:
    """Return the shipped settings, changed by the user's file and then by `overrides`.

    Parameters
    ----------
    overrides : mapping, optional
        From setting to value, as the command line gives them; None means not given.
    user_file : Path, optional
        Read in place of `config.toml` in the user's configuration folder. It may be missing.

    Raises
    ------
    UsageError
        Listing every fault of the first source that has any.
    """
    user_file = user_file or user_config_folder() / "config.toml"
    shipped_file = shipped_folder() / "default.toml"
    accepted = _read(read_table(shipped_file, UsageError), shipped_file)
    if user_file.exists() or user_file.is_symlink():
        accepted |= _read(read_table(user_file, UsageError), user_file)
    given = {name: value for name, value in (overrides or {}).items() if value is not None}
    accepted |= _read({"version": 1, **given}, "settings")
    return Settings(**accepted)


def _read(table: Mapping[str, object], source: object) -> dict[str, Any]:
    """Return the settings that a source gives, checked."""
    faults: list[str] = []
    fields = Fields(table, faults)
    fields.version()
    values: dict[str, object] = {
        "name": _client_name(fields),
        "server": _text(fields, "server"),
        "inputs": fields.within("inputs", 1, 2),
        "outputs": fields.within("outputs", 1, 2),
        "connect": fields.pattern("connect"),
        "osc_port": fields.within("osc_port", 0, 65535),
        "http_port": fields.within("http_port", 0, 65535),
        "bind": _text(fields, "bind"),
        "midi_in": fields.pattern("midi_in"),
        "midi_profile": _text(fields, "midi_profile"),
        "preset": _text(fields, "preset"),
    }
    fields.finish()
    raise_faults(source, faults, UsageError)
    return {name: value for name, value in values.items() if value is not None}


def _text(fields: Fields, key: str) -> str | None:
    value = fields.optional(key, str)
    if value is not None and (not value.strip() or not value.isprintable()):
        fields.fault(f"{key} = {shown(value)} is not printable text; leave {key} out or name one")
        return None
    return value


def _client_name(fields: Fields) -> str | None:
    name = _text(fields, "name")
    if name is not None and (":" in name or len(name.encode()) > MAXIMUM_CLIENT_NAME):
        fields.fault(
            f"name = {shown(name)} can't name a JACK client; use up to {MAXIMUM_CLIENT_NAME} "
            "bytes without a colon"
        )
        return None
    return name
