"""The addresses that the node understands, generated from the tables."""

from __future__ import annotations

import enum
import functools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ronn_jack.control.protocols import ListedPreset
from ronn_jack.control.status import STATUS
from ronn_jack.errors import UsageError, nearest
from ronn_jack.interfaces.osc.codec import encode, one_line
from ronn_jack.interfaces.osc.pattern import Addresses, is_pattern
from ronn_jack.parameters import ACTIONS, PARAMETERS, PLACES, Value

ROOT = "/ronn/"
NORMALISED_ROOT = "/ronn/n/"
STATUS_ROOT = "/ronn/status/"
CANDIDATE_ROOT = "/ronn/candidate/"
PRESET = "/ronn/preset"
PRESETS = "/ronn/presets"
PRESET_TAGS = "/ronn/preset_tags"
PRESET_DESCRIPTIONS = "/ronn/preset_descriptions"
SHARE = "/ronn/share"
KEPT = "/ronn/kept"
PING = "/ronn/ping"
PONG = "/ronn/pong"
ERROR = "/ronn/error"
LEARN = "/ronn/learn"
LEARN_CANCEL = "/ronn/learn_cancel"
UNLEARN = "/ronn/unlearn"
LEARN_UNDO = "/ronn/learn_undo"
LEARNED = "/ronn/learned"
UNLEARNED = "/ronn/unlearned"
LEARN_UNDONE = "/ronn/learn_undone"
LEARNING = "/ronn/learning"
LEARN_CANCELLED = "/ronn/learn_cancelled"
TAKEOVER = "/ronn/takeover"
BINDINGS = "/ronn/bindings"
TAKEOVERS = "/ronn/takeovers"
LEARNS = "/ronn/learns"
SUBSCRIBE = "/ronn/subscribe"
SUBSCRIBE_NORMALISED = "/ronn/n/subscribe"
UNSUBSCRIBE = "/ronn/unsubscribe"
REFRESH = "/ronn/refresh"
AUTH = "/ronn/auth"
PANIC = "/ronn/panic"

PRESET_LISTS = (PRESETS, PRESET_TAGS, PRESET_DESCRIPTIONS)
"""Each tells one text of every preset, in the order of their indices."""
MIDI_STATE = (BINDINGS, TAKEOVERS, LEARNS)
_OF_MIDI = (LEARNING, LEARNED, LEARN_CANCELLED, UNLEARNED, LEARN_UNDONE, TAKEOVER)

_TAG_SEPARATOR = ", "
_CACHED = 256
"""Addresses that take work to resolve are few in earnest; this bounds the work of a flood."""

_SIMILAR = 0.6
"""Similarity, 0–1, from which an address is suggested."""


class Role(enum.Enum):
    """What a message to an address means."""

    NATIVE = enum.auto()
    NORMALISED = enum.auto()
    ACTION = enum.auto()
    STATUS = enum.auto()
    PRESET = enum.auto()
    PRESETS = enum.auto()
    SHARE = enum.auto()
    KEPT = enum.auto()
    CANDIDATE = enum.auto()
    MIDI = enum.auto()
    PING = enum.auto()
    LEARN = enum.auto()
    SUBSCRIBE = enum.auto()
    UNSUBSCRIBE = enum.auto()
    REFRESH = enum.auto()
    AUTH = enum.auto()
    ANSWER = enum.auto()
    """What a node sends; never answered, or two nodes could keep each other busy for ever."""


SESSION = {Role.SUBSCRIBE, Role.UNSUBSCRIBE, Role.REFRESH, Role.AUTH, Role.LEARN}
"""What is between the node and one sender: no pattern reaches it."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One address; `name` is that of its parameter, action or status, or a candidate's place."""

    address: str
    role: Role
    name: str

    @property
    def is_value(self) -> bool:
        """Whether it is that of a parameter."""
        return self.role in (Role.NATIVE, Role.NORMALISED)


