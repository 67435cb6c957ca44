"""The one table of parameters and actions.

OSC addresses, MIDI targets, preset keys, command-line keys and the reference in docs/ are all
generated from PARAMETERS and ACTIONS, so a name means the same everywhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ronn_jack.errors import ParameterError, unknown
from ronn_jack.parameters.kinds import Curve, Draw, Effect, Group, Kind, Parameter, Scope, Value

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
FREEZE_MODES = ["pad", "loop"]
RECIPES = ["ronn", "plugin", "package"]
BEATS = ["1/16", "1/8", "1/4", "1/2", "1", "2", "4", "8"]
MAXIMUM_SEED = 2**32 - 1
MAXIMUM_DRAWN_SEED = 2**24 - 1
"""The node draws none beyond, so that senders that know only float32 can hold it."""
MOST_SNAPSHOTS = 8
"""Sounds that a preset has room for beside its own, numbered from 1."""
CANDIDATES = 24
"""Places for sounds that were found, numbered from 1."""
KEPT_SOUNDS = 8
"""Places for those that were kept, numbered on."""
PLACES = CANDIDATES + KEPT_SOUNDS


@dataclass(frozen=True)
class Action:
    """Something to be done once, rather than a value to be set.

    Attributes
    ----------
    argument : str
        What the action may be given: "" (nothing), "amount" (0–1), "preset" (name or index),
        "name" (of a preset to be), "snapshot" (its number), "text" (of a sound), "parameter" (its
        name), "candidate" (the number of its place) or "pair" (of such numbers, as text; without
        one, those kept last).
    """

    name: str
    label: str
    argument: str
    description: str


def _int(
    name: str,
    label: str,
    low: int,
    high: int,
    default: int,
    unit: str,
    description: str,
    **row: Any,
) -> Parameter:
    return Parameter(name, label, Kind.INT, low, high, default, unit, description, **row)


def _float(
    name: str,
    label: str,
    low: float,
    high: float,
    default: float,
    unit: str,
    description: str,
    **row: Any,
) -> Parameter:
    return Parameter(name, label, Kind.FLOAT, low, high, default, unit, description, **row)


def _enum(
    name: str, label: str, choices: list[str], default: str, description: str, **row: Any
) -> Parameter:
    last = len(choices) - 1
    return Parameter(
        name, label, Kind.ENUM, 0, last, default, "", description, choices=tuple(choices), **row
    )


def _bool(name: str, label: str, description: str, default: bool = False, **row: Any) -> Parameter:
    return Parameter(name, label, Kind.BOOL, 0, 1, default, "", description, **row)


_Cells = dict[str, Any]

_NETWORK: _Cells = {"group": Group.NETWORK, "effect": Effect.REBUILD, "draw": Draw.EVEN}
_SEED: _Cells = {"group": Group.SEED, "effect": Effect.REBUILD}
_TIME: _Cells = {"group": Group.TIME, "effect": Effect.REBUILD}
_LEVEL: _Cells = {"group": Group.LEVELS, "effect": Effect.CONTINUOUS}
_SWITCHED: _Cells = {"group": Group.EXPRESSION, "effect": Effect.REBUILD}
_EXPRESSIVE: _Cells = {"group": Group.EXPRESSION, "effect": Effect.EXPRESSIVE}
_NODE: _Cells = {"group": Group.NODE, "effect": Effect.SETTING, "scope": Scope.NODE}
_BY_RATIO: _Cells = {"draw": Draw.RATIO}
_MOVES: _Cells = {"moves_weights": True}

_TABLE = (
    _int("layers", "Layers", 1, 24, 6, "", "convolutions in series", **_NETWORK),
    _int("kernel", "Kernel", 1, 128, 3, "taps", "length of each convolution",
         **_NETWORK | _BY_RATIO),
    _int("channels", "Channels", 1, 64, 8, "", "signals between the layers",
         **_NETWORK | _BY_RATIO),
    _int("dilation", "Dilation", 1, 20, 2, "", "growth: layer i skips dilation^i frames a tap",
         **_NETWORK | _BY_RATIO),
    _enum("activation", "Activation", ACTIVATIONS, "relu", "the curve after each layer",
          **_NETWORK),
    _enum("init", "Initialisation", INITIALISERS, "xavier_uniform", "how weights are drawn",
          **_NETWORK),
    _bool("bias", "Bias", "add a random constant in each channel", **_NETWORK),
    _bool("depthwise", "Depthwise", "inner layers keep channels apart", **_NETWORK),
    _bool("residual", "Residual", "layers add their input to their output", **_NETWORK),
    _int("seed", "Seed", 0, MAXIMUM_SEED, 42, "", "which random network",
         draw=Draw.SEED, **_SEED),
    # What a seed means is the player's choice, not a matter of luck.
    _enum("recipe", "Recipe", RECIPES, "ronn", "what a seed means", draw=Draw.KEPT, **_SEED),
    _float("stretch", "Stretch", 0.25, 16.0, 1.0, "", "factor of the network's delays",
           curve=Curve.EXPONENTIAL, **_TIME),
    _float("decay", "Decay", 0.0, 60.0, 0.0, "s", "time in which the response falls by 60 dB",
           least=0.05, curve=Curve.SQUARE, **_TIME),
    _int("rate", "Rate", 0, 384_000, 0, "Hz", "sample rate for which the delays are meant",
         least=8000, **_TIME),
    _enum("sync", "Sync", ["off", *BEATS], "off",
          "beats that the longest delay and the period of drift take", **_TIME),
    # A sound is played at the tempo of the moment.
    _float("tempo", "Tempo", 30.0, 300.0, 120.0, "BPM", "beats a minute, for sync",
           group=Group.TIME, effect=Effect.CONTINUOUS, scope=Scope.NODE),
    _float("input_gain", "Input gain", -24.0, 24.0, 0.0, "dB", "level into the network",
           link_partner="output_gain", **_LEVEL),
    _float("drive", "Drive", 0.0, 48.0, 0.0, "dB",
           "level into the network at constant loudness", draw=Draw.EVEN, **_LEVEL),
    _float("output_gain", "Output gain", -24.0, 24.0, 0.0, "dB", "level of the wet signal",
           link_partner="input_gain", **_LEVEL),
    _bool("link", "Link gains", "one gain moves the other by its negative", **_LEVEL),
    _float("mix", "Mix", 0.0, 1.0, 1.0, "", "dry … wet, the loudness straight between", **_LEVEL),
    _bool("auto_level", "Auto level", "match each network to its input", True, **_LEVEL),
    _float("gate", "Gate", -90.0, -20.0, -90.0, "dBFS",
           "what stays below does not reach the network; off at -90", **_LEVEL),
    _bool("bypass", "Bypass", "pass the input through untouched", scope=Scope.NODE, **_LEVEL),
    _bool("xy", "XY", "condition the network on a point (FiLM)", draw=Draw.EVEN, **_SWITCHED),
    _float("xy_x", "XY x", -1.0, 1.0, 0.0, "", "the point's first coordinate", **_EXPRESSIVE),
    _float("xy_y", "XY y", -1.0, 1.0, 0.0, "", "the point's second coordinate", **_EXPRESSIVE),
    _int("seed_b", "Seed B", 0, MAXIMUM_SEED, 43, "", "the network that morph goes to",
         draw=Draw.SEED, **_SWITCHED),
    _float("morph", "Morph", 0.0, 1.0, 0.0, "", "seed … seed_b", **_EXPRESSIVE | _MOVES),
    _float("drift_rate", "Drift rate", 0.0, 10.0, 0.0, "Hz", "how fast the weights wander",
           **_EXPRESSIVE),
    _float("drift_depth", "Drift depth", 0.0, 1.0, 0.0, "", "how far the weights wander",
           **_EXPRESSIVE | _MOVES),
    _bool("freeze", "Freeze", "hold the network's recent input",
          group=Group.EXPRESSION, effect=Effect.CONTINUOUS),
    _enum("freeze_mode", "Freeze mode", FREEZE_MODES, "pad",
          "what the next freeze holds: an even pad of it, or it as a loop",
          group=Group.EXPRESSION, effect=Effect.SETTING),
    _float("fade_ms", "Fade", 1.0, 1000.0, 30.0, "ms", "crossfade between networks",
           curve=Curve.EXPONENTIAL, **_NODE),
    _float("budget", "Budget", 0.1, 0.9, 0.7, "", "share of the period a network may take",
           **_NODE),
)  # fmt: skip

PARAMETERS: Mapping[str, Parameter] = {row.name: row for row in _TABLE}

ACTIONS: Mapping[str, Action] = {
    action.name: action
    for action in (
        Action("reseed", "Reseed", "", "draw a new random seed"),
        Action("seed_next", "Next seed", "", "seed + 1"),
        Action("seed_previous", "Previous seed", "", "seed − 1"),
        Action("randomize", "Randomize", "amount", "draw an architecture, near (0) or far (1)"),
        Action("like", "Like", "", "let randomize go nearer to this sound"),
        Action("dislike", "Dislike", "", "let randomize go farther from this sound"),
        Action("explore", "Explore", "amount", "look for candidates near (0) or far (1)"),
        Action("audition", "Audition", "candidate", "hear a candidate until it is kept or ended"),
        Action("audition_next", "Next candidate", "", "hear the next candidate"),
        Action("audition_previous", "Previous candidate", "", "hear the one before"),
        Action("audition_keep", "Keep", "", "stay at the candidate that is heard"),
        Action("audition_end", "Back", "", "go back to the sound before"),
        Action("candidate_like", "Like it", "candidate", "let what is found be nearer to it"),
        Action("candidate_dislike", "Dislike it", "candidate", "drop it, and go farther from it"),
        Action("candidate_more", "More like it", "candidate", "look for candidates like this one"),
        Action("candidate_never", "Nothing like it", "candidate", "drop all that is like it"),
        Action("breed", "Breed", "pair", "look for candidates between two that were kept"),
        Action("lock", "Lock", "parameter", "let randomize leave a parameter as it is"),
        Action("unlock", "Unlock", "parameter", "let randomize draw a parameter again"),
        Action("preset_load", "Load preset", "preset", "load a preset by name or index"),
        Action("preset_save", "Save preset", "name", "save the sound as a user preset"),
        Action("preset_next", "Next preset", "", "load the next preset"),
        Action("preset_previous", "Previous preset", "", "load the previous preset"),
        Action("setlist_next", "Next song", "", "load the next preset of the setlist"),
        Action("setlist_previous", "Previous song", "", "load the previous preset of the setlist"),
        Action("snapshot_save", "Save snapshot", "snapshot", "keep the sound as a snapshot"),
        Action("snapshot_load", "Load snapshot", "snapshot", "recall a snapshot of the preset"),
        Action("snapshot_next", "Next snapshot", "", "recall the next snapshot that is not empty"),
        Action("snapshot_previous", "Previous snapshot", "", "recall the previous one"),
        Action("ab", "A/B", "", "go to the other of two sounds, at first a copy of this one"),
        Action("load_text", "Load text", "text", "take over a sound from its text ronn:…"),
        Action("tap", "Tap", "", "set the tempo by tapping it"),
        Action("undo", "Undo", "", "take the last change of the sound back"),
        Action("redo", "Redo", "", "do again what was undone last"),
        Action("panic", "Panic", "", "silence now, until any change"),
    )
}


def parameter(name: str) -> Parameter:
    """Return the table's entry, or raise ParameterError with the nearest name."""
    try:
        return PARAMETERS[name]
    except KeyError:
        raise ParameterError(unknown("parameter", name, PARAMETERS)) from None


def defaults() -> dict[str, Value]:
    """Return every parameter at its default."""
    return {name: entry.default for name, entry in PARAMETERS.items()}
