"""What is drawn of the equaliser is what its filters do."""

from __future__ import annotations

import numpy as np
import pytest

from ronn_jack.model.latent.equaliser import EqModel, loudness_loss, response
from ronn_jack.model.latent.playing import playing
from ronn_jack.parameters import defaults
from ronn_jack.pictures.rack.equaliser import HERTZ, equaliser_packet, words_on_the_plane
from tests.support.packets import unpacked

RATE = 44_100.0
LATENT = {"eq_x": 1.2, "eq_y": -0.7, "eq_z": 0.4, "eq_strength": 1.5, "eq_compensate": True}
WORDS = {"eq_mode": "words", "eq_word_a": "dark", "eq_word_b": "air", "eq_interpolate": 0.7}
MANUAL = {"eq_mode": "manual", "eq_mid2_gain": 6.0, "eq_mid2_q": 4.0, "eq_high_gain": -9.0}


@pytest.mark.parametrize("values", [LATENT, WORDS, MANUAL], ids=["latent", "words", "manual"])
def test_the_curve_is_the_response_of_what_plays(values):
    whole = {**defaults(), **values}
    settings = playing(whole)
    drawn = unpacked(equaliser_packet("7", whole, RATE))
    expected = response(settings, HERTZ, RATE)
    assert np.abs(expected).max() > 1.0
    np.testing.assert_allclose(drawn["curve"], expected, atol=1e-4)
    np.testing.assert_allclose(drawn["bands"].sum(axis=0), expected, atol=1e-4)
    assert drawn["gains"] == list(settings.gains)
    assert drawn["frequencies"] == list(settings.frequencies)
    loss = loudness_loss(settings, RATE) if "eq_compensate" in values else 0.0
    assert drawn["makeup"] == pytest.approx(loss)
    assert (drawn["kind"], drawn["key"]) == ("equaliser", "7")


@pytest.mark.parametrize("dims", [1, 2, 3])
@pytest.mark.parametrize("extend", [False, True])
def test_a_point_on_a_word_s_place_is_the_word(dims, extend):
    values = {**defaults(), "eq_dims": dims, "eq_extend": extend, "eq_beta": "more"}
    places = words_on_the_plane(values)
    assert len(places) >= 14
    for word, (x, y, z) in places.items():
        there = playing({**values, "eq_x": x, "eq_y": y, "eq_z": z})
        meant = EqModel.ours().between(word, word, 0.0, dims, "more")
        np.testing.assert_allclose(there.gains, meant.gains, atol=1e-9)
