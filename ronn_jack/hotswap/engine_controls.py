"""From accepted parameter values to the engine's gliding controls."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from ronn_jack.model.latent.playing import EQUALISER, makeup, playing
from ronn_jack.parameters import PARAMETERS, Value
from ronn_jack.realtime.engine import Engine
from ronn_jack.realtime.engine_stages import Position
from ronn_jack.realtime.engine_state import Control
from ronn_jack.units import decibels_to_gain

_AIMED = (
    Control.INPUT_GAIN, Control.OUTPUT_GAIN, Control.MIX, Control.BYPASS, Control.DRIVE,
    Control.NETWORK,
)  # fmt: skip
"""Controls that follow the parameters of their names; the engine moves the others itself."""
_MIXTURE = frozenset(("reverb", "reverb_mix"))


def aim(
    engine: Engine, values: Mapping[str, Value], whole: Mapping[str, Value] | None = None
) -> None:
    """Let the controls that `values` name glide to them; other parameters are ignored.

    Parameters
    ----------
    whole : mapping, optional
        Accepted values of all parameters, where `values` has not all of them.
    """
    for control in _AIMED:
        name = control.name.lower()
        if name in values:
            number = float(values[name])
            engine.set(
                control, decibels_to_gain(number) if PARAMETERS[name].unit == "dB" else number
            )
    if "gate" in values:
        engine.set(Control.GATE, gate_threshold(values["gate"]))
    whole = whole or values
    if not _MIXTURE.isdisjoint(values) and whole["reverb"]:  # else its tail rings on as loud
        engine.mix_reverb(float(whole["reverb_mix"]))
    if not EQUALISER.isdisjoint(values):
        _equalise(engine, whole)


def _equalise(engine: Engine, values: Mapping[str, Value]) -> None:
    position = cast(Position, values["eq_position"]) if values["eq"] else None
    engine.equalise(playing(values), makeup(values, engine.rate), position)


def gate_threshold(value: Value) -> float:
    """Return the amplitude from which the gate opens; 0 where it is off."""
    level = float(value)
    return decibels_to_gain(level) if level > PARAMETERS["gate"].minimum else 0.0
