"""The room that the wet signal sounds in."""

from __future__ import annotations

from ronn_jack.parameters.kinds import Curve, Effect, Group
from ronn_jack.parameters.rows.row import MAXIMUM_SEED, Cells, choice, integer, number, switch

WEIGHTS = ["trained", "random"]

_REVERB: Cells = {"group": Group.REVERB, "effect": Effect.CONTINUOUS}

ROWS = (
    switch("reverb", "Reverb", "let the wet signal sound in a room", **_REVERB),
    number("reverb_x", "Reverb x", -2.0, 2.0, 0.0, "", "duration: 0.2 s … 6 s", **_REVERB),
    number("reverb_y", "Reverb y", -2.0, 2.0, 0.0, "", "brightness: dark … bright", **_REVERB),
    number("reverb_z", "Reverb z", -2.0, 2.0, 0.0, "", "distance: near … far", **_REVERB),
    integer("reverb_seed", "Reverb seed", 0, MAXIMUM_SEED, 42, "", "which room", **_REVERB),
    choice("reverb_weights", "Reverb weights", WEIGHTS, "trained",
           "rooms as they are learnt, or as chance has them", **_REVERB),
    number("reverb_mix", "Reverb mix", 0.0, 1.0, 0.3, "", "without … within the room alone",
           **_REVERB),
    number("reverb_width", "Reverb width", 0.0, 2.0, 1.0, "", "mono, natural … opposed", **_REVERB),
    number("reverb_predelay", "Reverb pre-delay", 0.0, 250.0, 0.0, "ms", "before the room answers",
           curve=Curve.SQUARE, **_REVERB),
    number("reverb_low_cut", "Reverb low cut", 20.0, 5000.0, 20.0, "Hz",
           "what lies below does not sound in the room; off at 20",
           curve=Curve.EXPONENTIAL, **_REVERB),
    number("reverb_high_cut", "Reverb high cut", 500.0, 20_000.0, 20_000.0, "Hz",
           "what lies above does not sound in the room; off at 20000",
           curve=Curve.EXPONENTIAL, **_REVERB),
)  # fmt: skip
