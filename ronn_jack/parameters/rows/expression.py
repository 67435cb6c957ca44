"""What moves a network that sounds."""

from __future__ import annotations

from ronn_jack.parameters.kinds import Draw, Effect, Group
from ronn_jack.parameters.rows.row import MAXIMUM_SEED, Cells, choice, integer, number, switch

FREEZE_MODES = ["pad", "loop"]

_SWITCHED: Cells = {"group": Group.EXPRESSION, "effect": Effect.REBUILD}
_EXPRESSIVE: Cells = {"group": Group.EXPRESSION, "effect": Effect.EXPRESSIVE}
_MOVES: Cells = {"moves_weights": True}

ROWS = (
    switch("xy", "XY", "condition the network on a point (FiLM)", draw=Draw.EVEN, **_SWITCHED),
    number("xy_x", "XY x", -1.0, 1.0, 0.0, "", "the point's first coordinate", **_EXPRESSIVE),
    number("xy_y", "XY y", -1.0, 1.0, 0.0, "", "the point's second coordinate", **_EXPRESSIVE),
    integer("seed_b", "Seed B", 0, MAXIMUM_SEED, 43, "", "the network that morph goes to",
            draw=Draw.SEED, **_SWITCHED),
    number("morph", "Morph", 0.0, 1.0, 0.0, "", "seed … seed_b", **_EXPRESSIVE | _MOVES),
    number("drift_rate", "Drift rate", 0.0, 10.0, 0.0, "Hz", "how fast the weights wander",
           **_EXPRESSIVE),
    number("drift_depth", "Drift depth", 0.0, 1.0, 0.0, "", "how far the weights wander",
           **_EXPRESSIVE | _MOVES),
    switch("freeze", "Freeze", "hold the network's recent input",
           group=Group.EXPRESSION, effect=Effect.CONTINUOUS),
    choice("freeze_mode", "Freeze mode", FREEZE_MODES, "pad",
           "what the next freeze holds: an even pad of it, or it as a loop",
           group=Group.EXPRESSION, effect=Effect.SETTING),
)  # fmt: skip
