"""The node's settings: what is fixed when it starts, unlike its parameters."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ronn_jack.action_fields import read_argument
from ronn_jack.errors import UsageError, shown
from ronn_jack.files import (
    Fields,
    raise_faults,
    read_table,
    shipped_folder,
)
from ronn_jack.folders import user_config_folder
from ronn_jack.parameters import ACTIONS, PARAMETERS, Draw, Kind

TAKEOVERS = ("jump", "pickup", "scale")
"""What a MIDI control does that stands elsewhere than its parameter."""
MAXIMUM_CLIENT_NAME = 63
"""Bytes that jackd keeps of a client's name."""
LARGEST_PORT = 65535
DEFAULT_INTERVAL_MS = 100
SHORTEST_INTERVAL_MS, LONGEST_INTERVAL_MS = 10, 10_000
DIVISIONS = {
    **{f"1/{parts}": 1.0 / parts for parts in (16, 8, 4, 2)},
    **{str(beats): float(beats) for beats in (1, 2, 4, 8, 16, 32)},
}
"""Lengths in beats, as they are written."""
RATE = "rate"
"""The shape of a parameter that is set to how often the division comes, in Hz."""
SHAPES = ("ramp", "triangle", "random", RATE)
SOURCES = ("midi", "jack")
_SHORTEST_TOKEN = 8
_LONGEST_TOKEN = 500
_PLACE = re.compile(r"\[?(?P<host>[^\s\[\]]+?)\]?:(?P<port>[0-9]{1,5})")


@dataclass(frozen=True)
class FeedbackTo:
    """A destination of OSC feedback that never asks for it.

    Attributes
    ----------
    normalised : bool
        Whether it is told positions 0–1 rather than values in native units.
    interval_ms : int
        Between two messages of the same status.
    aliases : str, optional
        Table of another program's addresses, by name or file, by which it is told values instead.
    """

    host: str
    port: int
    normalised: bool = False
    interval_ms: int = DEFAULT_INTERVAL_MS
    aliases: str | None = None


@dataclass(frozen=True)
class Follow:
    """What is done in time with a song.

    Attributes
    ----------
    division : float
        Beats after which it comes again.
    action : str or None
        What is done at each beginning of it, with `argument`.
    parameter : str or None
        What moves instead, along `shape`, from `begin` to `end`, places 0–1 of its range.
    source : str or None
        One of SOURCES; None for whichever runs, MIDI clock before JACK's transport.
    """

    division: float
    action: str | None = None
    argument: object = None
    parameter: str | None = None
    shape: str = SHAPES[0]
    begin: float = 0.0
    end: float = 1.0
    source: str | None = None


@dataclass(frozen=True)
class Settings:
    """How to run the node; `configs/default.toml` says what each setting means.

    A setting has the name of its command-line option, with underscores.
    """

    name: str
    inputs: int
    outputs: int
    bind: str
    midi_profile: str
    osc_aliases: tuple[str, ...]
    midi_takeover: str
    osc_port: int | None = None
    http_port: int | None = None
    server: str | None = None
    connect: str | None = None
    midi_in: str | None = None
    preset: str | None = None
    allow: tuple[str, ...] = ()
    osc_token: str | None = None
    osc_feedback: tuple[FeedbackTo, ...] = ()
    follow: tuple[Follow, ...] = ()
    restore: bool = False
    explore: bool = True
    lock: tuple[str, ...] = ()
    open: bool = False

    def changed(self, overrides: Mapping[str, object]) -> Settings:
        """Return these settings with others in place of some; None leaves a setting out.

        Raises
        ------
        UsageError
            Listing every fault of `overrides`.
        """
        given = {name: value for name, value in overrides.items() if value is not None}
        left_out = dict.fromkeys(overrides.keys() - given.keys())
        accepted: dict[str, Any] = {
            **left_out,
            **read_settings({"version": 1, **given}, "settings"),
        }
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
    accepted = read_settings(read_table(shipped_file, UsageError), shipped_file)
    if user_file.exists() or user_file.is_symlink():
        accepted |= read_settings(read_table(user_file, UsageError), user_file)
    given = {name: value for name, value in (overrides or {}).items() if value not in (None, ())}
    accepted |= read_settings({"version": 1, **given}, "settings")
    return Settings(**accepted)


