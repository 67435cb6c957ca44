"""Responses and how far they are from what they should be."""

from __future__ import annotations

import numpy as np

from ronn_jack.bench.feel.tails import RATE, impulse_response, measure_tails, off_exponential

SMALL = {"layers": 3, "kernel": 6, "dilation": 4, "activation": "linear", "bias": True}


def test_a_response_is_as_long_as_the_network_hears_and_has_no_bias() -> None:
    response = impulse_response(SMALL)
    assert response.shape == (2, 1 + 5 * (1 + 4 + 16) + 1)
    assert np.abs(response[:, -2]).max() > 0.0
    assert not response[:, -1].any()
    assert np.allclose(impulse_response(SMALL, 0.1), 0.1 * response, rtol=1e-3, atol=1e-6)


def test_decay_is_exact_and_what_is_not_decay_is_far_off() -> None:
    plain, decayed = (impulse_response({**SMALL, "decay": t60}) for t60 in (0.0, 0.1))
    assert off_exponential(decayed, plain, 0.1) < 1e-5
    assert off_exponential(plain, plain, 0.1) > 1e-3
    assert RATE == 48_000.0


def test_a_room_that_decays_is_told_from_one_that_stops_dead() -> None:
    room = {
        "layers": 4, "kernel": 24, "dilation": 8, "channels": 8, "activation": "linear", "seed": 3,
    }  # fmt: skip
    decaying = {**room, "decay": 0.1}
    for values, met in ((decaying, True), (room, False)):
        _, curve = measure_tails([("room", values)], lambda text: None)
        assert curve.met is met, curve
