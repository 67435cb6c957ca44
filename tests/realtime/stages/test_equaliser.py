"""The equaliser by itself: its curve, how it moves, and that nothing can upset it."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ronn_jack.model.latent.equaliser import BANDS, FLAT, MOST_GAIN_DB, EqSettings, response
from ronn_jack.realtime.kernels.layout import MAX_BLOCK
from ronn_jack.realtime.stages.chain import StageChain
from ronn_jack.realtime.stages.equaliser import GLIDE_SECONDS, Curve, Equaliser, OfflineEqualiser
from tests.realtime.stages.running_chain import noise

RATE = 48000.0
MUCH = EqSettings(
    (9.0, -12.0, 12.0, -6.0, 10.0),
    (90.0, 300.0, 1100.0, 4000.0, 9000.0),
    (0.71, 8.0, 1.0, 0.3, 0.71),
)
SETTLED = round(0.1 * RATE)
"""Frames after which all that glides has come to rest."""


class Played:
    """An equaliser in a chain, and how it is told to move."""

    def __init__(self, channels=2, rate=RATE, curve=None):
        self.equaliser = Equaliser()
        self.chain = StageChain([self.equaliser], rate)
        self.channels = channels
        if curve is not None:
            self.aim(curve)
            self.chain.settle()

    def aim(self, curve):
        self.equaliser.aim(self.chain, curve)

    def play(self, x, block=64):
        parts = []
        for start in range(0, x.shape[1], block):
            part = x[:, start : start + block]
            rows = np.zeros((2, MAX_BLOCK))
            rows[: self.channels, : part.shape[1]] = part
            self.chain.process(rows, self.channels, part.shape[1])
            parts.append(rows[: self.channels, : part.shape[1]])
        return np.concatenate(parts, axis=1)


def drawn(generator, most=MOST_GAIN_DB):
    """Return settings from anywhere within the ranges, evenly in ratio."""

    def between(low, high):
        return math.exp(generator.uniform(math.log(low), math.log(high)))

    return EqSettings(
        tuple(generator.uniform(-most, most, len(BANDS))),
        tuple(between(band.lowest, band.highest) for band in BANDS),
        tuple(between(band.lowest_q, band.highest_q) for band in BANDS),
    )


def decibels(y, rate):
    """Return the spectrum of an impulse's response in dB, and the frequencies."""
    frequencies = np.fft.rfftfreq(y.size, 1.0 / rate)
    heard = (frequencies >= 20.0) & (frequencies <= 20000.0)
    return 20.0 * np.log10(np.abs(np.fft.rfft(y))[heard]), frequencies[heard]


@pytest.mark.parametrize("rate", [44100.0, 48000.0, 96000.0, 192000.0])
def test_it_has_the_curve_that_its_settings_stand_for(rate):
    generator = np.random.default_rng(int(rate))
    x = np.zeros((2, round(2 * rate)))
    x[:, 0] = 1.0
    for _ in range(5):
        curve = Curve(drawn(generator), makeup_db=float(generator.uniform(-12.0, 12.0)))
        y = Played(rate=rate, curve=curve).play(x)
        found, frequencies = decibels(y[0], rate)
        wanted = response(curve.settings, frequencies, rate) + curve.makeup_db
        assert np.abs(found - wanted).max() < 1e-3
        assert np.array_equal(y[0], y[1])


def test_a_corner_beyond_what_the_rate_holds_does_no_harm():
    x = noise(2, 4000)
    high = EqSettings((24.0,) * 5, (8000.0,) * 5, (10.0,) * 5)
    assert np.isfinite(Played(rate=8000.0, curve=Curve(high)).play(x)).all()


def test_flat_passes_everything_to_the_bit():
    x = noise(2, 3000)
    played = Played()
    assert np.array_equal(played.play(x), x)
    played.aim(Curve(FLAT))
    assert np.array_equal(played.play(x), x)


def test_once_it_has_glided_back_to_flat_it_passes_everything_to_the_bit():
    played, x = Played(curve=Curve(MUCH, -3.0)), noise(2, SETTLED)
    assert not np.array_equal(played.play(x), x)
    played.aim(None)
    played.play(x)
    assert np.array_equal(played.play(x), x)


def test_it_is_where_it_was_sent_after_its_glide_and_not_before():
    x = noise(2, round(GLIDE_SECONDS * RATE))
    moved = Played()
    moved.aim(Curve(MUCH, 6.0))
    half, rest = x.shape[1] // 2, np.zeros((2, 2 * SETTLED))
    on_the_way = moved.play(x[:, :half])
    assert np.abs(on_the_way[:, :64] - x[:, :64]).max() < 0.01  # it leaves gently
    moved.play(np.concatenate([x[:, half:], rest], axis=1))
    there = Played(curve=Curve(MUCH, 6.0))
    there.play(rest)
    assert np.allclose(moved.play(x), there.play(x), rtol=0.0, atol=1e-12)


