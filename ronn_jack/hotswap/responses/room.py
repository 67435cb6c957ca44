"""From parameter values to the room that they ask for, and to its response."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ronn_jack.errors import ModelError
from ronn_jack.model.latent.library import open_reverb
from ronn_jack.model.latent.reverb import RoomSpec, synthesise
from ronn_jack.model.latent.shaped_noise import Float32
from ronn_jack.parameters import PARAMETERS, Group, Value
from ronn_jack.realtime.convolver.response import PreparedResponse
from ronn_jack.realtime.engine import Engine
from ronn_jack.realtime.engine_state import Control

REVERB = frozenset(name for name, row in PARAMETERS.items() if row.group is Group.REVERB)
"""Names of the reverb's parameters."""


def room_of(values: Mapping[str, Value], outputs: int = 2) -> RoomSpec:
    """Return the room that the reverb's parameter values ask for.

    Where there is one output alone, it is what both ears hear together.
    """
    return RoomSpec(
        x=float(values["reverb_x"]),
        y=float(values["reverb_y"]),
        z=float(values["reverb_z"]),
        seed=int(values["reverb_seed"]),
        weights="random" if values["reverb_weights"] == "random" else "trained",
        width=float(values["reverb_width"]) if outputs > 1 else 0.0,
        predelay_ms=float(values["reverb_predelay"]),
        low_cut=float(values["reverb_low_cut"]),
        high_cut=float(values["reverb_high_cut"]),
        model=str(values["reverb_model"]),
    )


def samples_of(room: RoomSpec, rate: float) -> Float32:
    """Return a room's response [shape=(2, frames), float32] at a sample rate in Hz.

    Raises
    ------
    ModelError
        If an imported model gives what can't be played.
    """
    samples = synthesise(open_reverb(room.model), room, rate)
    if not np.isfinite(samples).all():
        raise ModelError(f"reverb_model {room.model}: not all that it gives is finite; use another")
    return samples


def prepared_response(room: RoomSpec, rate: float) -> PreparedResponse:
    """Return a room's response, ready for the audio thread, at a sample rate in Hz."""
    return PreparedResponse(samples_of(room, rate))


def begin_in_room(engine: Engine, values: Mapping[str, Value]) -> None:
    """Let an engine that has not run yet sound in its room from the first frame on."""
    if values["reverb"]:
        engine.offer_response(prepared_response(room_of(values, engine.outputs), engine.rate))
        engine.set(Control.REVERB, 1.0)
