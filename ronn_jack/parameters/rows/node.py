"""What belongs to the node and to no sound."""

from __future__ import annotations

from ronn_jack.parameters.kinds import Curve, Effect, Group, Scope
from ronn_jack.parameters.rows.row import Cells, number

_NODE: Cells = {"group": Group.NODE, "effect": Effect.SETTING, "scope": Scope.NODE}

ROWS = (
    number("fade_ms", "Fade", 1.0, 1000.0, 30.0, "ms", "crossfade between networks",
           curve=Curve.EXPONENTIAL, **_NODE),
    number("budget", "Budget", 0.1, 0.9, 0.7, "", "share of the period a network may take",
           **_NODE),
)  # fmt: skip