@settings(max_examples=25, deadline=None)
@given(blocks=st.lists(st.integers(1, MAX_BLOCK), min_size=1, max_size=60))
def test_any_split_into_blocks_gives_the_same_bits(blocks):
    x = noise(2, sum(blocks))
    curves = [Curve(MUCH, 2.0), None, Curve(drawn(np.random.default_rng(1)))]
    moves = {0: curves[0], x.shape[1] // 2: curves[1], 3 * x.shape[1] // 4: curves[2]}
    split, whole = Played(), Played()
    edges = sorted({0, x.shape[1], *moves})
    parts = []
    for begin, end in itertools.pairwise(edges):
        for played in (split, whole):
            played.aim(moves[begin])
        marks = [m for m in np.cumsum(blocks) if begin < m < end]
        pieces = [
            split.play(x[:, a:b], MAX_BLOCK) for a, b in itertools.pairwise([begin, *marks, end])
        ]
        parts.append((np.concatenate(pieces, axis=1), whole.play(x[:, begin:end], 64)))
    for piece, expected in parts:
        assert np.array_equal(piece, expected)


def test_a_channel_is_filtered_as_if_it_were_alone():
    x = noise(2, 4000)
    both, ones = Played(), [Played(channels=1) for _ in range(2)]
    for played in (both, *ones):
        played.aim(Curve(MUCH, 1.0))
    expected = both.play(x)
    for channel, one in enumerate(ones):
        assert np.array_equal(one.play(x[channel : channel + 1])[0], expected[channel])


def above(y, hertz=5000.0, taps=1023):
    """Return what lies above a frequency: a Kaiser-windowed high-pass of 150 dB."""
    n = np.arange(taps) - taps // 2
    low = 2.0 * hertz / RATE * np.sinc(2.0 * hertz / RATE * n) * np.kaiser(taps, 16.0)
    high = (n == 0) - low / low.sum()
    size = 1 << (y.size + taps).bit_length()
    spectrum = np.fft.rfft(y, size) * np.fft.rfft(high, size)
    return np.fft.irfft(spectrum, size)[taps : y.size]


@pytest.mark.parametrize("seconds", [0.0013, 0.01, 0.05, 0.3])
def test_no_speed_of_motion_is_heard_above_a_low_note(seconds):
    generator = np.random.default_rng(5)
    frames = round(2.0 * RATE)
    x = np.tile(0.5 * np.sin(2 * np.pi * 50.0 * np.arange(frames) / RATE), (2, 1))
    played, step = Played(), max(1, round(seconds * RATE))
    played.play(x[:, :SETTLED])
    parts = []
    for start in range(0, frames, step):
        off = generator.random() < 0.2
        curve = Curve(drawn(generator, 12.0), generator.uniform(-12.0, 12.0))
        played.aim(None if off else curve)
        parts.append(played.play(x[:, start : start + step]))
    y = np.concatenate(parts, axis=1)
    assert np.abs(y - x).max() > 0.1
    loudest = np.abs(above(y[0])).max()
    assert 20.0 * np.log10(loudest) <= -100.0


def test_nothing_that_moves_makes_it_unstable_or_gives_what_is_no_number():
    generator = np.random.default_rng(11)
    played, x = Played(), noise(2, 20000)
    x[:, 5000] = float(np.finfo(np.float32).max)
    ends = [MOST_GAIN_DB * np.array(signs) for signs in itertools.product((-1, 1), repeat=5)]
    parts = []
    for start in range(0, x.shape[1], 16):
        gains = tuple(ends[generator.integers(len(ends))])
        lowest = generator.random() < 0.5
        places = tuple(band.lowest if lowest else band.highest for band in BANDS)
        qs = tuple(band.highest_q if lowest else band.lowest_q for band in BANDS)
        played.aim(Curve(EqSettings(gains, places, qs)))
        parts.append(played.play(x[:, start : start + 16]))
    assert np.isfinite(np.concatenate(parts, axis=1)).all()
    played.aim(None)
    played.play(np.zeros((2, 4 * SETTLED)))
    assert not played.play(np.zeros((2, 1000))).any()


def test_a_constant_that_came_before_stays_what_its_curve_makes_of_it():
    played = Played(curve=Curve(MUCH, 1.0))
    factors = [played.chain.settled(channel, 0.25) for channel in range(2)]
    y = played.play(np.full((2, 500), 0.25))
    assert np.allclose(y, factors[0], rtol=1e-9)
    gain = response(MUCH, np.array([1e-3]), RATE)[0] + 1.0
    assert abs(20.0 * np.log10(factors[0] / 0.25) - gain) < 1e-6


def test_offline_it_gives_the_same():
    x = noise(2, 5000).astype(np.float32)
    curve = Curve(MUCH, -2.0)
    expected = Played(curve=curve).play(x.astype(float)).astype(np.float32)
    offline = OfflineEqualiser(curve, RATE)
    found = [offline.process(x[:, a:b]) for a, b in itertools.pairwise([0, 1, 300, 1111, 5000])]
    assert np.array_equal(np.concatenate(found, axis=1), expected)
    assert OfflineEqualiser(None, RATE).process(x) is x
