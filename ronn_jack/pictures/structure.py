"""A network as it is drawn: its layers, and how far back they reach."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from ronn_jack.model.protocol import Model
from ronn_jack.model.spec import Layer, NetworkSpec


def structure(model: Model, rate: float) -> Mapping[str, object]:
    """Return the facts that a network is drawn from, as plain values.

    Parameters
    ----------
    model : Model
        Of one that is not made of layers only the outside is told.
    rate : float
        Sample rate in Hz.
    """
    layers = [model.layer(i) for i in range(model.layers)] if isinstance(model, NetworkSpec) else []
    return {
        "summary": model.summary,
        "inputs": model.inputs,
        "outputs": model.outputs,
        "rate": rate,
        "receptive_field": model.receptive_field,
        "parameters": model.parameter_count,
        "layers": [dataclasses.asdict(layer) for layer in layers],
    }


def taps(layers: Sequence[Layer], apart: float) -> list[NDArray[np.int64]]:
    """Return the frames that the present output goes back to, row by row.

    The first row is the output itself, 0; each next one what is read of the input of the layer
    above it, down to the network's input.

    Parameters
    ----------
    layers : sequence of Layer
    apart : float
        Frames; of those that lie closer together some may be left out, but not the last.
    """
    rows = [np.zeros(1, np.int64)]
    for layer in reversed(layers):
        steps = [tap * layer.dilation for tap in range(layer.kernel)]
        if layer.residual_delay:
            steps.append(layer.residual_delay)
        row = rows[-1]
        for step in steps[1:]:
            row = _thinned(np.union1d(row, rows[-1] + step), apart)
        rows.append(row)
    return rows


def _thinned(offsets: NDArray[np.int64], apart: float) -> NDArray[np.int64]:
    """Return the first of each stretch of a length, and the last of all."""
    stretches = (offsets / max(1.0, apart)).astype(np.int64)
    keeps = np.append(True, np.diff(stretches) > 0)
    keeps[-1] = True
    kept: NDArray[np.int64] = offsets[keeps]
    return kept