def read_settings(table: Mapping[str, object], source: object) -> dict[str, Any]:
    """Return the settings that a source gives, checked.

    Parameters
    ----------
    table : mapping
        From setting to value, with the `version`.
    source : object
        Its name, for messages.

    Raises
    ------
    UsageError
        Listing every fault.
    """
    faults: list[str] = []
    fields = Fields(table, faults)
    fields.version()
    values: dict[str, object] = {
        "name": _client_name(fields),
        "server": _text(fields, "server"),
        "inputs": fields.within("inputs", 1, 2),
        "outputs": fields.within("outputs", 1, 2),
        "connect": fields.pattern("connect"),
        "osc_port": fields.within("osc_port", 0, LARGEST_PORT),
        "http_port": fields.within("http_port", 0, LARGEST_PORT),
        "bind": _text(fields, "bind"),
        "midi_in": fields.pattern("midi_in"),
        "midi_profile": _text(fields, "midi_profile"),
        "osc_aliases": tuple(fields.texts("osc_aliases")) if fields.has("osc_aliases") else None,
        "midi_takeover": fields.one_of("midi_takeover", TAKEOVERS),
        "preset": _text(fields, "preset"),
        "allow": _networks(fields),
        "osc_token": _token(fields),
        "osc_feedback": _destinations(fields),
        "follow": _follows(fields, faults),
        "restore": fields.optional("restore", bool),
        "explore": fields.optional("explore", bool),
        "lock": _locks(fields),
        "open": fields.optional("open", bool),
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


def _list(fields: Fields, key: str) -> list[object] | None:
    value = fields.raw(key)
    if value is None or isinstance(value, (list, tuple)):
        return None if value is None else list(value)
    fields.fault(f"{key} = {shown(value)} is no list; write {key} = [{shown(value)}]")
    return None


def _networks(fields: Fields) -> tuple[str, ...] | None:
    listed = _list(fields, "allow")
    for each in listed or ():
        try:
            ipaddress.ip_network(each if isinstance(each, str) else "", strict=False)
        except ValueError:
            fields.fault(
                f"allow = {shown(each)} is no address; use one such as 192.168.1.7, or a range "
                "such as 192.168.1.0/24"
            )
            return None
    return None if listed is None else tuple(map(str, listed))


def _locks(fields: Fields) -> tuple[str, ...] | None:
    listed = _list(fields, "lock")
    drawn = [name for name, row in PARAMETERS.items() if row.draw is not Draw.KEPT]
    for each in listed or ():
        if each not in drawn:
            fields.fault(f"lock = {shown(each)} is never drawn; use some of {' '.join(drawn)}")
            return None
    return None if listed is None else tuple(map(str, listed))


def _token(fields: Fields) -> str | None:
    token = _text(fields, "osc_token")
    if token is not None and not _SHORTEST_TOKEN <= len(token) <= _LONGEST_TOKEN:
        fields.fault(
            f"osc_token has {len(token)} characters; use {_SHORTEST_TOKEN} to {_LONGEST_TOKEN}"
        )
        return None
    return token


def _destinations(fields: Fields) -> tuple[FeedbackTo, ...] | None:
    listed = _list(fields, "osc_feedback")
    if listed is None:
        return None
    found = [_destination(fields, each) for each in listed]
    return tuple(each for each in found if each is not None)


def _destination(fields: Fields, written: object) -> FeedbackTo | None:
    """Return the destination of "host:port", or of a table that says more."""
    faults: list[str] = []
    table = Fields(written if isinstance(written, dict) else {"to": written}, faults)
    to = table.optional("to", str)
    normalised = table.take("normalised", bool, False)
    interval = table.within("interval_ms", SHORTEST_INTERVAL_MS, LONGEST_INTERVAL_MS)
    aliases = _text(table, "aliases")
    if aliases is not None and (normalised or interval is not None):
        other = "normalised" if normalised else "interval_ms"
        table.fault(f"{other} is for what is told without aliases; leave it out")
    table.finish()
    place = _PLACE.fullmatch(to or "")
    if place is None or not 0 < int(place["port"]) <= LARGEST_PORT:
        faults.append(f"{shown(to)} is no destination; write it as 192.168.1.7:9000")
    for fault in faults:
        fields.fault(f"osc_feedback: {fault}")
    if faults or place is None:
        return None
    return FeedbackTo(
        place["host"], int(place["port"]), normalised, interval or DEFAULT_INTERVAL_MS, aliases
    )


def _follows(fields: Fields, faults: list[str]) -> tuple[Follow, ...] | None:
    if not fields.has("follow"):
        return None
    tables = enumerate(fields.tables("follow"), 1)
    found = [_follow(Fields(table, faults, f"follow {n}: ")) for n, table in tables]
    return tuple(each for each in found if each is not None)


def _follow(fields: Fields) -> Follow | None:
    """Return what a `[[follow]]` says; None if it is at fault."""
    division, source = _division(fields), fields.one_of("source", SOURCES)
    follow = None
    if fields.has("action") == fields.has("parameter"):
        fields.fault("name either an action or a parameter")
        for key in ("action", "argument", "parameter", "shape", "from", "to"):
            fields.raw(key)
    elif fields.has("action"):
        action = fields.one_of("action", ACTIONS)
        if action is not None:
            argument = read_argument(fields, action)
            follow = Follow(division, action, argument, source=source)
        else:
            fields.raw("argument")
    else:
        follow = _followed_parameter(fields, division, source)
    fields.finish()
    return follow


def _division(fields: Fields) -> float:
    written = fields.raw("division")
    text = str(written) if isinstance(written, int) and not isinstance(written, bool) else written
    if isinstance(text, str) and text in DIVISIONS:
        return DIVISIONS[text]
    length = "is missing" if written is None else f"= {shown(written)} is no length"
    fields.fault(f'division {length}; write beats, one of {", ".join(DIVISIONS)}, as "1/4"')
    return 1.0


def _followed_parameter(fields: Fields, division: float, source: str | None) -> Follow | None:
    name = fields.one_of("parameter", PARAMETERS)
    shape = fields.one_of("shape", SHAPES) or SHAPES[0]
    rates = [n for n, row in PARAMETERS.items() if row.unit == "Hz" and row.kind is Kind.FLOAT]
    if shape == RATE and name is not None and name not in rates:
        fields.fault(f"{name} is no rate, so its shape can't be; use it for {', '.join(rates)}")
    places = {}
    for key, default in (("from", 0.0), ("to", 1.0)):
        if shape == RATE and fields.has(key):
            fields.fault(f"a rate has no {key}; leave it out")
        place = fields.take(key, float, default)
        if not 0.0 <= place <= 1.0:
            fields.fault(f"{key} = {shown(place)} is out of range; use 0 to 1 of the whole range")
        places[key] = place
    if name is None:
        return None
    return Follow(
        division,
        parameter=name,
        shape=shape,
        begin=places["from"],
        end=places["to"],
        source=source,
    )
