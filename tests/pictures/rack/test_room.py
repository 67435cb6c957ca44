"""What is drawn of a room is measured on the response that plays."""

from __future__ import annotations

import numpy as np
import pytest

from ronn_jack.hotswap.responses.room import samples_of
from ronn_jack.model.latent.reverb import RoomSpec
from ronn_jack.model.latent.room_physics import duration
from ronn_jack.pictures.rack.decay import relief_of
from ronn_jack.pictures.rack.room import STEPS_PER_DB, room_packet
from tests.support.packets import unpacked

RATE = 48_000.0


def test_the_decay_is_that_of_the_response_itself():
    room = RoomSpec(x=-1.0, y=0.5, z=1.0, seed=9, predelay_ms=20.0, low_cut=200.0)
    drawn = unpacked(room_packet("3", room, RATE))
    samples = samples_of(room, RATE)
    measured = relief_of(samples, RATE)
    assert drawn["seconds"] == samples.shape[1] / RATE
    np.testing.assert_allclose(
        drawn["below"] / -STEPS_PER_DB, measured.levels, atol=0.51 / STEPS_PER_DB
    )
    assert drawn["t60"] == measured.times.tolist()
    assert drawn["t60"][drawn["octaves"].index(1000.0)] == pytest.approx(duration(-1.0), rel=0.08)


def test_what_is_not_to_be_told_is_null():
    drawn = unpacked(room_packet("4", RoomSpec(x=-2.0), 16_000.0))
    assert drawn["t60"][-1] is None
    assert drawn["t60"][4] is not None
