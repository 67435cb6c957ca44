"""NeuralReverberator's decoder: from a point to a picture of a response's energy.

Eleven transposed convolutions, each but the last with a leaky ReLU and a normalisation after it.

References
----------
C. J. Steinmetz, "NeuralReverberator", 2018, train/model.py.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ronn_jack.errors import ModelError
from ronn_jack.model.latent.archives import Arrays, needed
from ronn_jack.model.latent.spectrograms import FRAMES, LINES, Picture, Point

DECODER = "spectral"
"""Form of a file of its weights."""
LATENT = 3
FILTERS = (1024, 128, 128, 128, 64, 64, 64, 32, 32, 32, 1)
KERNELS = ((1, 1), *((2, 2),) * 8, (3, 1), (1, 1))
STRIDES = ((1, 1), *((2, 2),) * 7, (2, 1), (2, 1), (1, 1))
MEANT_DB = 80.0
"""What 0 to 1 of a picture stood for in training."""
HEARD_DB = 120.0
"""What the original made of it when it went back."""

_LEAK = np.float32(0.1)
_FOUND_SLACK = 1.5
"""A picture is clipped to it: nothing in training was beyond 1."""


class SpectralDecoder:
    """The decoder with its weights.

    Parameters
    ----------
    arrays : mapping
        Of each layer i from 0 on `kernel{i}` [shape=(height, width, filters, inputs)] and
        `bias{i}`, of each but the last `scale{i}` and `shift{i}`, and `range_db`.
    """

    def __init__(self, arrays: Arrays) -> None:
        self._range_db = float(needed(arrays, "range_db"))
        if self._range_db not in (MEANT_DB, HEARD_DB):
            raise ModelError(f"its range of {self._range_db:g} dB is neither 80 nor 120")
        inputs = LATENT
        self._layers = []
        for i, (filters, kernel) in enumerate(zip(FILTERS, KERNELS, strict=True)):
            last = i == len(FILTERS) - 1
            names = ("bias",) if last else ("bias", "scale", "shift")
            weights = needed(arrays, f"kernel{i}", *kernel, filters, inputs)
            rows = [needed(arrays, f"{name}{i}", filters).astype(np.float32) for name in names]
            # As they are multiplied: inputs by filters, for each place in the kernel.
            turned = np.ascontiguousarray(weights.transpose(0, 1, 3, 2).astype(np.float32))
            self._layers.append((turned, *rows))
            inputs = filters

    @np.errstate(over="ignore", invalid="ignore")
    def picture(self, point: Point) -> Picture:
        """Return the picture of a point; where weights are too large for that, no number."""
        signal = np.asarray(point, np.float32).reshape(1, 1, LATENT)
        for (kernel, bias, *normalisation), stride in zip(self._layers, STRIDES, strict=True):
            signal = spread(signal, kernel, stride)
            signal += bias
            if normalisation:
                scale, shift = normalisation
                np.maximum(signal, _LEAK * signal, out=signal)
                signal *= scale
                signal += shift
        found = signal[:LINES, :FRAMES, 0].astype(np.float64)
        found[np.isinf(found)] = np.nan  # which no clipping hides
        return (np.clip(found, -_FOUND_SLACK, _FOUND_SLACK) - 1.0) * self._range_db


def spread(
    signal: NDArray[np.float32], kernel: NDArray[np.float32], stride: tuple[int, int]
) -> NDArray[np.float32]:
    """Return a transposed convolution [shape=(rows, columns, filters)].

    Where the kernel is wider than the stride, what sticks out at the right is left off, as padding
    `same` does; where it is higher, what sticks out below is kept, as `valid` does.
    """
    rows, columns, inputs = signal.shape
    down, across = stride
    height, width, _, filters = kernel.shape
    flat = signal.reshape(-1, inputs)
    if (height, width) == stride:  # nothing overlaps
        parts = flat @ kernel.transpose(2, 0, 1, 3).reshape(inputs, -1)
        apart = parts.reshape(rows, columns, height, width, filters).transpose(0, 2, 1, 3, 4)
        return apart.reshape(rows * height, columns * width, filters)
    full = np.zeros(
        ((rows - 1) * down + height, (columns - 1) * across + width, filters), np.float32
    )
    for i in range(height):
        for j in range(width):
            part = (flat @ kernel[i, j]).reshape(rows, columns, filters)
            below, beside = i + (rows - 1) * down + 1, j + (columns - 1) * across + 1
            full[i:below:down, j:beside:across] += part
    return full[:, : columns * across]
