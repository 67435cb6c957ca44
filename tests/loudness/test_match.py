import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ronn_jack.loudness.match import (
    audible_seconds,
    block_powers,
    dry_powers,
    gate,
    loudness,
    match_powers,
    matched_gain,
)

RATE = 48000.0


def sine(level_db, seconds, frequency=1000.0, rate=RATE, channels=2):
    t = np.arange(round(seconds * rate)) / rate
    row = 10 ** (level_db / 20) * np.sin(2 * np.pi * frequency * t)
    return np.repeat(row.astype(np.float32)[None], channels, 0)


def noise(seconds=2.0, channels=2, peak=0.3, seed=1):
    generator = np.random.default_rng(seed)
    return generator.uniform(-peak, peak, (channels, round(seconds * RATE))).astype(np.float32)


def lufs_of(*parts, rate=RATE):
    return loudness(block_powers(np.concatenate(parts, axis=1), rate))


@pytest.mark.parametrize("rate", [44100.0, 48000.0, 96000.0, 192000.0])
def test_a_full_scale_sine_in_one_channel_reads_minus_3_01(rate):
    assert lufs_of(sine(0.0, 2, 997.0, rate, 1), rate=rate) == pytest.approx(-3.01, abs=0.01)


@pytest.mark.parametrize("rate", [44100.0, 48000.0, 96000.0, 192000.0])
@pytest.mark.parametrize("level", [-23.0, -33.0])
def test_a_stereo_sine_reads_its_level(level, rate):
    assert lufs_of(sine(level, 3, rate=rate), rate=rate) == pytest.approx(level, abs=0.02)


def levels(*sections):
    return [sine(level, seconds) for level, seconds in sections]


@pytest.mark.parametrize(
    "sections",
    [
        [(-36, 10), (-23, 60), (-36, 10)],
        [(-72, 10), (-36, 10), (-23, 60), (-36, 10), (-72, 10)],
        [(-26, 20), (-20, 20.1), (-26, 20)],
    ],
)
def test_the_gates_pass_ebu_tech_3341(sections):
    assert lufs_of(*levels(*sections)) == pytest.approx(-23.0, abs=0.1)


def test_silence_has_no_loudness():
    assert lufs_of(np.zeros((2, 48000), np.float32)) == -math.inf
    assert loudness(np.empty(0)) == -math.inf
    assert lufs_of(sine(-71.0, 2)) == -math.inf


@settings(max_examples=30)
@given(exponent=st.integers(-8, 8))
def test_a_gain_shifts_loudness_by_itself(exponent):
    x = noise()
    shift = loudness(block_powers(x * np.float32(2.0**exponent), RATE)) - lufs_of(x)
    assert shift == pytest.approx(20 * math.log10(2.0**exponent), abs=1e-9)


@pytest.mark.parametrize("inputs,outputs", [(1, 1), (2, 2), (1, 2), (2, 1)])
def test_a_network_that_passes_its_input_on_needs_no_gain(inputs, outputs):
    dry = noise(channels=inputs)
    wet = dry if inputs == outputs else np.repeat(dry, 2, 0)
    wet = dry.mean(0, keepdims=True) if inputs > outputs else wet
    match = matched_gain(dry, wet, RATE)
    assert match is not None
    assert match.gain_db == pytest.approx(0.0, abs=1e-6)
    assert match.dry_lufs == pytest.approx(match.wet_lufs)
    assert match.gated_blocks == 17


@settings(max_examples=30)
@given(gain_db=st.floats(-55.0, 59.0))
def test_a_gain_is_undone(gain_db):
    dry = noise()
    match = matched_gain(dry, dry * np.float32(10 ** (gain_db / 20)), RATE)
    assert match is not None
    assert not match.silent
    assert match.gain_db == pytest.approx(-gain_db, abs=1e-4)


@pytest.mark.parametrize("gain_db,expected", [(-65.0, 60.0), (100.0, -100.0)])
def test_the_gain_is_limited(gain_db, expected):
    dry = noise()
    match = matched_gain(dry, dry * np.float32(10 ** (gain_db / 20)), RATE)
    assert match is not None
    assert match.gain_db == pytest.approx(expected, abs=1e-6)


def test_only_blocks_in_which_the_input_sounds_count():
    dry = np.concatenate([sine(-20, 2), np.zeros((2, 96000), np.float32)], axis=1)
    ringing = np.concatenate([sine(-26, 2), sine(0, 2)], axis=1)
    match = match_powers(block_powers(dry, RATE)[:17], block_powers(ringing, RATE)[:17])
    assert match is not None
    assert match.gain_db == pytest.approx(6.0, abs=1e-3)

    # At the edge, up to 300 ms of what follows lie in blocks that the input still fills.
    counted = gate(block_powers(dry, RATE))
    assert counted.tolist() == [True] * 20 + [False] * 17
    whole = matched_gain(dry, ringing, RATE)
    assert whole is not None
    assert whole.gated_blocks == 20
    louder_later = np.concatenate([ringing[:, :110400], 10 * ringing[:, 110400:]], axis=1)
    assert matched_gain(dry, louder_later, RATE) == whole


def test_a_network_below_minus_90_lufs_is_silent():
    dry = sine(-20, 2)
    for wet in (np.zeros_like(dry), sine(-91, 2)):
        match = matched_gain(dry, wet, RATE)
        assert match is not None
        assert match.silent
        assert match.gain_db == 0.0
    match = matched_gain(sine(-60, 2), sine(-89, 2), RATE)
    assert match is not None
    assert not match.silent
    assert match.gain_db == pytest.approx(29.0, abs=0.01)


@pytest.mark.parametrize("value", [np.inf, -np.inf, np.nan])
def test_a_network_that_overflows_is_told(value):
    dry = noise()
    wet = dry.copy()
    wet[1, 5000] = value
    match = matched_gain(dry, wet, RATE)
    assert match is not None
    assert match.overflows
    assert match.gain_db == 0.0


def test_the_largest_finite_samples_are_measured():
    dry = noise()
    match = matched_gain(dry, dry * np.float32(1e38), RATE)
    assert match is not None
    assert not match.overflows
    assert match.gain_db < -60.0


def test_too_little_input_gives_no_match():
    assert matched_gain(sine(-20, 0.399), sine(-20, 0.399), RATE) is None
    assert matched_gain(sine(-71, 3), sine(-20, 3), RATE) is None
    assert matched_gain(sine(-20, 0.4), sine(-20, 0.4), RATE) is not None


def test_audible_seconds_count_what_lies_in_audible_blocks():
    assert audible_seconds(np.empty(0)) == 0.0
    assert audible_seconds(block_powers(sine(-80, 5), RATE)) == 0.0
    assert audible_seconds(block_powers(sine(-20, 3), RATE)) == 3.0
    pause = np.zeros((2, 96000), np.float32)
    broken = np.concatenate([sine(-20, 1), pause, sine(-20, 1)], axis=1)
    assert 2.0 <= audible_seconds(block_powers(broken, RATE)) <= 3.0


def test_dry_powers_are_those_at_the_outputs():
    dry = noise(channels=1)
    copied = block_powers(np.repeat(dry, 2, 0), RATE)
    assert dry_powers(dry, 2, RATE) == pytest.approx(copied, rel=1e-12)
