"""What of a change would be too much for the machine beside the network that sounds."""

from __future__ import annotations

from collections.abc import Mapping

from ronn_jack.control.protocols import Node
from ronn_jack.control.scene import MOVING
from ronn_jack.parameters import Value

STAGES = ("eq", "reverb")
"""Parameters that turn a stage on."""


def faults(
    node: Node, before: Mapping[str, Value], after: Mapping[str, Value], awaited: bool
) -> Mapping[str, str]:
    """Return why parameters have to stay what they are, by name.

    Parameters
    ----------
    before, after : mapping
        Accepted values, and those that are wanted.
    awaited : bool
        Whether a network is on its way: it may be able to move where this one isn't.
    """
    reasons = {name: node.stage_fault(name) for name in STAGES if _turned_on(name, before, after)}
    moved = [name for name in MOVING if after[name] != before[name]]
    moves = any(after[name] for name in MOVING) and not any(before[name] for name in MOVING)
    if moves and not awaited:
        reasons |= dict.fromkeys(moved, node.moving_fault())
    return {name: reason for name, reason in reasons.items() if reason}


def _turned_on(name: str, before: Mapping[str, Value], after: Mapping[str, Value]) -> bool:
    return bool(after.get(name)) and not before.get(name)
