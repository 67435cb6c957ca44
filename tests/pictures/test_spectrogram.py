"""Spectrograms against single spectra."""

from __future__ import annotations

import numpy as np
import pytest

from ronn_jack.pictures.spectrogram import spectrogram
from ronn_jack.pictures.spectrum import FLOOR_DB, spectrum, window_frames

RATE = 48_000.0


@pytest.mark.parametrize("block", [137, 1024, 50_000])
def test_a_column_is_the_spectrum_around_its_middle(block):
    x = np.random.default_rng(2).uniform(-0.5, 0.5, (2, 50_000)).astype(np.float32)
    blocks = [x[:, i : i + block] for i in range(0, x.shape[1], block)]
    levels = spectrogram(blocks, x.shape[1], RATE, 20)
    half = window_frames(RATE) // 2
    padded = np.pad(x, ((0, 0), (half, half)))
    for column in range(20):
        middle = int((column + 0.5) * 2500)
        expected = spectrum(padded[:, middle : middle + 2 * half], RATE)
        np.testing.assert_allclose(levels[:, column], expected, atol=1e-9)


def test_a_file_that_is_shorter_than_it_says_ends_in_silence():
    x = np.ones((1, 1000), np.float32)
    levels = spectrogram([x], 100_000, RATE, 10)
    assert (levels[:, 1:] == FLOOR_DB).all()
