"""The weights of a layer as an image."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

MOST_COLUMNS = 512


def weight_image(weight: NDArray[np.float32]) -> tuple[NDArray[np.int8], float]:
    """Return weights as shades, and what the strongest shade stands for.

    Parameters
    ----------
    weight : ndarray [shape=(outputs, inputs/groups, kernel), float32]

    Returns
    -------
    image : ndarray [shape=(outputs, columns), int8]
        −127 to 127; a column is a tap of an input, the oldest tap of the first input first. Where
        there are too many for an image, neighbours share one, which shows the strongest of them.
    peak : float
    """
    rows = weight.reshape(len(weight), -1)
    together = -(-rows.shape[1] // MOST_COLUMNS)
    padded = np.pad(rows, ((0, 0), (0, -rows.shape[1] % together)))
    groups = padded.reshape(len(rows), -1, together)
    strongest = np.abs(groups).argmax(axis=2)[..., np.newaxis]
    shown = np.take_along_axis(groups, strongest, axis=2)[..., 0]
    peak = float(np.abs(shown).max())
    return np.round(shown * (127.0 / peak if peak else 0.0)).astype(np.int8), peak
