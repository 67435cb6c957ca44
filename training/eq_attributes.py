"""What the axes of a latent equaliser stand for, measured on curves."""

from __future__ import annotations

import numpy as np

from ronn_jack.model.latent.curve_search import FREQUENCIES
from ronn_jack.model.latent.decoders import Array

NAMES = ("tilt", "smile", "body")
"""Of x, y and z."""

_PLACE = np.linspace(-1.0, 1.0, FREQUENCIES.size)
_OCTAVES = np.log2(FREQUENCIES / 400.0)
WEIGHTS: Array = np.stack([
    _PLACE,  # dark … bright
    -np.cos(np.pi * _PLACE),  # the middle … both ends
    np.exp(-0.5 * np.square(_OCTAVES / 1.75)),  # little … much around 400 Hz
])  # fmt: skip
WEIGHTS /= np.abs(WEIGHTS).sum(axis=1, keepdims=True)
"""What each attribute makes of a curve in dB [shape=(3, 64)], summed."""


def attributes(shapes: Array) -> Array:
    """Return tilt, smile and body [shape=(..., 3)] of curves [shape=(..., 64)] in dB."""
    measured: Array = shapes @ WEIGHTS.T
    return measured
