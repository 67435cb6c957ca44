"""The one table of parameters and actions.

OSC addresses, MIDI targets, preset keys, command-line keys and the reference in docs/ are all
generated from PARAMETERS and ACTIONS, so a name means the same everywhere.
"""

from __future__ import annotations

import enum
import math
from collections.abc import Mapping
from dataclasses import dataclass

from ronn_jack.errors import ParameterError, shown, unknown

Value = int | float | bool | str
"""A parameter's accepted value: int, float, bool or, for an enum, one of its names."""

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
MAXIMUM_SEED = 2**32 - 1

_TRUE_WORDS = {"on", "true", "yes"}
_FALSE_WORDS = {"off", "false", "no"}


class Kind(enum.Enum):
    """How a parameter's values are written."""

    INT = "int"
    FLOAT = "float"
    BOOL = "bool"
    ENUM = "enum"


class Effect(enum.Enum):
    """What moving a parameter does to the running node."""

    REBUILD = "rebuild"
    """A new network is built and crossfaded in."""
    CONTINUOUS = "continuous"
    """The running network goes on; the value is smoothed."""
    SETTING = "setting"
    """Read the next time it is needed."""


@dataclass(frozen=True)
class Parameter:
    """One row of the table.

    Attributes
    ----------
    minimum, maximum : float
        Inclusive limits in native units; for an enum, of its index.
    logarithmic : bool
        Whether equal steps of the normalised value are equal ratios.
    choices : tuple of str
        An enum's names in the order of their indices; empty for other kinds.
    """

    name: str
    label: str
    kind: Kind
    minimum: float
    maximum: float
    default: Value
    unit: str
    effect: Effect
    description: str
    logarithmic: bool = False
    choices: tuple[str, ...] = ()

    @property
    def range_text(self) -> str:
        """The allowed values in words, for error messages and docs."""
        if self.kind is Kind.ENUM:
            return " ".join(self.choices)
        if self.kind is Kind.BOOL:
            return "on, off"
        unit = f" {self.unit}" if self.unit else ""
        return f"{self.minimum:.10g} to {self.maximum:.10g}{unit}"

    def parse(self, raw: object) -> Value:
        """Return the accepted value for a value in native units.

        Numbers, booleans and numeric text are coerced to the parameter's kind; an enum is
        accepted by name or by index.

        Raises
        ------
        ParameterError
            If `raw` is non-finite, out of range, or of a type that has no meaning here.
        """
        if self.kind is Kind.ENUM:
            if isinstance(raw, str) and raw in self.choices:
                return raw
            number = _number(raw)
            if number is None and isinstance(raw, str):
                raise ParameterError(unknown(f"{self.name} value", shown(raw)[1:-1], self.choices))
            return self.choices[round(self._within(raw, number))]
        if self.kind is Kind.BOOL and isinstance(raw, str):
            word = raw.strip().lower()
            if word in _TRUE_WORDS | _FALSE_WORDS:
                return word in _TRUE_WORDS
        number = self._within(raw, _number(raw))
        if self.kind is Kind.BOOL:
            return number >= 0.5
        return round(number) if self.kind is Kind.INT else float(number)

    def denormalise(self, position: float) -> Value:
        """Return the value at `position` of the range; positions beyond 0–1 are clamped."""
        position = min(1.0, max(0.0, position))
        if self.kind is Kind.BOOL:
            return position >= 0.5
        if position == 1.0:
            number = self.maximum
        elif self.logarithmic:
            number = self.minimum * (self.maximum / self.minimum) ** position
        else:
            number = self.minimum + position * (self.maximum - self.minimum)
        if self.kind is Kind.ENUM:
            return self.choices[round(number)]
        return round(number) if self.kind is Kind.INT else float(number)

    def parse_normalised(self, raw: object) -> Value:
        """Return the accepted value for a position 0–1 of the range, clamped to it.

        Raises
        ------
        ParameterError
            If `raw` is non-finite or of a type that has no meaning here.
        """
        number = _number(raw)
        if number is None:
            raise ParameterError(f"{self.name} = {shown(raw)} is no number; use a position 0 to 1")
        if isinstance(number, float) and not math.isfinite(number):
            raise ParameterError(f"{self.name} = {shown(raw)} is not finite; use a position 0 to 1")
        return self.denormalise(number)

    def normalise(self, value: Value) -> float:
        """Return where an accepted value lies in the range, 0–1."""
        number = self.choices.index(str(value)) if self.kind is Kind.ENUM else float(value)
        if self.logarithmic:
            return math.log(number / self.minimum) / math.log(self.maximum / self.minimum)
        return (number - self.minimum) / (self.maximum - self.minimum)

    def words(self, value: Value) -> str:
        """Return an accepted value as it is shown: "on", "-3.5 dB", "9"."""
        if self.kind is Kind.BOOL:
            return "on" if value else "off"
        if self.kind is Kind.FLOAT:
            return f"{value:.4g} {self.unit}".rstrip()
        return str(value)

    def _within(self, raw: object, number: int | float | None) -> int | float:
        if number is None:
            raise ParameterError(f"{self.name} = {shown(raw)} is no number; use {self.range_text}")
        if isinstance(number, float) and not math.isfinite(number):
            raise ParameterError(f"{self.name} = {shown(raw)} is not finite; use {self.range_text}")
        if not self.minimum <= number <= self.maximum:
            plain = shown(raw).strip("'")
            raise ParameterError(f"{self.name} = {plain} is out of range; use {self.range_text}")
        return number


