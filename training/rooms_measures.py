"""What acousticians measure of an impulse response, with numpy alone."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ronn_jack.model.latent.room_physics import Array, decibels, t30

RELIEF_BANDS = 16
RELIEF_EDGES: Array = np.geomspace(1000.0 / 8 / 2**0.5, 8000.0 * 2**0.5, RELIEF_BANDS + 1)
"""In Hz: from the lower edge of the octave at 125 Hz to the upper one of that at 8 kHz."""
RELIEF_SECONDS = 0.064
RELIEF_STEPS = 94
OCTAVES: Array = 125.0 * 2.0 ** np.arange(7)
CLARITY_SECONDS = 0.08
_OCTAVE_STEP_SECONDS = 0.002


def band_decays(response: NDArray[np.floating], rate: float, centres: Array, width: float) -> Array:
    """Return the energy still to come after each frame [shape=(bands, frames)], by bands.

    Parameters
    ----------
    response : ndarray [shape=(channels, frames)]
    rate : float
        Sample rate in Hz.
    centres : ndarray [shape=(bands,)]
        In Hz.
    width : float
        Of a band, in octaves between its points of half power.
    """
    frames = response.shape[1]
    size = 1 << (frames + int(0.2 * rate)).bit_length()
    spectrum = np.fft.rfft(response, size)
    octaves = np.log2(np.maximum(np.fft.rfftfreq(size, 1.0 / rate), 1.0))
    decays = np.empty((centres.size, frames))
    for i, centre in enumerate(centres):
        # Steep, yet without corners that would ring.
        distance = 2.0 * np.abs(octaves - np.log2(centre)) / width
        band = np.fft.irfft(spectrum * np.exp(-0.5 * np.log(2.0) * distance**8), size)
        energy = (band[:, :frames] ** 2).mean(0)
        decays[i] = np.cumsum(energy[::-1])[::-1]
    return decays


def relief(response: NDArray[np.floating], rate: float) -> Array:
    """Return the energy decay relief in dB [shape=(RELIEF_BANDS, RELIEF_STEPS)]."""
    centres = np.sqrt(RELIEF_EDGES[1:] * RELIEF_EDGES[:-1])
    width = float(np.log2(RELIEF_EDGES[1] / RELIEF_EDGES[0]))
    decays = band_decays(response, rate, centres, width)
    levels = np.full((RELIEF_BANDS, RELIEF_STEPS), -300.0)
    frames = np.rint(np.arange(RELIEF_STEPS) * RELIEF_SECONDS * rate).astype(int)
    heard = frames < response.shape[1]
    levels[:, heard] = 10.0 * np.log10(np.maximum(decays[:, frames[heard]], 1e-30))
    return levels


def octave_t30(response: NDArray[np.floating], rate: float, octaves: Array = OCTAVES) -> Array:
    """Return the T30 in s [shape=(octaves,)], as ISO 3382 measures it."""
    decays = band_decays(response, rate, octaves, 1.0)
    step = max(1, int(_OCTAVE_STEP_SECONDS * rate))
    times = np.arange(decays.shape[1])[::step] / rate
    return t30(times, decibels(decays[:, ::step]))


def clarity(response: NDArray[np.floating], rate: float) -> float:
    """Return C80 in dB over all frequencies."""
    energy = (response.astype(np.float64) ** 2).sum(0)
    early = round(CLARITY_SECONDS * rate)
    return float(10.0 * np.log10(energy[:early].sum() / energy[early:].sum()))


def centroid(response: NDArray[np.floating], rate: float) -> float:
    """Return the mean frequency in Hz, weighted by energy, up to 16 kHz."""
    power = (np.abs(np.fft.rfft(response)) ** 2).sum(0)
    frequencies = np.fft.rfftfreq(response.shape[1], 1.0 / rate)
    power = power[frequencies <= 16000.0]
    return float((power * frequencies[: power.size]).sum() / power.sum())
