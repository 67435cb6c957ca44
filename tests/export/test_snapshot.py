"""What is kept of the input for a bank's next network."""

from __future__ import annotations

import numpy as np

from ronn_jack.export.sound import freeze_bank
from ronn_jack.parameters import defaults
from tests.export.clap.sounds import Reference, noise
from tests.export.lv2.plugins import made

RATE = 384_000.0
FADE = 11_520
BLOCK = 4096
ROUNDING = 1e-6
"""What is left of the filters' past when they have forgotten it."""


def test_at_the_highest_rate_a_bank_keeps_what_its_networks_remember() -> None:
    values = {**defaults(), "layers": 4, "kernel": 16, "dilation": 20, "channels": 2}
    values |= {"activation": "tanh", "rate": 48000}
    bank = made(freeze_bank(values, [42, 7]), "long")
    field = 8 * bank.sound.spec.receptive_field
    assert field > 2.6 * RATE
    x = noise(field + 2 * FADE)
    with bank.instance(RATE) as instance:
        instance.controls[-1] = 1.0  # offline
        instance.play(x[:, :field], BLOCK)
        instance.controls[-2] = 1.0
        y = instance.play(x[:, field:], BLOCK)
    expected = Reference(bank.sound.networks[1], RATE).play(x, [])
    assert np.abs(expected[:, -FADE:]).max() > 0.01
    assert np.abs(y - expected[:, field:])[:, FADE:].max() <= ROUNDING