def _endpoints() -> Iterator[Endpoint]:
    for name in PARAMETERS:
        yield Endpoint(ROOT + name, Role.NATIVE, name)
        yield Endpoint(NORMALISED_ROOT + name, Role.NORMALISED, name)
    for name in ACTIONS:
        yield Endpoint(ROOT + name, Role.ACTION, name)
    for name in STATUS:
        yield Endpoint(STATUS_ROOT + name, Role.STATUS, name)
    yield Endpoint(PRESET, Role.PRESET, "preset")
    for address in PRESET_LISTS:
        yield Endpoint(address, Role.PRESETS, address.removeprefix(ROOT))
    yield Endpoint(SHARE, Role.SHARE, "share")
    yield Endpoint(KEPT, Role.KEPT, "kept")
    for place in range(1, PLACES + 1):
        yield Endpoint(f"{CANDIDATE_ROOT}{place}", Role.CANDIDATE, str(place))
    yield Endpoint(PING, Role.PING, "ping")
    for address in (LEARN, LEARN_CANCEL, UNLEARN, LEARN_UNDO):
        yield Endpoint(address, Role.LEARN, address.removeprefix(ROOT))
    for address in MIDI_STATE:
        yield Endpoint(address, Role.MIDI, address.removeprefix(ROOT))
    for address in _OF_MIDI:
        yield Endpoint(address, Role.ANSWER, address.removeprefix(ROOT))
    yield Endpoint(SUBSCRIBE, Role.SUBSCRIBE, "subscribe")
    yield Endpoint(SUBSCRIBE_NORMALISED, Role.SUBSCRIBE, "subscribe")
    yield Endpoint(UNSUBSCRIBE, Role.UNSUBSCRIBE, "unsubscribe")
    yield Endpoint(REFRESH, Role.REFRESH, "refresh")
    yield Endpoint(AUTH, Role.AUTH, "auth")
    yield Endpoint(PONG, Role.ANSWER, "pong")
    yield Endpoint(ERROR, Role.ANSWER, "error")


ENDPOINTS: Mapping[str, Endpoint] = {endpoint.address: endpoint for endpoint in _endpoints()}
_SEARCHED = Addresses(
    e.address for e in ENDPOINTS.values() if e.role not in (Role.ANSWER, *SESSION)
)


def value_message(name: str, value: Value, normalised: bool = False) -> bytes:
    """Return the message that tells a parameter's value, in native units or as a position 0–1."""
    if normalised:
        return encode(NORMALISED_ROOT + name, [PARAMETERS[name].normalise(value)])
    return encode(ROOT + name, [value])


def preset_texts(address: str, listed: Sequence[ListedPreset]) -> list[str]:
    """Return what one of PRESET_LISTS tells."""
    if address == PRESETS:
        return [each.name for each in listed]
    if address == PRESET_TAGS:
        return [_TAG_SEPARATOR.join(each.tags) for each in listed]
    return [one_line(each.description) for each in listed]


def resolve(address: str) -> tuple[Endpoint, ...]:
    """Return what an address or pattern leads to, in the tables' order.

    Raises
    ------
    UsageError
        If there is nothing, with the nearest address as a suggestion.
    """
    endpoint = ENDPOINTS.get(address)
    if endpoint is not None:
        return (endpoint,)
    found, reason = _search(address)
    if reason:
        raise UsageError(reason)
    return found


@functools.lru_cache(_CACHED)
def _search(address: str) -> tuple[tuple[Endpoint, ...], str]:
    if not is_pattern(address):
        return (), f"unknown address '{address}': {_suggestion(address)}"
    try:
        matching = _SEARCHED.matching(address)
    except ValueError as error:
        return (), f"pattern '{address}': {error}"
    found = tuple(ENDPOINTS[each] for each in matching)
    return found, "" if found else f"pattern '{address}' matches no address"


def _suggestion(address: str) -> str:
    # By the last part alone: comparing whole addresses takes milliseconds, and a flood of unknown
    # ones would hold up everything else.
    roots = (NORMALISED_ROOT, STATUS_ROOT, CANDIDATE_ROOT)
    root = next((each for each in roots if address.startswith(each)), ROOT)
    by_name = _by_name(root)
    name = nearest(address.rpartition("/")[2], by_name, _SIMILAR)
    if name is not None:
        return f"did you mean '{by_name[name]}'?"
    return f"use {ROOT}<parameter>, {NORMALISED_ROOT}<parameter>, {ROOT}<action> or {PING}"


@functools.cache
def _by_name(root: str) -> dict[str, str]:
    """Return an address for each name, under this root if there is one."""
    by_name = {endpoint.name: endpoint.address for endpoint in ENDPOINTS.values()}
    return by_name | {e.name: e.address for e in ENDPOINTS.values() if e.address == root + e.name}
