"""A model is learnt from a user's own settings, by numpy alone."""

from __future__ import annotations

import numpy as np

from ronn_jack.imports.safe import Described
from ronn_jack.imports.training import train
from ronn_jack.model.latent.curve_search import FREQUENCIES, decoded_curves
from ronn_jack.model.latent.equaliser import EqModel

SETTINGS = 300


def described() -> Described:
    """Return settings that are a tilt or a smile, of any strength, and what they are called."""
    random = np.random.default_rng(1)
    shapes = np.array([[-4.0, -2.0, 0.0, 2.0, 4.0], [4.0, 0.0, -4.0, 0.0, 4.0]])
    kind, strength = random.integers(2, size=SETTINGS), random.normal(size=SETTINGS)
    gains = np.clip(
        shapes[kind] * strength[:, None] + random.normal(0, 0.5, (SETTINGS, 5)), -12, 12
    )
    places = np.tile([150.0, 560.0, 1000.0, 3300.0, 8200.0], (SETTINGS, 1))
    words = np.where(kind == 0, np.where(strength > 0.3, "bright", "warm"), "")
    return Described(gains, places, np.full((SETTINGS, 5), 0.71), list(words))


def test_curves_come_out_words_are_found_and_the_origin_is_flat() -> None:
    decoders, miss = train(described(), 250, [(2, "less")])
    [decoder] = decoders.values()
    assert miss < 1.5  # of about 2.8 dB
    assert not decoded_curves(decoder, np.zeros((1, 2))).any()
    assert decoder.words.keys() == EqModel.ours().words(2, "less").keys()
    tilt = np.linspace(-1, 1, FREQUENCIES.size)
    warm, bright = (decoded_curves(decoder, decoder.words[w][None])[0] for w in ("warm", "bright"))
    assert warm @ tilt < 0 < bright @ tilt
    # x is tilt, upwards.
    walk = np.stack([np.linspace(-1, 1, 9), np.zeros(9)], axis=1)
    assert (np.diff(decoded_curves(decoder, walk) @ tilt) > 0).all()


def test_the_same_settings_give_the_same_model() -> None:
    a, b = (train(described(), 3, [(1, "more")])[0][1, "more"] for _ in range(2))
    np.testing.assert_array_equal(a.layers[2][0], b.layers[2][0])
