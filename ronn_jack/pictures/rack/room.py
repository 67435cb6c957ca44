"""The reverb's room as a page draws it: how the response that plays decays."""

from __future__ import annotations

import numpy as np

from ronn_jack.hotswap.responses.room import samples_of
from ronn_jack.model.latent.reverb import RoomSpec
from ronn_jack.model.latent.room_physics import CENTRES
from ronn_jack.pictures.packet import packed
from ronn_jack.pictures.rack.decay import OCTAVES, relief_of

STEPS_PER_DB = 2.0
"""In which levels below the most are sent, a byte each."""


def room_packet(key: str, room: RoomSpec, rate: float) -> bytes:
    """Return the decay of a room's response, under a key, at a sample rate in Hz."""
    samples = samples_of(room, rate)
    relief = relief_of(samples, rate)
    facts = {
        "key": key,
        "seconds": relief.seconds,
        "lowest": float(CENTRES[0]),
        "highest": float(CENTRES[-1]),
        "octaves": OCTAVES.tolist(),
        "t60": relief.times.tolist(),  # of what is not to be told it makes null
        "shape": relief.levels.shape,
    }
    below = np.clip(np.round(-relief.levels * STEPS_PER_DB), 0, 255).astype(np.uint8)
    return packed("room", facts, {"below": below})
