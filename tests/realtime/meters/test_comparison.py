"""How alike input and output are, against sums and differences that are weighed by hand."""

import numpy as np
import pytest

from ronn_jack.hotswap.voice_factory import make_voice
from ronn_jack.loudness.match import block_powers, gate
from ronn_jack.model.spec import NetworkSpec
from ronn_jack.realtime.meters.comparison import ComparingMeter
from ronn_jack.units import decibels_to_gain
from tests.realtime.engine_driver import RATE, noise

SECOND = round(RATE)


@pytest.mark.parametrize(("inputs", "outputs"), [(1, 1), (1, 2), (2, 1), (2, 2)])
@pytest.mark.parametrize("level_db", [-60.0, 0.0, 80.0])
def test_the_correlation_is_that_of_the_weighted_signals(inputs, outputs, level_db):
    x = noise(2 * SECOND, inputs, peak=0.1)
    spec = NetworkSpec(inputs, outputs, layers=2, kernel=3, activation="tanh", seed=9)
    voice = make_voice(spec, RATE)
    voice.set_level(decibels_to_gain(level_db))
    meter = ComparingMeter(outputs, RATE)
    voice.prime(x, x.shape[1], meter)
    voice = make_voice(spec, RATE)
    parts = []
    for end in range(250, x.shape[1] + 1, 250):
        voice.prime(x, end)
        parts.append(voice.last_block[:outputs, :250].copy())
    y = np.concatenate(parts, axis=1).astype(np.float32)
    dry = x.mean(axis=0, keepdims=True) if inputs > outputs else np.repeat(x, outputs, 0)[:outputs]
    if inputs == outputs == 2:
        dry = x
    # By hand: the cross power is a quarter of what sum and difference differ by.
    y = (y * (np.sqrt(np.mean(dry**2) / np.mean(y**2)))).astype(np.float32)
    powers = [block_powers(s.astype(np.float32), RATE) for s in (dry + y, dry - y, dry, y)]
    blocks = gate(powers[2])
    added, taken, dry_power, wet_power = (p[blocks].sum() for p in powers)
    expected = 0.25 * (added - taken) / np.sqrt(dry_power * wet_power)
    assert abs(meter.correlation(blocks) - expected) < 1e-3


def test_an_output_that_only_turns_its_input_over_is_its_opposite():
    x = noise(SECOND, 1)
    spec = NetworkSpec(1, 1, layers=1, kernel=1, activation="linear", init="dirac")
    for level, expected in ((0.3, 1.0), (-0.3, -1.0), (0.0, 0.0)):
        voice = make_voice(spec, RATE)
        voice.set_level(level)
        meter = ComparingMeter(1, RATE)
        voice.prime(x, x.shape[1], meter)
        # The 10 Hz high-pass shifts the lowest frequencies a little.
        assert abs(meter.correlation(np.ones(meter.powers.size, bool)) - expected) < 1e-3
