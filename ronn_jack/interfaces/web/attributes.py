"""What OSCQuery tells of each address, made from the tables.

References
----------
Vidvox, "OSCQuery Proposal", https://github.com/Vidvox/OSCQueryProposal.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from ronn_jack.control.status import STATUS, Status
from ronn_jack.interfaces.osc.addresses import (
    BINDINGS,
    ENDPOINTS,
    LEARNS,
    PRESET_DESCRIPTIONS,
    PRESET_TAGS,
    PRESETS,
    TAKEOVERS,
    Endpoint,
    Role,
)
from ronn_jack.parameters import (
    ACTIONS,
    MOST_SNAPSHOTS,
    PARAMETERS,
    PLACES,
    Action,
    Kind,
    Parameter,
    Value,
)

Attributes = dict[str, Any]

NO_VALUE, READABLE, WRITABLE, BOTH = range(4)
"""What ACCESS may be."""
ATTRIBUTES = (
    "FULL_PATH", "CONTENTS", "TYPE", "ACCESS", "VALUE", "RANGE", "DESCRIPTION", "TAGS", "UNIT",
    "CLIPMODE", "OVERLOADS", "DEFAULT_VALUE",
)  # fmt: skip

ACTION_TYPES: Mapping[str, str] = {
    "": "I", "amount": "f", "preset": "s", "name": "s", "snapshot": "i", "text": "s",
    "parameter": "s", "candidate": "i", "pair": "s",
}  # fmt: skip
"""Type tag by an action's argument; `I` carries nothing but that something is to happen."""
_TYPES = {
    Kind.INT: "i", Kind.FLOAT: "f", Kind.BOOL: "T", Kind.ENUM: "s", Kind.NAME: "s", Kind.TEXT: "s",
}  # fmt: skip
"""Of the two tags of a switch `T` stands for either."""
_TAGS: Mapping[type, str] = {str: "s", int: "i", float: "f", bool: "T"}
_UNITS = {
    "dB": "gain.db", "dBFS": "gain.db", "dBTP": "gain.db", "Hz": "time.hz", "ms": "time.ms",
    "s": "time.second",
}  # fmt: skip
"""The units that have a name in OSCQuery."""
_INT32_MAXIMUM = 2**31 - 1
_DESCRIPTIONS = {
    Role.PRESET: "the preset loaded or saved last, and whether the sound is another by now",
    Role.SHARE: "the sound as a text that load_text takes",
    Role.KEPT: "the sounds that were kept as such texts, in the order of their places",
    Role.CANDIDATE: "what is to be seen of a candidate; an empty text where there is none",
    Role.PING: "answered by the node's name and version, once it can be heard",
    Role.LEARN: "bind MIDI controls by touching them",
    Role.SUBSCRIBE: "let all that changes be sent here",
    Role.UNSUBSCRIBE: "let nothing be sent here any more",
    Role.REFRESH: "let all values be sent here again",
    Role.AUTH: "be heard, by the token of the node's settings",
}

_PRESET_LISTS = {
    PRESETS: "the names of the presets in the order of their indices",
    PRESET_TAGS: "the tags of each preset, in the same order",
    PRESET_DESCRIPTIONS: "what a musician hears of each preset, in the same order",
}

_MIDI_STATE = {
    BINDINGS: "names of parameters and actions, each with a MIDI control that drives it",
    TAKEOVERS: "of MIDI controls that have not reached their parameter: its name, where the "
    "control stands, how far that is above the parameter's place, and the control",
    LEARNS: "what the next MIDI control that is moved will be bound to, or nothing",
}


def attributes(endpoint: Endpoint) -> Attributes:
    """Return what never changes of an address."""
    match endpoint.role:
        case Role.NATIVE:
            own = _native(PARAMETERS[endpoint.name])
        case Role.NORMALISED:
            own = _normalised(PARAMETERS[endpoint.name])
        case Role.ACTION:
            own = _action(ACTIONS[endpoint.name])
        case Role.STATUS:
            own = _status(STATUS[endpoint.name])
        case Role.PRESET:
            own = {"TYPE": "sT", "ACCESS": READABLE}
        case Role.PRESETS:
            own = {"ACCESS": READABLE, "DESCRIPTION": _PRESET_LISTS[endpoint.address]}
        case Role.MIDI:
            own = {"ACCESS": READABLE, "DESCRIPTION": _MIDI_STATE[endpoint.address]}
        case Role.CANDIDATE | Role.KEPT:
            own = {"ACCESS": READABLE}
        case Role.SHARE:
            own = {"TYPE": "s", "ACCESS": READABLE}
        case Role.AUTH:
            own = {"TYPE": "s", "ACCESS": WRITABLE}
        case _:
            own = {"TYPE": "I", "ACCESS": WRITABLE}
    description = _DESCRIPTIONS.get(endpoint.role, "")
    return {"FULL_PATH": endpoint.address, "DESCRIPTION": description, **own}


