"""How loud the signal is on its way, and what of it passes."""

from __future__ import annotations

from ronn_jack.parameters.kinds import Draw, Effect, Group, Scope
from ronn_jack.parameters.rows.row import Cells, number, switch

_LEVEL: Cells = {"group": Group.LEVELS, "effect": Effect.CONTINUOUS}

ROWS = (
    number("input_gain", "Input gain", -24.0, 24.0, 0.0, "dB", "level into the network",
           link_partner="output_gain", **_LEVEL),
    number("drive", "Drive", 0.0, 48.0, 0.0, "dB",
           "level into the network at constant loudness", draw=Draw.EVEN, **_LEVEL),
    number("output_gain", "Output gain", -24.0, 24.0, 0.0, "dB", "level of the wet signal",
           link_partner="input_gain", **_LEVEL),
    switch("link", "Link gains", "one gain moves the other by its negative", **_LEVEL),
    number("mix", "Mix", 0.0, 1.0, 1.0, "", "dry … wet, the loudness straight between", **_LEVEL),
    switch("auto_level", "Auto level", "match each network to its input", True, **_LEVEL),
    number("gate", "Gate", -90.0, -20.0, -90.0, "dBFS",
           "what stays below does not reach the network; off at -90", **_LEVEL),
    switch("bypass", "Bypass", "pass the input through untouched", scope=Scope.NODE, **_LEVEL),
)  # fmt: skip
