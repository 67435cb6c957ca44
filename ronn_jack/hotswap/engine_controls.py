"""From accepted parameter values to the engine's gliding controls."""

from __future__ import annotations

from collections.abc import Mapping

from ronn_jack.parameters import Value
from ronn_jack.realtime.engine import Engine
from ronn_jack.realtime.engine_state import Control
from ronn_jack.units import decibels_to_gain

_GAINS = {"input_gain": Control.INPUT_GAIN, "output_gain": Control.OUTPUT_GAIN}
_SHARES = {"mix": Control.MIX, "bypass": Control.BYPASS}


def aim(engine: Engine, values: Mapping[str, Value]) -> None:
    """Let the controls that `values` name glide to them; other parameters are ignored."""
    for name, control in _GAINS.items():
        if name in values:
            engine.set(control, decibels_to_gain(float(values[name])))
    for name, control in _SHARES.items():
        if name in values:
            engine.set(control, float(values[name]))
