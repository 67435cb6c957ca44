"""The equaliser: where it is, what sets its bands, and the bands."""

from __future__ import annotations

from ronn_jack.parameters.kinds import Curve, Effect, Group, Parameter
from ronn_jack.parameters.rows.row import Cells, choice, integer, number, switch

EQ_MODE = "eq_mode"
MANUAL = "manual"
"""The mode in which the bands are what they are set to; in the others they show what is playing."""
EQ_MODES = ["latent", "words", MANUAL]
EQ_POSITIONS = ["pre", "post"]
EQ_BETAS = ["none", "less", "some", "more"]
EQ_WORDS = [
    "warm",
    "bright",
    "dark",
    "thin",
    "full",
    "muddy",
    "clear",
    "harsh",
    "air",
    "boomy",
    "tinny",
    "smile",
    "mid",
    "crisp",
]

_EQ: Cells = {"group": Group.EQUALISER, "effect": Effect.CONTINUOUS}
_BAND: Cells = _EQ | {"follows": EQ_MODE}
_FREQUENCY: Cells = _BAND | {"curve": Curve.EXPONENTIAL}


def _shelf(name: str, label: str, low: float, high: float, default: float) -> list[Parameter]:
    return [
        switch(f"eq_{name}", label, f"the {name} shelf", True, **_BAND),
        number(f"eq_{name}_gain", f"{label} gain", -24.0, 24.0, 0.0, "dB",
               f"what the {name} shelf adds", **_BAND),
        number(f"eq_{name}_freq", f"{label} frequency", low, high, default, "Hz",
               f"where the {name} shelf turns", **_FREQUENCY),
    ]  # fmt: skip


def _bell(name: str, label: str, low: float, high: float, default: float) -> list[Parameter]:
    return [
        switch(f"eq_{name}", label, f"the bell {name}", True, **_BAND),
        number(f"eq_{name}_gain", f"{label} gain", -24.0, 24.0, 0.0, "dB",
               f"what the bell {name} adds at its centre", **_BAND),
        number(f"eq_{name}_freq", f"{label} frequency", low, high, default, "Hz",
               f"centre of the bell {name}", **_FREQUENCY),
        number(f"eq_{name}_q", f"{label} Q", 0.1, 10.0, 0.71, "",
               f"how narrow the bell {name} is", **_FREQUENCY),
    ]  # fmt: skip


ROWS = (
    switch("eq", "Equaliser", "five bands of equalisation", **_EQ),
    choice("eq_position", "EQ position", EQ_POSITIONS, "post",
           "before the network's drive or after its level", **_EQ),
    choice(EQ_MODE, "EQ mode", EQ_MODES, "latent",
           "what sets the bands: a point, words, or each of them by hand", **_EQ),
    number("eq_x", "EQ x", -2.0, 2.0, 0.0, "", "the point: dark … bright", **_EQ),
    number("eq_y", "EQ y", -2.0, 2.0, 0.0, "", "the point: mid … smile", **_EQ),
    number("eq_z", "EQ z", -2.0, 2.0, 0.0, "", "the point: thin … full body", **_EQ),
    switch("eq_extend", "EQ extend", "double the point", **_EQ),
    integer("eq_dims", "EQ dimensions", 1, 3, 3, "", "how many of x, y and z count", **_EQ),
    choice("eq_beta", "EQ beta", EQ_BETAS, "less", "how evenly the curves are spread", **_EQ),
    choice("eq_word_a", "EQ word A", EQ_WORDS, "warm", "the word to come from", **_EQ),
    choice("eq_word_b", "EQ word B", EQ_WORDS, "bright", "the word to go to", **_EQ),
    number("eq_interpolate", "EQ interpolate", 0.0, 1.0, 0.0, "", "word A … word B", **_EQ),
    number("eq_strength", "EQ strength", -1.0, 2.0, 1.0, "",
           "how much of the curve of a point or of words; below 0 its inverse", **_EQ),
    switch("eq_compensate", "EQ compensate", "make up for the loudness that the curve takes",
           **_EQ),
    *_shelf("low", "EQ low", 22.0, 1000.0, 150.0),
    *_bell("mid1", "EQ mid 1", 82.0, 3900.0, 560.0),
    *_bell("mid2", "EQ mid 2", 180.0, 4700.0, 1000.0),
    *_bell("mid3", "EQ mid 3", 220.0, 10000.0, 3300.0),
    *_shelf("high", "EQ high", 580.0, 20000.0, 8200.0),
)  # fmt: skip
