"""The sounds that a plugin chooses among, each by its number."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ronn_jack.commands.options import assigned, chosen
from ronn_jack.errors import UsageError
from ronn_jack.parameters import Value, defaults

Sounds = dict[int, dict[str, Value]]
_LEAST = 2


def check_banks(from_node: bool, **banks: object) -> None:
    """Refuse banks that are of different sounds, and kept sounds without a node."""
    given = [f"--{name}" for name, value in banks.items() if value]
    if len(given) > 1:
        raise UsageError(f"{' and '.join(given)} are given: leave all but one of them out")
    if banks["kept"] and not from_node:
        raise UsageError("--kept means the sounds that a node has kept: add --from-node")


def snapshots_of(preset: str | None, assignments: tuple[str, ...]) -> Sounds:
    """Return the sounds of a preset's snapshots, each changed one by one."""
    found = chosen(preset, ()).preset
    sounds = found.snapshots if found else {}
    if len(sounds) < _LEAST:
        raise UsageError(
            f"--preset {preset or 'is not given, which'} has fewer than 2 snapshots: name a preset "
            "that has them, or leave --snapshots out"
        )
    return {
        number: assigned({**defaults(), **values}, assignments)
        for number, values in sorted(sounds.items())
    }


def kept_of(place: Mapping[str, Any], assignments: tuple[str, ...]) -> Sounds:
    """Return the sounds that a node has kept, counted from 1, each changed one by one."""
    from ronn_jack.commands.place import sounds_of_node
    from ronn_jack.interfaces.osc.addresses import KEPT

    sounds = sounds_of_node(**place, address=KEPT)
    if len(sounds) < _LEAST:
        raise UsageError(
            "the node has kept fewer than 2 sounds: keep sounds on its page, in Explore, by "
            "Audition and then Keep, or leave --kept out"
        )
    return {number: assigned(values, assignments) for number, values in enumerate(sounds, 1)}