@dataclass(frozen=True)
class Action:
    """Something to be done once, rather than a value to be set.

    Attributes
    ----------
    argument : str
        What the action may be given: "" (nothing), "amount" (0–1), "preset" (name or index) or
        "name" (of a preset to be).
    """

    name: str
    label: str
    argument: str
    description: str


def _int(
    name: str, label: str, low: int, high: int, default: int, unit: str, description: str
) -> Parameter:
    return Parameter(name, label, Kind.INT, low, high, default, unit, Effect.REBUILD, description)


def _float(
    name: str,
    label: str,
    low: float,
    high: float,
    default: float,
    unit: str,
    description: str,
    effect: Effect = Effect.CONTINUOUS,
    logarithmic: bool = False,
) -> Parameter:
    return Parameter(
        name, label, Kind.FLOAT, low, high, default, unit, effect, description, logarithmic
    )


def _enum(name: str, label: str, choices: list[str], default: str, description: str) -> Parameter:
    return Parameter(
        name,
        label,
        Kind.ENUM,
        0,
        len(choices) - 1,
        default,
        "",
        Effect.REBUILD,
        description,
        choices=tuple(choices),
    )


def _bool(
    name: str, label: str, description: str, effect: Effect, default: bool = False
) -> Parameter:
    return Parameter(name, label, Kind.BOOL, 0, 1, default, "", effect, description)


_TABLE = (
    _int("layers", "Layers", 1, 24, 6, "", "convolutions in series"),
    _int("kernel", "Kernel", 1, 128, 3, "taps", "length of each convolution"),
    _int("channels", "Channels", 1, 64, 8, "", "signals between the layers"),
    _int("dilation", "Dilation", 1, 20, 2, "", "growth: layer i skips dilation^i frames a tap"),
    _enum("activation", "Activation", ACTIVATIONS, "relu", "the curve after each layer"),
    _enum("init", "Initialisation", INITIALISERS, "xavier_uniform", "how weights are drawn"),
    _bool("bias", "Bias", "add a random constant in each channel", Effect.REBUILD),
    _bool("depthwise", "Depthwise", "inner layers keep channels apart", Effect.REBUILD),
    _bool("residual", "Residual", "layers add their input to their output", Effect.REBUILD),
    _int("seed", "Seed", 0, MAXIMUM_SEED, 42, "", "which random network"),
    _enum("recipe", "Recipe", RECIPES, "ronn", "what a seed means"),
    _float("input_gain", "Input gain", -24.0, 24.0, 0.0, "dB", "level into the network"),
    _float("output_gain", "Output gain", -24.0, 24.0, 0.0, "dB", "level of the wet signal"),
    _bool("link", "Link gains", "one gain moves the other by its negative", Effect.CONTINUOUS),
    _float("mix", "Mix", 0.0, 1.0, 1.0, "", "dry … wet"),
    _bool("auto_level", "Auto level", "match each network to its input", Effect.CONTINUOUS, True),
    _bool("bypass", "Bypass", "pass the input through untouched", Effect.CONTINUOUS),
    _bool("xy", "XY", "condition the network on a point (FiLM)", Effect.REBUILD),
    _float("xy_x", "XY x", -1.0, 1.0, 0.0, "", "the point's first coordinate"),
    _float("xy_y", "XY y", -1.0, 1.0, 0.0, "", "the point's second coordinate"),
    _int("seed_b", "Seed B", 0, MAXIMUM_SEED, 43, "", "the network that morph goes to"),
    _float("morph", "Morph", 0.0, 1.0, 0.0, "", "seed … seed_b"),
    _float("drift_rate", "Drift rate", 0.0, 10.0, 0.0, "Hz", "how fast the weights wander"),
    _float("drift_depth", "Drift depth", 0.0, 1.0, 0.0, "", "how far the weights wander"),
    _bool("freeze", "Freeze", "loop the network's recent input", Effect.CONTINUOUS),
    _float(
        "fade_ms",
        "Fade",
        1.0,
        1000.0,
        30.0,
        "ms",
        "crossfade between networks",
        Effect.SETTING,
        True,
    ),
    _float(
        "budget",
        "Budget",
        0.1,
        0.9,
        0.7,
        "",
        "share of the period a network may take",
        Effect.SETTING,
    ),
)

PARAMETERS: Mapping[str, Parameter] = {parameter.name: parameter for parameter in _TABLE}

ACTIONS: Mapping[str, Action] = {
    action.name: action
    for action in (
        Action("reseed", "Reseed", "", "draw a new random seed"),
        Action("seed_next", "Next seed", "", "seed + 1"),
        Action("seed_previous", "Previous seed", "", "seed − 1"),
        Action("randomize", "Randomize", "amount", "draw an architecture, near (0) or far (1)"),
        Action("preset_load", "Load preset", "preset", "load a preset by name or index"),
        Action("preset_save", "Save preset", "name", "save the sound as a user preset"),
        Action("preset_next", "Next preset", "", "load the next preset"),
        Action("preset_previous", "Previous preset", "", "load the previous preset"),
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


def _number(raw: object) -> int | float | None:
    if isinstance(raw, bool):
        return int(raw)
    if isinstance(raw, (int, float)):
        return raw
    if isinstance(raw, str):
        for convert in (int, float):
            try:
                return convert(raw)
            except ValueError:
                continue
    return None
