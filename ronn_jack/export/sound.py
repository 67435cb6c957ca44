"""The sound that is taken along: one network and its level, frozen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ronn_jack.export.level import frozen_level
from ronn_jack.hotswap.engine_controls import aim
from ronn_jack.hotswap.levels.curves import LevelCurves, resting
from ronn_jack.hotswap.voice_factory import make_voice
from ronn_jack.loudness.excerpt import Excerpt
from ronn_jack.model.architecture import model_of, network_spec
from ronn_jack.model.expression import Expression
from ronn_jack.model.protocol import Model
from ronn_jack.model.spec import NetworkSpec
from ronn_jack.model.times import Times, times_of
from ronn_jack.parameters import Value
from ronn_jack.parameters.share import share
from ronn_jack.realtime.engine import Engine
from ronn_jack.realtime.kernels.stretch_data import forms_for_any_rate
from ronn_jack.realtime.level import LevelTable
from ronn_jack.realtime.mixing import UNKNOWN, Blend
from ronn_jack.units import decibels_to_gain, gain_to_decibels

MEASURED_RATE = 48_000.0
"""Sample rate in Hz at which a level is found."""
OUTPUTS = 2
_NOISE_SECONDS = 1.0
_LEVELLED = ("drive", "morph")
"""The controls that have a curve."""


@dataclass(frozen=True)
class Choices:
    """What a bank chooses among.

    Attributes
    ----------
    name : str
        What each is.
    words : tuple of str
        Of each network.
    """

    name: str
    words: tuple[str, ...]


@dataclass(frozen=True)
class FrozenSound:
    """What a plugin plays.

    Attributes
    ----------
    values : mapping
        Accepted values of all parameters.
    inputs : int
        Channels, 1 or 2; there are always two outputs.
    level : LevelTable
        By which the network is as loud as pink noise at -18 dBFS is.
    blend : Blend
        How it mixes with the dry signal.
    neighbours : tuple of FrozenSound
        Sounds of one architecture, of which one can come in its place; none has any of its own.
    named : Choices or None
        What all of these sounds are called, where it is not by their seeds.
    """

    values: Mapping[str, Value]
    inputs: int
    level: LevelTable
    blend: Blend
    neighbours: tuple[FrozenSound, ...] = ()
    named: Choices | None = None

    @property
    def networks(self) -> tuple[FrozenSound, ...]:
        """All that a control chooses among."""
        return (self, *self.neighbours)

    @property
    def choices(self) -> Choices | None:
        """What a control chooses among, if there is anything to choose."""
        if not self.neighbours:
            return None
        seeds = (str(int(sound.values["seed"])) for sound in self.networks)
        return self.named or Choices("seed", tuple(seeds))

    @property
    def text(self) -> str:
        """The sound as a short text."""
        return share(self.values)

    @property
    def spec(self) -> NetworkSpec:
        """The network as it is at MEASURED_RATE."""
        return network_spec(self.values, self.inputs, OUTPUTS, MEASURED_RATE)

    @property
    def times(self) -> Times:
        """How long its delays are at any rate."""
        return times_of(self.values, self.spec.stretch, MEASURED_RATE)

    @property
    def forms(self) -> set[int]:
        """Numbers of the forms that layers take at one rate or another, on this processor.

        Those of the networks that can come in its place are among them.
        """
        found: set[int] = set()
        for sound in self.networks:
            spec = sound.spec
            found |= forms_for_any_rate([spec.layer(i) for i in range(spec.layers)], sound.times)
        return found

    @property
    def level_words(self) -> str:
        """What its level is and on what it was found."""
        if not (self.values["auto_level"] and self.values["network"]):
            return "the network's own level, as auto_level is off"
        gain = gain_to_decibels(self.level.gain)
        return f"the network is levelled by {gain:+.2f} dB, found on pink noise at -18 dBFS"


def freeze(values: Mapping[str, Value], inputs: int = 2) -> FrozenSound:
    """Return a sound with its level, found on noise as a node finds it before it hears anything.

    Raises
    ------
    SpecError
        If the network can't be.
    """
    level, blend = LevelTable(), UNKNOWN
    model = model_of(values, inputs, OUTPUTS, MEASURED_RATE)
    if values["network"]:
        found = frozen_level(model, values, MEASURED_RATE)
        level, blend = _table(model, values, found.gain), found.blend
    return FrozenSound(dict(values), inputs, level, blend)


def freeze_bank(values: Mapping[str, Value], seeds: Sequence[int], inputs: int = 2) -> FrozenSound:
    """Return a sound with its neighbours: the same architecture with each of the seeds."""
    first, *others = (freeze({**values, "seed": seed}, inputs) for seed in seeds)
    return replace(first, neighbours=tuple(others))


def _table(model: Model, values: Mapping[str, Value], gain: float) -> LevelTable:
    """Return a level with what it becomes where `drive` and `morph` are moved, as in a node."""
    expression = resting(Expression.of(values))
    engine = Engine(model.inputs, OUTPUTS, MEASURED_RATE, 0.0, output_seconds=0.0)
    aim(engine, values)
    voice = make_voice(model, MEASURED_RATE, expression, movable=True)
    noise = Excerpt.of_noise(
        model.inputs, OUTPUTS, MEASURED_RATE, _NOISE_SECONDS, engine.curve_before
    )
    input_gain = decibels_to_gain(float(values["input_gain"]))

    def measure(at: Expression, cycles: float, along: str) -> float | None:
        voice.pin(at, cycles)
        return noise.gain_db(voice, input_gain * decibels_to_gain(at.drive))

    curves = LevelCurves(measure, gain, expression, bool(values["auto_level"]), _LEVELLED)
    while curves.step(expression):
        pass
    return curves.table()
