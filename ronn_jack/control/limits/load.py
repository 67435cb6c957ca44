"""What would be too much for the machine beside the network that sounds, and who asked for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ronn_jack.control.operations import Origin
from ronn_jack.control.protocols import Node
from ronn_jack.control.scene import MOVING
from ronn_jack.control.telling import Teller
from ronn_jack.parameters import Value

STAGES = ("eq", "reverb")
"""Parameters that turn a stage on."""
AT_REST: Mapping[str, Value] = {**dict.fromkeys(MOVING, 0.0), **dict.fromkeys(STAGES, False)}
"""Values by which the machine has least to do, of the parameters that may be too much for it."""


class Limits:
    """Knows why parameters can't be what they are, or are to be; the values' lock protects it.

    Parameters
    ----------
    node : Node
    tell : Teller
        By which who asked for what rests is answered.
    """

    def __init__(self, node: Node, tell: Teller) -> None:
        self._node = node
        self._tell = tell
        self._askers: dict[str, Origin] = {}

    def asked(self, moved: Iterable[str], origin: Origin) -> None:
        """Note who has moved parameters."""
        self._askers |= {name: origin for name in moved if name in AT_REST}

    def faults(
        self, before: Mapping[str, Value], after: Mapping[str, Value], awaited: bool
    ) -> Mapping[str, str]:
        """Return why parameters have to stay what they are, by name.

        Parameters
        ----------
        before, after : mapping
            Accepted values, and those that are wanted.
        awaited : bool
            Whether a network is on its way: it may be able to move where this one isn't.
        """
        reasons: dict[str, str] = {}
        if any(after[name] and not before[name] for name in STAGES):
            found = self._node.stage_faults(after)
            reasons = {name: reason for name, reason in found.items() if not before[name]}
        moved = [name for name in MOVING if after[name] != before[name]]
        moves = any(after[name] for name in MOVING) and not any(before[name] for name in MOVING)
        if moves and not awaited:
            reasons |= self._moving_faults(moved)
        return reasons

    def overload(self, values: Mapping[str, Value], awaited: bool) -> Mapping[str, str]:
        """Return why parameters have to rest, as they are too much already, by name."""
        reasons = dict(self._node.stage_faults(values, anew=True))
        if not awaited:
            reasons |= self._moving_faults([name for name in MOVING if values[name]])
        return reasons

    def tell(self, reasons: Mapping[str, str]) -> None:
        """Answer those who asked for what rests now."""
        for name, reason in reasons.items():
            self._tell.refusal(self._askers.get(name), name, reason, network=False)

    def _moving_faults(self, moved: Iterable[str]) -> dict[str, str]:
        reason = self._node.moving_fault()
        return dict.fromkeys(moved, reason) if reason else {}
