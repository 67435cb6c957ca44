"""What a network is built from, and its times."""

from __future__ import annotations

from ronn_jack.parameters.kinds import Curve, Draw, Effect, Group, Scope
from ronn_jack.parameters.rows.row import MAXIMUM_SEED, Cells, choice, integer, number, switch

ACTIVATIONS = [
    "linear",
    "leaky_relu",
    "tanh",
    "sigmoid",
    "relu",
    "elu",
    "selu",
    "gelu",
    "rrelu",
    "softplus",
    "softshrink",
    "sine",
    "sine30",
    "hard_clip",
    "fold",
    "rectify",
    "crush",
]
INITIALISERS = [
    "normal",
    "uniform_0.1",
    "uniform_0.25",
    "uniform_1",
    "xavier_normal",
    "xavier_uniform",
    "kaiming_normal",
    "kaiming_uniform",
    "orthogonal",
    "dirac",
]
RECIPES = ["ronn", "plugin", "package"]
BEATS = ["1/16", "1/8", "1/4", "1/2", "1", "2", "4", "8"]

_NETWORK: Cells = {"group": Group.NETWORK, "effect": Effect.REBUILD, "draw": Draw.EVEN}
_SEED: Cells = {"group": Group.SEED, "effect": Effect.REBUILD}
_TIME: Cells = {"group": Group.TIME, "effect": Effect.REBUILD}
_BY_RATIO: Cells = {"draw": Draw.RATIO}

ROWS = (
    integer("layers", "Layers", 1, 24, 6, "", "convolutions in series", **_NETWORK),
    integer("kernel", "Kernel", 1, 128, 3, "taps", "length of each convolution",
            **_NETWORK | _BY_RATIO),
    integer("channels", "Channels", 1, 64, 8, "", "signals between the layers",
            **_NETWORK | _BY_RATIO),
    integer("dilation", "Dilation", 1, 20, 2, "", "growth: layer i skips dilation^i frames a tap",
            **_NETWORK | _BY_RATIO),
    choice("activation", "Activation", ACTIVATIONS, "relu", "the curve after each layer",
           **_NETWORK),
    choice("init", "Initialisation", INITIALISERS, "xavier_uniform", "how weights are drawn",
           **_NETWORK),
    switch("bias", "Bias", "add a random constant in each channel", **_NETWORK),
    switch("depthwise", "Depthwise", "inner layers keep channels apart", **_NETWORK),
    switch("residual", "Residual", "layers add their input to their output", **_NETWORK),
    integer("seed", "Seed", 0, MAXIMUM_SEED, 42, "", "which random network",
            draw=Draw.SEED, **_SEED),
    # What a seed means is the player's choice, not a matter of luck.
    choice("recipe", "Recipe", RECIPES, "ronn", "what a seed means", draw=Draw.KEPT, **_SEED),
    number("stretch", "Stretch", 0.25, 16.0, 1.0, "", "factor of the network's delays",
           curve=Curve.EXPONENTIAL, **_TIME),
    number("decay", "Decay", 0.0, 60.0, 0.0, "s", "time in which the response falls by 60 dB",
           least=0.05, curve=Curve.SQUARE, **_TIME),
    integer("rate", "Rate", 0, 384_000, 0, "Hz", "sample rate for which the delays are meant",
            least=8000, **_TIME),
    choice("sync", "Sync", ["off", *BEATS], "off",
           "beats that the longest delay and the period of drift take", **_TIME),
    # A sound is played at the tempo of the moment.
    number("tempo", "Tempo", 30.0, 300.0, 120.0, "BPM", "beats a minute, for sync",
           group=Group.TIME, effect=Effect.CONTINUOUS, scope=Scope.NODE),
)  # fmt: skip
