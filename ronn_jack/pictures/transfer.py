"""What a layer's activation makes of what enters it."""

from __future__ import annotations

import dataclasses

import numpy as np

from ronn_jack.model.spec import Layer
from ronn_jack.pictures.layer_run import LayerRun, Signal

HALVES = (0.3, 3.0, 30.0, 300.0)
"""How far the curves go from zero to both sides."""
POINTS = 301


def places() -> Signal:
    """Return where the curves are known [shape=(len(HALVES), POINTS)]."""
    across = np.linspace(-1.0, 1.0, POINTS)
    return (np.array(HALVES)[:, np.newaxis] * across).astype(np.float32)


def transfer_curves(layer: Layer) -> Signal:
    """Return what a layer's activation gives at `places`, by the kernel that runs live."""
    single = dataclasses.replace(
        layer, inputs=1, outputs=1, groups=1, kernel=1, dilation=1, residual_delay=None,
        frame_gain=1.0,
    )  # fmt: skip
    run = LayerRun(single, np.ones((1, 1, 1), np.float32))
    return run.process(places().reshape(1, -1)).reshape(len(HALVES), POINTS)
