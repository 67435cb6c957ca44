"""How a signal has gone on, seen from its end."""

from __future__ import annotations

import numpy as np
import pytest

from ronn_jack.pictures.envelope import COLUMNS, Envelope

RATE = 48_000.0
STEP = 240


def played(x: np.ndarray, looks: list[int], recent: int = 4800) -> Envelope:
    """Return the envelope of a signal that was looked at in these positions."""
    envelope = Envelope(RATE)
    for position in looks:
        envelope.add(x[:, max(0, position - recent) : position], position)
    return envelope


@pytest.mark.parametrize("every", [300, 1600, 4097])
def test_columns_are_what_was_played(every):
    x = np.random.default_rng(1).uniform(-1, 1, (2, 60_000)).astype(np.float32)
    looks = [*range(every, 60_000, every), 60_000]
    envelope = played(x, looks)
    mono = x.mean(axis=0)
    field = 48_000
    low, high = envelope.columns(x[:, -4800:], field)
    assert low.size == field // STEP
    steps = mono[-field:].reshape(-1, STEP)
    np.testing.assert_allclose(low, steps.min(axis=1), atol=1e-6)
    np.testing.assert_allclose(high, steps.max(axis=1), atol=1e-6)


def test_a_short_field_is_shown_frame_by_frame():
    x = np.random.default_rng(2).uniform(-1, 1, (1, 5000)).astype(np.float32)
    low, high = played(x, [5000]).columns(x, 127)
    np.testing.assert_array_equal(low, x[0, -127:])
    np.testing.assert_array_equal(high, x[0, -127:])
    assert played(x, [5000]).columns(x, 4000).shape == (2, COLUMNS)


def test_what_nobody_looked_at_is_silence_and_another_signal_begins_anew():
    x = np.ones((1, 96_000), np.float32)
    envelope = played(x, [4800, 96_000])
    high = envelope.columns(x[:, -4800:], 96_000)[1]
    assert (high[:20] == 1.0).all()
    assert (high[21:-21] == 0.0).all()
    assert (high[-20:] == 1.0).all()
    envelope.add(np.full((1, 4800), 0.5, np.float32), 4800)
    assert envelope.columns(np.zeros((1, 100), np.float32), 96_000)[1].max() == 0.5
    envelope.add(np.ones((1, 3), np.float32), 5000)
    assert envelope.columns(np.zeros((1, 100), np.float32), 96_000)[1].max() == 0.5


def test_the_longest_field_there_can_be_is_held_and_more_is_forgotten():
    envelope = Envelope(1000.0)
    for position in range(100, 130_000, 100):
        envelope.add(np.full((1, 100), position / 1e6, np.float32), position)
    low, high = envelope.columns(np.zeros((1, 10), np.float32), 60_000)
    assert low.size == high.size == COLUMNS
    assert high[-1] == pytest.approx(0.1299, abs=1e-4)
    assert low[0] == pytest.approx(0.07, abs=3e-4)
    assert (np.diff(high) >= 0.0).all()
