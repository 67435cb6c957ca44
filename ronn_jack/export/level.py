"""The level that a sound is frozen with, as nobody listens to it any more."""

from __future__ import annotations

from collections.abc import Mapping

from ronn_jack.hotswap.engine_controls import aim
from ronn_jack.hotswap.voice_factory import make_voice
from ronn_jack.loudness.auto_level import Level, level_on_noise
from ronn_jack.model.expression import Expression
from ronn_jack.model.protocol import Model
from ronn_jack.parameters import Value
from ronn_jack.realtime.engine import Engine
from ronn_jack.units import decibels_to_gain


def frozen_level(model: Model, values: Mapping[str, Value], rate: float) -> Level:
    """Return the level of a sound for pink noise at −18 dBFS, which any input is taken to be.

    With `auto_level` it makes the network as loud as its input; without it, only `drive` is made up
    for.

    Parameters
    ----------
    values : mapping
        Accepted values of all parameters.
    rate : float
        Sample rate in Hz.
    """
    engine = Engine(model.inputs, model.outputs, rate, 0.0, output_seconds=0.0)
    aim(engine, values)
    gain = decibels_to_gain(float(values["input_gain"]))
    drive = decibels_to_gain(float(values["drive"]))

    def level(input_gain: float) -> Level:
        voice = make_voice(model, rate, Expression.of(values))
        return level_on_noise(voice, input_gain, curve=engine.curve_before)

    if values["auto_level"]:
        return level(gain * drive)
    if drive == 1.0:
        return Level(1.0, on_noise=False, silent=False)
    driven, undriven = level(gain * drive), level(gain)
    return Level(driven.gain / undriven.gain, on_noise=True, silent=driven.silent)
