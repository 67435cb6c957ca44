"""What is heard at this moment, as one packet: waveforms, spectra, and what the layers do."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ronn_jack.hotswap.audio import Recent
from ronn_jack.pictures.packet import packed
from ronn_jack.pictures.portrait import Portrait
from ronn_jack.pictures.scope import traces
from ronn_jack.pictures.spectrum import FLOOR_DB, spectrum

STEPS_PER_DB = 2.0
"""In which levels are sent, from FLOOR_DB on, a byte each."""


def signals_packet(recent: Recent | None, rate: float, portrait: Portrait) -> bytes:
    """Return the packet; "nothing" where nothing sounds."""
    if recent is None:
        return packed("nothing", {}, {})
    dry, output = traces(recent.dry, recent.output, rate)
    activity = portrait.activity
    arrays: dict[str, NDArray[np.generic]] = {
        "scope_in": _samples(dry),
        "scope_out": _samples(output),
        "past": _samples(portrait.past(recent)),
        "spectrum_in": as_bytes(spectrum(recent.dry, rate)),
        "spectrum_out": as_bytes(spectrum(recent.output, rate)),
    }
    if activity is not None:
        rms = np.concatenate(activity.levels)
        arrays["activity"] = as_bytes(20.0 * np.log10(np.maximum(rms, 1e-9)))
    facts = {
        "position": recent.position,
        "rate": rate,
        "network": portrait.key,
        "entered": {} if activity is None else {str(i): r for i, r in activity.entered.items()},
        "heard": portrait.heard,
    }
    return packed("signals", facts, arrays)


def as_bytes(levels: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Return levels in dB as they are sent."""
    return np.clip(np.round((levels - FLOOR_DB) * STEPS_PER_DB), 0, 255).astype(np.uint8)


def _samples(x: NDArray[np.float32]) -> NDArray[np.int16]:
    return np.round(np.clip(x, -1.0, 1.0) * 32767.0).astype(np.int16)