def presets_attributes(endpoint: Endpoint, names: Sequence[str]) -> Attributes:
    """Return what depends on the presets that there are."""
    if endpoint.role is Role.PRESETS:
        return {"TYPE": "s" * len(names) or "N"}
    if endpoint.role is Role.ACTION and ACTIONS[endpoint.name].argument == "preset" and names:
        index = {"TYPE": "i", "RANGE": [{"MIN": 0, "MAX": len(names) - 1}]}
        return {"RANGE": [{"VALS": list(names)}], "OVERLOADS": [index]}
    return {}


def names_attributes(endpoint: Endpoint) -> Attributes:
    """Return what depends on the files that there are to be named."""
    row = PARAMETERS[endpoint.name]
    return {"RANGE": [{"VALS": list(row.names)}]} if row.kind is Kind.NAME else {}


def type_tags(values: Sequence[Value]) -> str:
    """Return the type tags of some values."""
    return "".join(_TAGS[type(value)] for value in values)


def _native(row: Parameter) -> Attributes:
    own = {
        "TYPE": _TYPES[row.kind],
        "ACCESS": BOTH,
        "DESCRIPTION": f"{row.label}: {row.description}",
        "TAGS": [row.group.value],
        "CLIPMODE": ["none"],
        "DEFAULT_VALUE": [row.default],
        **_unit(row.unit),
    }
    if row.kind is Kind.ENUM:
        own["RANGE"] = [{"VALS": list(row.choices)}]
        own["OVERLOADS"] = [{"TYPE": "i", "RANGE": [{"MIN": 0, "MAX": len(row.choices) - 1}]}]
    elif row.kind in (Kind.INT, Kind.FLOAT):
        own["RANGE"] = [{"MIN": row.minimum, "MAX": row.maximum}]
        if row.kind is Kind.INT and row.maximum > _INT32_MAXIMUM:
            own["OVERLOADS"] = [{"TYPE": "h", "RANGE": own["RANGE"]}]
            own["RANGE"] = [{"MIN": row.minimum, "MAX": _INT32_MAXIMUM}]
    return own


def _normalised(row: Parameter) -> Attributes:
    return {
        "TYPE": "f",
        "ACCESS": BOTH,
        "DESCRIPTION": f"{row.label}, as a position from 0 to 1",
        "TAGS": [row.group.value],
        "RANGE": [{"MIN": 0.0, "MAX": 1.0}],
        "CLIPMODE": ["both"],
        "DEFAULT_VALUE": [row.normalise(row.default)],
    }


def _action(row: Action) -> Attributes:
    own = {
        "TYPE": ACTION_TYPES[row.argument],
        "ACCESS": WRITABLE,
        "DESCRIPTION": f"{row.label}: {row.description}",
    }
    if row.argument == "amount":
        own["RANGE"] = [{"MIN": 0.0, "MAX": 1.0}]
    elif row.argument == "snapshot":
        own["RANGE"] = [{"MIN": 1, "MAX": MOST_SNAPSHOTS}]
    elif row.argument == "candidate":
        own["RANGE"] = [{"MIN": 1, "MAX": PLACES}]
    elif row.argument in ("", "pair"):
        own["OVERLOADS"] = [{"TYPE": "T"}, {"TYPE": "f"}, {"TYPE": "i"}]
    return own


def _status(row: Status) -> Attributes:
    own = {
        "TYPE": _TYPES[row.kind],
        "ACCESS": READABLE,
        "DESCRIPTION": row.description,
        **_unit(row.unit),
    }
    if row.kind is Kind.ENUM:
        own["RANGE"] = [{"VALS": list(row.choices)}]
    elif row.kind in (Kind.INT, Kind.FLOAT):
        ends = {"MIN": row.minimum, "MAX": row.maximum}
        own["RANGE"] = [{end: value for end, value in ends.items() if math.isfinite(value)}]
    return own


def _unit(unit: str) -> Attributes:
    return {"UNIT": [_UNITS[unit]]} if unit in _UNITS else {}


PRESETS_ADDRESSES = tuple(e.address for e in ENDPOINTS.values() if presets_attributes(e, ("any",)))
"""Where something is told that depends on the presets that there are."""
